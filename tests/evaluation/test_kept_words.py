"""Why an epoch is kept: the data at its edges, then the sentences."""

import pytest

from core.evaluation.kept_words import Help, choice_words, kept_choice, use_words
from core.tasks.scorecard import Score
from tests.uneven import an_epoch

FIRST = (an_epoch(0, 1.9, best=True), an_epoch(1, 0.56, best=True), an_epoch(2, 0.7))  # val accuracy 0.86 in epoch 2


def later(epoch, loss, gain, error=0.1, phase=1, **parts):
    return an_epoch(epoch, loss, phase=phase, gain=gain, gain_error=error, **parts)


def test_a_gain_within_chance_is_told_with_what_it_would_have_been():
    epochs = (*FIRST, later(3, 0.9, -0.3), later(4, 0.36, 0.05), later(5, 0.5, 0.02))
    found = kept_choice(epochs)
    assert (found.epoch, found.phase, found.last, found.last_phase) == (1, 0, 5, 1)
    assert [(one.phase, one.help, one.best) for one in found.later] == [(1, Help.CHANCE, 4)]
    assert choice_words(found, "loss", 78) == (
        "The simpler model of epoch 2 is kept: the gain of later epochs, 86 to 91 %, is within chance for 78 images."
    )


def test_a_gain_that_is_not_one_of_accuracy_names_no_accuracies():
    found = kept_choice((*FIRST, later(3, 0.56, 0.05)))
    assert choice_words(found, "loss", 31) == (
        "The simpler model of epoch 2 is kept: the gain of later epochs is within chance for 31 images."
    )


@pytest.mark.parametrize(
    ("gain", "help"), [(-0.2, Help.NONE), (0.0, Help.NONE), (1e-9, Help.CHANCE), (0.05, Help.CHANCE)]
)
def test_a_phase_helped_by_chance_from_zero_on(gain, help):
    (one,) = kept_choice((*FIRST, later(3, 0.9, gain))).later
    assert one.help is help


@pytest.mark.parametrize(
    ("monitor", "value"),
    [("loss", "a lower validation loss"), ("accuracy", "a higher accuracy"), ("macro-f1", "a higher macro F1")],
)
def test_a_phase_that_did_not_help_is_said(monitor, value):
    epochs = (*FIRST, later(3, 0.9, 0.01), later(4, 0.9, -0.5, phase=2), later(5, 0.8, -0.1, phase=2))
    found = kept_choice(epochs)
    assert [(one.phase, one.help, one.best) for one in found.later] == [(1, Help.CHANCE, 3), (2, Help.NONE, 5)]
    assert choice_words(found, monitor, 19) == (
        "The simpler model of epoch 2 is kept: the gain of later epochs is within chance for 19 images. "
        f"Phase 3 did not help: none of its epochs has {value} than epoch 2."
    )


def test_an_epoch_of_the_last_phase():
    middle = kept_choice((*FIRST, later(3, 0.3, 0.4, best=True), an_epoch(4, 0.4, phase=1)))
    assert (middle.epoch, middle.phase, middle.later) == (3, 1, ())
    assert choice_words(middle, "accuracy", 5) == "Epoch 4 of 5 is kept: it has the highest validation accuracy."
    last = kept_choice((*FIRST, later(3, 0.3, 0.4, best=True)))
    assert choice_words(last, "loss", 5) == (
        "The last epoch, 4, is kept: it has the lowest validation loss at its fitted temperature."
    )


def test_a_run_of_an_older_version_says_no_more_than_its_records():
    found = kept_choice((*FIRST, an_epoch(3, 0.2, phase=1)))
    assert found.later == ()
    assert choice_words(found, "loss", 9) == "The simpler model of epoch 2 is kept."
    assert kept_choice(()) is None
    assert kept_choice((an_epoch(0, 1.0),)) is None


def test_the_last_epoch_in_use_is_said_with_both_accuracies():
    found = kept_choice((*FIRST, later(3, 0.36, 0.05)))
    assert use_words(found) == (
        "You keep the last epoch, 4 (91 % on the validation images), instead of the chosen one, 2 (86 %)."
    )


def test_a_score_that_is_better_when_lower_gains_by_falling_and_is_no_percentage():
    def error(value):
        return {"metrics": (Score("boundary_error", value, higher_is_better=False, share=False),)}

    first = (an_epoch(0, 1.9, best=True, **error(9.0)), an_epoch(1, 0.56, best=True, **error(4.25)))
    later_ones = (later(2, 0.5, 0.02, **error(5.5)), later(3, 0.4, 0.03, phase=2, **error(3.5)))
    found = kept_choice((*first, *later_ones))
    assert choice_words(found, "loss", 31) == (
        "The simpler model of epoch 2 is kept: the gain of later epochs, 4.25 to 3.5, is within chance for 31 images."
    )
    assert use_words(found) == (
        "You keep the last epoch, 4 (3.5 on the validation images), instead of the chosen one, 2 (4.25)."
    )
    worse = kept_choice((*first, later_ones[0]))
    assert choice_words(worse, "loss", 31).endswith("the gain of later epochs is within chance for 31 images.")


def test_the_gain_that_is_told_is_that_of_the_best_phase_within_chance():
    epochs = (*FIRST, later(3, 0.44, 0.02), later(4, 0.36, 0.05, phase=2), later(5, 0.40, 0.03, phase=3))
    assert choice_words(kept_choice(epochs), "loss", 78) == (
        "The simpler model of epoch 2 is kept: the gain of later epochs, 86 to 91 %, is within chance for 78 images."
    )


def test_a_gain_that_is_not_seen_in_whole_percent_names_none():
    found = kept_choice((*FIRST, later(3, 0.555, 0.05)))
    assert found.later[0].score.rank > found.score.rank
    assert ": the gain of later epochs is within chance for 78 images." in choice_words(found, "loss", 78)


@pytest.mark.parametrize(
    ("monitor", "lowest", "none"),
    [
        ("loss", "the lowest validation loss at its fitted temperature", "a lower validation loss"),
        ("accuracy", "the highest validation accuracy", "a higher accuracy"),
        ("macro-f1", "the highest macro F1 on the validation images", "a higher macro F1"),
        ("map", "the highest mean average precision on the validation images", "a higher mean average precision"),
    ],
)
def test_each_monitor_is_said_in_its_own_words(monitor, lowest, none):
    assert choice_words(kept_choice(FIRST[:2]), monitor, 9) == f"The last epoch, 2, is kept: it has {lowest}."
    assert choice_words(kept_choice(FIRST), monitor, 9) == f"Epoch 2 of 3 is kept: it has {lowest}."
    words = choice_words(kept_choice((*FIRST, later(3, 0.9, -0.1))), monitor, 9)
    assert words.endswith(f"Phase 2 did not help: none of its epochs has {none} than epoch 2.")


@pytest.mark.parametrize(("error", "help"), [(0.09, Help.NONE), (0.1, Help.CHANCE), (None, Help.NONE)])
def test_a_gain_beyond_chance_that_was_not_kept_is_no_gain_within_it(error, help):
    (one,) = kept_choice((*FIRST, later(3, 0.9, 0.05, error), later(4, 0.8, 0.01))).later
    assert (one.help, one.best) == (help, 3)
