"""The owner of session state that must outlive a change of page.

Widget keys are lost when their page is left, so everything to keep is stored under plain keys, only here.
"""

import os
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import streamlit as st
from pydantic import TypeAdapter

from core import files
from core.augment import presets
from core.backbones.stages import default_phases, default_recipe
from core.errors import InvalidExperiment, StorageFailed
from core.experiment import (
    AS_FOUND,
    BackboneSpec,
    Experiment,
    Phase,
    PipelineSpec,
    Reading,
    Recipe,
    SplitSpec,
)
from core.paths import DRAFT, DRAFTS

Views = int | Literal["fresh"]
_PREFIX = "graft:"
_MOST_DRAFTS = 50
_TAB = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Draft:
    """The current experiment of the pages. `phases` None: the backbone's default ones."""

    source: str | None = None
    reading: Reading = AS_FOUND  # reading options, if the layout is unclear
    split: SplitSpec = field(default_factory=SplitSpec)
    pipeline: PipelineSpec = presets.DEFAULT
    backbone: BackboneSpec = field(default_factory=BackboneSpec)
    phases: tuple[Phase, ...] | None = None
    recipe: Recipe = field(default_factory=default_recipe)
    views: Views = Experiment.model_fields["views"].default
    seed: int = Experiment.model_fields["seed"].default
    device: str | None = None  # not part of the experiment; None: the best one of this machine

    def chosen_phases(self) -> tuple[Phase, ...]:
        """The current phases. The default ones need the backbone's stages, so this may load torch: wait first."""
        if self.phases is not None:
            return self.phases
        from core.backbones.stages import stage_table

        return self.default_phases(tuple(stage.name for stage in stage_table(self.backbone.name)))

    def default_phases(self, names: tuple[str, ...]) -> tuple[Phase, ...]:
        """The default phases over the stages `names`, with these views and this recipe."""
        return default_phases(names, kept_views=self.views != "fresh" and not self.recipe.mixes)

    def experiment(self) -> Experiment:
        """The complete experiment. Raises `InvalidExperiment` with what is missing and on which page."""
        if self.source is None:
            raise InvalidExperiment("No images are chosen yet. Choose a sample or your own images on the Data page.")
        phases = self.chosen_phases()
        if not phases:
            raise InvalidExperiment("There is no phase to train. Add one on the Backbone page.")
        return Experiment.parse(
            {
                "data": {
                    "source": self.source,
                    "split": self.split.model_dump(),
                    "reading": self.reading.model_dump(),
                },
                "pipeline": self.pipeline.model_dump(),
                "backbone": self.backbone.model_dump(),
                "phases": [phase.model_dump() for phase in phases],
                "recipe": self.recipe.model_dump(),
                "views": self.views,
                "seed": self.seed,
            }
        )


def draft() -> Draft:
    """This session's experiment; a new session starts with the last changed one, until its tab is known."""
    current_draft = recall("draft", None)
    if current_draft is None and (current_draft := _last_kept()) is not None:
        _keep(current_draft)  # as this tab's own copy: independent of other tabs from now on
    return current_draft or Draft()


def tab() -> str:
    """The id of this session's browser tab, under which its experiment is saved."""
    name = recall("tab", None)
    if name is None:
        name = secrets.token_hex(8)
        remember("tab", name)
    return str(name)


def adopt(name: str) -> bool:
    """Restore the experiment of the tab `name` after a reload. Returns whether anything changed.

    Invalid names are ignored.
    """
    if not _TAB.fullmatch(name) or name == recall("tab", None):
        return False
    proposed, current_draft = tab(), draft()
    remember("tab", name)
    kept = _read(_draft_path(name))
    if kept is None:
        _keep(current_draft)
    with suppress(OSError):
        _draft_path(proposed).unlink(missing_ok=True)
    if kept is None or kept == current_draft:
        return False
    remember("draft", kept)
    return True


def update(**parts: Any) -> Draft:
    """Replace fields of the draft and return the new one. Raises `TypeError` for unknown fields.

    A new source resets the reading options, unless they are given too.
    """
    before = draft()
    if parts.get("source", before.source) != before.source:
        parts = {"reading": AS_FOUND} | parts
    changed = replace(before, **parts)
    if changed != before:
        _keep(changed)
    return changed


def use(experiment: Experiment) -> Draft:
    """Use the settings of an experiment, such as those of an earlier run."""
    return update(
        source=experiment.data.source,
        reading=experiment.data.reading,
        split=experiment.data.split,
        pipeline=experiment.pipeline,
        backbone=experiment.backbone,
        phases=experiment.phases,
        recipe=experiment.recipe,
        views=experiment.views,
        seed=experiment.seed,
    )


def reset() -> Draft:
    """Start a new experiment."""
    _keep(Draft())
    return draft()


def _keep(changed: Draft) -> None:
    remember("draft", changed)
    with suppress(StorageFailed):  # the session still has it; other writes will report the problem
        files.write_bytes(_draft_path(tab()), TypeAdapter(Draft).dump_json(changed, indent=2))
        files.make_newest(_draft_path(tab()), _newest_first())
        for old in _newest_first()[_MOST_DRAFTS:]:
            old.unlink(missing_ok=True)


def _draft_path(name: str) -> Path:
    return workspace() / DRAFTS / f"{name}.json"


def _newest_first() -> list[Path]:
    """All saved drafts, the last changed first."""

    def age(path: Path) -> int:
        try:
            return -path.stat().st_mtime_ns
        except OSError:  # just deleted by another session
            return 0

    return sorted((workspace() / DRAFTS).glob("*.json"), key=age)


def _last_kept() -> Draft | None:
    found = _newest_first()
    return _read(found[0] if found else workspace() / DRAFT)


def _read(path: Path) -> Draft | None:
    try:
        return TypeAdapter(Draft).validate_json(path.read_bytes())
    except (OSError, ValueError):  # missing, or of another version: start a new one
        return None


def workspace() -> Path:
    """The workspace folder: GRAFT_WORKSPACE, or ./workspace."""
    return files.own_path(os.environ.get("GRAFT_WORKSPACE") or "workspace").resolve()


def collection() -> Path | None:
    """The folder of the open collection on the Data page."""
    return recall("collection", None)


def open_collection(folder: Path | None) -> None:
    """Open the collection `folder` on the Data page; None closes it."""
    remember("collection", folder)


def unseen(kind: str, ids: Iterable[str]) -> set[str]:
    """Those of `ids` not passed before: uploads that still have to be saved.

    An upload widget returns its files at every rerun; each must be saved once.
    """
    seen: frozenset[str] = recall(f"seen:{kind}", frozenset())
    new = set(ids) - seen
    remember(f"seen:{kind}", seen | new)
    return new


def recall(name: str, default: Any) -> Any:
    """The value stored under `name`, or `default`."""
    return st.session_state.get(_PREFIX + name, default)


def remember(name: str, value: Any) -> None:
    """Store a value for this session, across changes of page."""
    st.session_state[_PREFIX + name] = value
