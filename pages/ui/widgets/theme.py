"""Which theme the browser shows: for images and charts, whose colours the server chooses."""

from typing import Literal, cast

import streamlit as st


def theme() -> Literal["light", "dark"]:
    """The theme of this session's browser; light until it has told."""
    return cast(Literal["light", "dark"], "dark" if st.context.theme.type == "dark" else "light")


def follow() -> None:
    """Draw the page once more when its theme is switched: Streamlit recolours only what the browser draws itself."""
    with st.container(height=1, border=False, key="theme-watch"):
        _watch(key="theme", on_switched_change=lambda: None)


# Streamlit calls it at every change of theme. What was seen last hangs on the element: a new one has nothing to compare
_WATCH = """
export default function ({ parentElement, setTriggerValue }) {
  const now = getComputedStyle(parentElement).getPropertyValue("--st-background-color").trim();
  const before = parentElement.dataset.graftGround;
  parentElement.dataset.graftGround = now;
  if (before && before !== now) setTriggerValue("switched", now);
}
"""
_watch = st.components.v2.component("graft_theme_watch", js=_WATCH, isolate_styles=False)
