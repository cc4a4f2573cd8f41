"""Pretrained weights: whether they are local, download on demand, and options if that fails."""

import os
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from core.backbones.catalogue import Backbone, get
from core.backbones.pretrained.weights import is_local
from core.errors import GraftError
from core.experiment import BUNDLED_BACKBONE, BackboneSpec
from core.text import format_size
from pages.ui.backbone.catalogue import choose
from pages.ui.session import state, warmup
from pages.ui.widgets.messages import show_error

BUTTON = "backbone-download"


def show(backbone: Backbone, use_file: Callable[[], None]) -> None:
    """Show whether the pretrained weights are local, and download them on request.

    `use_file` switches to a local file.
    """
    message_slot = st.empty()
    if st.session_state.get(BUTTON):  # pressed just now
        with message_slot:
            _download(backbone)
    if is_local(backbone):
        message_slot.markdown(":green[:material/check_circle:] The pretrained weights are on this machine.")
        return
    size = f" ({format_size(backbone.download_bytes)})" if backbone.download_mb else ""
    message_slot.markdown(
        f":orange[:material/cloud_download:] The pretrained weights{size} are not on this machine yet. "
        "Download them now, or let the training do it when it starts."
    )
    name, error = state.recall("backbone-failure", (None, None))
    failed = name == backbone.name
    if failed:
        show_error(error)
    with st.container(horizontal=True, gap="small"):
        label, icon = ("Try again", ":material/refresh:") if failed else ("Download now", ":material/download:")
        st.button(label, icon=icon, key=BUTTON)
        if failed:
            st.button("Use my file", icon=":material/folder_open:", key="backbone-use-file", on_click=use_file)
            st.button(f"Use {get(BUNDLED_BACKBONE).title}", icon=":material/package_2:", key="backbone-use-bundled",
                      on_click=choose, args=(BUNDLED_BACKBONE,))  # fmt: skip


def _download(backbone: Backbone) -> None:
    warmup.wait("Getting ready to download.")
    from core.backbones.pretrained.weights import pretrained_state

    bar = st.progress(0.0, text="Contacting the server.")

    def progress(done: int, total: int) -> None:
        received = f"{format_size(done)} of {format_size(total)}" if total else f"{format_size(done)}"
        bar.progress(min(1.0, done / total) if total else 0.0, text=f"Downloading: {received}. Stay on this page.")

    try:
        pretrained_state(backbone, progress)
    except GraftError as error:
        state.remember("backbone-failure", (backbone.name, error))
    else:
        state.remember("backbone-failure", (None, None))
        st.toast(f"The weights of {backbone.title} are on this machine.", icon=":material/check_circle:")


def require_fit(spec: BackboneSpec, n_classes: int) -> None:
    """Raise a `GraftError` if the weights file cannot be used with this backbone."""
    warmup.wait("Reading the weights.")
    path = Path(spec.weights)
    status = path.stat() if os.path.isfile(path) else None
    stamp = (status.st_mtime_ns, status.st_size) if status else (0, 0)
    error = _loading_error(spec, n_classes, stamp)
    if error is not None:
        raise error


@st.cache_data(max_entries=16, show_spinner="Trying the weights file.")
def _loading_error(spec: BackboneSpec, n_classes: int, stamp: tuple[int, int]) -> GraftError | None:
    """The error when loading the file into the model, or None; `stamp` is part of the cache key."""
    from core.backbones.build import build

    del stamp
    try:
        build(spec, n_classes, seed=0)
    except GraftError as error:
        return error
    return None
