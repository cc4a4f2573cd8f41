"""The list of backbones: search it, and click on a row to take that model."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.backbones.catalogue import BACKBONES, Backbone
from core.backbones.pretrained.weights import is_local
from core.experiment import BackboneSpec
from core.text import format_size
from pages.ui.session import state
from pages.ui.widgets.tables import show_table

TABLE = "backbone-table"
ALL = "All families"
_HEIGHT = 457  # px, beside the card of the chosen model
_SCROLLBAR = 14  # px; it would lie over the last row
_EMPTY: dict[str, Any] = {"rows": [], "columns": [], "cells": []}


def choose(name: str) -> None:
    """Take a backbone. Image size, a weights file and phases belonged to the old one and are the default again."""
    old = state.draft()
    if name == old.backbone.name:
        return
    weights = "none" if old.backbone.weights == "none" else "default"
    state.remember("backbone-lost-phases", (old.backbone.name, name) if old.phases is not None else None)
    state.remember("backbone-wants-file", False)
    state.update(backbone=BackboneSpec(name=name, weights=weights), phases=None)


def found(text: str, family: str, only_local: bool) -> list[Backbone]:
    """The entries that contain every word of `text`: bundled ones first, then family by family."""
    families = list(dict.fromkeys(entry.family for entry in BACKBONES.values()))
    words = text.lower().split()
    kept = [
        entry
        for entry in BACKBONES.values()
        if family in (ALL, entry.family)
        and all(word in f"{entry.name} {entry.title} {entry.family} {entry.library}".lower() for word in words)
        and (not only_local or is_local(entry))
    ]
    return sorted(kept, key=lambda entry: (entry.library != "bundled", families.index(entry.family)))


def frame(entries: list[Backbone]) -> pd.DataFrame:
    """A row per entry, as the table shows it."""
    return pd.DataFrame(
        {
            "Model": [entry.title for entry in entries],
            "Family": [entry.family for entry in entries],
            "Parameters": [entry.parameters / 1e6 for entry in entries],
            "Input": [entry.image_size for entry in entries],
            "ImageNet": pd.array([entry.top1 for entry in entries], dtype="Float64"),
            "Weights": [_where(entry) for entry in entries],
            "Licence": [entry.licence for entry in entries],
            "Name": [entry.name for entry in entries],
        }
    )


def show() -> None:
    """Draw the catalogue; a click on a row takes that model into the draft."""
    search, family, local = st.columns([3, 3, 2], vertical_alignment="bottom")
    text = search.text_input("Search", placeholder="resnet, 50, timm ...", icon=":material/search:",
                             key="backbone-search")  # fmt: skip
    families = [ALL, *dict.fromkeys(entry.family for entry in BACKBONES.values())]
    chosen_family = family.selectbox("Family", families, key="backbone-family")
    only_local = local.toggle(
        "Local only", key="backbone-local", help="Only models whose pretrained weights need no download."
    )
    entries = found(text, chosen_family, only_local)
    names = tuple(entry.name for entry in entries)
    state.remember("backbone-listed", names)
    if not entries:
        st.info("No model fits. Shorten the search, or choose all families.", icon=":material/search_off:")
        return
    _draw(entries, names)


def _draw(entries: list[Backbone], names: tuple[str, ...]) -> None:
    chosen = state.draft().backbone.name
    selected = {**_EMPTY, "rows": [names.index(chosen)] if chosen in names else []}
    st.session_state[TABLE] = {"selection": selected}
    st.caption(  # above the table: the table's own buttons appear there when the pointer is in it
        f"{len(entries)} of {len(BACKBONES)} models. A click on a row takes it. ★ came with this program: begin there."
    )
    number, words = st.column_config.NumberColumn, st.column_config.TextColumn
    show_table(
        frame(entries),
        key=TABLE,
        height=min(_HEIGHT, 37 + 35 * len(entries) + _SCROLLBAR),
        hide_index=True,
        on_select=_take_click,
        selection_mode=["single-row", "single-cell"],  # a click anywhere in a row is meant for the row
        placeholder="–",
        column_config={
            "Model": words(width=158),
            "Family": words(width=92),
            "Parameters": number(format="%.1f M", width=84, help="Weights and biases, with the 1000-class head."),
            "Input": number(format="%d px", width=62, help="Image size that the weights were made for."),
            "ImageNet": number(format="%.1f %%", width=74, help="Top-1 accuracy, where the library states it."),
            "Weights": words(width=108, help="Whether they are on this machine, or how large the download is."),
            "Licence": words(width=100, help="Of the weights, as the library states it."),
            "Name": words(width=200, help="For the command line."),
        },
    )


def _take_click() -> None:
    """What was clicked in the table as it stood; the choice itself stays where a second click would take it away."""
    listed = state.recall("backbone-listed", ())
    row = _clicked(st.session_state.get(TABLE, {}), listed)
    if row is not None:
        choose(listed[row])


def _clicked(table: Mapping[str, Any], listed: tuple[str, ...]) -> int | None:
    selection = table.get("selection", _EMPTY)
    rows = [cell[0] for cell in selection.get("cells", [])] or list(selection.get("rows", []))
    return rows[0] if rows and rows[0] < len(listed) else None


def _where(entry: Backbone) -> str:
    if entry.library == "bundled":
        return "★ bundled"
    if is_local(entry):
        return "✓ here"
    return f"↓ {format_size(entry.download_bytes)}" if entry.download_mb else "↓ download"
