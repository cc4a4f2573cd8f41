"""Save or load: pipelines under names, as files for other programs, from files, and as a link."""

import streamlit as st

from core.augment import saved
from core.augment.exchange.text import ParsedPipeline, read_any
from core.augment.presets import dump_pipeline
from core.backbones import catalogue as backbones
from core.data.geometry import Geometry
from core.errors import GraftError, InvalidInput, InvalidPipeline
from pages.ui.augment import steps
from pages.ui.augment.link import show_link
from pages.ui.session import state, warmup
from pages.ui.widgets.messages import literal, show_error

GRAFT, PYTHON, JSON, YAML = "Graft", "Python", "Albumentations JSON", "Albumentations YAML"
_FILES = {
    GRAFT: ("pipeline.yaml", "application/yaml"),
    PYTHON: ("pipeline.py", "text/x-python"),
    JSON: ("pipeline.json", "application/json"),
    YAML: ("pipeline.yaml", "application/yaml"),
}
_ABOUT = {
    GRAFT: "For later, for others, or for the command line: `graft train --augment pipeline.yaml`.",
    PYTHON: "A script that makes these very views without Graft.",
    JSON: "What `albumentations.load` reads; Graft reads it back as it was.",
    YAML: "What `albumentations.load` reads; Graft reads it back as it was.",
}
_TOLD = "augment:loaded"  # what came of the last file: its id, the sentence, whether it was good
_DONE = "augment:kept"  # what came of the last thing done with a name: the sentence, whether it was good
_DOOMED = "augment:doomed"  # the name that is about to be deleted


def show() -> None:
    """The popover; it is empty, and costs nothing, until it is opened."""
    with st.popover("Save or load", icon=":material/save:", key="augment-file", on_change="rerun") as box:
        if not box.open:
            return
        # the tab is kept by its key: drawn anew by a slow machine, it would be the first one again
        names, files, link = st.tabs(["Here", "Files", "Link"], key="augment-file-tab", on_change="rerun")
        with names:
            _show_names()
        with files:
            _show_download()
            _show_upload()
        with link:
            show_link()


def _show_names() -> None:
    """What is kept in the workspace, under names."""
    kept = {one.name: one for one in saved.listed(state.workspace())}
    name = st.text_input("Name", key="augment-keep-name", max_chars=saved.LONGEST_NAME)
    known = " ".join(name.split()) in kept
    st.button(
        "Replace" if known else "Save", icon=":material/save:", key="augment-keep", disabled=not name.strip(),
        on_click=_keep, args=(name, known), width="stretch",
    )  # fmt: skip
    if kept:
        chosen = st.selectbox("Saved pipelines", list(kept), key="augment-kept", format_func=literal)
        if chosen is not None:
            _show_kept(kept[chosen])
    if (done := state.recall(_DONE, None)) is not None:
        (st.success if done[1] else st.error)(literal(done[0]))


def _show_kept(one: saved.Saved) -> None:
    if one.pipeline is None:
        st.error(literal(one.problem), icon=":material/error:")
    doomed = state.recall(_DOOMED, None) == one.name
    with st.container(horizontal=True):
        st.button("Load", icon=":material/upload:", key="augment-kept-load", disabled=one.pipeline is None,
                  on_click=_load_kept, args=(one.name,))  # fmt: skip
        st.button("Really delete" if doomed else "Delete", icon=":material/delete:", key="augment-kept-delete",
                  on_click=_delete, args=(one.name, doomed))  # fmt: skip


def _keep(name: str, replace: bool) -> None:
    try:
        one = saved.save(state.workspace(), name, state.draft().pipeline, replace=replace)
    except GraftError as error:
        state.remember(_DONE, (str(error), False))
    else:
        state.remember(_DONE, (f"Saved as '{one.name}'.", True))


def _load_kept(name: str) -> None:
    try:
        spec = saved.load(state.workspace(), name)
    except GraftError as error:
        state.remember(_DONE, (str(error), False))
    else:
        steps.load(spec)
        state.remember(_DONE, (f"Loaded '{name}'.", True))


def _delete(name: str, sure: bool) -> None:
    """The first click asks, the second does it."""
    state.remember(_DOOMED, None if sure else name)
    if not sure:
        state.remember(_DONE, (f"'{name}' will be gone for good.", False))
        return
    try:
        saved.delete(state.workspace(), name)
    except GraftError as error:
        state.remember(_DONE, (str(error), False))
    else:
        state.remember(_DONE, (f"Deleted '{name}'.", True))


def _show_download() -> None:
    kind = st.selectbox("Save as", list(_FILES), key="augment-format")
    st.caption(_ABOUT[kind])
    try:
        text, lost = _written(kind)
    except GraftError as error:
        show_error(error)
        return
    name, mime = _FILES[kind]
    st.download_button(
        f"Save {name}", text, name, mime, key="augment-save", icon=":material/download:", on_click="ignore",
        width="stretch",
    )  # fmt: skip
    if lost:
        st.caption(f":material/info: Only Graft can read: {literal(', '.join(lost))}.")
    if kind == PYTHON:
        st.code(text, language="python", height=220)


def _written(kind: str) -> tuple[str, tuple[str, ...]]:
    """The draft's pipeline in a format, and the steps of it that other programs cannot read there."""
    draft = state.draft()
    if kind == GRAFT:
        return dump_pipeline(draft.pipeline), ()
    geometry = draft_geometry()
    warmup.wait("Getting the pipeline ready.")
    if kind == PYTHON:
        from core.augment.code import python_code

        return python_code(draft.pipeline, geometry, draft.seed), ()
    from core.augment.exchange.text import dump_albumentations, only_graft

    text = dump_albumentations(draft.pipeline, geometry, draft.seed, "json" if kind == JSON else "yaml")
    return text, only_graft(draft.pipeline, geometry)


def draft_geometry() -> Geometry:
    """The sizes in which the draft's model sees images. Raises `UnknownBackbone`."""
    chosen = state.draft().backbone
    return backbones.geometry(backbones.get(chosen.name), chosen.image_size, chosen.crop)


def _show_upload() -> None:
    st.file_uploader(
        "Load a pipeline", ["yaml", "yml", "json"], key="augment-load", max_upload_size=1, on_change=_load,
        help="Of Graft or of Albumentations.",
    )  # fmt: skip
    file = st.session_state.get("augment-load")
    known, text, good = state.recall(_TOLD, (None, "", True))
    if file is not None and file.file_id == known:
        (st.success if good else st.error)(literal(text))


def _load() -> None:
    """Take the pipeline from the file just given; what was there stays if that cannot be used."""
    file = st.session_state["augment-load"]
    if file is None:
        return
    try:
        taken = read_any(_text(file.getvalue()), f"The file '{file.name}'")
    except InvalidInput as error:
        state.remember(_TOLD, (file.file_id, str(error), False))
    else:
        steps.load(taken.spec)
        if taken.seed is not None:
            state.update(seed=taken.seed)
        state.remember(_TOLD, (file.file_id, _outcome(taken, file.name), True))


def _outcome(taken: ParsedPipeline, name: str) -> str:
    word = "step" if len(taken.spec.steps) == 1 else "steps"
    seed = f" and the seed {taken.seed}" if taken.seed is not None else ""
    return " ".join([f"Loaded {len(taken.spec.steps)} {word}{seed} from {name}.", *taken.notes])


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidPipeline("The file is not text. Give a YAML or JSON file with a pipeline.") from error
