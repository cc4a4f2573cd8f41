"""What the policies and the steps that look at other images draw, and what comes of it, over many views.

Kept in `policies.txt`; numbers of views are alike within two grey levels.
"""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.augment.pipeline import Pipeline
from core.augment.standalone import policies
from core.augment.steps import default_step
from core.data.geometry import Geometry
from core.experiment import PipelineSpec
from tests.augment.kept.variations import Others, look, picture
from tests.recorded import RECORDING, Recorded

CASES = {
    "wide": ("TrivialAugment", {"space": "wide"}),
    "standard": ("TrivialAugment", {"space": "standard", "fill": "grey"}),
    "strongest": ("RandAugment", {"operations": 1, "magnitude": 30, "fill": "white"}),
    "two of middle strength": ("RandAugment", {"operations": 2, "magnitude": 15}),
    "mixed": ("AugMix", {"severity": 10, "alpha": 0.3, "fill": "white"}),
    "mixed of all": ("AugMix", {"severity": 8, "width": 2, "depth": 1, "all_ops": True, "alpha": 1.5}),
    "main directions": ("PixelDistributionAdaptation", {"transform_type": "pca", "blend_ratio": [1, 1]}),
    "mean and spread": ("PixelDistributionAdaptation", {"transform_type": "standard", "blend_ratio": [1, 1]}),
    "extremes": ("PixelDistributionAdaptation", {"transform_type": "minmax", "blend_ratio": [1, 1]}),
    "pasted": ("OverlayElements", {"size": [0.3, 0.9]}),
}
VIEWS = {"wide": 24, "standard": 24, "strongest": 24}
SPACES = {"wide": policies.WIDE, "standard": policies.STANDARD, "mixed": policies.MIXED, "all": policies.MIXED_ALL}


@pytest.fixture(scope="module")
def recorded():
    return Recorded(Path(__file__).with_name("policies.txt"))


def compare(recorded, name, lines):
    """Words exactly; the numbers after the last colon of each line within two."""
    if RECORDING:
        recorded.check(name, "\n".join(lines))
    kept = recorded.known(name).split("\n")
    assert len(lines) == len(kept)
    for line, other in zip(lines, kept, strict=True):
        (said, _, numbers), (expected, _, before) = line.rpartition(": "), other.rpartition(": ")
        assert said == expected
        pairs = zip(numbers.split(), before.split(), strict=True)
        assert max(abs(int(one) - int(two)) for one, two in pairs) <= 2, f"{said}: {numbers} was {before}"


def text(image):
    return " ".join(map(str, look(image)))


@pytest.mark.parametrize("name", CASES)
def test_views_of_policies_are_as_they_were(name, recorded):
    transform, params = CASES[name]
    step = default_step(transform)
    step = step.model_copy(update={"p": 1.0, "params": step.params | params})
    pipeline, base = Pipeline(PipelineSpec(steps=(step,)), Geometry(44, 48), Others()), picture()
    lines = []
    for number in range(VIEWS.get(name, 6)):
        (fired,) = pipeline.fired(base, seed=1, digest="x", number=number)
        lines.append(f"{fired.drawn}: {text(pipeline.view(base, seed=1, digest='x', number=number))}")
    compare(recorded, name, lines)


@pytest.mark.parametrize("operation", policies.OPERATIONS)
def test_operations_do_what_they_did(operation, recorded):
    image, make = Image.fromarray(picture()), policies.OPERATIONS[operation]
    magnitudes = {"Rotate": (-30, 20), "Posterize": (1.9, 4), "Solarize": (0.501, 0.9), "ShearX": (-0.3, 0.7),
                  "ShearY": (-0.3, 0.7), "TranslateX": (-7.6, 12.9), "TranslateY": (-7.6, 12.9)}  # fmt: skip
    lines = []
    for magnitude in magnitudes.get(operation, (-0.8, 0.6)):
        said = policies.chain_text([(operation, magnitude)])
        lines.append(f"{said}: {text(np.array(make(image, magnitude, (255, 0, 128))))}")
    compare(recorded, operation, lines)


@pytest.mark.parametrize("name", SPACES)
def test_spaces_are_the_papers(name, recorded):
    sides = (64, 100)
    lines = [f"{key} {span} {[round(span.at(4, 11, side), 6) for side in sides] if span else ''}"
             for key, span in SPACES[name].items()]  # fmt: skip
    recorded.check(f"space {name}", "\n".join([*lines, f"{policies.BINS} {policies.SEVERITIES}"]))


def test_every_record_is_of_something(recorded):
    recorded.check_all_are_used([*CASES, *policies.OPERATIONS, *(f"space {name}" for name in SPACES)])
