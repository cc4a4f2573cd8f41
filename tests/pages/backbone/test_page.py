"""The backbone page: choosing a model."""

import pytest
from streamlit.testing.v1 import AppTest

from core.backbones import catalogue
from core.experiment import BackboneSpec, Phase
from pages.ui.backbone import catalogue as backbone_catalogue
from pages.ui.session.state import Draft
from tests.pages.backbone import helpers
from tests.pages.backbone.helpers import SMALL, draft, opened, pills, press, texts

ground = helpers.ground
plans = helpers.plans


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
    assert [entry.name for entry in backbone_catalogue.search_entries(text, family, local)] == expected


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


@pytest.mark.parametrize(("row", "chosen"), [(0, ["a"]), (2, ["c"]), (3, [])])
def test_a_click_on_any_row_of_the_list_chooses_its_backbone(monkeypatch, row, chosen):
    found = []
    monkeypatch.setattr(backbone_catalogue.state, "recall", lambda *_: ("a", "b", "c"))
    table = {backbone_catalogue.TABLE: {"selection": {"rows": [row], "cells": []}}}
    monkeypatch.setattr(backbone_catalogue.st, "session_state", table)
    monkeypatch.setattr(backbone_catalogue, "choose", found.append)
    backbone_catalogue._take_click()
    assert found == chosen


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
