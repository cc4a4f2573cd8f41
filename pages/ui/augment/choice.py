"""The images and views in the preview, and the widgets to choose them."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.data.dataset import Dataset, Item
from pages.ui.session import state

PER_CLASS, ONE = "One per class", "One image"
NONE = -1  # instead of a class: images without labels
CLASS_ROWS, CLASS_VIEWS, ONE_VIEWS = 5, 3, 8
MOST_PIXELS = 2_200_000  # for all views together: at 1024 px one view takes twenty times as long as at 224


@dataclass(frozen=True)
class Choice:
    """The images, and the numbers of the views shown of each."""

    items: tuple[Item, ...]
    numbers: tuple[int, ...]
    single: bool


def training_items(dataset: Dataset, train: Sequence[int]) -> tuple[Item, ...]:
    """The images for the preview: the training images, or all if there are none."""
    return tuple(dataset.items[index] for index in train) or dataset.items


def view_numbers(first: int, count: int, views: state.Views) -> tuple[int, ...]:
    """`count` view numbers from `first` on, as used in training: fixed views repeat."""
    if views == "fresh":
        return tuple(range(first, first + count))
    return tuple(number % views for number in range(first, first + min(count, views)))


def one_per_class(items: Sequence[Item], turn: int, rows: int) -> tuple[Item, ...]:
    """One image of each of at most `rows` classes. Each `turn` shows the next classes, then the next images."""
    by_class: dict[int, list[Item]] = {}
    for item in items:
        for label in item.classes or (NONE,):
            by_class.setdefault(label, []).append(item)
    labels = sorted(by_class)
    groups = [labels[start : start + rows] for start in range(0, len(labels), rows)]
    number, group = divmod(turn, len(groups))
    shown: dict[str, Item] = {}  # an image with several labels is shown for one of them
    for label in groups[group]:
        start = number % len(by_class[label])
        own = by_class[label][start:] + by_class[label][:start]
        item = next((one for one in own if one.name not in shown), None)
        if item is not None:
            shown[item.name] = item
    return tuple(shown.values())


def first(items: Sequence[Item]) -> Item:
    """The first image in the preview."""
    if state.recall("augment:mode", PER_CLASS) == ONE:
        return items[_position(items)]
    return one_per_class(items, state.recall("augment:turn", 0), CLASS_ROWS)[0]


def show_choice(items: Sequence[Item], image_size: int) -> Choice:
    """The widgets above the preview and the resulting choice; fewer views if images are large."""
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
    """The widgets for previews of one image, except for the list of images, and the resulting choice."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="augment-bar"):
        chosen = _one(items)
        _roll(ONE_VIEWS)
    return Choice(chosen, numbers(ONE_VIEWS), single=True)


def show_several(items: Sequence[Item], rows: int, count: int) -> Choice:
    """The widgets for previews of several classes in `count` views, and the resulting choice."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="augment-bar"):
        chosen = _each(items, rows)
        _roll(count)
    return Choice(chosen, numbers(count), single=False)


def numbers(count: int) -> tuple[int, ...]:
    """The numbers of the shown views: `count`, or fewer if training has fewer."""
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
    position = _position(items)
    _next("Next image", "augment:image", items[(position + 1) % len(items)].name)
    return (items[position],)


def _position(items: Sequence[Item]) -> int:
    chosen_name = state.recall("augment:image", None)
    return next((position for position, item in enumerate(items) if item.name == chosen_name), 0)


def show_names(items: Sequence[Item], now: Item, *, labelled: bool = False) -> None:
    """The list to choose an image from."""
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
    all_shown = views != "fresh" and views <= count  # all views are visible already
    next_first = first + count if views == "fresh" else (first + count) % views
    st.button(
        "Roll again", icon=":material/casino:", key="augment-roll", disabled=all_shown,
        help="There are no other views of these images." if all_shown else None,
        on_click=state.remember, args=("augment:first", next_first),
    )  # fmt: skip
