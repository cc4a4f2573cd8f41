"""The draft experiment, and what else a session keeps."""

from pathlib import Path

import pytest
import streamlit as st

from core.errors import InvalidExperiment
from core.experiment import Phase, Recipe, SplitSpec
from pages.ui import state

PHASES = (Phase(stages=("head",), epochs=2),)


@pytest.fixture(autouse=True)
def session(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})


def test_a_new_session_has_an_empty_draft_and_says_what_is_missing():
    assert state.draft() == state.Draft()
    with pytest.raises(InvalidExperiment, match="on the Data page"):
        state.draft().experiment()


def test_a_draft_becomes_the_experiment_that_it_says():
    state.update(source="sample:stamps", phases=PHASES, views="fresh", seed=3)
    state.update(recipe=Recipe(batch_size=8), split=SplitSpec(val=0.3))
    experiment = state.draft().experiment()
    assert experiment.data.source == "sample:stamps"
    assert (experiment.views, experiment.seed, experiment.recipe.batch_size) == ("fresh", 3, 8)
    assert (experiment.data.split.val, experiment.phases) == (0.3, PHASES)


def test_settings_of_a_run_can_be_used_again():
    state.update(source="sample:signs", phases=PHASES, seed=4)
    experiment = state.draft().experiment()
    state.reset()
    assert state.draft().source is None
    assert state.use(experiment).experiment() == experiment


def test_no_phase_is_said():
    with pytest.raises(InvalidExperiment, match="on the Backbone page"):
        state.update(source="sample:stamps", phases=()).experiment()


def test_an_unknown_part_is_refused():
    with pytest.raises(TypeError):
        state.update(colour="red")


def test_uploads_are_taken_in_once():
    assert state.unseen("cats", ["a", "b"]) == {"a", "b"}
    assert state.unseen("cats", ["a", "b", "c"]) == {"c"}
    assert state.unseen("dogs", ["a"]) == {"a"}


def test_the_workspace_comes_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("GRAFT_WORKSPACE", str(tmp_path))
    assert state.workspace() == tmp_path
    monkeypatch.delenv("GRAFT_WORKSPACE")
    assert state.workspace() == Path("workspace").resolve()


def test_the_open_collection_is_kept(tmp_path):
    assert state.collection() is None
    state.open_collection(tmp_path)
    assert state.collection() == tmp_path


def test_a_new_session_goes_on_with_the_last_experiment_and_a_broken_file_begins_anew(monkeypatch, tmp_path):
    monkeypatch.setenv("GRAFT_WORKSPACE", str(tmp_path))
    monkeypatch.setattr(state.st, "session_state", {})
    assert state.draft() == state.Draft()
    changed = state.update(source="sample:signs", seed=5, phases=(Phase(stages=("head",), epochs=2),))
    monkeypatch.setattr(state.st, "session_state", {})
    assert state.draft() == changed
    (tmp_path / "draft.json").write_text('{"source": 3, "unknown": true')
    monkeypatch.setattr(state.st, "session_state", {})
    assert state.draft() == state.Draft()
