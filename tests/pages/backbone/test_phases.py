"""The backbone page: which stages train, phase by phase."""

import pytest
import streamlit as st

from core.experiment import BackboneSpec, Phase
from tests.conftest import make_images
from tests.pages.backbone import helpers
from tests.pages.backbone.helpers import draft, opened, pills, press, stage_lists, texts

ground = helpers.ground
plans = helpers.plans


# Stages and phases


def test_any_subset_of_stages_may_train(plans):
    at = opened(backbone=BackboneSpec(name="resnet18"))
    assert "1.03 k</b> of 11.2 M parameters train (less than 0.1 %)" in stage_lists(at)[0]
    pills(at, 0).set_value(["layer1", "stem"]).run()
    assert draft(at).phases[0].stages == ("stem", "layer1"), "in forward order"
    assert draft(at).phases[0].solver == "steps", "only the head alone is fitted by L-BFGS"
    assert draft(at).phases[1].stages == ("layer3", "layer4", "head")
    assert "158 k</b> of 11.2 M parameters train (1.4 %)" in stage_lists(at)[0]
    assert at.segmented_control(key="backbone-phase0-quick").value is None


@pytest.mark.parametrize(
    ("choice", "stages"),
    [
        ("Head only", ("head",)),
        ("Last stage", ("layer4", "head")),
        ("Everything", ("stem", "layer1", "layer2", "layer3", "layer4", "head")),
    ],
)
def test_quick_choices(plans, choice, stages):
    at = opened(backbone=BackboneSpec(name="resnet18"), phases=(Phase(stages=("layer2",), epochs=1),))
    at.segmented_control(key="backbone-phase0-quick").set_value(choice).run()
    assert draft(at).phases[0].stages == stages
    assert pills(at, 0).value == list(stages)
    assert at.segmented_control(key="backbone-phase0-quick").value == choice


def test_all_frozen_is_blocked_and_the_last_stages_are_kept(plans):
    at = opened(backbone=BackboneSpec(name="resnet18"))
    pills(at, 0).set_value([]).run()
    assert "Phase 1 has nothing to train" in texts(at)
    assert at.button(key="backbone-next").disabled
    assert pills(at, 0).value == []
    at.number_input(key="backbone-phase1.epochs").set_value(3).run()
    assert "Phase 1 has nothing to train" in texts(at), "a change of another phase does not hide it"
    assert [phase.stages for phase in draft(at).phases] == [("head",), ("layer3", "layer4", "head")]
    assert [phase.epochs for phase in draft(at).phases] == [8, 3]
    pills(at, 0).set_value(["layer3"]).run()
    assert "nothing to train" not in texts(at)
    assert draft(at).phases[0].stages == ("layer3",)
    assert not at.button(key="backbone-next").disabled


def test_phases_are_added_moved_and_removed(plans):
    at = press(opened(backbone=BackboneSpec(name="resnet18")), "phase-add")
    assert [phase.stages[0] for phase in draft(at).phases] == ["head", "layer3", "layer2"]
    assert draft(at).phases[2].learning_rate == pytest.approx(draft(at).phases[1].learning_rate / 2)
    press(at, "phase2-earlier")
    assert [phase.stages[0] for phase in draft(at).phases] == ["head", "layer2", "layer3"]
    assert float(at.text_input(key="backbone-phase1.learning_rate").value) == draft(at).phases[1].learning_rate
    press(at, "phase0-later")
    assert [phase.stages[0] for phase in draft(at).phases] == ["layer2", "head", "layer3"]
    press(at, "phase0-remove")
    press(at, "phase0-remove")
    assert [phase.stages[0] for phase in draft(at).phases] == ["layer3"]
    assert not [button for button in at.button if button.key == "backbone-phase0-remove"], "the last one stays"
    press(at, "phases-reset")
    assert draft(at).phases is None
    assert pills(at, 0).value == ["head"]


def test_epochs_and_rates_go_into_the_draft_and_the_chart(plans):
    at = opened(backbone=BackboneSpec(name="resnet18"))
    at.number_input(key="backbone-phase0.epochs").set_value(20).run()
    at.text_input(key="backbone-phase1.learning_rate").set_value("").run()
    assert draft(at).phases[1].learning_rate is None
    assert "uses that of the recipe, 0.001" in texts(at)
    assert "epochs 21 to 26" in texts(at)
    assert plans[-1].layout.xaxis.range == (0, 26)


def test_a_head_that_is_solved_has_no_rate_and_steps_bring_it_back(plans):
    at = opened(backbone=BackboneSpec(name="resnet18"))
    assert not [box for box in at.text_input if box.key == "backbone-phase0.learning_rate"]
    assert "Fitted with L-BFGS on the kept features" in texts(at)
    at = opened(backbone=BackboneSpec(name="resnet18"), views="fresh")
    assert [phase.solver for phase in draft(at).chosen_phases()] == ["steps", "steps"]
    assert at.text_input(key="backbone-phase0.learning_rate").value == "0.003"


def test_the_head_is_as_wide_as_the_classes(plans, tmp_path):
    at = opened(backbone=BackboneSpec(name="resnet18"))
    assert "a head for 2 classes, until images are chosen" in texts(at)
    images = make_images(tmp_path / "images", ("a", "b", "c"), per_class=2)
    at = opened(backbone=BackboneSpec(name="resnet18"), source=str(images))
    assert "a head for 3 classes." in texts(at)
    assert "1.54 k</b>" in stage_lists(at)[0]
    at = opened(backbone=BackboneSpec(name="resnet18"), source=str(tmp_path / "gone"))
    assert "until images are chosen" in texts(at), "the Data page says what is wrong"


def test_phases_of_another_backbone_are_refused_with_a_way_out(plans):
    at = opened(backbone=BackboneSpec(name="resnet18"), phases=(Phase(stages=("block9",), epochs=1),))
    assert "There is no stage 'block9' in resnet18" in texts(at)
    assert at.button(key="backbone-next").disabled
    press(at, "phases-default")
    assert draft(at).phases is None
    assert not at.button(key="backbone-next").disabled


def test_the_next_step_is_training(plans, monkeypatch):
    went = []
    monkeypatch.setattr(st, "switch_page", lambda page: went.append(page))
    press(opened(), "next")
    assert went == ["pages/train.py"]
