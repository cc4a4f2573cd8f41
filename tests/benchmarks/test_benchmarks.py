"""What the benchmarks reckon, without running any of them."""

import os
from dataclasses import fields

import pytest

from tests.benchmarks import speed, turns
from tests.benchmarks.accuracy import corrected, over_images, summary
from tests.benchmarks.arms import Job, Outcome, Stretch
from tests.benchmarks.folds import REPEATS, SPLITS, image_names, lay_out, make_folds, read_folds


@pytest.mark.parametrize("sample", ["stamps", "signs"])
def test_the_folds_are_those_of_the_images_there_are(sample):
    held_out = read_folds(sample)
    assert held_out == make_folds(sample)
    assert len(held_out) == SPLITS * REPEATS
    for repeat in range(REPEATS):
        together = [name for fold in held_out[repeat * SPLITS : (repeat + 1) * SPLITS] for name in fold]
        assert sorted(together) == image_names(sample)
    assert held_out[:SPLITS] != held_out[SPLITS:]


def test_a_fold_is_laid_out_without_an_image_in_two_parts(tmp_path):
    held_out = read_folds("stamps")[3]
    lay_out("stamps", held_out, seed=3, folder=tmp_path)
    parts = {
        part: {path.relative_to(tmp_path / part).as_posix() for path in (tmp_path / part).glob("*/*")}
        for part in ("train", "val", "test")
    }
    assert parts["test"] == set(held_out)
    assert sorted(name for names in parts.values() for name in names) == image_names("stamps")
    assert len(parts["val"]) == 19  # a fifth of 95
    assert {name.split("/")[0] for name in parts["val"]} == {name.split("/")[0] for name in parts["train"]}


def test_the_interval_is_wider_than_that_of_independent_folds():
    """By hand: mean 0.05, sd 0.0707, times sqrt(1/2 + 1/4), times 12.706, the t of one degree of freedom."""
    found = corrected([0.0, 0.1])
    assert found.mean == pytest.approx(0.05)
    assert found.high - found.mean == pytest.approx(12.7062 * 0.0707107 * 0.75**0.5, rel=1e-4)
    assert found.mean - found.low == pytest.approx(found.high - found.mean)


def test_only_folds_that_both_arms_have_are_compared():
    results = [
        {"arm": arm, "fold": fold, "test_accuracy": accuracy, "seconds": 1.0}
        for arm, fold, accuracy in (
            ("default", 0, 0.8), ("default", 1, 0.9), ("plain", 0, 0.7), ("plain", 1, 0.7), ("plain", 2, 0.1),
        )
    ]  # fmt: skip
    found = summary(results)
    assert found["plain"]["accuracy"] == pytest.approx(0.5)
    assert found["plain"]["difference"]["mean"] == pytest.approx(-0.15)
    assert found["plain"]["difference"]["folds"] == 2
    assert found["default"]["difference"] is None


def test_an_image_that_is_tested_twice_counts_as_one():
    names = ["a", "b", "c", "d"]
    base = {"test_names": names, "test_right": ["a", "b"]}
    better = {"test_names": names, "test_right": names}
    assert over_images([(better, base), (base, better)]) == (0.0, 0.0)  # each image gains once and loses once
    low, high = over_images([(better, base), (better, base)])
    assert 0 <= low < 0.5 < high <= 1
    assert over_images([(better, base | {"test_right": None})]) == (None, None)


def test_epochs_left_out_last_as_long_as_those_measured(monkeypatch):
    jobs = []

    def run(job):
        jobs.append(job)
        return Outcome(train_images=40, epochs=4, seconds=25.0, epoch_s=[2.0, 2.0, 10.0, 10.0])

    monkeypatch.setattr(speed, "run_apart", run)
    stretches = (Stretch(stages="head", epochs=5), Stretch(stages="last", epochs=10))
    outcome = speed._quick(Job(recipe="plain", folder="", threads=1, stretches=stretches))
    assert [stretch.epochs for stretch in jobs[0].stretches] == [2, 2]
    assert outcome.seconds == 25 + 3 * 2 + 8 * 10
    assert outcome.epochs == 15
    assert outcome.notes["reckoned"]


class Limit:
    """Runs at the rates it is given, in turn."""

    def __init__(self, rates):
        self.rates = iter(rates)

    def rate(self, images):
        assert images
        return next(self.rates)


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_each_turn_is_held_against_the_limit_before_and_after_it(device, monkeypatch):
    from core.training.events import EpochEnded, PhaseStarted, StepEnded
    from tests.benchmarks import ours

    monkeypatch.setattr(ours, "Bare", lambda job: Limit([1.0, 10.0, 8.0, 8.0, 10.0]))
    turns = ours.Turns(Job(recipe="ours", folder="", threads=1, device=device), 400)
    turns.take(object.__new__(PhaseStarted))
    kind = StepEnded if device == "cpu" else EpochEnded
    for epoch, rate in ((0, 9.0), (1, 8.0), (1, 4.5)):
        turns.take(_event(kind, epoch=epoch, images_per_second=rate))
    assert turns.shares() == [1.0, 0.75]
    assert turns.rate == 8.0


def _event(kind, **known):
    return kind(**{field.name: known.get(field.name, 0) for field in fields(kind)})


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot stop a process")
def test_two_checkouts_take_turns(tmp_path):
    for name, code in (
        ("before", "pass"),
        ("after", "import os; open('seen', 'w').write(os.environ['GRAFT_WORKSPACE'])"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "job.py").write_text(f"{code}\nsum(i * i for i in range(3_000_000))")
    before, after = turns.in_turn([tmp_path / "before", tmp_path / "after"], ["job"])
    assert min(before.cpu_s, after.cpu_s, before.seconds, after.seconds) > 0
    assert (tmp_path / "after" / "seen").read_text().endswith("/1")
    (tmp_path / "after" / "job.py").write_text("raise SystemExit(3)")
    with pytest.raises(SystemExit, match=r"job` fails in .*after"):
        turns.in_turn([tmp_path / "before", tmp_path / "after"], ["job"])


def test_what_lies_between_epochs_is_what_a_step_does_not_take():
    from core.training.events import EpochEnded, StepEnded
    from tests.benchmarks.ours import Gaps

    gaps = Gaps()
    for kind, now in ((StepEnded, 1.0), (StepEnded, 3.0), (StepEnded, 5.0), (EpochEnded, 6.0), (StepEnded, 10.0)):
        gaps.take(_event(kind), now)
    assert gaps.median == 5.0 - 2.0
    assert Gaps().median is None
