"""The sidebar: links to the pages, each with a summary of the current experiment."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.augment.catalogue import TRANSFORMS
from core.experiment import BackboneSpec, Phase, PipelineSpec, SplitSpec
from core.files import slug
from core.text import counted, percent
from pages.ui.session.state import Draft
from pages.ui.widgets.messages import literal

NOT_CHOSEN = "not chosen yet"
NamedPage = tuple[str, str, str]  # path, title, icon

_LOGO = """<svg xmlns="http://www.w3.org/2000/svg" width="118" height="32" viewBox="0 0 118 32" fill="none">
<g stroke="#0f8a7e" stroke-width="3" stroke-linecap="round"><path d="M13 29V15"/>
<path d="M13 21C7 21 4 17 4 11c6 0 9 4 9 10"/>
<path d="M13 16c0-7 4-12 12-12 0 8-5 12-12 12"/></g><text x="34" y="24" fill="#0f8a7e" font-size="24" font-weight="700"
font-family="Segoe UI, Helvetica Neue, Helvetica, Arial, sans-serif">Graft</text></svg>"""

# Streamlit clips a link to one line; here a second, smaller one says how things stand
_STYLE = """<style>
.st-key-way a { align-items: flex-start; padding-top: 0.4rem; padding-bottom: 0.4rem; }
.st-key-way a p { white-space: normal; line-height: 1.3; overflow-wrap: anywhere; }
.st-key-way a small { font-size: 0.8rem; }
/* many options wrap: each is then a button of its own, for half a frame looks broken */
[data-testid="stButtonGroup"]:has(button[data-variant="segmented_control"]:nth-of-type(5))
  button[data-variant="segmented_control"] { border-radius: 0.75rem; margin: 0 0.3rem 0.3rem 0; }
@media (max-width: 640px) {
  [data-testid="stButtonGroup"]:has(button[data-variant="segmented_control"]:nth-of-type(4))
    button[data-variant="segmented_control"] { border-radius: 0.75rem; margin: 0 0.3rem 0.3rem 0; }
}
/* the accent colour is too dark for small text on its own shade */
button[data-variant="segmented_control"][data-selected="true"] { color: light-dark(#0b5d57, #5eead4) !important; }
/* a file called `=cmd()` would run in the spreadsheet that opens a table's own CSV; ours are neutralised */
button[aria-label="Download as CSV"] { display: none; }
</style>"""


def notes(
    draft: Draft, *, data: str | None = None, estimate: str | None = None, job: str | None = None
) -> dict[str, tuple[str, ...]]:
    """The summary below each page's name, as plain text.

    `data` is a better name for the images than their source, `estimate` the time that a training would take, and `job`
    the training that is running.
    """
    summaries = {
        "pages/data.py": [data or data_summary(draft.source, draft.split)],
        "pages/augment.py": [pipeline_summary(draft.pipeline)],
        "pages/backbone.py": [backbone_summary(draft.backbone), phases_summary(draft.phases)],
        "pages/train.py": [text for text in (job, estimate) if text],
    }
    return {page: tuple(lines) for page, lines in summaries.items()}


def show(pages: Sequence[NamedPage], summaries: Mapping[str, Sequence[str]]) -> None:
    """Draw the sidebar: a link for each page, with its summary. Containers are keyed `way-TITLE`."""
    st.logo(_LOGO, size="large")
    with st.sidebar:
        st.html(_STYLE)
        with st.container(gap="xxsmall", key="way"):
            for path, title, icon in pages:
                with st.container(key=f"way-{slug(title)}"):
                    st.page_link(path, label=_label(title, summaries.get(path, ())), icon=icon, width="stretch")


def _label(title: str, lines: Sequence[str]) -> str:
    return "  \n".join([f"**{title}**", *(f":gray[:small[{literal(line)}]]" for line in lines)])


def dataset_summary(name: str, images: int | None, classes: int) -> str:
    """A loaded data set; `images` is the number of used images, None before the split is known."""
    what = f"{classes:,} {'class' if classes == 1 else 'classes'}"
    return (
        f"{name}, {what}" if images is None else f"{name}, {images:,} {'image' if images == 1 else 'images'} in {what}"
    )


def data_summary(source: str | None, split: SplitSpec) -> str:
    """The images and their split."""
    if source is None:
        return NOT_CHOSEN
    name = source.removeprefix("sample:") if source.startswith("sample:") else source.rstrip("/\\")
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    train = 1 - split.val - split.test
    return f"{name}, split {100 * train:.0f} / {100 * split.val:.0f} / {percent(split.test)}"


def pipeline_summary(pipeline: PipelineSpec) -> str:
    """The first enabled augmentations and the number of others."""
    names = [_transform(step.transform) for step in pipeline.steps if step.enabled and step.p > 0]
    if not names or pipeline.strength == 0:
        return "none"
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    strength = f", strength {pipeline.strength:g}" if pipeline.strength != 1 else ""
    return ", ".join(names[:2]) + more + strength


def _transform(name: str) -> str:
    entry = TRANSFORMS.get(name)
    return entry.title if entry else name.replace("_", " ")


def backbone_summary(backbone: BackboneSpec) -> str:
    """The model and where its weights come from."""
    weights = {"default": "pretrained", "none": "untrained"}.get(backbone.weights, "own weights")
    size = f", {backbone.image_size} px" if backbone.image_size else ""
    return f"{backbone.name}, {weights}{size}"


def phases_summary(phases: Sequence[Phase] | None) -> str:
    """The trained stages and epochs; None means the backbone's default phases."""
    if phases is None:
        return "head, then the later stages"
    if not phases:
        return "none yet"
    return " → ".join(f"{_stages(phase)} ({counted(phase.epochs, 'epoch')})" for phase in phases)


def _stages(phase: Phase) -> str:
    names = phase.stages
    return " + ".join(names) if len(names) <= 2 else f"{names[0]}, {names[-1]} and {len(names) - 2} more"
