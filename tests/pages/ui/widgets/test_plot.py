"""What the live chart sends to the browser; its behaviour there is tested in tests/browser."""

import json
from importlib.metadata import version

from streamlit.testing.v1 import AppTest

from pages.ui.widgets.plot import plotly_js_address


def plot_app() -> None:
    import plotly.graph_objects as go

    from pages.ui.widgets.plot import live_plot

    live_plot(go.Figure(go.Scatter(x=[1, 2], y=[3, 4], name="loss")), key="a", height=200)
    live_plot(go.Figure(), key="b")


def test_a_figure_travels_once_as_json_and_without_plotly_js():
    at = AppTest.from_function(plot_app).run()
    assert not at.exception
    first, second = (element.proto for element in at.get("bidi_component"))
    assert json.loads(first.bytes)["data"][0]["name"] == "loss"
    assert len(first.SerializeToString()) < 20_000
    assert first.id != second.id


def test_the_address_names_the_version():
    assert plotly_js_address() == f"/component/pages.ui.widgets.plot.plotly_js/plotly.min.js?v={version('plotly')}"
