"""Small images and short experiments that many tests share."""

import os

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
# several test processes share the machine: more threads in each only get in each other's way
os.environ.setdefault("OMP_NUM_THREADS", "1")

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.experiment import BackboneSpec, DataSpec, Experiment, Phase, PipelineSpec, Recipe, Step

pytest.register_assert_rewrite("tests.recorded")  # a difference is shown


def make_images(folder: Path, classes=("cold", "warm"), per_class=12, side=32, seed=0) -> Path:
    """Class folders of noisy images, blue for the first class and red for the second, and so on."""
    rng = np.random.default_rng(seed)
    for index, name in enumerate(classes):
        (folder / name).mkdir(parents=True)
        for number in range(per_class):
            pixels = rng.integers(0, 120, (side, side, 3))
            pixels[..., (2, 0, 1)[index % 3]] += 120
            Image.fromarray(pixels.astype(np.uint8)).save(folder / name / f"{number:02}.png")
    return folder


def make_experiment(source, **parts) -> Experiment:
    """A training of seconds: an untrained small network, two phases, a random flip and rotation."""
    steps = (Step(transform="HorizontalFlip", p=0.5), Step(transform="Rotate", p=1.0))
    whole = {
        "data": DataSpec(source=str(source)),
        "pipeline": PipelineSpec(steps=steps),
        "backbone": BackboneSpec(name="mobilenet_v3_small", weights="none", image_size=32),
        "phases": (Phase(stages=("head",), epochs=1),),
        "recipe": Recipe(batch_size=8),
        "views": 2,
    }
    return Experiment(**(whole | parts))


@pytest.fixture(autouse=True)
def workspace_of_its_own(monkeypatch, tmp_path) -> None:
    """No test writes where a user's runs are."""
    monkeypatch.setenv("GRAFT_WORKSPACE", str(tmp_path / "workspace"))


@pytest.fixture
def images(tmp_path) -> Path:
    """24 images of 32 px in two classes."""
    return make_images(tmp_path / "images")


@pytest.fixture
def experiment(images) -> Experiment:
    """Two epochs in two phases over `images`."""
    from core.backbones.stages import stage_table

    names = tuple(stage.name for stage in stage_table("mobilenet_v3_small"))
    phases = (Phase(stages=("head",), epochs=2), Phase(stages=names[-2:], epochs=2, learning_rate=1e-3))
    return make_experiment(images, phases=phases)


@pytest.fixture(scope="session")
def divided(tmp_path_factory) -> Path:
    """Three uneven classes in parts of 11, 5 and 7 images; for reading only."""
    from tests.uneven import make_divided

    return make_divided(tmp_path_factory.mktemp("divided") / "weather")


@pytest.fixture
def ledger(tmp_path, divided):
    """A workspace of this test's own with three completed runs over `divided`, the oldest first."""
    from core.runs.workspace import Workspace
    from tests.uneven import recorded

    workspace = Workspace(tmp_path / "workspace")
    return workspace, recorded(workspace, divided)
