"""The stages of a backbone as a list with bars, and explanations of freezing."""

from collections.abc import Collection
from html import escape
from typing import Literal

import streamlit as st

from core.backbones.stages import Stage
from core.charts.style import THEMES
from pages.ui.widgets.messages import explain

_ICON = "font-family:'Material Symbols Rounded'; font-size:1.05rem; line-height:1; color:{}"
_COLD = {"light": "#4b86b4", "dark": "#7fb2d9"}  # blue for frozen stages
_BAR = {"light": "#a9c6dc", "dark": "#3d6480"}


def count(number: int) -> str:
    """A number of parameters with three digits: `1.28 M`, `513 k`, `7`."""
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if number >= size:
            return f"{number / size:.3g}{unit}" if number / size < 999.5 else f"{number / size:.0f}{unit}"
    return str(number)


def stage_list(table: tuple[Stage, ...], trains: Collection[str], theme: Literal["light", "dark"]) -> str:
    """HTML: trainable and total parameters, then a line per stage with a bar for its number of parameters."""
    total = sum(stage.n_parameters for stage in table)
    active = sum(stage.n_parameters for stage in table if stage.name in trains)
    most = max(stage.n_parameters for stage in table)
    lines = "".join(_line(stage, stage.name in trains, most, theme) for stage in table)
    percent = 100 * active / total
    share = "less than 0.1 %" if 0 < percent < 0.1 else f"{percent:.{int(0 < percent < 10)}f} %"
    return (
        f"<div style='margin-bottom:0.5rem'><b>{count(active)}</b> of {count(total)} parameters train ({share})</div>"
        "<div style='display:grid; grid-template-columns:max-content max-content minmax(3rem,1fr) max-content;"
        f" gap:0.25rem 0.6rem; align-items:center; font-size:0.875rem'>{lines}</div>"
    )


def _line(stage: Stage, trains: bool, most: int, theme: Literal["light", "dark"]) -> str:
    accent = THEMES[theme].accent
    colour, bar, icon, status = (
        (accent, accent, "local_fire_department", "trains")
        if trains
        else (_COLD[theme], _BAR[theme], "ac_unit", "frozen")
    )
    width = max(0.6, 100 * stage.n_parameters / most)
    weight = "600" if trains else "400"
    return (
        f"<span style=\"{_ICON.format(colour)}\" title='{status}'>{icon}</span>"
        f"<span style='font-weight:{weight}'>{escape(stage.label)}</span>"
        f"<span style='height:0.6rem; border-radius:0.3rem; width:{width:.1f}%; background:{bar}'></span>"
        f"<span style='text-align:right; font-variant-numeric:tabular-nums'>{count(stage.n_parameters)}</span>"
    )


def explanations() -> None:
    """Explanations: freezing, BatchNorm, and kinds of transfer."""
    with st.container(horizontal=True, gap="small"):
        explain(
            "What freezing does",
            "A frozen stage keeps its pretrained weights: no gradient is computed for it and no step moves it. Early "
            "stages hold edges and textures that most images share; late ones are more about the classes of "
            "ImageNet. With few images, fewer trainable weights mean less to overfit.",
            r"\theta_{frozen} \leftarrow \theta_{frozen}, \qquad \theta_{train} \leftarrow \theta_{train} "
            r"- \eta\,\nabla_{\theta_{train}} L",
            "Yosinski et al.: How transferable are features in deep neural networks?, NeurIPS 2014",
        )
        explain(
            "BatchNorm in frozen stages",
            "BatchNorm also keeps running means and variances, which change in every training step even if no weight "
            "does. In a frozen stage they keep their pretrained values: small batches of your images would degrade "
            "them.",
            r"\mu_{run} \leftarrow (1-m)\,\mu_{run} + m\,\mu_{batch} \quad \text{only where it trains}",
            "Ioffe, Szegedy: Batch Normalization, ICML 2015",
        )
        explain(
            "Two kinds of transfer",
            "**Feature transfer**: only the head trains, on features that stay as they are. **Parameter transfer**: "
            "pretrained weights are where training starts, and some or all stages move on. The default does one after "
            "the other: a fitted head does not disturb the stages below it.",
            reference="Kumar et al.: Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution, "
            "ICLR 2022",
        )
