"""Kept features over the life of a run: stopped and resumed, run again, and with mixed batches, which are not kept."""

import shutil

import pytest

from core.backbones.stages import stage_table
from core.experiment import BackboneSpec, Phase, Recipe
from core.features import sources
from core.features.sources import Features
from core.training.events import EpochEnded, StepEnded
from core.training.loop import train
from core.work.control import Control
from tests.conftest import make_experiment, make_images
from tests.training.helpers import Counter, losses, prepare, run, warnings, without_features

NAME = "timm/lcnet_100"
NAMES = tuple(stage.name for stage in stage_table(NAME))
HEAD_THEN_LAST = (
    Phase(stages=("head",), epochs=2, learning_rate=0.01),
    Phase(stages=NAMES[-2:], epochs=2, learning_rate=0.01),
)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return make_images(tmp_path_factory.mktemp("images") / "images", per_class=6)


@pytest.fixture(scope="module")
def never_stopped(pictures, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    return by_epoch(run(prepare(describe(pictures), folder, features=folder / "kept")))


def describe(pictures, **parts):
    usual = {
        "backbone": BackboneSpec(name=NAME, weights="none", image_size=32),
        "phases": HEAD_THEN_LAST,
        "recipe": Recipe(batch_size=4, precision="fp32"),
    }
    return make_experiment(pictures, **(usual | parts))


def by_epoch(events):
    """What is said of each epoch; an epoch that was cut short and repeated counts once."""
    found = {}
    for event in events:
        if isinstance(event, StepEnded):
            found[event.step] = event.loss
        elif isinstance(event, EpochEnded):
            found["epoch", event.epoch] = (event.train_loss, event.val_loss)
    return found


def until(setup, epoch):
    """The events of a run that is closed at a step in the middle of an epoch."""
    running, seen = train(setup, Control()), []
    for event in running:
        seen.append(event)
        if isinstance(event, StepEnded) and event.epoch == epoch:
            break
    running.close()
    return seen


@pytest.mark.parametrize(
    ("epoch", "features", "computed"),  # two views of 8 images, and 2 plain images after the epoch
    [
        (1, "stay", 8),
        (3, "stay", 0),
        (1, "are deleted", 18),
        (3, "are deleted", 10),  # the first view is not asked for any more
        (3, "are damaged", 10),
    ],
)
def test_a_run_resumed_in_a_phase_is_bit_equal(pictures, never_stopped, tmp_path, epoch, features, computed):
    experiment, kept = describe(pictures), tmp_path / "kept"
    seen = until(prepare(experiment, tmp_path / "cut", features=kept), epoch)
    assert list(kept.glob("*.rows"))
    if features == "are deleted":
        shutil.rmtree(kept)
    elif features == "are damaged":
        for path in kept.glob("*.rows"):
            path.write_bytes(path.read_bytes()[:-1])
    setup = prepare(experiment, tmp_path / "cut", features=kept)
    counter = Counter(setup)
    rest = run(setup)
    assert rest[0].first_epoch == epoch
    assert by_epoch([*seen, *rest]) == never_stopped
    assert counter.images == computed


def test_views_are_made_in_one_order_whichever_epoch_shows_them(pictures, tmp_path, monkeypatch):
    """A row of a wide product depends on how wide it was: in another order a resumed run would differ by rounding."""
    asked, batches = [], Features.batches

    def watched(self, chunks, view, order):
        if view is not None:
            asked.append((view, [item.name for item in order], [item.name for chunk in chunks for item in chunk]))
        return batches(self, chunks, view, order)

    monkeypatch.setattr(Features, "batches", watched)
    phase = Phase(stages=("head",), epochs=6)
    run(prepare(describe(pictures, phases=(phase,)), tmp_path, saved=False))
    assert [view for view, _, _ in asked] == [0, 1, 0, 1, 0, 1]
    for number in (0, 1):
        orders, shown = zip(*((order, names) for view, order, names in asked if view == number), strict=True)
        assert orders[0] == orders[1] == orders[2]
        assert shown[0] != shown[1] != shown[2]  # the batches themselves are dealt anew


def test_without_a_folder_for_features_a_run_is_the_same(pictures, never_stopped, tmp_path):
    assert by_epoch(run(prepare(describe(pictures), tmp_path))) == never_stopped


def test_where_features_cannot_be_kept_the_run_says_so_once_and_is_the_same(pictures, never_stopped, tmp_path):
    (tmp_path / "kept").write_text("a file stands there")
    events = run(prepare(describe(pictures), tmp_path, features=tmp_path / "kept"))
    (said,) = warnings(events)
    assert "not kept for later runs" in said
    assert by_epoch(events) == never_stopped


LBFGS_PHASE = Phase(stages=("head",), epochs=2, solver="lbfgs")


@pytest.mark.parametrize(
    ("phase", "mixup"),
    [
        pytest.param(LBFGS_PHASE, 0.0, id="a phase fitted with L-BFGS"),
        pytest.param(LBFGS_PHASE.model_copy(update={"solver": "steps", "epochs": 1}), 0.4, id="the last validation"),
    ],
)
def test_features_that_cannot_be_kept_are_said_in_any_phase(pictures, tmp_path, phase, mixup):
    (tmp_path / "kept").write_text("a file stands there")
    experiment = mixing(pictures, (phase,), mixup=mixup)
    events = run(prepare(experiment, tmp_path / "a", features=tmp_path / "kept"))
    (said,) = warnings(events)
    assert "not kept for later runs" in said
    without = run(prepare(experiment, tmp_path / "b"))
    assert by_epoch(events) == by_epoch(without)
    assert warnings(without) == []


@pytest.mark.parametrize("solver", ["steps", "lbfgs"])
def test_features_that_are_too_large_to_be_kept_are_said_once(pictures, tmp_path, monkeypatch, solver):
    monkeypatch.setattr(sources, "MEMORY_BYTES", 1)
    phase = LBFGS_PHASE.model_copy(update={"solver": solver})
    setup = prepare(describe(pictures, phases=(phase,)), tmp_path, features=tmp_path / "kept")
    counter = Counter(setup)
    (said,) = warnings(run(setup))
    assert "anew at every epoch" in said
    assert counter.images == 2 * 8 + 2 * 2
    assert list(tmp_path.glob("kept/*")) == []


def test_a_second_run_with_another_head_rate_computes_nothing_frozen(pictures, tmp_path):
    """The phases share a cut, and the head's rate does not move what stands before it."""
    counts, series = [], []
    for rate in (0.01, 0.02, 0.04):
        phases = (HEAD_THEN_LAST[0].model_copy(update={"learning_rate": rate}), HEAD_THEN_LAST[1])
        setup = prepare(describe(pictures, phases=phases), tmp_path / str(rate), features=tmp_path / "kept")
        counter = Counter(setup)
        series.append(losses(run(setup)))
        counts.append(counter.images)
    assert counts == [18, 0, 0]
    assert series[0] != series[1] != series[2]


def test_a_phase_after_one_that_moved_the_frozen_weights_sees_the_new_ones(pictures, tmp_path, monkeypatch):
    """First everything is trained, then the head alone: its features are those of the weights as they are then."""
    phases = (Phase(stages=NAMES, epochs=2, learning_rate=0.01), Phase(stages=("head",), epochs=2, learning_rate=0.01))
    experiment = describe(
        pictures,
        phases=phases,
        backbone=BackboneSpec(name=NAME, weights="none", image_size=64),
        recipe=Recipe(batch_size=4, precision="fp32", optimizer="sgd"),
    )
    kept = losses(run(prepare(experiment, tmp_path / "kept run", features=tmp_path / "kept")))
    # what a run with other weights has kept does no harm
    again = losses(run(prepare(experiment.changed(seed=1), tmp_path / "other", features=tmp_path / "kept")))
    without_features(monkeypatch)
    whole = losses(run(prepare(experiment, tmp_path / "whole run")))
    assert max(abs(a - b) for a, b in zip(kept, whole, strict=True)) <= 1e-5
    assert again != kept


def mixing(pictures, phases=HEAD_THEN_LAST, **alphas):
    return describe(pictures, phases=phases, recipe=Recipe(batch_size=4, precision="fp32", **alphas))


@pytest.mark.parametrize("alphas", [{"mixup": 0.4}, {"cutmix": 1.0}, {"mixup": 0.4, "cutmix": 1.0}])
def test_of_mixed_images_nothing_is_kept_but_of_validation_images_it_is(pictures, tmp_path, alphas):
    experiment = mixing(pictures, HEAD_THEN_LAST[:1], **alphas)
    setup = prepare(experiment, tmp_path / "a", features=tmp_path / "kept")
    counter = Counter(setup)
    events = run(setup)
    assert counter.images == 2 * 8 + 2
    (path,) = (tmp_path / "kept").glob("*.json")
    assert all(item.digest in path.read_text() for item in setup.val_items)
    assert not any(item.digest in path.read_text() for item in setup.train_items)
    # the same again, also where the features of the validation images are there
    again = prepare(experiment, tmp_path / "b", features=tmp_path / "kept")
    counter = Counter(again)
    assert losses(run(again)) == losses(events)
    assert counter.images == 2 * 8
    plain = run(prepare(mixing(pictures, HEAD_THEN_LAST[:1]), tmp_path / "plain"))
    assert losses(plain) != losses(events)


@pytest.mark.parametrize("epoch", [1, 3])
def test_a_run_with_mixed_batches_resumes_exactly(pictures, tmp_path, epoch):
    experiment = mixing(pictures, mixup=0.4, cutmix=1.0)
    whole = by_epoch(run(prepare(experiment, tmp_path / "whole")))
    seen = until(prepare(experiment, tmp_path / "cut", features=tmp_path / "kept"), epoch)
    shutil.rmtree(tmp_path / "kept", ignore_errors=True)
    rest = run(prepare(experiment, tmp_path / "cut", features=tmp_path / "kept"))
    assert rest[0].first_epoch == epoch
    assert by_epoch([*seen, *rest]) == whole


def test_mixed_training_equals_that_of_the_whole_model(pictures, tmp_path, monkeypatch):
    experiment = mixing(pictures, mixup=0.4)
    kept = losses(run(prepare(experiment, tmp_path / "kept", features=tmp_path / "kept")))
    without_features(monkeypatch)
    whole = losses(run(prepare(experiment, tmp_path / "whole")))
    assert max(abs(a - b) for a, b in zip(kept, whole, strict=True)) <= 1e-5
