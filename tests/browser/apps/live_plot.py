"""Two live charts: one grows at every tick of a fragment, one stands still; and a second page to leave for."""

import plotly.graph_objects as go
import streamlit as st

from pages.ui.widgets.plot import live_plot


def curve(points: int, name: str) -> go.Figure:
    figure = go.Figure(
        go.Scatter(
            x=list(range(points)), y=[(i * 37 % 23) / 23 for i in range(points)], name=name, line_color="#0072b2"
        )
    )
    figure.update_layout(xaxis_title="step", yaxis_title="loss", title=name)
    return figure


@st.fragment(run_every=0.3)
def growing() -> None:
    ticks = st.session_state.get("ticks", 0) + 1
    st.session_state["ticks"] = ticks
    live_plot(curve(40 + ticks, "growing"), key=f"growing-{st.session_state.get('version', 0)}", height=300)
    st.text(f"ticks {ticks}")


def charts() -> None:
    st.header("Charts")
    if st.button("New chart"):
        st.session_state["version"] = st.session_state.get("version", 0) + 1
    growing()
    live_plot(curve(30, "still"), key="still", height=260)


def other() -> None:
    st.header("Other page")


PAGES = [st.Page(charts, title="Charts", default=True), st.Page(other, title="Other")]
page = st.navigation(PAGES, position="hidden")
for link in PAGES:
    st.sidebar.page_link(link)
page.run()
