import json
import subprocess
import sys
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, f1_score, precision_recall_fscore_support

from core.tasks.classification.scores import ClassScore, class_scores
from core.tasks.classification.scores import scores as evaluated
from core.tasks.intervals import wilson
from core.tasks.scorecard import Scorecard


def scores(*given, **options):
    return SimpleNamespace(**evaluated(*given, **options).flat())


def _sample(seed, classes=6, n=80):
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, n)
    return labels, np.where(random.random(n) < 0.7, labels, random.integers(0, classes, n))


@pytest.mark.parametrize("seed", range(5))
def test_scores_agree_with_scikit_learn(seed):
    labels, predicted = _sample(seed)
    got = scores(labels, predicted, 6)
    assert got.accuracy == pytest.approx(np.mean(labels == predicted))
    assert (got.accuracy_low, got.accuracy_high) == wilson(int(np.sum(labels == predicted)), 80)
    assert got.balanced_accuracy == pytest.approx(balanced_accuracy_score(labels, predicted))
    assert got.macro_f1 == pytest.approx(f1_score(labels, predicted, average="macro"))
    assert got.balanced_accuracy_low < got.balanced_accuracy < got.balanced_accuracy_high
    assert got.macro_f1_low < got.macro_f1 < got.macro_f1_high


def test_classes_without_images_are_left_out_without_a_warning():
    """Class 2 is only predicted (its F1 is 0), class 3 is neither."""
    labels, predicted = [0, 0, 1, 1], [0, 2, 1, 1]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = scores(labels, predicted, 4)
    assert got.balanced_accuracy == pytest.approx((0.5 + 1) / 2)
    assert got.macro_f1 == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert got.macro_f1 == pytest.approx(f1_score(labels, predicted, average="macro", zero_division=0))


def test_scores_are_plain_values_and_come_back_also_from_the_first_version():
    got = evaluated([0, 1, 1, 0], [0, 1, 0, 0], 2)
    assert Scorecard.from_record(json.loads(json.dumps(got.to_record()))) == got
    former = Scorecard.from_record(got.flat())
    assert [one.name for one in former.scores] == ["accuracy", "macro_f1", "balanced_accuracy"]
    assert (set(former.scores) <= set(got.scores), former.n) == (True, got.n)
    assert got.main.name == "accuracy"


def test_a_perfect_result_on_few_images_is_not_called_certain():
    got = scores([0, 1, 2], [0, 1, 2], 3)
    assert got.macro_f1 == got.balanced_accuracy == got.accuracy == 1.0
    assert got.macro_f1_low == got.balanced_accuracy_low == got.accuracy_low == wilson(3, 3).low


def test_class_scores_agree_with_scikit_learn():
    labels, predicted = _sample(7)
    names = tuple("abcdef")
    precision, recall, f1, support = precision_recall_fscore_support(labels, predicted)
    for i, got in enumerate(class_scores(labels, predicted, names)):
        assert (got.name, got.n) == (names[i], support[i])
        assert (got.precision, got.recall, got.f1) == pytest.approx((precision[i], recall[i], f1[i]))
        assert (got.recall_low, got.recall_high) == wilson(int(np.sum((labels == i) & (predicted == i))), support[i])


def test_what_cannot_be_known_of_a_class_is_none():
    called, never, absent = class_scores([1, 1], [0, 0], ["called", "never", "absent"])
    assert called == ClassScore("called", 0, 0.0, None, None, None, 0.0)
    assert (never.precision, never.recall, never.f1) == (None, 0.0, 0.0)
    assert absent == ClassScore("absent", 0, None, None, None, None, None)


@pytest.mark.parametrize(
    ("labels", "predicted", "message"),
    [
        ([], [], "at least one"),
        ([0, 1], [0], "do not go with"),
        ([0, 3], [0, 1], "must lie in"),
        ([0.5], [0], "integers"),
    ],
)
def test_nonsense_is_refused(labels, predicted, message):
    with pytest.raises(ValueError, match=message):
        scores(labels, predicted, 2)


def test_reading_scores_loads_nothing_heavy():
    code = (
        "import core.tasks.classification.scores, core.evaluation.diagnosis, core.tasks.classification.mistakes, sys; "
    )
    code += "assert not {'torch', 'sklearn', 'scipy', 'pandas'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_class_without_an_image_is_said():
    named = ("cold", "mild", "warm", "hot")
    accuracy, f1, balanced = evaluated([0, 0, 2, 2], [0, 1, 2, 2], 4, classes=named).scores
    assert accuracy.note == ""
    assert balanced.note == "mean over 2 of 4 classes: no image shows 'mild' or 'hot'"
    assert f1.note.startswith("mean over 3 of 4 classes: no image shows 'hot'")
    assert f1.note.endswith("0 for 'mild', which no image shows and which is predicted")
    assert [one.note for one in evaluated([0, 1], [0, 1], 2, classes=named[:2]).scores] == ["", "", ""]
