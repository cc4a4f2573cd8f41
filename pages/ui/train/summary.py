"""A summary of the current experiment, and the problems that prevent training."""

from dataclasses import dataclass

import streamlit as st

from core.augment.steps import check_parameters, summarise
from core.backbones import catalogue
from core.errors import GraftError
from core.experiment import Phase
from pages.ui.session import engine, warmup
from pages.ui.session.state import Draft
from pages.ui.widgets.messages import literal, sentence
from pages.ui.widgets.progress import delayed_bar
from pages.ui.widgets.sidebar import phases_summary

DATA, AUGMENT, BACKBONE = "pages/data.py", "pages/augment.py", "pages/backbone.py"
LINKS = {DATA: "Go to Data", AUGMENT: "Go to Augment", BACKBONE: "Go to Backbone"}


# aligns the icon of a link with the text below
_STYLE = "<style>.st-key-train-summary a { margin-left: -0.5rem; width: fit-content; }</style>"


@dataclass(frozen=True)
class Blocker:
    """A reason why training cannot start, and the page to change it."""

    sentence: str
    page: str


@dataclass(frozen=True)
class Row:
    """One row of the summary: a page's name, its settings, and details."""

    title: str
    page: str
    icon: str
    main: str
    detail: str = ""


def show(draft: Draft, columns: int = 1) -> None:
    """Draw the summary: a link to each page with its settings."""
    rows = (_data(draft), _augmentation(draft), _backbone(draft), _phases(draft))
    with st.container(gap="small", key="train-summary"):
        st.html(_STYLE)
        for start in range(0, len(rows), columns):
            for cell, row in zip(st.columns(columns, gap="small"), rows[start : start + columns], strict=True):
                with cell.container(border=True, height="stretch", gap="xxsmall"):
                    st.page_link(row.page, label=f"**{row.title}**", icon=row.icon, width="stretch")
                    detail = f"  \n:gray[:small[{literal(row.detail)}]]" if row.detail else ""
                    st.markdown(f"{literal(row.main)}{detail}")


def blockers(draft: Draft) -> list[Blocker]:
    """The problems to fix before training, in the order of the pages. Waits for torch."""
    return [*_data_blockers(draft), *_pipeline_blockers(draft), *_phase_blockers(draft)]


def show_blockers(found: list[Blocker], primary: bool) -> None:
    """Show the problems, each with a link to the page to fix it, instead of the start button.

    `primary`: the first one gets the primary button.
    """
    for number, blocker in enumerate(found):
        with st.container(border=True, key=f"train-blocker-{number}"):
            st.markdown(f":material/block: {literal(blocker.sentence)}")
            if st.button(
                LINKS[blocker.page],
                key=f"train-blocker-go-{number}",
                type="primary" if primary and not number else "secondary",
                icon=":material/arrow_forward:",
            ):
                st.switch_page(blocker.page)


def _data(draft: Draft) -> Row:
    icon = ":material/photo_library:"
    if draft.source is None:
        return Row("Data", DATA, icon, "No images chosen yet")
    try:
        dataset = engine.dataset(draft.source, draft.reading, delayed_bar)
        split = engine.split(draft.source, draft.split, draft.reading, delayed_bar)
    except GraftError:
        return Row("Data", DATA, icon, "These images cannot be used", draft.source)
    parts = {"train": len(split.train), "validate": len(split.val), "test": len(split.test)}
    counted = ", ".join(f"{count:,} to {what}" for what, count in parts.items() if count)
    return Row("Data", DATA, icon, f"{dataset.name}, {len(dataset.classes)} classes", f"Images: {counted}")


def _augmentation(draft: Draft) -> Row:
    icon = ":material/auto_fix_high:"
    try:
        summary = summarise(draft.pipeline)
    except GraftError:
        return Row("Augment", AUGMENT, icon, "A step cannot be used")
    if summary == "None":
        return Row("Augment", AUGMENT, icon, "None", "Every epoch sees the same images")
    views = "new views in each epoch" if draft.views == "fresh" else f"{draft.views} views per image"
    return Row("Augment", AUGMENT, icon, summary, views)


def _backbone(draft: Draft) -> Row:
    icon, spec = ":material/account_tree:", draft.backbone
    try:
        backbone = catalogue.get(spec.name)
    except GraftError:
        return Row("Backbone", BACKBONE, icon, spec.name, "not in the catalogue")
    weights = {"default": "pretrained", "none": "untrained weights"}.get(spec.weights, "own weights")
    size = spec.image_size or backbone.image_size
    return Row(
        "Backbone", BACKBONE, icon, backbone.title,
        f"{weights}, {size} px, {backbone.backbone_parameters / 1e6:.1f} million weights under the head",
    )  # fmt: skip


def _phases(draft: Draft) -> Row:
    icon = ":material/layers:"
    if draft.phases is None and not warmup.ready():
        return Row("Phases", BACKBONE, icon, "Two phases", phases_summary(None))
    try:
        phases = draft.chosen_phases()
    except GraftError:
        return Row("Phases", BACKBONE, icon, "Not known for this backbone")
    if not phases:
        return Row("Phases", BACKBONE, icon, "None yet")
    epochs = sum(phase.epochs for phase in phases)
    total = f"{epochs} epoch{'s' if epochs > 1 else ''}"
    return Row("Phases", BACKBONE, icon, total, ", then ".join(_phase(phase) for phase in phases))


def _phase(phase: Phase) -> str:
    names = " + ".join(phase.stages) if len(phase.stages) <= 2 else f"{phase.stages[0]} to {phase.stages[-1]}"
    return f"{phase.epochs} with {names}"


def _data_blockers(draft: Draft) -> list[Blocker]:
    if draft.source is None:
        return [Blocker("No images are chosen yet. Choose a sample, or bring your own.", DATA)]
    try:
        engine.dataset(draft.source, draft.reading, delayed_bar)
        engine.split(draft.source, draft.split, draft.reading, delayed_bar)
        found = engine.report(draft.source, draft.split, draft.reading).problems
    except GraftError as error:
        return [Blocker(sentence(error), DATA)]
    return [Blocker(" ".join(found), DATA)] if found else []


def _pipeline_blockers(draft: Draft) -> list[Blocker]:
    try:
        check_parameters(draft.pipeline)
    except GraftError as error:
        return [Blocker(str(error), AUGMENT)]
    return []


def _phase_blockers(draft: Draft) -> list[Blocker]:
    from core.backbones.stages import require_stages, stage_table

    try:
        backbone = catalogue.get(draft.backbone.name)
        catalogue.check_image_size(backbone, draft.backbone.image_size)
        names = [stage.name for stage in stage_table(backbone.name)]
        phases = draft.chosen_phases()
        for phase in phases:
            require_stages(phase.stages, names, backbone.name)
    except GraftError as error:
        return [Blocker(str(error), BACKBONE)]
    if not phases:
        return [Blocker("There is nothing to train: no phase is set. Add one on the Backbone page.", BACKBONE)]
    return []
