"""Which column of a table names the files, and which their classes, by what is in them."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.data.layouts.assigned import listed
from core.data.layouts.words import kind_of, plain

_PREFERRED = re.compile(
    r"labels?|class(es)?|classnames?|labelnames?|categor(y|ies)|categorynames?|targets?|species|breeds?|diagnos(is|es)|"
    r"classids?|labelids?|categoryids?|groundtruth|gt|dx"
)
_MEASURES = re.compile(
    r"age|price|scores?|weight|height|width|size|angle|counts?|area|lat|latitude|lon|long|longitude|year|month|day|"
    r"x|y|w|h|xmin|xmax|ymin|ymax|fold|kfold|index|unnamed|seed"
)
_SPLITS = re.compile(r"split|subset|set|part|partition|usage|phase|dataset")
_NUMBER = re.compile(r"[-+]?(\d+[.,]?\d*|[.,]\d+)([eE][-+]?\d+)?")
_WHOLE = re.compile(r"[-+]?\d+([.,]0+)?")
_DATE = re.compile(r"\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{4}|\d\d?:\d\d")
_MARKS = frozenset(("0", "1", "0.0", "1.0", "true", "false"))
_SET = frozenset(("1", "1.0", "true"))
_BOXES = ("xmin", "ymin", "xmax", "ymax")


@dataclass(frozen=True, slots=True)
class Labelling:
    """The column of classes, or the columns of which each stands for one class and holds 0 or 1."""

    label: str = ""
    marks: tuple[str, ...] = ()


def is_boxes(columns: Iterable[str]) -> bool:
    """Whether the columns give boxes around objects."""
    letters = {plain(name) for name in columns}
    return letters >= set(_BOXES) or "bbox" in letters


def split_column(columns: dict[str, list[str]], but: Sequence[str]) -> str | None:
    """The column that says to which part a row belongs: all its values are names of parts."""
    for name, values in columns.items():
        said = {value for value in values if value}
        if name not in but and said and _SPLITS.fullmatch(plain(name)) and all(kind_of(value) for value in said):
            return name
    return None


def possible_labels(columns: dict[str, list[str]], but: Sequence[str]) -> list[str]:
    """The columns that may hold classes: few different values, each of them several times, and no measurements."""
    found = [name for name, values in columns.items() if name not in but and _repeats(name, values)]
    found = _named_over_numbered(found, columns)
    preferred = [name for name in found if is_preferred(name)]
    return preferred[:1] if len(preferred) == 1 else (preferred or found)


def is_preferred(name: str) -> bool:
    """Whether a column is called as columns of classes are."""
    return bool(_PREFERRED.fullmatch(plain(name)))


def marks(columns: dict[str, list[str]], but: Sequence[str]) -> tuple[str, ...]:
    """The columns that hold nothing but 0 and 1, if there are at least two of them and some value is 1 in each."""
    found = tuple(
        name
        for name, values in columns.items()
        if name not in but and all(value.lower() in _MARKS for value in values) and values
    )
    return found if len(found) > 1 else ()


def marked(columns: dict[str, list[str]], names: Sequence[str], row: int) -> list[str]:
    """The names of the columns whose value is 1 in a row."""
    return [name for name in names if columns[name][row].lower() in _SET]


def holds_several(values: Sequence[str]) -> bool:
    """Whether values are lists of classes, such as 'cat|dog', rather than single ones."""
    said = {value for value in values if value}
    for separator in ("|", ";", ","):
        joined = [value for value in said if separator in value]
        atoms = Counter(atom.strip() for value in said for atom in value.split(separator))
        if joined and sum(atoms[atom.strip()] > 1 for value in joined for atom in value.split(separator)) >= len(
            joined
        ):
            return True
    words = [value.split() for value in said if " " in value]
    if all(word in said for value in words for word in value):
        return bool(words)
    # classes have names of two words; lists of classes have many lengths
    return len(set(map(len, words))) > 2 and all(_partly(word, said) for value in words for word in value)


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


def _partly(atom: str, said: set[str]) -> bool:
    """Whether a word occurs in several lists of words."""
    return sum(atom in value.split() for value in said) > 1
