"""Ready-made pipelines, and pipelines in files. Imports no image library."""

import os
from dataclasses import dataclass
from pathlib import Path

import yaml

from core.augment import catalogue
from core.augment.exchange.text import ParsedPipeline, read_any
from core.augment.steps import default_step
from core.errors import InvalidPipeline, UnknownTransform, unknown_name
from core.experiment import PipelineSpec, Step
from core.text import short_path

_LARGEST_FILE = 1_000_000  # bytes; a pipeline is a page of text
_SUFFIXES = {".json", ".yaml", ".yml"}


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready-made pipeline with an explanation of its use."""

    name: str
    title: str
    explanation: str  # one line
    pipeline: PipelineSpec


def _step(name: str, p: float | None = None, **params: object) -> Step:
    """The default step with some parameters changed, every parameter written out."""
    step = default_step(name)
    return Step.model_validate(step.model_dump() | {"p": step.p if p is None else p, "params": step.params | params})


# no flip: it destroys left/right labels, and this is the default of a run
_LIGHT = PipelineSpec(
    steps=(
        _step("Rotate", 0.5, limit=8),
        _step("Translate", 0.5),
        _step("Scale", 0.5, factor=[0.9, 1.1]),
        _step("ColorJitter", 0.5, brightness=0.1, contrast=0.1, saturation=0.1, hue=0),
    )
)
_MEDIUM = PipelineSpec(
    steps=(
        _step("Rotate", 0.5, limit=12),
        _step("RandomResizedCrop", 1.0, area=[0.6, 1.0]),
        _step("HorizontalFlip", 0.5),
        _step("ColorJitter", 0.8, brightness=0.2, contrast=0.2, saturation=0.2, hue=5),
    )
)
_STRONG = PipelineSpec(
    steps=(
        _step("Rotate", 0.7, limit=20),
        _step("Perspective", 0.4, corners=[0.03, 0.08]),
        _step("RandomResizedCrop", 1.0, area=[0.35, 1.0], aspect=[0.75, 1.33]),
        _step("HorizontalFlip", 0.5),
        _step("ColorJitter", 0.9, brightness=0.3, contrast=0.3, saturation=0.4, hue=10),
        _step("ToGray", 0.1),
        _step("GaussianBlur", 0.2, sigma=[0.3, 1.5]),
        _step("GaussNoise", 0.2, deviation=[0.02, 0.06]),
        _step("CoarseDropout", 0.4, size=[0.1, 0.25], holes=[1, 3]),
    )
)

# changes that preserve any label: a probe trained with them is robust to small changes
MILD = PipelineSpec(
    steps=(_step("Rotate", 1.0, limit=5), _step("RandomBrightnessContrast", 1.0, brightness=0.1, contrast=0.1))
)

CHOICES = (
    Preset("none", "None", "Every image as it is: the control that shows what augmenting is worth.", PipelineSpec()),
    Preset("light", "Light", "Small turns, shifts and zooms, mild light changes: rarely wrong, a safe start.", _LIGHT),
    Preset("medium", "Medium", "Random crops, flips, turns and colour: the usual choice for few images.", _MEDIUM),
    Preset("strong", "Strong", "Adds perspective, blur, noise and covered parts: for long trainings.", _STRONG),
)
PRESETS: dict[str, PipelineSpec] = {preset.name: preset.pipeline for preset in CHOICES}
DEFAULT = _LIGHT  # the default of a run, in the app and on the command line


def read_pipeline(preset_or_file: str) -> PipelineSpec:
    """A preset by its name, or a pipeline from a JSON or YAML file, Graft's own or Albumentations'. A preset wins over
    a file of the same name.

    Raises `UnknownTransform` (no such preset, or an unknown transform in the file) or `InvalidPipeline` (a file that
    cannot be read, or whose content is wrong; every problem is named).
    """
    return take_pipeline(preset_or_file).spec


def take_pipeline(preset_or_file: str) -> ParsedPipeline:
    """Like `read_pipeline`, also returning the seed in the file and notes on what was left out."""
    if preset_or_file in PRESETS:
        return ParsedPipeline(PRESETS[preset_or_file])
    path = Path(preset_or_file)
    if not os.path.exists(preset_or_file):  # unlike Path.exists it returns False for an empty or invalid file name
        if path.suffix.lower() in _SUFFIXES:
            raise InvalidPipeline(f"There is no pipeline file '{short_path(preset_or_file)}'. Check the path, or name "
                                  f"a preset: {', '.join(PRESETS)}.")  # fmt: skip
        raise UnknownTransform(
            unknown_name("augmentation preset", preset_or_file, PRESETS) + " Or give a JSON or YAML file."
        )
    return read_any(text_of(path), source=f"The pipeline file '{short_path(preset_or_file)}'")


def read_screened(preset_file_or_transform: str) -> PipelineSpec:
    """Like `read_pipeline`; the name of a transform gives a pipeline of that transform alone, with p=1."""
    if preset_file_or_transform in catalogue.TRANSFORMS:
        return PipelineSpec(steps=(default_step(preset_file_or_transform).model_copy(update={"p": 1.0}),))
    return read_pipeline(preset_file_or_transform)


def parse_pipeline(text: str, source: str = "The pipeline") -> PipelineSpec:
    """A pipeline from JSON or YAML text, Graft's own or Albumentations', names and parameters checked.

    Raises as `read_pipeline`; `source` opens the message. `exchange.text.read_any` also returns what was left out.
    """
    return read_any(text, source).spec


def dump_pipeline(spec: PipelineSpec) -> str:
    """The pipeline as YAML, which `read_pipeline` and `parse_pipeline` read back to an equal one."""
    return yaml.safe_dump(spec.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def text_of(path: Path) -> str:
    """The text of a pipeline file. Raises `InvalidPipeline`."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise InvalidPipeline(
                f"The pipeline file '{short_path(path)}' is larger than 1 MB; a pipeline is a page of text."
            )
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidPipeline(f"The pipeline file '{short_path(path)}' cannot be read: {error}") from error
