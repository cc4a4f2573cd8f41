"""Classes from file names, where one plain pattern covers all of them: cat.0.jpg, cat_001.jpg, 12-dog.png."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

from core.data import names
from core.data.layouts.words import is_generic, is_group, kind_of, plain

_WORD = r"(?P<label>[^\W\d_][^\W\d_ .-]*(?:[ _.-][^\W\d_]+)*)"  # letters, and between them single separators
_PATTERNS = (
    re.compile(rf"{_WORD}[ _.-]*\(?\d+\)?"),  # cat.0, cat_001, cat (3), cat12, great_pyrenees_100
    re.compile(r"(?P<label>(?=[^ ]*[^\W\d_])\w+)[_.-]\d+"),  # n02085620_7: letters and digits, then a number
    re.compile(rf"\d+[ _.-]+{_WORD}"),  # 001_cat
)
_CAMERA = re.compile(
    r"i?img|image|images|dsc|dscn|dscf|dcim|photo|photos|foto|bild|pic|pics|picture|pict|p|pxl|mvimg|mvi|gopr|dji|vid|"
    r"video|frame|frames|scan|file|screenshot|whatsappimage|untitled|unnamed|download|sample|data|cam|camera|page|crop|"
    r"tile|patch|slice|item|id|no|nr|x|f|im|e|a"
)
Labels = dict[Path, str]


def labels_by_name(images: Sequence[Path]) -> Labels | None:
    """Each image's class by its file name; None unless one pattern covers all, at least two classes come of it, and
    they have two images and more on average. What cameras and programs put before a number is no class."""
    if not images:
        return None
    for pattern in _PATTERNS:
        labels = _matched(images, pattern)
        if labels is not None and _plausible(labels.values()):
            return labels
    return None


def labels_like(images: Sequence[Path], known: Collection[str]) -> Labels | None:
    """Each image's class by its file name, where one pattern gives every image one of the classes in `known`."""
    for pattern in _PATTERNS:
        labels = _matched(images, pattern)
        if labels and set(labels.values()) <= set(known):
            return labels
    return None


def example(labels: Labels) -> str:
    """How a file's name becomes its class, for a note."""
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
    if len(counts) < 2 or len(counts) * 2 > total:
        return False
    return not any(_says_nothing(label) for label in counts)


def _says_nothing(label: str) -> bool:
    letters = plain(label)
    if not letters or _CAMERA.fullmatch(letters) or is_generic(label) or kind_of(label) or is_group(f"{letters}1"):
        return True
    return bool(re.fullmatch(r"[0-9a-f]*", label.casefold())) and any(c.isdigit() for c in label)
