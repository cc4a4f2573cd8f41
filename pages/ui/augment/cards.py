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
    p=(float, Field(ge=0, le=1, title="Weight", description="How often it is taken, compared with the others.")),
)
Slots = dict[int, Any]  # a container under each card, for what the preview finds out later


def show() -> Slots:
    """Draw all cards and, where there is no step, a hint. Changes go to the draft."""
    nodes = steps.listed()
    slots: Slots = {}
    if not nodes:
        st.caption("No step yet: every image is used as it is. Choose a preset, or add a step.")
    with st.container(gap="xsmall", key="augment-cards"):
        for place, node in enumerate(nodes):
            with st.container(border=True, gap="xsmall", key=f"augment-card-{node.number}"):
                head = st.container()
                _body(node, slots)
                with head:  # after the settings under it, which it sums up
                    _header(steps.get(node.number), {"up": place == 0, "down": place == len(nodes) - 1})
    return slots


def fault(step: Step, strength: float) -> str | None:
    """Why this step alone cannot be built, as a sentence; None where it can. Options are asked one by one."""
    try:
        pipeline.check(PipelineSpec(steps=(step,), strength=strength))
    except (InvalidPipeline, UnknownTransform) as error:
        return str(error).partition(f"({step.transform}): ")[2] or str(error)
    return None


def complain(text: str) -> None:
    """An error that belongs to one step."""
    st.markdown(f":red[:material/error: {literal(text)}]")


def title(step: Step) -> str:
    """What a step is called; Markdown."""
    entry = catalogue.TRANSFORMS.get(step.transform)
    return entry.title if entry else literal(step.transform)


def _header(node: Node, ends: dict[str, bool], share: str = "") -> None:
    """The switch with the step's name, and its tools; those in `ends` move it, and are off where it is True."""
    number = node.number
    key = f"augment-on-{number}"
    st.session_state[key] = node.step.enabled
    told = ", ".join(filter(None, (share, _summary(node.step, option=not ends))))
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="xsmall"):
        label = f"{title(node.step)} :gray[:small[{told}]]" if told else title(node.step)
        st.toggle(label, key=key, width="stretch", wrap=True, on_change=_switched, args=(number,))
        with st.container(horizontal=True, wrap=False, gap=None, width="content", key=f"augment-tools-{number}"):
            shown = steps.opened() == number
            _tool("edit", number, "Hide the settings" if shown else "Settings", "expand_less" if shown else "tune")
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
    """What is set, at the strength of the slider; without the title, and without what the switch or the weight says."""
    if step.transform == catalogue.ONE_OF:
        return "" if step.p == 1 else f"p {round(step.p, 2):g}"
    shown = step.model_copy(update={"enabled": True} | ({"p": 1.0} if option else {}))
    try:
        text = describe(shown, state.draft().pipeline.strength)
    except InvalidInput:
        return ""
    return literal(text.removeprefix(catalogue.get(step.transform).title).lstrip(":, "))


def _body(node: Node, slots: Slots, *, option: bool = False) -> None:
    """What stands under a header: what is wrong or risky, the settings while it is opened, and a choice's options."""
    number, step = node.number, node.step
    held = _held(node)
    if held is not None:
        if step.enabled and step.transform in _RISKS:
            st.caption(f":orange[:material/warning:] {_RISKS[step.transform]}")
        if steps.opened() == number:
            st.caption(catalogue.get(step.transform).explanation)
            kind, values = (_WeightForm, {"p": step.p}) if option else (Step, step)
            chance = render_form(kind, values, f"augment-step-{number}", fields=["p"])
            settings = render_form(type(held), held, f"augment-params-{number}")
            if chance.model is not None and settings.model is not None:
                steps.change(number, p=chance.model.p, params=settings.model.model_dump(mode="json"))
    if step.transform == catalogue.ONE_OF:
        _options(node, slots)
    if held is not None:
        slots[number] = st.container()


def _held(node: Node) -> Any:
    """The parameters of a step; where they are wrong, None, and the reason stands in the card."""
    try:
        return parameters(node.step)
    except (UnknownTransform, InvalidPipeline) as error:
        complain(str(error).removeprefix("options: "))
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
