"""Which epoch is kept and when a phase ends, from values that are written down; and what an epoch's times count."""

import pytest
import torch

from core.experiment import Phase, PipelineSpec, Recipe
from core.model.record import read_record
from core.training import loop
from core.training.checkpoints import BEST
from core.training.events import CheckpointWritten, EpochEnded, PhaseStarted, RunEnded, StepEnded
from core.training.inference import Answers
from core.training.loop import train
from core.work.control import Control
from tests.conftest import make_experiment
from tests.training.helpers import at_once, worth
from tests.training.test_loop import prepare

HEAD = ("head",)


def told(divided, folder, monkeypatch, phases, error=0.0, patience=0, control=None):
    """Events of a training whose epochs are worth the numbers in `phases`, a tuple for each; lower is better."""
    values = iter([value for phase in phases for value in phase])
    worth(monkeypatch, values, error)
    plan = make_experiment(
        divided, phases=tuple(Phase(stages=HEAD, epochs=len(phase)) for phase in phases), pipeline=PipelineSpec(),
        views=1, recipe=Recipe(batch_size=16, precision="fp32", patience=patience),
    )  # fmt: skip
    return list(train(prepare(plan, folder), control or Control()))


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


@pytest.mark.parametrize(
    ("phases", "error", "flags"),
    [
        (((3.0, 1.0, 2.0, 4.0),), 0.5, "TTFF"),  # within a phase no margin is asked for
        (((2.0, 1.0, 1.5), (0.95, 0.9)), 0.1, "TTFFF"),  # just the margin is not enough
        (((2.0, 1.0, 1.5), (0.95, 0.89)), 0.1, "TTFFT"),
        (((1.0,), (0.5, 0.45, 0.47)), 0.3, "TTTF"),  # once it is of the later phase, no margin any more
        (((1.0,), (0.9,), (0.75,)), 0.2, "TFT"),  # the margin is to what is kept, not to the phase before
        (((1.0,), (0.5,), (0.45,)), 0.1, "TTF"),  # and again for each later phase
        (((1.0, 1.0),), 0.0, "TF"),
    ],
)
def test_the_epoch_that_is_kept(divided, tmp_path, monkeypatch, phases, error, flags):
    events = told(divided, tmp_path, monkeypatch, phases, error)
    wanted = [flag == "T" for flag in flags]
    assert [epoch.best for epoch in of(events, EpochEnded)] == wanted
    assert [written.best for written in of(events, CheckpointWritten)] == wanted
    kept = max(number for number, flag in enumerate(wanted) if flag)
    assert of(events, RunEnded) == [RunEnded(stopped=False, epochs=len(wanted), best_epoch=kept)]
    assert read_record(tmp_path / "run" / BEST).epoch == kept


@pytest.mark.parametrize(
    ("patience", "epochs"),
    [
        (0, [0] * 5 + [1] * 6),
        (1, [0] * 3 + [1] * 4),
        (2, [0] * 4 + [1] * 6),
        (3, [0] * 5 + [1] * 6),
    ],
)
def test_a_phase_ends_after_so_many_epochs_without_its_own_best(divided, tmp_path, monkeypatch, patience, epochs):
    first, second = (2.0, 1.0, 1.5, 1.2, 1.1), (9.0, 8.0, 7.0, 7.5, 6.9, 7.0)  # never below what the first has reached
    used = [value for number, phase in enumerate((first, second)) for value in phase[: epochs.count(number)]]
    values = iter(used)
    worth(monkeypatch, values)
    plan = make_experiment(
        divided, phases=(Phase(stages=HEAD, epochs=5), Phase(stages=HEAD, epochs=6)), pipeline=PipelineSpec(),
        views=1, recipe=Recipe(batch_size=16, precision="fp32", patience=patience),
    )  # fmt: skip
    events = list(train(prepare(plan, tmp_path), Control()))
    assert [epoch.phase for epoch in of(events, EpochEnded)] == epochs
    assert [epoch.epoch for epoch in of(events, EpochEnded)] == list(range(len(epochs)))
    starts = [(phase.phase, phase.first_epoch, phase.epochs) for phase in of(events, PhaseStarted)]
    assert starts == [(0, 0, 5), (1, epochs.count(0), 6)]


def test_a_pause_is_no_time_of_an_epoch_or_a_step(divided, tmp_path, monkeypatch):
    """A pause of a thousand seconds, told by the control alone: what counts it in would show them."""
    control = Control()
    plan = make_experiment(divided, recipe=Recipe(batch_size=6, precision="fp32"))
    found = []
    for event in train(prepare(plan, tmp_path), control):
        if isinstance(event, StepEnded) and event.step == 1:
            control.waited_s += 1000
        found.append(event)
    (epoch,) = of(found, EpochEnded)
    assert epoch.seconds < -900, "the thousand seconds did not pass, and were taken off"


def test_losses_and_accuracies_are_means_over_the_images_of_their_own_part(divided, tmp_path, monkeypatch):
    setup = prepare(make_experiment(divided, recipe=Recipe(batch_size=4, precision="fp32")), tmp_path)
    logits = torch.tensor([[3.0, 0, 0], [3, 0, 0], [0, 3, 0], [0, 0, 3], [0, 0, 3]])
    asked = []

    def answer(_part, _source, items, *_, **__):
        asked.append([item.name for item in items])
        return Answers((logits, setup.task.collate([item.label for item in items])), tuple(items), ())

    monkeypatch.setattr(loop, "answering", at_once(answer))
    events = list(train(setup, Control()))
    (epoch,) = of(events, EpochEnded)
    assert asked == [[item.name for item in setup.val_items]]
    labels = torch.tensor([item.label for item in setup.val_items])
    assert epoch.val_accuracy == pytest.approx(float((logits.argmax(dim=1) == labels).float().mean()))
    assert epoch.val_loss == pytest.approx(float(setup.criterion(logits, labels)))
    steps = of(events, StepEnded)
    sizes = [4, 4, 3]
    assert epoch.train_loss == pytest.approx(sum(n * step.loss for n, step in zip(sizes, steps, strict=True)) / 11)
    assert epoch.learning_rate == steps[-1].learning_rate
    assert epoch.step == steps[-1].step == 3


def test_a_resumed_training_keeps_the_values_that_it_compares_with(divided, tmp_path, monkeypatch):
    """Stopped behind its best epoch: worse epochs after the resume are not kept, and count against its patience."""
    phases = ((2.0, 1.0, 1.5, 1.4, 0.9, 0.8),)
    values = iter(phases[0])
    worth(monkeypatch, values)
    plan = make_experiment(
        divided, phases=(Phase(stages=HEAD, epochs=6),), recipe=Recipe(batch_size=16, precision="fp32", patience=2)
    )
    control, first = Control(), []
    for event in train(prepare(plan, tmp_path), control):
        first.append(event)
        if isinstance(event, CheckpointWritten) and event.epoch == 2:
            control.abort()
    rest = list(train(prepare(plan, tmp_path), Control()))
    assert [epoch.best for epoch in of(first, EpochEnded)] == [True, True, False]
    assert [(epoch.epoch, epoch.best) for epoch in of(rest, EpochEnded)] == [(3, False)], "two without a better one"
    assert of(rest, RunEnded)[0].best_epoch == 1
    assert list(values) == [0.9, 0.8]


@pytest.mark.parametrize("how", ["stop", "abort"])
@pytest.mark.parametrize("epoch", [0, 1])
def test_it_ends_at_the_next_batch(divided, tmp_path, how, epoch):
    plan = make_experiment(
        divided, phases=(Phase(stages=HEAD, epochs=3), Phase(stages=HEAD, epochs=1)),
        recipe=Recipe(batch_size=2, precision="fp32"),
    )  # fmt: skip
    control, events = Control(), []
    for event in train(prepare(plan, tmp_path), control):
        events.append(event)
        if isinstance(event, StepEnded) and (event.epoch, event.step) == (epoch, 6 * epoch + 2):
            getattr(control, how)()
    assert [step.step for step in of(events, StepEnded) if step.epoch == epoch] == [6 * epoch + 1, 6 * epoch + 2]
    assert [phase.phase for phase in of(events, PhaseStarted)] == [0], "no other phase begins"
    ends = [(epoch.epoch, epoch.step) for epoch in of(events, EpochEnded)]
    if how == "abort":
        assert ends == [(0, 6)][:epoch]
        assert of(events, RunEnded) == []
    else:  # an epoch that was cut short counts only where there is no other
        assert ends == ([(0, 2)] if epoch == 0 else [(0, 6)])
        assert of(events, RunEnded) == [RunEnded(stopped=True, epochs=1, best_epoch=0)]
        assert len(of(events, CheckpointWritten)) == epoch, "a resumed run repeats what was cut short"
