"""Split a multi-label data set, with notes on labels that are too rare to be stratified."""

from collections import Counter
from collections.abc import Sequence

from core.data.dataset import Dataset
from core.data.dividing.shares import class_shares
from core.data.dividing.stratify import Unit, stratified
from core.data.layouts.assigned import listed
from core.experiment import SplitSpec

Parts = dict[str, list[int]]
_MOST = 5  # labels that are listed individually
_VERBS = {"train": "train", "val": "validate", "test": "test"}


def deal_several(dataset: Dataset, units: Sequence[Unit], spec: SplitSpec) -> tuple[Parts, list[str]]:
    """Indices of each part, and notes. `units` are groups of items that stay together, in random order."""
    labels = {index: dataset.items[index].classes for unit in units for index in unit}
    counts = Counter(label for classes in labels.values() for label in classes)
    order = sorted(counts, key=lambda label: dataset.classes[label])  # not by index, which may change
    number = {label: position for position, label in enumerate(order)}
    targets = {number[label]: _shares(counts[label], spec) for label in order}
    sizes = _shares(len(labels), spec)
    item_labels = {index: [number[label] for label in classes] for index, classes in labels.items()}
    dealt = stratified(units, item_labels, targets, sizes)
    parts = {part: [index for unit in members for index in unit] for part, members in dealt.items()}
    return parts, _notes(dataset, parts, counts, spec)


def _shares(count: int, spec: SplitSpec) -> dict[str, int]:
    val, test, _ = class_shares(count, spec.val, spec.test)
    return {"train": count - val - test, "val": val, "test": test}


def _notes(dataset: Dataset, parts: Parts, counts: Counter[int], spec: SplitSpec) -> list[str]:
    """Notes on labels that are too rare to get the requested shares, or are missing in a part."""
    counts_by_part = {
        part: Counter(label for index in indices for label in dataset.items[index].classes)
        for part, indices in parts.items()
    }
    checked = [part for part in _VERBS if part != "test" or spec.test]
    rare = [
        label
        for label in sorted(counts, key=lambda one: (counts[one], dataset.classes[one]))
        if class_shares(counts[label], spec.val, spec.test)[2]
        or not all(counts_by_part[part][label] for part in checked)
    ]
    notes = [
        _rare(dataset.classes[label], counts[label], {part: counts_by_part[part][label] for part in _VERBS})
        for label in rare[:_MOST]
    ]
    if more := rare[_MOST:]:
        names = listed(dataset.classes[one] for one in more)
        notes.append(f"{len(more):,} more labels are as rare, or missing in a part: {names}.")
    total = sum(map(len, parts.values()))
    if everywhere := [dataset.classes[label] for label in counts if counts[label] == total]:
        notes.append(
            f"Every image has {listed(sorted(everywhere))}: without images that lack it there is nothing to learn, and "
            "its average precision is always 100 %."
        )
    return notes


def _rare(name: str, count: int, dealt: dict[str, int]) -> str:
    if count == 1:
        part = next(part for part, number in dealt.items() if number)
        return f"Label '{name}' has only one image; it is in the {part} part, so that the label's score says nothing."
    distribution = ", ".join(f"{number} {_VERBS[part]}" for part, number in dealt.items())
    none = [part for part, number in dealt.items() if not number]
    more = "; add images that show it, to have it measured" if none else ""
    return f"Label '{name}' is rare ({count:,} images): {distribution}{more}."
