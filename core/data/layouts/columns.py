"""Detect the file name column and the label column of a table from their values."""

import re
from collections.abc import Sequence

from core.data.layouts.assigned import listed
from core.data.layouts.labels.lists import are_lists, has_label_name
from core.data.layouts.words import plain

_PREFERRED = re.compile(
    r"labels?|class(es)?|classnames?|labelnames?|categor(y|ies)|categorynames?|targets?|species|breeds?|diagnos(is|es)|"
    r"classids?|labelids?|categoryids?|groundtruth|gt|dx"
)
_CODES = re.compile(r"(class|label|category)ids?")
_NAMES = re.compile(r".*(names?|texts?|titles?|descriptions?|nom|nome|nombre)")
_MEASURES = re.compile(
    r"age|price|scores?|weight|height|width|size|angle|counts?|area|lat|latitude|lon|long|longitude|year|month|day|"
    r"x|y|w|h|xmin|xmax|ymin|ymax|fold|kfold|index|unnamed|seed"
)
_PERSON = re.compile(
    r"(patient)?(sex|gender|agegroup|age|race|ethnicity)|frontal(lateral)?|(view)?position|view|appa|projection|"
    r"laterality|site|hospital|scanner|device|camera|modality|geschlecht|sexe|sexo"
)
_NUMBER = re.compile(r"[-+]?(\d+[.,]?\d*|[.,]\d+)([eE][-+]?\d+)?")
_WHOLE = re.compile(r"[-+]?\d+([.,]0+)?")
_DATE = re.compile(r"\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{4}|\d\d?:\d\d")
_MARKS = frozenset(("0", "1", "0.0", "1.0", "true", "false"))
_SIGNS = {"-1", "1"}  # no and yes, as of CelebA
_UNCERTAIN = frozenset(("", "-1", "-1.0"))
_SET = frozenset(("1", "1.0", "true"))


def possible_labels(columns: dict[str, list[str]], exclude: Sequence[str]) -> list[str]:
    """Columns that may hold classes: few distinct, repeated values that are no measurements."""
    found = [name for name, values in columns.items() if name not in exclude and _repeats(name, values)]
    lists = [
        name
        for name, values in columns.items()
        if name not in (*exclude, *found) and not is_measured(values) and are_lists(name, values)
    ]
    found += [name for name in lists if not found or has_label_name(name)]
    found = _prefer_names(found, columns)
    preferred = [name for name in found if is_preferred(name)]
    return preferred[:1] if len(preferred) == 1 else (preferred or found)


def are_marks(values: Sequence[str]) -> bool:
    """Whether a column holds only 0 and 1, -1 and 1, or true and false."""
    return bool(values) and (all(map(is_mark, values)) or set(values) == _SIGNS)


def is_mark(value: str) -> bool:
    """Whether a value is 0 or 1, or true or false."""
    return value.lower() in _MARKS


def is_set(value: str) -> bool:
    """Whether a mark is 1 or true."""
    return value.lower() in _SET


def is_preferred(name: str) -> bool:
    """Whether a column has a typical name of a label column."""
    return bool(_PREFERRED.fullmatch(plain(name)))


def marks(columns: dict[str, list[str]], exclude: Sequence[str], loose: bool = False) -> tuple[str, ...]:
    """The indicator columns (only 0 and 1), if there are at least two.

    With `loose` also those with missing values or -1 for uncertain ones.
    """
    test = are_loose_marks if loose else are_marks
    found = tuple(name for name, values in columns.items() if name not in exclude and test(values))
    return found if len(found) > 1 else ()


def are_loose_marks(values: Sequence[str]) -> bool:
    """Whether a column holds 0 and 1, apart from missing values or -1."""
    return any(map(is_mark, values)) and all(is_mark(value) or value in _UNCERTAIN for value in values)


def marked(columns: dict[str, list[str]], names: Sequence[str], row: int) -> list[str]:
    """The names of the columns that are 1 in a row."""
    return [name for name in names if is_set(columns[name][row])]


def is_of_person(name: str) -> bool:
    """Whether a column is called after what describes a person or how they were examined, as beside findings."""
    return bool(_PERSON.fullmatch(plain(name)))


def why_none(columns: dict[str, list[str]], exclude: Sequence[str]) -> str:
    """Why no column can be the label column, with a reason for each."""
    reasons = []
    for name, values in columns.items():
        if name in exclude:
            continue
        nonempty = [value for value in values if value]
        different = len(set(nonempty))
        if not nonempty:
            reasons.append(f"'{name}' is empty")
        elif different == 1:
            reasons.append(f"'{name}' is the same in every row")
        elif is_measured(values):
            reasons.append(f"'{name}' holds numbers with decimals, which are measurements and no classes")
        elif different * 2 > len(nonempty):
            reasons.append(f"'{name}' is different in nearly every row")
        else:
            reasons.append(f"'{name}' looks like a measurement or a time")
    return "; ".join(reasons[:8]) or f"there are only the columns {listed(exclude)}"


def is_measured(values: Sequence[str]) -> bool:
    """Whether a column holds numbers, some with decimals."""
    nonempty = [value for value in values if value]
    return all(_NUMBER.fullmatch(value) for value in nonempty) and not all(
        _WHOLE.fullmatch(value) for value in nonempty
    )


def _repeats(name: str, values: Sequence[str]) -> bool:
    nonempty = [value for value in values if value]
    different, letters = len(set(nonempty)), plain(name)
    if different < 2 or different * 2 > len(nonempty) or is_measured(values):
        return False
    if all(_WHOLE.fullmatch(value) for value in nonempty):
        # numbers are class codes if they are few, or if the column name says so
        called = bool(_PREFERRED.fullmatch(letters))
        return called or (not _MEASURES.fullmatch(letters) and different <= 20)
    return not all(_DATE.match(value) for value in nonempty)


def _prefer_names(found: list[str], columns: dict[str, list[str]]) -> list[str]:
    """Of equivalent columns (a code and a name), keep only the one whose values most likely name the classes."""
    chosen: list[str] = []
    for name in sorted(found, key=lambda one: _order(one, columns[one])):
        if not any(same_partition(columns[name], columns[other]) for other in chosen):
            chosen.append(name)
    return [name for name in found if name in chosen]


def _order(name: str, values: Sequence[str]) -> int:
    """How far behind others a column is that groups the rows as they do: the one called 'label' comes first, also
    where it holds numbers, unless there are names for these."""
    letters = plain(name)
    if _are_whole(values):
        return 6 if not is_preferred(name) else 4 if _CODES.fullmatch(letters) else 2
    if is_preferred(name):
        return 0
    return 1 if _NAMES.fullmatch(letters) else 5 if is_of_person(name) else 3


def _are_whole(values: Sequence[str]) -> bool:
    return all(_WHOLE.fullmatch(value) for value in values if value)


def alike(label: str, columns: dict[str, list[str]], exclude: Sequence[str]) -> list[str]:
    """Other columns that group the rows as the column `label` does, if nothing says which of them names the classes:
    its name is that of any column, or its values are numbers."""
    if is_preferred(label) and not _are_whole(columns[label]):
        return []
    others = [name for name in columns if name not in (label, *exclude) and _repeats(name, columns[name])]
    return [name for name in others if same_partition(columns[label], columns[name])]


def same_partition(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two columns group the rows in the same way."""
    pairs = set(zip(one, other, strict=True))
    return len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
