"""Files in folders by class, written into a new folder or zip: whole, or nothing of them."""

import re
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core import files
from core.data.dataset import Dataset, Item
from core.errors import InvalidInput
from core.files import slug

IMAGES = "images"  # of several labels each: they lie in one folder
_SAFE = re.compile(r"\w(?:[\w ().,+-]{0,80}[\w)])?")  # letters of any script; no separators, no dots at the ends
Put = Callable[[str, bytes], None]


@contextmanager
def open_place(out: Path) -> Iterator[Put]:
    """Where files go, a new or empty folder or a new .zip; nothing is left of it when something fails. Raises
    `InvalidInput`, `StorageFailed`."""
    zipped = out.suffix.lower() == ".zip"
    with _saving(out):
        there = out.exists()
        taken = there and (zipped or not out.is_dir() or any(out.iterdir()))
    if taken:
        what = "exists already. Choose another name" if zipped else "is not an empty folder. Choose a new one"
        raise InvalidInput(f"{out} {what}; nothing was written.")
    if zipped:
        with files.atomic_write(out) as handle, zipfile.ZipFile(handle, "w") as archive:
            yield archive.writestr
        return
    with _saving(out):  # now, and not after the first image was made
        out.mkdir(parents=True, exist_ok=True)
    try:
        yield lambda name, content: files.write_bytes(_parent(out / name), content)
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)
        if there:
            out.mkdir(exist_ok=True)
        raise


def _parent(path: Path) -> Path:
    with _saving(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def _saving(path: Path) -> Iterator[None]:
    """Errors of the file system name `path`. Raises `StorageFailed`."""
    try:
        yield
    except OSError as error:
        raise files.storage_failed(path, error) from error


def folder_of(dataset: Dataset) -> Callable[[Item], str]:
    """The folder of an image by its class; of images with several labels, `IMAGES`."""
    if dataset.several:
        return lambda _: IMAGES
    folders = folder_names(dataset.classes)
    return lambda item: folders[item.label]


def safe_name(name: str) -> str:
    """The name if every file system accepts it, else its readable part."""
    return name if _SAFE.fullmatch(name) and slug(name) != f"x-{name.lower()}" else slug(name)


def folder_names(classes: Sequence[str]) -> list[str]:
    """A folder's name for each class that every file system accepts, all different."""
    names: list[str] = []
    for number, name in enumerate(classes):
        plain = safe_name(name)
        taken, free = {other.casefold() for other in names}, plain
        while free.casefold() in taken:
            free, number = f"{plain}-{number}", number + 1
        names.append(free)
    return names
