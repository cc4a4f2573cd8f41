"""Augmented copies as files: N views of every picture in class folders, with a manifest that says how each was made."""

import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from core import files
from core.augment.pipeline import Pipeline
from core.data.cache import ImageCache
from core.data.dataset import Dataset, Item
from core.data.geometry import Geometry
from core.errors import InvalidInput, UnreadableImage
from core.experiment import PipelineSpec
from core.export.table import csv_bytes
from core.files import slug
from core.training.events import Progress

MANIFEST = "manifest.csv"
COLUMNS = ("file", "class", "original", "digest", "view", "seed", "steps")
LARGEST = 100_000  # files
_SAFE = re.compile(r"\w(?:[\w ().,+-]{0,80}[\w)])?")  # letters of any script; no separators, no dots at the ends
Put = Callable[[str, bytes], None]


def trainable(dataset: Dataset) -> tuple[Item, ...]:
    """Images that may be augmented: where a data set comes divided, those of its training part alone."""
    return tuple(item for item in dataset.items if item.part in (None, "train"))


def write_copies(
    dataset: Dataset,
    items: Sequence[Item],
    pipeline: PipelineSpec,
    geometry: Geometry,
    seed: int,
    copies: int,
    out: Path,
) -> Generator[Progress, None, list[str]]:
    """Views 0..copies-1 of each item as PNG, the very pixels that training sees; returns what was left out, and why.

    `out` is a new or empty folder, or a file that ends in .zip and does not exist. A folder that is not finished is
    removed again. Raises `InvalidInput`, `InvalidPipeline`, `StorageFailed`.
    """
    if copies < 1 or copies * len(items) > LARGEST:
        raise InvalidInput(f"{copies} copies of {len(items)} images: choose 1 or more, and at most {LARGEST:,} files.")
    maker, cache = Pipeline(pipeline, geometry), ImageCache(geometry, 1 << 26)
    folders, rows, left_out = _folders(dataset.classes), list[tuple[str | int, ...]](), list[str]()
    with _place(out) as put:
        for done, item in enumerate(items):
            yield Progress(what="writing copies", done=done, total=len(items))
            try:
                base = cache.base(item)
            except (UnreadableImage, OSError) as error:
                left_out.append(f"{item.name}: {error}")
                continue
            for number in range(copies):
                name = f"{folders[item.label]}/{slug(Path(item.name).stem)}-{item.digest[:8]}-{number}.png"
                put(name, _png(maker.view(base, seed=seed, digest=item.digest, number=number)))
                fired = maker.fired(base, seed=seed, digest=item.digest, number=number)
                steps = json.dumps(
                    [{"step": pipeline.steps[one.index].transform} | one.drawn for one in fired], ensure_ascii=False
                )
                rows.append((name, dataset.classes[item.label], item.name, item.digest, number, seed, steps))
        put(MANIFEST, csv_bytes(COLUMNS, rows))
    return left_out


@contextmanager
def _place(out: Path) -> Iterator[Put]:
    """Where copies go; nothing is left of it when something fails."""
    if out.suffix.lower() == ".zip":
        if out.exists():
            raise InvalidInput(f"{out} exists already. Choose another name; nothing was written.")
        with files.atomic_write(out) as handle, zipfile.ZipFile(handle, "w") as archive:
            yield archive.writestr
        return
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InvalidInput(f"{out} is not an empty folder. Choose a new one; nothing was written.")
    there = out.exists()
    try:
        yield lambda name, content: files.write_bytes(_parent(out / name), content)
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)
        if there:
            out.mkdir(exist_ok=True)
        raise


def _parent(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _png(pixels: np.ndarray) -> bytes:
    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, "PNG")
    return encoded.getvalue()


def _folders(classes: Sequence[str]) -> list[str]:
    """A folder's name for each class that every file system bears, each another one."""
    names: list[str] = []
    for number, name in enumerate(classes):
        plain = name if _SAFE.fullmatch(name) and slug(name) != f"x-{name.lower()}" else slug(name)
        taken = {other.casefold() for other in names}
        names.append(plain if plain.casefold() not in taken else f"{plain}-{number}")
    return names
