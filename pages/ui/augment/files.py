"""Save or load pipelines: by name, as files for other programs, from files, and as a link."""

import streamlit as st

from core.augment import saved
from core.augment.exchange.text import ParsedPipeline, read_any
from core.augment.presets import dump_pipeline
from core.backbones import catalogue as backbones
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
    PYTHON: "A script that makes exactly these views without Graft.",
    JSON: "A file for `albumentations.load`; Graft reads it back unchanged.",
    YAML: "A file for `albumentations.load`; Graft reads it back unchanged.",
}
_UPLOAD_RESULT = "augment:loaded"  # result of the last upload: its id, the message, whether it succeeded
_ACTION_RESULT = "augment:kept"  # result of the last action: the message, whether it succeeded
_TO_DELETE = "augment:doomed"  # the name whose deletion has to be confirmed


def show() -> None:
    """The popover; empty until opened."""
    with st.popover("Save or load", icon=":material/save:", key="augment-file", on_change="rerun") as box:
        if not box.open:
            return
        # with a key, so that a rerun keeps the open tab
        names, files, link = st.tabs(["Here", "Files", "Link"], key="augment-file-tab", on_change="rerun")
        with names:
            _show_names()
        with files:
            _show_download()
            _show_upload()
        with link:
            show_link()


def _show_names() -> None:
    """Pipelines saved in the workspace."""
    saved_pipelines = {one.name: one for one in saved.listed(state.workspace())}
    name = st.text_input("Name", key="augment-keep-name", max_chars=saved.LONGEST_NAME)
    exists = " ".join(name.split()) in saved_pipelines
    st.button(
        "Replace" if exists else "Save", icon=":material/save:", key="augment-keep", disabled=not name.strip(),
        on_click=_keep, args=(name, exists), width="stretch",
    )  # fmt: skip
    if saved_pipelines:
        selected = st.selectbox("Saved pipelines", list(saved_pipelines), key="augment-kept", format_func=literal)
        if selected is not None:
            _show_kept(saved_pipelines[selected])
    if (done := state.recall(_ACTION_RESULT, None)) is not None:
        (st.success if done[1] else st.error)(literal(done[0]))


def _show_kept(one: saved.Saved) -> None:
    if one.pipeline is None:
        st.error(literal(one.problem), icon=":material/error:")
    confirming = state.recall(_TO_DELETE, None) == one.name
    with st.container(horizontal=True):
        st.button("Load", icon=":material/upload:", key="augment-kept-load", disabled=one.pipeline is None,
                  on_click=_load_kept, args=(one.name,))  # fmt: skip
        st.button("Really delete" if confirming else "Delete", icon=":material/delete:", key="augment-kept-delete",
                  on_click=_delete, args=(one.name, confirming))  # fmt: skip


def _keep(name: str, replace: bool) -> None:
    try:
        one = saved.save(state.workspace(), name, state.draft().pipeline, replace=replace)
    except GraftError as error:
        state.remember(_ACTION_RESULT, (str(error), False))
    else:
        state.remember(_ACTION_RESULT, (f"Saved as '{one.name}'.", True))


def _load_kept(name: str) -> None:
    try:
        spec = saved.load(state.workspace(), name)
    except GraftError as error:
        state.remember(_ACTION_RESULT, (str(error), False))
    else:
        steps.load(spec)
        state.remember(_ACTION_RESULT, (f"Loaded '{name}'.", True))


def _delete(name: str, confirmed: bool) -> None:
    """Delete after a second click as confirmation."""
    state.remember(_TO_DELETE, None if confirmed else name)
    if not confirmed:
        state.remember(_ACTION_RESULT, (f"'{name}' will be deleted permanently.", False))
        return
    try:
        saved.delete(state.workspace(), name)
    except GraftError as error:
        state.remember(_ACTION_RESULT, (str(error), False))
    else:
        state.remember(_ACTION_RESULT, (f"Deleted '{name}'.", True))


def _show_download() -> None:
    kind = st.selectbox("Save as", list(_FILES), key="augment-format")
    st.caption(_ABOUT[kind])
    try:
        text, only_graft_steps = _written(kind)
    except GraftError as error:
        show_error(error)
        return
    name, mime = _FILES[kind]
    st.download_button(
        f"Save {name}", text, name, mime, key="augment-save", icon=":material/download:", on_click="ignore",
        width="stretch",
    )  # fmt: skip
    if only_graft_steps:
        st.caption(f":material/info: Only Graft can read: {literal(', '.join(only_graft_steps))}.")
    if kind == PYTHON:
        st.code(text, language="python", height=220)


def _written(kind: str) -> tuple[str, tuple[str, ...]]:
    """The draft's pipeline as text, and the steps that other programs cannot read in it."""
    draft = state.draft()
    if kind == GRAFT:
        return dump_pipeline(draft.pipeline), ()
    geometry = backbones.input_sizes(state.draft().backbone)
    warmup.wait("Getting the pipeline ready.")
    if kind == PYTHON:
        from core.augment.code import python_code

        return python_code(draft.pipeline, geometry, draft.seed), ()
    from core.augment.exchange.text import dump_albumentations, only_graft

    text = dump_albumentations(draft.pipeline, geometry, draft.seed, "json" if kind == JSON else "yaml")
    return text, only_graft(draft.pipeline, geometry)


def _show_upload() -> None:
    st.file_uploader(
        "Load a pipeline", ["yaml", "yml", "json"], key="augment-load", max_upload_size=1, on_change=_load,
        help="A file of Graft or Albumentations.",
    )  # fmt: skip
    file = st.session_state.get("augment-load")
    file_id, text, good = state.recall(_UPLOAD_RESULT, (None, "", True))
    if file is not None and file.file_id == file_id:
        (st.success if good else st.error)(literal(text))


def _load() -> None:
    """Load the pipeline from the uploaded file; the current one is kept if that fails."""
    file = st.session_state["augment-load"]
    if file is None:
        return
    try:
        parsed = read_any(_text(file.getvalue()), f"The file '{file.name}'")
    except InvalidInput as error:
        state.remember(_UPLOAD_RESULT, (file.file_id, str(error), False))
    else:
        steps.load(parsed.spec)
        if parsed.seed is not None:
            state.update(seed=parsed.seed)
        state.remember(_UPLOAD_RESULT, (file.file_id, _outcome(parsed, file.name), True))


def _outcome(parsed: ParsedPipeline, name: str) -> str:
    noun = "step" if len(parsed.spec.steps) == 1 else "steps"
    seed = f" and the seed {parsed.seed}" if parsed.seed is not None else ""
    return " ".join([f"Loaded {len(parsed.spec.steps)} {noun}{seed} from {name}.", *parsed.notes])


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidPipeline("The file is not text. Give a YAML or JSON file with a pipeline.") from error
