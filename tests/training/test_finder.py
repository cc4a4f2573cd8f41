"""A sweep over learning rates: repeatable, and it leaves nothing behind."""

import copy
import sqlite3
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from core.errors import InvalidExperiment, OutOfMemory, TrainingFailed
from core.experiment import Phase, Recipe
from core.runs.trial import sweep_rates
from core.runs.workspace import Workspace
from core.training import finder
from core.training.finder import find_rate
from core.training.step import Stepper
from core.work.control import Aborted, Control
from tests.features.helpers import SHORTAGES
from tests.training.test_loop import prepare
from tests.waiting import drained


def swept(setup, index=0, steps=30):
    return drained(find_rate(setup, Control(), index, steps=steps))[0]


@pytest.fixture
def easy(experiment):
    """A head on untrained features of two colours, in batches that all hold both."""
    return experiment.changed(recipe=Recipe(batch_size=8, label_smoothing=0))


@pytest.mark.parametrize("index", [0, 1])
def test_the_same_seed_gives_the_same_sweep_and_another_seed_another(easy, tmp_path, index):
    first, second = (swept(prepare(easy, tmp_path / name), index) for name in "ab")
    assert first == second
    assert first.losses != swept(prepare(easy.changed(seed=1), tmp_path / "c"), index).losses
    assert list(first.rates) == sorted(first.rates)
    assert len(first.rates) == len(first.losses) == len(first.smoothed) > 8


def test_model_generator_and_folder_stay_as_they_were(easy, tmp_path):
    setup = prepare(easy, tmp_path)
    before = copy.deepcopy(setup.model.state_dict())
    open_before = [p.requires_grad for p in setup.model.parameters()]
    torch.manual_seed(7)
    drawn = torch.random.get_rng_state()
    swept(setup, 1)
    assert torch.equal(torch.random.get_rng_state(), drawn)
    assert all(torch.equal(tensor, before[name]) for name, tensor in setup.model.state_dict().items())
    assert [p.requires_grad for p in setup.model.parameters()] == open_before
    assert all(p.grad is None for p in setup.model.parameters())
    assert not (tmp_path / "run").exists()


def test_the_sweep_itself_does_change_its_copy(easy, tmp_path, monkeypatch):
    kept = []
    real = finder.enter_phase
    monkeypatch.setattr(finder, "enter_phase", lambda setup, *more: kept.append(setup.model) or real(setup, *more))
    setup = prepare(easy, tmp_path)
    swept(setup)
    (swept_model,) = kept
    changed = {
        name for name, tensor in setup.model.state_dict().items()
        if not torch.equal(tensor, swept_model.state_dict()[name])
    }  # fmt: skip
    stages = {stage.name: stage for stage in setup.stages}
    assert changed
    assert changed <= set(stages["head"].parameters), "what the phase freezes stays frozen in the copy too"


def test_rates_grow_evenly_and_the_optimizer_gets_them(easy, tmp_path, monkeypatch):
    given = []
    real = finder.Stepper.step
    monkeypatch.setattr(
        finder.Stepper, "step", lambda self, batch, at, rate=None: given.append(rate) or real(self, batch, at, rate)
    )
    found = swept(prepare(easy, tmp_path), steps=20)
    assert tuple(given[: len(found.rates)]) == found.rates
    assert found.rates[0] == pytest.approx(1e-6)
    assert found.rates[1] / found.rates[0] == pytest.approx(1e6 ** (1 / 19))
    sgd = swept(prepare(easy.changed(recipe=Recipe(optimizer="sgd", batch_size=8)), tmp_path / "sgd"), steps=20)
    assert sgd.rates[0] == pytest.approx(1e-5)


def test_it_stops_when_the_loss_diverges_or_is_no_number(easy, tmp_path, monkeypatch):
    real = finder.Stepper.step

    def exploding(self, batch, at, rate=None):
        done = real(self, batch, at, rate)
        if rate > 1e-3:
            raise finder.LossNotFinite("nan")
        return replace(done, loss=torch.tensor(1.0 if rate < 1e-4 else 50.0))

    monkeypatch.setattr(finder.Stepper, "step", exploding)
    found = swept(prepare(easy, tmp_path))
    assert found.rates[-1] < 2e-3
    assert found.suggested is None


def test_a_phase_before_is_trained_in_short_and_that_is_told(easy, tmp_path):
    found, told = drained(find_rate(prepare(easy, tmp_path), Control(), 1, steps=20))
    assert "phase 1 was trained for 4 steps" in found.reason  # 2 epochs of 2 batches: less than the most
    assert [p.what for p in told[:4]] == ["training phase 1 in short"] * 4
    assert "phase 1" not in swept(prepare(easy, tmp_path / "first"), 0).reason
    fitted = easy.changed(phases=(Phase(stages=("head",), epochs=3, solver="lbfgs"), *easy.phases[1:]))
    assert "phase 1 was fitted" in swept(prepare(fitted, tmp_path / "fitted"), 1).reason


def test_a_phase_fitted_with_lbfgs_has_no_rate_and_costs_nothing(easy, tmp_path):
    fitted = easy.changed(phases=(Phase(stages=("head",), epochs=3, solver="lbfgs"),))
    found, told = drained(find_rate(prepare(fitted, tmp_path), Control()))
    assert (found.suggested, found.rates, told) == (None, (), [])
    assert "L-BFGS" in found.reason


def test_a_phase_that_is_not_there_is_refused(easy, tmp_path):
    for index in (-1, 2):
        with pytest.raises(InvalidExperiment, match="has 2"):
            swept(prepare(easy, tmp_path), index)


def test_an_abort_leaves_at_the_next_batch(easy, tmp_path):
    control = Control()
    running = find_rate(prepare(easy, tmp_path), control, 1)
    next(running)
    control.abort()
    with pytest.raises(Aborted):
        list(running)


def test_images_that_are_gone_are_said(easy, tmp_path):
    setup = prepare(easy, tmp_path)
    for item in setup.train_items:
        item.path.unlink()
    with pytest.raises(TrainingFailed, match="None of the training images"):
        swept(setup)


def test_batches_without_a_readable_image_are_no_steps(easy, tmp_path, monkeypatch):
    finding = finder._Finder(prepare(easy, tmp_path), Control())
    epochs = iter([["", "a", "", "b"], ["", "", "c"], ["d", "", "e"], ["", ""]])

    class Source:
        def batches(self, *_):
            yield from (SimpleNamespace(items=items) for items in next(epochs))

    stepper = SimpleNamespace(source=Source())
    assert [batch.items for batch in finding._batches(stepper, 4)] == ["a", "b", "c", "d"]
    epochs = iter([["a", ""], ["", ""]])
    found = finding._batches(stepper, 4)
    assert next(found).items == "a"
    with pytest.raises(TrainingFailed, match="None of the training images could be read"):
        next(found)


@pytest.mark.parametrize(
    "changes", [{"views": "fresh"}, {"recipe": Recipe(batch_size=8, mixup=0.2)}, {"recipe": Recipe(precision="bf16")}]
)
def test_it_sweeps_what_a_training_would_train(easy, tmp_path, changes):
    assert len(swept(prepare(easy.changed(**changes), tmp_path), 1, steps=12).rates) > 8


def test_a_workspace_gets_neither_run_nor_checkpoint_but_keeps_the_features(easy, tmp_path):
    workspace = Workspace(tmp_path / "workspace")
    found, told = drained(sweep_rates(easy, workspace, "cpu", 0, Control()))
    assert told[0].what == "reading images"
    assert found == swept(prepare(easy, tmp_path), steps=finder.STEPS)
    assert workspace.store.runs() == []
    assert not (workspace.root / "runs").exists()
    assert not list(workspace.root.rglob("*.pt")) + list(workspace.root.rglob("*.safetensors"))
    assert list(workspace.features.glob("*.rows"))
    with sqlite3.connect(workspace.root / "graft.db") as database:
        assert database.execute("select count(*) from runs").fetchone() == (0,)


@pytest.mark.parametrize("error", SHORTAGES, ids=str)
def test_memory_that_runs_out_ends_with_advice(easy, tmp_path, monkeypatch, error):
    def fail(*_):
        raise error

    monkeypatch.setattr(Stepper, "_apply", fail)
    with pytest.raises(OutOfMemory, match="smaller batch size"):
        swept(prepare(easy, tmp_path))
