"""Classes whose files are pairs of one scene: 'noisy/IMG_2034.png' and 'clean/IMG_2034_clean.png'."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations, pairwise
from pathlib import Path

from core.data.layouts.assigned import Layout, listed
from core.data.layouts.masked.copies import copies_of_all, counted_pairs, made_of_another
from core.data.layouts.masked.numbers import kinds_of_names
from core.data.layouts.masked.scenes import show_same_scenes
from core.data.look import look_alike_masks
from core.data.related.affixes import (
    NEARLY_ALL,
    bare_names,
    count_on,
    is_count,
    is_negated,
    means_mask,
    shared_affix,
    words,
)
from core.text import short

_MOST_CLASSES = 20  # number of classes up to which names are compared
_FEWEST = 3  # files of a class
_GAP = 2  # from one number of a run to the next
_RUN = 3  # numbers of a run


def note_pairs(layout: Layout) -> None:
    """Note classes whose file names are the same, but for what all of a class have more, and not just numbers: they may
    be pairs of one scene, or a folder of copies of the others."""
    names: dict[str, dict[str, str]] = defaultdict(dict)
    paths: dict[str, list[Path]] = defaultdict(list)
    for found in layout.found:
        names[found.label][found.path.stem.casefold()] = _ending(found.path)
        paths[found.label].append(found.path)
    copies = copies_of_all(names)
    layout.notes += [
        f"The class '{short(label)}' holds files of the same names as those of {listed(others)}, as a folder of copies "
        "does (cut out, drawn or in other colours). If they are copies, take the folder out: it is no class."
        for label, others in copies.items()
    ]
    rest = {label: stems for label, stems in names.items() if label not in copies}
    made = dict.fromkeys(made_of_another(rest))
    if made:
        layout.notes.append(
            f"By their names, the classes {listed(sorted({label for _, label in made}))} may hold copies of the images "
            f"of {listed(sorted({base for base, _ in made}))}. If they do, they are no classes: take their folders out."
        )
    pairs = [both for both, sure in counted_pairs(rest) if sure or _show_same_scenes(*both, paths) is not False]
    rest = {label: stems for label, stems in rest.items() if len(stems) >= NEARLY_ALL * len(paths[label])}
    if len(rest) <= _MOST_CLASSES:
        pairs += [both for both in combinations(sorted(rest), 2) if _are_pairs(*both, rest, paths)]
    counting = _counting_in_parts(layout)
    pairs = [both for both in pairs if not counting >= set(both) or _one_is_of_masks(*both, paths)]
    pairs = [both for both in pairs if both not in made and both[::-1] not in made]
    if pairs:
        layout.notes.append(
            f"The classes {listed(sorted({label for both in pairs for label in both}))} hold files of the same names, "
            "as pairs of one scene do (an image and its mask, before and after). If they are pairs, they are no "
            "classes."
        )


def _counting_in_parts(layout: Layout) -> set[str]:
    """Classes whose files only count in every part, in one from the beginning on; none where there are no parts."""
    stems: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for found in layout.found:
        stems[found.label][found.part or ""].append(found.path.stem.casefold())
    return {label for label, parts in stems.items() if len(parts) > 1 and count_on([*parts.values()])}


def _show_same_scenes(one: str, other: str, paths: Mapping[str, Sequence[Path]]) -> bool | None:
    """Whether the images of the same names show the same scenes; None where they cannot be read."""
    others = {path.stem.casefold(): path for path in paths[other]}
    return show_same_scenes([(path, others[stem]) for path in paths[one] if (stem := path.stem.casefold()) in others])


def _ending(path: Path) -> str:
    ending = path.suffix.casefold()
    return ".jpg" if ending in (".jpeg", ".jpe", ".jfif") else ending


def _are_pairs(
    label: str, another: str, stems: Mapping[str, Collection[str]], paths: Mapping[str, Sequence[Path]]
) -> bool:
    one, other = stems[label], stems[another]
    fewer, more = sorted((len(one), len(other)))
    if fewer < _FEWEST or fewer < NEARLY_ALL * more:
        return False
    if len(set(one) & set(other)) >= NEARLY_ALL * more:
        if not _count(one) or _one_is_of_masks(label, another, paths):
            return True
        # two folders that count alike from anywhere, as IMG_2034 to IMG_2042, may be pairs: the images tell
        return len(stems) == 2 and not is_count(one) and _show_same_scenes(label, another, paths) is not False
    return any(
        shared_affix(made, bases)[1] >= NEARLY_ALL and not is_count(bare_names(bases))
        for made, bases in ((one, other), (other, one))
    )


def _count(stems: Collection[str]) -> bool:
    """Whether names only count, wherever they start, the names of each form for themselves ('img_000' and 'web_4'), and
    each number for itself: '00002_00029' of the third track."""
    if is_count(stems):
        return True
    kinds = kinds_of_names(dict(enumerate(stems)))
    if sum(map(len, kinds)) < NEARLY_ALL * len(stems) or 2 * len(kinds) > len(stems):
        return False  # words of their own tell files apart
    return all(_is_dense(set(column)) for kind in kinds for column in zip(*kind.values(), strict=True))


def _is_dense(numbers: Collection[int]) -> bool:
    """Whether numbers follow one another with gaps, or in a few runs."""
    if max(numbers) - min(numbers) < 2 * len(numbers) + 2 and (min(numbers) < 2 or len(numbers) > 1):
        return True
    breaks = sum(later - one > _GAP for one, later in pairwise(sorted(numbers)))
    return len(numbers) >= _RUN * (breaks + 1)


def _one_is_of_masks(one: str, other: str, paths: Mapping[str, Sequence[Path]]) -> bool:
    """Whether just one of two classes is called like masks, the other not like the images without one, and the images
    of the first are no photographs."""
    masks = [label for label in (one, other) if means_mask(words(label))]
    if len(masks) != 1 or is_negated(words(masks[0]), other if masks[0] == one else one):
        return False
    return look_alike_masks(paths[masks[0]]) is not False
