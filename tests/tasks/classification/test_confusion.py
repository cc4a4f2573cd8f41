import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from core.tasks.classification.confusion import Confusion, confusion, count_matrix


def test_rows_are_true_and_columns_predicted():
    got = confusion([0, 0, 1], [0, 1, 1], ("cat", "dog"))
    assert got == Confusion(("cat", "dog"), ((1, 1), (0, 1)))
    assert got.n == 3


def test_it_agrees_with_scikit_learn():
    random = np.random.default_rng(0)
    labels, predicted = random.integers(0, 5, (2, 100)).astype(np.uint8)
    assert (count_matrix(labels, predicted, 5) == confusion_matrix(labels, predicted, labels=range(5))).all()


def test_nothing_to_count():
    assert confusion([], [], ("a", "b")).counts == ((0, 0), (0, 0))


def test_indices_outside_the_classes_are_refused():
    with pytest.raises(ValueError, match=r"0\.\.1"):
        confusion([0, 2], [0, 0], ("a", "b"))
    with pytest.raises(ValueError, match="do not go with"):
        confusion([0], [0, 0], ("a", "b"))
