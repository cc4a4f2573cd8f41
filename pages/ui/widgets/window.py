"""What only the browser can do: know its tab, begin what is shown at its top, fold the drawer away on a telephone."""

import streamlit as st

from pages.ui.session import state


def follow(page: str, view: str) -> None:
    """Call once in every run of the script, with the name of the page that is open, and what it shows where that
    replaces its content: another one begins at its top, too."""
    with st.container(height=1, border=False, key="window-watch"):
        browser = _watch(
            key="window", data={"page": page, "view": view, "tab": state.tab()}, on_tab_change=lambda: None
        )
    if browser.tab and state.adopt(str(browser.tab)):
        st.rerun()


# sessionStorage belongs to one tab and outlives a reload. A new tab takes the name that the server proposes, and only a
# reloaded one has something to say; as a state, for a trigger may get lost in a rerun that is under way. The drawer
# covers the page below Streamlit's own 768 px.
_WATCH = """
export default function ({ data, parentElement, setStateValue }) {
  const known = sessionStorage.getItem("graft-tab");
  if (!known) sessionStorage.setItem("graft-tab", data.tab);
  else if (known !== data.tab) setStateValue("tab", known);
  const before = window.graftPlace;
  window.graftPlace = { page: data.page, view: data.view };
  if (before === undefined || (before.page === data.page && before.view === data.view)) return;
  document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0, behavior: "instant" });
  if (window.innerWidth <= 768 && before.page !== data.page)
    document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
}
"""
_watch = st.components.v2.component("graft_window_watch", js=_WATCH, isolate_styles=False)
