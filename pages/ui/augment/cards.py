"""The steps of the pipeline as cards; a choice holds its options."""

from typing import Any

import streamlit as st
from pydantic import create_model
from pydantic.fields import Field

from core.augment import catalogue, pipeline
from core.augment.steps import describe, parameters, usable
from core.errors import InvalidInput, InvalidPipeline, UnknownTransform
from core.experiment import PipelineSpec, Step
from core.text import percent
from pages.ui.augment import picker, steps
from pages.ui.augment.steps import Node
from pages.ui.session import state
from pages.ui.widgets.forms import render_form
from pages.ui.widgets.messages import literal

_RISKS = {
    "HorizontalFlip": "Left becomes right. Leave it out if classes differ in that, as arrows, hands or letters do.",
    "VerticalFlip": "Up becomes down. Leave it out if classes differ in that.",
    "RandomRotate90": "Any side may be up. Leave it out if classes differ in direction.",
    "HueShift": "Colours change. Leave it out if classes differ in colour, as ripe and unripe do.",
}
_WeightForm = create_model(
    "_WeightForm",
    p=(
        float,
        Field(ge=0, le=1, title="Weight", description="How often it is chosen, compared with the other options."),
    ),
)
Slots = dict[int, Any]  # a container below each card, for errors found by the preview


def show() -> Slots:
    """Draw all cards, or a hint if there are no steps. Changes are saved in the draft."""
    nodes = steps.listed()
    slots: Slots = {}
    if not nodes:
        st.caption("No step yet: every image is used as it is. Choose a preset, or add a step.")
    with st.container(gap="xsmall", key="augment-cards"):
        for position, node in enumerate(nodes):
            with st.container(border=True, gap="xsmall", key=f"augment-card-{node.number}"):
                head = st.container()
                _body(node, slots)
                with head:  # drawn after the settings, which it summarises
                    _header(steps.get(node.number), {"up": position == 0, "down": position == len(nodes) - 1})
    return slots


def fault(step: Step, strength: float) -> str | None:
    """Why this step cannot be built, as a sentence; None if it can. Options are checked one by one."""
    try:
        pipeline.check(PipelineSpec(steps=(step,), strength=strength))
    except (InvalidPipeline, UnknownTransform) as error:
        return str(error).partition(f"({step.transform}): ")[2] or str(error)
    return None


def show_step_error(text: str) -> None:
    """Show the error of one step."""
    st.markdown(f":red[:material/error: {literal(text)}]")


def title(step: Step) -> str:
    """The title of a step; Markdown."""
    entry = catalogue.TRANSFORMS.get(step.transform)
    return entry.title if entry else literal(step.transform)


def _header(node: Node, ends: dict[str, bool], share: str = "") -> None:
    """The switch with the step's name, and its buttons.

    `ends`: buttons that move it, with whether they are disabled.
    """
    number = node.number
    key = f"augment-on-{number}"
    st.session_state[key] = node.step.enabled
    details = ", ".join(filter(None, (share, _summary(node.step, option=not ends))))
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="xsmall"):
        label = f"{title(node.step)} :gray[:small[{details}]]" if details else title(node.step)
        st.toggle(label, key=key, width="stretch", wrap=True, on_change=_switched, args=(number,))
        with st.container(horizontal=True, wrap=False, gap=None, width="content", key=f"augment-tools-{number}"):
            is_open = steps.opened() == number
            _tool("edit", number, "Hide the settings" if is_open else "Settings", "expand_less" if is_open else "tune")
            for name, disabled in ends.items():
                hint = {"up": "Move up: it then comes earlier", "down": "Move down: it then comes later"}[name]
                _tool(name, number, hint, f"arrow_{name}ward", disabled=disabled)
            _tool("remove", number, "Remove", "delete")


def _tool(name: str, number: int, hint: str, icon: str, *, disabled: bool = False) -> None:
    action, args = {
        "edit": (steps.toggle_open, (number,)),
        "up": (steps.move, (number, -1)),
        "down": (steps.move, (number, 1)),
        "remove": (steps.remove, (number,)),
    }[name]
    st.button(
        "", icon=f":material/{icon}:", help=hint, type="tertiary", key=f"augment-{name}-{number}", disabled=disabled,
        on_click=action, args=args,
    )  # fmt: skip


def _summary(step: Step, *, option: bool) -> str:
    """The settings at the current strength, without the title and without what the switch or the weight shows."""
    if step.transform == catalogue.ONE_OF:
        return "" if step.p == 1 else f"p {round(step.p, 2):g}"
    displayed = step.model_copy(update={"enabled": True} | ({"p": 1.0} if option else {}))
    try:
        text = describe(displayed, state.draft().pipeline.strength)
    except InvalidInput:
        return ""
    return literal(text.removeprefix(catalogue.get(step.transform).title).lstrip(":, "))


def _body(node: Node, slots: Slots, *, option: bool = False) -> None:
    """The content below a header: problems and risks, the settings while opened, and the options of a choice."""
    number, step = node.number, node.step
    parameters_model = _valid_parameters(node)
    if parameters_model is not None:
        if step.enabled and step.transform in _RISKS:
            st.caption(f":orange[:material/warning:] {_RISKS[step.transform]}")
        if steps.opened() == number:
            st.caption(catalogue.get(step.transform).explanation)
            kind, values = (_WeightForm, {"p": step.p}) if option else (Step, step)
            chance = render_form(kind, values, f"augment-step-{number}", fields=["p"])
            settings = render_form(type(parameters_model), parameters_model, f"augment-params-{number}")
            if chance.model is not None and settings.model is not None:
                steps.change(number, p=chance.model.p, params=settings.model.model_dump(mode="json"))
    if step.transform == catalogue.ONE_OF:
        _options(node, slots)
    if parameters_model is not None:
        slots[number] = st.container()


def _valid_parameters(node: Node) -> Any:
    """The parameters of a step; None, with the reason in the card, if they are invalid."""
    try:
        return parameters(node.step)
    except (UnknownTransform, InvalidPipeline) as error:
        show_step_error(str(error).removeprefix("options: "))
        if isinstance(error, InvalidPipeline) and node.step.transform != catalogue.ONE_OF:
            st.button("Use its defaults", key=f"augment-reset-{node.number}", on_click=steps.reset, args=(node.number,))
    return None


def _options(node: Node, slots: Slots) -> None:
    heads = {}
    with st.container(gap="xsmall", key=f"augment-options-{node.number}"):
        for option in node.options:
            with st.container(gap="xsmall", key=f"augment-option-{option.number}"):
                heads[option.number] = st.container()
                _body(option, slots, option=True)
        picker.offer("Add an option", node.number)
    now = steps.get(node.number).step.options
    total = sum(option.p for option in usable(now))
    for number, head in heads.items():
        option = steps.get(number)
        with head:
            _header(option, {}, percent(option.step.p / total) if option.step in usable(now) else "never")


def _switched(number: int) -> None:
    steps.change(number, enabled=st.session_state[f"augment-on-{number}"])
