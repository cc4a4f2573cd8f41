"""The number format of frozen stages is that of the features, whatever the head answers; a resumed run keeps it."""

import pytest
import torch

from core.experiment import BackboneSpec, Phase, Recipe
from core.training.events import EpochEnded, RunStarted
from core.training.loop import train
from core.work.control import Control
from tests.conftest import make_experiment
from tests.training.helpers import losses, prepare, run


def describe(images, precision="auto", epochs=2):
    return make_experiment(
        images,
        backbone=BackboneSpec(name="timm/resnet10t", weights="none", image_size=32),
        phases=(Phase(stages=("head",), epochs=epochs, learning_rate=0.01),),
        recipe=Recipe(batch_size=8, precision=precision),
    )


@pytest.fixture
def quick(monkeypatch):
    """A device that is quick in bf16, or not."""

    def make(answer):
        monkeypatch.setattr("core.features.precision.is_quick_in_bf16", lambda device: answer)

    make(True)
    return make


def test_the_head_has_no_say(images, tmp_path, quick):
    setup = prepare(describe(images), tmp_path)
    with torch.no_grad():
        setup.model.fc.weight.zero_()  # its answers are alike in no direction
    assert setup.frozen_precision() == "bf16"
    quick(False)
    assert setup.frozen_precision() == "fp32"


def test_a_backbone_that_does_not_bear_bf16_stays_in_fp32(images, tmp_path, quick):
    setup = prepare(describe(images), tmp_path)

    def turn(module, given, features):
        return features.flip(1) if torch.is_autocast_enabled("cpu") else features

    setup.model.layer4.register_forward_hook(turn)
    assert setup.frozen_precision() == "fp32"
    assert run(setup)[0].frozen_precision == "fp32"


@pytest.mark.parametrize(("wanted", "frozen"), [("auto", "bf16"), ("fp32", "fp32"), ("bf16", "bf16")])
def test_what_learns_is_in_the_format_of_the_recipe_and_what_is_frozen_in_its_own(
    images, tmp_path, quick, wanted, frozen
):
    setup = prepare(describe(images, wanted), tmp_path, features=tmp_path / "kept")
    seen = []
    setup.model.fc.register_forward_hook(lambda m, given, out: seen.append((given[0].dtype, out.dtype)))
    events = run(setup)
    assert isinstance(events[0], RunStarted)
    assert events[0].frozen_precision == frozen
    learns = torch.bfloat16 if wanted == "bf16" else torch.float32
    assert set(seen) == {(torch.float32, learns)}
    (text, *_) = [path.read_text() for path in (tmp_path / "kept").glob("*.json")]
    assert f'"torch.{"bfloat16" if frozen == "bf16" else "float32"}"' in text


def test_a_run_goes_on_in_the_format_it_began_with(images, tmp_path, quick):
    experiment = describe(images, epochs=3)
    whole = run(prepare(experiment, tmp_path / "whole", features=tmp_path / "kept"))
    running, seen = train(prepare(experiment, tmp_path / "cut", features=tmp_path / "other"), Control()), []
    for event in running:
        seen.append(event)
        if isinstance(event, EpochEnded) and event.epoch == 1:
            break
    running.close()
    quick(False)  # on a machine that would choose another
    rest = run(prepare(experiment, tmp_path / "cut", features=tmp_path / "other"))
    assert rest[0].frozen_precision == whole[0].frozen_precision == "bf16"
    assert losses(rest)[-2:] == losses(whole)[-2:]
    anew = run(prepare(experiment, tmp_path / "anew"))
    assert anew[0].frozen_precision == "fp32"
    assert losses(anew) != losses(whole)
