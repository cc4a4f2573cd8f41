"""A step when the device's memory is too small: the same step, in smaller parts."""

from types import SimpleNamespace

import pytest
import torch

from core.errors import OutOfMemory
from core.experiment import BackboneSpec, Phase, Recipe
from core.features.precision import autocast_for
from core.training import inference
from core.training import step as stepping
from core.training.step import Stepper
from core.work.progress import finish
from tests.conftest import make_experiment, make_images
from tests.features.helpers import SHORTAGES
from tests.training.helpers import add_dropout, losses, prepare, run, settle, warnings

NAME = "timm/vit_tiny_patch16_224"  # no BatchNorm: a part of a batch is computed as it is in the whole
LAST = ("blocks4", "head")

OFF = autocast_for(torch.device("cpu"), "fp32")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Two classes of unequal size, 7 images to train on: batches of 4 and 3."""
    folder = make_images(tmp_path_factory.mktemp("images") / "images", per_class=10)
    for number in range(3, 10):
        (folder / "warm" / f"{number:02}.png").unlink()
    return folder


def a_setup(pictures, folder, stages=LAST, name=NAME, settled=False, views=2, size=32, **recipe):
    usual = {"batch_size": 4, "precision": "fp32", "schedule": "constant", "warmup": 0, "clip_norm": 0}
    experiment = make_experiment(
        pictures,
        backbone=BackboneSpec(name=name, weights="none", image_size=size),
        phases=(Phase(stages=stages, epochs=2, learning_rate=0.01),),
        recipe=Recipe(**(usual | {"optimizer": "sgd"} | recipe)),
        views=views,
    )
    setup = prepare(experiment, folder, saved=False)
    assert len(setup.train_items) == 7
    return setup


class Memory:
    """Room for `most` images in a module of the model; counts how many came at a time."""

    def __init__(self, setup, most, module="head", error=None):
        self.most = most
        self.error = error or torch.OutOfMemoryError()
        self.widths = []
        setup.model.get_submodule(module).register_forward_pre_hook(self._enter)

    def _enter(self, module, given):
        if torch.is_grad_enabled():
            if len(given[0]) > self.most:
                raise self.error
            self.widths.append(len(given[0]))


@pytest.mark.parametrize("most", [3, 2, 1])
@pytest.mark.parametrize(
    "recipe",
    [
        pytest.param({}, id="as usual"),
        pytest.param({"label_smoothing": 0.0}, id="no smoothing"),
        pytest.param({"class_weights": "balanced", "label_smoothing": 0.2}, id="class weights and smoothing"),
        pytest.param({"mixup": 0.5, "class_weights": "balanced"}, id="mixed"),
    ],
)
def test_a_step_in_parts_is_the_step(pictures, tmp_path, most, recipe):
    whole = run(a_setup(pictures, tmp_path, **recipe))
    setup = a_setup(pictures, tmp_path, **recipe)
    memory = Memory(setup, most)
    parts = run(setup)
    assert max(memory.widths) <= most
    assert sum(memory.widths) >= 2 * len(setup.train_items)
    assert max(abs(a - b) for a, b in zip(losses(whole), losses(parts), strict=True)) <= 1e-6
    assert abs(losses(whole)[0] - losses(whole)[-1]) > 1e-3
    accuracies = [[e.train_accuracy for e in events if hasattr(e, "train_accuracy")] for events in (whole, parts)]
    assert accuracies[0] == accuracies[1]
    assert warnings(whole) == []
    assert all("ran out of memory" in said and "BatchNorm" in said for said in warnings(parts))
    assert warnings(parts)
    assert f"{setup.experiment.recipe.batch_size} images" in warnings(parts)[0]


@pytest.mark.parametrize("error", SHORTAGES, ids=str)
def test_parts_stay_small_once_they_had_to_be_and_it_is_said_once(pictures, tmp_path, error):
    setup = a_setup(pictures, tmp_path)
    memory = Memory(setup, 2, error=error)
    (said,) = warnings(run(setup))
    assert "computed in 2 parts" in said
    assert memory.widths == [2, 2, 2, 1] * 2


def test_dropout_is_drawn_anew_in_every_part(pictures, tmp_path):
    setup = a_setup(pictures, tmp_path)
    seen = []
    add_dropout(setup, p=0.5)
    head = setup.model.get_submodule("head")
    head.register_forward_pre_hook(lambda m, given: seen.append(given[0].detach() == 0) if m.training else None)
    Memory(setup, 2)
    run(setup)
    halves = [mask for mask in seen if len(mask) == 2]
    assert not torch.equal(halves[0], halves[1])


@pytest.mark.parametrize("error", SHORTAGES, ids=str)
def test_a_model_whose_single_image_does_not_fit_fails_with_advice(pictures, tmp_path, error):
    setup = a_setup(pictures, tmp_path)
    Memory(setup, 0, error=error)
    with pytest.raises(OutOfMemory, match="smaller batch size or image size, freeze more stages"):
        run(setup)


@pytest.mark.parametrize("error", SHORTAGES, ids=str)
def test_memory_that_runs_out_outside_of_a_forward_ends_with_advice(pictures, tmp_path, monkeypatch, error):
    def fail(*_):
        raise error

    monkeypatch.setattr(stepping.Stepper, "_apply", fail)
    with pytest.raises(OutOfMemory, match="smaller batch size or image size, freeze more stages"):
        run(a_setup(pictures, tmp_path))


def test_an_error_that_is_none_of_memory_comes_as_it_is(pictures, tmp_path):
    setup = a_setup(pictures, tmp_path)
    Memory(setup, 2, error=RuntimeError("another"))
    with pytest.raises(RuntimeError, match="another"):
        run(setup)


def test_labels_are_sent_to_the_device(pictures, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(stepping, "sent", lambda tensor, device: asked.append(len(tensor)) or tensor)
    run(a_setup(pictures, tmp_path))
    assert asked == [4, 3] * 2


def test_a_frozen_forward_that_runs_out_of_memory_is_halved(pictures, tmp_path):
    for views in (2, "fresh"):
        whole = losses(run(a_setup(pictures, tmp_path, views=views)))
        setup = a_setup(pictures, tmp_path, views=views)
        widths = []

        def enter(module, given, widths=widths):
            if len(given[0]) > 3:
                raise torch.OutOfMemoryError
            widths.append(len(given[0]))

        setup.model.get_submodule("blocks.0").register_forward_pre_hook(enter)
        events = run(setup)
        assert max(widths) <= 3
        assert warnings(events) == []  # nothing that is learned is computed in parts
        assert max(abs(a - b) for a, b in zip(whole, losses(events), strict=True)) <= 1e-6


def test_a_frozen_forward_of_mixed_images_runs_in_the_parts_of_the_batch(pictures, tmp_path):
    whole = losses(run(a_setup(pictures, tmp_path, mixup=0.5)))
    setup = a_setup(pictures, tmp_path, mixup=0.5)

    def enter(module, given):
        if len(given[0]) > 3:
            raise torch.OutOfMemoryError

    setup.model.get_submodule("blocks.0").register_forward_pre_hook(enter)
    assert max(abs(a - b) for a, b in zip(whole, losses(run(setup)), strict=True)) <= 1e-6


def test_a_validation_that_runs_out_of_memory_is_halved(pictures, tmp_path):
    widths = []

    def both(logits, targets):
        return logits, targets

    def part(inputs):
        if len(inputs) > 3:
            raise torch.OutOfMemoryError
        widths.append(len(inputs))
        return inputs * 2

    setup = a_setup(pictures, tmp_path)

    def answered(part, items):
        return finish(inference.answering(part, setup.pixels, items, both, autocast=OFF, what="validating"))

    whole = answered(lambda x: x.flatten(1) * 2, setup.train_items)
    halved = answered(lambda x: part(x.flatten(1)), setup.train_items)
    assert all(map(torch.equal, whole.outputs, halved.outputs))
    assert (max(widths), sum(widths)) == (3, len(setup.train_items))
    with pytest.raises(torch.OutOfMemoryError):
        answered(lambda x: (_ for _ in ()).throw(torch.OutOfMemoryError()), setup.train_items[:2])


def test_trained_batchnorms_see_the_smaller_parts(pictures, tmp_path):
    def a_run(most):
        setup = a_setup(pictures, tmp_path, stages=("layer4", "head"), name="timm/resnet10t", size=64, batch_size=8)
        settle(setup)
        Memory(setup, most, module="fc")
        return losses(run(setup))

    whole, parts = a_run(8), a_run(4)
    assert max(abs(a - b) for a, b in zip(whole, parts, strict=True)) > 1e-4


def test_kept_features_leave_the_device_before_a_batch_is_divided(pictures, tmp_path, monkeypatch):
    from core.features.sources import Features

    asked, whole = [], run(a_setup(pictures, tmp_path))

    def leave(self):
        asked.append(self)
        return len(asked) == 1

    monkeypatch.setattr(Features, "leave_device", leave)
    setup = a_setup(pictures, tmp_path)
    memory, fails = Memory(setup, 10**9), iter([True])
    setup.model.get_submodule("head").register_forward_pre_hook(
        lambda module, given: (
            (_ for _ in ()).throw(torch.OutOfMemoryError()) if torch.is_grad_enabled() and next(fails, False) else None
        )
    )
    events = run(setup)
    assert losses(events) == losses(whole)
    assert set(memory.widths) == {3, 4}  # the batches, in one piece each
    assert len(asked) == 1
    assert warnings(events) == []


@pytest.mark.parametrize(("optimizer", "moments"), [("adamw", 2), ("sgd", 1)])
def test_memory_for_the_first_update_is_made_before_it_begins(pictures, tmp_path, monkeypatch, optimizer, moments):
    setup = a_setup(pictures, tmp_path, optimizer=optimizer)
    stepper = Stepper(setup, setup.phase_inputs("fp32").of_phase(0), 0)
    stepper.setup = SimpleNamespace(**{name: getattr(setup, name) for name in ("experiment", "pixels")},
                                    device=torch.device("cuda"))  # fmt: skip
    monkeypatch.setattr(stepper, "_give_back", lambda: None)
    asked, real, taken = [], torch.empty_like, []

    def short(weight):
        if not asked:
            raise SHORTAGES[0]
        taken.append(weight)
        return real(weight)

    monkeypatch.setattr(torch, "empty_like", short)
    real_step, before = stepper.optimizer.step, []
    monkeypatch.setattr(stepper.optimizer, "step", lambda: (before.append(len(taken)), real_step()))
    setup.pixels.relieve = lambda: not asked.append(1) and len(asked) == 1
    weights = stepper._trained
    for weight in weights:
        weight.grad = torch.zeros_like(weight)
    stepper._apply(0.0)
    assert (len(asked), before) == (1, [moments * len(weights)])
    assert {len([one for one in state.values() if one.shape == weight.shape and one.ndim]) for weight, state in
            stepper.optimizer.state.items()} == {moments}, "as much as it then has"  # fmt: skip
    taken.clear()
    stepper._apply(0.0)
    assert before[1:] == [0], "only before the first one"
    asked.clear()
    stepper.optimizer.state.clear()
    setup.pixels.relieve = lambda: False
    with pytest.raises(OutOfMemory, match="smaller batch size"):
        stepper._apply(0.0)
    assert not stepper.optimizer.state


def test_a_state_of_another_way_to_update_takes_the_way_of_this_program(pictures, tmp_path):
    setup = a_setup(pictures, tmp_path, optimizer="adamw")
    stepper = Stepper(setup, setup.phase_inputs("fp32").of_phase(0), 0)
    for weight in stepper._trained:
        weight.grad = torch.zeros_like(weight)
    stepper._apply(0.0)
    state = stepper.optimizer.state_dict()
    for group in state["param_groups"]:
        group["fused"] = None
    seen, real = [], stepper.optimizer.load_state_dict
    stepper.optimizer.load_state_dict = lambda given: (seen.append(given), real(given))
    stepper.restore(state)
    assert {group["fused"] for group in seen[0]["param_groups"]} == {True}, "where a step lies depends on it"
    assert {group["fused"] for group in stepper.optimizer.param_groups} == {True}
