"""Which images of a data set are used once only, because they show the same as another, and why, as sentences."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from core.data.dataset import Dataset, Item
from core.data.near.duplicates import RANK, Near, Pairs, exact_groups
from core.experiment import SplitSpec
from core.wording import as_reading

Reasons = dict[int, str]  # an item's index -> why it is not used
_SCALED = "in 256 grey levels"
SHORTEST_DIGEST = 12  # hexadecimal digits that name an image


def exact_reasons(dataset: Dataset) -> Reasons:
    """Equal pixels: under two labels no copy is used, else one, in the order test, val, train."""
    reasons = _conflicts(dataset)
    return reasons | _copies(dataset, reasons)


def near_reasons(dataset: Dataset, near: Near, spec: SplitSpec, done: Reasons) -> tuple[Reasons, list[str]]:
    """Near copies that are left out under `spec`, never any of another label, and notes on what was decided."""
    notes = _seen(dataset, near, spec)
    if spec.near_copies == "keep":
        return {}, notes
    if spec.near_copies == "drop":
        return _all_but_one(dataset, near, done), notes
    by_label: dict[int, tuple[list[tuple[int, int]], list[tuple[int, int]]]] = defaultdict(lambda: ([], []))
    for number, pairs in enumerate((near.across, near.beneath)):
        for pair in pairs:
            by_label[dataset.kinds[pair[0]]][number].append(pair)
    reasons: Reasons = {}
    all_trained: dict[int, set[int]] = defaultdict(set)
    for i, item in enumerate(dataset.items):
        if i not in done and item.part == "train":
            all_trained[dataset.kinds[i]].add(i)
    twins = _twins(dataset, done)
    for label, (across, beneath) in sorted(by_label.items()):
        trained = all_trained[label]
        lost = [i for i, _ in across if i in trained]
        if 2 * len(lost) > len(trained) and len(beneath) < len(across):
            chosen = beneath
            name = dataset.label_of(dataset.items[across[0][0]])
            notes.append(
                f"Most training images of class '{name}' look nearly like validation or test images: "
                f"{len(beneath)} of those {'is' if len(beneath) == 1 else 'are'} left out instead, so that the class "
                "can be trained. Divide it anew."
            )
        else:
            chosen = across
        reasons |= _one_side(dataset, chosen, twins)
    return reasons, notes


def distinct_digests(dataset: Dataset, spec: SplitSpec) -> tuple[frozenset[str], list[str]]:
    """Digests of the images that `spec` says are copies of nothing, and a note on each entry that names no image."""
    found, notes = set(), []
    digests = sorted({item.digest for item in dataset.items})
    by_name = {item.name: item.digest for item in dataset.items}
    for entry in spec.distinct:
        named = {by_name[entry]} if entry in by_name else set()
        if not named and len(entry) >= SHORTEST_DIGEST:
            named = {digest for digest in digests if digest.startswith(entry.lower())}
        found |= named
        if not named:
            notes.append(f"'{entry[:80]}' was to be a different image, but no image has this name or digest.")
    return frozenset(found), notes


def _conflicts(dataset: Dataset) -> Reasons:
    """Every copy of an image that has two labels, or sets of labels: which one is right cannot be known."""
    reasons = {}
    for group in exact_groups(dataset):
        kinds = sorted({dataset.kinds[index]: index for index in group}.items())
        if len(kinds) > 1:
            names = " and ".join(f"'{dataset.label_of(dataset.items[index])}'" for _, index in kinds)
            for index in group:
                others = [i for i in group if dataset.kinds[i] != dataset.kinds[index]]
                same = (i for i in others if dataset.items[i].finer == dataset.items[index].finer)
                other = next(same, others[0])
                reasons[index] = _conflict(dataset, names, dataset.items[other], dataset.items[index])
    return reasons


def _conflict(dataset: Dataset, names: str, other: Item, item: Item) -> str:
    if item.finer != other.finer:
        where = "has the labels" if dataset.several else "lies in the classes"
        return (
            f"An image that looks the same {_SCALED} {where} {names} (also as {other.name}); no copy is used. Its "
            "values differ: if they should be told apart, correct the scale, as the notes on the data say."
        )
    same = "The same image, pixel by pixel,"
    if dataset.several:
        return (
            f"{same} has the labels {names} (also as {other.name}); no copy is used. Give all copies the same labels."
        )
    kept = (
        f"{same} lies in the classes {names} (also as {other.name}); no copy is used. Keep it in the right class only."
    )
    # a table says for itself which image has several labels
    if dataset.reading.layout == "csv" or dataset.made_here:
        return kept
    return f"{kept} If it shows both, read the images as several labels per image ({as_reading(task='multilabel')})."


def _copies(dataset: Dataset, done: Reasons) -> Reasons:
    reasons = {}
    for group in exact_groups(dataset):
        if group[0] in done:
            continue
        kept = max(group, key=lambda i: (RANK[dataset.items[i].part], -i))
        for index in group:
            part = dataset.items[index].part
            # of two copies that train, one may yet become a validation image
            if index != kept and (part in (None, "train") or part != dataset.items[kept].part):
                scaled = dataset.items[index].finer != dataset.items[kept].finer
                same = f"what looks the same {_SCALED} as" if scaled else "the same image as"
                reasons[index] = _reason(dataset, index, kept, same)
    return reasons


def _one_side(dataset: Dataset, pairs: Pairs | list[tuple[int, int]], twins: Callable[[Item], list[int]]) -> Reasons:
    """The first of each pair, with those of its exact copies that are still used."""
    return {
        index: _reason(dataset, index, kept, "nearly the same image as")
        for one, kept in pairs
        for index in twins(dataset.items[one])
    }


def _all_but_one(dataset: Dataset, near: Near, done: Reasons) -> Reasons:
    """Of each group the largest image in the highest part is used; the others not, nor their exact copies."""
    twins = _twins(dataset, done)
    reasons: Reasons = {}
    for group in near.groups:
        kept = max(group, key=lambda i: _worth(dataset.items[i]))
        others = [i for one in group if one != kept for i in twins(dataset.items[one])]
        reasons |= {i: _reason(dataset, i, kept, "nearly the same image as") for i in others}
    return reasons


def _worth(item: Item) -> tuple[int, int, str]:
    return RANK[item.part], item.width * item.height, item.digest


def _twins(dataset: Dataset, done: Reasons) -> Callable[[Item], list[int]]:
    found = defaultdict(list)
    for index, item in enumerate(dataset.items):
        if index not in done:
            found[item.digest].append(index)
    return lambda item: found[item.digest]


def _reason(dataset: Dataset, index: int, kept: int, same: str) -> str:
    item, other = dataset.items[index], dataset.items[kept]
    where = f" in the {other.part} part" if other.part != item.part else ""
    honest = "; a measurement would be too good" if where else ""
    return f"Shows {same} {other.name}{where}{honest}. Only that one is used."


def _seen(dataset: Dataset, near: Near, spec: SplitSpec) -> list[str]:
    """What was found, in sentences."""
    notes = []
    alike = {i for group in near.groups for i in group}
    several = dataset.several
    if alike:
        what = {
            "group": "each group stays in one part of the split"
            + (", or its copies in the lower part are left out" if dataset.presplit else ""),
            "drop": "one of each group is used",
            "keep": "each is used as an image of its own, so that the measured scores may be too good",
        }[spec.near_copies]
        whose = "with the same labels" if several else "of their class"
        notes.append(f"{_images(len(alike))} look nearly like another one {whose}; {what}.")
    mixed = {i for pair in near.conflicts for i in pair}
    if mixed:
        whose = "with other labels" if several else "of another class"
        notes.append(
            f"{_images(len(mixed))} look nearly like one {whose}; all are used. If such a pair shows the same "
            "thing, one of its labels is wrong."
        )
    for scene in near.scenes:
        names = _classes(dataset, scene)
        notes.append(
            f"{_images(len(scene))} of {names} show one scene, as a fixed camera sees it: there only images that agree "
            "in what sets them apart from the scene count as near copies."
        )
    return notes


def _classes(dataset: Dataset, indices: Sequence[int]) -> str:
    members = {dataset.kinds[i]: dataset.items[i] for i in indices}
    kinds = [kind for kind, _ in Counter(dataset.kinds[i] for i in indices).most_common(3)]
    return " and ".join(f"'{dataset.label_of(members[kind])}'" for kind in sorted(kinds))


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count:,} images"
