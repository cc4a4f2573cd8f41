"""Masks and annotations beside their images in class folders: 'benign (1).png' and 'benign (1)_mask.png'."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from core.data.decoding import sniff
from core.data.layouts.assigned import Layout
from core.data.look import look_alike_masks
from core.data.related.affixes import NEARLY_ALL, Affix, cuts, may_mean_mask, means_image, means_mask, tokens, words
from core.text import short

_FEWEST = 3  # images with an uncertain mask that make it certain
_MOST_OF_THEM = 0.6  # share of the images that have a mask, where only names tell the classes
_MANY = 0.3  # share of images that are masks, where a refusal says so
_SAMPLED = 24  # images that are looked at for it
_MOST_WORDS = 3  # of what was added to a name
_SEPARATORS = " _.-"
Masks = dict[Path, Path]  # each with its image


def leave_out_masks(layout: Layout) -> set[str]:
    """Leave out files named like an image beside them plus a word such as 'mask'; plus one such as 'label' only where
    nearly every image of the folder, or of the data set, has such a file. Returns the classes that had some."""
    places: dict[tuple[str, Path], list[Path]] = defaultdict(list)
    for found in layout.found:
        places[found.label, found.path.parent].append(found.path)
    masks: Masks = {}
    everywhere = []
    for paths in places.values():
        sure, perhaps = _masks(paths)
        everywhere.append((len(paths) - len(sure) - len(perhaps), perhaps))
        masks |= sure
    certain = _certain(sum(count for count, _ in everywhere), [perhaps for _, perhaps in everywhere])
    for count, perhaps in everywhere:
        masks |= perhaps if certain or _certain(count, [perhaps]) else {}
    for path, image in masks.items():
        layout.leave_out(path, reason_for_mask(image))
    masked = {found.label for found in layout.found if found.path in masks}
    layout.found = [found for found in layout.found if found.path not in masks]
    return masked


def masks_of(images: Sequence[Path]) -> Masks:
    """The masks among images of several classes whose names are all that is known, each with its image; none where they
    are those of few images, as 'cat_mask_1' may be a class.

    The word may also stand before a number: 'cat_mask (1).jpg' belongs to 'cat (1).jpg'.
    """
    masks: Masks = {}
    perhaps: Masks = {}
    for paths in _by_folder(images).values():
        sure, unsure = _masks(paths, numbered_behind=True)
        masks |= sure
        perhaps |= unsure
    if _certain(len(images) - len(masks) - len(perhaps), [perhaps]):
        masks |= perhaps
    rest = len(images) - len(masks)
    return masks if len(set(masks.values())) >= max(_FEWEST, _MOST_OF_THEM * rest) else {}


def about_masks(images: Sequence[Path]) -> str:
    """A sentence on images without a class of which many are called or drawn like masks; empty for others."""
    masks: Masks = {}
    for paths in _by_folder(images).values():
        sure, perhaps = _masks(paths, numbered_behind=True)
        masks |= sure | (perhaps if _certain(len(paths) - len(sure) - len(perhaps), [perhaps]) else {})
    if len(masks) < max(_FEWEST, _MANY * len(images)):
        drawn = sorted(images)[:: max(1, len(images) // _SAMPLED)]
        masks = {path: path for path in drawn if look_alike_masks([path])}
        if not _MANY * len(drawn) <= len(masks) < len(drawn):
            return ""
    return (
        f"Images such as '{short(next(iter(masks)).name)}' look like masks of the others, labels for segmentation, "
        "which gives no classes."
    )


def _by_folder(images: Sequence[Path]) -> dict[Path, list[Path]]:
    folders: dict[Path, list[Path]] = defaultdict(list)
    for path in images:
        folders[path.parent].append(path)
    return folders


def _certain(images: int, masks: Collection[Masks]) -> bool:
    """Whether nearly all of so many images have an uncertain mask."""
    return sum(len(set(some.values())) for some in masks) >= max(_FEWEST, NEARLY_ALL * images)


def reason_for_mask(image: Path) -> str:
    """Why a mask is left out."""
    return (
        f"Is called like a mask or an annotation of '{short(image.name)}' beside it. If it is an image of its own, "
        "rename it."
    )


def _masks(paths: Collection[Path], numbered_behind: bool = False) -> tuple[Masks, Masks]:
    """The masks among the files of a folder: those by their names alone, and those with a word that may mean else, or
    within the name unless `numbered_behind`."""
    sure: Masks = {}
    perhaps: Masks = {}
    named = [path for path in paths if may_mean_mask(words(path.stem))]
    there = _images(paths) if named else {}
    for path in sorted(named, key=lambda path: len(path.stem)):
        inner = dict(_cut_within(path.stem))
        for base, affix in (*cuts(path.stem), *inner.items()):
            image, found = there.get(base), affix.words
            if image is None or image == path or image in sure or image in perhaps or len(found) > _MOST_WORDS:
                continue
            if means_mask(found, surely=False):
                certain = means_mask(found) and (numbered_behind or base not in inner)
                (sure if certain else perhaps)[path] = image
                break
    return sure, perhaps


def _cut_within(stem: str) -> Iterator[tuple[str, Affix]]:
    """The name without a word and one separator before or behind it, within the name."""
    parts = tuple(token.casefold() for token in tokens(stem))
    for place in range(1, len(parts) - 1):
        if may_mean_mask(parts[place : place + 1]):
            for first, last in ((place - 1, place + 1), (place, place + 2), (place, place + 1)):
                if not parts[first].isalnum() or first == place:
                    yield "".join((*parts[:first], *parts[last:])), Affix(behind=parts[place : place + 1])


def _images(paths: Collection[Path]) -> dict[str, Path]:
    """What a mask may be named after: 'disc000', 'disc000.jpg', and '000' for 'image_000'; no text beside an image."""
    paths = [path for path in paths if path.suffix.casefold() in sniff.IMAGE_SUFFIXES] or paths
    named = {path.stem.casefold(): path for path in paths}
    whole = {path.name.casefold(): path for path in paths}
    plain = {
        base.strip(_SEPARATORS): path
        for path in paths
        if means_image(words(path.stem))
        for base, affix in cuts(path.stem)
        if len(affix.words) == 1 and means_image(affix.words) and not means_mask(words(base), surely=False)
    }
    return plain | whole | named
