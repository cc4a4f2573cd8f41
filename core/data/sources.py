"""Load a `Dataset` from a source: a sample, a folder, or a zip."""

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

from core.data import names
from core.data.dataset import Dataset, Item, LeftOut
from core.data.decoding import sniff
from core.data.edits import edited
from core.data.layout import Layout, layout_choices, read_json, read_layout
from core.data.layouts.assigned import listed
from core.data.layouts.masked.drawn import masks_of_photographs
from core.data.layouts.tables import SUFFIXES as TABLES
from core.data.natural import natural_key
from core.data.near.labels_of_copies import with_labels_of_copies
from core.data.scan import Keep, Progress, Scan, scan
from core.data.zips.unpack import unpack
from core.errors import DatasetNotFound, LayoutChoice, UnclearLayout, UnreadableArchive, UnusableDataset, unknown_name
from core.experiment import Reading
from core.paths import COLLECTION, DATASETS
from core.text import short, short_path

SAMPLE_PREFIX = "sample:"
ABOUT = COLLECTION  # metadata in folders made by Graft
COLLECTED = "pictures"  # what it says of a collection, whose images were added one by one
# Folders "zip-" and "zip2-" of earlier versions stay for old runs: their names were decoded differently, or classes
# such as "Recycled" are missing
_UNPACKED = "zip3-"
_NUMBERED = re.compile(r"(?P<name>.+?)(-\d{3}|[ _.-]+part[ _-]?\d+)\.zip", re.IGNORECASE)
_SAMPLE_DATA = Path(__file__).resolve().parents[2] / "sample_data"


@dataclass(frozen=True, slots=True)
class Sample:
    """A data set that comes with the program; its source is 'sample:NAME'."""

    name: str
    title: str
    description: str
    folder: Path

    @property
    def source(self) -> str:
        """The source string for `load_dataset`."""
        return SAMPLE_PREFIX + self.name


SAMPLES = {
    sample.name: sample
    for sample in (
        Sample(
            "stamps", "Stamps",
            "119 photographs on white: birds, cattle, flowers, fruit and vegetables. A good first try.",
            _SAMPLE_DATA / "stamps",
        ),
        Sample(
            "signs", "Signs",
            "240 drawings of arrows and traffic lights, whose classes a flip or a hue shift destroys.",
            _SAMPLE_DATA / "signs",
        ),
        Sample(
            "scenes", "Scenes",
            "200 drawings of two to four shapes each: every image has several labels.",
            _SAMPLE_DATA / "scenes",
        ),
    )
}  # fmt: skip


def load_dataset(
    source: str, workspace: Path, progress: Progress | None = None, reading: Reading | None = None,
    keep: Keep | None = None,
) -> Dataset:  # fmt: skip
    """Read a data set: 'sample:NAME', a folder, or a zip (unpacked once into `workspace`, by its content).

    `reading` holds options for reading a folder; the result's `reading` holds the detected ones. `keep` is given
    what is decoded here.

    Every image is decoded once, with `progress(done, total)`; an unchanged folder is recalled from `workspace`.
    Raises `DatasetNotFound`, `UnreadableArchive`, `UnusableDataset`, or its subclass `UnclearLayout`, whose choices are
    readings. See `core.data.audit.problems` for what may still prevent a training.
    """
    if source.startswith(SAMPLE_PREFIX):
        sample = _sample(source.removeprefix(SAMPLE_PREFIX))
        return _load(_Folder(sample.folder, source, sample.title), workspace, progress, reading, keep)
    path = _path(source)
    folder = path if path.is_dir() else _unpacked(path, workspace)
    name = names.shown(path.stem) if path is not folder else _name(path)
    try:
        dataset = _load(_Folder(folder, str(path), name), workspace, progress, reading, keep)
        return replace(dataset, notes=(*_other_downloads(path), *dataset.notes)) if path is not folder else dataset
    except UnclearLayout as error:
        choices = tuple(replace(one, says=_reword(one.says, folder, path)) for one in error.choices)
        raise UnclearLayout(_reword(error.question, folder, path), choices) from error
    except UnusableDataset as error:
        raise UnusableDataset(_reword(str(error), folder, path)) from error


def _other_downloads(archive: Path) -> tuple[str, ...]:
    """A note on other parts of a numbered download (as from Google Drive) beside this zip."""
    if not (part := _NUMBERED.fullmatch(archive.name)):
        return ()
    others = [
        path.name
        for path in archive.parent.glob("*.zip")
        if path != archive and (other := _NUMBERED.fullmatch(path.name)) and other["name"] == part["name"]
    ]
    if not others:
        return ()
    return (
        f"{short(archive.name)} is one of several numbered zips; {listed(sorted(others))} beside it "
        f"{'is' if len(others) == 1 else 'are'} not read. If they belong together, unpack all into one folder, and "
        "choose that folder.",
    )


def _reword(message: str, folder: Path, source: Path) -> str:
    """Reword a message about a folder made by Graft in terms of the zip or collection that the user knows;

    `source` is the zip, or the folder itself.
    """
    metadata = describe_folder(folder)
    zipped = source != folder or metadata.get("kind") == "zip"
    if source != folder:
        display_name, name = str(source), names.shown(source.stem)
    elif metadata:
        name = _name(folder)
        display_name = f"{name}.zip" if zipped else name
    else:
        return message
    entries = [path for path in folder.iterdir() if not names.is_junk(path.name)]
    if zipped and all(path.suffix.lower() in sniff.IMAGE_SUFFIXES and path.is_file() for path in entries):
        return (
            f"{display_name} holds {len(entries):,} images and no class folders, so that it is one class at most. "
            "Unpack the zip of each class into a folder of its own, named after the class, and choose the folder of "
            "these folders."
        )
    return message.replace(str(folder), display_name).replace(folder.name, name)


def absolute_source(source: str) -> str:
    """The source as a data set that was read names it. Raises `DatasetNotFound`."""
    return source if source.startswith(SAMPLE_PREFIX) else str(_path(source))


def other_readings(source: str, workspace: Path) -> tuple[LayoutChoice, ...]:
    """All options to read a source, for users who want another one than `load_dataset` detected.

    Nothing is decoded. Raises as `load_dataset`.
    """
    if source.startswith(SAMPLE_PREFIX):
        return ()
    path = _path(source)
    return layout_choices(path if path.is_dir() else _unpacked(path, workspace), workspace.resolve())


def describe_folder(folder: Path) -> dict[str, object]:
    """Metadata of a folder made by Graft; empty for any other folder."""
    values = read_json(folder / ABOUT)
    return values if isinstance(values, dict) else {}


def _is_made_here(one: "_Folder", workspace: Path) -> bool:
    collected = describe_folder(one.path).get("kind") == COLLECTED and one.path.parent == workspace.resolve() / DATASETS
    return one.source.startswith(SAMPLE_PREFIX) or collected


def _sample(name: str) -> Sample:
    if name not in SAMPLES:
        raise DatasetNotFound(unknown_name("sample data set", name, SAMPLES))
    if not SAMPLES[name].folder.is_dir():
        raise DatasetNotFound(f"The sample data set '{name}' is not installed: {SAMPLES[name].folder} is missing.")
    return SAMPLES[name]


def _path(source: str) -> Path:
    """The absolute path that `source` means; '~' is the home folder."""
    if not source.strip():
        raise DatasetNotFound("No data set was named. Give a folder, a zip, or a sample such as 'sample:stamps'.")
    try:
        path = Path(source.strip()).expanduser()
        if path.exists():
            return path.resolve()
        samples = ", ".join(sample.source for sample in SAMPLES.values())
        raise DatasetNotFound(
            f"There is no folder or zip {short_path(path)}. Check the path, or use one of: {samples}."
        )
    except (OSError, ValueError, RuntimeError) as error:  # too long, a zero byte, an unknown ~user
        reason = short(str(error), 200).rstrip(".")
        raise DatasetNotFound(f"The path '{short(source, 200)}' cannot be used: {reason}.") from error


def _unpacked(archive: Path, workspace: Path) -> Path:
    """The folder in `workspace` with the content of this zip, unpacked if necessary."""
    if not archive.is_file():
        raise DatasetNotFound(f"{short_path(archive)} is neither a folder nor a file.")
    try:
        with archive.open("rb") as file:
            head = file.read(512)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnreadableArchive(f"{short_path(archive)} cannot be read: {error.strerror or error}.") from error
    if sniff.is_image(head):
        raise UnusableDataset(f"{short_path(archive)} is an image. Choose the folder that holds the class folders.")
    if archive.suffix.lower() in TABLES:
        raise UnusableDataset(
            f"{short_path(archive)} is a single text file. If it holds labels, put it into the folder of the images "
            "it names, and choose that folder: it is found there."
        )
    folder = workspace / DATASETS / f"{_UNPACKED}{digest[:16]}"
    if not folder.is_dir():
        unpack(archive, folder)
    return folder


def _name(folder: Path) -> str:
    return str(describe_folder(folder).get("name") or names.shown(folder.name) or folder)


@dataclass(frozen=True, slots=True)
class _Folder:
    path: Path
    source: str
    name: str


def _load(
    source_folder: _Folder, workspace: Path, progress: Progress | None, reading: Reading | None,
    keep: Keep | None,
) -> Dataset:  # fmt: skip
    layout = read_layout(source_folder.path, reading and reading.unedited, workspace.resolve())
    layout.found.sort(key=lambda found: natural_key(found.name))
    scan_result = scan(layout.found, layout.root, workspace, progress, keep)
    dataset = _dataset(layout, scan_result, source_folder, _is_made_here(source_folder, workspace))
    if not dataset.items:
        first = f" The first one: {dataset.left_out[0].name}: {dataset.left_out[0].reason}" if dataset.left_out else ""
        raise UnusableDataset(
            f"{source_folder.path} has classes, but no readable images in them ({len(dataset.left_out)} files left "
            f"out).{first} Allowed are {sniff.ALLOWED}."
        )
    return edited(dataset, reading.edits) if reading else dataset


def _dataset(layout: Layout, scan_result: Scan, source_folder: _Folder, made_here: bool) -> Dataset:
    classes = tuple(sorted(layout.classes, key=natural_key))
    labels = {label: index for index, label in enumerate(classes)}
    items, left_out = [], list(layout.left_out)
    for found, outcome in zip(layout.found, scan_result.outcomes, strict=True):
        if outcome.reason:
            left_out.append(LeftOut(found.name, outcome.reason))
            continue
        several = tuple(sorted(labels[label] for label in found.classes)) if layout.multilabel else None
        items.append(
            Item(
                path=found.path, name=found.name, label=labels[found.label] if several is None else -1,
                width=outcome.width, height=outcome.height, digest=outcome.digest, part=found.part, notes=outcome.notes,
                thumbnail=outcome.thumbnail, value_range=outcome.scaled, labels=several,
                finer=outcome.finer.digest if outcome.finer else "", look=outcome.look,
            )
        )  # fmt: skip
    # a file of labels says what each image is, and images added one by one lie beside nothing
    masks = {} if layout.multilabel or layout.columns or made_here else masks_of_photographs(items)
    left_out += [LeftOut(items[index].name, reason) for index, reason in sorted(masks.items())]
    items = [item for index, item in enumerate(items) if index not in masks]
    dataset = Dataset(
        source_folder.source, source_folder.name, classes, tuple(items), tuple(left_out),
        notes=(*layout.notes, *scan_result.notes),
        unlabelled=tuple(layout.unlabelled), reading=layout.reading, columns=layout.columns,
        task="multilabel" if layout.multilabel else "classification", made_here=made_here,
    )  # fmt: skip
    return with_labels_of_copies(dataset) if layout.multilabel and layout.reading.layout != "csv" else dataset
