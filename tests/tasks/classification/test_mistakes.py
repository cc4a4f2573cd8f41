import pytest

from core.tasks.classification.mistakes import Mistake, mistakes


def test_the_most_confident_mistake_comes_first():
    probabilities = [[0.9, 0.1], [0.6, 0.4], [0.8, 0.2], [0.2, 0.8], [0.6, 0.4]]
    assert mistakes([0, 1, 1, 1, 1], probabilities) == (
        Mistake(2, 1, 0, 0.8, 0.2),
        Mistake(1, 1, 0, 0.6, 0.4),
        Mistake(4, 1, 0, 0.6, 0.4),
    )


def test_no_mistake_and_no_image():
    assert mistakes([0, 1], [[0.9, 0.1], [0.1, 0.9]]) == ()
    assert mistakes([], []) == ()


def test_shapes_must_fit():
    with pytest.raises(ValueError, match="must be"):
        mistakes([0, 1], [[0.9, 0.1]])
    for labels, probabilities in (([], [[0.9, 0.1]]), ([0], []), ([0, 1], [0.9, 0.1])):
        with pytest.raises(ValueError, match="must be"):
            mistakes(labels, probabilities)
