"""Images that are versions of one image by their names, as augmentation tools save them (turned, mirrored and the
like), or views of one object: from left and right, in colour and infrared.

Their pixels do not tell: a mirrored copy is no near copy. Divided among training and test, they make a measurement too
good.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable
from pathlib import PurePosixPath

from core.data.dataset import Dataset
from core.data.layouts.words import is_group
from core.data.related.copy_names import copied
from core.text import short

_Named = tuple[int, str, str, bool]  # label, folder, what it is called after, and whether that is certain
Indices = tuple[int, ...]
Groups = tuple[Indices, ...]
TOGETHER = "each group stays in one part of the split"
_ROBOFLOW = re.compile(r"(?P<origin>.+)\.rf\.[0-9A-Za-z]{8,}", re.IGNORECASE)
_SUFFIX = re.compile(r"_(?:jpe?g|png|bmp|webp|tiff?|gif|heic)$", re.IGNORECASE)  # Roboflow's: 'cat05_jpg.rf.…'
_KERAS = re.compile(r"(?P<origin>.+)_\d+_\d{1,8}")
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_FLIP = (
    r"(?:h|v|hv|lr|ud)?[ _-]?flip(?:ped)?(?:[ _-]?(?:h|v|lr|ud|horizontal(?:ly)?|vertical(?:ly)?))?|mirror(?:ed)?|"
    r"rot(?:ate|ated|ation)?"
)
_CHANGED = (
    r"aug(?:mented|mentation)?|bright(?:ness|er)?|dark(?:er)?|contrast|nois[ey]|blur(?:red|ry)?|sharp(?:en|ened)?|"
    r"zoom(?:ed)?|shift(?:ed)?|translate[ds]?|translation|shear(?:ed)?|scaled?|crop(?:ped)?|resized?|hue|"
    r"sat(?:uration)?|gamma|clahe|equali[sz]ed?|distort(?:ed|ion)?|elastic|jitter(?:ed)?|gr[ae]y(?:scale)?"
)
_SAVED = r"thumb(?:nail)?s?|copy|edited|\d+x\d+"
_SEEN = r"left|right|front|back|top|side|od|os|rgb|depth|thermal|n?ir|ms[ _-](?:nir|re|r|g|b)"
_VERSION = re.compile(
    rf"(?P<origin>.+?)(?:(?:[ _.-]+\(?|\()(?:{_FLIP}|{_CHANGED}|{_SAVED}|{_SEEN})\)?[ _-]*-?\d*(?:\.\d+)?(?:deg)?|"
    r"@\dx)",
    re.IGNORECASE,
)
_VIEW = re.compile(
    r"(?:left|right|front|back|top|side|rgb|depth|thermal|n?ir|colou?r)[ _.-]+(?P<origin>\w*\d)", re.IGNORECASE
)
# a word of augmentation within a name: '05_0_aug_cat_5531' as of Keras, 'aug_12_5531', 'rot90_IMG_2031'; not a month
_MARK = rf"(?:{_FLIP}|aug(?:mented|mentation)?|augmentiert|gespiegelt|gedreht|aumentad[ao]|augment[ée]e?)"
_WITHIN = re.compile(rf"(?P<origin>\D*\d.*?)[ _.-]+(?P<mark>{_MARK})\d{{0,3}}[ _.-]+(?P<rest>.*\d.*)", re.IGNORECASE)
_YEAR = r"(?:19|20)\d\d(?!\d)"
_BEFORE = re.compile(rf"{_MARK}\d{{0,3}}[ _.-]+(?:(?P<index>\d+)_\d{{1,5}}|(?P<origin>(?=.*\d).+))", re.IGNORECASE)
_AUGMENTOR = re.compile(r"(?:.+_)?original_(?P<origin>.+)\.\w{3,4}_[0-9a-f]{4,8}-[0-9a-f-]+", re.IGNORECASE)
_EDITED = re.compile(r"img_e(?P<number>\d{4})", re.IGNORECASE)  # an iPhone's, beside IMG_1234


def version_groups(dataset: Dataset, unused: Container[int] = (), marked: bool = True) -> Groups:
    """Indices of items of one class and folder whose names are one name with words such as 'flip', 'rot90' or 'left'
    beside it, or that Roboflow made of one image; groups of two and more, in the order of `dataset.items`.

    Where the image itself is not there, it takes several such groups in a class to believe the names. Without `marked`,
    words of augmentation within a name are not looked for, as by earlier versions.
    """
    found: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    sure = set()
    named = {
        index: (
            dataset.kinds[index],
            str(PurePosixPath(item.name).parent),
            *_origin(PurePosixPath(item.name).stem, marked),
        )
        for index, item in enumerate(dataset.items)
        if index not in unused
    }
    if marked:
        named = _of_keras(named)
    above = _copied_folders({(label, place, origin) for label, place, origin, _ in named.values()})
    for index, (label, place, origin, certain) in named.items():
        key = (label, above.get((label, place), place), origin)
        found[key].append(index)
        if certain:
            sure.add(key)
    groups = {key: tuple(indices) for key, indices in found.items() if len(indices) > 1}
    if marked:  # what most of a class is called after is the class
        sizes = Counter(label for label, *_ in named.values())
        groups = {key: some for key, some in groups.items() if key in sure or 2 * len(some) <= sizes[key[0]]}
    several = Counter(label for label, _, _ in groups)
    return tuple(indices for key, indices in groups.items() if key in sure or several[key[0]] > 1)


def _of_keras(named: dict[int, _Named]) -> dict[int, _Named]:
    """The same with 'cat05' for 'cat05_0_4521', where an image of that name is there."""
    there = {(label, place, origin) for label, place, origin, certain in named.values() if certain}
    found = {}
    for index, (label, place, origin, certain) in named.items():
        made = _KERAS.fullmatch(origin)
        if made and (label, place, made["origin"]) in there:
            origin, certain = made["origin"], False
        found[index] = (label, place, origin, certain)
    return found


def _copied_folders(named: set[tuple[int, str, str]]) -> dict[tuple[int, str], str]:
    """The folder above, for folders within a class of which most names are those of images right above them: what was
    drawn on them, or small copies."""
    names: dict[tuple[int, str], set[str]] = defaultdict(set)
    for label, place, origin in named:
        names[label, place].add(origin)
    above = {(label, place): str(PurePosixPath(place).parent) for label, place in names}
    return {
        key: above[key]
        for key, inside in names.items()
        if not is_group(PurePosixPath(key[1]).name)
        and 5 * len(inside & names.get((key[0], above[key]), set())) >= 4 * len(inside)
    }


def version_note(dataset: Dataset, groups: Groups) -> list[str]:
    """What was found, with an example, as a list of one sentence or none."""
    if not groups:
        return []
    one, other = (dataset.items[index].name for index in groups[0][:2])
    count = sum(map(len, groups))
    return [
        f"{count:,} images are called like versions or views of one another, such as '{short(one)}' and "
        f"'{short(other)}'; {TOGETHER}."
    ]


def origins(stem: str) -> list[str]:
    """What an image may be called that this one was made of, numbers without leading zeros: the name itself, that
    without what a tool added, and that without the two numbers of Keras ('cat05_0_4521')."""
    names = [stem.casefold(), _origin(stem, marked=False)[0]]
    if found := _KERAS.fullmatch(names[1]):
        names.append(found["origin"])
    return list(dict.fromkeys(_ZEROS.sub("", name) for name in names))


def _origin(stem: str, marked: bool) -> tuple[str, bool]:
    """The name without what a tool added, and whether that is certain: the image itself, or a mark of Roboflow."""
    if marked and (made := _AUGMENTOR.fullmatch(stem)):
        return made["origin"].casefold(), True
    if made := _ROBOFLOW.fullmatch(stem):
        return _SUFFIX.sub("", made["origin"]).casefold(), True
    name = stem
    if edited := _EDITED.fullmatch(stem):
        return f"img_{edited['number']}", False
    if view := _VIEW.fullmatch(stem):
        return view["origin"].casefold(), False
    while shorter := _shorter(name) or (_unmarked(name) if marked else ""):
        name = shorter
    return name.casefold(), name == stem


def _shorter(name: str) -> str:
    found = _VERSION.fullmatch(name)
    return found["origin"] if found else next(copied(name), "")


def _unmarked(name: str) -> str:
    """The name without a word of augmentation and what it goes with; empty if there is none."""
    if found := _WITHIN.fullmatch(name):
        month = found["mark"].casefold() == "aug" and (
            re.search(rf"(?<!\d){_YEAR}$", found["origin"]) or re.match(_YEAR, found["rest"])
        )
        return "" if month else found["origin"]
    found = _BEFORE.fullmatch(name)
    return (found["index"] or found["origin"]) if found else ""


def group_numbers(groups: Groups) -> dict[int, int]:
    """The place of each image's group."""
    return {index: place for place, group in enumerate(groups) for index in group}


def not_among(groups: Iterable[Indices], known: Groups) -> Groups:
    """The groups whose images are not together in `known` already."""
    number = group_numbers(known)
    return tuple(group for group in groups if len({number.get(index, -1 - index) for index in group}) > 1)


def joined(*groupings: Groups) -> Groups:
    """The groups of several kinds, those with an index in common made one, each in natural order."""
    parent: dict[int, int] = {}

    def top(index: int) -> int:
        while parent.setdefault(index, index) != index:
            index = parent[index]
        return index

    for groups in groupings:
        for group in groups:
            for index in group[1:]:
                parent[top(index)] = top(group[0])
    found: dict[int, list[int]] = defaultdict(list)
    for index in sorted(parent):
        found[top(index)].append(index)
    return tuple(tuple(group) for group in found.values() if len(group) > 1)
