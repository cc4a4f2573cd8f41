"""The phases: a card for each with its trainable stages, epochs and learning rate, and a chart of the whole plan.

The draft holds the last valid phases. A phase without any stage is shown with an error and blocks the next step.
"""

from dataclasses import replace

import streamlit as st

from core.backbones.stages import HEAD, Stage, require_stages
from core.charts.phases import phase_figure, phase_grid
from core.errors import UnknownStage
from core.experiment import Phase
from core.planning import phases as phase_edits
from core.planning.phases import Phases
from core.text import number
from pages.ui.backbone.stages import count, explanations, stage_list
from pages.ui.session import state
from pages.ui.widgets.forms import render_form
from pages.ui.widgets.messages import literal, show_error
from pages.ui.widgets.plot import live_plot
from pages.ui.widgets.theme import theme

FROZEN, TRAINS = ":material/ac_unit:", ":material/local_fire_department:"


def show(table: tuple[Stage, ...], n_classes: int | None) -> list[str]:
    """Draw the phases of the draft for the stages in `table`; returns problems that block training.

    `n_classes` None: no images are chosen, and the width of the head in `table` is assumed.
    """
    names = tuple(stage.name for stage in table)
    phases = _current(names)
    if phases is None:
        return ["The phases belong to another backbone."]
    _introduction(table, n_classes)
    _notices(phases, names)
    off = _switched_off(phases)
    for index in range(len(phases)):
        _card(index, table)
    _show_plan_buttons(phases, names)
    _chart(table, off)
    return [f"Phase {index + 1} has nothing to train." for index in sorted(off)]


def _current(names: tuple[str, ...]) -> Phases | None:
    """The current phases; None, with an error and a button, if they belong to another backbone."""
    phases = state.draft().phases
    if not phases:
        return state.draft().default_phases(names)
    try:
        require_stages([stage for phase in phases for stage in phase.stages], names, state.draft().backbone.name)
    except UnknownStage as error:
        show_error(error)
        st.button("Use the default phases", key="backbone-phases-default", on_click=_to_default)
        return None
    return phases


def _introduction(table: tuple[Stage, ...], n_classes: int | None) -> None:
    total = count(sum(stage.n_parameters for stage in table))
    head = f"{n_classes} classes" if n_classes else "2 classes, until images are chosen"
    st.markdown(
        f"{len(table)} stages in forward order, {total} parameters with a head for {head}. "
        "Phases follow one another; in each, the stages that you choose train and all others are frozen."
    )
    explanations()


def _notices(phases: Phases, names: tuple[str, ...]) -> None:
    replaced_phases = state.recall("backbone-lost-phases", None)
    if replaced_phases is not None and state.draft().phases is None:
        old, new = replaced_phases
        st.info(
            f"Another backbone has other stages: the phases made for {literal(old)} were replaced by the default ones "
            f"of {literal(new)}.",
            icon=":material/restart_alt:",
        )
    idle = phase_edits.never_trained(phases, names)
    if state.draft().backbone.weights == "none" and idle:
        with st.container(border=True, key="backbone-random", gap="small"):
            st.markdown(
                f":orange[:material/warning:] The weights are untrained, and {_listed(idle)} never train: later stages "
                "would get noise as input. To train from scratch, train everything."
            )
            single_phase = (Phase(stages=names, epochs=sum(phase.epochs for phase in phases)),)
            st.button("Train everything", key="backbone-train-all", on_click=_store, args=(single_phase,))


def _card(index: int, table: tuple[Stage, ...]) -> None:
    names = tuple(stage.name for stage in table)
    phases = _current(names) or ()
    phase = phases[index]
    off = _switched_off(phases)
    stages = () if index in off else phase.stages
    with st.container(border=True, key=f"backbone-phase{index}"):
        _head_line(index, phases)
        controls, image = st.columns([3, 2], gap="large")
        with controls:
            _quick(index, phases, stages, names)
            _pills(index, phases, stages, table)
            if index in off:
                st.error(
                    f"Phase {index + 1} has nothing to train: all of its stages are frozen. Choose at least one. "
                    f"Until then the experiment keeps {_listed(phase.stages)}.",
                    icon=":material/error:",
                )
            _numbers(index, phases, phase, off)
        with image:
            st.html(stage_list(table, stages, theme()))


def _head_line(index: int, phases: Phases) -> None:
    first = sum(phase.epochs for phase in phases[:index]) + 1
    last = first + phases[index].epochs - 1
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        epochs = f"epoch {first}" if first == last else f"epochs {first} to {last}"
        st.markdown(f"#### Phase {index + 1} :gray[:small[{epochs}]]", width="stretch")
        if len(phases) == 1:
            return
        for step, icon, label, idle in (
            (-1, ":material/arrow_upward:", "Earlier", index == 0),
            (1, ":material/arrow_downward:", "Later", index == len(phases) - 1),
        ):
            st.button("", icon=icon, type="tertiary", help=label, disabled=idle,
                      key=f"backbone-phase{index}-{label.lower()}", on_click=_store,
                      args=(phases if idle else phase_edits.moved(phases, index, step),))  # fmt: skip
        st.button("", icon=":material/delete:", type="tertiary", help="Remove this phase",
                  key=f"backbone-phase{index}-remove", on_click=_store,
                  args=(phase_edits.removed(phases, index),))  # fmt: skip


def _quick(index: int, phases: Phases, stages: tuple[str, ...], names: tuple[str, ...]) -> None:
    key = f"backbone-phase{index}-quick"

    def take() -> None:
        if st.session_state[key] is not None:
            _set_stages(index, phases, phase_edits.quick_stages(st.session_state[key], names))

    st.session_state[key] = phase_edits.quick_choice(stages, names)
    st.segmented_control("Quick choice", phase_edits.QUICK, key=key, on_change=take, label_visibility="collapsed",
                         width="stretch")  # fmt: skip


def _pills(index: int, phases: Phases, stages: tuple[str, ...], table: tuple[Stage, ...]) -> None:
    key = f"backbone-phase{index}-stages"
    labels = {
        stage.name: f"{TRAINS if stage.name in stages else FROZEN} {stage.label.replace('_', chr(92) + '_')}"
        for stage in table
    }

    def take() -> None:
        chosen = st.session_state[key]
        _set_stages(index, phases, tuple(name for name in labels if name in chosen))

    st.session_state[key] = list(stages)
    st.pills("Trainable stages, from the image to the head", list(labels), selection_mode="multi", key=key, wrap=True,
             format_func=labels.__getitem__, on_change=take,
             help="Any of them: to train early stages alone is legitimate too.")  # fmt: skip


def _numbers(index: int, phases: Phases, phase: Phase, off: frozenset[int]) -> None:
    rate_fields = () if phase.solver == "lbfgs" else ("learning_rate",)
    solver_fields = ("solver",) if phase.stages == (HEAD,) else ()
    fields = ("epochs", *rate_fields, *solver_fields)
    result = render_form(Phase, phase, f"backbone-phase{index}", fields=fields, columns=2)
    if phase.solver == "lbfgs":
        st.caption("Fitted with L-BFGS on the kept features of all views; it ends early once it has converged.")
    elif phase.learning_rate is None:
        rate = number(state.draft().recipe.learning_rate)
        st.caption(f"Without its own rate this phase uses that of the recipe, {rate}.")
    if isinstance(result.model, Phase) and result.model != phase:
        _store(phase_edits.replaced(phases, index, result.model), off)


def _show_plan_buttons(phases: Phases, names: tuple[str, ...]) -> None:
    with st.container(horizontal=True, gap="small"):
        st.button("Add a phase", icon=":material/add:", key="backbone-phase-add", on_click=_store,
                  args=(phase_edits.added(phases, names),),
                  help="After the last one, with one more trainable stage, at half its rate.")  # fmt: skip
        gradual = phase_edits.gradual(state.draft().default_phases(names), names)
        st.button("Unfreeze gradually", icon=":material/stairs:", key="backbone-phases-gradual", on_click=_store,
                  args=(gradual,), disabled=phases == gradual,
                  help="The head first, then one stage more in each phase, at half the rate each time.")  # fmt: skip
        if state.draft().phases is not None:
            st.button("Back to the default", icon=":material/restart_alt:", type="tertiary", on_click=_to_default,
                      key="backbone-phases-reset",
                      help="The head first, then the later half of the stages with it.")  # fmt: skip


def _chart(table: tuple[Stage, ...], off: frozenset[int]) -> None:
    names = [stage.name for stage in table]
    phases = _current(tuple(names)) or ()
    grid = phase_grid(phases, names, state.draft().recipe.learning_rate)
    blocks = tuple(replace(block, trains=()) if i in off else block for i, block in enumerate(grid.blocks))
    grid = replace(grid, blocks=blocks, stages=tuple(stage.label for stage in table))
    st.subheader("The whole plan", anchor=False)
    figure = phase_figure(grid, theme())
    live_plot(figure, key="backbone-plan", height=int(figure.layout.height))


def _set_stages(index: int, phases: Phases, stages: tuple[str, ...]) -> None:
    off = _switched_off(phases)
    if not stages:
        state.remember("backbone-off", (phases, off | {index}))
        return
    solver = phases[index].solver if stages == (HEAD,) else "steps"
    changed = phases[index].model_copy(update={"stages": stages, "solver": solver})
    _store(phase_edits.replaced(phases, index, changed), off - {index})


def _store(phases: Phases, off: frozenset[int] = frozenset()) -> None:
    state.update(phases=phases)
    state.remember("backbone-lost-phases", None)
    state.remember("backbone-off", (phases, off))


def _to_default() -> None:
    state.update(phases=None)
    state.remember("backbone-lost-phases", None)
    state.remember("backbone-off", ((), frozenset()))


def _switched_off(phases: Phases) -> frozenset[int]:
    """Phases without any stage, as long as the phases have not changed since."""
    phases_then, off = state.recall("backbone-off", ((), frozenset()))
    return off if phases_then == phases else frozenset()


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
