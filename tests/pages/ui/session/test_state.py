"""The draft experiment, and what else a session keeps."""

import os
from pathlib import Path

import pytest
import streamlit as st

from core.backbones.stages import default_phases, stage_table
from core.errors import InvalidExperiment
from core.experiment import BackboneSpec, DataSpec, Experiment, Phase, PipelineSpec, Reading, Recipe, SplitSpec, Step
from pages.ui.session import state
from pages.ui.session.state import Draft

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
        data=DataSpec(
            source="sample:signs", split=SplitSpec(val=0.31, test=0.11, seed=4), reading=Reading(layout="inner")
        ),
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
    (path,) = tmp_path.rglob("*.json")
    path.unlink()
    state.update(seed=5)
    assert not path.exists()
    (tmp_path / "file").write_text("a file, where a folder should be")
    monkeypatch.setenv("GRAFT_WORKSPACE", str(tmp_path / "file" / "below"))
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
    for kept in (tmp_path / "drafts").iterdir():
        kept.write_text('{"source": 3, "unknown": true')
    monkeypatch.setattr(state.st, "session_state", {})
    assert state.draft() == state.Draft()


def new_session(monkeypatch):
    monkeypatch.setattr(state.st, "session_state", {})


def test_a_reloaded_tab_goes_on_with_its_own_experiment_not_with_the_one_of_another_tab(monkeypatch, tmp_path):
    monkeypatch.setenv("GRAFT_WORKSPACE", str(tmp_path))
    mine, my_tab = state.update(source="sample:signs", seed=5), state.tab()
    new_session(monkeypatch)
    theirs, their_tab = state.update(source="sample:stamps", seed=6), state.tab()
    assert my_tab != their_tab
    new_session(monkeypatch)
    assert state.draft() == theirs, "until the tab is known the last one"
    assert state.adopt(my_tab)
    assert state.draft() == mine
    assert not state.adopt(my_tab), "it is known already"
    state.update(seed=7)
    new_session(monkeypatch)
    state.adopt(their_tab)
    assert state.draft() == theirs
    assert {path.stem for path in (tmp_path / "drafts").iterdir()} == {my_tab, their_tab}, "no proposed name is left"


def test_a_tab_that_only_looked_keeps_what_it_saw(monkeypatch, tmp_path):
    monkeypatch.setenv("GRAFT_WORKSPACE", str(tmp_path))
    first = state.update(source="sample:signs", seed=5)
    new_session(monkeypatch)
    assert state.draft() == first
    looking = state.tab()
    new_session(monkeypatch)
    state.update(source="sample:stamps")
    new_session(monkeypatch)
    assert state.adopt(looking)
    assert state.draft() == first


def test_a_tab_whose_draft_is_gone_keeps_what_is_shown_under_its_name(monkeypatch, tmp_path):
    monkeypatch.setenv("GRAFT_WORKSPACE", str(tmp_path))
    shown = state.update(source="sample:signs", seed=5)
    name = "0123456789abcdef"
    assert not state.adopt(name), "nothing changes on the screen"
    assert [path.stem for path in (tmp_path / "drafts").iterdir()] == [name]
    new_session(monkeypatch)
    state.update(source="sample:stamps")
    new_session(monkeypatch)
    assert state.adopt(name)
    assert state.draft() == shown


@pytest.mark.parametrize("name", ["", "../../draft", "0123456789ABCDEF", "x" * 16, "0" * 17])
def test_a_tab_that_this_program_did_not_name_is_ignored(monkeypatch, tmp_path, name):
    monkeypatch.setenv("GRAFT_WORKSPACE", str(tmp_path))
    before = state.tab()
    assert not state.adopt(name)
    assert state.tab() == before


def test_drafts_do_not_pile_up_and_the_file_of_earlier_versions_is_read(monkeypatch, tmp_path):
    monkeypatch.setenv("GRAFT_WORKSPACE", str(tmp_path))
    (tmp_path / "draft.json").write_text('{"source": "sample:signs", "seed": 41}')
    assert (state.draft().source, state.draft().seed) == ("sample:signs", 41)
    for seed in range(state._MOST_DRAFTS + 4):
        new_session(monkeypatch)
        state.update(seed=seed + 100)
    assert len(list((tmp_path / "drafts").iterdir())) == state._MOST_DRAFTS
    new_session(monkeypatch)
    assert state.draft().seed == state._MOST_DRAFTS + 103


def test_a_clock_that_is_set_back_loses_no_draft_and_the_last_one_goes_on(monkeypatch, tmp_path):
    monkeypatch.setenv("GRAFT_WORKSPACE", str(tmp_path))
    for seed in range(state._MOST_DRAFTS):
        new_session(monkeypatch)
        state.update(seed=seed + 100)
    for path in (tmp_path / "drafts").iterdir():  # of the two days that the clock has yet to live again
        os.utime(path, (path.stat().st_mtime + 172_800,) * 2)
    new_session(monkeypatch)
    mine, tab = state.update(seed=7), state.tab()
    new_session(monkeypatch)
    assert state.draft() == mine, "the experiment that was changed last"
    new_session(monkeypatch)
    state.adopt(tab)
    assert state.draft() == mine, "its file is not the one that goes"


def test_what_was_passed_long_before_is_still_known(monkeypatch):
    monkeypatch.setattr("streamlit.session_state", {})
    assert [state.unseen("a", ids) for ids in (["1", "2"], ["3"], ["1", "3", "4"], ["2"])] == [
        {"1", "2"}, {"3"}, {"4"}, set()
    ]  # fmt: skip
    assert state.unseen("b", ["1"]) == {"1"}
