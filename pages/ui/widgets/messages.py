"""Messages for the user: errors, empty states, explanations, and escaping of users' text."""

import re

import streamlit as st

from core.errors import GraftError, UnclearLayout
from core.files import slug
from core.text import shown
from pages.ui.widgets.controls import in_controls

_JOINER = "\u2060"  # word joiner: invisible, and breaks up patterns
_PUNCTUATION = re.compile(r"([!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~])")
# Streamlit looks for these in finished text, after Markdown's escapes are gone, so an escape alone does not stop them
_LATE = re.compile(r"(:(?=[\w+\-/:])|(?<=:)(?=//)|www(?=\.)|(?=@)|<(?=-)|-(?=[->])|[<>~](?==))", re.IGNORECASE)


def literal(text: str) -> str:
    """Markdown that shows `text`, a class or file name, exactly as typed (a choice in a sentence of the engine by the
    name of its control): no markup, links, colours, icons or formulas.

    For everything that reads Markdown: `st.markdown`, labels of widgets and pages, captions, help texts. Line breaks
    become spaces, other characters that cannot be seen become escapes.
    """
    one_line = shown(" ".join(re.split(r"[\r\n\t]+", in_controls(text))))
    return _PUNCTUATION.sub(r"\\\1", _LATE.sub(rf"\1{_JOINER}", one_line))


def sentence(error: GraftError) -> str:
    """The text of an error for a page: options of the command line are replaced by a hint to the Data page."""
    return f"{error.question} Say on the Data page how to read it." if isinstance(error, UnclearLayout) else str(error)


def show_error(error: GraftError) -> None:
    """Show an error with its own message."""
    st.error(literal(sentence(error)), icon=":material/error:")


def empty_state(
    title: str, text: str, button_label: str, page: str, icon: str = ":material/add_photo_alternate:"
) -> None:
    """Show what is missing, with a button that leads to `page`, where it can be created."""
    with st.container(border=True, horizontal_alignment="center", gap="small", key=f"empty-{slug(title)}"):
        st.space("small")
        st.markdown(f"# {icon}", width="content")
        st.subheader(title, anchor=False, width="content")
        st.markdown(text, width="content", text_alignment="center")
        if st.button(button_label, type="primary", key=f"empty-button-{slug(title)}"):
            st.switch_page(page)
        st.space("small")


def explain(title: str, idea: str, formula: str | None = None, reference: str | None = None) -> None:
    """A popover with an explanation: the idea, a formula (LaTeX) and a reference."""
    with st.popover(title, icon=":material/help:", type="tertiary"):
        st.markdown(idea)
        if formula:
            st.latex(formula)
        if reference:
            st.caption(reference)
