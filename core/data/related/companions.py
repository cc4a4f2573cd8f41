"""Images that nearly all have a companion by their names: 'disc000' beside 'disc000_edges', whatever was added.

A companion was made from its image: divided among training and test, the two make a measurement too good.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Container
from pathlib import PurePosixPath

from core.data.dataset import Dataset
from core.data.layouts.words import is_generic, is_group
from core.data.related.affixes import NEARLY_ALL, Affix, cuts, means_image, means_mask, words
from core.data.related.versions import Groups
from core.text import short

_FEWEST = 3  # images with a companion of one kind
_MANY = 0.5  # the share of them that is enough for a word; a number, as in '1_2', may just count
Place = tuple[int, str]  # labels and folder
Pair = tuple[int, int]  # an image and its companion
_Names = dict[Place, dict[str, int]]


def companion_groups(
    dataset: Dataset, unused: Container[int] = (), known: Groups = (), dealt: bool = True
) -> tuple[Groups, list[str]]:
    """Pairs of an image and its companion, and a note on each kind of them; without those that are together in `known`.

    `dealt`: the pairs are kept together, and the notes say so.

    A kind is what companions have more in their names than their image, in one folder of one class or in a folder below
    or beside it. Nearly all images of a place, or of the data set, must have one, or half of them where it is a word.
    """
    places = _places(dataset)
    group_of = {index: number for number, group in enumerate(known) for index in group}
    groups: list[Pair] = []
    notes = []
    for affix, pairs in _kinds(places).items():
        believed = [
            (image, companion)
            for image, companion in _believed(affix, pairs, places)
            if image not in unused
            and companion not in unused
            and group_of.get(image, -1) != group_of.get(companion, -2)
        ]
        if believed:
            groups += believed
            notes.append(_note(dataset, affix, believed, dealt))
    return tuple(groups), notes


def _places(dataset: Dataset) -> _Names:
    """The name of each image without its ending, by labels and folder."""
    places: _Names = defaultdict(dict)
    for index, item in enumerate(dataset.items):
        name = PurePosixPath(item.name)
        places[dataset.kinds[index], str(name.parent)].setdefault(name.stem.casefold(), index)
    return dict(places)


def _kinds(places: _Names) -> dict[Affix, dict[Place, list[Pair]]]:
    """All pairs by what the companion has more, and by the place of the image."""
    kinds: dict[Affix, dict[Place, list[Pair]]] = defaultdict(lambda: defaultdict(list))
    beside = _generic_folders(places)
    for (label, folder), stems in places.items():
        for place in [(label, folder), *_other_places((label, folder), beside)]:
            bases, here = places.get(place, {}), place[1] == folder
            for stem, index in stems.items():
                if not here and stem in bases and place in beside.get((label, str(PurePosixPath(folder).parent)), ()):
                    kinds[Affix()][place].append((bases[stem], index))
                for base, affix in cuts(stem) if bases else ():
                    if base in bases and (affix.is_meaningful if here else affix.words):
                        kinds[affix][place].append((bases[base], index))
    return kinds


def _generic_folders(places: Collection[Place]) -> dict[Place, list[Place]]:
    """Folders such as 'images' and 'original', by the one they lie in."""
    found: dict[Place, list[Place]] = defaultdict(list)
    for label, folder in places:
        if _is_of_images(PurePosixPath(folder).name):
            found[label, str(PurePosixPath(folder).parent)].append((label, folder))
    return found


def _is_of_images(name: str) -> bool:
    return is_generic(name) or means_image(words(name))


def _other_places(place: Place, beside: dict[Place, list[Place]]) -> list[Place]:
    """Where else the images of a folder of companions may lie: in the one above, or in 'images' beside it."""
    label, folder = place
    path = PurePosixPath(folder)
    if is_group(path.name) or _is_of_images(path.name) or folder == ".":
        return []
    return [(label, str(path.parent)), *beside.get((label, str(path.parent)), [])]


def _believed(affix: Affix, pairs: dict[Place, list[Pair]], places: _Names) -> list[Pair]:
    """The pairs of one kind in the places where enough images have one."""
    made = {companion for some in pairs.values() for _, companion in some}
    if len({image for some in pairs.values() for image, _ in some}) < _FEWEST:
        return []
    least = 0.0 if means_mask(affix.words, surely=False) else _MANY if affix.words else NEARLY_ALL
    images = {place: {image for image, _ in some} for place, some in pairs.items()}
    others = Counter({place: sum(index not in made for index in places[place].values()) for place in pairs})
    total = sum(map(len, places.values())) - len(made)
    if sum(map(len, images.values())) >= least * total:
        return [pair for some in pairs.values() for pair in some]
    enough = [place for place, found in images.items() if len(found) >= max(_FEWEST, least * others[place])]
    return [pair for place in enough for pair in pairs[place]]


def _note(dataset: Dataset, affix: Affix, pairs: list[Pair], dealt: bool) -> str:
    image, companion = (dataset.items[index].name for index in pairs[0])
    where = (
        f"with '{short(affix.text)}' {'behind' if affix.behind else 'before'} its name"
        if affix.text
        else "in a folder beside theirs"
    )
    kept = "; each pair stays in one part of the split" if dealt else ""
    return (
        f"{len(pairs):,} images are called like another one {where}, such as '{short(companion)}' and "
        f"'{short(image)}'{kept}. If they are no images of their own, such as masks or drawings, move them out of the "
        "class folders."
    )
