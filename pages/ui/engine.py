"""The engine as pages see it: the workspace, the job manager, and data sets that are read once."""

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.data.cache import ImageCache
from core.data.dataset import Dataset
from core.data.geometry import Geometry
from core.data.sources import load_dataset
from core.data.split import Split, make_split
from core.experiment import SplitSpec
from core.runs.records import Run
from core.runs.workspace import Workspace
from pages.ui import state, warmup
from pages.ui.anchor import once

if TYPE_CHECKING:  # importing it loads torch
    from core.jobs import JobManager

PREVIEW_BYTES = 256 << 20


def workspace() -> Workspace:
    """The workspace of this server. The first call marks runs whose process is gone as interrupted."""
    root = state.workspace()

    def open_and_recover() -> Workspace:
        opened = Workspace(root)
        opened.recover()
        return opened

    return once(f"workspace:{root}", open_and_recover)


def manager() -> "JobManager":
    """The one job manager of this server; waits, with a spinner, until torch is loaded."""
    warmup.wait("Getting the training ready.")
    from core.jobs import JobManager

    room = workspace()
    return once(f"jobs:{room.root}", lambda: JobManager(room))


def live_runs() -> list[Run]:
    """Runs that are being worked on in any process, the oldest first. Does not wait for torch."""
    return workspace().store.live()


def dataset(source: str) -> Dataset:
    """The images of a source, read anew only when a folder of it has changed. Raises `InvalidInput`."""
    return _dataset(source, str(state.workspace()), _stamp(source))


def split(source: str, spec: SplitSpec) -> Split:
    """How the images of a source are divided."""
    return _split(source, str(state.workspace()), _stamp(source), spec)


def chosen_dataset() -> Dataset | None:
    """The images of this session's experiment; None while none are chosen. Raises `InvalidInput`."""
    source = state.draft().source
    return None if source is None else dataset(source)


def images(geometry: Geometry) -> ImageCache:
    """Decoded pictures of one size, shared by all pages and tabs."""
    return once(f"images:{geometry}", lambda: ImageCache(geometry, PREVIEW_BYTES))


@st.cache_resource(max_entries=8, show_spinner="Reading the images.")
def _dataset(source: str, root: str, stamp: int) -> Dataset:
    del stamp  # only a part of the key
    return load_dataset(source, Path(root))


@st.cache_resource(max_entries=16, show_spinner=False)
def _split(source: str, root: str, stamp: int, spec: SplitSpec) -> Split:
    return make_split(_dataset(source, root, stamp), spec)


def _stamp(source: str) -> int:
    """Changes when a picture or a class is added or removed: the newest time of the folders, which is quick to ask."""
    path = Path(source).expanduser()
    if source.startswith("sample:") or not path.exists():
        return 0
    folders = [path, *(p for p in path.rglob("*") if p.is_dir())] if path.is_dir() else [path]
    return max(folder.stat().st_mtime_ns for folder in folders)
