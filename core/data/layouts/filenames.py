"""Classes from file names, if one simple pattern matches all of them: cat.0.jpg, cat_001.jpg, 12-dog.png."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

from core.data import names
from core.data.layouts.words import Beside, is_certain, is_generic, is_group, is_ordinary, kind_of, plain
from core.data.related.affixes import bare_parts

_WORD = r"(?P<label>[^\W\d_][^\W\d_ .-]*(?:[ _.-][^\W\d_]+)*)"  # letters with single separators between words
_PATTERNS = (
    re.compile(rf"{_WORD}[ _.-]*\(?\d+\)?"),  # cat.0, cat_001, cat (3), cat12, great_pyrenees_100
    re.compile(r"(?P<label>(?=[^ ]*[^\W\d_])\w+)[_.-]\d+"),  # n02085620_7: letters and digits, then a number
    re.compile(rf"(?P<number>(?:[^\W\d_]+[ _-]?)?\d+)[ _.-]+{_WORD}"),  # 001_cat, img001_cat
)
_SEPARATOR = re.compile(r"[ _.-]+")
_CAMERA = re.compile(
    r"i?img|image|images|dsc|dscn|dscf|dcim|photo|photos|foto|bild|pic|pics|picture|pict|p|pxl|mvimg|mvi|gopr|dji|vid|"
    r"video|frame|frames|scan|file|screenshot|whatsappimage|untitled|unnamed|download|sample|data|cam|camera|page|crop|"
    r"tile|patch|slice|item|id|no|nr|x|f|im|e|a|hpim|imag|sdc|cimg|kif|sam|mvc|pano|burst|rimg|epsn|kicx|st[abc]|imga|imgp|"
    r"eos|mg|gx|gh|gp|gs|yi|flir|dcs|duw|timg|mov|wp|hni|snap|snapchat|fbimg|receivedimg|viber|telegram|signal|wa|cover|"
    r"thumb|copy|backup|mask|depth"
)
_NUMBERED = re.compile(
    r"class(es)?|label|type|kind|grade|stage|level|category|cat|group|cluster|species|score|rank|digit|c|n|s"
)
Labels = dict[Path, str]


def labels_by_name(images: Sequence[Path]) -> Labels | None:
    """Each image's class from its file name;

    None unless one pattern matches all, perhaps but for what all names of a folder have ('cat_1_crop'), gives at least
    two classes, and these have at least two images on average.
    Prefixes of cameras and programs are not classes.
    """
    if not images:
        return None
    if labels := _labels(images):
        return labels
    bare = _without_affixes(images)
    labels = _labels(list(bare)) if len(bare) == len(images) else None
    return {bare[path]: label for path, label in labels.items()} if labels else None


def _labels(images: Sequence[Path]) -> Labels | None:
    for pattern in _PATTERNS:
        labels = _matched(images, pattern)
        if labels is not None and _plausible(labels.values()) and not _are_views(labels, pattern):
            return _without_groups(_without_subjects(labels))
    return None


def _without_groups(labels: Labels) -> Labels:
    """Labels without the word that tells a group's folder from the others, as 'A' of Ahorn_A in 'Gruppe A'; unchanged
    where the folders share no word, since oak/oak_leaf_1.jpg repeats a class."""
    folders = list({path.parent for path in labels})
    own = dict(zip(folders, bare_parts([folder.name for folder in folders]), strict=True))
    if len(folders) < 2 or any(not word or word == folder.name.casefold() for folder, word in own.items()):
        return labels
    bare = {path: _without(label, own[path.parent]) for path, label in labels.items()}
    return bare if all(bare.values()) and 1 < len(set(bare.values())) < len(set(labels.values())) else labels


def _without_subjects(labels: Labels) -> Labels:
    """Labels without the number of a person, case or object, each of which has one class: 'benign' for P003_benign.

    Where a number stands with several words, as sizes with colours, or a word with one number, they stay.
    """
    words = {label: _words(label) for label in labels.values()}
    classes: dict[str, set[str]] = defaultdict(set)  # by the subject
    for label, word in words.items():
        classes[_words(label, numbered=True)].add(word)
    found = set(words.values())
    nested = all(classes) and all(found) and all(len(own) == 1 for own in classes.values())
    if nested and 1 < len(found) <= len(words) / 2:
        return {path: words[label] for path, label in labels.items()}
    return labels


def _without(label: str, words: str) -> str:
    """The words of a label that are not among others."""
    others = _SEPARATOR.split(words.casefold())
    return "_".join(word for word in _SEPARATOR.split(label) if word.casefold() not in others)


def _words(label: str, *, numbered: bool = False) -> str:
    """The words of a label without digits, or those with."""
    return "_".join(word for word in _SEPARATOR.split(label) if any(map(str.isdigit, word)) is numbered)


def _without_affixes(images: Sequence[Path]) -> dict[Path, Path]:
    """Each image by what its path were without the beginning and end that all names of its folder have, such as
    '_crop'."""
    folders: dict[Path, list[Path]] = defaultdict(list)
    for path in images:
        folders[path.parent].append(path)
    return {
        folder / (_part_of(path.stem, bare) + path.suffix): path
        for folder, paths in folders.items()
        for path, bare in zip(paths, bare_parts([path.stem for path in paths]), strict=True)
    }


def _part_of(stem: str, bare: str) -> str:
    """The part of a name that is `bare` in lower case, as it is written."""
    start = stem.casefold().find(bare)
    return stem[start : start + len(bare)] if bare and len(stem.casefold()) == len(stem) else bare


def _are_views(labels: Labels, pattern: re.Pattern[str]) -> bool:
    """Whether every label has the same numbers: 1_red, 1_green, 2_red, 2_green are views of one object."""
    if "number" not in pattern.groupindex:
        return False
    numbers: dict[str, set[str]] = defaultdict(set)
    for path, label in labels.items():
        found = pattern.fullmatch(names.label(path.stem))
        numbers[label].add(found["number"] if found else "")
    (first, *others) = numbers.values()
    return len(first) > 1 and all(other == first for other in others)


def labels_like(images: Sequence[Path], known: Collection[str]) -> Labels | None:
    """Each image's class from its file name, if one pattern gives only classes in `known`."""
    for pattern in _PATTERNS:
        labels = _matched(images, pattern)
        subjects = {path: _words(label) for path, label in labels.items()} if labels else {}
        groups = {path: _without(label, path.parent.name) for path, label in labels.items()} if labels else {}
        for found in (labels, subjects, groups) if labels else ():
            if set(found.values()) <= set(known):
                return found
    return None


def are_nameless(images: Sequence[Path]) -> bool:
    """Whether the names of all images are numbers or those of a camera, so that they give no class."""
    found = {plain(names.label(path.stem)) for path in images}
    return all(not letters or _CAMERA.fullmatch(letters) for letters in found)


def example(labels: Labels) -> str:
    """An example of a file name and its class, for a note."""
    path, label = next(iter(labels.items()))
    return f"'{names.shown(path.name)}' is of class '{label}'"


def _matched(images: Sequence[Path], pattern: re.Pattern[str]) -> Labels | None:
    labels: Labels = {}
    match: Callable[[str], re.Match[str] | None] = pattern.fullmatch
    for path in images:
        found = match(names.label(path.stem))
        if found is None:
            return None
        labels[path] = found["label"].strip(" _.-")
    return labels


def _plausible(labels: Iterable[str]) -> bool:
    counts = Counter(labels)
    total = sum(counts.values())
    if len(counts) < 2 or len(counts) * 2 > total or all(map(kind_of, counts)):
        return False
    beside = Beside(counts)
    informative = all(is_ordinary(label, beside) or not _is_uninformative(label) for label in counts)
    return informative and not _is_grid(counts)


def _is_grid(labels: Collection[str]) -> bool:
    """Whether labels are one word with different numbers: london_0, london_1 are columns of tiles, not classes.

    Class_1, grade-2 and n02085620 are classes.
    """
    words = {plain(label) for label in labels}
    (word, *others) = words
    return not others and any(re.search(r"[ _.-]\d+$", label) for label in labels) and not _NUMBERED.fullmatch(word)


def _is_uninformative(label: str) -> bool:
    letters = plain(label)
    if not letters or _CAMERA.fullmatch(letters) or is_generic(label) or is_certain(label) or is_group(f"{letters}1"):
        return True
    return bool(re.fullmatch(r"[0-9a-f]*", label.casefold())) and any(c.isdigit() for c in label)
