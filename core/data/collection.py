"""Collections: the user's own images, saved in the workspace immediately.

`WORKSPACE/datasets/<slug-id>/<class slug>/<file>`, with the labels in `classes.json` and the collection's name in
`.collection.json`; a collection copied from a divided data set has its classes below `train`, `val` and `test`, and new
images go to `train`. Folder and file names are generated, independent of typed or uploaded names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from core.data import names
from core.data.dataset import Dataset, Item, LeftOut
from core.data.decoding import sniff
from core.data.images import decode
from core.data.layout import LABELS, PARTS, class_labels, read_json
from core.data.sources import ABOUT, COLLECTED
from core.data.zips.unpack import unpack
from core.errors import DatasetNotFound, InvalidInput, UnreadableImage
from core.files import new_folder, slug, storage_failed, write_bytes, write_json
from core.paths import DATASETS
from core.text import format_size

MAX_UPLOAD_BYTES = 200 * 2**20  # per upload; the same as the page's limit
MAX_IMAGES = 20_000  # per collection
MAX_NAME = 1000  # characters of a class or collection name


@dataclass(frozen=True, slots=True)
class Collection:
    """A data set in the workspace. One that is not `editable`, an imported zip, must be copied before it can grow."""

    folder: Path
    name: str
    editable: bool


def create(workspace: Path, name: str) -> Path:
    """Make an empty collection and return its folder. Raises `InvalidInput` for an empty name, `StorageFailed`."""
    folder = _place(workspace, name)
    with new_folder(folder) as filling:  # atomic, even if the process is killed
        write_json(filling / LABELS, {})
        write_json(filling / ABOUT, {"name": _clean(name, "collection"), "kind": COLLECTED})
    return folder


def list_collections(workspace: Path) -> tuple[Collection, ...]:
    """All collections and imported zips of this workspace, by name."""
    found = []
    for path in sorted((workspace / DATASETS).glob(f"*/{ABOUT}")):
        about = read_json(path)
        if isinstance(about, dict) and isinstance(about.get("name"), str):
            found.append(Collection(path.parent, about["name"], about.get("kind") == COLLECTED))
    return tuple(sorted(found, key=lambda collection: (collection.name.casefold(), collection.folder.name)))


def add_class(folder: Path, class_name: str) -> Path:
    """The folder of a class, created if new. NFC and NFD spellings of a name are the same class."""
    _require_editable(folder)
    name = _clean(class_name, "class")
    labels = class_labels(folder)
    folder_name = next((key for key, label in labels.items() if label == name), None)
    if folder_name is None:
        plain = slug(name)
        folder_name = plain if plain not in labels and plain not in PARTS else f"{plain}-{names.short_digest(name)}"
        write_json(folder / LABELS, labels | {folder_name: name})
    place = _class_root(folder) / folder_name
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_failed(place, error) from error
    return place


def add_images(folder: Path, class_name: str, files: Sequence[tuple[str, bytes]]) -> list[LeftOut]:
    """Verify and save images unchanged; returns the refused files by their original names.

    `files` are (name as uploaded, content). Raises `InvalidInput` (no class name, more than `MAX_UPLOAD_BYTES` in one
    go or `MAX_IMAGES` in all; nothing was written), `DatasetNotFound`, `StorageFailed`.
    """
    size = sum(len(content) for _, content in files)
    if size > MAX_UPLOAD_BYTES:
        raise InvalidInput(
            f"The images take {format_size(size)} together; at most {format_size(MAX_UPLOAD_BYTES)} can be added in "
            "one go. Add them in smaller groups, or choose their folder on this machine."
        )
    place = add_class(folder, class_name)
    if _count(folder) + len(files) > MAX_IMAGES:
        raise InvalidInput(f"A collection holds at most {MAX_IMAGES:,} images. Begin another one.")
    left_out = []
    for name, content in files:
        try:
            _add(place, name, content)
        except UnreadableImage as error:
            left_out.append(LeftOut(names.shown(name), str(error)))
    return left_out


def remove_image(folder: Path, name: str) -> None:
    """Delete one image, named as its `Item.name`. Raises `DatasetNotFound` if the collection has no such image."""
    _require_editable(folder)
    path = folder / name
    if "\0" in name or not _is_inside(path.resolve(), folder.resolve()) or not path.is_file():
        raise DatasetNotFound(f"The collection has no image '{name[:200]}'. Load the data set again.")
    try:
        path.unlink()
    except OSError as error:
        raise storage_failed(path, error) from error


def import_zip(workspace: Path, name: str, content: bytes) -> Path:
    """Unpack an uploaded zip into the workspace and return its folder.

    Raises `UnreadableArchive` or `StorageFailed`; then nothing remains.
    """
    if len(content) > MAX_UPLOAD_BYTES:
        raise InvalidInput(
            f"The zip takes {format_size(len(content))}; at most {format_size(MAX_UPLOAD_BYTES)} can be uploaded. Put "
            "it on this machine and choose its path."
        )
    folder = _place(workspace, name)
    with new_folder(folder) as filling:
        filling.rmdir()  # unpacked into a place that is free
        unpack(content, filling, whose=f"{_clean(name, 'data set')}.zip")
        write_json(filling / ABOUT, {"name": _clean(name, "data set"), "kind": "zip"})
    return folder


def copy_dataset(dataset: Dataset, workspace: Path, name: str) -> Path:
    """Copy the readable images of any data set into a new collection, to which more can be added; returns its folder.

    Labels and parts are kept. Raises `InvalidInput` where images have several labels, which folders cannot hold,
    `UnreadableImage` when an image has gone meanwhile, `StorageFailed`; then nothing
    remains.
    """
    if dataset.several:
        raise InvalidInput(
            "Images with several labels cannot be copied into class folders. Put more images beside the others, and "
            "their labels into the table."
        )
    target = _place(workspace, name)
    about = {"name": _clean(name, "collection"), "kind": COLLECTED, "divided": dataset.presplit}
    with new_folder(target) as filling:
        write_json(filling / ABOUT, about)
        write_json(filling / LABELS, {})
        folders = {label: add_class(filling, label).name for label in dataset.classes}
        for item in dataset.items:
            _copy(item, filling / (item.part or "") / folders[dataset.label_of(item)])
    return target


def _copy(item: Item, place: Path) -> None:
    try:
        content = item.path.read_bytes()
    except OSError as error:
        raise UnreadableImage(f"{item.name} cannot be read any more: {error.strerror or error}.") from error
    place.mkdir(parents=True, exist_ok=True)
    free = _free(place, names.image_name(item.path.name, item.path.suffix.lower()), content)
    if free:
        free.write_bytes(content)


def _add(place: Path, name: str, content: bytes) -> None:
    """Write one verified image. Raises `UnreadableImage`, also for an image that the class has already."""
    decode(content)
    kind = sniff.format_of(content[: sniff.HEAD_BYTES])
    suffix = kind.suffixes[0] if kind else ".png"
    free = _free(place, names.image_name(name, suffix), content)
    if free is None:
        raise UnreadableImage("The class has this file already.")
    write_bytes(free, content)


def _free(place: Path, name: str, content: bytes) -> Path | None:
    """A path that no other image has; None where the same bytes are kept under this name already."""
    path = place / name
    number = 2
    while path.exists():
        if path.read_bytes() == content:
            return None
        path = place / f"{Path(name).stem}-{number}{Path(name).suffix}"
        number += 1
    return path


def _place(workspace: Path, name: str) -> Path:
    return workspace / DATASETS / f"{slug(_clean(name, 'data set'))}-{uuid4().hex[:8]}"


def _clean(name: str, what: str) -> str:
    label = names.label(name.strip())
    if not label or len(label) > MAX_NAME:
        wrong = "is empty" if not label else f"has {len(label)} characters"
        raise InvalidInput(f"The {what}'s name {wrong}. Type a name of 1 to {MAX_NAME} characters.")
    return label


def _is_inside(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder) and path.parent != folder


def _require_editable(folder: Path) -> None:
    about = read_json(folder / ABOUT)
    if not isinstance(about, dict) or about.get("kind") != COLLECTED:
        raise DatasetNotFound(f"{folder} is not a collection of your images. Copy the data set into one first.")


def _class_root(folder: Path) -> Path:
    about = read_json(folder / ABOUT)
    return folder / "train" if isinstance(about, dict) and about.get("divided") else folder


def _count(folder: Path) -> int:
    return sum(path.is_file() for part in folder.iterdir() if part.is_dir() for path in part.rglob("*"))
