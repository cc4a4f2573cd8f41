"""One preprocessing: what a run answered for its validation files is what everybody else answers for them."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.evaluation.predict import Predictor
from core.experiment import BackboneSpec, Phase, Recipe
from core.export.bundle import bundle
from core.features import sources
from core.runs import artifacts
from core.runs.execute import create_run, execute
from core.runs.keep import keep_epoch
from core.runs.last import why_not
from core.runs.prepare import prepare
from core.runs.workspace import Workspace
from core.work.control import Control
from tests.conftest import make_experiment, make_images

# backbone, size of the input (None: the weights' own), crop; what the shorter side is resized to
GEOMETRIES = [
    ("efficientnet_lite0", None, "whole", 224), ("efficientnet_lite0", None, "weights", 256),
    ("resnet18", 64, "whole", 64),
    *(pytest.param(*slow, marks=pytest.mark.slow)
      for slow in (("efficientnet_lite0", 96, "weights", 110), ("resnet18", 64, "weights", 73))),
]  # fmt: skip
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Not square, larger than the input, and with a rim that a crop cuts away."""
    folder = make_images(tmp_path_factory.mktemp("geometry") / "images", per_class=9, side=90)
    from PIL import Image

    for number, path in enumerate(sorted(folder.rglob("*.png"))):
        framed = Image.new("RGB", (150, 120), (20 * (number % 12), 250, 90))
        framed.paste(Image.open(path), (30, 15))
        framed.save(path)
    return folder


def finished(images, folder, name, size, crop, precision="fp32", batch=8):
    weights = "default" if name.startswith("efficientnet") else "none"
    experiment = make_experiment(
        images,
        backbone=BackboneSpec(name=name, weights=weights, image_size=size, crop=crop),
        phases=(Phase(stages=("head",), epochs=8, solver="lbfgs"),),
        recipe=Recipe(batch_size=batch, precision=precision),
        views=1,
    )
    workspace = Workspace(folder / "workspace")
    lease = create_run(workspace, prepare(experiment, workspace.root, "cpu"))
    for _ in execute(workspace, lease, Control()):
        pass
    return workspace, workspace.store.run(lease.run_id)


@pytest.fixture(scope="module")
def cropped(images, tmp_path_factory):
    return finished(images, tmp_path_factory.mktemp("cropped"), "efficientnet_lite0", 96, "weights")


@pytest.mark.parametrize(("name", "size", "crop", "resized"), GEOMETRIES)
def test_predict_gives_what_validation_gave(images, tmp_path, name, size, crop, resized):
    workspace, run = finished(images, tmp_path, name, size, crop)
    stored = artifacts.read_predictions(workspace.folder(run.id), "val")
    zipfile.ZipFile(io.BytesIO(bundle(workspace, run))).extractall(tmp_path / "download")
    for folder in (workspace.folder(run.id), tmp_path / "download"):
        predictor = Predictor.load(folder)
        assert predictor.geometry.resize_size == resized
        found = predictor.predict([predictor.read(Path(path)) for path in stored.paths])
        np.testing.assert_allclose(found, stored.probabilities, atol=TOLERANCE)
    assert stored.probabilities.std(axis=0).min() > 100 * TOLERANCE  # or equal answers would say nothing
    if size is not None and crop == "weights":  # one of each library: a process takes seconds
        script = [sys.executable, "-X", "utf8", tmp_path / "download" / "predict.py", *stored.paths, "--json"]
        said = subprocess.run(script, capture_output=True, text=True, encoding="utf-8", check=True, timeout=300).stdout
        theirs = [[answer["probabilities"][name] for name in run.classes] for answer in json.loads(said)]
        np.testing.assert_allclose(theirs, stored.probabilities, atol=TOLERANCE)


@pytest.mark.parametrize("precision", ["bf16", "auto"])
def test_predict_gives_what_is_stored_also_where_training_ran_in_bf16(images, tmp_path, precision):
    workspace, run = finished(images, tmp_path, "efficientnet_lite0", 96, "weights", precision)
    stored = artifacts.read_predictions(workspace.folder(run.id), "val")
    predictor = Predictor.load(workspace.folder(run.id))
    found = predictor.predict([predictor.read(Path(path)) for path in stored.paths])
    np.testing.assert_allclose(found, stored.probabilities, atol=TOLERANCE)
    if precision == "bf16":
        assert run.progress["frozen_precision"] == "bf16"
    kept = (
        keep_epoch(workspace, run.id, "last", device="cpu") if why_not(workspace.folder(run.id), run) is None else run
    )
    again = artifacts.read_predictions(workspace.folder(kept.id), "val")
    found = Predictor.load(workspace.folder(run.id)).predict([predictor.read(Path(path)) for path in again.paths])
    np.testing.assert_allclose(found, again.probabilities, atol=TOLERANCE)


def test_the_next_run_with_the_same_frozen_stages_is_scored_on_kept_features(images, tmp_path, monkeypatch):
    _, first = finished(images, tmp_path, "efficientnet_lite0", 96, "weights", "bf16")
    computed = []
    monkeypatch.setattr(sources, "forward_with_oom_retry", lambda *given: computed.append(given))
    _, second = finished(images, tmp_path, "efficientnet_lite0", 96, "weights", "bf16", batch=5)
    assert second.id != first.id
    assert second.test is not None
    assert computed == []
