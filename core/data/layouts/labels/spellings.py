"""Labels that are written in several ways: which are read as one class, and the note that says so."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from core.data import names
from core.data.layouts.assigned import listed
from core.data.layouts.vocabulary.letters import folded
from core.data.layouts.words import PREDICT, is_ordinary, is_unlabelled, kind_of
from core.text import short

# 1.0 and 1,00 are 1 as programs for tables write it; three zeros may separate thousands
_WHOLE = re.compile(r"(?P<whole>[-+]?\d+)([.,](?!000$)0+)?")
_OPEN = frozenset(("?", "??", "???", "todo", "to do", "to-do", "tbd", "tba", "tbc", "待定", "未定"))
# as a label, one of a series of classes where another of it is there
_SERIES = {
    word: frozenset(beside.split())
    for words, beside in (
        ("todo", "doing done inprogress wip blocked finished completed"),
        ("inference", "training finetuning pretraining deduction induction premise hypothesis conclusion idle"),
        ("prediction predictions", "observation observations measurement measurements forecast hindcast analysis"),
    )
    for word in words.split()
}
_MOST_OF_SERIES = 3  # times as many as of another of its series; more of 'todo' are not labelled yet


class Spellings:
    """The labels of one column: the class of each, and in which ways every class is written.

    Spaces around a label, quotes around it, other characters for the same accent, and zeros after the decimal point of
    whole numbers tell no classes apart. Zeros before a number do: 00123 and 123 are two.
    """

    def __init__(self, labels: Iterable[str], blank: Collection[str] = (), series: Collection[str] = ()) -> None:
        self._numbers, self._blank, self._series = one_spelling(labels), blank, frozenset(series)
        self._written: dict[str, dict[str, None]] = {}
        self._left_out: Counter[str] = Counter()

    def label(self, bare: str, written: str = "") -> str:
        """The class of the label `bare`, which stands as `written` in the file; empty for one that is blank."""
        if bare in self._blank:
            self._left_out[bare] += 1
            return ""
        label = names.label(bare)
        label = self._numbers.get(label, label)
        if label:
            self._written.setdefault(label, {})[written or bare] = None
        return label

    def notes(self, where: str) -> list[str]:
        """Sentences on labels that are read as one class, or as none, in the column `where`; none if every class is
        written in one way."""
        return [note for note in (self._of_several(where), self._of_blank(where), self._of_series(where)) if note]

    def _of_several(self, where: str) -> str:
        several = {label: ways for label, ways in self._written.items() if len(ways) > 1}
        if not several:
            return ""
        merged = [f"{_quoted(ways)} as '{short(label)}'" for label, ways in list(several.items())[:3]]
        more = f", and {len(several) - 3:,} more classes" if len(several) > 3 else ""
        return f"In {where} some classes are written in several ways, and read as one: {'; '.join(merged)}{more}."

    def _of_blank(self, where: str) -> str:
        if not self._left_out:
            return ""
        count, one = self._left_out.total(), len(self._left_out) == 1
        rows = "1 row says" if count == 1 else f"{count:,} rows say"
        return (
            f"In {where} {rows} {listed(sorted(self._left_out))}, which is read as not labelled yet: "
            f"{'its image is' if count == 1 else 'their images are'} not used. If {'it is' if one else 'they are'} "
            f"{'a class, give it another name' if one else 'classes, give them other names'}."
        )

    def _of_series(self, where: str) -> str:
        found = sorted(self._series & self._written.keys())
        if not found:
            return ""
        one = len(found) == 1
        return (
            f"In {where} {listed(found)} {'is taken for a class' if one else 'are taken for classes'}, for the others "
            f"there. Where {'it says' if one else 'they say'} that an image has no label yet, empty these cells."
        )


def blank_labels(labels: Iterable[str]) -> frozenset[str]:
    """Labels that say that an image has none yet, where two others remain: 'TODO', '?', 'to_label'. Not one whose
    contrary is there as well, 'unsorted' beside 'sorted', nor one of a series, 'todo' beside 'doing' and 'done'."""
    counts = Counter(label for label in labels if label)
    likely = _may_be_blank(counts)
    classes = {folded(label) for label in counts.keys() - likely if any(map(str.isalnum, label))}
    found = {
        label
        for label in likely - in_series(counts)
        if not is_ordinary(label, counts) and not any(len(one) > 3 and one in folded(label) for one in classes)
    }
    return frozenset(found if len(classes) > 1 else filter(is_unlabelled, found))


def in_series(counts: Mapping[str, int]) -> frozenset[str]:
    """Labels that alone would say that an image has none yet, and are classes for those beside them."""
    words = {folded(label): count for label, count in counts.items()}
    beside = {label: _SERIES.get(folded(label), frozenset()) & words.keys() for label in _may_be_blank(counts)}
    return frozenset(
        label
        for label, others in beside.items()
        if any(counts[label] <= _MOST_OF_SERIES * words[other] for other in others)
    )


def _may_be_blank(labels: Iterable[str]) -> frozenset[str]:
    return frozenset(
        label
        for label in labels
        if label.casefold() in _OPEN or kind_of(label) == PREDICT or (label and is_unlabelled(label))
    )


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
