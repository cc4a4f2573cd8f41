"""Scorecards, notes and numbers of small answers of both tasks, to the fourth digit, word for word in `said.txt`."""

import itertools
import math
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch

from core.data.dataset import Item
from core.experiment import Recipe
from core.task import ClassificationSpec, MultiLabelSpec
from core.tasks import compared, scorecard
from core.tasks.absent import notes
from core.tasks.classification.confusion import confusion
from core.tasks.classification.mistakes import mistakes
from core.tasks.classification.scores import class_scores
from core.tasks.classification.scores import scores as class_scorecard
from core.tasks.classification.task import Classification
from core.tasks.decision import Decision
from core.tasks.image_level import standard_error_of_loss
from core.tasks.intervals import wilson
from core.tasks.multilabel import scores as multilabel
from core.tasks.multilabel import thresholds
from core.tasks.multilabel.mistakes import label_mistakes
from core.tasks.multilabel.scores import label_scores
from core.tasks.multilabel.scores import scores as label_scorecard
from core.tasks.multilabel.task import MultiLabel
from core.tasks.multilabel.thresholds import best_thresholds
from core.tasks.scorecard import Score, Scorecard, format_interval, format_score, title_of
from tests.recorded import Recorded

RECORDED = Recorded(Path(__file__).with_name("said.txt"))
CLASSES = ("ant", "bee", "cat", "dog")
NAN = math.nan
LABELS = {
    "mostly right": ([0, 0, 0, 1, 1, 2, 2, 2, 2, 3], [0, 0, 1, 1, 1, 2, 2, 0, 2, 3]),
    "all right": ([0, 0, 1, 2, 3], [0, 0, 1, 2, 3]),
    "all wrong": ([0, 0, 1, 2, 3], [1, 1, 2, 3, 0]),
    "one image, right": ([2], [2]),
    "one image, wrong": ([2], [1]),
    "a class is nowhere": ([0, 0, 1, 1, 1, 3], [0, 1, 1, 1, 3, 3]),
    "a class is only predicted": ([0, 0, 1, 1, 3, 3], [0, 2, 1, 1, 2, 3]),
    "two classes are nowhere": ([0, 0, 0, 1], [0, 1, 0, 0]),
    "each class always called the same": ([0, 0, 1, 1, 2], [0, 0, 0, 0, 2]),
}
MANY = {
    "mostly right": (
        [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0], [1, 1, 0, 1], [0, 1, 0, 0], [0, 0, 1, 1]],
        [[0.9, 0.2, 0.1, 0.3], [0.8, 0.4, 0.6, 0.1], [0.3, 0.3, 0.7, 0.2], [0.85, 0.1, 0.1, 0.1],
         [0.7, 0.55, 0.3, 0.45], [0.2, 0.6, 0.5, 0.5], [0.1, 0.35, 0.4, 0.9]],
    ),
    "all right": ([[1, 0, 0, 1], [0, 1, 1, 0], [1, 1, 0, 0]], [[0.9, 0.1, 0.2, 0.8], [0.1, 0.9, 0.7, 0.3],
                                                             [0.8, 0.6, 0.1, 0.2]]),
    "all wrong": ([[1, 0, 0, 1], [0, 1, 1, 0]], [[0.1, 0.9, 0.6, 0.2], [0.9, 0.2, 0.3, 0.7]]),
    "one image": ([[1, 0, 1, 0]], [[0.9, 0.6, 0.3, 0.2]]),
    "one image of nothing": ([[0, 0, 0, 0]], [[0.4, 0.3, 0.2, 0.1]]),
    "a class is nowhere": ([[1, 0, 0, 1], [0, 0, 1, 1], [1, 0, 1, 0]], [[0.9, 0.1, 0.6, 0.8], [0.4, 0.2, 0.7, 0.3],
                                                                       [0.3, 0.3, 0.8, 0.6]]),
    "a class is only predicted": (
        [[1, 0, 0, 1], [0, 0, 1, 0], [1, 0, 0, 0]],
        [[0.9, 0.8, 0.1, 0.3], [0.6, 0.2, 0.7, 0.3], [0.7, 0.6, 0.2, 0.9]],
    ),
    "most images show nothing": (
        [[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]], [[0.55, 0.2, 0.3, 0.4], [0.6, 0.1, 0.2, 0.1], [0.1, 0.4, 0.2, 0.3]]
    ),
    "equal scores": ([[1, 0, 1, 0], [0, 1, 1, 0], [1, 1, 0, 1], [0, 0, 0, 1]], [[0.5, 0.5, 0.5, 0.5]] * 2
                     + [[0.5, 0.25, 0.5, 0.5], [0.5, 0.75, 0.25, 0.5]]),
}  # fmt: skip
THRESHOLDS = (0.5, 0.375, 0.625, 0.5)


def flat(value):
    if isinstance(value, float | np.floating):
        return f"{value:.4f}"
    if isinstance(value, torch.Tensor):
        return flat(value.tolist())
    if isinstance(value, dict):
        return ", ".join(f"{key} {flat(entry)}" for key, entry in value.items())
    return f"[{', '.join(map(flat, value))}]" if isinstance(value, list | tuple) else str(value)


def lines(*found):
    return "\n".join(flat(asdict(one)) if hasattr(one, "__dataclass_fields__") else flat(one) for one in found)


def of_card(card):
    """Each score as it is kept, as it is shown, and as JSON tells it."""
    told = [*card.scores, card.flat(), card.main.name, card.to_record()]
    for score in card.scores:
        told += [
            f"{format_score(score)} {format_score(score, 2)} {format_score(score, decimal=True)}",
            f"{format_interval(score)} {format_interval(score, 1)} {format_interval(score, decimal=True)}",
        ]
    return [*told, Scorecard.from_record(card.to_record()) == card, card.get("macro_f1"), card.get("nothing")]


@pytest.mark.parametrize("name", LABELS)
def test_answers_of_one_class_each(name):
    truth, named = LABELS[name]
    card = class_scorecard(truth, named, 4, seed=3, classes=CLASSES)
    told = [*of_card(card), *class_scores(truth, named, CLASSES), confusion(truth, named, CLASSES)]
    told += [confusion(truth, named, CLASSES).n, class_scorecard(truth, named, 4)]
    RECORDED.check(f"one class each: {name}", lines(*told))


@pytest.mark.parametrize("name", MANY)
def test_answers_of_several_labels(name):
    truth, shares = MANY[name]
    card = label_scorecard(truth, shares, THRESHOLDS, seed=3, classes=CLASSES)
    told = [*of_card(card), *label_scores(truth, shares, THRESHOLDS, CLASSES, seed=3)]
    told += [*label_mistakes(truth, shares, THRESHOLDS), best_thresholds(truth, shares)]
    told += [label_scorecard(truth, shares, (0.5,) * 4)]
    RECORDED.check(f"several labels: {name}", lines(*told))


LOGITS = torch.tensor([[2.0, 0.5, -1.0], [0.25, 1.5, 0.0], [0.1, 0.2, 0.9], [3.0, -2.0, 1.0], [0.5, 0.5, 0.5]])
TARGETS = {
    "classification": torch.tensor([0, 1, 1, 2, 0]),
    "multilabel": torch.tensor([[1.0, 0, 0], [1, 1, 0], [0, 0, 1], [0, 0, 0], [1, 0, 0]]),
}
TASKS = {
    "classification": Classification.of(ClassificationSpec(), CLASSES[:3]),
    "multilabel": MultiLabel.of(MultiLabelSpec(), CLASSES[:3]),
}


@pytest.mark.parametrize(("kind", "weights"), list(itertools.product(TASKS, ("none", "balanced"))))
def test_what_a_task_makes_of_logits(kind, weights):
    task, targets = TASKS[kind], TARGETS[kind]
    recipe = Recipe(class_weights=weights, label_smoothing=0.125)
    criterion, outputs = task.loss(recipe, targets, torch.device("cpu")), (LOGITS, targets)
    told = [task.kind, task.classes, task.outputs, task.collate(task.labels(targets)), task.blendable(targets)]
    told += [criterion(*outputs), criterion.per_image(*outputs), criterion.weights_of(targets)]
    told += [
        criterion.mean_weight(targets),
        criterion.weighted_mean(*outputs),
        criterion(LOGITS, task.blendable(targets)),
    ]
    told += [criterion.per_image(LOGITS, task.blendable(targets) / 2), task.validation_loss(criterion, outputs)]
    told += [task.correct(*outputs), task.share_correct(outputs), task.probabilities(LOGITS), task.labels(targets)]
    for monitor in ("loss", "accuracy", "macro-f1", *(["map"] if kind == "multilabel" else [])):
        told += [f"by {monitor}", task.to_minimise(monitor, 0.75, outputs), *task.compared(monitor, criterion, outputs)]
        told += [task.standard_error(monitor, criterion, tuple(one[:n] for one in outputs)) for n in (1, 2, 5)]
    told += [*task.epoch_scores(outputs), task.thresholds(outputs), *task.evaluate(outputs, (0.5, 0.25, 0.75)).scores]
    told += [*task.evaluate(outputs, None).scores, task.prediction_record(outputs)]
    told += [standard_error_of_loss(criterion, LOGITS[:n], targets[:n]) for n in range(4)]
    RECORDED.check(f"{kind}, weights {weights}", lines(*told))


def test_halves_where_thresholds_are_not_chosen():
    halves = MultiLabel.of(MultiLabelSpec(thresholds="half"), CLASSES[:3])
    told = [halves.choose, halves.thresholds((LOGITS, TARGETS["multilabel"])), TASKS["multilabel"].choose]
    told += [TASKS["multilabel"].thresholds((LOGITS[:0], TARGETS["multilabel"][:0])), MultiLabel(CLASSES).choose]
    told += [TASKS["multilabel"].read(Item(Path("x"), "x", -1, 1, 1, "d", labels=(0, 2)))]
    told += [
        TASKS["classification"].read(Item(Path("x"), "x", 2, 1, 1, "d")),
        TASKS["multilabel"].epoch_scores((LOGITS[:0],)),
    ]
    RECORDED.check("halves", lines(*told))


def test_mistakes_the_most_confident_first():
    shares = [[0.5, 0.3, 0.2], [0.2, 0.7, 0.1], [0.4, 0.4, 0.2], [0.1, 0.2, 0.7], [0.7, 0.2, 0.1], [0.3, 0.3, 0.4]]
    RECORDED.check("mistakes", lines(*mistakes([0, 0, 1, 1, 2, 0], shares)))


def test_decisions_at_and_below_a_threshold():
    several, one = Decision(CLASSES, (0.5, 0.25, 0.75, 0.1)), Decision(CLASSES)
    told = []
    for shares in ((0.5, 0.25, 0.75, 0.1), (0.49, 0.24, 0.74, 0.09), (0.6, 0.9, 0.1, 0.6), (0.2, 0.2, 0.2, 0.2)):
        told += [(several.predicted(shares), several.names(shares)), (one.predicted(shares), one.names(shares))]
    told += [Decision.of("multilabel", CLASSES, None), Decision.of("multilabel", CLASSES, (0.1, 0.2, 0.3, 0.4))]
    RECORDED.check(
        "decisions", lines(*told, Decision.of("classification", CLASSES, None), several.several, one.several)
    )


def test_intervals_of_shares():
    told = [f"{right} of {n}: {flat(wilson(right, n))}" for n in (0, 1, 2, 5, 30) for right in range(n + 1)]
    RECORDED.check("shares", lines(*told, wilson(2.5, 7)))


def test_classes_that_a_mean_leaves_out():
    told = []
    for there in itertools.product((True, False), repeat=3):
        for predicted in itertools.product((True, False), repeat=3):
            told.append(f"{there} {predicted}: {' | '.join(notes(CLASSES[:3], there, predicted, 'labels'))}")
    for count in range(1, 7):
        names = [f"class {n}" for n in range(6)]
        told.append(" | ".join(notes(names, [n >= count for n in range(6)], [n > 4 for n in range(6)], "classes")))
    told.append(" | ".join(notes(["a" * 41, "b" * 40], [False, True], [False, True], "labels")))
    RECORDED.check("notes", "\n".join(told))


def test_how_scores_are_written_and_read():
    shown = [
        Score("accuracy", 0.91666, 0.7424, 0.98149), Score("macro_f1", 1.0),
        Score("boundary_error", 3.14159, 3.1, 3.7712),
        Score("distance", 3.14159, 3.1, 3.7712, higher_is_better=False, share=False),
        Score("accuracy", 0.5, -0.01, 1.0),
        Score("accuracy", 0.5, 0.0, 1.01), Score("accuracy", 0.0, 0.0, 1.0), Score("iou", 0.995, 0.994, 0.9951),
        Score("exact_match", 0.5, 0.25, None), Score("exact_match", 0.5, None, 0.75, note="a note"),
    ]  # fmt: skip
    told = []
    for one in shown:
        told += [f"{one.title} {one.rank:.5f} {one.in_percent}", *of_card(Scorecard((one,), 13))[4:6]]
    former = {"accuracy": 0.75, "accuracy_low": 0.5, "accuracy_high": 0.9, "macro_f1": 0.7, "n": 8, "other": 1}
    told += [Scorecard.from_record(former), Scorecard.from_record({"n": 3}), title_of("mean_average_precision")]
    told += [
        Scorecard.from_record({"n": 2, "scores": [{"name": "iou", "value": 0.5, "later": 1}]}),
        title_of("some_new"),
    ]
    RECORDED.check("scores", lines(*told))


def test_the_limits_are_those_that_are_documented():
    assert (compared.COLDEST, compared.WARMEST, compared.SEARCHES) == (0.2, 5.0, 24)
    assert (thresholds.HALF, thresholds.LOWEST, thresholds.HIGHEST) == (0.5, 0.05, 0.95)
    assert (multilabel.RESAMPLES, scorecard.VERSION) == (1000, 2)
    truth, low, high = [1, 0, 0, 1], [0.06, 0.01, 0.02, 0.9], [0.99, 0.94, 0.3, 0.99]
    assert best_thresholds(np.transpose([truth, truth]), np.transpose([low, high])) == (0.05, 0.95)
