"""What the Train page says is chosen, and what it finds missing, for drafts in which nothing is as usual."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from core.backbones import catalogue
from core.experiment import BackboneSpec, Phase, PipelineSpec, SplitSpec, Step
from core.screening.verdict import Verdict
from pages.ui.session import warmup
from pages.ui.session.state import Draft
from pages.ui.train import light, summary
from pages.ui.train.summary import AUGMENT, BACKBONE, DATA, blockers
from tests.conftest import make_experiment, make_images
from tests.uneven import TEST, TRAIN, VAL


@pytest.fixture
def draft(divided) -> Draft:
    steps = (Step(transform="Rotate", p=0.5), Step(transform="ToGray", p=0.2))
    phases = (Phase(stages=("head",), epochs=3), Phase(stages=("layer3", "layer4", "head"), epochs=4))
    return Draft(
        source=str(divided), pipeline=PipelineSpec(steps=steps), backbone=BackboneSpec(name="resnet18"), phases=phases,
        views=5,
    )  # fmt: skip


def row(name, draft):
    found = getattr(summary, f"_{name}")(draft)
    return found.page, found.main, found.detail


def test_images_are_counted_by_part_and_parts_without_any_are_not_named(draft, images):
    assert row("data", draft) == (
        DATA, "weather, 3 classes", f"Images: {TRAIN} to train, {VAL} to validate, {TEST} to test",
    )  # fmt: skip
    rest = replace(draft, source=str(images), split=SplitSpec(val=0.25, test=0.0))
    assert row("data", rest) == (DATA, "images, 2 classes", "Images: 18 to train, 6 to validate")
    assert row("data", replace(draft, source=None))[1] == "No images chosen yet"
    assert row("data", replace(draft, source="/no/where")) == (DATA, "These images cannot be used", "/no/where")


def test_the_augmentation_is_told_with_its_views(draft):
    page, main, detail = row("augmentation", draft)
    assert (page, detail) == (AUGMENT, "5 views per image")
    assert "Rotate" in main
    assert row("augmentation", replace(draft, views="fresh"))[2] == "new views in each epoch"
    assert row("augmentation", replace(draft, pipeline=PipelineSpec()))[1] == "None"
    broken = PipelineSpec(steps=(Step(transform="Rotat"),))
    assert row("augmentation", replace(draft, pipeline=broken))[1] == "A step cannot be used"


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (BackboneSpec(name="resnet18"), "pretrained, 224 px"),
        (BackboneSpec(name="resnet18", image_size=96), "pretrained, 96 px"),
        (BackboneSpec(name="resnet18", weights="none"), "untrained weights, 224 px"),
        (BackboneSpec(name="resnet18", weights="/mine.safetensors"), "own weights, 224 px"),
    ],
)
def test_the_backbone_is_told_with_its_weights_and_its_own_size(draft, spec, words):
    entry = catalogue.get("resnet18")
    assert row("backbone", replace(draft, backbone=spec)) == (
        BACKBONE, entry.title, f"{words}, {entry.backbone_parameters / 1e6:.1f} million weights under the head",
    )  # fmt: skip
    assert row("backbone", replace(draft, backbone=BackboneSpec(name="gone")))[1:] == ("gone", "not in the catalogue")


def test_the_phases_are_told_with_the_sum_of_their_epochs(draft, monkeypatch):
    assert row("phases", draft) == (BACKBONE, "7 epochs", "3 with head, then 4 with layer3 to head")
    one = (Phase(stages=("layer4", "head"), epochs=1),)
    assert row("phases", replace(draft, phases=one))[1:] == ("1 epoch", "1 with layer4 + head")
    assert row("phases", replace(draft, phases=()))[1] == "None yet"
    monkeypatch.setattr(warmup, "ready", lambda: False)
    assert row("phases", replace(draft, phases=None))[1] == "Two phases"
    monkeypatch.setattr(warmup, "ready", lambda: True)
    gone = replace(draft, phases=None, backbone=BackboneSpec(name="gone"))
    assert row("phases", gone)[1] == "Not known for this backbone"


def test_everything_that_is_missing_is_found_in_the_order_of_the_pages(draft, tmp_path):
    assert blockers(draft) == []
    few = make_images(tmp_path / "few", per_class=1)
    wrong = replace(
        draft, source=str(few), pipeline=PipelineSpec(steps=(Step(transform="Rotate", params={"limit": 9999}),)),
        backbone=BackboneSpec(name="resnet18"), phases=(Phase(stages=("layer9",), epochs=1),),
    )  # fmt: skip
    found = blockers(wrong)
    assert [one.page for one in found] == [DATA, AUGMENT, BACKBONE]
    assert "only one image" in found[0].sentence
    assert "layer9" in found[2].sentence
    for part, words, page in (
        ({"source": None}, "No images are chosen yet", DATA),
        ({"source": "/no/where"}, "/no/where", DATA),
        ({"phases": ()}, "nothing to train", BACKBONE),
        ({"backbone": BackboneSpec(name="resnet1"), "phases": None}, "resnet1", BACKBONE),
        ({"backbone": BackboneSpec(name="timm/vit_tiny_patch16_224", image_size=50)}, "50", BACKBONE),
        ({"pipeline": PipelineSpec(steps=(Step(transform="Rotat"),))}, "Rotat", AUGMENT),
    ):
        (one,) = blockers(replace(draft, **part))
        assert words in one.sentence
        assert one.page == page


def test_a_draft_s_own_defaults_can_be_trained(divided):
    small = make_experiment(divided)
    assert blockers(Draft(source=str(divided), backbone=small.backbone)) == []


def test_only_a_red_light_stops_a_start():
    assert not light.stops(None)
    lights = {verdict: light.stops(SimpleNamespace(verdict=verdict)) for verdict in Verdict}
    assert [verdict for verdict, stops in lights.items() if stops] == [Verdict.RED]
