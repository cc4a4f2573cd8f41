import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from core.tasks.classification.bootstrap import bootstrap
from core.tasks.classification.scores import balanced_accuracy, macro_f1
from core.tasks.intervals import Interval, wilson


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_values(successes, n, low, high):
    """Newcombe (1998), Statistics in Medicine 17:857, table I, method 3."""
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


def test_wilson_at_the_ends():
    assert wilson(0, 0) == Interval(0.0, 1.0)
    assert wilson(20, 20).high == 1.0
    assert wilson(20, 20).low == pytest.approx(1 - wilson(0, 20).high)


@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5)])
def test_wilson_refuses_impossible_counts(successes, n):
    with pytest.raises(ValueError, match="must lie in"):
        wilson(successes, n)


def _sample(n=500, classes=10, right=0.8, seed=1):
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, n)
    return labels, np.where(random.random(n) < right, labels, random.integers(0, classes, n))


def test_bootstrap_is_seeded_and_leaves_the_global_generator_alone():
    labels, predicted = _sample()
    before = np.random.get_state()[1].tolist()
    first = bootstrap(macro_f1, labels, predicted, seed=3)
    assert first == bootstrap(macro_f1, labels, predicted, seed=3)
    assert first != bootstrap(macro_f1, labels, predicted, seed=4)
    assert np.random.get_state()[1].tolist() == before


def test_bootstrap_agrees_with_wilson_where_both_apply():
    """With one class, balanced accuracy is a plain share; the two intervals differ by O(1/n)."""
    labels = np.zeros(400, dtype=int)
    predicted = np.where(np.arange(400) < 320, 0, 1)
    assert bootstrap(balanced_accuracy, labels, predicted) == pytest.approx(wilson(320, 400), abs=0.006)


def test_a_class_that_is_always_right_does_not_speak_for_a_rare_one():
    """Of the rare one 2 to 8 of 10 are right in 95 % of the resamples: a binomial distribution with a half."""
    labels, predicted = np.repeat([0, 1], [90, 10]), np.repeat([0, 1], [95, 5])
    assert bootstrap(balanced_accuracy, labels, predicted) == pytest.approx((0.6, 0.9))


def test_bootstrap_agrees_with_a_plain_loop_over_resamples():
    labels, predicted = _sample(n=120, classes=4)
    random, values = np.random.default_rng(0), []
    for _ in range(400):
        drawn = np.concatenate([random.choice(np.flatnonzero(labels == c), np.sum(labels == c)) for c in range(4)])
        values.append(balanced_accuracy_score(labels[drawn], predicted[drawn]))
    assert bootstrap(balanced_accuracy, labels, predicted) == pytest.approx(
        np.quantile(values, (0.025, 0.975)), abs=0.02
    )


def test_every_resample_keeps_the_number_of_images_of_each_class():
    labels, predicted = _sample(n=60, classes=3)
    seen = []

    def spy(counts):
        seen.append(counts)
        return balanced_accuracy(counts)

    bootstrap(spy, labels, predicted, resamples=50)
    for counts in seen:
        assert counts.true.tolist() == np.bincount(labels, minlength=3).tolist()
        assert (counts.right <= counts.true).all()
        assert (counts.called.sum(-1) == 60).all()


def test_bootstrap_in_several_blocks_equals_one_block(monkeypatch):
    labels, predicted = _sample(n=60, classes=3)
    whole = bootstrap(macro_f1, labels, predicted)
    monkeypatch.setattr("core.tasks.classification.bootstrap._MOST_DRAWS", 700)
    assert bootstrap(macro_f1, labels, predicted) == whole


@pytest.mark.parametrize(("right", "expected"), [(True, wilson(12, 12)), (False, wilson(0, 12))])
def test_bootstrap_never_claims_certainty(right, expected):
    labels = np.arange(12) % 3
    assert bootstrap(macro_f1, labels, labels if right else (labels + 1) % 3) == expected


def test_bootstrap_needs_an_image():
    with pytest.raises(ValueError, match="at least one image"):
        bootstrap(macro_f1, [], [])


def test_a_thousand_resamples_of_500_images_are_computed_together():
    labels, predicted = _sample()
    asked = []
    bootstrap(lambda counts: asked.append(counts.right.shape) or macro_f1(counts), labels, predicted)
    assert len(asked) == 1, "one by one they would take a hundred times as long"
    assert asked[0][0] == 1000
