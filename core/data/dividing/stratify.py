"""Iterative stratification: split multi-label images so that each label, and the whole, gets the requested shares.

K. Sechidis, G. Tsoumakas and I. Vlahavas, "On the Stratification of Multi-Label Data", ECML PKDD 2011. The label with
the fewest remaining images is distributed first; each of its images goes to the part that needs the label most, ties to
the part that needs images most.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

Unit = tuple[int, ...]  # indices of items that must stay together
Labels = Mapping[int, Sequence[int]]  # item index -> classes
Needed = Mapping[str, float]  # images still needed, by part
TRAIN = "train"


def stratified(
    units: Sequence[Unit], labels: Labels, needed: Mapping[int, Mapping[str, int]], sizes: Needed
) -> dict[str, list[Unit]]:
    """Assign every unit to a part.

    `sizes` is the number of images per part, training first; `needed[label]` the number per label. Ties are broken by
    the order of `units` and `sizes`.
    """
    return _Assignment(units, labels, needed, sizes).parts()


class _Assignment:
    def __init__(
        self, units: Sequence[Unit], labels: Labels, needed: Mapping[int, Mapping[str, int]], sizes: Needed
    ) -> None:
        self.unit_labels = [Counter(label for index in unit for label in labels[index]) for unit in units]
        self.units, self.sizes = units, dict(sizes)
        self.names = [part for part in sizes if sizes[part] > 0 or part == TRAIN]
        self.needed = {label: dict(parts) for label, parts in needed.items()}
        self.assigned: list[str] = [""] * len(units)

    def parts(self) -> dict[str, list[Unit]]:
        remaining = Counter(label for unit_labels in self.unit_labels for label in unit_labels.elements())
        units_with: dict[int, list[int]] = {label: [] for label in self.needed}
        for unit, unit_labels in enumerate(self.unit_labels):
            for label in unit_labels:
                units_with[label].append(unit)
        while remaining:
            label = min(remaining, key=lambda one: (remaining[one], len(units_with[one]), one))
            # large units first: they are hard to place later
            for unit in sorted(
                (n for n in units_with[label] if not self.assigned[n]), key=lambda n: -len(self.units[n])
            ):
                self._assign(unit, label)
                remaining -= self.unit_labels[unit]  # labels without remaining images are dropped
        for unit, part in enumerate(self.assigned):
            if not part:
                self._assign(unit, None)
        rarest_first = sorted(units_with, key=lambda one: (len(units_with[one]), one))
        for part in self.names:  # training first: labels missing there cannot be learned
            for label in rarest_first:
                self._fill_gap(label, units_with[label], part)
        return {
            part: [u for u, current in zip(self.units, self.assigned, strict=True) if current == part]
            for part in self.sizes
        }

    def _assign(self, unit: int, label: int | None) -> None:
        """Assign a unit to the part that needs its label most or, without labels, needs images most."""
        needed = self.needed.get(label, {}) if label is not None else {}
        part = max(self.names, key=lambda one: (needed.get(one, 0), self.sizes[one]))
        self._move(unit, part)

    def _move(self, unit: int, part: str) -> None:
        for current, sign in ((self.assigned[unit], 1), (part, -1)):
            if current:
                self.sizes[current] += sign * len(self.units[unit])
                for label, count in self.unit_labels[unit].items():
                    self.needed[label][current] += sign * count
        self.assigned[unit] = part

    def _fill_gap(self, label: int, units_with: Sequence[int], part: str) -> None:
        """If a part needs a label and has none, move a unit there from a part that can spare it (for training, from
        any)."""
        if self.needed[label][part] <= 0 or any(self.assigned[unit] == part for unit in units_with):
            return
        spare = [unit for unit in units_with if all(self._can_spare(unit, one) for one in self.unit_labels[unit])]
        if spare or part == TRAIN:
            self._move(min(spare or units_with, key=lambda unit: len(self.units[unit])), part)

    def _can_spare(self, unit: int, label: int) -> bool:
        """Whether another unit in the same part has the label too."""
        current = self.assigned[unit]
        return any(
            other != unit and self.assigned[other] == current and label in unit_labels
            for other, unit_labels in enumerate(self.unit_labels)
        )
