"""Images drawn in a few flat values, as masks are, that belong to photographs of their class: by their pixels and where
they lie, whatever they are called."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.data.dataset import Item
from core.data.layouts.masked.numbers import Numbered, kinds_of_names
from core.data.related.affixes import cuts
from core.text import short

_FEWEST = 3  # images of a data set
_ENOUGH = 0.5  # of the drawn images of a class belong to a photograph
_SAME_SIZE = 0.8  # of the pairs that only share a number have one size
_MOST_OF_A_CASE = 8  # images in a folder of one photograph and what was made of it
_MOST_BESIDE_MASKS = 2  # other images in a folder of masks: the image again, and the masks laid over it
_SEPARATORS = " _.-"
Reasons = dict[int, str]


@dataclass(frozen=True, slots=True)
class _Place:
    """The images of one class and part, some photographs and some drawn, by their index."""

    items: Sequence[Item]
    photos: list[int]
    drawn: list[int]

    def stem(self, index: int) -> str:
        return PurePosixPath(self.items[index].name).stem.casefold()

    def folder(self, index: int) -> str:
        return str(PurePosixPath(self.items[index].name).parent)

    def called(self, index: int) -> str:
        return f"'{short(PurePosixPath(self.items[index].name).name)}'"

    def by_folder(self, indices: Sequence[int]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for index in indices:
            found[self.folder(index)].append(index)
        return found


def masks_of_photographs(items: Sequence[Item]) -> Reasons:
    """The indices of images that are none of a class, with the reason: drawn ones that have the name or the number of a
    photograph of their class and part, or lie in one folder with it, and what lies in a folder of its masks.

    Empty where they are few; a class in which most of the drawn images belong to no photograph keeps all.
    """
    found: Reasons = {}
    for place in _places(items):
        reasons = _within(place)
        if sum(index in reasons for index in place.drawn) >= _ENOUGH * len(place.drawn):
            found |= reasons
    return found if len(found) >= _FEWEST else {}


def _places(items: Sequence[Item]) -> Iterator[_Place]:
    sorted_out: dict[object, list[int]] = defaultdict(list)
    for index, item in enumerate(items):
        sorted_out[item.classes, item.part].append(index)
    for indices in sorted_out.values():
        looks = Counter(items[index].look for index in indices)
        if looks[""] and looks["flat"]:
            # the mask of an image without the object is plain; where more are plain, they are even surfaces
            drawn = {"flat", "plain"} if looks["flat"] >= looks["plain"] else {"flat"}
            yield _Place(
                items, [index for index in indices if not items[index].look],
                [index for index in indices if items[index].look in drawn],
            )  # fmt: skip


def _within(place: _Place) -> Reasons:
    found = dict(_in_folders_of_masks(place))
    for ways in (_of_the_same_name, _of_one_case, _of_the_same_number):
        rest = [index for index in place.drawn if index not in found]
        found |= ways(_Place(place.items, [index for index in place.photos if index not in found], rest))
    return found


def _in_folders_of_masks(place: _Place) -> Iterator[tuple[int, str]]:
    """What lies in a folder called after a photograph elsewhere, with masks: 'a1/0.png' or 'a1_json/label.png' beside
    'a1.jpg'."""
    stems = {place.stem(index): index for index in place.photos}
    photos = place.by_folder(place.photos)
    for folder, drawn in place.by_folder(place.drawn).items():
        name = PurePosixPath(folder).name.casefold()
        image = next((stems[base] for base in (name, *(base for base, _ in cuts(name))) if base in stems), None)
        others = photos.get(folder, [])
        if image is None or place.folder(image) == folder or len(others) > _MOST_BESIDE_MASKS:
            continue
        for index in (*drawn, *others):
            yield (
                index,
                (
                    f"Lies in a folder with masks of {place.called(image)}, after which the folder is called. If it "
                    "is an image of its own, rename the folder."
                ),
            )


def _of_the_same_name(place: _Place) -> Reasons:
    stems = {place.stem(index): index for index in place.photos}
    return {
        index: _reason(place, "called like", stems[place.stem(index)], "rename it")
        for index in place.drawn
        if place.stem(index) in stems
    }


def _of_one_case(place: _Place) -> Reasons:
    """Drawn images in folders of hardly more than one photograph, and images called after them: 'label' and
    'label_viz'."""
    found: Reasons = {}
    photos = place.by_folder(place.photos)
    cases = {
        folder: drawn
        for folder, drawn in place.by_folder(place.drawn).items()
        if folder in photos and len(photos[folder]) + len(drawn) <= _MOST_OF_A_CASE
    }
    for folder, drawn in cases.items() if len(cases) > 1 else ():
        masks = tuple(place.stem(index) for index in drawn)
        laid_over = [index for index in photos[folder] if _is_called_after(place.stem(index), masks)]
        image = next((index for index in photos[folder] if index not in laid_over), None)
        if image is not None:
            step = "move it out of that folder"
            found |= {index: _reason(place, "in one folder with", image, step) for index in drawn}
            found |= {
                index: f"Is called after a mask of {place.called(image)} beside it. If it is an image of its own, "
                "rename it."
                for index in laid_over
            }
    return found


def _is_called_after(stem: str, masks: Sequence[str]) -> bool:
    return any(stem.startswith(mask) and stem[len(mask) : len(mask) + 1] in tuple(_SEPARATORS) for mask in masks)


def _of_the_same_number(place: _Place) -> Reasons:
    """Drawn images with the number and the size of a photograph in their folder, or of the class where they have a
    folder of their own."""
    found: Reasons = {}
    photos = place.by_folder(place.photos)
    by_folder = place.by_folder(place.drawn)
    everywhere = _numbered(place, () if all(map(photos.get, by_folder)) else place.photos)
    for folder, drawn in by_folder.items():
        bases = _numbered(place, photos[folder]) if folder in photos else everywhere
        for kind in kinds_of_names({index: place.stem(index) for index in drawn}):
            pairs = bases.same(kind)
            same = sum(_size(place.items[one]) == _size(place.items[other]) for one, other in pairs.items())
            if pairs and same >= _SAME_SIZE * len(pairs):
                found |= {
                    index: _reason(place, "numbered and as large as", image, "rename it")
                    for index, image in pairs.items()
                }
    return found


def _numbered(place: _Place, photos: Sequence[int]) -> Numbered:
    return Numbered(kinds_of_names({index: place.stem(index) for index in photos}))


def _size(item: Item) -> tuple[int, int]:
    return item.width, item.height


def _reason(place: _Place, relation: str, image: int, step: str) -> str:
    return (
        f"Is drawn in a few flat values, as masks are, and {relation} {place.called(image)}. If it is an image of its "
        f"own, {step}."
    )
