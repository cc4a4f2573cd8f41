"""What an earlier version left in a workspace opens with this one, and goes on."""

import io
import json
import sqlite3
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.augment import saved
from core.augment.steps import summarise
from core.evaluation.predict import Predictor
from core.experiment import Experiment
from core.export.bundle import bundle
from core.model.record import read_record
from core.runs import artifacts
from core.runs.execute import execute, reopen_run
from core.runs.keep import keep_epoch
from core.runs.status import Status
from core.runs.workspace import Workspace
from core.work.control import Control
from tests.pages.trained import opened, texts, without_warm_up

ZIP = Path(__file__).with_name("workspace.zip")
MADE_IN = "/tmp/graft-old"
CLASSES = ("cold", "mild", "warm")
TOLERANCE = 1e-4
TEXTS = (".json", ".yaml")


def unpacked(place: Path) -> Path:
    """The zip below `place`, which takes the place of the folder that it was made in."""
    with zipfile.ZipFile(ZIP) as archive:
        archive.extractall(place)
    here = json.dumps(str(place))[1:-1]
    for path in place.rglob("*"):
        if path.suffix in TEXTS:
            path.write_text(path.read_text(encoding="utf-8").replace(MADE_IN, here), encoding="utf-8")
    with sqlite3.connect(place / "workspace" / "graft.db") as db:
        db.execute("UPDATE runs SET experiment = replace(experiment, ?, ?)", (MADE_IN, here))
    db.close()
    return place


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Unpacked once, for reading and for what can be taken back."""
    return unpacked(tmp_path_factory.mktemp("old"))


@pytest.fixture
def workspace(place, monkeypatch):
    monkeypatch.setenv("GRAFT_WORKSPACE", str(place / "workspace"))
    made = Workspace(place / "workspace")
    yield made
    made.close()


@pytest.fixture
def whole(workspace):
    return next(run for run in workspace.store.runs() if run.name == "whole")


def test_nothing_in_it_names_the_machine_that_made_it():
    with zipfile.ZipFile(ZIP) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            assert not any(word in content for word in (b"/home/", b"/root", b"/work/", b"site-packages")), name
    assert ZIP.stat().st_size < 1_000_000


def test_the_runs_are_listed_with_the_digests_that_they_had(workspace):
    runs = {run.name: run for run in workspace.store.runs()}
    assert {name: run.status for name, run in runs.items()} == {
        "whole": Status.COMPLETED, "cut short": Status.INTERRUPTED,
    }  # fmt: skip
    with zipfile.ZipFile(ZIP) as archive:  # as it was written, with its own paths
        written = Experiment.from_text(archive.read("experiment.yaml").decode())
    assert written.digest != runs["cut short"].digest
    began = written.changed(
        data={**written.data.model_dump(), "fingerprint": runs["whole"].experiment.data.fingerprint}
    )
    assert began.digest == runs["whole"].digest, "a digest names an experiment for ever"
    for run in runs.values():
        assert run.classes == CLASSES
        assert Experiment.from_file(workspace.folder(run.id) / "experiment.yaml") == run.experiment
        assert [epoch.epoch for epoch in workspace.store.epochs(run.id)] == [0, 1, 2]


def test_its_model_has_a_record_and_answers_as_it_did(workspace, whole):
    record = read_record(workspace.folder(whole.id) / "best.safetensors")
    assert (record.classes, record.task, record.backbone.name) == (CLASSES, "classification", "mobilenet_v3_small")
    assert (record.inputs.crop, record.inputs.image_size, record.inputs.resize_size) == ("weights", 64, 73)
    assert (record.backbone.weights, record.precision, record.experiment) == ("file", "fp32", whole.digest)
    assert record.epoch == whole.results["best_epoch"]
    for part in ("val", "test"):
        stored = artifacts.read_predictions(workspace.folder(whole.id), part)
        predictor = Predictor.load(workspace.folder(whole.id))
        found = predictor.predict([predictor.read(Path(path)) for path in stored.paths])
        np.testing.assert_allclose(found, stored.probabilities, atol=TOLERANCE)
        assert stored.probabilities.std(axis=0).min() > 10 * TOLERANCE, "or equal answers would say nothing"


def test_its_download_answers_the_same(workspace, whole, tmp_path):
    with zipfile.ZipFile(io.BytesIO(bundle(workspace, whole))) as archive:
        archive.extractall(tmp_path)
    assert json.loads((tmp_path / "labels.json").read_text(encoding="utf-8")) == list(CLASSES)
    assert "Geometry(image_size=64, resize_size=73" in (tmp_path / "predict.py").read_text(encoding="utf-8")
    stored = artifacts.read_predictions(workspace.folder(whole.id), "val")
    predictor = Predictor.load(tmp_path)
    found = predictor.predict([predictor.read(Path(path)) for path in stored.paths])
    np.testing.assert_allclose(found, stored.probabilities, atol=TOLERANCE)


def test_the_pages_show_it(workspace, whole, monkeypatch):
    without_warm_up(monkeypatch)
    at = opened("pages/results.py")
    links = {link.proto.label.replace("\\", "") for link in at.main.get("page_link")}
    assert {name for name in ("whole", "cut short") if any(name in label for label in links)} == {"whole", "cut short"}
    assert "Completed" in texts(at)
    assert "Interrupted" in texts(at)
    at = opened("pages/results.py", whole.id)
    assert f"{100 * whole.val.main.value:.0f}" in " ".join(metric.value for metric in at.main.metric)
    at = opened("pages/predict.py", whole.id)
    assert at.selectbox(key="predict-model").value == whole.id
    assert "cold, mild, warm" in texts(at).replace("\\", "")


def test_what_a_tab_had_chosen_is_there_again(workspace, place, monkeypatch):
    from pages.ui.session import state

    without_warm_up(monkeypatch)
    with zipfile.ZipFile(ZIP) as archive:  # the pages of other tests have kept theirs meanwhile
        (name,) = [name for name in archive.namelist() if name.startswith("workspace/drafts/")]
    draft = state._read(place / name)
    assert (draft.seed, draft.source) == (11, str(place / "images"))
    experiment, run = draft.experiment(), next(one for one in workspace.store.runs() if one.name == "cut short")
    assert experiment.changed(seed=8, data=run.experiment.data) == run.experiment


def test_a_kept_pipeline_is_there_again(workspace, whole):
    assert [one.name for one in saved.listed(workspace.root)] == ["Für später"]
    assert saved.load(workspace.root, "Für später") == whole.experiment.pipeline
    assert "flip" in summarise(whole.experiment.pipeline).lower()


def test_an_experiment_file_names_the_run_that_it_was(place, whole):
    written = Experiment.from_file(place / "experiment.yaml")
    assert written.changed(data=whole.experiment.data) == whole.experiment


def test_the_last_epoch_can_be_used_instead(tmp_path):
    workspace = Workspace(unpacked(tmp_path) / "workspace")
    run = next(one for one in workspace.store.runs() if one.name == "whole")
    before = artifacts.read_predictions(workspace.folder(run.id), "val")
    now = keep_epoch(workspace, run.id, "last")
    assert (now.results["kept_epoch"], now.val.n) == (2, len(before.names))
    assert not np.allclose(
        artifacts.read_predictions(workspace.folder(run.id), "val").probabilities, before.probabilities
    )
    workspace.close()


def test_an_interrupted_run_goes_on_to_where_it_would_have_ended(tmp_path):
    """Its first epochs are those of before; its weights say from now on what its earlier ones did not."""
    place = unpacked(tmp_path)
    workspace = Workspace(place / "workspace")
    run = next(one for one in workspace.store.runs() if one.name == "cut short")
    before = workspace.store.epochs(run.id)
    list(execute(workspace, reopen_run(workspace, run.id), Control()))
    run, epochs = workspace.store.run(run.id), workspace.store.epochs(run.id)
    assert (run.status, len(before), len(epochs)) == (Status.COMPLETED, 3, 5)
    assert epochs[:3] == before
    undisturbed = json.loads((place / "undisturbed.json").read_text(encoding="utf-8"))
    assert [epoch.val_loss for epoch in epochs] == pytest.approx(undisturbed, rel=1e-3)
    assert read_record(workspace.folder(run.id) / "best.safetensors").graft, (
        "its weights say who wrote them from now on"
    )
    assert sum(scores.n for scores in (run.val, run.test)) == 7
    workspace.close()
