"""Which images and which views the preview shows, and the widgets that choose them."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.data.dataset import Dataset, Item
from pages.ui.session import state

PER_CLASS, ONE = "One per class", "One image"
NONE = -1  # in place of a class: images without labels
CLASS_ROWS, CLASS_VIEWS, ONE_VIEWS = 5, 3, 8
MOST_PIXELS = 2_200_000  # of all views together: at 1024 px one takes twenty times as long as at 224


@dataclass(frozen=True)
class Choice:
    """The images, and the numbers of the views that each is shown in."""

    items: tuple[Item, ...]
    numbers: tuple[int, ...]
    single: bool


def training_items(dataset: Dataset, train: Sequence[int]) -> tuple[Item, ...]:
    """The images that can be looked at: those that train, or all where the split leaves none."""
    return tuple(dataset.items[index] for index in train) or dataset.items


def view_numbers(first: int, count: int, views: state.Views) -> tuple[int, ...]:
    """`count` numbers from `first` on that training really shows: with fixed views they come round."""
    if views == "fresh":
        return tuple(range(first, first + count))
    return tuple(number % views for number in range(first, first + min(count, views)))


def one_per_class(items: Sequence[Item], turn: int, rows: int) -> tuple[Item, ...]:
    """An image of each of at most `rows` classes. Each turn shows the next classes, then the next images."""
    by_class: dict[int, list[Item]] = {}
    for item in items:
        for label in item.classes or (NONE,):
            by_class.setdefault(label, []).append(item)
    labels = sorted(by_class)
    groups = [labels[start : start + rows] for start in range(0, len(labels), rows)]
    number, group = divmod(turn, len(groups))
    shown: dict[str, Item] = {}  # an image with several labels stands for one of them
    for label in groups[group]:
        start = number % len(by_class[label])
        own = by_class[label][start:] + by_class[label][:start]
        item = next((one for one in own if one.name not in shown), None)
        if item is not None:
            shown[item.name] = item
    return tuple(shown.values())


def first(items: Sequence[Item]) -> Item:
    """The image that stands first in the preview."""
    if state.recall("augment:mode", PER_CLASS) == ONE:
        return items[_place(items)]
    return one_per_class(items, state.recall("augment:turn", 0), CLASS_ROWS)[0]


def show_choice(items: Sequence[Item], image_size: int) -> Choice:
    """The widgets above the preview, and what they choose; fewer views where images are large."""
    most = max(2, MOST_PIXELS // image_size**2)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="augment-bar"):
        single = _mode() == ONE
        count = min(ONE_VIEWS if single else CLASS_VIEWS, most)
        rows = min(CLASS_ROWS, max(1, most // count))
        chosen = _one(items) if single else _each(items, rows)
        _roll(count)
    if single:
        show_names(items, chosen[0])
    return Choice(chosen, numbers(count), single)


def show_one(items: Sequence[Item]) -> Choice:
    """The widgets for a look at one image, but for the list of images; and what they choose."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="augment-bar"):
        chosen = _one(items)
        _roll(ONE_VIEWS)
    return Choice(chosen, numbers(ONE_VIEWS), single=True)


def show_several(items: Sequence[Item], rows: int, count: int) -> Choice:
    """The widgets for a look at several classes in `count` views, and what they choose."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="augment-bar"):
        chosen = _each(items, rows)
        _roll(count)
    return Choice(chosen, numbers(count), single=False)


def numbers(count: int) -> tuple[int, ...]:
    """The numbers of the views that are looked at: `count` of them, as far as training makes so many."""
    return view_numbers(state.recall("augment:first", 0), count, state.draft().views)


def _mode() -> str:
    st.session_state["augment-mode"] = state.recall("augment:mode", PER_CLASS)
    return st.segmented_control(
        "Images", [PER_CLASS, ONE], required=True, key="augment-mode", label_visibility="collapsed",
        on_change=lambda: state.remember("augment:mode", st.session_state["augment-mode"]),
    )  # fmt: skip


def _each(items: Sequence[Item], rows: int) -> tuple[Item, ...]:
    turn = state.recall("augment:turn", 0)
    more = len({label for item in items for label in item.classes or (NONE,)}) > rows
    _next("Other classes" if more else "Other images", "augment:turn", turn + 1)
    return one_per_class(items, turn, rows)


def _one(items: Sequence[Item]) -> tuple[Item, ...]:
    place = _place(items)
    _next("Next image", "augment:image", items[(place + 1) % len(items)].name)
    return (items[place],)


def _place(items: Sequence[Item]) -> int:
    kept = state.recall("augment:image", None)
    return next((place for place, item in enumerate(items) if item.name == kept), 0)


def show_names(items: Sequence[Item], now: Item, *, labelled: bool = False) -> None:
    """The list from which one image is chosen."""
    st.session_state["augment-image"] = now.name
    st.selectbox(
        "Image", [item.name for item in items], key="augment-image",
        label_visibility="visible" if labelled else "collapsed",
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
        help="There are no other views of these images." if known else None,
        on_click=state.remember, args=("augment:first", following),
    )  # fmt: skip
