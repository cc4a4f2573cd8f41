"""Class weights and smoothing together: the image is weighed, never the smoothing's share of another class."""

import pytest
import torch
from torch.nn import functional

from core.tasks.classification.loss import SmoothedCrossEntropy

WEIGHT = torch.tensor([0.2, 3.0, 1.1])
LABELS = torch.tensor([0, 1, 2, 2, 1, 0, 2])
LOGITS = torch.randn(7, 3, generator=torch.Generator().manual_seed(0))


def by_hand(logits, targets, weight, smoothing):
    """Weighted losses of single images, with none of torch's own losses."""
    classes = logits.shape[1]
    soft = functional.one_hot(targets, classes).float() if targets.ndim == 1 else targets
    smooth = soft * (1 - smoothing) + smoothing / classes
    return (soft * weight).sum(1) * -(smooth * logits.log_softmax(1)).sum(1)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.3])
@pytest.mark.parametrize("mixed", [False, True])
def test_the_weight_of_an_image_multiplies_its_smoothed_loss(smoothing, mixed):
    targets = 0.7 * functional.one_hot(LABELS, 3) + 0.3 * functional.one_hot(LABELS.flip(0), 3) if mixed else LABELS
    criterion = SmoothedCrossEntropy(WEIGHT, smoothing)
    expected = by_hand(LOGITS, targets, WEIGHT, smoothing)
    torch.testing.assert_close(criterion.per_image(LOGITS, targets), expected)
    torch.testing.assert_close(criterion(LOGITS, targets), expected.mean())
    mean = expected.sum() / criterion.weights_of(targets).sum()
    torch.testing.assert_close(criterion.weighted_mean(LOGITS, targets), mean)
    torch.testing.assert_close(criterion(LOGITS, targets) / criterion.mean_weight(targets), mean)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_without_weights_it_is_torchs_to_the_last_bit(smoothing):
    ours, torchs = SmoothedCrossEntropy(None, smoothing), torch.nn.CrossEntropyLoss(label_smoothing=smoothing)
    assert ours(LOGITS, LABELS) == ours.weighted_mean(LOGITS, LABELS) == torchs(LOGITS, LABELS)
    assert ours.mean_weight(LABELS) == 1


def test_without_smoothing_the_weighted_mean_is_torchs():
    torchs = torch.nn.CrossEntropyLoss(weight=WEIGHT)
    torch.testing.assert_close(SmoothedCrossEntropy(WEIGHT).weighted_mean(LOGITS, LABELS), torchs(LOGITS, LABELS))


def test_parts_of_a_batch_add_up_to_the_batch_by_their_numbers_of_images():
    criterion = SmoothedCrossEntropy(WEIGHT, 0.1)
    parts = zip(LOGITS.tensor_split(3), LABELS.tensor_split(3), strict=True)
    summed = sum(criterion(logits, labels) * len(labels) / 7 for logits, labels in parts)
    torch.testing.assert_close(summed, criterion(LOGITS, LABELS))


def test_images_of_classes_that_weigh_nothing_have_no_loss_and_no_division_by_zero():
    criterion = SmoothedCrossEntropy(torch.tensor([0.0, 0.0, 1.0]), 0.1)
    assert criterion.weighted_mean(LOGITS[:2], LABELS[:2]) == 0


@pytest.mark.parametrize("smoothing", [0.1, 0.3])
def test_the_lowest_loss_is_at_the_label_also_beside_a_rare_class(smoothing):
    """One image of the common class of 80:4; torch's own weights would have it called the rare one."""
    weight, label = torch.tensor([84 / 160, 84 / 8]), torch.tensor([0])

    def lowest(criterion):
        tried = torch.linspace(-6, 6, 241)
        values = torch.stack([criterion(torch.stack([x, -x])[None], label) for x in tried])
        return float(tried[values.argmin()])

    assert lowest(SmoothedCrossEntropy(weight, smoothing)) > 0
    assert lowest(torch.nn.CrossEntropyLoss(weight=weight, label_smoothing=smoothing)) < 0
