"""The best epoch and early stopping follow the value that the recipe names."""

from dataclasses import replace

import pytest
import torch

from core.experiment import Phase, PipelineSpec, Recipe
from core.tasks.classification.task import Classification
from core.training import loop
from core.training.checkpoints import BEST
from core.training.events import EpochEnded, RunEnded
from core.training.inference import Answers
from tests.conftest import make_experiment
from tests.training.helpers import at_once, prepare, run

LABELS = (0, 0, 0, 0, 1)
# classes named for the five images, and by how much: accuracy, macro F1 and loss in the comment
MOST_RIGHT = ((0, 0, 0, 0, 0), (1.0, 1.0, 1.0, 1.0, 1.0))  # 0.8, 0.44, 0.51
BOTH_CLASSES = ((0, 0, 1, 1, 1), (0.1, 0.1, 0.1, 0.1, 0.1))  # 0.6, 0.58, 0.68
SURE_WHERE_RIGHT = ((0, 0, 0, 1, 0), (4.0, 4.0, 4.0, 0.1, 0.1))  # 0.6, 0.38, 0.31
SCRIPT = (MOST_RIGHT, BOTH_CLASSES, SURE_WHERE_RIGHT, SURE_WHERE_RIGHT)


def logits_of(named, margins):
    return torch.nn.functional.one_hot(torch.tensor(named), 2) * torch.tensor(margins)[:, None]


def scripted(images, folder, monkeypatch, monitor, patience=0, phases=1):
    """A training whose answers for the validation images are those of the script, an epoch after the other."""
    recipe = Recipe(batch_size=16, label_smoothing=0.0, monitor=monitor, patience=patience, precision="fp32")
    phase = Phase(stages=("head",), epochs=len(SCRIPT))
    setup = prepare(
        make_experiment(images, phases=(phase,) * phases, recipe=recipe, pipeline=PipelineSpec(), views=1), folder
    )
    items = tuple(replace(setup.train_items[n], label=label) for n, label in enumerate(LABELS))
    script = iter(SCRIPT * phases)
    answers = lambda *_, **__: Answers((logits_of(*next(script)), torch.tensor(LABELS)), items, ())  # noqa: E731
    monkeypatch.setattr(loop, "answering", at_once(answers))
    return run(setup)


def epochs_of(events):
    return [event for event in events if isinstance(event, EpochEnded)]


@pytest.mark.parametrize(("monitor", "best"), [("loss", 2), ("accuracy", 0), ("macro-f1", 1)])
def test_the_best_epoch_is_that_of_the_monitored_value(images, tmp_path, monkeypatch, monitor, best):
    events = scripted(images, tmp_path, monkeypatch, monitor)
    epochs = epochs_of(events)
    assert len(epochs) == 4
    assert isinstance(events[-1], RunEnded)
    assert events[-1].best_epoch == best
    assert [event.epoch for event in epochs if event.best][-1] == best
    assert (tmp_path / "run" / BEST).exists()
    assert [event.val_accuracy for event in epochs] == pytest.approx([0.8, 0.6, 0.6, 0.6])  # told whatever is monitored
    assert [event.val_loss for event in epochs] == pytest.approx([0.513, 0.684, 0.309, 0.309], abs=1e-3)


@pytest.mark.parametrize(("monitor", "ended", "best"), [("loss", 2, 0), ("accuracy", 2, 0), ("macro-f1", 3, 1)])
def test_a_phase_ends_early_by_the_monitored_value(images, tmp_path, monkeypatch, monitor, ended, best):
    events = scripted(images, tmp_path, monkeypatch, monitor, patience=1)
    assert len(epochs_of(events)) == ended
    assert events[-1].best_epoch == best


def test_a_value_that_is_only_equal_is_not_better(images, tmp_path, monkeypatch):
    events = scripted(images, tmp_path, monkeypatch, "accuracy", patience=3)
    assert [event.best for event in epochs_of(events)] == [True, False, False, False]


def test_patience_begins_anew_in_each_phase(images, tmp_path, monkeypatch):
    events = scripted(images, tmp_path, monkeypatch, "accuracy", patience=1, phases=2)
    assert [event.phase for event in epochs_of(events)] == [0, 0, 1, 1]


@pytest.mark.parametrize(("monitor", "value"), [("loss", 7.0), ("accuracy", 0.4), ("macro-f1", 1 - 7 / 12)])
def test_lower_is_better(monitor, value):
    task = Classification(("a", "b"))
    named = task.to_minimise(monitor, 7.0, (logits_of(*BOTH_CLASSES), torch.tensor(LABELS)))
    assert named == pytest.approx(value)
