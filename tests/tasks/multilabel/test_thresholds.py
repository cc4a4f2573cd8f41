"""Thresholds: the highest F1 on the given images, midway between probabilities, a half where nothing is known."""

import numpy as np
import pytest
from sklearn.metrics import f1_score

from core.tasks.multilabel.thresholds import HIGHEST, LOWEST, best_thresholds


def test_they_lie_where_f1_is_highest_and_midway():
    truth = np.array([[1, 0], [1, 0], [0, 1], [0, 0], [0, 1]], bool)
    probabilities = np.array([[0.4, 0.7], [0.3, 0.2], [0.2, 0.9], [0.1, 0.6], [0.1, 0.8]])
    first, second = best_thresholds(truth, probabilities)
    assert first == pytest.approx(0.25)
    assert second == pytest.approx(0.75)


@pytest.mark.parametrize("seed", range(4))
def test_no_other_threshold_in_bounds_is_better(seed):
    generator = np.random.default_rng(seed)
    truth = generator.random((40, 3)) < (0.2, 0.5, 0.8)
    probabilities = np.clip(0.3 * truth + generator.random((40, 3)) * 0.7, 0, 1)
    for c, found in enumerate(best_thresholds(truth, probabilities)):
        reached = f1_score(truth[:, c], probabilities[:, c] >= found)
        for other in np.linspace(LOWEST, HIGHEST, 37):
            assert reached >= f1_score(truth[:, c], probabilities[:, c] >= other) - 1e-12


def test_a_half_where_all_or_none_show_the_class_and_where_it_is_as_good():
    truth = np.array([[1, 0, 1], [1, 0, 0], [1, 0, 1]], bool)
    probabilities = np.array([[0.1, 0.9, 0.8], [0.2, 0.8, 0.2], [0.3, 0.7, 0.9]])
    assert best_thresholds(truth, probabilities) == (0.5, 0.5, 0.5)


@pytest.mark.parametrize("near", [0.55, 0.9])
def test_of_equally_good_ones_that_next_to_a_half_not_the_lowest(near):
    truth = np.array([[0], [1], [1], [0]], bool)
    assert best_thresholds(truth, np.array([[0.1], [near], [0.95], [0.2]])) == (0.5,)
    low = np.array([[0.02], [0.4], [0.35], [0.08]])  # perfect at 0.215, and the half calls none
    assert best_thresholds(truth, low) == pytest.approx((0.215,))


def test_a_few_images_do_not_push_one_to_the_edge():
    truth = np.array([[1], [0]], bool)
    assert best_thresholds(truth, np.array([[0.012], [0.004]])) == (0.5,)
    assert best_thresholds(truth, np.array([[0.999], [0.991]])) == (0.5,)


@pytest.mark.parametrize("place", [(0, 0), (4, 1), (2, 2)])
def test_answers_that_are_no_numbers_give_no_threshold(place):
    """Whether the class has a threshold to choose or not: the last one is shown by every image."""
    truth = np.array([[1, 0, 1], [1, 0, 1], [0, 1, 1], [0, 0, 1], [0, 1, 1]], bool)
    probabilities = np.array([[0.4, 0.7, 1], [0.3, 0.2, 1], [0.2, 0.9, 1], [0.1, 0.6, 1], [0.1, 0.8, 1]])
    assert best_thresholds(truth, probabilities) == pytest.approx((0.25, 0.75, 0.5))
    probabilities[place] = np.nan
    with pytest.raises(ValueError, match="answers for 1 of 5 images are no numbers"):
        best_thresholds(truth, probabilities)
