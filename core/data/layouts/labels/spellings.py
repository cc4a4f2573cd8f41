"""Labels that are written in several ways: which are read as one class, and the note that says so."""

import re
from collections.abc import Collection, Iterable

from core.data import names
from core.data.layouts.vocabulary.letters import folded
from core.data.layouts.words import PREDICT, is_ordinary, kind_of
from core.text import short

# 1.0 and 1,00 are 1 as programs for tables write it; three zeros may separate thousands
_WHOLE = re.compile(r"(?P<whole>[-+]?\d+)([.,](?!000$)0+)?")


_OPEN = frozenset(("?", "??", "???", "todo", "to do", "to-do", "tbd", "tba", "tbc", "待定", "未定"))


class Spellings:
    """The labels of one column: the class of each, and in which ways every class is written.

    Spaces around a label, quotes around it, other characters for the same accent, and zeros after the decimal point of
    whole numbers tell no classes apart. Zeros before a number do: 00123 and 123 are two.
    """

    def __init__(self, labels: Iterable[str], blank: Collection[str] = ()) -> None:
        self._numbers, self._blank = one_spelling(labels), blank
        self._written: dict[str, dict[str, None]] = {}

    def label(self, bare: str, written: str = "") -> str:
        """The class of the label `bare`, which stands as `written` in the file; empty for one that is blank."""
        if bare in self._blank:
            return ""
        label = names.label(bare)
        label = self._numbers.get(label, label)
        if label:
            self._written.setdefault(label, {})[written or bare] = None
        return label

    def note(self, where: str) -> str:
        """A sentence on labels that are read as one class; empty if every class is written in one way."""
        several = {label: ways for label, ways in self._written.items() if len(ways) > 1}
        if not several:
            return ""
        merged = [f"{_quoted(ways)} as '{short(label)}'" for label, ways in list(several.items())[:3]]
        more = f", and {len(several) - 3:,} more classes" if len(several) > 3 else ""
        return f"{where} some classes are written in several ways, and read as one: {'; '.join(merged)}{more}."


def blank_labels(labels: Iterable[str]) -> frozenset[str]:
    """Labels that say that an image has none yet, where two others remain: 'TODO', '?', 'to_label'. Not one whose
    contrary is there as well: 'unsorted' beside 'sorted'."""
    different = set(labels) - {""}
    likely = {label for label in different if label.casefold() in _OPEN or kind_of(label) == PREDICT}
    classes = {folded(label) for label in different - likely if any(map(str.isalnum, label))}
    found = {
        label
        for label in likely
        if not is_ordinary(label, different) and not any(len(one) > 3 and one in folded(label) for one in classes)
    }
    return frozenset(found if len(classes) > 1 else ())


def one_spelling(labels: Iterable[str]) -> dict[str, str]:
    """The names of whole numbers if one is written with and without zeros after its point, as 1 and 1.0; otherwise
    empty."""
    nonempty = {label for label in labels if label}
    found = {label: _WHOLE.fullmatch(label) for label in nonempty}
    numbers = {label: match["whole"] for label, match in found.items() if match}
    return numbers if len(numbers) == len(nonempty) > len(set(numbers.values())) else {}


def _quoted(ways: Iterable[str], most: int = 4) -> str:
    every = list(ways)
    shown = [f"'{short(way)}'" for way in every[:most]]
    same = " (other characters that look the same)" if len(set(map(names.label, every))) < len(every) else ""
    return ", ".join([*shown, *(["..."] if len(every) > most else [])]) + same
