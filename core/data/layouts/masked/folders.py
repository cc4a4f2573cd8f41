"""Folders of masks or annotations of the images in another folder: 'masks' beside 'images', or within a class."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.data.layouts.assigned import Layout, listed
from core.data.layouts.case import Case, MaskFolder, unwrap_root
from core.data.layouts.words import is_generic, kind_of, plain
from core.data.look import look_alike_masks
from core.data.related.affixes import (
    NEARLY_ALL,
    Affix,
    bare_names,
    is_count,
    is_negated,
    means_image,
    means_mask,
    shared_affix,
    words,
)
from core.data.tree import Folder

_MARKS = re.compile(
    r"(?:train|training|val|valid|test|image|images|pixel|instance|semantic)*"
    r"(?P<word>masks?|labels?|annotations?|annots?|gt|groundtruth|bbox(?:es)?|xmls?|trimaps?|"
    r"segmentation(?:s|class|object|masks?)?|segclass|gtfine|gtcoarse)(?:train|val|test|set)?"
)
_MOST_SIBLINGS = 20  # that names are compared with one by one


def is_annotation(folder: Folder) -> bool:
    """Whether a folder name is typical of masks or annotations and of no class."""
    return bool(_MARKS.fullmatch(plain(folder.name)))


def is_of_masks(folder: Folder) -> bool:
    """Whether a folder name is that of masks or annotations, perhaps of something: 'lung_mask'."""
    if is_annotation(folder):
        return True
    return kind_of(folder.name) is None and means_mask(words(folder.name))  # 'seg_train' is a part


def may_hold_masks(folder: Folder) -> bool:
    """Whether a folder name may be that of masks or annotations: also 'Segmented' or 'lung labels'."""
    return is_of_masks(folder) or (kind_of(folder.name) is None and means_mask(words(folder.name), surely=False))


def set_aside(case: Case) -> None:
    """Take the folders of masks out of what is read, and keep them in `case.masks`; the case as it was is `case.whole`.

    Where a `classes.json` names the classes, there are none.
    """
    found = [] if case.named else list(_found(case.root, case.root))
    if not found:
        return
    case.whole = replace(case, notes=list(case.notes), left_out=list(case.left_out))
    case.masks = found
    case.outer = case.outer.without({mask.folder.path for mask in found})
    case.root = next(one for one in case.outer.every_folder() if one.path == case.root.path)
    unwrap_root(case)


def with_masks(case: Case, layout: Layout) -> Layout:
    """With the folders of masks as classes, where every folder shall be one and no two others are: who asks for it may
    know better than their names."""
    if case.whole is None or layout.reading.layout != "folders" or len(layout.classes) > 1:
        return layout
    made = case.whole.read(case.whole, layout.reading)
    if len(made.classes) < 2:
        return layout
    made.notes.append(
        f"By their names, {listed(sorted(made.classes))} are images and their masks or annotations. If they are, they "
        "are no classes."
    )
    return made


def _found(parent: Folder, root: Folder) -> Iterator[MaskFolder]:
    upper = parent is root or kind_of(parent.name) is not None or is_generic(parent.name)
    for folder in parent.full:
        maybe = may_hold_masks(folder) or _files_are_called_masks(folder)
        found = _mask_folder(folder, parent, upper) if maybe else None
        if found:
            yield found
        else:
            yield from _found(folder, root)


def _mask_folder(folder: Folder, parent: Folder, upper: bool) -> MaskFolder | None:
    """What `folder` is if it holds masks; `upper`: the folders of `parent` may be classes."""
    siblings = [
        one
        for one in parent.full
        if one is not folder and not may_hold_masks(one) and not is_negated(words(folder.name), one.name)
    ]
    beside_classes = upper and sum(not holds_images(one) for one in siblings) > 1
    by_name = is_of_masks(folder)
    made = MaskFolder(folder, parent, not upper, beside_classes)
    if looks_like_masks(folder, [path for one in siblings for path in one.every_image()] + parent.images):
        return made if not upper or beside_classes or any(map(holds_images, siblings)) else replace(made, surely=False)
    if not may_hold_masks(folder):
        return None
    if not by_name and (not upper or beside_classes or any(_has_classes(one) for one in (folder, *siblings))):
        return None  # a class, or a variant of all classes: 'color' and 'segmented'
    masks = list(folder.every_image())
    stems = [path.stem for path in masks]
    if by_name and any(_holds_nothing_but_images(one) for one in siblings) and not parent.images:
        named = sum(means_mask(words(stem)) for stem in stems)
        if all(_holds_nothing_but_images(one) for one in siblings) or named >= NEARLY_ALL * len(masks):
            return made
    places = [("", parent.images, True)]  # its name, its images, and whether it is one of images for certain
    places += [(one.name, list(one.every_image()), not upper or holds_images(one)) for one in siblings[:_MOST_SIBLINGS]]
    places.sort(key=lambda place: not place[2])
    if beside_classes:
        places.append(("", [path for one in siblings for path in one.every_image()], False))
    for place, paths, known in places:
        match = _match(stems, [path.stem for path in paths], place, 0.5 if by_name else NEARLY_ALL)
        if match and (match.belongs_together or known or (by_name and not beside_classes and match.exact)):
            if match.counted and not known and look_alike_masks(masks) is False:
                return None  # photographs that count as others do: 'bottles', 'labels'
            return made if known or match.identifies_masks else replace(made, surely=False)
    return None


def _files_are_called_masks(folder: Folder) -> bool:
    """Whether nearly every image of a folder has a name with a word such as 'mask', as 'IMG_0001_mask'."""
    stems = [path.stem for path in folder.images]
    named = sum(means_mask(words(stem)) for stem in stems)
    return kind_of(folder.name) is None and bool(stems) and named >= NEARLY_ALL * len(stems)


def looks_like_masks(folder: Folder, images: Sequence[Path]) -> bool:
    """Whether the images of a folder look like masks and those others do not."""
    return bool(look_alike_masks(list(folder.every_image()))) and look_alike_masks(images) is False


def _has_classes(folder: Folder) -> bool:
    return len([one for one in folder.full if not kind_of(one.name)]) > 1


def holds_images(folder: Folder) -> bool:
    """Whether a folder's name says that images lie in it, and not what they show: 'Leaf photos', 'train'."""
    return is_generic(folder.name) or kind_of(folder.name) is not None or means_image(words(folder.name))


def only_count(root: Folder) -> bool:
    """Whether folders, none of them a part, hold images of one kind with the same numbers for names: what the folders
    are called is all that makes one of them masks."""
    full = root.full
    names = {frozenset(path.stem for path in folder.images) for folder in full}
    kinds = {path.suffix.casefold() for folder in full for path in folder.images}
    flat = len(full) > 1 and not any(folder.full or kind_of(folder.name) for folder in full)
    return flat and len(names) == len(kinds) == 1 and all(map(str.isdecimal, next(iter(names))))


def _holds_nothing_but_images(folder: Folder) -> bool:
    return is_generic(folder.name) or all(means_image([word]) for word in words(folder.name) or ["1"])


@dataclass(frozen=True, slots=True)
class Match:
    """Names that are those of other images, perhaps with an affix. `counted`: they say little, as 1, 2 and 3; `exact`:
    only the affix differs, where 'mask_1' and 'face_1' both have one."""

    affix: Affix
    counted: bool
    exact: bool

    @property
    def belongs_together(self) -> bool:
        """Whether the names alone say that the files belong together."""
        return not self.counted or means_mask(self.affix.words)

    @property
    def identifies_masks(self) -> bool:
        """Whether they also say which of both are masks."""
        return not self.counted and means_mask(self.affix.words)


def _match(made: Collection[str], images: Collection[str], place: str = "", least: float = NEARLY_ALL) -> Match | None:
    """How the names of `made` are those of `images`, in a folder called `place`; None where they are others."""
    if not made or not images:
        return None
    mine, theirs = {stem.casefold() for stem in made}, {stem.casefold() for stem in images}
    affix, exact = Affix(), True
    share = len(mine & theirs) / len(mine)
    if share < least:
        affix, share = shared_affix(made, images)
    if share < least:
        bare, others = bare_names(made), bare_names(images)
        affix, share, exact = Affix(), len(bare & others) / len(bare), False
        theirs = others
    if share < least or (share == least == 0.5):
        return None
    found = {tuple(words(stem)) for stem in theirs}
    named = len(found) > 1 or any(word in words(place) for one in found for word in one)
    return Match(affix, is_count(theirs) and not named, exact)
