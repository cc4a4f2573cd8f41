"""Images beside class folders whose images were made of them, by their names: raw images, and what was cropped."""

from collections.abc import Container, Iterable
from pathlib import Path

from core.data.related.affixes import NEARLY_ALL, cuts, is_count


def were_made_of(made: Iterable[Path], originals: Iterable[Path]) -> bool:
    """Whether nearly all images are called like one of `originals`, perhaps with more before or behind: 'a1_crop' and
    'a1'. Names that only count tell it where each stands once, and all in both."""
    known = {path.stem.casefold() for path in originals}
    bases = [_base(path.stem.casefold(), known) for path in made]
    if is_count(known):
        return set(bases) == known and len(bases) == len(known)
    return sum(base in known for base in bases) >= max(1, NEARLY_ALL * len(bases))


def _base(stem: str, known: Container[str]) -> str:
    """What a name is called after, or an empty one."""
    return stem if stem in known else next((base for base, _ in cuts(stem) if base in known), "")
