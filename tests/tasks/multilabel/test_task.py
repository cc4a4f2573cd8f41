"""The task of several labels, by hand: four images of three classes, no two numbers alike."""

import math
from pathlib import Path

import pytest
import torch
from sklearn.metrics import average_precision_score, f1_score

from core.data.dataset import Item
from core.experiment import Recipe
from core.task import ClassificationSpec, MultiLabelSpec
from core.tasks.compared import at_its_temperature
from core.tasks.multilabel.loss import balanced_weights
from core.tasks.multilabel.task import MultiLabel
from core.tasks.multilabel.thresholds import best_thresholds

TASK = MultiLabel(("ant", "bee", "cat"))
CPU = torch.device("cpu")
ROWS = torch.tensor([[1.0, 0, 1], [0, 1, 0], [0, 0, 0], [1, 1, 0]])
LOGITS = torch.tensor([[2.0, -1, 0.5], [0.3, 0.8, 2.5], [-2, -1.5, -3], [0.6, -0.7, -0.2]])
WRONG = (0, 2 / 3, 0, 1 / 3)
NOTHING = (LOGITS[:0], ROWS[:0])


def test_targets_are_rows_of_the_classes_an_image_shows():
    assert TASK.collate([(0, 2), (1,), (), (0, 1)]).tolist() == ROWS.tolist()
    assert TASK.collate([]).shape == (0, 3)
    assert TASK.labels(ROWS) == [[0, 2], [1], [], [0, 1]]
    assert TASK.read(Item(Path("a.png"), "a.png", -1, 8, 8, "digest", labels=(0, 2))) == (0, 2)


def test_an_image_is_correct_where_every_class_is():
    assert int(TASK.correct(LOGITS, ROWS)) == 2
    assert TASK.share_correct((LOGITS, ROWS)) == 0.5
    assert TASK.share_correct(NOTHING) == 0
    assert int(TASK.correct(torch.zeros(1, 3), torch.zeros(1, 3))) == 1, "a half is no answer yet"


@pytest.mark.parametrize(
    ("monitor", "value"),
    [
        ("loss", 0.77), ("accuracy", 0.5), ("macro-f1", 1 - f1_score(ROWS > 0.5, LOGITS > 0, average="macro")),
        ("map", 1 - average_precision_score(ROWS, LOGITS, average="macro")),
    ],
)  # fmt: skip
def test_what_ends_a_phase_early_is_the_loss_or_one_minus_a_score(monitor, value):
    assert TASK.to_minimise(monitor, 0.77, (LOGITS, ROWS)) == pytest.approx(value)


def test_epochs_are_compared_image_by_image():
    criterion = TASK.loss(Recipe(), ROWS, CPU)
    assert TASK.compared("loss", criterion, (LOGITS, ROWS)) == at_its_temperature(criterion, LOGITS, ROWS)
    for monitor in ("accuracy", "macro-f1", "map"):
        found = TASK.compared(monitor, criterion, (LOGITS, ROWS))
        assert found.value == TASK.to_minimise(monitor, 0.0, (LOGITS, ROWS))
        assert found.each == pytest.approx(WRONG)


def test_the_standard_error_of_a_score_is_that_of_the_share_of_wrong_answers():
    criterion = TASK.loss(Recipe(), ROWS, CPU)
    mean = sum(WRONG) / 4
    wanted = math.sqrt(sum((one - mean) ** 2 for one in WRONG) / 3) / 2
    assert TASK.standard_error("map", criterion, (LOGITS, ROWS)) == pytest.approx(wanted)
    losses = criterion.per_image(LOGITS, ROWS)
    assert TASK.standard_error("loss", criterion, (LOGITS, ROWS)) == pytest.approx(float(losses.std()) / 2)
    assert TASK.standard_error("map", criterion, (LOGITS[:1], ROWS[:1])) == 0
    assert TASK.standard_error("map", criterion, (LOGITS[1:3], ROWS[1:3])) == pytest.approx(1 / 3)


def test_an_epoch_has_two_scores_and_none_without_an_image():
    found = {one.name: one.value for one in TASK.epoch_scores((LOGITS, ROWS))}
    precision = average_precision_score(ROWS, LOGITS, average="macro")
    assert found == {"mean_average_precision": pytest.approx(precision), "exact_match": 0.5}
    assert TASK.epoch_scores(NOTHING) == ()


def test_thresholds_are_chosen_only_where_that_is_asked_and_there_are_images():
    chosen = best_thresholds(ROWS > 0.5, torch.sigmoid(LOGITS.double()))
    assert chosen != (0.5,) * 3
    assert TASK.thresholds((LOGITS, ROWS)) == chosen
    assert TASK.thresholds(NOTHING) == (0.5,) * 3
    halves, asked = (MultiLabel.of(MultiLabelSpec(thresholds=how), TASK.classes) for how in ("half", "chosen"))
    assert halves.thresholds((LOGITS, ROWS)) == (0.5,) * 3
    assert asked == TASK
    assert MultiLabel.of(ClassificationSpec(), TASK.classes).choose is False
    exact = [
        TASK.evaluate((LOGITS, ROWS), given).get("exact_match").value for given in (None, (0.5,) * 3, (0.6, 0.3, 0.6))
    ]
    assert exact == [0.5, 0.5, 0.75]


def test_the_loss_follows_the_recipe():
    plain, weighted = (
        TASK.loss(Recipe(class_weights=how, label_smoothing=0.2), ROWS, CPU) for how in ("none", "balanced")
    )
    yes, no = balanced_weights(ROWS)
    assert (plain.yes, plain.no, plain.label_smoothing, weighted.label_smoothing) == (None, None, 0.2, 0.2)
    assert (weighted.yes.tolist(), weighted.no.tolist()) == (yes.tolist(), no.tolist())
    assert yes.tolist() != no.tolist()
    assert TASK.blendable(torch.tensor([[1, 0, 1]])).dtype == torch.float32
