"""The backbone page: choosing a model and its weights, freezing, and the phases."""

import pytest
import streamlit as st
from safetensors.torch import save_file
from streamlit.testing.v1 import AppTest

from core.backbones import catalogue
from core.backbones.build import build
from core.backbones.pretrained import weights
from core.errors import WeightsUnavailable
from core.experiment import BackboneSpec, Phase
from pages.ui.backbone import catalogue as backbone_catalogue
from pages.ui.backbone import phases
from pages.ui.session.state import Draft
from tests.conftest import make_images
from tests.pages import trained

PAGE = "pages/backbone.py"
SMALL = BackboneSpec(name="mobilenet_v3_small")


@pytest.fixture(autouse=True)
def ground(tmp_path, monkeypatch):
    """No pretrained weights but the bundled ones, and torch that is there already."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    trained.without_warm_up(monkeypatch)


@pytest.fixture
def plans(monkeypatch):
    """The figures of the plan, as they were drawn."""
    figures = []
    monkeypatch.setattr(phases, "live_plot", lambda figure, key, height: figures.append(figure))
    return figures


def opened(**parts):
    return trained.opened(PAGE, draft=Draft(**parts))


def draft(at):
    assert not at.exception
    return at.session_state["graft:draft"]


def texts(at):
    return trained.texts(at).replace("\\", "").replace("\u2060", "")


def stage_lists(at):
    return [item.proto.body for item in at.get("html") if "parameters train" in item.proto.body]


def pills(at, phase):
    return at.pills(key=f"backbone-phase{phase}-stages")


def press(at, key):
    return at.button(key=f"backbone-{key}").click().run()


# The catalogue


def test_the_default_is_the_bundled_model_with_two_phases(plans):
    at = opened()
    assert draft(at) == Draft()
    assert "EfficientNet-Lite0" in [item.value for item in at.subheader]
    assert "are on this machine" in texts(at)
    assert pills(at, 0).value == ["head"]
    assert pills(at, 1).value == ["block5", "block6", "block7", "head"]
    assert not at.button(key="backbone-next").disabled
    assert list(plans[-1].layout.yaxis.ticktext)[-1] == "head (classifier)"


def test_the_table_lists_every_model_the_bundled_ones_first():
    at = opened()
    table = at.dataframe[0].value
    assert len(table) == len(catalogue.BACKBONES)
    assert table["Weights"].tolist()[:4] == ["★ bundled"] * 3 + ["↓ 20 MB"]
    families = table["Family"].tolist()[3:]
    assert [name for i, name in enumerate(families) if i == 0 or families[i - 1] != name] == sorted(
        set(families), key=families.index
    ), "each family in one piece"
    assert table["ImageNet"].isna().any(), "unknown accuracies stay empty"


@pytest.mark.parametrize(
    ("text", "family", "local", "expected"),
    [
        ("resnet 50", backbone_catalogue.ALL, False, ["resnet50"]),
        ("RESNET-18", backbone_catalogue.ALL, False, ["resnet18", "timm/resnet18d"]),
        ("timm patch16", "ViT", False, [f"timm/{name}_patch16_224" for name in ("vit_tiny", "vit_small", "deit_tiny")]),
        ("", "EfficientNet", True, list(catalogue.bundled())),
        ("no such thing", backbone_catalogue.ALL, False, []),
    ],
)  # fmt: skip
def test_search(text, family, local, expected):
    assert [entry.name for entry in backbone_catalogue.found(text, family, local)] == expected


def test_a_search_without_results_says_so_and_keeps_the_choice():
    at = opened()
    at.text_input(key="backbone-search").set_value("nothing like it").run()
    assert "No model fits" in texts(at)
    assert draft(at).backbone.name == "efficientnet_lite0"


def test_a_click_anywhere_in_a_row_means_the_row():
    names = ("a", "b", "c")
    assert backbone_catalogue._clicked({"selection": {"rows": [1], "cells": [[2, "Model"]]}}, names) == 2
    assert backbone_catalogue._clicked({"selection": {"rows": [1], "cells": []}}, names) == 1
    assert backbone_catalogue._clicked({"selection": {"rows": [], "cells": []}}, names) is None
    assert backbone_catalogue._clicked({"selection": {"rows": [7], "cells": []}}, names) is None, "a list that changed"
    assert backbone_catalogue._clicked({}, names) is None


def choosing_app() -> None:
    import streamlit as st

    from pages.ui.backbone.catalogue import choose

    st.button("take", on_click=choose, args=(st.session_state["wanted"],))


def chosen(name, **parts):
    at = AppTest.from_function(choosing_app)
    at.session_state["graft:draft"] = Draft(**parts)
    at.session_state["wanted"] = name
    return at.run().button[0].click().run()


def test_another_backbone_brings_its_own_size_weights_and_phases():
    spec = BackboneSpec(name="resnet18", weights="/x.safetensors", image_size=96)
    at = chosen("resnet34", backbone=spec, phases=(Phase(stages=("layer1",), epochs=1),))
    assert draft(at).backbone == BackboneSpec(name="resnet34")
    assert draft(at).phases is None
    assert at.session_state["graft:backbone-lost-phases"] == ("resnet18", "resnet34")


def test_untrained_weights_stay_chosen_and_nothing_lost_is_not_reported():
    at = chosen("resnet34", backbone=BackboneSpec(name="resnet18", weights="none"))
    assert draft(at).backbone == BackboneSpec(name="resnet34", weights="none")
    assert at.session_state["graft:backbone-lost-phases"] is None


def test_the_same_backbone_again_changes_nothing():
    kept = {"backbone": BackboneSpec(name="resnet18", image_size=96), "phases": (Phase(stages=("head",), epochs=1),)}
    assert draft(chosen("resnet18", **kept)) == Draft(**kept)


def test_replaced_phases_are_told(plans):
    at = opened(backbone=SMALL)
    at.session_state["graft:backbone-lost-phases"] = ("resnet18", "mobilenet_v3_small")
    at.run()
    assert "the phases made for resnet18 were replaced" in texts(at)
    at.segmented_control(key="backbone-phase0-quick").set_value("Everything").run()
    assert "were replaced" not in texts(at)


def test_a_backbone_that_is_not_in_the_catalogue_any_more_leaves_a_way_out(plans):
    at = opened(backbone=BackboneSpec(name="resnet17"))
    assert "There is no backbone 'resnet17'" in texts(at)
    press(at, "default")
    assert draft(at).backbone.name == "efficientnet_lite0"
    assert "There is no backbone" not in texts(at)


# Weights and image size


def test_untrained_is_chosen_knowingly(plans):
    at = opened(backbone=SMALL)
    at.segmented_control(key="backbone-weights").set_value("none").run()
    assert draft(at).backbone.weights == "none"
    assert "what pretraining is worth" in texts(at)
    assert "never train" in texts(at), "frozen stages would stay random"
    press(at, "train-all")
    assert [phase.epochs for phase in draft(at).phases] == [14]
    assert "never train" not in texts(at)
    assert stage_lists(at)[0].count("title='trains'") == len(draft(at).phases[0].stages)


def test_a_download_reports_how_far_it_is_and_marks_the_weights(plans, monkeypatch):
    seen = []

    def fetch(backbone, progress):
        progress(5 * 2**20, 10 * 2**20)
        progress(6 * 2**20, 0)
        seen.append(backbone.name)

    monkeypatch.setattr(weights, "pretrained_state", fetch)
    at = opened(backbone=SMALL)
    assert "(9.8 MB) are not on this machine" in texts(at)
    cache = weights.torch_cache()
    cache.mkdir(parents=True)
    press(at, "download")
    assert seen == ["mobilenet_v3_small"]
    (cache / catalogue.get(SMALL.name).source.rpartition("/")[2]).touch()
    at.run()
    assert "The pretrained weights are on this machine" in texts(at)
    assert "✓ here" in at.dataframe[0].value["Weights"].tolist()


def test_a_failed_download_says_why_and_offers_three_ways_on(plans, monkeypatch):
    def fail(backbone, progress):
        raise WeightsUnavailable("No <b>network</b>. Try again.")

    monkeypatch.setattr(weights, "pretrained_state", fail)
    at = press(opened(backbone=SMALL), "download")
    assert "No <b>network</b>. Try again." in texts(at)
    assert at.button(key="backbone-download").label == "Try again"
    press(at, "use-file")
    assert at.text_input(key="backbone-file").value == ""
    assert draft(at).backbone.weights == "default"
    at.segmented_control(key="backbone-weights").set_value("default").run()
    press(at, "use-bundled")
    assert draft(at).backbone == BackboneSpec()


def test_a_weights_file_is_tried_before_it_is_trained_with(plans, tmp_path):
    good, bad = tmp_path / "good.safetensors", tmp_path / "bad.safetensors"
    save_file(build(SMALL.model_copy(update={"weights": "none"}), 2, seed=0).state_dict(), good)
    bad.write_bytes(b"pickle")
    at = opened(backbone=SMALL)
    at.segmented_control(key="backbone-weights").set_value("file").run()
    assert "the pretrained weights stay chosen" in texts(at)
    at.text_input(key="backbone-file").set_value(f'"{bad}"').run()
    assert "bad.safetensors is not a readable safetensors file" in texts(at)
    assert at.button(key="backbone-next").disabled
    at.text_input(key="backbone-file").set_value(str(good)).run()
    assert "good.safetensors fits this model" in texts(at)
    assert draft(at).backbone.weights == str(good)
    assert not at.button(key="backbone-next").disabled
    at.text_input(key="backbone-file").set_value("").run()
    assert draft(at).backbone.weights == "default"


@pytest.mark.parametrize(
    ("path", "says"),
    [("~nobody-of-that-name/x", "no home folder for"), ("a" * 4000, "no weights file"), ("x\0y", "no weights file")],
)
def test_a_path_that_cannot_be_one_is_said_beside_its_box(plans, path, says):
    at = opened(backbone=SMALL)
    at.segmented_control(key="backbone-weights").set_value("file").run()
    at.text_input(key="backbone-file").set_value(path).run()
    assert not at.exception
    assert says in texts(at)
    assert len(at.error[0].value) < 700
    assert at.button(key="backbone-next").disabled


def test_an_impossible_size_is_a_sentence_and_the_old_one_stays(plans):
    at = opened(backbone=BackboneSpec(name="timm/vit_tiny_patch16_224"))
    at.text_input(key="backbone.image_size").set_value("100").run()
    assert "at least 32 px and a multiple of 16" in texts(at)
    assert "The experiment keeps 224 px." in texts(at)
    assert draft(at).backbone.image_size is None
    assert at.text_input(key="backbone.image_size").value == "100"
    at.text_input(key="backbone.image_size").set_value("96").run()
    assert draft(at).backbone.image_size == 96
    assert "multiple of" not in texts(at)


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
    assert "takes the recipe's, 0.001" in texts(at)
    assert "epochs 21 to 26" in texts(at)
    assert plans[-1].layout.xaxis.range == (0, 26)


def test_a_head_that_is_solved_has_no_rate_and_steps_bring_it_back(plans):
    at = opened(backbone=BackboneSpec(name="resnet18"))
    assert not [box for box in at.text_input if box.key == "backbone-phase0.learning_rate"]
    assert "Solved on the kept features" in texts(at)
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
