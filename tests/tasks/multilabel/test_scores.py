"""Scores of several labels per image: what scikit-learn says, intervals, and each class by itself."""

import warnings

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score

from core.tasks.intervals import wilson
from core.tasks.multilabel.scores import (
    average_precision,
    label_scores,
    macro_f1,
    mean_average_precision,
    predicted_labels,
    scores,
)
from core.tasks.scorecard import Scorecard


def drawn(seed, n=57, classes=4):
    """Truth of uneven classes, and probabilities that know something, many of them equal."""
    generator = np.random.default_rng(seed)
    truth = generator.random((n, classes)) < np.linspace(0.15, 0.7, classes)
    noisy = 0.4 * truth + 0.6 * generator.random((n, classes))
    return truth, np.round(noisy, 1)


@pytest.mark.parametrize("seed", range(5))
def test_they_agree_with_scikit_learn_equal_probabilities_included(seed):
    truth, probabilities = drawn(seed)
    for c in range(4):
        wanted = average_precision_score(truth[:, c], probabilities[:, c])
        assert average_precision(truth[:, c], probabilities[:, c]) == pytest.approx(wanted)
    assert mean_average_precision(truth, probabilities) == pytest.approx(
        average_precision_score(truth, probabilities, average="macro")
    )
    answers = probabilities >= (0.3, 0.5, 0.6, 0.8)
    assert (predicted_labels(probabilities, (0.3, 0.5, 0.6, 0.8)) == answers).all()
    assert macro_f1(truth, answers) == pytest.approx(f1_score(truth, answers, average="macro"))


def test_a_class_that_no_image_shows_is_left_out_without_a_warning():
    truth = np.array([[1, 0, 0], [0, 0, 1], [1, 0, 0]], bool)
    probabilities = np.array([[0.9, 0.8, 0.1], [0.2, 0.1, 0.7], [0.1, 0.2, 0.3]])
    assert average_precision(truth[:, 1], probabilities[:, 1]) is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = scores(truth, probabilities, (0.5, 0.5, 0.5))
    # class 0: ranks 1 and 3 are right, class 2: rank 1
    assert found.main.name == "mean_average_precision"
    assert found.main.value == pytest.approx(((1 + 2 / 3) / 2 + 1) / 2)
    # class 0: one of two found, class 1: one false alarm, class 2: found
    assert found.get("macro_f1").value == pytest.approx((2 / 3 + 0 + 1) / 3)
    assert (found.get("exact_match").value, found.n) == (pytest.approx(1 / 3), 3)
    assert mean_average_precision(truth[:, 1:2], probabilities[:, 1:2]) == 0


def test_intervals_hold_the_value_are_seeded_and_grow_narrower_with_more_images():
    few, many = (scores(*drawn(3, n=n), (0.5,) * 4) for n in (30, 480))
    for card in (few, many):
        for score in card.scores:
            assert score.low < score.value < score.high
    assert few.scores == scores(*drawn(3, n=30), (0.5,) * 4).scores
    assert few.scores != scores(*drawn(3, n=30), (0.5,) * 4, seed=1).scores
    for wide, narrow in zip(few.scores, many.scores, strict=True):
        assert narrow.high - narrow.low < 0.6 * (wide.high - wide.low)


def test_a_perfect_result_on_few_images_is_not_called_certain():
    truth = np.array([[1, 0], [0, 1], [1, 1]], bool)
    found = scores(truth, truth * 0.8 + 0.1, (0.5, 0.5))
    assert [score.value for score in found.scores] == [1, 1, 1]
    assert [score.low for score in found.scores] == [wilson(3, 3).low] * 3


def test_the_bootstrap_is_that_of_drawing_images():
    """Against a plain loop that draws the images and asks scikit-learn."""
    truth, probabilities = drawn(8, n=41)
    generator, values = np.random.default_rng(0), []
    for _ in range(600):
        rows = generator.integers(0, 41, 41)
        known = truth[rows].any(axis=0)
        values.append(np.mean([average_precision_score(truth[rows][:, c], probabilities[rows][:, c])
                               for c in np.flatnonzero(known)]))  # fmt: skip
    low, high = np.quantile(values, (0.025, 0.975))
    main = scores(truth, probabilities, (0.5,) * 4).main
    assert (main.low, main.high) == (pytest.approx(low, abs=0.025), pytest.approx(high, abs=0.025))


@pytest.mark.parametrize("cells", [41 * 170, 41 * 5000])
def test_the_intervals_are_the_quantiles_of_the_resamples_however_many_are_held_at_once(cells, monkeypatch):
    """Against scikit-learn, which is given how often each image was drawn."""
    monkeypatch.setattr("core.tasks.multilabel.scores._MOST_CELLS", cells)
    monkeypatch.setattr("core.tasks.multilabel.scores.RESAMPLES", 400)
    truth, probabilities = drawn(8, n=41)
    answers = probabilities >= 0.5
    draws = np.random.default_rng(0).multinomial(41, np.full(41, 1 / 41), size=400)
    precision = [average_precision_score(truth, probabilities, sample_weight=row, average="macro") for row in draws]
    f1 = np.array([f1_score(truth, answers, sample_weight=row, average=None) for row in draws])
    found = scores(truth, probabilities, (0.5,) * 4)
    for score, values in zip(found.scores, (precision, f1.mean(axis=1)), strict=False):
        assert (score.low, score.high) == pytest.approx(tuple(np.quantile(values, (0.025, 0.975))), abs=1e-6)
    for c, one in enumerate(label_scores(truth, probabilities, (0.5,) * 4, "abcd")):
        assert (one.f1_low, one.f1_high) == pytest.approx(tuple(np.quantile(f1[:, c], (0.025, 0.975))), abs=1e-6)


def test_each_class_is_told_by_itself():
    truth = np.array([[1, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], bool)
    probabilities = np.array([[0.9, 0.2, 0.1], [0.4, 0.1, 0.1], [0.8, 0.3, 0.2], [0.6, 0.9, 0.1]])
    cat, dog, yak = label_scores(truth, probabilities, (0.5, 0.25, 0.5), ("cat", "dog", "yak"))
    assert (cat.name, cat.n, cat.threshold) == ("cat", 3, 0.5)
    assert (cat.precision, cat.recall, cat.f1) == (pytest.approx(2 / 3),) * 3
    assert (cat.recall_low, cat.recall_high) == tuple(wilson(2, 3))
    assert cat.f1_low < cat.f1 <= cat.f1_high
    assert cat.average_precision == pytest.approx((1 + 1 + 3 / 4) / 3)
    assert (dog.n, dog.threshold, dog.precision, dog.recall, dog.f1) == (2, 0.25, 1, 1, 1)
    assert (yak.n, yak.average_precision, yak.precision, yak.recall, yak.f1, yak.f1_low) == (0, *[None] * 5)


def test_no_image_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        scores(np.empty((0, 2)), np.empty((0, 2)), (0.5, 0.5))


def test_a_label_that_no_image_shows_is_said_and_not_only_left_out():
    truth = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0]], bool)
    probabilities = np.array([[0.9, 0.8, 0.1, 0.2], [0.2, 0.1, 0.7, 0.1], [0.1, 0.2, 0.3, 0.3]])
    found = scores(truth, probabilities, (0.5,) * 4, classes=("car", "boat", "tree", "kite"))
    precision, f1, exact = found.scores
    assert precision.note == "mean over 2 of 4 labels: no image shows 'boat' or 'kite'"
    assert f1.note == (
        "mean over 3 of 4 labels: no image shows 'kite', nor is it predicted; "
        "0 for 'boat', which no image shows and which is predicted"
    )
    assert exact.note == ""
    assert found.flat()["mean_average_precision_note"] == precision.note
    assert "exact_match_note" not in found.flat()
    assert Scorecard.from_record(found.to_record()) == found
    record = found.to_record()
    del record["scores"][0]["note"]
    assert Scorecard.from_record(record).main.note == "", "a record of before says nothing"
    shown = scores(truth[:, [0, 2]], probabilities[:, [0, 2]], (0.5,) * 2, classes=("car", "tree"))
    assert [score.note for score in shown.scores] == ["", "", ""]
    many = scores(truth[:, [0, 1, 1, 1, 1, 1]], probabilities[:, [0, 3, 3, 3, 3, 3]], (0.5,) * 6, classes="abcdef")
    assert many.main.note == "mean over 1 of 6 labels: no image shows 'b', 'c', 'd' or 2 more"


def test_no_image_has_no_scores():
    nothing = np.zeros((0, 2))
    for measure in (
        lambda: scores(nothing, nothing, (0.5,) * 2),
        lambda: label_scores(nothing, nothing, (0.5,) * 2, "ab"),
    ):
        with pytest.raises(ValueError, match="at least one image"):
            measure()


def test_what_no_image_shows_and_what_is_always_missed_are_not_called_certain():
    truth = np.array([[0], [0], [0]], bool)
    none = scores(truth, np.array([[0.1], [0.2], [0.3]]), (0.5,))
    assert [(one.value, one.low, one.high) for one in none.scores] == [
        (0, *wilson(0, 3)), (0, *wilson(0, 3)), (1, *wilson(3, 3)),
    ]  # fmt: skip
    missed = scores(~truth, np.array([[0.1], [0.2], [0.3]]), (0.5,)).get("macro_f1")
    assert (missed.value, missed.low, missed.high) == (0, *wilson(0, 3))
