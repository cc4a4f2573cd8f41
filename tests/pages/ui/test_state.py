"""The draft experiment, and what else a session keeps."""

from pathlib import Path

import pytest
import streamlit as st

from core.backbones.stages import default_phases, stage_table
from core.errors import InvalidExperiment
from core.experiment import BackboneSpec, DataSpec, Experiment, Phase, PipelineSpec, Recipe, SplitSpec, Step
from pages.ui import state
from pages.ui.state import Draft

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


def everything():
    """An experiment in which nothing is as it would be without being set."""
    return Experiment(
        data=DataSpec(source="sample:signs", split=SplitSpec(val=0.31, test=0.11, seed=4)),
        pipeline=PipelineSpec(steps=(Step(transform="Rotate", p=0.3),), strength=0.7),
        backbone=BackboneSpec(name="resnet18", weights="none", image_size=96, crop="weights"),
        phases=(Phase(stages=("head",), epochs=2), Phase(stages=("layer4", "head"), epochs=3, learning_rate=0.004)),
        recipe=Recipe(optimizer="sgd", batch_size=7, patience=3), views=5, seed=11,
    )  # fmt: skip


def test_every_setting_of_an_experiment_is_taken_over():
    state.update(source="sample:stamps", views="fresh", device="cuda:1")
    used = state.use(everything())
    assert used.experiment() == everything()
    assert used.device == "cuda:1", "the device is no part of it"
    held = {name for name in Draft.__dataclass_fields__ if getattr(used, name) == getattr(Draft(), name)}
    assert held == set()
    state.reset()
    assert state.draft() == Draft()


def test_default_phases_are_those_of_the_draft_s_own_backbone_views_and_recipe():
    names = ("stem", "layer1", "layer2", "head")
    plain = Draft().default_phases(names)
    assert plain == default_phases(names, kept_views=True)
    assert Draft(views="fresh").default_phases(names) == default_phases(names, kept_views=False) != plain
    assert Draft(recipe=Recipe(mixup=0.2)).default_phases(names) == default_phases(names, kept_views=False)
    own = Draft(backbone=BackboneSpec(name="resnet18")).chosen_phases()
    assert {stage for phase in own for stage in phase.stages} <= {s.name for s in stage_table("resnet18")}
    assert Draft(phases=PHASES).chosen_phases() == PHASES


def test_only_a_change_is_written_and_a_disk_that_takes_nothing_costs_no_change(monkeypatch, tmp_path):
    monkeypatch.setenv("GRAFT_WORKSPACE", str(tmp_path))
    state.update(seed=5)
    path = tmp_path / "draft.json"
    path.unlink()
    state.update(seed=5)
    assert not path.exists()
    monkeypatch.setenv("GRAFT_WORKSPACE", str(path / "below"))
    path.write_text("a file, where a folder should be")
    assert state.update(seed=6).seed == 6
    assert state.draft().seed == 6


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
