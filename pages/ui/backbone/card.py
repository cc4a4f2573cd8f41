"""The card of the chosen backbone: facts, weights and image size."""

from pathlib import Path

import streamlit as st

from core.backbones import catalogue
from core.backbones.catalogue import Backbone
from core.errors import GraftError, InvalidExperiment, InvalidInput
from core.experiment import BackboneSpec
from core.files import LONGEST_PATH, own_path
from pages.ui.backbone import weights as backbone_weights
from pages.ui.session import state
from pages.ui.widgets.forms import render_form
from pages.ui.widgets.messages import explain, literal, show_error

MODE = "backbone-weights"
FILE = "backbone-file"
_MODES = {"default": "Pretrained", "none": "Untrained", "file": "My file"}


def show(n_classes: int) -> list[str]:
    """Draw the card of the draft's backbone; changes are saved in the draft. Returns problems that block training."""
    backbone = catalogue.get(state.draft().backbone.name)
    with st.container(border=True, key="backbone-card"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.subheader(backbone.title, anchor=False, width="content")
            if backbone.library == "bundled":
                st.badge("bundled", color="primary", icon=":material/package_2:")
        st.html(_facts(backbone))
        problems = _weights(backbone, n_classes)
        _image_size(backbone)
    return problems


def _facts(backbone: Backbone) -> str:
    top1 = "not stated" if backbone.top1 is None else f"{backbone.top1:.1f} % top-1"
    facts = {
        "Parameters": f"{backbone.parameters / 1e6:.1f} M, of them {backbone.backbone_parameters / 1e6:.1f} M backbone",
        "Features": f"{backbone.features:,} numbers per image reach the head",
        "Input": f"{backbone.image_size} × {backbone.image_size} px",
        "ImageNet": top1,
        "Licence": backbone.licence,
        "Name": backbone.name,
    }
    rows = "".join(f"<span style='opacity:0.65'>{key}</span><span>{value}</span>" for key, value in facts.items())
    grid = "display:grid; grid-template-columns:max-content 1fr; gap:0.2rem 1rem; font-size:0.9rem"
    return f"<div style='{grid}'>{rows}</div>"


def _weights(backbone: Backbone, n_classes: int) -> list[str]:
    spec = state.draft().backbone
    has_file = spec.weights not in ("default", "none")
    wants_file = has_file or state.recall("backbone-wants-file", False)
    mode = "file" if wants_file else spec.weights
    st.session_state[MODE] = mode
    st.segmented_control("Weights", list(_MODES), format_func=_MODES.__getitem__, key=MODE, required=True,
                         on_change=_take_mode, width="stretch")  # fmt: skip
    if mode == "default":
        backbone_weights.show(backbone, _use_file)
    elif mode == "none":
        _untrained()
    elif not _file(spec if has_file else None, n_classes):
        return ["The weights file cannot be used."]
    return []


def _take_mode() -> None:
    mode = st.session_state[MODE]
    spec = state.draft().backbone
    state.remember("backbone-wants-file", mode == "file")
    if mode in ("default", "none"):
        state.update(backbone=spec.model_copy(update={"weights": mode}))


def _use_file() -> None:
    state.remember("backbone-wants-file", True)


def _untrained() -> None:
    st.markdown(
        ":material/casino: Every stage starts from random weights. With few images the result is usually far worse; "
        "the difference shows what pretraining is worth."
    )
    explain(
        "Why train from scratch?",
        "A pretrained backbone has learned from a million photographs; edges, textures and object parts need not be "
        "learned again from yours. Run the same experiment once from scratch and compare: the gap closes as the number "
        "of your images grows, or as they look less like photographs.",
        reference="He, Girshick, Dollár: Rethinking ImageNet Pre-training, ICCV 2019",
    )


def _file(spec: BackboneSpec | None, n_classes: int) -> bool:
    """Input for a weights file; `spec` is given if one is chosen. Returns whether training can start with it."""
    st.session_state[FILE] = spec.weights if spec else ""
    st.text_input(
        "Path of a safetensors file",
        key=FILE,
        placeholder="path/to/model.safetensors",
        max_chars=LONGEST_PATH,
        on_change=_take_file,
        help="A state dict of exactly this model. A head of another width is replaced by a new one.",
    )
    if spec is None:
        st.caption(f"Until a file is named, the {_MODES[state.draft().backbone.weights].lower()} weights stay chosen.")
        return True
    try:
        backbone_weights.require_fit(spec, n_classes)
    except GraftError as error:
        show_error(error)
        return False
    st.markdown(f":green[:material/check_circle:] {literal(Path(spec.weights).name)} fits this model.")
    return True


def _take_file() -> None:
    text = st.session_state[FILE].strip().strip("\"'")
    try:
        weights = str(own_path(text).absolute()) if text else "default"
    except InvalidInput:  # reported when the file is read
        weights = text
    state.update(backbone=state.draft().backbone.model_copy(update={"weights": weights}))
    state.remember("backbone-wants-file", True)


def _image_size(backbone: Backbone) -> None:
    """Input of the image size.

    An invalid size stays in its field with the error; the draft keeps the last valid one.
    """
    spec = state.draft().backbone
    last_spec, typed = state.recall("backbone-typed-size", (None, None))
    shown = spec.model_copy(update={"image_size": typed}) if last_spec == spec else spec
    result = render_form(BackboneSpec, shown, "backbone", fields=("image_size", "crop"))
    size = result.values["image_size"]
    if result.model is None:
        return
    try:
        catalogue.check_image_size(backbone, size)
    except InvalidExperiment as error:
        state.remember("backbone-typed-size", (spec, size))
        show_error(error)
        current_size = spec.image_size or backbone.image_size
        st.caption(f"The experiment keeps {current_size} px.")
        return
    state.remember("backbone-typed-size", (None, None))
    changed = {"image_size": size, "crop": result.values["crop"]}
    if spec != spec.model_copy(update=changed):
        state.update(backbone=spec.model_copy(update=changed))
    st.caption(f"An empty image size means {backbone.image_size} px. Smaller is faster, and sees less detail.")
