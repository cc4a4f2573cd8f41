"""The experiment in a few words."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core.experiment import BackboneSpec, Phase, PipelineSpec, SplitSpec, Step
from pages.ui.session.state import Draft
from pages.ui.widgets import sidebar

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (None, "not chosen yet"),
        ("sample:stamps", "stamps, split 60 / 20 / 20 %"),
        ("/data/my pets/", "my pets, split 60 / 20 / 20 %"),
        ("C:\\pictures\\pets.zip", "pets.zip, split 60 / 20 / 20 %"),
    ],
)
def test_data(source, expected):
    assert sidebar.data_summary(source, SplitSpec()) == expected


def test_the_shares_of_a_split_are_told_in_their_order():
    split = SplitSpec(val=0.31, test=0.11)
    assert sidebar.data_summary("sample:stamps", split) == "stamps, split 58 / 31 / 11 %"
    assert sidebar.dataset_summary("Pets", 1234, 7) == "Pets, 1,234 images in 7 classes"


def test_every_page_tells_its_own_part_of_the_experiment():
    draft = Draft(
        source="sample:signs", split=SplitSpec(val=0.31, test=0.11),
        pipeline=PipelineSpec(steps=[Step(transform="blur")]),
        backbone=BackboneSpec(name="resnet18", weights="/mine.safetensors"),
        phases=(Phase(stages=("layer1", "layer2", "layer3", "head"), epochs=4),),
    )  # fmt: skip
    assert sidebar.notes(draft, estimate="2 min", job="epoch 3") == {
        "pages/data.py": ("signs, split 58 / 31 / 11 %",), "pages/augment.py": ("blur",),
        "pages/backbone.py": ("resnet18, own weights", "layer1, head and 2 more (4 epochs)"),
        "pages/train.py": ("epoch 3", "2 min"),
    }  # fmt: skip


def test_pipeline():
    three = [Step(transform=name) for name in ("blur", "rotate", "noise")]
    assert sidebar.pipeline_summary(PipelineSpec(steps=three[:2])) == "blur, rotate"
    assert sidebar.pipeline_summary(PipelineSpec(steps=three)) == "blur, rotate and 1 more"
    off = [three[0].model_copy(update={"p": 0.0}), three[1], three[2].model_copy(update={"enabled": False})]
    assert sidebar.pipeline_summary(PipelineSpec(steps=off)) == "rotate"
    assert sidebar.pipeline_summary(PipelineSpec(steps=three, strength=0.0)) == "none"
    steps = [Step(transform=name) for name in ("horizontal_flip", "rotate", "blur", "noise")]
    assert sidebar.pipeline_summary(PipelineSpec()) == "none"
    assert sidebar.pipeline_summary(PipelineSpec(steps=steps)) == "horizontal flip, rotate and 2 more"
    assert sidebar.pipeline_summary(PipelineSpec(steps=steps[:1], strength=0.5)) == "horizontal flip, strength 0.5"
    assert sidebar.pipeline_summary(PipelineSpec(steps=[Step(transform="blur", enabled=False)])) == "none"


def test_backbone_and_phases():
    spec = BackboneSpec(name="resnet50", weights="none", image_size=160)
    assert sidebar.backbone_summary(spec) == "resnet50, untrained, 160 px"
    phases = (Phase(stages=("head",), epochs=3), Phase(stages=("layer4", "head"), epochs=5))
    assert sidebar.phases_summary(phases) == "head (3 epochs) → layer4 + head (5 epochs)"
    four = Phase(stages=("layer2", "layer3", "layer4", "head"), epochs=1)
    assert sidebar.phases_summary((four,)) == "layer2, head and 2 more (1 epoch)"
    assert sidebar.phases_summary(None) == "head, then the later stages"


def test_what_is_running_stands_under_train():
    assert sidebar.notes(Draft())["pages/train.py"] == ()
    assert sidebar.notes(Draft(), job="epoch 3 of 8")["pages/train.py"] == ("epoch 3 of 8",)
    assert sidebar.notes(Draft(), data="my pets")["pages/data.py"] == ("my pets",)


def test_the_app_links_every_page_with_the_state_of_the_experiment(monkeypatch, tmp_path):
    monkeypatch.setenv("GRAFT_WORKSPACE", str(tmp_path))
    monkeypatch.setattr("pages.ui.session.warmup.start", lambda: None)
    monkeypatch.setattr("pages.ui.session.warmup.ready", lambda: False)
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    assert not at.exception
    labels = [link.proto.label for link in at.get("page_link") if link.proto.label.startswith("**")]
    names = re.findall(r'"pages/\w+\.py", "(.+?)"', (ROOT / "app.py").read_text(encoding="utf-8"))
    assert len(names) == len([path for path in (ROOT / "pages").glob("*.py") if path.stem != "__init__"]) >= 7
    assert [label.split("**")[1] for label in labels] == names
    assert "not chosen yet" in labels[1]


def test_the_app_counts_the_images_that_are_used(monkeypatch, tmp_path):
    monkeypatch.setenv("GRAFT_WORKSPACE", str(tmp_path))
    monkeypatch.setattr("pages.ui.session.warmup.start", lambda: None)
    monkeypatch.setattr("pages.ui.session.warmup.ready", lambda: False)
    known = SimpleNamespace(name="pets", classes=("cat", "dog", "owl"), items=range(24))
    monkeypatch.setattr("pages.ui.session.engine.known_dataset", lambda *_: known)
    split = SimpleNamespace(sizes={"train": 11, "val": 5, "test": 7})
    for divided, said in ((None, "pets, 3 classes"), (split, "pets, 23 images in 3 classes")):
        monkeypatch.setattr("pages.ui.session.engine.known_split", lambda *_, divided=divided: divided)
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
        assert any(said in link.proto.label.replace("\\", "") for link in at.get("page_link")), said


def test_a_hostile_folder_name_stays_text():
    assert ":red[" not in sidebar._label("Data", [":red[x]](javascript:1)"]).removeprefix("**Data**")
