"""What a validation keeps: of tasks with one answer per image everything, of others no more than the task says."""

import json

import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score
from torch.nn import functional

from core.data.sources import load_dataset
from core.experiment import PipelineSpec
from core.features.precision import autocast_for
from core.tasks.classification.loss import SmoothedCrossEntropy
from core.tasks.classification.task import Classification
from core.tasks.image_level import ImageLevel, standard_error_of_loss
from core.tasks.multilabel.loss import SmoothedBinaryCrossEntropy
from core.tasks.multilabel.scores import label_scores
from core.tasks.multilabel.task import MultiLabel
from core.training.inference import answering
from core.work.progress import finish
from tests.features.helpers import CPU, some_pixels

OFF = autocast_for(CPU, "fp32")
PLAIN = PipelineSpec()


def per_pixel(logits, targets):
    """As a segmentation would: per image a confusion matrix (C, C) and a loss, whatever the image's size."""
    n, c = logits.shape[:2]
    truth = targets[:, None, None].expand(n, *logits.shape[2:])
    pairs = functional.one_hot((truth * c + logits.argmax(dim=1)).flatten(1), c * c).sum(dim=1)
    return pairs.view(n, c, c), functional.cross_entropy(logits, truth, reduction="none").flatten(1).mean(dim=1)


def test_a_task_that_answers_for_every_pixel_keeps_a_matrix_per_image(images, tmp_path):
    items, widths = load_dataset(str(images), tmp_path / "workspace").items, []

    def dense(inputs):
        logits = torch.stack([inputs[:, 0], inputs[:, 1]], dim=1)
        widths.append(logits[0].numel())
        return logits

    found = finish(answering(dense, some_pixels(PLAIN), items, per_pixel, autocast=OFF, what="validating"))
    matrices, losses = found.outputs
    assert (tuple(matrices.shape), tuple(losses.shape)) == ((len(items), 2, 2), (len(items),))
    assert set(matrices.sum(dim=(1, 2)).tolist()) == {widths[0] // 2}, "every pixel of every image is counted once"
    assert [int(one.sum(dim=1).argmax()) for one in matrices] == [item.label for item in found.items]


def test_no_image_leaves_no_outputs():
    nothing = answering(lambda inputs: inputs, some_pixels(PLAIN), [], per_pixel, autocast=OFF, what="validating")
    assert finish(nothing).outputs == ()


def test_a_run_keeps_labels_and_probabilities_as_plain_values():
    logits, labels = torch.tensor([[0.0, 9, 0], [0, 0, 9]]), torch.tensor([2, 1])
    one = Classification(("a", "b", "c")).prediction_record((logits, labels))
    assert one["labels"] == [2, 1]
    assert [max(range(3), key=row.__getitem__) for row in one["probabilities"]] == [1, 2]
    several = MultiLabel(("a", "b", "c"))
    rows = torch.tensor([[1.0, 0, 1], [0, 0, 0]])
    kept = several.prediction_record((torch.tensor([[9.0, -9, 0], [0, 0, 0]]), rows))
    assert kept["labels"] == [[0, 2], []]
    assert kept["probabilities"][0] == pytest.approx([0.999876605, 0.000123395, 0.5], rel=1e-5)


def test_sure_answers_keep_their_order_from_the_epoch_to_the_page():
    """In float32 a sigmoid of 20 and of 21 is 1, and rounded those of -30 and -31 are 0."""
    logits = torch.tensor([[20.0, -1], [21, 2], [-31, 5], [-30, 20.5], [-31.5, 19]])
    rows = torch.tensor([[0.0, 0], [1, 1], [0, 0], [1, 1], [0, 0]])
    task, outputs = MultiLabel(("a", "b")), (logits, rows)
    ranks = [average_precision_score(rows[:, c], logits[:, c]) for c in range(2)]
    assert ranks[0] == pytest.approx((1 + 2 / 3) / 2), "with equal ones it would be a half"
    kept = json.loads(json.dumps(task.prediction_record(outputs)))
    page = label_scores(rows > 0.5, kept["probabilities"], (0.5, 0.5), ("a", "b"))
    (epoch, _), end = task.epoch_scores(outputs), task.evaluate(outputs, None).main
    assert epoch.value == end.value == pytest.approx(sum(ranks) / 2)
    assert [one.average_precision for one in page] == pytest.approx(ranks)
    assert 1 - task.to_minimise("map", 0.0, outputs) == pytest.approx(end.value)


def test_a_class_that_wins_by_little_wins_on_the_page_too():
    logits, labels = torch.tensor([[1.0, 1.0 + 2e-7, -3], [0.5, 0.25, 0]]), torch.tensor([1, 0])
    task = Classification(("a", "b", "c"))
    kept = json.loads(json.dumps(task.prediction_record((logits, labels))))
    assert np.argmax(kept["probabilities"], axis=1).tolist() == [1, 0]
    assert task.evaluate((logits, labels), None).main.value == 1


def test_a_task_that_does_not_say_what_is_correct_cannot_be_made():
    class Unfinished(ImageLevel):
        def probabilities(self, logits):
            return logits

        def labels(self, targets):
            return targets

    with pytest.raises(TypeError, match="correct"):
        Unfinished()


@pytest.mark.parametrize("criterion", [
    lambda by: SmoothedCrossEntropy(torch.tensor([0.3, 1.0, 4.0]) * by, 0.1),
    lambda by: SmoothedBinaryCrossEntropy(torch.tensor([0.3, 1.0, 4.0]) * by, torch.tensor([2.0, 0.5, 1.0]) * by),
], ids=["one label", "several"])  # fmt: skip
def test_the_error_of_a_loss_is_that_of_its_mean_whatever_the_weights_sum_to(criterion):
    logits = torch.tensor([[3.0, 0, 1], [0, 2, 1], [1, 0, 2.5], [2, 1, 0], [0.5, 0.4, 0]])
    labels = torch.tensor([0, 1, 2, 1, 0])
    targets = labels if isinstance(criterion(1), SmoothedCrossEntropy) else functional.one_hot(labels, 3).float()
    once, fourfold = (standard_error_of_loss(criterion(by), logits, targets) for by in (1, 4))
    assert fourfold == pytest.approx(once)
    each, weights = criterion(1).per_image(logits, targets), criterion(1).weights_of(targets)
    assert once == pytest.approx(float(each.std()) / len(labels) ** 0.5 / float(weights.mean()))
    assert standard_error_of_loss(criterion(1), logits[:1], targets[:1]) == 0
