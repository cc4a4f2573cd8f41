"""A probe judges images that it has not seen; told from noise, where seeing them would be enough to name them."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from core.screening.probe import FOLDS, LOOSENESS, Probe, fitted

COUNTS = (18, 11, 7)
LABELS = np.repeat(np.arange(3), COUNTS)
N = len(LABELS)
OWN = [str(n) for n in range(N)]


def noise(seed=0, wide=80):
    return np.random.default_rng(seed).normal(size=(N, wide)).astype(np.float32)


def told_apart(seed=0):
    """Features in which the label can be seen, with some noise."""
    return (np.eye(3)[LABELS] * 6 + np.random.default_rng(seed).normal(size=(N, 3))).astype(np.float32)


def right(answers):
    return (answers.argmax(axis=1) == LABELS).mean()


def test_an_image_is_never_judged_by_who_has_seen_it():
    rows = noise()
    seen = fitted(rows, LABELS)(rows)
    assert right(seen) == 1.0, "whoever has seen them names them all"
    assert right(Probe([rows], LABELS, OWN, 0)(rows)) < 0.75
    assert right(Probe([rows, noise(1)], LABELS, OWN, 0)(rows)) < 0.75


def test_copies_of_one_image_are_not_judged_by_who_has_seen_the_other():
    rows = noise()
    rows[1::2] = rows[::2]  # each image twice; where the class changes in between, under two labels
    pairs = [str(n // 2) for n in range(N)]
    apart = right(Probe([rows], LABELS, pairs, 0)(rows))
    assert apart < 0.75 < right(Probe([rows], LABELS, OWN, 0)(rows))


def test_each_image_is_judged_once_in_its_own_row():
    rows = told_apart()
    probe = Probe([rows], LABELS, OWN, 0)
    answers = probe(rows)
    assert right(answers) == 1.0
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)
    assert sorted(np.concatenate([held for held, _ in probe._folds])) == list(range(N))
    assert len(probe._folds) == FOLDS
    order = rows.copy()
    order[[0, 30]] = rows[[30, 0]]  # two images change places: so do their answers
    assert probe(order).argmax(axis=1)[[0, 30]].tolist() == [2, 0]


def test_no_class_has_fewer_images_than_folds():
    few = np.concatenate([LABELS, [3, 3]])
    rows = np.concatenate([told_apart(), [[9, 9, 0], [9, 9, 1]]]).astype(np.float32)
    probe = Probe([rows], few, [*OWN, "a", "b"], 0)
    assert len(probe._folds) == 2
    assert probe(rows).shape == (N + 2, 4)
    grouped = Probe([told_apart()], LABELS, [*OWN[:29], *"aaabbbb"], 0)
    assert len(grouped._folds) == 2, "copies count once"


def test_it_is_fitted_on_all_views_and_its_seed_deals_the_folds():
    rows = told_apart()
    moved = rows + np.array([0, 0, 40], np.float32)  # a change that one who has not seen it takes for the last class
    plain, both = Probe([rows], LABELS, OWN, 0), Probe([rows, moved], LABELS, OWN, 0)
    assert right(plain(moved)) < 0.5
    assert right(both(moved)) > 0.9
    assert right(both(rows)) > 0.9
    again, other = Probe([noise()], LABELS, OWN, 0), Probe([noise()], LABELS, OWN, 1)
    assert np.array_equal(again(noise()), Probe([noise()], LABELS, OWN, 0)(noise()))
    assert not np.array_equal(again(noise()), other(noise()))


@pytest.mark.parametrize("scale", [1e-3, 1.0, 50.0])
def test_the_regression_is_the_one_in_all_dimensions_whatever_the_scale(scale):
    rows = noise(3, wide=60) * scale + 5 * scale
    middle = rows.mean(axis=0)
    length = np.sqrt(((rows - middle) ** 2).sum(axis=1).mean())
    whole = LogisticRegression(C=LOOSENESS, max_iter=5000, tol=1e-8).fit((rows - middle) / length, LABELS)
    new = noise(4, wide=60) * scale + 5 * scale
    ours = fitted(rows, LABELS)(new)
    np.testing.assert_allclose(ours, whole.predict_proba((new - middle) / length), atol=0.06)


def test_rows_that_are_all_the_same_give_numbers():
    same = np.ones((N, 4), np.float32)
    assert np.isfinite(Probe([same + np.arange(N)[:, None] * 1e-6], LABELS, OWN, 0)(same)).all()


@pytest.mark.parametrize("value", [0.0, 0.5])
def test_images_with_the_same_features_are_all_answered_alike(value):
    rows = np.full((N, 4), value, np.float32)
    answers = Probe([rows, rows], LABELS, OWN, 0)(rows)
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(answers, np.tile(np.array(COUNTS) / N, (N, 1)), atol=0.05)
