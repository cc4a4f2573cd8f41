"""Images whose names count on two levels, such as S03_014.png and 8863_x51_y101.png: what the first number stands for
may be a patient, a video or a large image of which each has several images."""

import re
from collections import Counter
from collections.abc import Sequence

_TIME = r"([ _.T-]*(at )?\d\d[-_.:h]?\d\d([-_.:m]?\d\d(\d{3})?)?(?!\d))?"
_SAYS_WHEN = re.compile(  # or how large: no count of anything
    rf"(?<!\d)((19|20)\d\d([-_.]?)\d\d\3\d\d|\d\d([-_.])\d\d\4(19|20)\d\d){_TIME}|(?<!\d)\d{{2,5}}(px|x\d{{2,5}})(?![^\W_])",
    re.IGNORECASE,
)
_COUNT = re.compile(r"[^\W_]*\d[^\W_]*")
_FEWEST = 3  # groups of two images and more


def number_groups(names: Sequence[str]) -> dict[int, str]:
    """The group of each image by its place in `names`, those of one class without their endings; empty where they do
    not count on two levels. Images outside such groups are left out."""
    bare = [_bare(name) for name in names]
    counts = [list(_COUNT.finditer(name)) for name in bare]
    depth = max(map(len, counts), default=0)
    for level in range(depth - 1):
        if len({found[level][0] for found in counts if len(found) > level}) > 1:
            break  # the numbers before this one are the same for all: they belong to the class
    else:
        return {}
    starts = {index: bare[index][: found[level].end()] for index, found in enumerate(counts) if len(found) > level + 1}
    sizes = {start: size for start, size in Counter(starts.values()).items() if size > 1}
    within = sum(sizes.values())
    if len(sizes) < _FEWEST or 5 * within < 3 * len(names) or 2 * max(sizes.values()) > len(names):
        return {}
    return {index: start for index, start in starts.items() if start in sizes}


def _bare(name: str) -> str:
    """A name without when its file was made; a folder of a day may be one session."""
    folder, slash, stem = name.rpartition("/")
    return folder + slash + _SAYS_WHEN.sub("", stem)
