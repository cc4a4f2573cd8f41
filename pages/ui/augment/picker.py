"""The list of transforms, searchable and by group, each with its effect on one of the user's images."""

import base64
import time
from collections.abc import Sequence

import streamlit as st

from core.augment import catalogue
from core.augment.catalogue import Entry
from core.data.dataset import Dataset, Item
from pages.ui.augment import steps, thumbs
from pages.ui.augment.thumbs import Subject, Thumb
from pages.ui.session import state
from pages.ui.widgets.messages import literal

CLASSICS = "The classic ones"
BUDGET_S, FOLLOW_S = 0.25, 0.15  # time for thumbnails before the first drawing, and between updates
_OPEN = "augment:picking"  # (the parent choice or None,) while the list is open
_STYLE = """
.st-key-augment-picker { display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); gap: 0.25rem; }
.st-key-augment-picker button { height: 100%; padding: 0.5rem; align-items: flex-start; }
.st-key-augment-picker button > div { width: 100%; justify-content: flex-start; align-items: flex-start; }
.st-key-augment-picker button p { text-align: left; white-space: normal; line-height: 1.35; }
.st-key-augment-picker button:hover { background: color-mix(in srgb, currentColor 7%, transparent); }
.st-key-augment-groups [data-testid="stWidgetLabel"] { display: none; }
@media (max-width: 480px) { .st-key-augment-picker { grid-template-columns: 1fr; } }
"""
_IMAGE_STYLE = """
.st-key-augment-picker button { min-height: 5.5rem; padding-left: 6.25rem; position: relative; }
.st-key-augment-picker button::before {
  content: ""; position: absolute; left: 0.5rem; top: 0.5rem; width: 5rem; height: 5rem; border-radius: 0.5rem;
  background: color-mix(in srgb, currentColor 8%, transparent) center / cover;
}
"""


def offer(label: str, parent: int | None = None) -> None:
    """The button that opens the list; the selected transform becomes a step, or an option of the choice `parent`."""
    key = "augment-add" if parent is None else f"augment-add-option-{parent}"
    is_option = parent is not None
    st.button(
        label, icon=":material/add:", key=key, type="tertiary" if is_option else "secondary",
        width="content" if is_option else "stretch", on_click=state.remember, args=(_OPEN, (parent,)),
    )  # fmt: skip


def show(dataset: Dataset | None, items: Sequence[Item]) -> None:
    """The list while it is open, with thumbnails if there are `items`."""
    opened = state.recall(_OPEN, None)
    if opened is not None:
        title = "Add a step" if opened[0] is None else "Add an option"
        st.dialog(title, width="large", on_dismiss=_close)(_list)(opened[0], thumbs.subject(dataset, items))


def search(query: str) -> list[Entry]:
    """Entries that contain every word in any text; matches in the title come first."""
    terms = query.lower().split()

    def text(entry: Entry) -> str:
        return " ".join((entry.name, entry.title, entry.group, entry.explanation, *entry.tags)).lower()

    entries = [entry for entry in catalogue.TRANSFORMS.values() if all(word in text(entry) for word in terms)]
    return sorted(entries, key=lambda entry: not all(word in f"{entry.title} {entry.name}".lower() for word in terms))


def listed_in(group: str) -> list[Entry]:
    """The entries of a group, or the classic ones."""
    if group == CLASSICS:
        return [catalogue.TRANSFORMS[name] for name in catalogue.CLASSIC]
    return [entry for entry in catalogue.TRANSFORMS.values() if entry.group == group]


def cost_text(milliseconds: float) -> str:
    """A time with two digits: '0.065 ms', '1.2 ms', '110 ms'."""
    return f"{milliseconds:.0f} ms" if milliseconds >= 10 else f"{milliseconds:.2g} ms"


def _list(parent: int | None, subject: Subject | None) -> None:
    query = st.text_input(
        "Search", placeholder="Search all: rotate, colour, blur …", key="augment-search", type="search", live=True,
        label_visibility="collapsed", icon=":material/search:",
    )  # fmt: skip
    searching = bool(query and query.strip())
    group = st.pills(
        "Group", [CLASSICS, *catalogue.GROUPS], default=CLASSICS, required=True, key="augment-group",
        label_visibility="collapsed", disabled=searching,
    )  # fmt: skip
    entries = search(query) if searching else listed_in(group or CLASSICS)
    if parent is not None:  # choices cannot be nested
        entries = [entry for entry in entries if entry.name != catalogue.ONE_OF]
    if state.recall(_OPEN, None) is None:
        st.rerun()  # something was selected: close the list
    began = time.monotonic()
    missing = thumbs.begin([entry.name for entry in entries], subject) if subject and entries else []
    if subject is None or thumbs.wait(missing, subject, began + BUDGET_S):
        _rows(entries, parent, subject)
    else:
        _rows(entries, parent, subject)
        _follow(missing, subject)


def _follow(missing: Sequence[str], subject: Subject) -> None:
    """Show slow thumbnails as they are made. A click ends this at the next update."""
    slot = st.empty()
    while not thumbs.wait(missing, subject, time.monotonic() + FOLLOW_S):
        slot.html(f"<style>{''.join(_card_style(name, thumbs.known(name, subject)) for name in missing)}</style>")
    st.rerun()  # to show their cost


def _rows(entries: Sequence[Entry], parent: int | None, subject: Subject | None) -> None:
    made = {entry.name: thumbs.known(entry.name, subject) for entry in entries}
    st.html(f"<style>{_STYLE}{_IMAGE_STYLE if subject else ''}{''.join(map(_card_style, made, made.values()))}</style>")
    if subject is not None:
        st.caption(f"Each applied to one of your own images ({literal(subject.label)}) at its usual setting, with "
                   "the milliseconds that it takes per image on this machine.")  # fmt: skip
    with st.container(gap=None, key="augment-picker"):
        for entry in entries:
            st.button(
                _label(entry, made[entry.name]), key=f"augment-add-{entry.name}", type="tertiary", width="stretch",
                wrap=True, on_click=_added, args=(entry.name, parent),
            )  # fmt: skip
    if not entries:
        st.caption("Nothing found. Try another word, or browse the groups.")


def _label(entry: Entry, thumb: Thumb | None) -> str:
    cost = f" :gray[:small[{cost_text(thumb.milliseconds)}]]" if thumb and thumb.jpeg else ""
    tags = " ".join(f":gray-badge[:small[{tag}]]" for tag in entry.tags)
    lines = (f"**{entry.title}**{cost}", f":gray[:small[{literal(entry.explanation)}]]", tags)
    return "  \n".join(line for line in lines if line)


def _card_style(name: str, thumb: Thumb | None) -> str:
    if thumb is None or not thumb.jpeg:
        return ""
    data = base64.b64encode(thumb.jpeg).decode()
    return f".st-key-augment-add-{name} button::before {{ background-image: url(data:image/jpeg;base64,{data}); }}"


def _added(name: str, parent: int | None) -> None:
    steps.add(name, parent)
    _close()


def _close() -> None:
    state.remember(_OPEN, None)
