"""Dividing images with several labels so that each label, and the whole, is divided in the shares that are wanted.

Iterative stratification: K. Sechidis, G. Tsoumakas and I. Vlahavas, "On the Stratification of Multi-Label Data",
ECML PKDD 2011. The label with the fewest images left goes first, because it can be spoilt most; each of its images goes
where the label is wanted most, then where images are wanted most.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

Unit = tuple[int, ...]  # items that must stay together
Labels = Mapping[int, Sequence[int]]  # an item's index -> its classes
Wanted = Mapping[str, float]  # by part
TRAIN = "train"


def stratified(
    units: Sequence[Unit], labels: Labels, wanted: Mapping[int, Mapping[str, int]], sizes: Wanted
) -> dict[str, list[Unit]]:
    """The units of each part in `sizes`, training first, which says how many images each is to get; `wanted[label]`
    says how many of a label. Ties go by the order of `units` and `sizes`; every unit is dealt."""
    return _Deal(units, labels, wanted, sizes).parts()


class _Deal:
    def __init__(
        self, units: Sequence[Unit], labels: Labels, wanted: Mapping[int, Mapping[str, int]], sizes: Wanted
    ) -> None:
        self.shown = [Counter(label for index in unit for label in labels[index]) for unit in units]
        self.units, self.sizes = units, dict(sizes)
        self.names = [part for part in sizes if sizes[part] > 0 or part == TRAIN]
        self.wanted = {label: dict(parts) for label, parts in wanted.items()}
        self.part: list[str] = [""] * len(units)

    def parts(self) -> dict[str, list[Unit]]:
        left = Counter(label for shown in self.shown for label in shown.elements())
        having: dict[int, list[int]] = {label: [] for label in self.wanted}
        for number, shown in enumerate(self.shown):
            for label in shown:
                having[label].append(number)
        while left:
            label = min(left, key=lambda one: (left[one], len(having[one]), one))
            # large units first: they fit nowhere later
            for number in sorted((n for n in having[label] if not self.part[n]), key=lambda n: -len(self.units[n])):
                self._give(number, label)
                left -= self.shown[number]  # labels of which none is left are dropped
        for number, part in enumerate(self.part):
            if not part:
                self._give(number, None)
        rarest_first = sorted(having, key=lambda one: (len(having[one]), one))
        for part in self.names:  # training first: what it does not show cannot be learned
            for label in rarest_first:
                self._fill_gap(label, having[label], part)
        return {part: [u for u, at in zip(self.units, self.part, strict=True) if at == part] for part in self.sizes}

    def _give(self, number: int, label: int | None) -> None:
        """Put a unit where its label is wanted most, or, without labels, where images are."""
        wanted = self.wanted.get(label, {}) if label is not None else {}
        part = max(self.names, key=lambda one: (wanted.get(one, 0), self.sizes[one]))
        self._move(number, part)

    def _move(self, number: int, part: str) -> None:
        for at, sign in ((self.part[number], 1), (part, -1)):
            if at:
                self.sizes[at] += sign * len(self.units[number])
                for label, count in self.shown[number].items():
                    self.wanted[label][at] += sign * count
        self.part[number] = part

    def _fill_gap(self, label: int, having: Sequence[int], part: str) -> None:
        """Give a label to a part that wants it and has none, from one that can spare the unit, or for training from
        any."""
        if self.wanted[label][part] <= 0 or any(self.part[number] == part for number in having):
            return
        spare = [number for number in having if all(self._can_spare(number, one) for one in self.shown[number])]
        if spare or part == TRAIN:
            self._move(min(spare or having, key=lambda number: len(self.units[number])), part)

    def _can_spare(self, number: int, label: int) -> bool:
        """Whether another unit in the same part has the label too."""
        at = self.part[number]
        return any(
            other != number and self.part[other] == at and label in shown for other, shown in enumerate(self.shown)
        )
