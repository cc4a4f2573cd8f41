"""Label safety under the preview: what the pipeline does to the labels, found out in the light lane."""

from collections.abc import Hashable
from typing import TYPE_CHECKING

import streamlit as st

from core.augment import catalogue
from core.augment.steps import check_parameters
from core.backbones import catalogue as backbones
from core.charts.numbers import percent
from core.data.dataset import Dataset, Item
from core.errors import GraftError, InvalidInput, UnreadableImage
from core.experiment import Experiment, PipelineSpec
from core.runs.plan import default_experiment
from pages.ui import engine, state
from pages.ui.gallery import Cell, show_mosaic
from pages.ui.messages import explain, literal, show_error
from pages.ui.state import Draft

if TYPE_CHECKING:  # importing it loads torch
    from core.screening.verdict import ClassSafety, Safety

POLL_S = 1.0
_SHOWN = "safety:shown"  # the screening on the screen: its key and the pipelines that were screened
_TOLD = "safety:told"  # what the panel was drawn about
_LIGHTS = {
    "green": ("Labels survive", ":material/check_circle:", "green"),
    "amber": ("Look closer", ":material/warning:", "orange"),
    "red": ("Destroys labels", ":material/cancel:", "red"),
    "unknown": ("Cannot tell", ":material/help:", "gray"),
}
WORST_PX, WORST_COLUMNS = 144, 6


def show(dataset: Dataset, items: tuple[Item, ...]) -> None:
    """Draw the panel for the draft's pipeline."""
    draft = state.draft()
    key = key_of(draft, dataset)
    shown, pipelines = state.recall(_SHOWN, (None, ()))
    with st.container(border=True, key="augment-safety"):
        _title()
        if not _changes(draft.pipeline):
            st.caption("Add a step first: a picture that stays as it is keeps its label.")
            return
        lane = engine.manager().lane
        if lane.analysis(key) is not None:
            shown, pipelines = key, screened(draft.pipeline)
            state.remember(_SHOWN, (shown, pipelines))
        analysis = lane.analysis(shown)
        if analysis is None:
            st.caption("Some seconds, before anything is trained: are changed pictures still taken for what they are?")
            _begin("Check labels", draft, dataset, key)
        elif not analysis.over:
            st.fragment(_progress, run_every=POLL_S)(shown)
            st.button("Cancel", icon=":material/close:", key="safety-cancel", on_click=lane.cancel, args=(shown,))
        elif analysis.error is not None:
            st.error(literal(analysis.error), icon=":material/error:")
            _begin("Try again", draft, dataset, key)
        else:
            if shown != key:
                st.caption(":material/history: The pipeline or the images have changed since.")
                _begin("Check again", draft, dataset, key)
            _found(pipelines, analysis.result, items)


def begin(dataset: Dataset | None) -> None:
    """To be called before the steps are drawn: remembers what the panel will be about."""
    state.remember(_TOLD, _about(dataset))


def stale(dataset: Dataset | None) -> bool:
    """Whether a change of a step, which draws only the steps anew, has made the panel wrong."""
    return bool(state.recall(_TOLD, None) != _about(dataset))


def _about(dataset: Dataset | None) -> tuple[bool, bool]:
    """Whether there is something to screen, and whether what was screened last is the pipeline as it stands."""
    draft, (shown, _) = state.draft(), state.recall(_SHOWN, (None, ()))
    current = dataset is not None and shown is not None and shown == key_of(draft, dataset)
    return _changes(draft.pipeline), current


def key_of(draft: Draft, dataset: Dataset) -> Hashable:
    """A name for the screening of the draft's pipeline: what its result depends on."""
    return (
        "safety", dataset.fingerprint, draft.split.model_dump_json(), draft.backbone.model_dump_json(),
        draft.pipeline.model_dump_json(), draft.seed, draft.device,
    )  # fmt: skip


def screened(pipeline: PipelineSpec) -> tuple[PipelineSpec, ...]:
    """The pipeline as it is, and each of its steps that is on by itself, applied to every view."""
    steps = [step.model_copy(update={"p": 1.0}) for step in pipeline.steps if step.enabled and step.p > 0]
    return pipeline, *(PipelineSpec(steps=(step,), strength=pipeline.strength) for step in steps)


def _title() -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Do the labels survive?**", width="content")
        explain(
            "How it is found out",
            "A small classifier (a *probe*) is fitted on what the frozen backbone sees of your training pictures, and "
            "judges views of pictures that it was not fitted on. *Affinity* is its accuracy on views over that on "
            "plain pictures: 1 means that nothing is lost. Red: a class keeps less than 0.75 of it; amber: less than "
            "0.8, or 0.9 overall. It is a screening of few pictures: only trainings with and without decide.",
            r"\text{affinity} = \frac{\text{accuracy on views}}{\text{accuracy on plain pictures}}",
            "Gontijo-Lopes et al., Tradeoffs in data augmentation, ICLR 2021; classes by themselves: Kirichenko et "
            "al., NeurIPS 2023.",
        )


def _changes(pipeline: PipelineSpec) -> bool:
    return pipeline.strength > 0 and any(step.enabled and step.p > 0 for step in pipeline.steps)


def _begin(label: str, draft: Draft, dataset: Dataset, key: Hashable) -> None:
    try:
        check_parameters(draft.pipeline)
    except InvalidInput:
        st.caption("Not yet: a step cannot be used, its card says why.")
        return
    if not st.button(label, icon=":material/verified_user:", key="safety-check"):
        return
    from core.runs.trial import screen_labels

    pipelines = screened(draft.pipeline)
    try:
        experiment = _experiment(draft, dataset)
        room, device = engine.workspace(), draft.device or "auto"
        engine.manager().lane.analyse(key, lambda control: screen_labels(experiment, room, device, pipelines, control))
    except GraftError as error:
        show_error(error)
        return
    state.remember(_SHOWN, (key, pipelines))
    st.rerun()


def _experiment(draft: Draft, dataset: Dataset) -> Experiment:
    """What is screened needs no phases of the user's: the default ones of the backbone do."""
    plan = default_experiment(dataset.source, draft.backbone)
    data = plan.data.model_copy(update={"split": draft.split})
    return plan.changed(data=data, pipeline=draft.pipeline, seed=draft.seed)


def _progress(key: Hashable) -> None:
    analysis = engine.manager().lane.analysis(key)
    if analysis is None or analysis.over:
        st.rerun(scope="app")
    else:
        told = analysis.progress
        text = f"{told.what[:1].upper()}{told.what[1:]}"
        st.progress(min(1.0, told.done / told.total) if told.total else 0.0, text=literal(text))


def _found(pipelines: tuple[PipelineSpec, ...], found: "tuple[Safety, ...]", items: tuple[Item, ...]) -> None:
    whole, *single = found
    _light(whole)
    if len(single) > 1:
        st.markdown("**Each step alone**, applied to every view")
        for pipeline, safety in zip(pipelines[1:], single, strict=True):
            _light(safety, catalogue.get(pipeline.steps[0].transform).title)
    _classes(whole)
    worst = max(zip(pipelines, found, strict=True), key=lambda pair: pair[1].flip_rate)
    _worst(*worst, items)


def _light(safety: "Safety", title: str = "") -> None:
    """The traffic light, by word and sign as well as colour, with its reason."""
    word, icon, colour = _LIGHTS[safety.verdict]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(word, icon=icon, color=colour)  # type: ignore[arg-type]
        text = literal(safety.reason)
        st.markdown(f"**{literal(title)}**: {text}" if title else text, width="stretch")


def _classes(whole: "Safety") -> None:
    rows = [
        {
            "class": one.name,
            "images": one.images,
            "named rightly": one.clean * 100,
            "affinity": one.affinity,
            "95 % interval": _interval(one),
            "views mostly taken for": f"{one.becomes.taken_for} {percent(one.becomes.share)}" if one.becomes else "",
        }
        for one in whole.classes
    ]  # fmt: skip
    st.dataframe(
        rows, hide_index=True, key="safety-classes",
        column_config={
            "named rightly": st.column_config.NumberColumn(format="%.0f %%"),
            "affinity": st.column_config.ProgressColumn(format="%.2f", min_value=0.0, max_value=1.0),
        },
    )  # fmt: skip
    st.caption(
        f"Whole pipeline: affinity {whole.affinity:.2f} ({whole.affinity_low:.2f} to {whole.affinity_high:.2f}), "
        f"{whole.images} training images in {whole.views} views each. A view typically moves {whole.margin:.2f} times "
        "as far as the nearest image of another class lies away. A screening: trainings with and without decide."
    )


def _interval(one: "ClassSafety") -> str:
    return "too few to tell" if one.affinity is None else f"{one.affinity_low:.2f}–{one.affinity_high:.2f}"


def _worst(pipeline: PipelineSpec, safety: "Safety", items: tuple[Item, ...]) -> None:
    """The views that are most surely taken for another class, as training would see them."""
    from core.features.batches import Pictures  # loads torch

    if not safety.worst:
        return
    draft, known = state.draft(), {item.digest: item for item in items}
    geometry = backbones.geometry(backbones.get(draft.backbone.name), draft.backbone.image_size, draft.backbone.crop)
    pictures, cells = Pictures(pipeline, geometry, draft.seed, engine.images(geometry)), []
    for view in safety.worst[: 2 * WORST_COLUMNS]:
        if view.digest in known:
            try:
                pixels = pictures.view(known[view.digest], view.view)
            except (UnreadableImage, OSError):
                continue  # it is gone since; the others tell as much
            cells.append(Cell(pixels, f"{view.truth} → {view.taken_for}"))
    if cells:
        st.markdown("**The worst views**")
        show_mosaic(cells, WORST_COLUMNS, WORST_PX, "What each is, and what it is taken for.")
