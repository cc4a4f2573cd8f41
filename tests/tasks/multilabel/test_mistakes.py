"""Wrong answers of a multi-label model, the most surprising first."""

import numpy as np
import pytest

from core.tasks.multilabel.mistakes import LabelMistake, label_mistakes


def test_every_image_with_a_wrong_answer_the_most_surprising_first():
    truth = np.array([[1, 0, 1], [0, 1, 0], [1, 1, 0], [0, 0, 0]], bool)
    probabilities = np.array([[0.9, 0.1, 0.3], [0.2, 0.8, 0.1], [0.05, 0.9, 0.7], [0.45, 0.1, 0.2]])
    found = label_mistakes(truth, probabilities, (0.4, 0.5, 0.6))
    assert found == (
        LabelMistake(2, missed=(0,), added=(2,), surprise=pytest.approx(0.35)),
        LabelMistake(0, missed=(2,), added=(), surprise=pytest.approx(0.3)),
        LabelMistake(3, missed=(), added=(0,), surprise=found[2].surprise),
    )
    assert abs(found[2].surprise - 0.05) < 1e-9


def test_none_where_all_is_right_or_there_is_no_image():
    truth = np.array([[1, 0]], bool)
    assert label_mistakes(truth, truth * 0.9, (0.5, 0.5)) == ()
    assert label_mistakes(np.empty((0, 2), bool), np.empty((0, 2)), (0.5, 0.5)) == ()
