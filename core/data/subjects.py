"""Whether images of one patient, video or session both train and measure: then scores are too good for new ones."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from core.data.dataset import Dataset
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
_COLUMN = re.compile(
    rf"(?:{_SUBJECT}|sub|group|individual|case|study|series|burst|event|location|site)s?(?:id|no|nr|number|name|code|uid)?s?"
)


def subject_notes(dataset: Dataset, parts: Mapping[str, Sequence[int]]) -> list[str]:
    """A sentence where folders within the classes, or names of files, say that images of one subject are in training
    and in another part; `parts` holds the indices of each part. A list of one sentence or none."""
    sides: dict[str, dict[bool, str]] = defaultdict(dict)
    for part, indices in parts.items():
        for index in indices:
            item = dataset.items[index]
            if who := _subject(item.name, dataset.classes[item.label]):
                sides[who].setdefault(part == "train", item.name)
    shared = [both for both in sides.values() if len(both) == 2]
    if not shared:
        return []
    more = f", and so on for {len(shared):,}" if len(shared) > 1 else ""
    return [
        f"By their names, '{short(shared[0][True])}', which trains, and '{short(shared[0][False])}', which measures, "
        f"come from one subject, video or large image{more}: the scores may be too good for new ones. To avoid it, "
        "put all images of each subject into one of the folders train, val and test."
    ]


def is_subject_column(name: str) -> bool:
    """Whether a column is called like those that say from whom or which video an image is."""
    return bool(_COLUMN.fullmatch(re.sub(r"[^a-z]", "", name.casefold())))


def _subject(name: str, label: str) -> str:
    """What an image shares with others of one subject: a folder within its class, or the start of the file's name.
    Empty where that is the class itself, as where persons are told apart."""
    path = PurePosixPath(name.casefold())
    own = _letters(label)
    for place in path.parents:
        if _letters(place.name) == own:
            break
        if _FOLDER.fullmatch(place.name):
            return str(place)
    found = _NAMED.fullmatch(path.stem) or _FRAME.fullmatch(path.stem)
    return f"{path.parent}/{found['who']}" if found and _letters(found["who"]) not in ("", own) else ""


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
