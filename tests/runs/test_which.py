"""Which weights, which part, whose number: one true run whose epochs and parts all differ."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core.backbones.stages import stage_table
from core.evaluation.predict import Predictor
from core.experiment import Phase, Recipe
from core.model.record import read_record
from core.runs import artifacts
from core.runs import execute as executing
from core.runs.execute import create_run, execute
from core.runs.prepare import prepare
from core.runs.workspace import Workspace
from core.training.checkpoints import BEST
from core.training.events import CheckpointWritten, EpochEnded, RunEnded, RunStarted
from core.work.control import Control
from tests.conftest import make_experiment
from tests.training.helpers import copy, settle, worth
from tests.uneven import CLASSES, TEST, TRAIN, VAL

VALUES = (3.0, 1.0, 2.0, 4.0)  # what the epochs are compared by: the second is the best, the last the worst
KEPT = 1


@pytest.fixture(scope="module")
def ran(tmp_path_factory, divided):
    """A run of four epochs in two phases, with its model's weights after each."""
    workspace = Workspace(tmp_path_factory.mktemp("which") / "workspace")
    late = tuple(stage.name for stage in stage_table("mobilenet_v3_small"))[-2:]
    plan = make_experiment(
        divided, phases=(Phase(stages=("head",), epochs=2), Phase(stages=late, epochs=2)),
        recipe=Recipe(batch_size=4, learning_rate=0.02, precision="fp32"),
    )  # fmt: skip
    values, setups, real = iter(VALUES), [], executing.set_up

    def set_up(*args, **parts):
        setups.append(real(*args, **parts))
        settle(setups[0])
        return setups[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(executing, "set_up", set_up)
        worth(patch, values)
        lease = create_run(workspace, prepare(plan, workspace.root, "cpu"))
        events, weights = [], []
        for event in execute(workspace, lease, Control()):
            events.append(event)
            if isinstance(event, EpochEnded):
                weights.append(copy(setups[0].model))
    return SimpleNamespace(
        workspace=workspace, run=workspace.store.run(lease.run_id), folder=workspace.folder(lease.run_id),
        events=events, weights=weights, setup=setups[0],
    )  # fmt: skip


def of(ran, kind):
    return [event for event in ran.events if isinstance(event, kind)]


def answers_of(ran, weights, items):
    """What the model says with `weights` for the plain images of `items`, (N, C)."""
    ran.setup.model.load_state_dict(weights)
    ran.setup.model.eval()
    (batch,) = ran.setup.pixels.batches([items], None)
    with torch.no_grad():
        return torch.softmax(ran.setup.model(batch.tensor), dim=1).numpy()


def kept_part(ran, part):
    found = artifacts.read_predictions(ran.folder, part)
    return found, [f"{part}/{CLASSES[label]}/" for label in found.labels]


def same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


def test_the_weights_that_are_kept_are_those_of_the_best_epoch(ran):
    kept = load_file(ran.folder / BEST)
    assert [number for number, weights in enumerate(ran.weights) if same(kept, weights)] == [KEPT]
    assert read_record(ran.folder / BEST).epoch == KEPT
    assert [event.best for event in of(ran, EpochEnded)] == [True, True, False, False]
    assert [(e.epoch, e.best) for e in of(ran, CheckpointWritten)] == [(0, True), (1, True), (2, False), (3, False)]
    assert of(ran, RunEnded) == [RunEnded(stopped=False, epochs=4, best_epoch=KEPT)]
    assert (ran.run.results["best_epoch"], ran.run.results["epochs"]) == (KEPT, 4)


@pytest.mark.parametrize(("part", "count"), [("val", VAL), ("test", TEST)])
def test_each_part_is_answered_by_the_best_weights_for_its_own_images(ran, part, count):
    found, begins = kept_part(ran, part)
    assert len(found.names) == count
    assert [name.startswith(begin) for name, begin in zip(found.names, begins, strict=True)] == [True] * count
    by_name = {item.name: item for item in prepare(ran.run.experiment, ran.workspace.root, "cpu").dataset.items}
    items = [by_name[name] for name in found.names]
    assert found.labels.tolist() == [item.label for item in items]
    assert list(found.paths) == [str(item.path) for item in items]
    best, last = (answers_of(ran, ran.weights[number], items) for number in (KEPT, -1))
    np.testing.assert_allclose(found.probabilities, best, atol=1e-4)
    assert np.abs(found.probabilities - last).max() > 1e-2, "other weights would answer otherwise"
    scores = getattr(ran.run, part)
    assert scores.n == count
    assert scores.main.value == (found.probabilities.argmax(axis=1) == found.labels).mean()


def test_a_download_answers_as_the_stored_predictions_say(ran):
    found, _ = kept_part(ran, "test")
    predictor = Predictor.load(ran.folder)
    with_path = [predictor.read(ran.workspace.root / path) for path in found.paths]
    np.testing.assert_allclose(predictor.predict(with_path), found.probabilities, atol=1e-3)


def test_what_is_said_of_the_images_is_true_of_each_part(ran):
    (started,) = of(ran, RunStarted)
    assert (started.train_images, started.val_images) == (TRAIN, VAL)
    assert (started.epochs, started.steps, started.first_epoch) == (4, 12, 0)  # three batches of four hold eleven
    said = [line.message for line in ran.workspace.store.lines(ran.run.id)]
    assert any(line.startswith(f"{TRAIN} training and {VAL} validation images on CPU") for line in said)
    marked = ["the best so far" in line for line in said if line.startswith("Epoch")]
    assert marked == [True, True, False, False]
    assert [line.split(":")[0] for line in said if line.startswith("Epoch")] == [f"Epoch {n}" for n in (1, 2, 3, 4)]
    phases = [line for line in said if line.startswith("Phase")]
    assert [line.split(":")[0] for line in phases] == ["Phase 1", "Phase 2"]
    evaluated = [e.what for e in ran.events if type(e).__name__ == "Progress" and e.what.startswith("evaluating")]
    assert list(dict.fromkeys(evaluated)) == ["evaluating the validation images", "evaluating the test images"]


def test_the_numbers_of_an_epoch_are_of_the_part_they_name(ran):
    """Accuracies are counts over eleven and over five images; which steps belong to an epoch follows from the plan."""
    for epoch in of(ran, EpochEnded):
        assert round(epoch.train_accuracy * TRAIN, 6) == round(epoch.train_accuracy * TRAIN)
        assert round(epoch.val_accuracy * VAL, 6) == round(epoch.val_accuracy * VAL)
    assert [epoch.step for epoch in of(ran, EpochEnded)] == [3, 6, 9, 12]
    assert [step.epoch for step in ran.workspace.store.steps(ran.run.id)] == [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3
    speeds = [epoch.images_per_second for epoch in of(ran, EpochEnded)]
    assert ran.run.results["images_per_second"] == pytest.approx(sum(speeds) / 4)
    assert len(set(speeds)) > 1


def test_the_listing_and_the_description_are_those_of_all_images(ran):
    assert len(artifacts.read_listing(ran.folder)) == TRAIN + VAL + TEST
    assert ran.run.experiment.data.fingerprint
    assert ran.run.classes == CLASSES


def test_test_images_have_a_key_of_their_own(ran, tmp_path):
    prepared = prepare(ran.run.experiment, ran.workspace.root, "cpu")
    assert ran.run.test_key == artifacts.test_key(prepared.dataset, prepared.split) != ""
    swapped = type(prepared.split)(prepared.split.train, prepared.split.test, prepared.split.val)
    assert artifacts.test_key(prepared.dataset, swapped) != ran.run.test_key
    fewer = type(prepared.split)(prepared.split.train, prepared.split.val, prepared.split.test[:-1])
    assert artifacts.test_key(prepared.dataset, fewer) != ran.run.test_key
    other = type(prepared.split)(prepared.split.train[:3], prepared.split.val[:2], prepared.split.test[::-1])
    assert artifacts.test_key(prepared.dataset, other) == ran.run.test_key, "order and other parts do not matter"
