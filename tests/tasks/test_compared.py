"""What epochs are compared by: the loss at its fitted temperature, image by image."""

import pytest
import torch

from core.tasks.classification.loss import SmoothedCrossEntropy
from core.tasks.classification.task import Classification
from core.tasks.compared import COLDEST, WARMEST, at_its_temperature
from core.tasks.image_level import standard_error_of_loss
from core.tasks.multilabel.loss import SmoothedBinaryCrossEntropy

LABELS = torch.tensor([0, 1, 2, 1, 0, 2, 2])
LOGITS = torch.tensor([[3.0, 0, 1], [0, 2, 1], [1, 0, 2.5], [2, 1, 0], [0.5, 0.4, 0], [0, 1, 3], [1, 0, 0.2]])
WEIGHTED = SmoothedCrossEntropy(torch.tensor([0.5, 1.0, 3.0]), 0.1)


@pytest.mark.parametrize("criterion", [SmoothedCrossEntropy(), SmoothedCrossEntropy(None, 0.1), WEIGHTED], ids=str)
def test_no_temperature_gives_a_lower_loss(criterion):
    found = at_its_temperature(criterion, LOGITS, LABELS)
    tried = [float(criterion.weighted_mean(LOGITS.double() / t, LABELS)) for t in torch.linspace(COLDEST, WARMEST, 900)]
    assert found.value <= min(tried) + 1e-9
    assert found.value == pytest.approx(min(tried), abs=1e-4)
    assert sum(found.each) / len(found.each) == pytest.approx(found.value)
    assert found.value < float(criterion.weighted_mean(LOGITS.double(), LABELS)) - 1e-4, "they were not at it before"


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.5])
def test_confidence_alone_makes_no_difference(factor):
    """Models that differ only in how sure they are of everything are equal; their raw losses are not."""
    one, other = (at_its_temperature(WEIGHTED, LOGITS * by, LABELS) for by in (1.0, factor))
    assert other.value == pytest.approx(one.value, rel=1e-5)
    assert other.each == pytest.approx(one.each, rel=1e-2)


def test_answers_without_a_mistake_stay_within_bounds_and_are_told_apart():
    labels = torch.tensor([0, 1, 0])
    sure, less = (torch.tensor([[1.0, 0], [0, 1.0], [margin, 0]]) for margin in (1.0, 0.1))
    plain = SmoothedCrossEntropy()
    for logits, bound in ((sure, COLDEST), (-sure, WARMEST)):
        expected = float(plain.weighted_mean(logits.double() / bound, labels))
        assert at_its_temperature(plain, logits, labels).value == pytest.approx(expected, rel=2e-3)
    assert 0 < at_its_temperature(plain, sure, labels).value < at_its_temperature(plain, less, labels).value


def test_a_score_is_compared_by_its_mistakes():
    task, criterion = Classification(("a", "b", "c")), SmoothedCrossEntropy()
    right = (LOGITS.argmax(dim=1) == LABELS).tolist()
    assert right == [True, True, True, False, True, True, False]
    accuracy = task.compared("accuracy", criterion, (LOGITS, LABELS))
    assert accuracy.value == pytest.approx(2 / 7)
    assert accuracy.each == tuple(1.0 - one for one in right)
    f1 = task.compared("macro-f1", criterion, (LOGITS, LABELS))
    assert (f1.value, f1.each) == (task.to_minimise("macro-f1", 0.0, (LOGITS, LABELS)), accuracy.each)
    assert task.compared("loss", criterion, (LOGITS, LABELS)) == at_its_temperature(criterion, LOGITS, LABELS)


def test_images_that_all_weigh_nothing_have_no_loss_and_no_error():
    """Of validation images only of classes that no training image shows."""
    nothing = SmoothedCrossEntropy(torch.tensor([0.0, 0.0, 3.0]), 0.1)
    rows = torch.tensor([0, 1, 1])
    assert at_its_temperature(nothing, LOGITS[:3], rows) == (0.0, (0.0, 0.0, 0.0))
    assert standard_error_of_loss(nothing, LOGITS[:3], rows) == 0
    none = SmoothedBinaryCrossEntropy(torch.zeros(3), torch.zeros(3))
    assert none.weighted_mean(LOGITS, (LOGITS > 1).float()) == 0
