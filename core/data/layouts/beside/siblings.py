"""Folders called like parts beside classes: of test images, or a class itself, as 'Val' is beside 'Dev' and 'Tess'."""

from collections.abc import Sequence
from itertools import pairwise, takewhile

from core.data.layouts.case import Case, unwrap
from core.data.layouts.words import Beside, is_certain, is_ordinary, kind_of
from core.data.tree import Folder

_FEW = 3  # folders, with that of the test images, where a word that may be a class is one
_FEWEST = 5  # images of a folder, of which the beginnings of names tell something


def flat_tests(case: Case) -> list[Folder]:
    """Flat folders for prediction beside class folders. A class may be called 'test', but not one of two classes.

    A word for test that may mean something else, such as 'teste' and 'prova', is a class where there are two, or where
    its folder is filled as the others are.
    """
    full = case.root.full
    names = Beside(folder.name for folder in full)
    found = [
        folder
        for folder in full
        if not case.named
        and kind_of(folder.name) not in (None, "train")
        and (is_certain(folder.name) or _may_be_test(folder, full))
        and not unwrap(folder).full
        and not (is_ordinary(folder.name, names) or folder.path.name in case.given)
    ]
    return found if len(case.root.folders) - len(found) > 1 else []


def _may_be_test(folder: Folder, among: Sequence[Folder]) -> bool:
    others = [one for one in among if one is not folder]
    return len(others) >= _FEW and kind_of(folder.name) == "test" and not is_filled_like(folder, others)


def is_filled_like(folder: Folder, classes: Sequence[Folder]) -> bool:
    """Whether a folder has about as many images as the classes, and the names of its files begin in a way of their own,
    as those of each class do: 'val_01', 'dev_01' and 'tess_01', or IMG_3001, IMG_1001 and IMG_2001."""
    sizes = [one.image_count for one in classes]
    if len(classes) < 2 or not max(_FEWEST, 0.5 * min(sizes)) <= folder.image_count <= 2 * max(sizes):
        return False
    starts = sorted(_start([path.stem.casefold() for path in one.every_image()]) for one in (folder, *classes))
    # in order, what begins another one stands right before one that begins with it
    return all(starts) and not any(longer.startswith(one) for one, longer in pairwise(starts))


def _start(stems: Sequence[str]) -> str:
    """The letters that all names begin with: those that the first and the last one in order share."""
    pairs = zip(min(stems, default=""), max(stems, default=""), strict=False)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
