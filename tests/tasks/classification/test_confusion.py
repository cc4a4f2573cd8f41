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


@pytest.mark.parametrize(("labels", "predicted"), [([1, 0], [-1, 0]), ([-1, 0], [1, 0]), ([0, 1], [0, 2])])
def test_an_index_below_or_above_is_not_counted_elsewhere(labels, predicted):
    with pytest.raises(ValueError, match=r"must lie in 0\.\.1"):
        confusion(labels, predicted, ("a", "b"))


def test_indices_are_a_flat_list_of_integers():
    for values in ([[0, 1]], [0.0, 1.0]):
        with pytest.raises(ValueError, match="must be a flat list of integers"):
            confusion(values, values, ("a", "b"))
