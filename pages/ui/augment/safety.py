"""Label safety below the preview: whether the pipeline preserves the labels, computed in the analysis queue."""

from typing import TYPE_CHECKING

import streamlit as st

from core.augment.steps import check_parameters, describe
from core.backbones import catalogue as backbones
from core.data.dataset import Dataset, Item
from core.errors import InvalidInput, UnreadableImage
from core.screening.headline import changes_images, headline
from core.text import counted, percent
from pages.ui.augment import turning
from pages.ui.runs import safety_question
from pages.ui.runs.safety_question import Question, show_headline, show_light
from pages.ui.session import engine, state
from pages.ui.widgets.gallery import Cell, show_mosaic
from pages.ui.widgets.messages import explain, literal
from pages.ui.widgets.progress import show_progress
from pages.ui.widgets.tables import show_table

if TYPE_CHECKING:  # importing it loads torch
    from core.screening.verdict import ClassSafety, Safety

_SHOWN = "safety:shown"  # the question whose result is displayed
_DRAWN_FOR = "safety:told"  # the state for which the panel was drawn
WORST_PX, WORST_COLUMNS = 144, 6


def show(dataset: Dataset, items: tuple[Item, ...]) -> None:
    """Draw the panel for the draft's pipeline."""
    with st.container(border=True, key="augment-safety"):
        _title()
        if not safety_question.can_answer(dataset):
            st.caption(safety_question.SEVERAL_LABELS)
            return
        if not changes_images(state.draft().pipeline):
            st.caption("Add a step first: an image that stays as it is keeps its label.")
            return
        question = safety_question.whole_and_steps(state.draft(), dataset)
        shown, analyses = _question_to_show(question), engine.manager().analyses
        analysis = analyses.analysis(shown.key)
        found = analysis.result if analysis is not None and analysis.result is not None else shown.known()
        if found is not None:
            _answer(question, shown, found, dataset, items)
        elif analysis is None:
            st.caption(
                "A check of a few seconds, before any training: is the class of an augmented image still recognised?"
            )
            _begin("Check labels", question)
        elif analysis.error is not None:
            st.error(literal(analysis.error), icon=":material/error:")
            _begin("Try again", question)
        else:
            show_progress(analyses, shown.key, "safety-cancel")


def begin(dataset: Dataset | None) -> None:
    """Call before drawing the steps: stores the state that the panel will be drawn for."""
    state.remember(_DRAWN_FOR, _about(dataset))


def stale(dataset: Dataset | None) -> bool:
    """Whether a change of a step, which redraws only the steps, has made the panel outdated."""
    return bool(state.recall(_DRAWN_FOR, None) != _about(dataset))


def _about(dataset: Dataset | None) -> tuple[bool, Question | None]:
    """Whether there is something to screen, and the question if the panel has its result."""
    pipeline = state.draft().pipeline
    if dataset is None or not safety_question.can_answer(dataset) or not changes_images(pipeline):
        return changes_images(pipeline), None
    question = safety_question.whole_and_steps(state.draft(), dataset)
    known = question == state.recall(_SHOWN, None) or question.known() is not None
    return True, question if known else None


def _question_to_show(question: Question) -> Question:
    """The question to show: `question` if it was started or its result is known, else the previous one."""
    previous: Question | None = state.recall(_SHOWN, None)
    started = engine.manager().analyses.analysis(question.key) is not None
    if previous is not None and previous != question and not started and question.known() is None:
        return previous
    if started or question.known() is not None:
        state.remember(_SHOWN, question)
    return question


def _title() -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Do the labels survive?**", width="content")
        explain(
            "How it works",
            "A small classifier (a *probe*) is fitted on features of your training images from the frozen backbone, "
            "and classifies augmented views of images that it was not fitted on. *Affinity* is its accuracy on views "
            "over that on plain images: 1 means that nothing is lost. Red: a class keeps less than 0.75 of it; amber: "
            "less than 0.8, or 0.9 overall. It is a quick check of few images: only trainings with and without the "
            "augmentation can decide.",
            r"\text{affinity} = \frac{\text{accuracy on views}}{\text{accuracy on plain images}}",
            "Gontijo-Lopes et al., Tradeoffs in data augmentation, ICLR 2021; classes by themselves: Kirichenko et "
            "al., NeurIPS 2023.",
        )


def _begin(label: str, question: Question) -> None:
    try:
        check_parameters(question.pipelines[0])
    except InvalidInput:
        st.caption("Not yet: a step cannot be used, its card says why.")
        return
    if not st.button(label, icon=":material/verified_user:", key="safety-check"):
        return
    if safety_question.begin(question):
        state.remember(_SHOWN, question)
        st.rerun()


def _answer(
    question: Question, shown: Question, found: "tuple[Safety, ...]", dataset: Dataset, items: tuple[Item, ...]
) -> None:
    """`shown` is the question that `found` belongs to, `question` the current one."""
    if shown != question:
        st.caption(":material/history: The pipeline or the images have changed since.")
        _begin("Check again", question)
    whole, *single = found
    show_headline(headline(shown.pipelines, found))
    if single:
        st.markdown("All steps together, then **each step alone**, applied to every view")
        show_light(whole, "All steps together")
        for pipeline, safety in zip(shown.pipelines[1:], single, strict=True):
            show_light(safety, describe(pipeline.steps[0], pipeline.strength))
    _classes(whole)
    worst_index = max(range(len(found)), key=lambda worst_index: found[worst_index].flip_rate)
    _worst(shown, worst_index, found[worst_index], items)
    if shown == question:
        turning.show(dataset)


def _classes(whole: "Safety") -> None:
    rows = [
        {
            "class": one.name,
            "images": one.images,
            "correctly classified": one.clean * 100,
            "affinity": one.affinity,
            "95 % interval": _interval(one),
            "views mostly predicted as": f"{one.becomes.taken_for} {percent(one.becomes.share)}" if one.becomes else "",
        }
        for one in whole.classes
    ]  # fmt: skip
    show_table(
        rows, hide_index=True, key="safety-classes",
        column_config={
            "correctly classified": st.column_config.NumberColumn(format="%.0f %%"),
            "affinity": st.column_config.ProgressColumn(format="%.2f", min_value=0.0, max_value=1.0),
        },
    )  # fmt: skip
    st.caption(
        f"Whole pipeline: affinity {whole.affinity:.2f} ({whole.affinity_low:.2f} to {whole.affinity_high:.2f}), "
        f"{whole.images} training images in {counted(whole.views, 'view')} each. In feature space a view typically "
        f"moves {whole.margin:.2f} times the distance to the nearest image of another class. This is a quick check: "
        "only trainings with and without can decide."
    )


def _interval(one: "ClassSafety") -> str:
    return "too few images" if one.affinity is None else f"{one.affinity_low:.2f}–{one.affinity_high:.2f}"


def _worst(shown: Question, worst_index: int, safety: "Safety", items: tuple[Item, ...]) -> None:
    """The views most confidently assigned to another class, as training would see them."""
    from core.features.batches import ImageViews  # loads torch

    if not safety.worst:
        return
    experiment, pipeline, items_by_digest = (
        shown.experiment,
        shown.pipelines[worst_index],
        {item.digest: item for item in items},
    )
    geometry = backbones.input_sizes(experiment.backbone)
    image_views, cells = ImageViews(pipeline, geometry, experiment.seed, engine.images(geometry), items), []
    for view in safety.worst[: 2 * WORST_COLUMNS]:
        if view.digest in items_by_digest:
            try:
                pixels = image_views.view(items_by_digest[view.digest], view.view)
            except (UnreadableImage, OSError):
                continue  # deleted in the meantime
            cells.append(Cell(pixels, f"{view.truth} → {view.taken_for}"))
    if cells:
        of = (
            f"of {literal(describe(pipeline.steps[0], pipeline.strength))} alone"
            if worst_index
            else "of the whole pipeline"
        )
        st.markdown(f"**The worst views** {of}")
        show_mosaic(cells, WORST_COLUMNS, WORST_PX, "True class → predicted class.")
