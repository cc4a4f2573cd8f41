"""The steps of the pipeline as cards, and the list from which one is added."""

from typing import Any

import streamlit as st

from core.augment import catalogue, pipeline
from core.augment.steps import describe, parameters
from core.errors import InvalidInput, InvalidPipeline, UnknownTransform
from core.experiment import PipelineSpec, Step
from pages.ui import augment_steps as steps
from pages.ui import state
from pages.ui.forms import render_form
from pages.ui.messages import literal

_RISKS = {
    "HorizontalFlip": "Left becomes right. Leave it out if classes differ in that, as arrows, hands or letters do.",
    "VerticalFlip": "Up becomes down. Leave it out if classes differ in that.",
    "RandomRotate90": "Any side may be up. Leave it out if classes differ in direction.",
    "HueShift": "Colours change. Leave it out if classes differ in colour, as ripe and unripe do.",
}
CLASSICS = "The classic ones"
Slots = dict[int, Any]  # a container under each card, for what the preview finds out later


def show() -> Slots:
    """Draw all cards and, where there is no step, a hint. Changes go to the draft."""
    pairs = steps.listed()
    slots: Slots = {}
    if not pairs:
        st.caption("No step yet: every picture is used as it is. Choose a preset, or add a step.")
    with st.container(gap="xsmall", key="augment-cards"):
        for place, (number, step) in enumerate(pairs):
            with st.container(border=True, gap="xsmall", key=f"augment-card-{number}"):
                _header(number, step, first=place == 0, last=place == len(pairs) - 1)
                _body(number, step)
                slots[number] = st.container()
    return slots


def fault(step: Step, strength: float) -> str | None:
    """Why this step alone cannot be built, as a sentence; None where it can."""
    try:
        pipeline.check(PipelineSpec(steps=(step,), strength=strength))
    except (InvalidPipeline, UnknownTransform) as error:
        return str(error).partition(f"({step.transform}): ")[2] or str(error)
    return None


def complain(text: str) -> None:
    """An error that belongs to one step."""
    st.markdown(f":red[:material/error: {literal(text)}]")


def _header(number: int, step: Step, *, first: bool, last: bool) -> None:
    entry = catalogue.TRANSFORMS.get(step.transform)
    key = f"augment-on-{number}"
    st.session_state[key] = step.enabled
    title = entry.title if entry else literal(step.transform)
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="xsmall"):
        label = f"{title} :gray[:small[{_summary(step)}]]"
        st.toggle(label, key=key, width="stretch", wrap=True, on_change=_switched, args=(number,))
        with st.container(horizontal=True, wrap=False, gap=None, width="content", key=f"augment-tools-{number}"):
            shown = steps.opened() == number
            tools = (
                ("edit", "Hide the settings" if shown else "Settings", "expand_less" if shown else "tune", False),
                ("up", "Move up: it then comes earlier", "arrow_upward", first),
                ("down", "Move down: it then comes later", "arrow_downward", last),
                ("remove", "Remove", "delete", False),
            )
            for name, hint, icon, off in tools:
                _tool(name, number, hint, icon, disabled=off)


def _tool(name: str, number: int, hint: str, icon: str, *, disabled: bool) -> None:
    action, args = {
        "edit": (steps.toggle_open, (number,)),
        "up": (steps.move, (number, -1)),
        "down": (steps.move, (number, 1)),
        "remove": (steps.remove, (number,)),
    }[name]
    key = f"augment-{name}-{number}"
    st.button(
        "",
        icon=f":material/{icon}:",
        help=hint,
        type="tertiary",
        key=key,
        disabled=disabled,
        on_click=action,
        args=args,
    )


def _summary(step: Step) -> str:
    """What is set, at the strength of the slider; without the title and without what the switch says."""
    try:
        text = describe(step.model_copy(update={"enabled": True}), state.draft().pipeline.strength)
    except InvalidInput:
        return ""
    return literal(text.removeprefix(catalogue.get(step.transform).title).lstrip(":, "))


def _body(number: int, step: Step) -> None:
    try:
        held = parameters(step)
    except UnknownTransform as error:
        complain(str(error))
        return
    except InvalidPipeline as error:
        complain(str(error))
        st.button("Use its defaults", key=f"augment-reset-{number}", on_click=steps.reset, args=(number,))
        return
    if step.enabled and step.transform in _RISKS:
        st.caption(f":orange[:material/warning:] {_RISKS[step.transform]}")
    if steps.opened() == number:
        st.caption(catalogue.get(step.transform).explanation)
        chance = render_form(Step, step, f"augment-step-{number}", fields=["p"])
        settings = render_form(type(held), held, f"augment-params-{number}")
        if chance.model is not None and settings.model is not None:
            steps.change(number, p=chance.model.p, params=settings.model.model_dump(mode="json"))


def show_picker() -> None:
    """All transforms, searchable and by group, each with its line; drawn only while it is open."""
    with st.popover("Add a step", icon=":material/add:", key="augment-add", on_change="rerun", width="stretch") as box:
        if not box.open:
            return
        words = st.text_input("Search", placeholder="rotate, colour, blur …", key="augment-search",
                              label_visibility="collapsed", icon=":material/search:")  # fmt: skip
        group = st.selectbox("Group", [CLASSICS, *catalogue.GROUPS], key="augment-group", label_visibility="collapsed")
        found = search(words) if words.strip() else listed_in(group)
        with st.container(gap="xxsmall", key="augment-picker"):
            for entry in found:
                label = f"{entry.title}  \n:gray[:small[{literal(entry.explanation)}]]"
                st.button(label, key=f"augment-add-{entry.name}", type="tertiary", width="stretch", wrap=True,
                          on_click=_added, args=(entry.name,))  # fmt: skip
            if not found:
                st.caption(f"Nothing is called {literal(words)}. Try another word, or look through the groups.")


def search(words: str) -> list[catalogue.Entry]:
    """Entries that have every word anywhere in what is known of them; those that have it in the title come first."""
    wanted = words.lower().split()

    def text(entry: catalogue.Entry) -> str:
        return " ".join((entry.name, entry.title, entry.group, entry.explanation, *entry.tags)).lower()

    found = [entry for entry in catalogue.TRANSFORMS.values() if all(word in text(entry) for word in wanted)]
    return sorted(found, key=lambda entry: not all(word in f"{entry.title} {entry.name}".lower() for word in wanted))


def listed_in(group: str) -> list[catalogue.Entry]:
    """The entries of a group, or those that most people need."""
    if group == CLASSICS:
        return [catalogue.TRANSFORMS[name] for name in catalogue.CLASSIC]
    return [entry for entry in catalogue.TRANSFORMS.values() if entry.group == group]


def _added(name: str) -> None:
    steps.add(name)
    st.session_state["augment-add"] = False


def _switched(number: int) -> None:
    steps.change(number, enabled=st.session_state[f"augment-on-{number}"])
