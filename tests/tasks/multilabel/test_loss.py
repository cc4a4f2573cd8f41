"""The multi-label loss: torch's own, weights that make a class's yes and no count alike, smoothing, blends."""

import pytest
import torch
from torch.nn import functional

from core.tasks.multilabel.loss import SmoothedBinaryCrossEntropy, balanced_weights

LOGITS = torch.tensor([[2.0, -1.0, 0.5], [-0.5, 0.25, 1.0]])
TARGETS = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])


def test_plain_it_is_torch_s():
    loss = SmoothedBinaryCrossEntropy()
    wanted = functional.binary_cross_entropy_with_logits(LOGITS, TARGETS)
    torch.testing.assert_close(loss(LOGITS, TARGETS), wanted)
    torch.testing.assert_close(loss.weighted_mean(LOGITS, TARGETS), wanted)
    torch.testing.assert_close(loss.per_image(LOGITS, TARGETS).mean(), wanted)
    assert loss.mean_weight(TARGETS) == 1.0
    assert loss.weights_of(TARGETS).tolist() == [1, 1]


def test_smoothing_moves_both_ends_inwards():
    loss = SmoothedBinaryCrossEntropy(smoothing=0.2)
    wanted = functional.binary_cross_entropy_with_logits(LOGITS, TARGETS * 0.8 + 0.1)
    torch.testing.assert_close(loss(LOGITS, TARGETS), wanted)
    assert loss(torch.tensor([[2.2]]), torch.tensor([[1.0]])) < loss(torch.tensor([[9.0]]), torch.tensor([[1.0]]))


def test_balanced_weights_make_yes_and_no_of_a_class_count_alike():
    targets = torch.zeros(84, 3)
    targets[:4, 0] = 1
    targets[:, 1] = 1
    yes, no = balanced_weights(targets)
    assert yes.tolist() == pytest.approx([84 / 8, 0.5, 0])
    assert no.tolist() == pytest.approx([84 / 160, 0, 0.5])
    assert float(4 * yes[0]) == pytest.approx(float(80 * no[0]))


def test_the_weights_weigh_each_answer_and_a_blend_lies_between():
    yes, no = torch.tensor([5.0, 1.0, 2.0]), torch.tensor([0.5, 3.0, 1.0])
    loss = SmoothedBinaryCrossEntropy(yes, no)
    each = functional.binary_cross_entropy_with_logits(LOGITS, TARGETS, reduction="none")
    weights = torch.tensor([[5.0, 3.0, 2.0], [0.5, 1.0, 1.0]])
    torch.testing.assert_close(loss.per_image(LOGITS, TARGETS), (each * weights).mean(dim=1))
    torch.testing.assert_close(loss(LOGITS, TARGETS), (each * weights).mean())
    torch.testing.assert_close(loss.weighted_mean(LOGITS, TARGETS), (each * weights).sum() / weights.sum())
    torch.testing.assert_close(loss.mean_weight(TARGETS), weights.mean())
    torch.testing.assert_close(loss.weights_of(torch.full((1, 3), 0.5)), torch.tensor([(2.75 + 2 + 1.5) / 3]))


def test_micro_batches_add_up_to_the_batch():
    loss = SmoothedBinaryCrossEntropy(torch.tensor([5.0, 1.0, 2.0]), torch.tensor([0.5, 3.0, 1.0]), 0.1)
    parts = sum(loss(LOGITS[i : i + 1], TARGETS[i : i + 1]) / 2 for i in range(2))
    torch.testing.assert_close(parts, loss(LOGITS, TARGETS))
