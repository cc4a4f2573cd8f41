"""Dividing a data set into train, val and test, so that no image is in two of them.

The result depends on the images, their labels and the `SplitSpec` alone: files are dealt in an order made from the
seed and the pixels, whatever their names.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from core.data.dataset import Dataset, LeftOut
from core.data.dividing.several import deal_several
from core.data.dividing.shares import class_shares
from core.data.dividing.stratify import Unit
from core.data.near import former
from core.data.near.copies import distinct_digests, exact_reasons, near_reasons
from core.data.near.duplicates import Groups, Near, find_near
from core.data.near.tiles import Progress
from core.data.related.across_parts import across_parts_notes
from core.data.related.alternating import alternating_groups
from core.data.related.companions import companion_groups
from core.data.related.counterparts import counterpart_groups
from core.data.related.families import family_groups
from core.data.related.stems import stem_groups
from core.data.related.subjects import subject_notes
from core.data.related.together import together_notes
from core.data.related.unpaired import unpaired_notes
from core.data.related.unused_parts import unused_parts_notes
from core.data.related.variants import variant_groups
from core.data.related.versions import joined, version_groups, version_note
from core.experiment import SplitSpec


@dataclass(frozen=True, slots=True)
class Split:
    """Indices into `dataset.items`, each in at most one part, in an order that the pixels decide."""

    train: tuple[int, ...]
    val: tuple[int, ...]
    test: tuple[int, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    near: Near = field(default_factory=Near)

    @property
    def sizes(self) -> dict[str, int]:
        """Images per part."""
        return {"train": len(self.train), "val": len(self.val), "test": len(self.test)}


def make_split(
    dataset: Dataset,
    spec: SplitSpec,
    by_names: bool = True,
    *,
    look_for_altered: bool = True,
    look_for_companions: bool = True,
    look_for_variants: bool = True,
    look_for_turned: bool = True,
    look_for_counterparts: bool = True,
    look_for_shifted: bool = True,
    progress: Progress | None = None,
) -> Split:
    """Divide `dataset`, class by class, into shares; a data set that came divided keeps its parts. Where images have
    several labels, all labels are divided in these shares at once (see `core.data.dividing.stratify`).

    The same image twice: one copy is used, in the order test, val, train; under two labels: none is. Near copies are
    treated as `spec.near_copies` says, and only among images of one label: by default they stay in one part; where the
    data set came divided, the training copy is left out. In a class of three or more every part gets one; of two, one
    trains and one validates. A class of one only trains, and `problems` blocks the start.

    With `by_names`, images that are versions of one image by their names stay in one part like near copies. Without
    `look_for_altered`, copies in another light, cropped, turned or mirrored are not looked for; without
    `look_for_companions`, images that nearly all have a companion by name are not; without `look_for_variants`, those
    of one name in several folders, or of one stem, are not; without `look_for_turned`, quarter turns, mirror images of
    another label, and names with a word of augmentation within are not; without `look_for_counterparts`, those whose
    names agree in other folders, or have the same numbers, are not; without `look_for_shifted`, those are not whose
    folders began a little later than one another, nor pairs of consecutive numbers.

    `progress(done, total)`: images that were compared; what it raises ends the search.
    """
    reasons = exact_reasons(dataset)
    distinct, unknown = distinct_digests(dataset, spec)
    looked_for = {"look_for_altered": look_for_altered, "look_for_turned": look_for_turned}
    near = find_near(dataset, frozenset(reasons), distinct, progress=progress, **looked_for)
    more, notes = near_reasons(dataset, near, spec, reasons)
    different = {index for index, item in enumerate(dataset.items) if item.digest in distinct}
    apart = different | reasons.keys() | more.keys()
    dealt = spec.near_copies == "group" and not _divides_all(dataset)
    versions = version_groups(dataset, apart, look_for_turned) if by_names and dealt else ()
    notes += version_note(dataset, versions)
    for find_groups, wanted in (
        (companion_groups, look_for_companions),
        (variant_groups, look_for_variants),
        (stem_groups, look_for_variants),
        (partial(counterpart_groups, shift=look_for_shifted), look_for_counterparts),
        (family_groups, look_for_counterparts),
        (alternating_groups, look_for_counterparts and look_for_shifted),
    ):
        if by_names and wanted:
            more_groups, more_notes = find_groups(dataset, apart, joined(versions), dealt)
            versions, notes = (*versions, *more_groups), [*notes, *more_notes]
    notes += across_parts_notes(dataset, apart)
    notes += unused_parts_notes(dataset)
    notes += together_notes(dataset, apart, (*versions, *near.groups))
    notes += unpaired_notes(dataset, apart, (*versions, *near.groups))
    # joined only where there is something to join: the order of units decides on the split
    groups = joined(near.groups, versions) if versions and dealt else near.groups
    together = groups if spec.near_copies == "group" else ()
    return _divided(dataset, spec, reasons | more, together, near, [*notes, *unknown])


def _divides_all(dataset: Dataset) -> bool:
    """Whether the data set came with all that is divided: nothing is dealt."""
    return dataset.presplit and any(item.part == "val" for item in dataset.items)


def make_former_split(dataset: Dataset, spec: SplitSpec) -> Split:
    """As runs were divided that were begun before near copies were told apart by label: to go on with those."""
    reasons = exact_reasons(dataset)
    if dataset.presplit:
        reasons |= former.near_reasons(dataset, reasons)
    return _divided(dataset, spec, reasons, former.near_groups(dataset), Near(), [])


def _divided(
    dataset: Dataset, spec: SplitSpec, reasons: dict[int, str], groups: Groups, near: Near, more: list[str]
) -> Split:
    usable = [index for index in range(len(dataset.items)) if index not in reasons]
    deal = _keep if dataset.presplit else _deal
    parts, notes = deal(dataset, usable, spec, groups)
    ordered = {
        part: tuple(sorted(parts[part], key=lambda i: _content(dataset, i))) for part in ("train", "val", "test")
    }
    left_out = tuple(LeftOut(dataset.items[index].name, reasons[index]) for index in sorted(reasons))
    return Split(
        ordered["train"],
        ordered["val"],
        ordered["test"],
        left_out,
        (*notes, *more, *_one_class_notes(dataset, ordered), *subject_notes(dataset, ordered)),
        near,
    )


def _one_class_notes(dataset: Dataset, parts: Mapping[str, Sequence[int]]) -> list[str]:
    """Notes on given parts that hold one class alone, as a table does whose labels are to be filled in."""
    shown = {part: Counter(dataset.label_of(dataset.items[index]) for index in parts[part]) for part in parts}
    if not dataset.presplit or len(shown["train"]) < 2:
        return []
    return [
        f"All {len(parts[part])} {title} images are of the class '{next(iter(shown[part]))}'. If that is a mark for "
        "what is not known, their score means nothing: leave them out of the data set, and predict them."
        for part, title in (("val", "validation"), ("test", "test"))
        if len(shown[part]) == 1 and len(parts[part]) > 2
    ]


def _content(dataset: Dataset, index: int) -> tuple[str, str]:
    return dataset.items[index].digest, dataset.items[index].name


def _keep(
    dataset: Dataset, usable: Sequence[int], spec: SplitSpec, groups: Groups
) -> tuple[dict[str, list[int]], list[str]]:
    """The parts as they came; without validation images, some of the training ones become that."""
    parts: dict[str, list[int]] = {"train": [], "val": [], "test": []}
    for index in usable:
        parts[dataset.items[index].part or "train"].append(index)
    notes = ["The data set came divided; its parts are kept."]
    if not parts["test"]:
        notes.append("It has no test part, so that there is no final test result.")
    if not parts["val"] and parts["train"]:
        carved, more = _deal(dataset, parts["train"], spec.model_copy(update={"test": 0.0}), groups)
        parts |= {"train": carved["train"], "val": carved["val"]}
        notes += [f"It has no validation part: {len(parts['val'])} of the training images are used for it.", *more]
    return parts, notes


def _deal(
    dataset: Dataset, usable: Sequence[int], spec: SplitSpec, groups: Groups
) -> tuple[dict[str, list[int]], list[str]]:
    if dataset.several:
        return deal_several(dataset, _shuffled(dataset, _units(usable, groups), spec.seed), spec)
    parts: dict[str, list[int]] = {"train": [], "val": [], "test": []}
    notes = []
    for label, units in sorted(_units_by_class(dataset, usable, groups).items()):
        count = sum(map(len, units))
        val, test, tiny = class_shares(count, spec.val, spec.test)
        if tiny:
            notes.append(_tiny_note(dataset.classes[label], count, val, test))
        if len(units) < 1 + bool(val) + bool(test):
            notes.append(
                f"The images of class '{dataset.classes[label]}' look nearly the same or are versions of one image: "
                "none of them is used as a test image, and its validation scores will be too good. Add images of other "
                "scenes."
            )
            test = 0
            if len(units) < 1 + bool(val):
                units = [(index,) for unit in units for index in unit]
        _fill(_shuffled(dataset, units, spec.seed), val, test, parts)
    return parts, notes


def _tiny_note(name: str, count: int, val: int, test: int) -> str:
    if count == 1:
        return f"Class '{name}' has only one image; it is among the training images, and nothing measures the class."
    return f"Class '{name}' is tiny ({count} images): {count - val - test} train, {val} validate, {test} test."


def _units(usable: Iterable[int], near: Groups) -> tuple[Unit, ...]:
    """Groups of near copies, and single items."""
    free = set(usable)
    groups = [tuple(index for index in group if index in free) for group in near]
    together = [group for group in groups if len(group) > 1]
    return (*together, *((index,) for index in sorted(free.difference(*together))))


def _units_by_class(dataset: Dataset, usable: Iterable[int], near: Groups) -> dict[int, list[Unit]]:
    """The units, each under the label that most of its members have."""
    units = defaultdict(list)
    for unit in _units(usable, near):
        counts = Counter(dataset.items[index].label for index in unit)
        units[min(counts, key=lambda label: (-counts[label], label))].append(unit)
    return units


def _shuffled(dataset: Dataset, units: Iterable[Unit], seed: int) -> list[Unit]:
    def rank(unit: Unit) -> str:
        return min(hashlib.sha256(f"{seed}/{dataset.items[i].digest}".encode()).hexdigest() for i in unit)

    return sorted(units, key=rank)


def _fill(units: list[Unit], val: int, test: int, parts: dict[str, list[int]]) -> None:
    """Put units into test, then val, up to the numbers wanted, and the rest into train, which gets one at least."""
    rest = list(units)
    for name, wanted, later in (("test", test, 1 + bool(val)), ("val", val, 1)):
        chosen: list[Unit] = []
        others: list[Unit] = []
        count = 0  # of the images in what is chosen
        for unit in rest:
            if count + len(unit) <= wanted and len(rest) - len(chosen) > later:
                chosen.append(unit)
                count += len(unit)
            else:
                others.append(unit)
        if wanted and not chosen and len(rest) > later:
            smallest = min(rest, key=len)
            chosen, others = [smallest], [unit for unit in rest if unit is not smallest]
        rest = others
        parts[name] += [index for unit in chosen for index in unit]
    parts["train"] += [index for unit in rest for index in unit]
