"""The list of backbones, with search; a click on a row selects the model."""

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
_SCROLLBAR = 14  # px; would cover the last row
_EMPTY: dict[str, Any] = {"rows": [], "columns": [], "cells": []}


def choose(name: str) -> None:
    """Select a backbone. Image size, weights file and phases of the old one are reset to defaults."""
    old = state.draft()
    if name == old.backbone.name:
        return
    weights = "none" if old.backbone.weights == "none" else "default"
    state.remember("backbone-lost-phases", (old.backbone.name, name) if old.phases is not None else None)
    state.remember("backbone-wants-file", False)
    state.update(backbone=BackboneSpec(name=name, weights=weights), phases=None)


def search_entries(text: str, family: str, only_local: bool) -> list[Backbone]:
    """The entries that contain every word of `text`: bundled ones first, then by family."""
    families = list(dict.fromkeys(entry.family for entry in BACKBONES.values()))
    query_words = text.lower().split()
    entries = [
        entry
        for entry in BACKBONES.values()
        if family in (ALL, entry.family)
        and all(word in f"{entry.name} {entry.title} {entry.family} {entry.library}".lower() for word in query_words)
        and (not only_local or is_local(entry))
    ]
    return sorted(entries, key=lambda entry: (entry.library != "bundled", families.index(entry.family)))


def frame(entries: list[Backbone]) -> pd.DataFrame:
    """The table with one row per entry."""
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
    """Draw the catalogue; a click on a row selects that model."""
    search, family, local = st.columns([3, 3, 2], vertical_alignment="bottom")
    text = search.text_input("Search", placeholder="resnet, 50, timm ...", icon=":material/search:",
                             key="backbone-search")  # fmt: skip
    families = [ALL, *dict.fromkeys(entry.family for entry in BACKBONES.values())]
    chosen_family = family.selectbox("Family", families, key="backbone-family")
    only_local = local.toggle(
        "Local only", key="backbone-local", help="Only models whose pretrained weights need no download."
    )
    entries = search_entries(text, chosen_family, only_local)
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
    st.caption(  # above the table, where its own buttons appear on hover
        f"{len(entries)} of {len(BACKBONES)} models. Click a row to choose it. ★ comes with Graft: a good start."
    )
    number_column, query_words = st.column_config.NumberColumn, st.column_config.TextColumn
    show_table(
        frame(entries),
        key=TABLE,
        height=min(_HEIGHT, 37 + 35 * len(entries) + _SCROLLBAR),
        hide_index=True,
        on_select=_take_click,
        selection_mode=["single-row", "single-cell"],  # a click on any cell selects the row
        placeholder="–",
        column_config={
            "Model": query_words(width=158),
            "Family": query_words(width=92),
            "Parameters": number_column(
                format="%.1f M", width=84, help="Weights and biases, with the 1000-class head."
            ),
            "Input": number_column(format="%d px", width=62, help="Image size that the weights were made for."),
            "ImageNet": number_column(format="%.1f %%", width=74, help="Top-1 accuracy, where the library states it."),
            "Weights": query_words(width=108, help="Whether they are on this machine, or how large the download is."),
            "Licence": query_words(width=100, help="Of the weights, as the library states it."),
            "Name": query_words(width=200, help="For the command line."),
        },
    )


def _take_click() -> None:
    """Select the clicked row; a second click does not deselect it."""
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
