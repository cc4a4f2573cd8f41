"""Several labels per image, from the images to the download: thresholds, scores, answers, resuming, and what is
refused."""

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import cli
from core.cli.show import format_scores
from core.cli.words import in_options
from core.data.sources import load_dataset
from core.data.split import make_split
from core.errors import InvalidExperiment, InvalidInput
from core.evaluation.predict import Predictor
from core.experiment import BackboneSpec, Experiment, MultiLabelSpec, Phase, Reading, Recipe, SplitSpec
from core.export.bundle import bundle
from core.model.record import read_record
from core.runs import artifacts
from core.runs.execute import create_run, execute, reopen_run
from core.runs.keep import keep_epoch
from core.runs.prepare import prepare
from core.runs.status import Status
from core.runs.workspace import Workspace
from core.tasks.multilabel.scores import scores
from core.tasks.multilabel.thresholds import best_thresholds
from core.training.events import EpochEnded
from core.training.kept import BEST, LAST_WEIGHTS
from core.work.control import Control
from tests.conftest import make_experiment
from tests.pages.three_runs import text
from tests.pages.trained import opened, without_warm_up

COLOURS = {"red": (220, 40, 40), "green": (40, 200, 60), "blue": (40, 60, 220)}
SETS = [("red",), ("red", "green"), ("blue",), ("green", "blue"), ("red", "green", "blue"), (), ("blue", "red")]
PHASES = (Phase(stages=("head",), epochs=3),)


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """42 images of 32 px: a stripe for each label, in an order and with noise of their own, on grey."""
    folder = tmp_path_factory.mktemp("stripes") / "stripes"
    folder.mkdir()
    generator, rows = np.random.default_rng(5), ["file,labels"]
    for number in range(42):
        labels = SETS[number % len(SETS)]
        pixels = np.full((32, 32, 3), 128.0)
        for place, label in zip(generator.permutation(4), labels, strict=False):
            pixels[:, 8 * place : 8 * place + 8] = COLOURS[label]
        pixels += generator.normal(0, 12, pixels.shape)
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(folder / f"{number:02}.png")
        rows.append(f"{number:02}.png,{'|'.join(labels)}")
    (folder / "labels.csv").write_text("\n".join(rows))
    return folder


def described(images, **parts):
    usual = {"phases": PHASES, "recipe": Recipe(batch_size=8, precision="fp32", learning_rate=0.01), "views": 2}
    return make_experiment(images, backbone=BackboneSpec(image_size=32), **(usual | parts))


def executed(workspace, experiment, control=None):
    lease = create_run(workspace, prepare(experiment, workspace.root, "cpu"))
    list(execute(workspace, lease, control or Control()))
    return workspace.store.run(lease.run_id)


@pytest.fixture(scope="module")
def finished(images, tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("workspace") / "workspace")
    return workspace, executed(workspace, described(images))


def test_the_images_decide_the_task_and_the_record_keeps_it(finished, images):
    workspace, run = finished
    assert run.status is Status.COMPLETED
    assert run.experiment.task == MultiLabelSpec()
    assert Experiment.from_text(run.experiment.to_yaml()).digest == run.digest
    assert "task" not in described(images).model_dump(), "one class per image is written as it was before"
    record = read_record(workspace.folder(run.id) / BEST)
    assert (record.task, record.classes, len(record.thresholds)) == ("multilabel", ("blue", "green", "red"), 3)
    assert [score.name for score in run.val.scores] == ["mean_average_precision", "macro_f1", "exact_match"]
    assert run.val.main.value > 0.8
    (kept,) = [epoch for epoch in workspace.store.epochs(run.id) if epoch.epoch == run.results["best_epoch"]]
    assert kept.score.value == run.val.main.value, "the epoch and the result name one value"


def test_what_is_kept_is_what_the_model_answers_and_the_scores_are_theirs(finished):
    workspace, run = finished
    folder = workspace.folder(run.id)
    val, test = (artifacts.read_predictions(folder, part) for part in ("val", "test"))
    predictor = Predictor.load(folder)
    for found, card in ((val, run.val), (test, run.test)):
        assert found.several
        assert found.labels.shape == found.probabilities.shape == (card.n, 3)
        again = predictor.predict([predictor.read(Path(path)) for path in found.paths])
        np.testing.assert_allclose(again, found.probabilities, atol=2e-5)
        assert card == scores(found.labels, found.probabilities, found.thresholds)
    assert val.thresholds == test.thresholds == predictor.decision.thresholds
    truth = load_dataset(run.experiment.data.source, workspace.root)
    by_name = {item.name: item.labels for item in truth.items}
    assert [tuple(np.flatnonzero(row)) for row in val.labels] == [by_name[name] for name in val.names]


def test_the_thresholds_are_those_of_the_validation_images(finished):
    workspace, run = finished
    val = artifacts.read_predictions(workspace.folder(run.id), "val")
    np.testing.assert_allclose(val.thresholds, best_thresholds(val.labels, val.probabilities), atol=1e-4)


@pytest.mark.slow
def test_the_download_answers_as_the_program_does_alone(finished, tmp_path):
    workspace, run = finished
    zipfile.ZipFile(io.BytesIO(bundle(workspace, run))).extractall(tmp_path)
    val = artifacts.read_predictions(workspace.folder(run.id), "val")
    script = [sys.executable, str(tmp_path / "predict.py"), *val.paths, "--json"]
    done = subprocess.run(script, capture_output=True, text=True, check=True, cwd=tmp_path)
    answers, decision = json.loads(done.stdout), Predictor.load(tmp_path).decision
    for answer, row in zip(answers, val.probabilities, strict=True):
        np.testing.assert_allclose(list(answer["probabilities"].values()), row, atol=2e-5)
        assert tuple(answer["labels"]) == decision.names(tuple(answer["probabilities"].values()))
    assert {len(answer["labels"]) for answer in answers} > {1}
    results = json.loads((tmp_path / "results.json").read_text())
    assert results["val"]["mean_average_precision"] == run.val.main.value
    assert "mean average precision" in (tmp_path / "HOW-TO.txt").read_text()


def test_the_command_line_names_the_labels(finished, capsys, monkeypatch):
    workspace, run = finished
    path = artifacts.read_predictions(workspace.folder(run.id), "val").paths[0]
    monkeypatch.setattr(sys, "argv", ["graft", "predict", run.id, path, "--workspace", str(workspace.root), "--json"])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code in (0, None)
    (answer,) = json.loads(capsys.readouterr().out)
    assert "class" not in answer
    decision = Predictor.load(workspace.folder(run.id)).decision
    assert tuple(answer["labels"]) == decision.names(tuple(answer["probabilities"].values()))


def test_a_resumed_run_ends_as_one_that_never_stopped(finished, images, tmp_path):
    workspace, run, control = Workspace(tmp_path / "workspace"), finished[1], Control()
    lease = create_run(workspace, prepare(described(images), workspace.root, "cpu"))
    for event in execute(workspace, lease, control):
        if isinstance(event, EpochEnded):
            control.stop()
    stopped = workspace.store.run(lease.run_id)
    assert stopped.status is Status.STOPPED
    first = read_record(workspace.folder(stopped.id) / BEST).thresholds
    list(execute(workspace, reopen_run(workspace, stopped.id), Control()))
    again = workspace.store.run(stopped.id)
    series = [[(e.train_loss, e.val_loss, e.metrics) for e in place.store.epochs(one.id)]
              for place, one in ((finished[0], run), (workspace, again))]  # fmt: skip
    assert series[0] == series[1]
    assert (again.val, again.test) == (run.val, run.test)
    assert first != read_record(workspace.folder(again.id) / BEST).thresholds


def test_the_last_epoch_has_thresholds_of_its_own(images, tmp_path):
    workspace = Workspace(tmp_path / "workspace")
    recipe = Recipe(batch_size=8, precision="fp32", learning_rate=2.0, monitor="map")
    run = executed(workspace, described(images, recipe=recipe))
    folder = workspace.folder(run.id)
    assert run.results["best_epoch"] < 2, "too large a rate: the last epoch is not the best"
    best, last = (read_record(folder / name) for name in (BEST, LAST_WEIGHTS))
    assert best.thresholds != last.thresholds
    now = keep_epoch(workspace, run.id, "last")
    val = artifacts.read_predictions(folder, "val")
    assert val.thresholds == last.thresholds
    assert now.val == scores(val.labels, val.probabilities, last.thresholds)
    with zipfile.ZipFile(io.BytesIO(bundle(workspace, now))) as archive:
        assert f"THRESHOLDS = {last.thresholds}" in archive.read("predict.py").decode(), "of the weights beside it"


@pytest.mark.parametrize(
    "recipe",
    [
        {"mixup": 0.4, "cutmix": 1.0}, {"class_weights": "balanced", "label_smoothing": 0.0}, {"monitor": "macro-f1"},
        {"monitor": "accuracy"},
    ],
    ids=str,
)  # fmt: skip
def test_every_recipe_trains(images, tmp_path, recipe):
    run = executed(Workspace(tmp_path / "workspace"), described(images, recipe=Recipe(batch_size=8, **recipe)))
    assert run.status is Status.COMPLETED
    assert run.val.main.value > 0.5


def test_a_head_is_fitted_by_l_bfgs_too(images, tmp_path):
    phases = (Phase(stages=("head",), epochs=4, solver="lbfgs"),)
    run = executed(Workspace(tmp_path / "workspace"), described(images, phases=phases))
    assert run.status is Status.COMPLETED
    assert run.val.main.value > 0.8


def test_thresholds_of_a_half_are_a_choice(images, tmp_path):
    workspace = Workspace(tmp_path / "workspace")
    run = executed(workspace, described(images, task=MultiLabelSpec(thresholds="half")))
    assert read_record(workspace.folder(run.id) / BEST).thresholds == (0.5, 0.5, 0.5)


def test_a_contradiction_is_refused_with_what_to_do(images, divided, tmp_path):
    several = described(divided, task=MultiLabelSpec())
    with pytest.raises(InvalidExperiment, match=r"for images with any number of labels, and these have one class each"):
        prepare(several, tmp_path, "cpu")
    seen = described(images)
    seen = seen.changed(data=seen.data.model_copy(update={"fingerprint": "x"}))
    with pytest.raises(InvalidExperiment) as caught:
        prepare(seen, tmp_path, "cpu")
    assert "(`--task classification`)" in in_options(str(caught.value))
    with pytest.raises(InvalidExperiment, match=r"one class each\. Choose other images, or begin a new experiment\.$"):
        prepare(described("sample:signs", task=MultiLabelSpec()), tmp_path, "cpu")
    with pytest.raises(InvalidExperiment, match=r"by 'map' where images have one class each.*loss, accuracy, macro-f1"):
        prepare(described(divided, recipe=Recipe(monitor="map")), tmp_path, "cpu")


def test_an_old_run_that_took_each_combination_for_a_class_still_does(images, tmp_path):
    """It named the column, and knew no task."""
    experiment = described(images)
    reading = Reading(layout="csv", labels="labels.csv", label_column="labels")
    data = experiment.data.model_copy(update={"reading": reading, "fingerprint": "seen"})
    prepared = prepare(experiment.changed(data=data), tmp_path, "cpu")
    assert prepared.dataset.task == "classification"
    assert "red|green" in prepared.dataset.classes


def test_labels_are_not_screened(images, tmp_path):
    from core.runs.trial import screen_labels

    workspace = Workspace(tmp_path / "workspace")
    experiment = described(images)
    with pytest.raises(InvalidInput, match="every image has one class"):
        list(screen_labels(experiment, workspace, "cpu", (experiment.pipeline,), Control()))


def test_a_split_is_called_the_same_in_any_order_of_classes_and_no_class_is_taken_for_two(images, tmp_path):
    dataset = load_dataset(str(images), tmp_path)
    split = make_split(dataset, SplitSpec())
    turned = dataset.ordered_as(dataset.classes[::-1])
    for key in (artifacts.split_key, artifacts.test_key):
        assert key(dataset, split) == key(turned, split)
    joined = replace(dataset, classes=("blue", "green", "blue, green"))
    first = next(n for n in split.test if dataset.items[n].labels == (0, 1))
    other = [replace(item, labels=(2,)) if n == first else item for n, item in enumerate(dataset.items)]
    assert artifacts.test_key(joined, split) != artifacts.test_key(replace(joined, items=tuple(other)), split)


def test_a_label_on_no_validation_image_is_said_wherever_the_score_stands(images, tmp_path, capsys, monkeypatch):
    """A data set that comes divided: blue is on training images alone."""
    folder = tmp_path / "divided"
    folder.mkdir()
    rows = ["file,labels,split"]
    for number, labels in enumerate(SETS * 6):
        part = "train" if "blue" in labels or number % 4 else "val"
        (folder / f"{number:02}.png").write_bytes((images / f"{number:02}.png").read_bytes())
        rows.append(f"{number:02}.png,{'|'.join(labels)},{part}")
    (folder / "labels.csv").write_text("\n".join(rows))
    workspace = Workspace(tmp_path / "workspace")
    run = executed(workspace, described(folder))
    note = "mean over 2 of 3 labels: no image shows 'blue'"
    assert run.val.main.note == note
    assert note in bundle(workspace, run).decode("latin-1")
    for options in ((), ("--json",)):
        monkeypatch.setattr(sys, "argv", ["graft", "runs", "--workspace", str(workspace.root), *options])
        with pytest.raises(SystemExit):
            cli.main()
        said = capsys.readouterr().out
        if options:
            assert json.loads(said)[0]["val"]["mean_average_precision_note"] == note
    assert format_scores(run.val).endswith(f"n={run.val.n}; {note})")
    monkeypatch.setenv("GRAFT_WORKSPACE", str(workspace.root))
    without_warm_up(monkeypatch)
    assert f"Mean average precision: {note}." in text(opened("pages/results.py", run.id))
    assert note in text(opened("pages/results.py"))
    assert note in text(opened("pages/train.py", run.id))
