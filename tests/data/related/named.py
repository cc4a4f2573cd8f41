"""Data sets of names alone, without any file."""

from pathlib import Path, PurePosixPath

from core.data.dataset import Dataset, Item
from core.experiment import Reading


def named(*names, label_at=0, layout="auto"):
    """Images whose class is the folder `label_at` of their names."""
    labels = [PurePosixPath(name).parts[label_at] for name in names]
    classes = tuple(sorted(set(labels)))
    items = [
        Item(Path(name), name, classes.index(label), 40, 30, f"{index:064x}")
        for index, (name, label) in enumerate(zip(names, labels, strict=True))
    ]
    return Dataset("x", "x", classes, tuple(items), reading=Reading(layout=layout))
