"""What the lights of label safety are compared with: (sample, transform) pairs, and the images of each trial.

A pipeline is the same for the light and for the training. It is applied to every view, except for mirrorings: always
applied, a mirrored world would be as consistent as the real one; it is half of the views that makes labels ambiguous.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.augment.steps import default_step
from core.experiment import PipelineSpec, Step
from sample_data.draw_signs import CLASSES, draw_one
from tests.benchmarks.folds import REPEATS, SPLITS, lay_out, read_folds

Sample = Literal["signs", "stamps"]
TRAIN, VAL, TEST = 24, 6, 70  # drawn signs of each class: 144, 36 and 420 in all
TEST_DRAWING = 9_000  # the drawing seed of the test signs, the same for all trials; trial n draws with 1,000 + n
QUALITY = 85  # of the JPEGs, as in the sample


@dataclass(frozen=True)
class Pair:
    """One transform on one sample. `name` is what --pairs takes."""

    sample: Sample
    name: str
    step: Step

    @property
    def pipeline(self) -> PipelineSpec:
        return PipelineSpec(steps=(self.step,))

    @property
    def key(self) -> str:
        return f"{self.sample}:{self.name}"


def _pair(sample: Sample, name: str, transform: str, p: float = 1.0, **params: object) -> Pair:
    step = default_step(transform)
    return Pair(sample, name, Step.model_validate(step.model_dump() | {"p": p, "params": step.params | params}))


PAIRS = (
    _pair("signs", "flip", "HorizontalFlip", 0.5),
    _pair("signs", "upside-down", "VerticalFlip", 0.5),
    _pair("signs", "quarter-turns", "RandomRotate90"),
    _pair("signs", "transpose", "Transpose", 0.5),
    _pair("signs", "rotate-90", "Rotate", limit=90),
    _pair("signs", "rotate-10", "Rotate", limit=10),
    _pair("signs", "hue-120", "HueShift", limit=120),
    _pair("signs", "gray", "ToGray"),
    _pair("signs", "brightness", "RandomBrightnessContrast", brightness=0.15, contrast=0.15),
    _pair("signs", "jitter", "ColorJitter", brightness=0.1, contrast=0.1, saturation=0.1, hue=0),
    _pair("signs", "noise", "GaussNoise"),
    _pair("signs", "blur", "GaussianBlur"),
    _pair("signs", "translate", "Translate"),
    _pair("signs", "perspective", "Perspective"),
    _pair("signs", "dropout", "CoarseDropout"),
    _pair("signs", "jpeg", "JpegCompression"),
    _pair("stamps", "flip", "HorizontalFlip", 0.5),
    _pair("stamps", "brightness", "RandomBrightnessContrast", brightness=0.15, contrast=0.15),
    _pair("stamps", "gray", "ToGray"),
)


def trials(sample: Sample, seeds: Iterable[int]) -> list[int]:
    """Numbers of trainings: of signs one per seed; of stamps one fold of each repeat, so that five seeds test all."""
    if sample == "signs":
        return list(seeds)
    return [seed % SPLITS + repeat * SPLITS for repeat in range(REPEATS) for seed in seeds]


def prepare(sample: Sample, trial: int, folder: Path) -> None:
    """Write the images of a trial into train/, val/ and test/."""
    if sample == "stamps":
        lay_out("stamps", read_folds("stamps")[trial], seed=trial, folder=folder)
        return
    for part, numbers, drawing in (
        ("train", range(TRAIN), 1_000 + trial), ("val", range(TRAIN, TRAIN + VAL), 1_000 + trial),
        ("test", range(TEST), TEST_DRAWING),
    ):  # fmt: skip
        for name in CLASSES:
            for number in numbers:
                path = folder / part / name / f"{name}-{number:02d}.jpg"
                path.parent.mkdir(parents=True, exist_ok=True)
                draw_one(name, number, drawing).save(path, quality=QUALITY, optimize=True)


def digest(pair: Pair) -> str:
    """The pipeline as text: results of another one are not taken for this one's."""
    return json.dumps(pair.pipeline.model_dump(mode="json"), sort_keys=True)
