"""Dividing a data set whose images have several labels, with notes on labels that are too rare for it."""

from collections import Counter
from collections.abc import Sequence

from core.data.dataset import Dataset
from core.data.dividing.shares import class_shares
from core.data.dividing.stratify import Unit, stratified
from core.data.layouts.assigned import listed
from core.experiment import SplitSpec

Parts = dict[str, list[int]]
_MOST = 5  # labels that are told one by one
_WORDS = {"train": "train", "val": "validate", "test": "test"}


def deal_several(dataset: Dataset, units: Sequence[Unit], spec: SplitSpec) -> tuple[Parts, list[str]]:
    """The indices of each part, and notes. `units` are items that stay together, in the order of chance."""
    labels = {index: dataset.items[index].classes for unit in units for index in unit}
    counts = Counter(label for shown in labels.values() for label in shown)
    order = sorted(counts, key=lambda label: dataset.classes[label])  # not by their places, which may change
    number = {label: place for place, label in enumerate(order)}
    wanted = {number[label]: _shares(counts[label], spec) for label in order}
    sizes = _shares(len(labels), spec)
    shown = {index: [number[label] for label in found] for index, found in labels.items()}
    dealt = stratified(units, shown, wanted, sizes)
    parts = {part: [index for unit in found for index in unit] for part, found in dealt.items()}
    return parts, _notes(dataset, parts, counts, spec)


def _shares(count: int, spec: SplitSpec) -> dict[str, int]:
    val, test, _ = class_shares(count, spec.val, spec.test)
    return {"train": count - val - test, "val": val, "test": test}


def _notes(dataset: Dataset, parts: Parts, counts: Counter[int], spec: SplitSpec) -> list[str]:
    """Which labels have so few images that their shares are not the wanted ones, or are missing in a part."""
    found = {
        part: Counter(label for index in indices for label in dataset.items[index].classes)
        for part, indices in parts.items()
    }
    wanted = [part for part in _WORDS if part != "test" or spec.test]
    rare = [
        label
        for label in sorted(counts, key=lambda one: (counts[one], dataset.classes[one]))
        if class_shares(counts[label], spec.val, spec.test)[2] or not all(found[part][label] for part in wanted)
    ]
    notes = [
        _rare(dataset.classes[label], counts[label], {part: found[part][label] for part in _WORDS})
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
    said = ", ".join(f"{number} {_WORDS[part]}" for part, number in dealt.items())
    none = [part for part, number in dealt.items() if not number]
    more = "; add images that show it, to have it measured" if none else ""
    return f"Label '{name}' is rare ({count:,} images): {said}{more}."
