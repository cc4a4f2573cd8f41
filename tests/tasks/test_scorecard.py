"""Scores in records of other versions."""

from dataclasses import asdict

import pytest
import torch

from core.experiment import Recipe
from core.task import SPECS
from core.tasks.registry import TASKS, task_of_model
from core.tasks.scorecard import Score, Scorecard, format_interval, format_score
from core.training.events import EpochEnded

EPOCH = EpochEnded(
    epoch=2, phase=1, step=9, train_loss=0.7, train_accuracy=0.4, val_loss=0.6, val_accuracy=0.5, learning_rate=0.01,
    seconds=3.0, images_per_second=20.0, best=True, metrics=(Score("mean_iou", 0.8), Score("dice", 0.9)),
)  # fmt: skip


def test_what_a_later_version_added_is_passed_over():
    card = Scorecard((Score("mean_iou", 0.8, 0.7, 0.9), Score("dice", 0.9)), 12)
    later = card.to_record()
    later["scores"][0]["method"] = "bootstrap"
    assert Scorecard.from_record(later | {"seen": 3}) == card
    assert Scorecard.from_record({"version": 9, "n": 3}).scores == ()
    assert (card.main.title, card.get("dice").title) == ("Mean iou", "Dice"), "an unknown score is called by its name"
    epoch = asdict(EPOCH)
    epoch["metrics"][1]["method"] = "bootstrap"
    assert EpochEnded.from_record(epoch | {"gpu_memory": 17}) == EPOCH


def test_an_epoch_of_an_earlier_version_has_its_accuracy():
    former = asdict(EPOCH)
    for name in ("metrics", "value", "gain", "gain_error"):
        del former[name]
    epoch = EpochEnded.from_record(former)
    assert (epoch.metrics, epoch.score) == ((), Score("accuracy", 0.5))


@pytest.mark.parametrize(
    ("score", "text", "ends", "rank"),
    [
        (Score("accuracy", 0.916, 0.741, 0.98), "92 %", "74 to 98 %", 0.916),
        (Score("accuracy", 1.0), "100 %", "", 1.0),
        (
            Score("boundary_error", 3.4149, 2.9, 13.25, False, share=False),
            "3.41",
            "2.9 to 13.2",
            -3.4149,
        ),
        (Score("boundary_error", 0.5, 0.4, 0.7, False, share=False), "0.5", "0.4 to 0.7", -0.5),
        (Score("error_rate", 0.25, 0.1, 0.4, higher_is_better=False), "25 %", "10 to 40 %", -0.25),
        (Score("kappa", 0.75, -0.125, 0.9), "0.75", "-0.125 to 0.9", 0.75),
        (Score("r2", -2.0), "-2", "", -2.0),
        (Score("ratio", 0.75, 0.5, 1.25), "0.75", "0.5 to 1.25", 0.75),
        (Score("share", 0.0, 0.0, 1.0), "0 %", "0 to 100 %", 0.0),
    ],
)
def test_a_score_says_how_it_is_shown_and_which_way_is_better(score, text, ends, rank):
    assert (format_score(score), format_interval(score), score.rank) == (text, ends, rank)
    read = Scorecard.from_record(Scorecard((score,), 7).to_record()).main
    assert read == score, "and the record keeps it"


def test_digits_are_of_percentages():
    assert (format_score(Score("a", 0.9163), 1), format_interval(Score("a", 0.9, 0.8125, 0.95), 1)) == (
        "91.6 %", "81.2 to 95.0 %",
    )  # fmt: skip


def test_a_terminal_lists_shares_as_decimals_and_anything_else_as_everywhere():
    for score, text, ends in (
        (Score("a", 0.9163, 0.7414, 0.9806), "0.916", "0.741 to 0.981"),
        (Score("error", 0.00057, 0.0004, 13.25, False, share=False), "0.00057", "0.0004 to 13.2"),
        (Score("a", 0.5), "0.500", ""),
    ):
        assert (format_score(score, decimal=True), format_interval(score, decimal=True)) == (text, ends)


@pytest.mark.parametrize("kind", TASKS)
def test_the_score_that_is_announced_is_the_main_one_and_that_of_every_epoch(kind):
    """The curves are titled with it before the first epoch has ended, and runs are ranked by it."""
    task = task_of_model(kind, ("ant", "bee", "cat"))
    targets = torch.eye(3) if SPECS[kind].several else torch.arange(3)
    outputs = task.validation_step(task.loss(Recipe(), targets, torch.device("cpu")), torch.eye(3), targets)
    assert task.epoch_scores(outputs)[0].name == SPECS[kind].score
    assert task.evaluate(outputs, None).main.name == SPECS[kind].score


def test_the_first_score_is_the_main_one_and_all_lie_side_by_side_in_json():
    card = Scorecard((Score("macro_f1", 0.8, 0.7, 0.9, note="mean over 2"), Score("accuracy", 0.6)), 12)
    assert (card.main.title, card.get("accuracy").value, card.get("map")) == ("Macro F1", 0.6, None)
    assert card.flat() == {
        "macro_f1": 0.8, "macro_f1_low": 0.7, "macro_f1_high": 0.9, "macro_f1_note": "mean over 2",
        "accuracy": 0.6, "accuracy_low": None, "accuracy_high": None, "n": 12,
    }  # fmt: skip
    assert card.to_record()["version"] == 2
    assert Scorecard.from_record({"accuracy": 0.6, "n": 3}) == Scorecard((Score("accuracy", 0.6),), 3)
