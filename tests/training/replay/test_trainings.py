"""Steps that are recorded and replayed: the training is the same."""

import gc
import weakref
from dataclasses import replace

import pytest
import torch

from core.backbones.stages import stage_table
from core.errors import OutOfMemory, TrainingFailed
from core.experiment import BackboneSpec, Phase, Recipe
from core.training import graphs
from core.training.entering import enter_phase
from core.training.graphs import StepGraphs
from tests.conftest import make_experiment, make_images
from tests.training.helpers import add_dropout, copy, losses, prepare, run, warnings
from tests.training.replay.recorder import Recorder

REPLAYED = "replayed as one CUDA graph"


@pytest.fixture(autouse=True)
def unbroken(monkeypatch):
    monkeypatch.setattr(StepGraphs, "broken", False)


@pytest.fixture
def replaying(monkeypatch):
    """Steps are recorded on the processor, however quick that is."""

    def begin(recorder=None, quicker=float("inf"), fewest=1):
        recorder = recorder or Recorder()
        plain = StepGraphs.__init__

        def init(self, model, device):
            plain(self, model, device, recorder.of(model))

        monkeypatch.setattr(StepGraphs, "__init__", init)
        monkeypatch.setattr(graphs, "usable", lambda device: True)
        monkeypatch.setattr(graphs, "TURNS", 2)
        monkeypatch.setattr(graphs, "QUICKER", quicker)
        monkeypatch.setattr(graphs, "FEWEST_STEPS", fewest)
        return recorder

    return begin


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return make_images(tmp_path_factory.mktemp("images") / "images", per_class=10)


def a_setup(pictures, folder, stages=("all",), name="resnet18", epochs=2, **recipe):
    experiment = make_experiment(
        pictures,
        backbone=BackboneSpec(name=name, weights="none", image_size=32),
        phases=(Phase(stages=stages, epochs=epochs, learning_rate=0.01),),
        recipe=Recipe(**({"batch_size": 4, "precision": "fp32", "batchnorm": "train"} | recipe)),
        views=2,
    )
    if stages == ("all",):
        names = [stage.name for stage in stage_table(name)]
        experiment = experiment.changed(phases=(experiment.phases[0].model_copy(update={"stages": tuple(names)}),))
    setup = prepare(experiment, folder, saved=False)
    add_dropout(setup)
    return setup


@pytest.fixture(scope="module")
def launched(pictures, tmp_path_factory):
    """Losses and weights of the training of every stage, launched, and the sizes of its batches."""
    setup = a_setup(pictures, tmp_path_factory.mktemp("launched"))
    found = losses(run(setup))
    return found, copy(setup.model), {len(chunk) for chunk in setup.epoch_batches(0)[0]}


@pytest.mark.parametrize("stages", [("all",), ("head",)])
def test_a_training_whose_steps_are_replayed_is_the_same(pictures, launched, tmp_path, replaying, stages):
    if stages == ("head",):
        alone = a_setup(pictures, tmp_path / "launched", stages)
        launched = losses(run(alone)), copy(alone.model), launched[2]
    wanted, weights, sizes = launched
    recorder = replaying()
    replayed = a_setup(pictures, tmp_path / "replayed", stages)
    events = run(replayed)
    assert losses(events) == wanted
    for name, tensor in copy(replayed.model).items():
        assert torch.equal(tensor, weights[name]), name
    assert recorder.recorded == len(sizes)
    steps = 2 * replayed.steps_per_epoch
    assert recorder.replays == steps + recorder.recorded * (1 + graphs.TURNS), "checked, timed, and each step"
    told = [one for one in warnings(events) if REPLAYED in one]
    assert len(told) == len(sizes)
    assert " ms instead of " in told[0]


def spoil(name, gradient, made):
    if name.startswith("fc"):
        gradient.zero_()


def spoil_loss(name, gradient, made):
    made.loss.fill_(9.0)


@pytest.mark.parametrize("wrong", [spoil, spoil_loss])
def test_what_computes_something_else_is_not_used(pictures, launched, tmp_path, replaying, wrong, caplog):
    wanted = launched[0]
    recorder = replaying(Recorder(wrong))
    events = run(a_setup(pictures, tmp_path / "replayed"))
    assert losses(events) == wanted
    assert recorder.replays == recorder.recorded == 1
    assert not [one for one in warnings(events) if REPLAYED in one]
    assert "computed something else" in caplog.text


@pytest.mark.parametrize("error", [RuntimeError("not permitted when stream is capturing"), torch.OutOfMemoryError()])
def test_what_cannot_be_recorded_is_launched(pictures, launched, tmp_path, replaying, error):
    wanted = launched[0]
    recorder = replaying(Recorder(error=error))
    assert losses(run(a_setup(pictures, tmp_path / "replayed"))) == wanted
    assert recorder.recorded == 0


def test_what_is_no_quicker_is_launched(pictures, launched, tmp_path, replaying):
    wanted = launched[0]
    recorder = replaying(quicker=0.0)
    assert losses(run(a_setup(pictures, tmp_path / "replayed"))) == wanted
    assert recorder.recorded == 1, "what is no gain for one size of batch is tried for no other"
    assert recorder.replays == 1 + graphs.TURNS


def test_a_short_phase_is_launched(pictures, tmp_path, replaying, monkeypatch):
    setup = a_setup(pictures, tmp_path)
    steps = setup.experiment.epochs * setup.steps_per_epoch
    recorder = replaying(fewest=steps + 1)
    run(setup)
    assert recorder.recorded == 0
    monkeypatch.setattr(graphs, "FEWEST_STEPS", steps)
    run(a_setup(pictures, tmp_path / "long"))
    assert recorder.recorded == 1, "at the first step so many are left"


@pytest.mark.parametrize("recipe", [{"mixup": 0.4}, {"precision": "fp16"}])
def test_mixed_images_and_fp16_are_launched(pictures, tmp_path, replaying, recipe, monkeypatch):
    recorder = replaying()
    setup = a_setup(pictures, tmp_path, **({} if "precision" in recipe else recipe))
    if "precision" in recipe:
        setup = replace(setup, trained_precision="fp16")
        monkeypatch.setattr(type(setup), "precision_of", lambda self, phase: "fp16")
        stepper = enter_phase(setup, setup.phase_inputs("fp32"), 0)
        assert stepper._graphs is None
    else:
        run(setup)
    assert recorder.recorded == 0


def test_where_memory_is_short_what_was_recorded_makes_room(pictures, launched, tmp_path, replaying):
    """The first batch is recorded; a later one finds no memory, until nothing is recorded any more."""
    wanted = launched[0]
    recorder = replaying()
    setup = a_setup(pictures, tmp_path / "replayed")
    real, seen = StepGraphs.step, []

    def step(self, *given):
        if len(seen) == 2:
            seen.append("short")
            raise torch.OutOfMemoryError
        seen.append("step")
        return real(self, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StepGraphs, "step", step)
        events = run(setup)
    assert losses(events) == wanted
    assert seen == ["step", "step", "short"], "afterwards steps are launched"
    assert recorder.recorded >= 1
    assert not [one for one in warnings(events) if "out of memory" in one]
    again = a_setup(pictures, tmp_path / "again")
    again.model.register_forward_pre_hook(no_memory)
    seen[:] = ["step", "step"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StepGraphs, "step", step)
        with pytest.raises(OutOfMemory):
            run(again)


def no_memory(module, given):
    if torch.is_grad_enabled():
        raise torch.OutOfMemoryError


def test_a_batch_of_one_image_is_refused_as_without_graphs(pictures, tmp_path, replaying):
    replaying()
    with pytest.raises(TrainingFailed, match="A batch of one image is too small"):
        run(a_setup(pictures, tmp_path, batch_size=1))


def test_a_phase_that_is_over_leaves_nothing_behind(pictures, tmp_path, replaying):
    replaying()
    setup = a_setup(pictures, tmp_path)
    gc.disable()
    try:
        stepper = enter_phase(setup, setup.phase_inputs("fp32"), 0)
        gone = weakref.ref(stepper._graphs)
        del stepper
        assert gone() is None
    finally:
        gc.enable()
