"""Recognise files that hold images or labels in an unsupported format, and say what to do."""

import re
from collections import Counter
from itertools import islice
from pathlib import Path

from core.data.decoding import sniff
from core.data.layouts.exports import Export
from core.data.text_files import head
from core.data.tree import Folder
from core.text import short

_PACKED = {
    ".tfrecord": "TFRecord files", ".tfrecords": "TFRecord files", ".parquet": "Parquet files",
    ".arrow": "Arrow files", ".feather": "Arrow files", ".npz": "NumPy archives", ".npy": "NumPy arrays",
    ".h5": "HDF5 files", ".hdf5": "HDF5 files", ".mat": "MATLAB files", ".tar": "tar archives", ".tgz": "tar archives",
    ".zip": "zip archives", ".rar": "RAR archives", ".7z": "7z archives", ".gz": "gzip archives",
    ".bz2": "bzip2 archives", ".xz": "xz archives", ".zst": "Zstandard archives", ".lmdb": "LMDB files",
    ".mdb": "LMDB files", ".pkl": "pickled Python objects", ".pickle": "pickled Python objects",
    ".pt": "PyTorch files", ".pth": "PyTorch files", ".rec": "RecordIO files", ".beton": "FFCV files",
    ".msgpack": "MessagePack files", ".mp4": "videos", ".mov": "videos", ".avi": "videos", ".mkv": "videos",
    ".webm": "videos", ".pdf": "PDF files", ".docx": "Word files", ".pptx": "PowerPoint files",
}  # fmt: skip
_ARCHIVES = frozenset((".tar", ".tgz", ".zip", ".rar", ".7z", ".gz", ".bz2", ".xz", ".zst"))
_ANY = re.compile(rb"")
_PICKLE = re.compile(rb"\x80[\x02-\x05]")
_BY_NAME = (
    (re.compile(r"data_batch_\d|test_batch|batches\.meta|train|test|meta"), _PICKLE, "pickled Python objects of CIFAR"),
    (re.compile(r"(data_batch_\d|test_batch|train|test)\.bin"), _ANY, "binary files, as of CIFAR or STL"),
    (re.compile(r".*[-.]idx\d[-.]ubyte"), _ANY, "IDX files, as of MNIST"),
)
_TABLES = {
    ".xlsx": "an Excel table", ".xls": "an Excel table", ".xlsm": "an Excel table", ".ods": "an OpenDocument table",
    ".numbers": "a Numbers table", ".mat": "a MATLAB file", ".parquet": "a Parquet table", ".json": "a JSON file",
    ".sqlite": "an SQLite database", ".pkl": "a pickled Python object", ".npy": "a NumPy array", ".xml": "an XML file",
    ".rds": "an R object", ".arff": "an ARFF table", ".yaml": "a YAML file", ".h5": "an HDF5 file",
}  # fmt: skip
_LABEL_WORDS = ("image", "label", "meta", "data", "annotation", "class")  # usual names of label files


def container_of(folder: Folder) -> Export | None:
    """The kind of container that holds the images, if there are no image files."""
    if folder.image_count:
        return None
    every = list(folder.every_file())
    kinds = {path: kind for path in every if (kind := _packed(path))}
    if not kinds:
        return None
    what, count = Counter(kinds.values()).most_common(1)[0]
    first = next(path for path, kind in kinds.items() if kind == what)
    archives = what.endswith("archives") and "NumPy" not in what
    return Export(
        f"holds no image files, but {what} ({count:,}, such as {short(first.name)}).",
        "Unpack them into a folder, and choose that folder."
        if archives
        else "Save the images as files, in a folder per class, such as {0}/cat and {0}/dog.",
    )


_TEXTS = frozenset((".csv", ".tsv", ".txt", ".lst", ".list", ".manifest", ".jsonl", ".ndjson"))
_MOST = 200  # images and texts that are looked at
_FEWEST = 3  # images that a text names


def unread_labels(folder: Folder) -> str:
    """A sentence on a file beside the images that may hold labels but is not supported; empty if there is none."""
    found = [path for path in folder.every_file() if path.suffix.lower() in _TABLES] if folder.image_count else []
    if not found:
        return _table_of_images(folder)
    found.sort(key=lambda path: (not any(word in path.stem.lower() for word in _LABEL_WORDS), len(path.parts)))
    return (
        f"{short(found[0].name)} is {_TABLES[found[0].suffix.lower()]}, which is not read here: if it holds the "
        "labels, save them as a CSV file with the columns file and label."
    )


def _table_of_images(folder: Folder) -> str:
    """A sentence on a text that names images and was read as no table of labels."""
    stems = [path.stem for path in islice(folder.every_image(), _MOST)]
    texts = (path for path in folder.every_file() if path.suffix.lower() in _TEXTS)
    for path in islice(texts, _MOST):
        cells = set(re.split(r"[\s,;|/\"'.]+", head(path)))
        if sum(stem in cells for stem in stems) >= max(_FEWEST, len(stems) / 2):
            return (
                f"{short(path.name)} names images, but not in columns from which a class per image can be read: if it "
                "holds the labels, save them as a CSV file with the columns file and label."
            )
    return ""


def other_files(folder: Folder) -> str:
    """A sentence on the content of a folder without images; empty if it has none."""
    every = [] if folder.image_count else list(folder.every_file())
    if not every:
        return ""
    first = f"{short(every[0].name)} is {sniff.describe(_first(every[0], 512))}"
    return f"It holds {'1 file' if len(every) == 1 else f'{len(every):,} files'} and no image: {first}."


def _packed(path: Path) -> str | None:
    name = re.sub(r"-\d+-of-\d+$", "", path.name).lower()
    for name_pattern, starts, what in _BY_NAME:
        if name_pattern.fullmatch(name) and starts.match(_first(path)):
            return what
    return _PACKED.get(f".{name.rpartition('.')[2]}") if "." in name else None


def _first(path: Path, size: int = 16) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError:
        return b""
