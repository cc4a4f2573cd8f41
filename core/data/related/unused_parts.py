"""Folders called like parts that a reading does not use, or takes for classes: 'original/train/cat' read innermost."""

from core.data.dataset import Dataset
from core.data.layouts.assigned import listed
from core.data.layouts.words import kind_of


def unused_parts_notes(dataset: Dataset) -> list[str]:
    """A sentence where all images lie in folders called like parts, at one depth, and the data set is divided anew; as
    a list of one or none."""
    if dataset.presplit:
        return []
    paths = [item.name.split("/")[:-1] for item in dataset.items]
    for depth in range(min(map(len, paths), default=0)):
        names = {path[depth] for path in paths}
        kinds = {kind_of(name) for name in names}
        if len(kinds) > 1 and "train" in kinds and kinds <= {"train", "val", "test"}:
            what = "taken for classes" if names <= set(dataset.classes) else "not used: the data set is divided anew"
            return [
                f"The folders {listed(sorted(names))} are called like parts of a divided data set and are {what}. To "
                "keep that division, put them at the top, with the classes in them."
            ]
    return []
