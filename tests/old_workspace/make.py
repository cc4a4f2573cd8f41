"""Makes `workspace.zip` with an earlier version of the program; README.md says why.

git archive 1150148 | tar -x -C OLD
cd OLD && PYTHONPATH=OLD python NEW/tests/old_workspace/make.py NEW/tests/old_workspace/workspace.zip
"""

# ruff: noqa: E402
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import zipfile
from pathlib import Path

PLACE = Path("/tmp/graft-old")  # what the database and the descriptions name; the tests put their own in its place
os.environ["GRAFT_WORKSPACE"] = str(PLACE / "workspace")

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

from core.augment import saved
from core.backbones.build import build
from core.experiment import (
    BackboneSpec,
    DataSpec,
    Experiment,
    Phase,
    PipelineSpec,
    Recipe,
    SplitSpec,
    Step,
)
from core.runs.execute import create_run, execute
from core.runs.prepare import prepare
from core.runs.workspace import Workspace
from core.training.control import Control
from core.training.events import CheckpointWritten

EACH = {"cold": 5, "mild": 4, "warm": 3}
LEFT_OUT = ("features", "cache", "repeated.safetensors", "graft.db-wal", "graft.db-shm")  # can be made again, or empty


def draw_images() -> None:
    """Twelve images of 32 px, each class in a colour of its own."""
    rng = np.random.default_rng(0)
    for index, (name, count) in enumerate(EACH.items()):
        (PLACE / "images" / name).mkdir(parents=True)
        for number in range(count):
            pixels = rng.integers(0, 120, (32, 32, 3))
            pixels[..., index] += 120
            Image.fromarray(pixels.astype(np.uint8)).save(PLACE / "images" / name / f"{number}.png")


def write_weights() -> Path:
    """Weights that repeat themselves, so that they take no room in the zip: 61 numbers over and over."""
    model = build(BackboneSpec(name="mobilenet_v3_small", weights="none", image_size=32), 3, seed=0)
    pattern = torch.randn(61, generator=torch.Generator().manual_seed(0))
    state = model.state_dict()
    for name, tensor in state.items():
        if tensor.ndim > 1:
            spread = (2 / tensor[0].numel()) ** 0.5
            state[name] = (pattern.repeat(-(-tensor.numel() // 61))[: tensor.numel()] * spread).view(tensor.shape)
    save_file(state, PLACE / "repeated.safetensors")
    return PLACE / "repeated.safetensors"


def experiments() -> tuple[Experiment, Experiment]:
    """One of three epochs, and one of five in two phases with another crop, size and pipeline."""
    weights = str(write_weights())
    data = DataSpec(source=str(PLACE / "images"), split=SplitSpec(val=0.3, test=0.25, seed=3))
    recipe = Recipe(batch_size=4, precision="fp32", learning_rate=0.003)
    first = Experiment(
        data=data, backbone=BackboneSpec(name="mobilenet_v3_small", weights=weights, image_size=64, crop="weights"),
        pipeline=PipelineSpec(steps=(Step(transform="HorizontalFlip", p=0.5), Step(transform="Rotate", p=1.0))),
        phases=(Phase(stages=("head",), epochs=3),), recipe=recipe, views=2, seed=7,
    )  # fmt: skip
    phases = (Phase(stages=("head",), epochs=2), Phase(stages=("head",), epochs=3, learning_rate=0.001))
    second = first.changed(
        backbone=BackboneSpec(name="mobilenet_v3_small", weights=weights, image_size=32), phases=phases, seed=8,
        pipeline=PipelineSpec(),
    )  # fmt: skip
    return first, second


def run(workspace: Workspace, experiment: Experiment, name: str, epochs: int | None = None) -> None:
    """Train to the end, or be interrupted when so many epochs are kept."""
    lease = create_run(workspace, prepare(experiment, workspace.root, "cpu"), name)
    events = execute(workspace, lease, Control())
    kept = 0
    for event in events:
        kept += isinstance(event, CheckpointWritten)
        if kept == epochs:
            events.close()
            return


def keep_draft(experiment: Experiment) -> None:
    """What a browser's tab had chosen, as the pages kept it."""
    from pages.ui import state

    state.use(experiment)


def undisturbed(experiment: Experiment) -> list[float]:
    """Validation loss of every epoch of a run that nothing interrupts."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        run(workspace, experiment, "undisturbed")
        return [epoch.val_loss for epoch in workspace.store.epochs(workspace.store.runs()[0].id)]


def main(target: Path) -> None:
    """Make everything anew."""
    shutil.rmtree(PLACE, ignore_errors=True)
    draw_images()
    workspace = Workspace(PLACE / "workspace")
    first, second = experiments()
    run(workspace, first, "whole")
    run(workspace, second, "cut short", epochs=3)
    saved.save(workspace.root, "Für später", first.pipeline)
    keep_draft(second.changed(seed=11))
    (PLACE / "experiment.yaml").write_text(first.to_yaml(), encoding="utf-8")
    with sqlite3.connect(workspace.root / "graft.db") as db:  # one file: no journal is left beside it
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (PLACE / "undisturbed.json").write_text(json.dumps(undisturbed(second)), encoding="utf-8")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(PLACE.rglob("*")):
            inside = path.relative_to(PLACE)
            if path.is_file() and not set(inside.parts) & set(LEFT_OUT):
                archive.write(path, inside.as_posix())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
