"""What the truth benchmark reckons and which images it uses, without training anything."""

import pytest

from core.augment.steps import check_parameters
from core.data.sources import load_dataset
from core.data.split import make_split
from core.experiment import SplitSpec
from tests.benchmarks.safety import pairs
from tests.benchmarks.safety.pairs import PAIRS, TEST, prepare, trials
from tests.benchmarks.safety.reckon import Effect, agrees, effect, light
from tests.benchmarks.safety_truth import summary, table


def right(*wrong, images=100):
    return {str(number): number not in wrong for number in range(images)}


def test_the_pairs_are_many_enough_and_can_be_built():
    assert len(PAIRS) == len({pair.key for pair in PAIRS}) >= 14
    assert {pair.sample for pair in PAIRS} == {"signs", "stamps"}
    for pair in PAIRS:
        check_parameters(pair.pipeline)
        assert pair.step.p == 1 or pair.step.transform in ("HorizontalFlip", "VerticalFlip", "Transpose")


def test_every_stamp_is_tested_in_each_repeat():
    assert trials("signs", range(5)) == [0, 1, 2, 3, 4]
    assert sorted(trials("stamps", range(5))) == list(range(10))


def test_training_and_test_signs_are_drawn_anew_and_kept_apart(tmp_path, monkeypatch):
    for name in ("TRAIN", "VAL", "TEST"):
        monkeypatch.setattr(pairs, name, 2)
    found = []
    for trial in (0, 1):
        prepare("signs", trial, tmp_path / str(trial))
        dataset = load_dataset(str(tmp_path / str(trial)), tmp_path / "workspace")
        split = make_split(dataset, SplitSpec())
        assert split.sizes == {"train": 12, "val": 12, "test": 12}
        found.append([{dataset.items[i].digest for i in part} for part in (split.train, split.val, split.test)])
    assert found[0][2] == found[1][2], "the same test signs for all"
    assert not found[0][0] & found[1][0], "training signs of its own"
    assert not (found[0][0] | found[0][1]) & found[0][2]
    assert 6 * TEST >= 400


def test_the_interval_is_over_trainings_and_images():
    """Student's over trainings: mean -0.1, sd 0.1414, times sqrt(1/2), times 12.706."""
    without = {0: right(), 1: right()}
    found = effect(without, {0: right(), 1: right(*range(20))}, 0.0)
    assert found.mean == pytest.approx(-0.1)
    assert found.t_high - found.mean == pytest.approx(12.7062 * 0.141421 * 0.5**0.5, rel=1e-4)
    assert found.low < -0.15, "both trainings may be the second one"
    assert found.high == 0, "or the first one"
    same = effect(without, {0: right(*range(10)), 1: right(*range(10))}, 0.0)
    assert (same.trials, same.images) == (2, 100)
    assert same.mean == pytest.approx(-0.1)
    assert same.low < -0.1 < same.high < 0, "trainings agree: the images remain unsure"


def test_folds_test_their_own_images():
    found = effect({0: right(), 1: {"a": True}}, {0: right(*range(50)), 1: {"a": True}}, 0.25)
    assert found.images == 101
    assert found.mean == pytest.approx(-0.25)


def test_one_training_is_not_enough_and_only_pairs_count():
    assert effect({0: right()}, {0: right()}, 0.0) is None
    assert effect({0: right(), 1: right()}, {1: right(), 2: right()}, 0.0) is None


def test_folds_that_share_training_images_are_less_sure():
    without = {fold: right() for fold in range(5)}
    with_it = {fold: right(*range(fold)) for fold in range(5)}
    apart, shared = effect(without, with_it, 0.0), effect(without, with_it, 0.25)
    assert shared.t_high - shared.t_low > apart.t_high - apart.t_low


def test_the_light_of_most_trials_counts_and_of_equals_the_more_careful_one():
    assert light(["green", "green", "amber"]) == "green"
    assert light(["green", "amber"]) == "amber"


@pytest.mark.parametrize(
    ("shown", "low", "high", "expected"),
    [
        ("red", -0.3, -0.1, True), ("red", -0.3, 0.01, False), ("green", -0.02, 0.1, True),
        ("green", -0.04, 0.1, False), ("amber", -0.3, -0.1, None), ("unknown", 0.0, 0.0, None),
    ],
)  # fmt: skip
def test_what_a_light_promises(shown, low, high, expected):
    assert agrees(shown, Effect((low + high) / 2, low, high, low, high, 5, 400)) is expected


def test_the_summary_leaves_out_what_is_not_measured_yet():
    flip, gray = PAIRS[0], next(pair for pair in PAIRS if pair.name == "gray")
    arm = {str(trial): {"right": right(*range(30))} for trial in range(3)}
    kept = {
        "lights": {flip.key: {"0": "red", "1": "red", "2": "amber"}, gray.key: {"0": "green"}},
        "trained": {"signs:none": {str(trial): {"right": right()} for trial in range(3)}, flip.key: arm},
    }
    made = summary(kept, [flip, gray])
    assert list(made) == [flip.key]
    assert (made[flip.key]["light"], made[flip.key]["times"], made[flip.key]["agrees"]) == ("red", 2, True)
    assert table(made).row_count == 2
