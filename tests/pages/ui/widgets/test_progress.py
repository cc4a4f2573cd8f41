"""The bar that waits before it shows itself."""

from streamlit.testing.v1 import AppTest


def app(shown_after_s: float) -> None:
    import streamlit as st

    from pages.ui.widgets import progress as bars

    bars.SHOWN_AFTER_S, bars.EVERY_S = shown_after_s, 0.0
    bar = bars.DelayedBar()
    bar.update(1, 2000)
    st.session_state["drawn"] = bar._bar is not None
    bar.close()


def test_it_shows_only_when_the_work_takes_long(monkeypatch):
    monkeypatch.setattr("pages.ui.widgets.progress.SHOWN_AFTER_S", 0.4)
    monkeypatch.setattr("pages.ui.widgets.progress.EVERY_S", 0.1)
    for shown_after_s, drawn in ((60.0, False), (0.0, True)):
        at = AppTest.from_function(app, kwargs={"shown_after_s": shown_after_s}).run()
        assert not at.exception
        assert at.session_state["drawn"] is drawn
