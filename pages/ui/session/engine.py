"""Access to the engine for pages: workspace, job manager, and cached data sets."""

import os
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.backbones import catalogue
from core.bounded import BoundedCache
from core.data.cache import ImageCache
from core.data.dataset import Dataset
from core.data.edits import edited
from core.data.geometry import Geometry
from core.data.layout import MAX_FILES
from core.data.names import is_junk
from core.data.report import DataReport, describe
from core.data.scan import Progress
from core.data.sources import load_dataset
from core.data.split import Split, make_split
from core.data.tree import read_tree
from core.errors import GraftError
from core.experiment import AS_FOUND, Reading, SplitSpec
from core.runs.records import Run
from core.runs.workspace import Workspace, open_workspace
from pages.ui.session import state, warmup
from pages.ui.session.anchor import forget, once

if TYPE_CHECKING:  # importing it loads torch
    from core.jobs import JobManager

_WORKERS = "view-workers"
Bar = Callable[[], AbstractContextManager[Progress | None]]  # shows how far the reading is while it is open


def workspace() -> Workspace:
    """The workspace of this server. The first call marks runs of ended processes as interrupted."""
    root = state.workspace()
    return once(f"workspace:{root}", lambda: open_workspace(root))


def open_again() -> Workspace:
    """Reopen the workspace from disk; jobs in the replaced one are abandoned."""
    root = state.workspace()
    jobs, before = forget(f"jobs:{root}"), forget(f"workspace:{root}")
    forget(_WORKERS)
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


def start_workers() -> None:
    """Start the processes that make views for a graphics card, if there is one, so that the first run finds them ready.

    To be called when the libraries are loaded.
    """
    with suppress(GraftError, ImportError):  # whoever needs them says what is wrong
        once(_WORKERS, _start_workers)


def _start_workers() -> bool:
    from core.training.device import available_devices

    best = available_devices()[0]
    return workspace().workers(best.partition(":")[0]) is not None


def live_runs() -> list[Run]:
    """Live runs of any process, the oldest first. Does not wait for torch."""
    return workspace().store.live()


def dataset(source: str, reading: Reading = AS_FOUND, bar: Bar = nullcontext) -> Dataset:
    """The data set of a source, read again only if a folder has changed. Raises `InvalidInput`, or its subclass
    `UnclearLayout` if a folder can be read in several ways and `reading` does not decide.

    While it is read, `bar` is open.
    """

    def read() -> Dataset:
        if reading.edits:  # nothing is read again for an edit
            return edited(dataset(source, reading.unedited, bar), reading.edits)
        return _read(source, reading, bar)

    return _datasets().get_or_make(_key(source, reading), read)


def known_dataset(source: str | None, reading: Reading = AS_FOUND) -> Dataset | None:
    """The data set of a source if it is cached and up to date; reads nothing."""
    return None if source is None else _datasets().get(_key(source, reading))


def split(source: str, spec: SplitSpec, reading: Reading = AS_FOUND, bar: Bar = nullcontext) -> Split:
    """The split of a source. While its images are compared, `bar` is open."""
    images = dataset(source, reading)

    def divide() -> Split:
        # takes seconds for tens of thousands of images
        with st.spinner("Looking for copies, and dividing the images."), bar() as progress:
            return make_split(images, spec, progress=progress)

    return _splits().get_or_make((*_key(source, reading), spec), divide)


def known_split(source: str | None, spec: SplitSpec, reading: Reading = AS_FOUND) -> Split | None:
    """The split of a source if it is cached; computes nothing."""
    return None if source is None else _splits().get((*_key(source, reading), spec))


def report(source: str, spec: SplitSpec, reading: Reading = AS_FOUND) -> DataReport:
    """What is made of a source. Raises what `dataset` does."""
    images, divided = dataset(source, reading), split(source, spec, reading)
    return _reports().get_or_make((*_key(source, reading), spec), lambda: describe(images, divided))


def read_again() -> None:
    """Clear the caches, so that images edited in place are read again."""
    for cache in (_datasets(), _splits(), _reports()):
        cache.clear()


def chosen_dataset(bar: Bar = nullcontext) -> Dataset | None:
    """The images of this session's experiment; None while none are chosen. Raises `InvalidInput`."""
    draft = state.draft()
    return None if draft.source is None else dataset(draft.source, draft.reading, bar)


def images_in(folder: Path) -> int:
    """The number of images in and below a folder; 0 if it does not exist."""
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


def _reports() -> BoundedCache[DataReport]:
    return once("reports", lambda: BoundedCache(16))


def _read(source: str, reading: Reading, bar: Bar) -> Dataset:
    keep = None
    with suppress(GraftError):  # an unknown backbone, a workspace that cannot be opened: whoever needs them says so
        # what is decoded here need not be a second time
        keep = images(catalogue.input_sizes(state.draft().backbone)).keep_looked_at
    with st.spinner("Reading the images."), bar() as progress:
        return load_dataset(source, state.workspace(), progress, reading, keep)


def _key(source: str, reading: Reading) -> tuple[Hashable, ...]:
    return source, reading, state.workspace(), _stamp(source)


def _stamp(source: str) -> int:
    """A value that changes when an image or a class is added or removed: the latest modification time of the
    folders."""
    if source.startswith("sample:"):
        return 0
    known = _folders().get(source)
    if known and all(_changed(place) == when for place, when in known.items()):
        return max(known.values())
    found: dict[str, int] = {}
    seen = 0
    try:
        path = Path(source).expanduser()
        found[str(path)] = path.stat().st_mtime_ns
        for place, folders, files in os.walk(path):
            found[place] = os.stat(place).st_mtime_ns
            folders[:] = [name for name in folders if not is_junk(name)]
            seen += len(folders) + len(files)
            if seen > MAX_FILES:  # too many files: reported when the data set is read
                break
    except (OSError, ValueError, RuntimeError):  # missing or invalid path: reported when the data set is read
        return max(found.values(), default=0)
    _folders().put(source, found)
    return max(found.values())


def _changed(place: str) -> int | None:
    """When an entry of a folder was last added or removed; None if it is gone."""
    try:
        return os.stat(place).st_mtime_ns
    except OSError:
        return None


def _folders() -> BoundedCache[dict[str, int]]:
    """The folders of each source with the time of their last change: as long as none has changed, there are no others,
    and the files need not be listed, of which there may be 100,000."""
    return once("folders", lambda: BoundedCache(16))
