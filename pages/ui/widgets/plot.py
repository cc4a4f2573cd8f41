"""A Plotly chart that takes new data without losing its zoom.

`st.plotly_chart` mounts a new chart at every change of data. This component keeps one DOM node and calls
`Plotly.react` on it.

Where plotly.js comes from: the installed plotly package holds it (4.8 MB), and Streamlit's component registry serves
that folder under a fixed address. Nothing is copied or downloaded, no session owns the file, and it is never part of a
rerun. The other ways that were looked at: Streamlit's own bundle has no stable names; a media file is dropped when no
session shows it any more; static serving and component manifests need the file inside this project or a package of it.
"""

import importlib.util
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.components.v1 import declare_component

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_FOLDER = "plotly_js"


def live_plot(figure: "Figure", key: str, height: int = 360) -> None:
    """Draw `figure` in the chart called `key`: the same key keeps node and zoom, another key is another chart.

    Colours of text, grid and background follow the theme and replace the figure's template, so traces must name their
    own colours. Texts inside the figure must already be escaped. `height` is in CSS pixels; the width is the
    container's.
    """
    _serve_plotly_js()
    _chart(data=figure.to_json().encode(), key=key, height=height, width="stretch")


def plotly_js_address() -> str:
    """Path of plotly.js on this server; the version in it makes a browser fetch it anew after an upgrade."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{'/' + base if base else ''}/component/{__name__}.{_FOLDER}/plotly.min.js?v={version('plotly')}"


def _serve_plotly_js() -> None:
    # at every use, not at import: a registration counts only inside a script run, and belongs to its server
    package = importlib.util.find_spec("plotly")
    if package is None or package.origin is None:
        raise RuntimeError("The plotly package is not installed. Set the program up again.")
    declare_component(_FOLDER, path=str(Path(package.origin).parent / "package_data"))


_HERE = Path(__file__).parent
# no shadow root: plotly.js puts its styles into the document's head, and without them zooming does not work. Our own
# class names carry a prefix instead.
_chart = st.components.v2.component(
    "graft_live_plot",
    isolate_styles=False,
    css=(_HERE / "plot.css").read_text(encoding="utf-8"),
    js=(_HERE / "plot.js").read_text(encoding="utf-8").replace("{{PLOTLY_JS}}", plotly_js_address()),
)
