"""Eighty images of one class and four of the other: whatever the solver, weights and smoothing, both are learned."""

import numpy as np
import pytest
from PIL import Image
from torch import device
from torch.nn import functional

from core.experiment import BackboneSpec, DataSpec, Experiment, Phase, Recipe
from core.features.precision import autocast_for
from core.training.events import EpochEnded
from core.training.inference import answering
from core.work.progress import finish
from tests.training.helpers import prepare, run

COUNTS = {"train/common": 80, "train/rare": 4, "val/common": 20, "val/rare": 10}

OFF = autocast_for(device("cpu"), "fp32")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The drawn images, and the folder in which features are kept for all runs."""
    folder = tmp_path_factory.mktemp("imbalance")
    rng = np.random.default_rng(3)
    for name, count in COUNTS.items():
        (folder / "images" / name).mkdir(parents=True)
        for number in range(count):
            # blocks of light and dark: images that look alike would be taken for copies and left out
            blocks = np.kron(rng.integers(110, 255, (4, 4, 1)), np.ones((16, 16, 1)))
            pixels = (blocks * ((1, 0.2, 0.1) if name.endswith("rare") else (0.1, 0.3, 1))).astype(np.uint8)
            Image.fromarray(pixels).save(folder / "images" / name / f"{number}.png")
    return folder


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.3])
@pytest.mark.parametrize("weights", ["none", "balanced"])
@pytest.mark.parametrize("solver", ["lbfgs", "steps"])
def test_both_classes_are_learned(place, tmp_path, solver, weights, smoothing):
    experiment = Experiment(
        data=DataSpec(source=str(place / "images")),
        backbone=BackboneSpec(image_size=64),
        phases=(Phase(stages=("head",), epochs=30, solver=solver, learning_rate=None if solver == "lbfgs" else 0.01),),
        recipe=Recipe(class_weights=weights, label_smoothing=smoothing, precision="fp32"),
        views=1,
    )
    setup = prepare(experiment, tmp_path, features=place / "features", saved=False)
    events = run(setup)
    phase_input = setup.phase_inputs("fp32").of_phase(0)
    setup.model.eval()
    suffix, source = phase_input.suffix, phase_input.source
    steps = answering(suffix, source, setup.val_items, setup.validation_step, autocast=OFF, what="validating")
    logits, targets = finish(steps).outputs
    assert sorted(targets.tolist()) == [0] * 20 + [1] * 10
    assert logits.argmax(1).tolist() == targets.tolist()
    (last,) = [event for event in events if isinstance(event, EpochEnded)][-1:]
    losses = functional.cross_entropy(logits, targets, reduction="none", label_smoothing=smoothing)
    counted = np.where(targets, 84 / 8, 84 / 160) if weights == "balanced" else np.ones(30)
    # not the mean over images: an image of a rare class is not to make validation look worse than training
    assert last.val_loss == pytest.approx(np.average(losses, weights=counted), rel=1e-4)
