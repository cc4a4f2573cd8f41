"""The form of a model's record and what is written of some, word for word: others read it."""

import json
from pathlib import Path

import pytest

from core.errors import UnreadableWeights
from core.experiment import BackboneSpec, Recipe
from core.model import record as module
from core.model.former import describes, former_values
from core.model.record import KEY, ModelRecord
from core.task import MultiLabelSpec
from tests.conftest import make_experiment
from tests.recorded import Recorded

PLAIN = make_experiment("here")
SAID = ("form", "written", "former", "refused")


@pytest.fixture(scope="module")
def recorded():
    return Recorded(Path(__file__).with_name("recorded.txt"))


def test_the_form_is_what_it_was(recorded):
    recorded.check("form", json.dumps(ModelRecord.model_json_schema(), indent=1))


def test_what_is_written_is_what_was_written(recorded, monkeypatch):
    monkeypatch.setattr(module, "_this_version", lambda: "0.9")
    several = make_experiment("here", task=MultiLabelSpec(), recipe=Recipe(precision="fp32"))
    vit = PLAIN.changed(backbone=BackboneSpec(name="vit_b_32", weights="default", image_size=96, crop="weights"))
    records = [
        ModelRecord.of(PLAIN, ("b", "é")),
        ModelRecord.of(several, ("x", "y"), (-1.0, 2.5)).changed(epoch=0, thresholds=(0.25, 1)),
        ModelRecord.of(vit, ("a",)).changed(epoch=12),
    ]
    lines = [one.to_metadata()[KEY].replace(one.experiment, "DIGEST") for one in records]
    lines += [f"{one.geometry} {one.decision}" for one in records]
    recorded.check("written", "\n".join(lines))


FACTS = {"classes": ["b", "a"], "backbone": "resnet18", "image_size": 64}
SIZES = {"image_size": 64, "resize_size": 65, "interpolation": "bicubic", "mean": [1, 2, 3], "std": [4, 5, 6]}
FORMER = (
    (FACTS, {}), (FACTS | {"epoch": 3, "experiment": "abc", "value_range": [0, 9]}, {"backbone": {"crop": "whole"}}),
    (FACTS | {"preprocessing": SIZES}, {"backbone": {"weights": "/my.safetensors"}, "recipe": {"precision": "fp16"}}),
    (FACTS | {"preprocessing": SIZES | {"resize_size": 64}}, {"backbone": 3, "recipe": []}),
    (FACTS, {"backbone": {"weights": None, "crop": "weights"}}),
)  # fmt: skip


def test_what_earlier_versions_wrote_is_read_as_it_was(recorded):
    lines = []
    for facts, described in FORMER:
        metadata = {key: json.dumps(value) for key, value in facts.items()} | {"format": "pt"}
        lines.append(f"{describes(metadata)} {former_values(metadata, described)}")
    lines.append(
        str([describes(dict.fromkeys(names, "")) for names in (FACTS, ["classes", "backbone"], [*FACTS, "x"])])
    )
    recorded.check("former", "\n".join(lines))


REFUSED = (
    {}, {"classes": "1"}, {KEY: "3"}, {KEY: '"a"'}, {KEY: "{"}, {KEY: '{"version": 2}'}, {KEY: '{"version": "2"}'},
    {KEY: '{"version": 7, "graft": "' + "9" * 300 + '"}'}, {KEY: "{}"}, {KEY: '{"x\\u001b": 1}'},
)  # fmt: skip


def test_what_is_refused_is_told_as_it_was(recorded):
    lines = []
    for metadata in REFUSED:
        with pytest.raises(UnreadableWeights) as refused:
            ModelRecord.from_metadata(metadata, Path("run/best.safetensors"))
        lines.append(str(refused.value))
    recorded.check("refused", "\n".join(lines))


def test_every_record_is_of_something(recorded):
    recorded.check_all_are_used(SAID)
