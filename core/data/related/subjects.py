"""Whether images of one patient, video or session both train and measure: then scores are too good for new ones."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import PurePosixPath

from core.data.dataset import Dataset
from core.data.layouts.words import kind_of
from core.data.near.numbered import number_groups
from core.data.related.stems import stems_of_several_classes
from core.text import short

_SUBJECT = (
    r"patient|participant|subject|subj|sub(?=[-_]\d)|person|volunteer|animal|mouse|lesion|slide|wsi|biopsy|specimen|"
    r"session|video|vid|clip|movie|sequence|seq|scene"
)
_FOLDER = re.compile(rf"(?:{_SUBJECT})(?:[ _.-]*[a-z]{{0,3}}[ _.-]?\d+[a-z]?|[ _.-]+[a-z])")
_NAMED = re.compile(rf"(?P<who>(?:{_SUBJECT})[ _.-]*[a-z]?\d+)[ _.-].+")
_FRAME = re.compile(  # of a video or burst, or a tile of a large image
    r"(?P<who>.*?)[ _.-]*(?:frames?[ _.-]*\d+|burst[ _.-]*\d+.*|x[ _-]?\d+[ _-]+y[ _-]?\d+|"
    r"row[ _-]?\d+[ _-]+col[ _-]?\d+|(?:tile|patch)[ _-]?\d+([ _-]\d+)?)"
)
_COLUMN = re.compile(  # also who or where the images are from
    rf"(?:{_SUBJECT}|sub|group|individual|case|study|series|burst|event|location|site|donor|mrn|child|user|owner|rat|cow|"
    r"pig|horse|fish|bird|tree|plant|plot|farm|field|station|camera|cam|trap|batch|lot|plate|well|sample|scan|volume|"
    r"stack|exam|visit|nodule|tumou?r|hospital|cent(?:er|re)|institution|photographer|author|observer|flight|roll|tape|"
    r"track|folder)s?(?:id|no|nr|number|name|code|uid)?s?"
)
_OTHER_ID = re.compile(
    r"(?:annotat\w*|label\w*|rater|class|categor\w*|licen[cs]e|task|project|colou?r|type|kind)u?ids?"
)


_Sides = dict[bool, str]


def subject_notes(dataset: Dataset, parts: Mapping[str, Sequence[int]]) -> list[str]:
    """A sentence where folders within the classes, or names of files, say that images of one subject are in training
    and in another part; `parts` holds the indices of each part. A list of one sentence or none."""
    items = dataset.items
    named = {index: _subject(items[index].name, dataset.label_of(items[index])) for index in chain(*parts.values())}
    if shared := _on_both_sides(dataset, named, parts):
        why = f"come from one subject, video or large image{_so_on(shared)}: the scores may be too good for new ones."
        return [f"By their names, {_both(shared[0])}, {why} {_APART}"]
    if dataset.presplit:  # whoever divided it may have counted anew in each part
        return []
    if shared := _on_both_sides(dataset, stems_of_several_classes(dataset), parts):
        why = (
            f"are of different classes and share the start of their names{_so_on(shared)}. If it stands for a subject,"
        )
        return [f"{_both(shared[0])}, {why} the scores may be too good for new ones. {_APART}"]
    if shared := _on_both_sides(dataset, _numbered(dataset, named), parts):
        why = f"count to one number in their names{_so_on(shared)}. If it stands for a subject, video or large image,"
        return [f"{_both(shared[0])}, {why} the scores may be too good for new ones. {_APART}"]
    return []


_APART = "To avoid it, put all images of each subject into one of the folders train, val and test."


def _on_both_sides(dataset: Dataset, groups: Mapping[int, str], parts: Mapping[str, Sequence[int]]) -> list[_Sides]:
    """An image that trains and one that measures, by whether it trains, of each group that has both."""
    sides: dict[str, _Sides] = defaultdict(dict)
    for part, indices in parts.items():
        for index in indices:
            if group := groups.get(index):
                sides[group].setdefault(part == "train", dataset.items[index].name)
    return [both for both in sides.values() if len(both) == 2]


def _both(sides: _Sides) -> str:
    return f"'{short(sides[True])}', which trains, and '{short(sides[False])}', which measures"


def _so_on(shared: Sequence[_Sides]) -> str:
    return f", and so on for {len(shared):,}" if len(shared) > 1 else ""


def _numbered(dataset: Dataset, indices: Iterable[int]) -> dict[int, str]:
    """The images of each class whose names count on two levels, with what the first number belongs to."""
    classes: dict[str, list[int]] = defaultdict(list)
    for index in indices:
        # of images with several labels those of one subject have other sets: they are no classes
        classes["" if dataset.several else dataset.label_of(dataset.items[index])].append(index)
    groups: dict[int, str] = {}
    for label, members in classes.items():
        names = [_within(dataset.items[index].name, label) for index in members]
        groups |= {members[place]: f"{label}/{start}" for place, start in number_groups(names).items()}
    return groups


def _within(name: str, label: str) -> str:
    """A file's path below the folder of its class, without its ending."""
    path = PurePosixPath(name).with_suffix("")
    places = list(path.parts)
    own = [place for place, part in enumerate(places[:-1]) if _letters(part) == _letters(label)]
    return "/".join(places[own[0] + 1 :] if own else places)


def is_subject_column(name: str) -> bool:
    """Whether a column is called like those that say from whom or which video an image is."""
    letters = re.sub(r"[^a-z]", "", name.casefold())
    return bool(
        _COLUMN.fullmatch(letters) or (re.search("[_ -]u?ids?$", name.casefold()) and not _OTHER_ID.fullmatch(letters))
    )


def _subject(name: str, label: str) -> str:
    """What an image shares with others of one subject: a folder within its class, or the start of the file's name.
    Empty where that is the class itself, as where persons are told apart."""
    parts = [part for part in name.casefold().split("/") if kind_of(part) is None]
    own = _letters(label)
    for depth in range(len(parts) - 1, 0, -1):
        if _letters(parts[depth - 1]) == own:
            break
        if _FOLDER.fullmatch(parts[depth - 1]):
            return "/".join(parts[:depth])
    stem = PurePosixPath(parts[-1]).stem if parts else ""
    found = _NAMED.fullmatch(stem) or _FRAME.fullmatch(stem)
    return f"{'/'.join(parts[:-1])}/{found['who']}" if found and _letters(found["who"]) not in ("", own) else ""


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
