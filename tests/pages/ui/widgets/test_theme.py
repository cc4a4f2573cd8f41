"""The theme's colours are written down in three places, because each has its own reader; they must agree."""

import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.charts.style import THEMES
from pages.ui.widgets import gallery

CONFIG = tomllib.loads((Path(__file__).resolve().parents[4] / ".streamlit" / "config.toml").read_text())


@pytest.mark.parametrize("name", ["light", "dark"])
def test_pages_charts_and_mosaics_have_the_same_colours(name):
    configured, paper = CONFIG["theme"][name], {"light": gallery.LIGHT, "dark": gallery.DARK}[name]
    assert configured["backgroundColor"] == THEMES[name].surface == paper.background
    assert configured["textColor"] == THEMES[name].text == paper.ink
    assert tuple(configured["chartCategoricalColors"]) == THEMES[name].palette


@pytest.mark.parametrize(
    ("section", "option", "value"),
    [
        ("server", "address", "127.0.0.1"),
        ("server", "allowedHosts", ["localhost", "127.0.0.1"]),
        ("server", "fileWatcherType", "none"),
        ("server", "enableXsrfProtection", True),
        ("browser", "gatherUsageStats", False),
        ("runner", "postScriptGC", False),
        ("client", "showErrorDetails", "none"),
    ],
)
def test_what_safety_and_speed_rest_on_is_configured(section, option, value):
    assert CONFIG[section][option] == value


def theme_app() -> None:
    import streamlit as st

    from pages.ui.widgets.theme import theme

    st.text(theme())


def test_the_theme_is_light_until_the_browser_says_otherwise():
    assert AppTest.from_function(theme_app).run().text[0].value == "light"
