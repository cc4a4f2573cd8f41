"""Time left, phase by phase, from events that are written down."""

import pytest

from core.training.events import PhaseStarted, RunStarted, StepEnded
from core.training.remaining import Remaining, TimeLeft, left_words
from tests.uneven import an_epoch

EPOCHS = (3, 5, 2)


def started(first_epoch=0):
    return RunStarted(device="CPU", train_images=11, val_images=5, epochs=10, steps=40, first_epoch=first_epoch,
                      phase_epochs=EPOCHS)  # fmt: skip


def phase(number, first_epoch):
    return PhaseStarted(phase=number, stages=("head",), first_epoch=first_epoch, epochs=EPOCHS[number],
                        learning_rate=0.1, trainable_parameters=1, total_parameters=2)  # fmt: skip


def step(epoch=0):
    return StepEnded(step=1, epoch=epoch, phase=0, loss=1.0, learning_rate=0.1, images_per_second=9.0)


def told(*events, clock=lambda: 0.0):
    remaining = Remaining(clock)
    for event in events:
        remaining.take(event)
    return remaining.left()


def test_nothing_is_said_before_there_is_anything_to_go_by():
    assert told() is None
    assert told(started(), phase(0, 0), step(), step()) is None


def test_a_first_epoch_is_guessed_from_its_steps():
    now = iter([0.0, 100.0, 109.0])  # made, phase begun, asked: three of four steps took nine seconds
    found = told(started(), phase(0, 0), step(), step(), step(), clock=lambda: next(now))
    assert found == TimeLeft(1, 3, pytest.approx(2.25 * 12), pytest.approx(9.25 * 12))


def test_the_first_epoch_of_a_phase_counts_only_while_there_is_no_other():
    first = (started(), phase(0, 0), an_epoch(0, 1.0, seconds=50.0))
    assert told(*first) == TimeLeft(1, 3, 100.0, 450.0)
    assert told(*first, an_epoch(1, 1.0, seconds=4.0)) == TimeLeft(1, 3, 4.0, 32.0)
    assert told(*first, an_epoch(1, 1.0, seconds=4.0), step()) == TimeLeft(1, 3, 3.0, 31.0)


def test_each_phase_has_its_own_speed_and_the_newest_epochs_count():
    seconds = (70.0, 2.0, 8.0, 9.0)
    later = [an_epoch(3 + n, 1.0, phase=1, seconds=one) for n, one in enumerate(seconds)]
    found = told(started(), phase(0, 0), an_epoch(0, 1.0, seconds=500.0), phase(1, 3), *later)
    assert found == TimeLeft(2, 3, pytest.approx(19 / 3), pytest.approx(3 * 19 / 3))


def test_a_resumed_run_counts_what_was_done_before():
    found = told(started(first_epoch=5), phase(1, 3), an_epoch(5, 1.0, phase=1, seconds=6.0))
    assert found == TimeLeft(2, 3, 12.0, 24.0)
    found = told(started(first_epoch=5), phase(1, 3), phase(2, 8), an_epoch(8, 1.0, phase=2, seconds=6.0))
    assert found == TimeLeft(3, 3, 6.0, 6.0)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (TimeLeft(1, 2, 38.0, 131.0), "phase 1 of 2: about 40 s left, whole run 2 min"),
        (TimeLeft(2, 2, 38.0, 38.0), "phase 2 of 2: about 40 s left"),
        (TimeLeft(1, 1, 12.0, 12.0), "about 10 s left"),
    ],
)
def test_the_words(left, words):
    assert left_words(left) == words


def test_steps_of_the_phase_before_do_not_count_in_the_next_one():
    left = told(started(), phase(0, 0), *[step()] * 5, phase(1, 2), step(), step())
    assert left is None


def test_steps_count_for_the_epoch_that_runs_alone_and_never_for_more_than_it():
    first = (started(), phase(0, 0), *[step()] * 4, an_epoch(0, 1.0, seconds=8.0))
    assert told(*first) == TimeLeft(1, 3, 16.0, 72.0)
    assert told(*first, *[step()] * 2) == TimeLeft(1, 3, 12.0, 68.0)
    assert told(*first, *[step()] * 9) == TimeLeft(1, 3, 8.0, 64.0)
