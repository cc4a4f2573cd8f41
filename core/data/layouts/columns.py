"""Which column of a table names the files, and which their classes, by what is in them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.data.layouts.assigned import listed
from core.data.layouts.labels.lists import are_lists, is_called_so
from core.data.layouts.words import plain

_PREFERRED = re.compile(
    r"labels?|class(es)?|classnames?|labelnames?|categor(y|ies)|categorynames?|targets?|species|breeds?|diagnos(is|es)|"
    r"classids?|labelids?|categoryids?|groundtruth|gt|dx"
)
_MEASURES = re.compile(
    r"age|price|scores?|weight|height|width|size|angle|counts?|area|lat|latitude|lon|long|longitude|year|month|day|"
    r"x|y|w|h|xmin|xmax|ymin|ymax|fold|kfold|index|unnamed|seed"
)
_NUMBER = re.compile(r"[-+]?(\d+[.,]?\d*|[.,]\d+)([eE][-+]?\d+)?")
_WHOLE = re.compile(r"[-+]?\d+([.,]0+)?")
_DATE = re.compile(r"\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{4}|\d\d?:\d\d")
_MARKS = frozenset(("0", "1", "0.0", "1.0", "true", "false"))
_UNCERTAIN = frozenset(("", "-1", "-1.0"))
_SET = frozenset(("1", "1.0", "true"))
_BOXES = tuple(
    frozenset(names.split())
    for names in (
        "xmin ymin xmax ymax", "x1 y1 x2 y2", "x y w h", "x y width height", "cx cy w h",
        "xcenter ycenter width height",
        "left top right bottom", "left top width height", "bboxx1 bboxy1 bboxx2 bboxy2", "x0 y0 x1 y1",
        "xmin ymin width height", "bboxx bboxy bboxw bboxh", "bboxx bboxy bboxwidth bboxheight",
    )
)  # fmt: skip
_OUTLINES = re.compile(
    r"(b(ound(ing)?)?)?box(es)?|objects|encodedpixels|rle|polygons?|segmentations?|regionshapeattributes|keypoints|maskrle"
)


@dataclass(frozen=True, slots=True)
class Labelling:
    """The column of classes, or the columns of which each stands for one class and holds 0 or 1."""

    label: str = ""
    marks: tuple[str, ...] = ()


def is_boxes(columns: Iterable[str]) -> bool:
    """Whether the columns give boxes around objects, or their outlines."""
    names = list(columns)
    letters = {"".join(c for c in name.casefold() if c.isalnum()) for name in names}
    return any(letters >= box for box in _BOXES) or any(_OUTLINES.fullmatch(plain(name)) for name in names)


def are_corners(columns: dict[str, list[str]]) -> bool:
    """Whether four columns in a row, of a table that does not name them, hold the corners of boxes: x1, y1, x2, y2."""
    every = list(columns.values())
    for start in range(len(every) - 3):
        corners = every[start : start + 4]
        if all(value and _NUMBER.fullmatch(value) for column in corners for value in column):
            left, top, right, bottom = ([float(value.replace(",", ".")) for value in column] for column in corners)
            if all(a < b for low, high in ((left, right), (top, bottom)) for a, b in zip(low, high, strict=True)):
                return bool(left)
    return False


def possible_labels(columns: dict[str, list[str]], but: Sequence[str]) -> list[str]:
    """The columns that may hold classes: few different values, each of them several times, and no measurements."""
    found = [name for name, values in columns.items() if name not in but and _repeats(name, values)]
    lists = [
        name
        for name, values in columns.items()
        if name not in (*but, *found) and not is_measured(values) and are_lists(name, values)
    ]
    found += [name for name in lists if not found or is_called_so(name)]
    found = _named_over_numbered(found, columns)
    preferred = [name for name in found if is_preferred(name)]
    return preferred[:1] if len(preferred) == 1 else (preferred or found)


def are_marks(values: Sequence[str]) -> bool:
    """Whether a column holds nothing but 0 and 1, or true and false."""
    return bool(values) and all(map(is_mark, values))


def is_mark(value: str) -> bool:
    """Whether a value is 0 or 1, or true or false."""
    return value.lower() in _MARKS


def is_set(value: str) -> bool:
    """Whether a mark is 1 or true."""
    return value.lower() in _SET


def is_preferred(name: str) -> bool:
    """Whether a column is called as columns of classes are."""
    return bool(_PREFERRED.fullmatch(plain(name)))


def marks(columns: dict[str, list[str]], but: Sequence[str], loose: bool = False) -> tuple[str, ...]:
    """The columns that hold nothing but 0 and 1, if there are at least two of them. With `loose` also those where some
    marks are left out, or are -1 for what is not certain."""
    test = are_loose_marks if loose else are_marks
    found = tuple(name for name, values in columns.items() if name not in but and test(values))
    return found if len(found) > 1 else ()


def are_loose_marks(values: Sequence[str]) -> bool:
    """Whether a column holds 0 and 1, except for some marks that are left out or -1."""
    return any(map(is_mark, values)) and all(is_mark(value) or value in _UNCERTAIN for value in values)


def marked(columns: dict[str, list[str]], names: Sequence[str], row: int) -> list[str]:
    """The names of the columns whose value is 1 in a row."""
    return [name for name in names if is_set(columns[name][row])]


def why_none(columns: dict[str, list[str]], but: Sequence[str]) -> str:
    """Why no column can be taken for the classes, each named."""
    reasons = []
    for name, values in columns.items():
        if name in but:
            continue
        said = [value for value in values if value]
        different = len(set(said))
        if not said:
            reasons.append(f"'{name}' is empty")
        elif different == 1:
            reasons.append(f"'{name}' is the same in every row")
        elif is_measured(values):
            reasons.append(f"'{name}' holds numbers with decimals, which are measurements and no classes")
        elif different * 2 > len(said):
            reasons.append(f"'{name}' is different in nearly every row")
        else:
            reasons.append(f"'{name}' looks like a measurement or a time")
    return "; ".join(reasons[:8]) or f"there are only the columns {listed(but)}"


def is_measured(values: Sequence[str]) -> bool:
    """Whether a column holds numbers of which some have decimals."""
    said = [value for value in values if value]
    return all(_NUMBER.fullmatch(value) for value in said) and not all(_WHOLE.fullmatch(value) for value in said)


def one_spelling(values: Sequence[str]) -> dict[str, str]:
    """What numbers of classes are called where one is written in two ways, as 1 and 1.0; empty for all others."""
    said = {value for value in values if value}
    if not all(_WHOLE.fullmatch(value) for value in said):
        return {}
    numbers = {value: str(int(value.partition(".")[0].partition(",")[0])) for value in said}
    return numbers if len(set(numbers.values())) < len(said) else {}


def _repeats(name: str, values: Sequence[str]) -> bool:
    said = [value for value in values if value]
    different, letters = len(set(said)), plain(name)
    if different < 2 or different * 2 > len(said) or is_measured(values):
        return False
    if all(_WHOLE.fullmatch(value) for value in said):
        # numbers are codes of classes where they are few, or where the column says so
        called = bool(_PREFERRED.fullmatch(letters))
        return called or (not _MEASURES.fullmatch(letters) and different <= 20)
    return not all(_DATE.match(value) for value in said)


def _named_over_numbered(found: list[str], columns: dict[str, list[str]]) -> list[str]:
    """Of columns that say the same in other words (a code and a name), only the first one that is no number."""
    kept: list[str] = []
    for name in sorted(found, key=lambda one: all(_WHOLE.fullmatch(v) for v in columns[one] if v)):
        if not any(same_partition(columns[name], columns[other]) for other in kept):
            kept.append(name)
    return [name for name in found if name in kept]


def same_partition(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two columns group the rows in the same way."""
    pairs = set(zip(one, other, strict=True))
    return len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
