"""A data set with its edits as files: the images in folders of the classes that they have now."""

from collections.abc import Generator
from pathlib import Path, PurePosixPath

from core.data.dataset import Dataset, Item
from core.export.folders import folder_of, open_place, safe_name
from core.export.labels_table import labels_table
from core.work.progress import Progress

LABELS = "labels.csv"  # of images with several labels


def write_mended(dataset: Dataset, out: Path) -> Generator[Progress, None, list[str]]:
    """Copy the images that are used, byte by byte; returns those that could not be read, with the reason.

    One folder for each class, within `train`, `val` and `test` where the data set came divided; images with several
    labels lie in one folder beside `labels.csv`. `out` is a new or empty folder, or a new .zip. What is not finished is
    removed again. Raises `InvalidInput`, `StorageFailed`.
    """
    folder, taken = folder_of(dataset), set[str]()
    names = [_free(_name(item, folder(item)), taken) for item in dataset.items]
    rows = [
        (name, [dataset.classes[label] for label in item.classes])
        for name, item in zip(names, dataset.items, strict=True)
    ]
    if dataset.several:  # before there is anything to lose
        labels_table(rows, dataset.classes)
    left_out, copied = [], []
    with open_place(out) as put:
        for done, (name, item) in enumerate(zip(names, dataset.items, strict=True)):
            yield Progress(what="copying images", done=done, total=len(names))
            try:
                content = item.path.read_bytes()
            except OSError as error:
                left_out.append(f"{item.name}: {error.strerror or error}")
                continue
            put(name, content)
            copied.append(rows[done])
        if dataset.several and copied:
            put(LABELS, labels_table(copied, dataset.classes))
    return left_out


def _name(item: Item, folder: str) -> str:
    stem, suffix = PurePosixPath(item.name).stem, PurePosixPath(item.name).suffix
    part = f"{item.part}/" if item.part else ""
    return f"{part}{folder}/{safe_name(stem)}{suffix.lower()}"


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number if another image has it."""
    path, number = PurePosixPath(name), 1
    while name.casefold() in taken:
        number += 1
        name = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
    taken.add(name.casefold())
    return name
