"""Classes whose files are pairs of one scene: 'noisy/IMG_2034.png' and 'clean/IMG_2034_clean.png'."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from itertools import combinations

from core.data.layouts.assigned import Layout, listed
from core.data.related.affixes import NEARLY_ALL, is_count, is_negated, means_mask, shared_affix, words

_MOST_CLASSES = 20  # number of classes up to which names are compared
_FEWEST = 3  # files of a class


def note_pairs(layout: Layout) -> None:
    """Note classes whose file names are the same, but for what all of a class have more, and not just numbers: they may
    be pairs of one scene."""
    stems: dict[str, set[str]] = defaultdict(set)
    for found in layout.found:
        stems[found.label].add(found.path.stem.casefold())
    if len(stems) > _MOST_CLASSES:
        return
    pairs = [both for both in combinations(sorted(stems), 2) if _are_pairs(*both, stems)]
    if pairs:
        names = sorted({label for both in pairs for label in both})
        layout.notes.append(
            f"The classes {listed(names)} hold files of the same names, as pairs of one scene do (an image and its "
            "mask, before and after). If they are pairs, they are no classes."
        )


def _are_pairs(label: str, another: str, stems: Mapping[str, Collection[str]]) -> bool:
    one, other = stems[label], stems[another]
    fewer, more = sorted((len(one), len(other)))
    if fewer < _FEWEST or fewer < NEARLY_ALL * more:
        return False
    if len(set(one) & set(other)) >= NEARLY_ALL * more:
        return _one_is_of_masks(label, another) or not is_count(one)
    return any(
        shared_affix(made, bases)[1] >= NEARLY_ALL and not is_count(bases)
        for made, bases in ((one, other), (other, one))
    )


def _one_is_of_masks(one: str, other: str) -> bool:
    """Whether just one of two classes is called like masks, and the other not like the images without one."""
    masks = [label for label in (one, other) if means_mask(words(label))]
    return len(masks) == 1 and not is_negated(words(masks[0]), other if masks[0] == one else one)
