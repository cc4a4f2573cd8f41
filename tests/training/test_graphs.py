"""Steps that are recorded and replayed: the training is the same. The recorder of these tests launches what it recorded
once more, into the memory of the first time, as a CUDA graph does."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from core.errors import OutOfMemory
from core.experiment import BackboneSpec, Phase, Recipe
from core.training import graphs
from core.training.graphs import Computed, StepGraphs
from tests.conftest import make_experiment, make_images
from tests.training.helpers import add_dropout, copy, losses, prepare, run, warnings

CPU = torch.device("cpu")
REPLAYED = "replayed as one CUDA graph"


class Recorder:
    """Counts what is recorded and replayed. `wrong` spoils what a replay computes."""

    def __init__(self, wrong=None, error=None):
        self.recorded = self.replays = 0
        self.wrong, self.error = wrong, error

    def of(self, model):
        def record(work):
            if self.error:
                raise self.error
            self.recorded += 1
            made = work()
            gradients = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}

            def replay():
                self.replays += 1
                model.zero_grad(set_to_none=True)
                new = work()
                made.loss.copy_(new.loss)
                made.correct.copy_(new.correct)
                for name, parameter in model.named_parameters():
                    if parameter.grad is not None:
                        gradients[name].copy_(parameter.grad)
                        if self.wrong:
                            self.wrong(name, gradients[name], made)
                model.zero_grad(set_to_none=True)

            return made, replay

        return record


@pytest.fixture
def replaying(monkeypatch):
    """Steps are recorded on the processor, however quick that is."""

    def begin(recorder=None, quicker=float("inf"), fewest=1):
        recorder = recorder or Recorder()
        plain = StepGraphs.__init__

        def init(self, work, model, device):
            plain(self, work, model, device, recorder.of(model))

        monkeypatch.setattr(StepGraphs, "__init__", init)
        monkeypatch.setattr(graphs, "usable", lambda device: True)
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
    names = [stage.name for stage in prepare(experiment, folder, saved=False).stages]
    if stages == ("all",):
        experiment = experiment.changed(phases=(experiment.phases[0].model_copy(update={"stages": tuple(names)}),))
    setup = prepare(experiment, folder, saved=False)
    add_dropout(setup)
    return setup


@pytest.mark.parametrize("stages", [("all",), ("layer4", "head"), ("head",)])
def test_a_training_whose_steps_are_replayed_is_the_same(pictures, tmp_path, replaying, stages):
    launched = a_setup(pictures, tmp_path / "launched", stages)
    wanted, weights = losses(run(launched)), copy(launched.model)
    recorder = replaying()
    replayed = a_setup(pictures, tmp_path / "replayed", stages)
    events = run(replayed)
    assert losses(events) == wanted
    for name, tensor in copy(replayed.model).items():
        assert torch.equal(tensor, weights[name]), name
    sizes = {len(chunk) for chunk in launched.epoch_batches(0)[0]}
    assert recorder.recorded == len(sizes)
    steps = 2 * launched.steps_per_epoch
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
def test_what_computes_something_else_is_not_used(pictures, tmp_path, replaying, wrong, caplog):
    launched = a_setup(pictures, tmp_path / "launched")
    wanted = losses(run(launched))
    recorder = replaying(Recorder(wrong))
    events = run(a_setup(pictures, tmp_path / "replayed"))
    assert losses(events) == wanted
    assert recorder.replays == recorder.recorded == 1
    assert not [one for one in warnings(events) if REPLAYED in one]
    assert "computed something else" in caplog.text


@pytest.mark.parametrize("error", [RuntimeError("not permitted when stream is capturing"), torch.OutOfMemoryError()])
def test_what_cannot_be_recorded_is_launched(pictures, tmp_path, replaying, error):
    launched = a_setup(pictures, tmp_path / "launched")
    wanted = losses(run(launched))
    recorder = replaying(Recorder(error=error))
    assert losses(run(a_setup(pictures, tmp_path / "replayed"))) == wanted
    assert recorder.recorded == 0


def test_what_is_no_quicker_is_launched(pictures, tmp_path, replaying):
    launched = a_setup(pictures, tmp_path / "launched")
    wanted = losses(run(launched))
    recorder = replaying(quicker=0.0)
    assert losses(run(a_setup(pictures, tmp_path / "replayed"))) == wanted
    sizes = {len(chunk) for chunk in launched.epoch_batches(0)[0]}
    assert recorder.recorded == len(sizes)
    assert recorder.replays == len(sizes) * (1 + graphs.TURNS)


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
        from core.training.entering import enter_phase

        stepper = enter_phase(setup, setup.phase_inputs("fp32"), 0)
        assert stepper._graphs is None
    else:
        run(setup)
    assert recorder.recorded == 0


def test_where_memory_is_short_what_was_recorded_makes_room(pictures, tmp_path, replaying):
    """The first batch is recorded; a later one finds no memory, until nothing is recorded any more."""
    launched = a_setup(pictures, tmp_path / "launched")
    wanted = losses(run(launched))
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


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer, self.norm = nn.Linear(3, 2), nn.BatchNorm1d(2)


def small(recorder=None, turned=None):
    torch.manual_seed(0)
    model = Small()

    def work(inputs, targets):
        loss = ((model.norm(model.layer(inputs)) - targets) ** 2).mean()
        loss.backward()
        return Computed(loss.detach(), (loss.detach() > 0).sum())

    recorder = recorder or Recorder()
    return StepGraphs(work, model, CPU, recorder.of(model)), model, recorder


def test_to_record_changes_no_statistics_and_leaves_no_gradients(monkeypatch):
    monkeypatch.setattr(graphs, "QUICKER", 0.0)
    made, model, _ = small()
    before = copy(model)
    assert made.step(torch.randn(4, 3), torch.randn(4, 2), 1, 100) is None
    assert all(torch.equal(tensor, before[name]) for name, tensor in copy(model).items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_each_size_is_recorded_once_and_no_more_than_a_few(monkeypatch):
    monkeypatch.setattr(graphs, "QUICKER", float("inf"))
    made, model, recorder = small()
    for count in (4, 5, 4, 5, 6, 7, 8, 4, 8):
        found = made.step(torch.randn(count, 3), torch.randn(count, 2), 1, 100)
        assert (found is None) is (count == 8)
        assert (model.layer.weight.grad is None) is (count == 8) or count == 8
    assert recorder.recorded == graphs.MOST
    made.forget()
    assert made.step(torch.randn(4, 3), torch.randn(4, 2), 1, 100) is None
    assert recorder.recorded == graphs.MOST


def test_a_loss_stays_what_it_was_when_the_next_step_is_replayed(monkeypatch):
    monkeypatch.setattr(graphs, "QUICKER", float("inf"))
    made, _, _ = small()
    first = made.step(torch.randn(4, 3), torch.randn(4, 2), 1, 100)
    value = first.loss.item()
    second = made.step(torch.randn(4, 3), 5 + torch.randn(4, 2), 2, 99)
    assert first.loss.item() == value != second.loss.item()


@pytest.mark.parametrize(("left", "recorded"), [(99, 0), (100, 1)])
def test_a_hundred_steps_are_worth_it(left, recorded):
    made, _, recorder = small()
    made.step(torch.randn(4, 3), torch.randn(4, 2), 1, left)
    assert recorder.recorded == recorded


@pytest.mark.parametrize(
    ("device", "said", "able"),
    [("cuda", None, True), ("cuda", "", True), ("cuda", "1", True), ("cuda", " 0 ", False), ("cpu", None, False),
     ("mps", None, False)],
)  # fmt: skip
def test_graphs_are_of_cuda_and_can_be_switched_off(monkeypatch, device, said, able):
    monkeypatch.delenv(graphs.VARIABLE, raising=False)
    if said is not None:
        monkeypatch.setenv(graphs.VARIABLE, said)
    assert graphs.usable(torch.device(device)) is able
