"""Collect images on the Data page, class by class, from files or the camera; they are saved immediately."""

from pathlib import Path

import pandas as pd
import streamlit as st

from core.data import collection, names
from core.data.dataset import Dataset, Item
from core.data.decoding.formats import ALLOWED, IMAGE_SUFFIXES
from core.data.sources import describe_folder
from core.errors import GraftError, UnusableDataset
from core.text import counted
from pages.ui.data import gallery, take
from pages.ui.session import data_view, engine, state
from pages.ui.widgets.gallery import show_mosaic
from pages.ui.widgets.messages import literal, show_error
from pages.ui.widgets.progress import delayed_bar
from pages.ui.widgets.tables import show_table

NEW = "\0new"  # not a possible class name
LATEST = 6
SAVED = "Images are saved in your workspace the moment they arrive."
UNNAMED = "Name the class first: images are saved as soon as it has a name."
FILES, CAMERA = "Files", "Camera"
_ICONS = {FILES: ":material/upload:", CAMERA: ":material/photo_camera:"}


def show() -> None:
    """Draw the open collection: inputs for new images on the left, its content on the right."""
    folder = state.collection()
    name = str(describe_folder(folder).get("name", folder.name)) if folder else state.recall("data:name", "My images")
    st.subheader(literal(f"Add images to “{name[:80]}”"), anchor=False)
    dataset = _read(folder)
    left, right = st.columns((3, 2), gap="large")
    with left:
        class_name = _class_name(folder)
        take.take(_uploads(bool(class_name)), class_name, folder, name)
        take.show_outcome()
    with right:
        _show_content(dataset, class_name, folder)
    st.divider()
    with st.container(horizontal=True, key="data-add-end"):
        if st.button("Done", type="primary", icon=":material/check:", key="data-done", disabled=dataset is None):
            _leave("look")
            st.rerun()
        st.button("Back to the choices", type="tertiary", key="data-leave", on_click=_leave, args=("choose",))


def show_copy() -> None:
    """Offer to copy a sample, folder or zip into a collection, so that images can be added."""
    dataset = engine.chosen_dataset(delayed_bar)
    if dataset is None:
        data_view.go("choose")
        st.rerun()
    st.subheader("Add images to a copy", anchor=False)
    st.markdown(
        f"“{literal(dataset.name[:80])}” itself is never changed. Its {len(dataset.items):,} images are copied into "
        "a collection of your workspace, and you add yours there."
    )
    with st.form("data-copy-form", border=False, width=420):
        name = st.text_input("Name of the copy", f"{dataset.name[:80]} and mine", max_chars=100, key="data-copy-name")
        agreed = st.form_submit_button("Copy and add images", type="primary", key="data-copy")
    st.button("Cancel", type="tertiary", key="data-copy-cancel", on_click=data_view.go, args=("look",))
    if agreed:
        try:
            with st.spinner("Copying the images."):
                folder = collection.copy_dataset(dataset, state.workspace(), name)
        except GraftError as error:
            show_error(error)
            return
        state.open_collection(folder)
        state.update(source=str(folder))
        data_view.go("add")
        st.rerun()


def _leave(view: data_view.View) -> None:
    state.remember("data:outcome", None)
    data_view.go(view)


def _class_name(folder: Path | None) -> str:
    """The class of the next images; empty until it is named."""
    classes = take.classes(folder)
    if not classes:
        return st.text_input("Name of the first class", placeholder="cat", key="data-class-new").strip()
    last_class = state.recall("data:class", None)  # the class of the last added images
    if last_class in classes or st.session_state.get("data-class") not in (*classes, NEW):
        st.session_state["data-class"] = last_class if last_class in classes else classes[0]
        state.remember("data:class", None)
    chosen = st.pills(
        "Class", [*classes, NEW], required=True, key="data-class", wrap=True,
        format_func=lambda name: ":material/add: New class" if name == NEW else literal(name[:60]),
    )  # fmt: skip
    if chosen != NEW:
        return chosen
    return st.text_input("Name of the new class", placeholder="dog", key="data-class-new").strip()


def _uploads(named: bool) -> list[take.Given]:
    """The newly uploaded files or camera shot; `named`: whether the class has a name."""
    source = st.segmented_control(
        "From", [FILES, CAMERA], default=FILES, required=True, key="data-way",
        format_func=lambda source: f"{_ICONS[source]} {source}",
    )  # fmt: skip
    number = state.recall("data:uploads", 0)  # a new number gives an empty widget
    # hidden rather than removed: an undrawn widget would lose files that wait for a class name
    display = "revert" if source == FILES else "none"
    st.html(f"<style>.st-key-data-upload {{ display: {display}; }}</style>")
    with st.container(key="data-upload"):
        uploads = st.file_uploader(
            "Images of this class", type=sorted(suffix[1:] for suffix in IMAGE_SUFFIXES),
            accept_multiple_files=True, key=f"data-upload-{number}", help=f"{ALLOWED}; at most 200 MB each.",
        )  # fmt: skip
    uploaded = [take.Given(upload.name, upload.file_id, upload.getvalue) for upload in uploads]
    if source == FILES:
        st.caption(SAVED if named else UNNAMED)
        return uploaded
    if uploaded:
        st.caption(f"{counted(len(uploaded), 'chosen file')} wait for the name of the class.")
    return [*uploaded, *_camera_shot(number, named)]


def _camera_shot(number: int, named: bool) -> list[take.Given]:
    if not st.toggle("Open the camera", key="data-camera-on"):
        st.caption(f"Your browser asks for permission. Images stay on this machine.{'' if named else f' {UNNAMED}'}")
        return []
    with st.container(key="data-camera"):
        shot = st.camera_input(
            "One shot after the other; each is saved at once" if named else UNNAMED, key=f"data-camera-{number}"
        )
    return [take.Given("camera.jpg", shot.file_id, shot.getvalue)] if shot else []


def _show_content(dataset: Dataset | None, class_name: str, folder: Path | None) -> None:
    st.markdown("**So far**")
    if dataset is None or folder is None:
        st.markdown(":gray[No images yet. Two classes with a few images each are enough to begin.]")
        return
    counts = pd.DataFrame({"Class": list(dataset.counts), "Images": list(dataset.counts.values())})
    with st.container(key="data-so-far"):
        show_table(counts, hide_index=True, height="auto" if len(counts) < 8 else 280)
    latest = _latest(dataset, class_name)
    if latest:
        st.markdown(f"Latest in **{literal(class_name[:60])}**")
        show_mosaic(gallery.cells(latest, None), 3, 128)
        st.button(
            "Remove the last one", icon=":material/undo:", type="tertiary", key="data-undo", on_click=_remove,
            args=(folder, latest[0]),
        )  # fmt: skip


def _remove(folder: Path, item: Item) -> None:
    try:
        collection.remove_image(folder, item.path.relative_to(folder).as_posix())
        state.remember("data:outcome", None)
    except GraftError as error:
        state.remember("data:outcome", take.Outcome(item.name, error=str(error)))


def _latest(dataset: Dataset, class_name: str) -> list[Item]:
    """The latest images of a class, the newest first."""
    label = names.label(class_name)
    images = [item for item in dataset.items if dataset.label_of(item) == label]
    return sorted(images, key=_modified_at, reverse=True)[:LATEST]


def _modified_at(item: Item) -> int:
    try:
        return item.path.stat().st_mtime_ns
    except OSError:  # removed in another tab
        return 0


def _read(folder: Path | None) -> Dataset | None:
    try:
        return engine.dataset(str(folder), bar=delayed_bar) if folder else None
    except UnusableDataset:  # nothing in it yet
        return None
