"""The engine as pages see it: the workspace, the job manager, and data sets that are read once."""

import os
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.bounded import BoundedCache
from core.data.cache import ImageCache
from core.data.dataset import Dataset
from core.data.geometry import Geometry
from core.data.layout import MAX_FILES
from core.data.names import is_junk
from core.data.sources import load_dataset
from core.data.split import Split, make_split
from core.data.tree import read_tree
from core.errors import GraftError
from core.experiment import AS_FOUND, Reading, SplitSpec
from core.runs.records import Run
from core.runs.workspace import Workspace
from pages.ui.session import state, warmup
from pages.ui.session.anchor import forget, once
from pages.ui.session.bar import DelayedBar

if TYPE_CHECKING:  # importing it loads torch
    from core.jobs import JobManager


def workspace() -> Workspace:
    """The workspace of this server. The first call marks runs whose process is gone as interrupted."""
    root = state.workspace()

    def open_and_recover() -> Workspace:
        opened = Workspace(root)
        opened.recover()
        opened.sweep()
        return opened

    return once(f"workspace:{root}", open_and_recover)


def open_again() -> Workspace:
    """The workspace as it lies on the disk now; what was at work in the one that was replaced is given up."""
    root = state.workspace()
    jobs, before = forget(f"jobs:{root}"), forget(f"workspace:{root}")
    if jobs is not None:
        jobs.abandon()
    if before is not None:
        before.close()
    read_again()
    return workspace()


def manager() -> "JobManager":
    """The one job manager of this server; waits, with a spinner, until torch is loaded."""
    warmup.wait("Getting the training ready.")
    from core.jobs import JobManager

    opened = workspace()
    return once(f"jobs:{opened.root}", lambda: JobManager(opened))


def live_runs() -> list[Run]:
    """Runs that are being worked on in any process, the oldest first. Does not wait for torch."""
    return workspace().store.live()


def dataset(source: str, reading: Reading = AS_FOUND) -> Dataset:
    """The images of a source, read anew only when a folder of it has changed. Raises `InvalidInput`, of that kind
    `UnclearLayout` where a folder can be read in several ways and `reading` does not say in which.

    A long reading shows a progress bar where it is called.
    """
    return _datasets().get_or_make(_key(source, reading), lambda: _read(source, reading))


def known_dataset(source: str | None, reading: Reading = AS_FOUND) -> Dataset | None:
    """The images of a source, if some page has read them as they are now; reads nothing."""
    return None if source is None else _datasets().get(_key(source, reading))


def split(source: str, spec: SplitSpec, reading: Reading = AS_FOUND) -> Split:
    """How the images of a source are divided."""
    images = dataset(source, reading)

    def divide() -> Split:
        with st.spinner("Dividing the images."):  # seconds, where tens of thousands are compared for copies
            return make_split(images, spec)

    return _splits().get_or_make((*_key(source, reading), spec), divide)


def known_split(source: str | None, spec: SplitSpec, reading: Reading = AS_FOUND) -> Split | None:
    """How the images of a source are divided, if some page has asked for it; divides nothing."""
    return None if source is None else _splits().get((*_key(source, reading), spec))


def read_again() -> None:
    """Forget the data sets, so that images changed on the disk under their old names are seen."""
    _datasets().clear()
    _splits().clear()


def chosen_dataset() -> Dataset | None:
    """The images of this session's experiment; None while none are chosen. Raises `InvalidInput`."""
    draft = state.draft()
    return None if draft.source is None else dataset(draft.source, draft.reading)


def images_in(folder: Path) -> int:
    """How many files in and below a folder look like images; 0 where it is gone."""
    try:
        return read_tree(folder).top.image_count
    except GraftError:
        return 0


def images(geometry: Geometry) -> ImageCache:
    """Decoded images of one size, shared by all pages, tabs and runs."""
    return workspace().images(geometry)


def _datasets() -> BoundedCache[Dataset]:
    return once("datasets", lambda: BoundedCache(8))


def _splits() -> BoundedCache[Split]:
    return once("splits", lambda: BoundedCache(16))


def _read(source: str, reading: Reading) -> Dataset:
    with st.spinner("Reading the images."):
        bar = DelayedBar()
        try:
            return load_dataset(source, state.workspace(), bar.update, reading)
        finally:
            bar.close()


def _key(source: str, reading: Reading) -> tuple[Hashable, ...]:
    return source, reading, state.workspace(), _stamp(source)


def _stamp(source: str) -> int:
    """Changes when an image or a class is added or removed: the newest time of the folders, which is quick to ask."""
    if source.startswith("sample:"):
        return 0
    newest = seen = 0
    try:
        path = Path(source).expanduser()
        newest = path.stat().st_mtime_ns
        for place, folders, files in os.walk(path):
            newest = max(newest, os.stat(place).st_mtime_ns)
            folders[:] = [name for name in folders if not is_junk(name)]
            seen += len(folders) + len(files)
            if seen > MAX_FILES:  # more than a data set may have; the reading says so
                break
    except (OSError, ValueError, RuntimeError):  # gone, or no path at all: the reading says so
        return newest
    return newest
