"""Hostile names in every place where a page would show them, and a form of each kind of field."""

import numpy as np
import streamlit as st

from core.errors import UnusableDataset
from core.experiment import Phase, Recipe
from pages.ui.widgets.forms import render_form
from pages.ui.widgets.gallery import Cell, show_mosaic
from pages.ui.widgets.messages import empty_state, explain, literal, show_error

NAMES = (
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "![x](https://example.org/x.png)",
    ":red[x]",
    ":red-background[x] :small[y]",
    "$x^2$ and $$y$$",
    ":material/home: :smile: :streamlit:",
    "https://example.org www.example.org me@example.org",
    "# title",
    "1. one",
    "- item",
    "> quote",
    "`code` **b** _i_ ~~s~~ ==h==",
    "a -> b <- c <-> d -- e >= f <= g ~= h != i",
    "a & b &amp; &lt;i&gt; \\* C:\\new\\*x*",
    "| a | b |",
    "[^1] [x][y] <b>b</b> <!-- c -->",
    "日本語 שלום 🦜 naïve",
)

st.set_page_config(layout="wide")
left, right = st.columns(2)
with left, st.container(key="markdown"):
    for number, name in enumerate(NAMES):
        with st.container(key=f"name-{number}"):
            st.markdown(literal(name))
with right:
    with st.container(key="labels"):
        for number, name in enumerate(NAMES):
            st.checkbox(literal(name), key=f"label-{number}")
    show_error(UnusableDataset(f"The class '{NAMES[0]}' has one image. Add more."))
    explain("What is this?", "An idea in a sentence.", r"a = \frac{b}{c}", "Someone, 2020")
rng = np.random.default_rng(0)
show_mosaic([Cell(rng.integers(0, 255, (90, 120, 3), dtype=np.uint8), name) for name in NAMES[:6]], 6, 160)
st.session_state["recipe"] = render_form(Recipe, st.session_state.get("recipe") or {}, "recipe", columns=3).model
st.session_state["phase"] = render_form(
    Phase,
    st.session_state.get("phase") or {"stages": ("head",), "epochs": 3},
    "phase",
    options={"stages": ["stem", "layer4", "head"]},
).model
empty_state("No runs yet", "Train a model first: it takes a minute.", "Go to training", "literal_text.py")
