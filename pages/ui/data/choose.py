"""Data sources on the Data page: samples, the workspace, a folder, a zip, or uploaded images."""

import csv
import shutil
import time
from functools import lru_cache
from pathlib import Path

import streamlit as st

from core.data.collection import MAX_UPLOAD_BYTES, Collection, import_zip
from core.data.decoding.formats import IMAGE_SUFFIXES
from core.data.images import decode
from core.data.layout import class_labels
from core.data.names import is_junk
from core.data.sources import SAMPLE_PREFIX, SAMPLES, Sample
from core.errors import GraftError, UnreadableImage
from core.files import LONGEST_PATH
from pages.ui.session import data_view, state
from pages.ui.widgets.gallery import Cell, show_mosaic
from pages.ui.widgets.messages import explain, literal, show_error
from pages.ui.widgets.progress import delayed_bar

FIRST_COLLECTIONS = 4
_OF_A_TABLE = 3  # number of images shown for a sample with a table of labels
UPLOAD_MB = MAX_UPLOAD_BYTES >> 20
_LAYOUT = """One folder per class; its name is the class:
```
pets/
  cat/   1.jpg  2.jpg  ...
  dog/   1.jpg  2.jpg  ...
```
Divided already? Parts are kept under their usual names (`train`, `training_set`, `valid`, `dev`, `Testing` ...):
```
pets/
  train/  cat/  dog/
  val/    cat/  dog/
  test/   cat/  dog/
```
All images in one folder? Then a table beside them gives the classes, or their names do:
```
pets/                       pets/
  labels.csv  file,label      cat_01.jpg
  images/     1.jpg  ...      dog_01.jpg  ...
```
Several labels per image? The table holds them with `|` between, or has a column of 0 and 1 for each label:
```
file,labels                 file,cat,dog,sofa
1.jpg,cat|sofa              1.jpg,1,0,1
2.jpg,dog                   2.jpg,0,1,0
```
Where a folder can be read in several ways, you are asked. What is not used is listed with the reason."""


def show(back: bool = True) -> None:
    """Draw all data sources, and a button back to the chosen images."""
    if state.draft().source is None:
        st.markdown("Choose the images that your model should learn from, sorted into classes.")
    elif back:
        st.button(
            "Back to the chosen images", icon=":material/arrow_back:", type="tertiary", key="data-back",
            on_click=data_view.go, args=("look",),
        )  # fmt: skip
    saved = data_view.collections()
    if saved:
        st.subheader("In your workspace", anchor=False)
        _collections(saved)
        st.subheader("Try a sample", anchor=False)
    for column, sample in zip(st.columns(len(SAMPLES), gap="medium"), SAMPLES.values(), strict=True):
        with column, _card(f"data-sample-{sample.name}"):
            _sample(sample, first=sample.name == next(iter(SAMPLES)))
    st.subheader("Bring your own", anchor=False)
    images, folder, archive = st.columns(3, gap="medium")
    with images, _card("data-pictures"):
        _images()
    with folder, _card("data-folder"):
        _folder()
    with archive, _card("data-zip"):
        _zip()


def _card(key: str):
    return st.container(border=True, height="stretch", key=key)


def _sample(sample: Sample, first: bool) -> None:
    cells = _sample_cells(sample)
    if cells:
        columns, cell_px = (len(cells) // 2, 84) if len(cells) > _OF_A_TABLE else (_OF_A_TABLE, 140)
        show_mosaic(cells, columns, cell_px)
    st.markdown(f"**{sample.title}**  \n{sample.description}")
    kind = "primary" if first else "secondary"
    if st.button(f"Use the {sample.title.lower()}", type=kind, key=f"data-use-{sample.name}"):
        _choose(sample.source)


@lru_cache(maxsize=8)
def _sample_cells(sample: Sample) -> tuple[Cell, ...]:
    """Two images per class side by side, or the first images of a table with their labels.

    Read directly, because the whole data set is not needed yet.
    """
    if (table := sample.folder / "labels.csv").is_file():
        return _cells_of_table(table)
    rows: list[list[Cell]] = [[], []]
    folders = (path for path in sorted(sample.folder.glob("*")) if path.is_dir() and not is_junk(path.name))
    for folder in folders:
        files = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in IMAGE_SUFFIXES]
        try:
            for row, path in zip(rows, (files[0], files[len(files) // 2]), strict=True):
                row.append(Cell(decode(path).pixels, folder.name))
        except (IndexError, UnreadableImage):
            return ()  # the sample is damaged: the error is shown when it is chosen
    return (*rows[0], *rows[1])


def _cells_of_table(table: Path) -> tuple[Cell, ...]:
    try:
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))[:_OF_A_TABLE]
        folder = table.parent / "images"
        return tuple(Cell(decode(folder / row["file"]).pixels, row["labels"].replace("|", ", ")) for row in rows)
    except (OSError, KeyError, UnreadableImage):
        return ()  # the sample is damaged: the error is shown when it is chosen


def _collections(saved: tuple[Collection, ...]) -> None:
    for one in saved[:FIRST_COLLECTIONS]:
        _collection(one)
    if len(saved) > FIRST_COLLECTIONS:
        with st.expander(f"{len(saved) - FIRST_COLLECTIONS} more", key="data-more-collections"):
            for one in saved[FIRST_COLLECTIONS:]:
                _collection(one)


def _collection(one: Collection) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", border=True,
        key=f"data-collection-{one.folder.name}",
    ):  # fmt: skip
        classes = list(class_labels(one.folder).values())
        class_names = ", ".join(classes[:8]) + (f" and {len(classes) - 8} more" if len(classes) > 8 else "")
        summary = class_names or ("from a zip" if not one.editable else "no images yet")
        when = time.strftime("%d %b %Y, %H:%M", time.localtime(data_view.changed(one.folder)))
        more = f"{summary[:160]} · {when}"  # two collections may have the same name
        st.markdown(f"**{literal(one.name[:80])}**  \n:gray[:small[{literal(more)}]]", width="stretch")
        if st.button("Use", key=f"data-use-{one.folder.name}"):
            _open(one)


def _open(one: Collection) -> None:
    """Show a collection; an empty one is opened for adding images."""
    if one.editable and not any(path.is_file() for path in one.folder.glob("*/**/*")):
        state.open_collection(one.folder)
        data_view.go("add")
        st.rerun()
    _choose(str(one.folder))


def _images() -> None:
    st.markdown("**Images, class by class**  \nUpload files or use the camera. Name your classes as you go.")
    with st.form("data-new-form", border=False):
        name = st.text_input("Name of the collection", "My images", max_chars=100, key="data-new-name")
        begin = st.form_submit_button("Start collecting", key="data-new", icon=":material/add_photo_alternate:")
    if begin and not name.strip():
        st.error("Type a name for the collection.", icon=":material/error:")
    elif begin:
        state.open_collection(None)
        state.remember("data:name", name.strip())
        data_view.go("add")
        st.rerun()


def _folder() -> None:
    st.markdown("**A folder on this machine**  \nIt is read where it is; nothing is copied or changed.")
    with st.form("data-path-form", border=False):
        path = st.text_input(
            "Path of a folder or zip", placeholder="~/pictures/pets", max_chars=LONGEST_PATH, key="data-path"
        )
        chosen = st.form_submit_button("Read the folder", key="data-path-use", icon=":material/folder_open:")
    if chosen:
        _choose_path(path.strip().strip("\"'"))
    explain("How to lay out the folder", _LAYOUT)


def _zip() -> None:
    st.markdown("**A zip**  \nClass folders, packed. It is unpacked into the workspace at once.")
    number = state.recall("data:zips", 0)
    upload = st.file_uploader(
        f"Zip of class folders, at most {UPLOAD_MB} MB", type="zip", key=f"data-zip-upload-{number}"
    )
    st.caption("A larger one: put it on this machine and give its path.")
    if upload is not None and state.unseen("zip", [upload.file_id]):
        state.remember("data:zips", number + 1)  # an empty uploader next time, whether this succeeds or not
        try:
            with st.spinner("Unpacking the zip."):
                folder = import_zip(state.workspace(), Path(upload.name).stem or "zip", upload.getvalue())
            _choose_or_discard(folder)
        except GraftError as error:
            show_error(error)


def _choose_or_discard(folder: Path) -> None:
    """Use an unpacked zip, or ask how to read it. It is deleted if it cannot be read."""
    try:
        data_view.choose(str(folder), bar=delayed_bar)
    except GraftError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _choose_path(path: str) -> None:
    """Check the path first: the engine's messages about a missing path are worded for the command line."""
    if not path:
        st.error("Type the path of a folder or of a zip.", icon=":material/error:")
    elif not path.startswith(SAMPLE_PREFIX) and _is_missing(path):
        st.error(
            f"There is no folder and no zip at {literal(path[:200])}. Check the path: it is one of this machine.",
            icon=":material/error:",
        )
    else:
        _choose(path)


def _is_missing(path: str) -> bool:
    try:
        return not Path(path).expanduser().exists()
    except (OSError, ValueError):  # too long, or not a valid path
        return True
    except RuntimeError:  # unknown user name: reported by the engine
        return False


def _choose(source: str) -> None:
    try:
        data_view.choose(source, bar=delayed_bar)
    except GraftError as error:
        show_error(error)
