"""The training settings: optimizer and recipe, device, seed."""

import streamlit as st
from pydantic import create_model

from core.experiment import Description, Experiment, Recipe
from core.task import SPECS
from core.text import format_size
from pages.ui.session import engine, state
from pages.ui.session.state import Draft
from pages.ui.train import rates as train_rates
from pages.ui.widgets.forms import render_form
from pages.ui.widgets.messages import explain

FIRST = ("optimizer", "learning_rate", "batch_size")
ADVANCED = (
    "schedule", "warmup", "layer_decay", "weight_decay", "label_smoothing", "mixup", "cutmix", "clip_norm",
    "batchnorm", "class_weights", "monitor", "patience",
)  # fmt: skip
# forms are rendered from models; the seed is a field of the experiment itself
Reproduction = create_model("Reproduction", __base__=Description, seed=(int, Experiment.model_fields["seed"]))


def show(draft: Draft) -> bool:
    """Draw the settings and save them in the draft; False while one of them is invalid. Waits for torch."""
    from core.training.device import available_devices

    devices = available_devices()
    device = draft.device if draft.device in devices else devices[0]
    phases = draft.phases or draft.default_phases(("last", "head"))
    rates = [phase.learning_rate for phase in phases if phase.solver == "steps"]
    all_rates_in_phases = all(rate is not None for rate in rates)  # hide the control if it has no effect
    fields = [name for name in FIRST if not (all_rates_in_phases and name == "learning_rate")]
    first = render_form(Recipe, draft.recipe, "train", fields=fields)
    if all_rates_in_phases:
        rates_text = (
            f"{', then '.join(f'{rate:g}' for rate in rates)}, set with each phase"
            if rates
            else "none: L-BFGS chooses its own step size"
        )
        st.caption(f"Learning rate: {rates_text}.")
        st.page_link("pages/backbone.py", label="Change the phases", icon=":material/layers:")
    finder = st.container()
    recipe = first.model or draft.recipe
    device = _device(devices, device)
    with st.expander("Advanced", icon=":material/tune:", key="train-advanced"):
        second = render_form(Recipe, recipe, "train", fields=ADVANCED, options={"monitor": _monitors(draft)})
        recipe = _precision(second.model or recipe, device)
        if recipe.mixup or recipe.cutmix:
            st.caption(
                "Mixed images are new at every step, so no features of training images are kept: the frozen stages run "
                "each time. On few images mixing seldom helps a pretrained model."
            )
        seed = render_form(Reproduction, {"seed": draft.seed}, "train")
        _explanations()
    state.update(recipe=recipe, device=device, seed=draft.seed if seed.model is None else seed.model.seed)
    valid = not (first.error or second.error or seed.error)
    with finder:  # placed beside the rate, but depends on all settings
        train_rates.show(state.draft(), valid)
    return valid


def _monitors(draft: Draft) -> tuple[str, ...]:
    """The scores available for the draft's images; those of single-label classification until they are known."""
    known = engine.known_dataset(draft.source, draft.reading)
    return SPECS[known.task if known is not None else "classification"].monitors


def _device(devices: tuple[str, ...], device: str) -> str:
    import torch

    from core.training.device import device_title, memory_of

    chosen = st.selectbox(
        "Device",
        devices,
        index=devices.index(device),
        format_func=lambda name: device_title(torch.device(name)),
        key="train-device",
        help="The device that computes. Trainings on one device run one after the other.",
        disabled=len(devices) == 1,
    )
    memories = {device: memory for device in devices if (memory := memory_of(torch.device(device)))}
    if memories:
        parts = [
            f"{format_size(free)} of {format_size(total)} on {device}" for device, (free, total) in memories.items()
        ]
        st.caption(f"Free memory: {', '.join(parts)}.")
    return chosen


def _precision(recipe: Recipe, device: str) -> Recipe:
    """Select the precision among those supported by the device."""
    import torch

    from core.training.device import precisions

    field, offered = Recipe.model_fields["precision"], precisions(torch.device(device))
    current = recipe.precision if recipe.precision in offered else "auto"
    if current != recipe.precision:
        st.caption(f"This device does not train in {recipe.precision}, so the best supported one is used.")
    chosen = st.segmented_control(
        field.title, offered, default=current, required=True, key=f"train-precision-{'-'.join(offered)}",
        help=field.description,
    )  # fmt: skip
    return Recipe.model_validate(recipe.model_dump() | {"precision": chosen or current})


def _explanations() -> None:
    with st.container(horizontal=True, gap="small"):
        explain(
            "Learning rate",
            "How far a step moves the weights. Too large: the loss jumps or climbs. Too small: nothing happens. "
            "Pretrained stages tolerate about a tenth of the rate of a new head.",
            r"\theta \leftarrow \theta - \eta \, \nabla_\theta L",
            "Smith (2018), A disciplined approach to neural network hyper-parameters.",
        )
        explain(
            "Label smoothing",
            "Asks for 90 % certainty instead of 100 %, so that the model does not grow overconfident on few images.",
            r"y' = (1 - \varepsilon)\, y + \varepsilon / K",
            "Szegedy et al. (2016), Rethinking the Inception architecture.",
        )
