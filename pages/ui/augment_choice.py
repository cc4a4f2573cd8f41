"""Which pictures and which views the preview shows, and the widgets that choose them."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.data.dataset import Dataset, Item
from pages.ui import state

PER_CLASS, ONE = "One per class", "One image"
CLASS_ROWS, CLASS_VIEWS, ONE_VIEWS = 5, 3, 8
MOST_PIXELS = 2_200_000  # of all views together: at 1024 px one takes twenty times as long as at 224


@dataclass(frozen=True)
class Choice:
    """The pictures, and the numbers of the views that each is shown in."""

    items: tuple[Item, ...]
    numbers: tuple[int, ...]
    single: bool


def training_items(dataset: Dataset, train: Sequence[int]) -> tuple[Item, ...]:
    """The pictures that can be looked at: those that train, or all where the split leaves none."""
    return tuple(dataset.items[index] for index in train) or dataset.items


def view_numbers(first: int, count: int, views: state.Views) -> tuple[int, ...]:
    """`count` numbers from `first` on that training really shows: with fixed views they come round."""
    if views == "fresh":
        return tuple(range(first, first + count))
    return tuple(number % views for number in range(first, first + min(count, views)))


def one_per_class(items: Sequence[Item], turn: int, rows: int) -> tuple[Item, ...]:
    """A picture of each of at most `rows` classes. Each turn shows the next classes, then the next pictures."""
    by_class: dict[int, list[Item]] = {}
    for item in items:
        by_class.setdefault(item.label, []).append(item)
    labels = sorted(by_class)
    groups = [labels[start : start + rows] for start in range(0, len(labels), rows)]
    number, group = divmod(turn, len(groups))
    return tuple(by_class[label][number % len(by_class[label])] for label in groups[group])


def show_choice(items: Sequence[Item], image_size: int) -> Choice:
    """The widgets above the preview, and what they choose; fewer views where pictures are large."""
    most = max(2, MOST_PIXELS // image_size**2)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="augment-bar"):
        single = _mode() == ONE
        count = min(ONE_VIEWS if single else CLASS_VIEWS, most)
        rows = min(CLASS_ROWS, max(1, most // count))
        chosen = _one(items) if single else _each(items, rows)
        _roll(count)
    if single:
        _picker([item.name for item in items], chosen[0].name)
    numbers = view_numbers(state.recall("augment:first", 0), count, state.draft().views)
    return Choice(chosen, numbers, single)


def _mode() -> str:
    st.session_state["augment-mode"] = state.recall("augment:mode", PER_CLASS)
    return st.segmented_control(
        "Pictures", [PER_CLASS, ONE], required=True, key="augment-mode", label_visibility="collapsed",
        on_change=lambda: state.remember("augment:mode", st.session_state["augment-mode"]),
    )  # fmt: skip


def _each(items: Sequence[Item], rows: int) -> tuple[Item, ...]:
    turn = state.recall("augment:turn", 0)
    more = len({item.label for item in items}) > rows
    _next("Other classes" if more else "Other images", "augment:turn", turn + 1)
    return one_per_class(items, turn, rows)


def _one(items: Sequence[Item]) -> tuple[Item, ...]:
    names = [item.name for item in items]
    kept = state.recall("augment:image", names[0])
    place = names.index(kept) if kept in names else 0
    _next("Next image", "augment:image", names[(place + 1) % len(names)])
    return (items[place],)


def _picker(names: Sequence[str], now: str) -> None:
    st.session_state["augment-image"] = now
    st.selectbox(
        "Image", names, key="augment-image", label_visibility="collapsed",
        on_change=lambda: state.remember("augment:image", st.session_state["augment-image"]),
    )  # fmt: skip


def _next(label: str, name: str, value: int | str) -> None:
    st.button(label, icon=":material/photo_library:", key="augment-next", on_click=state.remember, args=(name, value))


def _roll(count: int) -> None:
    views = state.draft().views
    first = state.recall("augment:first", 0)
    known = views != "fresh" and views <= count  # all of them are on the screen
    following = first + count if views == "fresh" else (first + count) % views
    st.button(
        "Roll again", icon=":material/casino:", key="augment-roll", disabled=known,
        help="All views of these pictures are shown already." if known else None,
        on_click=state.remember, args=("augment:first", following),
    )  # fmt: skip
