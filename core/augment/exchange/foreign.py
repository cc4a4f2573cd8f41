"""Import of Albumentations pipelines, where Graft can do exactly the same. Takes seconds to import.

Each transform of a file is built twice: as the file describes it, and as the nearest step of the catalogue. The
library's own descriptions of the two are compared. Every difference is reported; nothing is changed silently.
"""

from dataclasses import dataclass, field
from typing import Any

import albumentations as A
from pydantic import ValidationError

from core.augment import builders, catalogue
from core.augment.catalogue import ONE_OF
from core.augment.exchange import recorded
from core.augment.exchange.defaults import Version, described, left_out, version_of
from core.augment.exchange.library import (
    class_name,
    first_number,
    known_arguments,
    normalized,
    probability,
    requested_arguments,
    rounded,
)
from core.augment.exchange.old import REMOVED, to_current_version
from core.augment.exchange.params import ALIKE, SAME, Arguments, candidates, proposal
from core.augment.exchange.refused import reasons
from core.augment.steps import parameters
from core.data.geometry import Geometry
from core.errors import InvalidInput, InvalidPipeline
from core.experiment import PipelineSpec, Step

MAX_TRANSFORMS = 200  # transforms; a file with more is refused
_GROUPS = {"Compose", "Sequential", "ReplayCompose"}
_NO_EFFECT = {"ToRGB": "every image is RGB already", "NoOp": "it does nothing"}
# keys of every transform; the last two only in a saved replay
_FILE_KEYS = {"__class_fullname__", "p", "always_apply", "applied", "params"}
_PREPROCESSING = {
    "Normalize",
    "ToTensorV2",
    "ToTensor3D",
    "ToFloat",
    "FromFloat",
}  # part of the model's preprocessing
_RESIZING = {
    "Resize",
    "SmallestMaxSize",
    "LongestMaxSize",
    "CenterCrop",
    "PadIfNeeded",
}  # the same, first or last
_CROPPING = {"RandomResizedCrop", "RandomSizedCrop", "RandomCrop"}
_SIZES = ("size", "height", "max_size", "min_height", "plasma_size")  # arguments that hold the model's input size
_RESAMPLING = {"interpolation", "area_for_downscale"}
_ANY_GEOMETRY = Geometry(224, 224)


@dataclass
class _Result:
    """Result of an import: steps, notes for the user, and problems that prevent the import."""

    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    version: Version | None = None  # of the library that wrote the file


def from_albumentations(transform: Any, source: str, version: Any = None) -> tuple[PipelineSpec, tuple[str, ...]]:
    """Convert the `transform` entry of an Albumentations file into a pipeline, with notes on what was left out.

    `version` is the file's `__version__`: arguments that it leaves out have the defaults of that version. Raises
    `InvalidPipeline` naming every transform and parameter that Graft does not support.
    """
    result = _Result(notes=recorded.notes(transform), version=version_of(version))
    transforms = _flatten(transform, result, MAX_TRANSFORMS)
    side = next((_side(one) for _, one in transforms if _side(one)), None)
    _drop_preprocessing(transforms, result)
    for number, one in transforms:
        step = _step(one, f"Transform {number} ({class_name(one)})", result, side)
        if step is not None:
            result.steps.append(step)
    if result.problems:
        raise InvalidPipeline(
            f"{source} has transforms that Graft cannot take over: take them out of the file, or change what is named. "
            f"{' '.join(result.problems)}"
        )
    return PipelineSpec(steps=tuple(result.steps)), tuple(dict.fromkeys(result.notes))


def _flatten(transform: Any, result: _Result, limit: int) -> list[tuple[int, Arguments]]:
    """The transforms in order, numbered from 1; groups that are always applied are flattened."""
    queue, transforms = [transform], list[Arguments]()
    while queue and len(transforms) <= limit:
        one = queue.pop(0)
        if not isinstance(one, dict) or not isinstance(one.get("__class_fullname__"), str):
            result.problems.append("An entry of 'transforms' does not say its '__class_fullname__'.")
        elif class_name(one) in _GROUPS and probability(one) == 1 and isinstance(one.get("transforms"), list):
            queue = [*one["transforms"], *queue]
        else:
            transforms.append(one)
    if len(transforms) > limit:
        raise InvalidPipeline(f"The file has more than {limit} transforms; that is no pipeline.")
    return list(enumerate(transforms, start=1))


def _drop_preprocessing(transforms: list[tuple[int, Arguments]], result: _Result) -> None:
    """Remove transforms that the model's preprocessing does anyway."""
    result.notes += [
        f"{class_name(one)} was left out: {_NO_EFFECT[class_name(one)]}."
        for _, one in transforms
        if class_name(one) in _NO_EFFECT
    ]
    transforms[:] = [one for one in transforms if class_name(one[1]) not in _NO_EFFECT]
    remaining = [one for one in transforms if class_name(one[1]) not in _PREPROCESSING]
    for end in (0, -1):
        while remaining and class_name(remaining[end][1]) in _RESIZING and probability(remaining[end][1]) == 1:
            remaining.pop(end)
    for one in transforms:
        if one not in remaining:
            result.notes.append(f"{class_name(one[1])} was left out: the model's own preprocessing does that.")
    transforms[:] = remaining


def _step(config: Arguments, place: str, result: _Result, side: int | None) -> Step | None:
    """The step for a transform of the file, with the old defaults of what it leaves out; None if there is none."""
    added = left_out(class_name(config), config, result.version)
    step = _complete_step(config | added, place, result, side)
    if added:
        messages = result.notes if step else result.problems
        messages.append(f"{place}: {described(added, result.version)}")
    return step


def _complete_step(config: Arguments, place: str, result: _Result, side: int | None) -> Step | None:
    name, p = class_name(config), probability(config)
    if not isinstance(p, int | float) or not 0 <= p <= 1:
        result.problems.append(f"{place}: p is {p!r:.20}, which is not a number from 0 to 1.")
        return None
    if name == "OneOf":
        return _choice(config, float(p), place, result, side)
    current = to_current_version(
        name, {key: value for key, value in config.items() if key not in _FILE_KEYS}, known_arguments, side
    )
    if current.problems:
        result.problems += [f"{place}: {problem}" for problem in current.problems]
        return None
    name, kind = current.name, SAME.get(current.name, current.name)
    names = [one for one in candidates(kind) if _is_library_class(one)] if hasattr(A, kind) else []
    if not names:
        result.problems.append(f"{place}: {_no_counterpart(name)}")
        return None
    try:
        requested = requested_arguments(name, kind, current.arguments)
    except Exception as error:  # the library may raise anything for arguments from a file
        result.problems += [f"{place}: {one}" for one in reasons(error)]
        return None
    early = "always_apply" in config or (result.version is not None and result.version < (2, 0, 0))
    if name == "ShiftScaleRotate" and early:  # versions before 2 scaled both axes by one factor
        requested["keep_ratio"] = True
    step = _nearest(names, requested, float(p), place, result)
    result.notes += [f"{place}: {note}" for note in current.notes if step]
    return step


def _no_counterpart(name: str) -> str:
    """Why Graft has no counterpart for the library's `name`."""
    if name in ALIKE:
        return f"Graft has {ALIKE[name]} ('{catalogue.get(ALIKE[name]).title}') for it; add that in Graft."
    if name in REMOVED:
        return REMOVED[name]
    if name in (*_GROUPS, "SomeOf", "OneOrOther", "RandomOrder"):
        return (
            "there is no such transform in Graft: groups come in where all of their transforms are always applied, or "
            "one of them is (OneOf)."
        )
    if name in catalogue.TRANSFORMS:
        return "Graft's has other parameters; add it in Graft."
    return "there is no such transform in Graft."


def _choice(config: Arguments, p: float, place: str, result: _Result, side: int | None) -> Step | None:
    options = config.get("transforms")
    if not isinstance(options, list) or not options or not all(
        isinstance(one, dict) and isinstance(one.get("__class_fullname__"), str) for one in options
    ):  # fmt: skip
        result.problems.append(f"{place}: there are no transforms to choose from.")
        return None
    inside = [(one, f"{place}, option {number} ({class_name(one)})") for number, one in enumerate(options, start=1)]
    nested = [option for one, option in inside if "transforms" in one]
    result.problems += [f"{option}: an option can only be a single transform." for option in nested]
    built = [_step(one, option, result, side) for one, option in inside if option not in nested]
    steps = tuple(one for one in built if one is not None)
    return Step(transform=ONE_OF, p=p, options=steps) if len(steps) == len(options) else None


def _nearest(names: list[str], target: Arguments, p: float, place: str, result: _Result) -> Step | None:
    """The first of the catalogue's `names` that builds the transform `target`;

    None, with the differences as problems.
    """
    side = next((first_number(target[key]) for key in _SIZES if target.get(key)), 224)
    problems: list[str] = []
    for name in names:
        try:
            step = Step(transform=name, p=p, params=proposal(name, target))
            params = parameters(step)
            call = builders.call(name, params, Geometry(side, side))
            built = normalized(call.kind, call.arguments)
        except (InvalidInput, KeyError, TypeError, IndexError, ValueError) as error:
            problems = [_error_reason(error)]
            continue
        problems = [
            f"{key} is {target.get(key)!r:.60}, the nearest that Graft can do is {built.get(key)!r:.60}{_hint(key)}."
            for key in target.keys() | built.keys()
            if rounded(target.get(key)) != rounded(built.get(key)) and key not in _RESAMPLING
        ]
        if not problems:
            result.notes += _step_notes(place, step, target, built, side)
            return step.model_copy(update={"params": params.model_dump(mode="json")})
    result.problems += [f"{place}: {problem}" for problem in sorted(problems)]
    return None


def _error_reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return " ".join(reasons(error))
    if isinstance(error, InvalidInput):
        return str(error)
    return f"a parameter has a form that Graft does not know: {str(error)[:100]}."


def _hint(key: str) -> str:
    return " (or 0 with a black or white fill, where a step has one)" if key == "border_mode" else ""


def _step_notes(place: str, step: Step, target: Arguments, built: Arguments, side: int) -> list[str]:
    notes = []
    if any(target.get(key) != built.get(key) for key in _RESAMPLING):
        notes.append(f"{place}: Graft resamples with the model's own filter.")
    if any(target.get(key) and key not in step.params for key in _SIZES):
        notes.append(f"{place}: its size of {side} px becomes the model's input size.")
    return notes


def _is_library_class(name: str) -> bool:
    entry = catalogue.get(name)
    if entry.references or name == ONE_OF:
        return False
    return builders.call(name, entry.params(), _ANY_GEOMETRY).kind not in builders.OWN


def _side(config: Arguments) -> int | None:
    """The output size in px of a transform of a file, if it is always applied."""
    if class_name(config) not in _RESIZING | _CROPPING or probability(config) != 1:
        return None
    sizes = (config.get(key) for key in ("size", "height", "max_size"))
    side = next((one[0] if isinstance(one, list) and one else one for one in sizes if one), None)
    return side if type(side) is int else None
