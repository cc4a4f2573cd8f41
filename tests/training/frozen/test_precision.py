"""The number formats of what is frozen and of what is trained; a resumed run keeps them."""

from dataclasses import replace

import pytest
import torch

from core.experiment import BackboneSpec, Phase, Recipe
from core.features.precision import trained_precision
from core.training import entering
from core.training.checkpoints import LAST, Precisions, State
from core.training.entering import precisions_of
from core.training.events import CheckpointWritten, EpochEnded, RunStarted, Warned
from core.training.loop import START, train
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


@pytest.mark.parametrize(("device", "precision", "quick_in_bf16", "trained"), [
    ("cuda", "auto", True, "bf16"), ("cuda", "auto", False, "fp16"), ("cuda", "fp32", True, "fp32"),
    ("cpu", "auto", True, "fp32"), ("mps", "auto", False, "fp32"), ("cpu", "bf16", False, "bf16"),
])  # fmt: skip
def test_what_is_trained_runs_in_half_precision_on_a_gpu_unless_the_recipe_says_otherwise(
    quick, device, precision, quick_in_bf16, trained
):
    quick(quick_in_bf16)
    assert trained_precision(torch.device(device), precision) == trained


def in_bf16(experiment, folder):
    """A setup as on a GPU that has bf16."""
    return replace(prepare(experiment, folder), trained_precision="bf16")


def two_phases(images, **recipe):
    last = ("layer4", "head")
    return make_experiment(
        images, backbone=BackboneSpec(name="timm/resnet10t", weights="none", image_size=32),
        phases=(Phase(stages=("head",), epochs=1), Phase(stages=last, epochs=2)), recipe=Recipe(batch_size=8, **recipe),
    )  # fmt: skip


def test_a_head_alone_is_trained_in_fp32_and_what_is_below_it_in_bf16(images, tmp_path):
    experiment = two_phases(images)
    setup, dtypes = in_bf16(experiment, tmp_path / "bf16"), []
    setup.model.fc.register_forward_hook(lambda m, given, out: dtypes.append((m.training, out.dtype)))
    events = run(setup)
    assert [setup.precision_of(phase) for phase in experiment.phases] == ["fp32", "bf16"]
    assert events[0].trained_precision == "bf16"
    plain = losses(run(prepare(experiment, tmp_path / "fp32")))
    steps = events[0].steps // 3
    assert losses(events)[:steps] == plain[:steps]
    assert losses(events)[steps:] != plain[steps:]
    assert losses(events)[steps:] == pytest.approx(plain[steps:], rel=0.1)
    assert {dtype for _, dtype in dtypes} == {torch.float32, torch.bfloat16}
    assert all(parameter.dtype == torch.float32 for parameter in setup.model.parameters())


def test_the_recipe_s_own_format_holds_for_the_head_too(images, tmp_path):
    experiment = two_phases(images, precision="bf16")
    setup = prepare(experiment, tmp_path)
    assert [setup.precision_of(phase) for phase in experiment.phases] == ["bf16", "bf16"]


def test_a_run_that_trained_in_bf16_goes_on_so_and_one_of_before_in_fp32(images, tmp_path):
    experiment = two_phases(images)
    whole = losses(run(in_bf16(experiment, tmp_path / "whole")))
    for folder, forget in (("cut", False), ("before", True)):
        running = train(in_bf16(experiment, tmp_path / folder), Control())
        for event in running:
            if isinstance(event, CheckpointWritten) and event.epoch == 1:
                break
        running.close()
        path = tmp_path / folder / "run" / LAST
        content = torch.load(path, weights_only=True)
        assert content["trained_precision"] == "bf16"
        if forget:
            del content["trained_precision"]
            torch.save(content, path)
        rest = run((prepare if not forget else in_bf16)(experiment, tmp_path / folder))
        assert rest[0].trained_precision == ("fp32" if forget else "bf16")
        assert (losses(rest)[-2:] == whole[-2:]) is not forget


def test_a_format_that_the_device_lacks_becomes_fp32(images, tmp_path):
    setup = prepare(two_phases(images), tmp_path)
    state = State(START, {}, {}, {}, Precisions("bf16", "fp16"))
    found, notes = precisions_of(setup, state)
    assert found == ("bf16", "fp32")  # a processor does not train in fp16
    assert len(notes) == 1
    assert "in fp16 until now" in notes[0]
    assert precisions_of(setup, None)[1] == []


def test_a_run_that_goes_on_in_another_format_says_so(images, tmp_path, monkeypatch):
    experiment = two_phases(images)
    running = train(in_bf16(experiment, tmp_path), Control())
    next(event for event in running if isinstance(event, CheckpointWritten))
    running.close()
    monkeypatch.setattr(entering, "precisions", lambda _: ("auto", "fp32", "fp16"))
    events = run(in_bf16(experiment, tmp_path))
    assert events[0].trained_precision == events[0].frozen_precision == "fp32"
    warned = [event.message for event in events if isinstance(event, Warned)]
    assert len([message for message in warned if "in bf16 until now" in message]) == 1
