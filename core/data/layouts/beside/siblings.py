"""Whether a folder that is called like a part is filled as the classes beside it are: 'Val' beside 'Dev' and 'Tess'."""

from collections.abc import Sequence
from itertools import takewhile

from core.data.tree import Folder

_FEWEST = 5  # images of a folder, of which the beginnings of names tell something


def is_filled_like(folder: Folder, classes: Sequence[Folder]) -> bool:
    """Whether a folder has about as many images as the classes, and the names of its files begin in a way of their own,
    as those of each class do: 'val_01', 'dev_01' and 'tess_01', or IMG_3001, IMG_1001 and IMG_2001."""
    sizes = [one.image_count for one in classes]
    if len(classes) < 2 or not max(_FEWEST, 0.5 * min(sizes)) <= folder.image_count <= 2 * max(sizes):
        return False
    starts = [_start([path.stem.casefold() for path in one.every_image()]) for one in (folder, *classes)]
    return all(starts) and not any(
        one.startswith(other) for place, one in enumerate(starts) for other in starts[:place] + starts[place + 1 :]
    )


def _start(stems: Sequence[str]) -> str:
    """The letters that all names begin with: those that the first and the last one in order share."""
    pairs = zip(min(stems, default=""), max(stems, default=""), strict=False)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
