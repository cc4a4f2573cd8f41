import math

import numpy as np
import pytest
import torch
from sklearn.metrics import f1_score
from sklearn.utils.class_weight import compute_class_weight

from core.experiment import Recipe
from core.tasks.classification.task import Classification, class_weights

TASK = Classification(("a", "b", "c"))
CPU = torch.device("cpu")


def test_balanced_weights_are_scikit_learns():
    labels = [0, 0, 0, 1, 2, 2]
    expected = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    np.testing.assert_allclose(class_weights(labels, 3).numpy(), expected, rtol=1e-6)


def test_a_class_without_images_weighs_nothing():
    assert class_weights([0, 0, 1], 3)[2] == 0


def test_smoothing_and_weights_change_the_loss():
    logits, labels = torch.tensor([[4.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), torch.tensor([0, 1])
    plain = TASK.loss(Recipe(label_smoothing=0), [0, 0, 0, 1], CPU)(logits, labels)
    smooth = TASK.loss(Recipe(label_smoothing=0.2), [0, 0, 0, 1], CPU)(logits, labels)
    weighted = TASK.loss(Recipe(label_smoothing=0, class_weights="balanced"), [0, 0, 0, 1], CPU)(logits, labels)
    assert smooth > plain
    assert weighted > plain  # the rare class, which is predicted worse, now counts more


def test_probabilities_sum_to_one_and_follow_the_logits():
    values = TASK.probabilities(torch.tensor([[2.0, 1.0, -1.0]], dtype=torch.bfloat16))
    assert values.dtype == torch.float64
    assert abs(float(values.sum()) - 1) < 1e-6
    assert TASK.correct(values, torch.tensor([0])) == 1
    assert TASK.correct(values, torch.tensor([1])) == 0


def test_the_standard_error_is_that_of_the_mean_over_images():
    """By hand: losses log(1 + e^-2) and log(1 + e^0) of two images, their deviation over the root of 2."""
    task, logits, labels = Classification(("a", "b")), torch.tensor([[2.0, 0.0], [0.0, 0.0]]), torch.tensor([0, 1])
    criterion = task.loss(Recipe(label_smoothing=0), [0, 1], CPU)
    apart = (math.log(2) - math.log1p(math.exp(-2))) / math.sqrt(2)
    assert task.standard_error("loss", criterion, (logits, labels)) == pytest.approx(apart / math.sqrt(2), rel=1e-5)
    weighted = task.loss(Recipe(class_weights="balanced"), [0, 0, 0, 1], CPU)
    assert task.standard_error("loss", weighted, (logits, labels)) > 0
    assert task.standard_error("accuracy", criterion, (logits, labels)) == pytest.approx(
        math.sqrt(0.25 / 2)
    )  # half right
    assert task.standard_error("loss", criterion, (logits[:1], labels[:1])) == 0


LOGITS = torch.tensor([[3.0, 0, 1], [0, 2, 1], [1, 0, 2.5], [2, 1, 0], [0.5, 0.4, 0], [0, 1, 3], [1, 0, 0.2]])
LABELS = torch.tensor([0, 1, 2, 1, 0, 2, 2])  # the fourth and the last image are misclassified


def test_what_ends_a_phase_early_is_the_loss_or_one_minus_a_score():
    outputs = (LOGITS, LABELS)
    f1 = f1_score(LABELS, LOGITS.argmax(dim=1), average="macro")
    for monitor, value in (("loss", 0.77), ("accuracy", 2 / 7), ("macro-f1", 1 - f1)):
        assert TASK.to_minimise(monitor, 0.77, outputs) == pytest.approx(value)
    assert [(one.name, one.value) for one in TASK.epoch_scores(outputs)] == [("accuracy", 5 / 7)]
    assert TASK.share_correct((LOGITS[:0], LABELS[:0])) == 0
    assert TASK.thresholds(outputs) is None
    found = TASK.evaluate(outputs, None)
    assert (found.main.value, found.n, found.get("macro_f1").value) == (5 / 7, 7, pytest.approx(f1))
    assert TASK.standard_error("accuracy", None, outputs) == pytest.approx(math.sqrt(5 / 7 * 2 / 7 / 7))


def test_a_blend_is_made_of_rows_with_a_one_each():
    assert TASK.blendable(LABELS[:3]).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert TASK.labels(LABELS) == [0, 1, 2, 1, 0, 2, 2]
    assert (TASK.collate([]).shape, TASK.collate([2, 1]).tolist()) == ((0,), [2, 1])
