"""Pipelines that Albumentations wrote, taken over where Graft can do exactly the same. Takes seconds to import.

Every transform of a file is built as the file says and as the catalogue's nearest would be, and the library's own
descriptions of the two are compared: what does not come out equal is named, and nothing is bent silently.
"""

from dataclasses import dataclass, field
from typing import Any

import albumentations as A
from pydantic import ValidationError

from core.augment import builders, catalogue
from core.augment.catalogue import ONE_OF
from core.augment.exchange.library import (
    as_number,
    class_name,
    described,
    known_arguments,
    probability,
    rounded,
    wanted,
)
from core.augment.exchange.old import REMOVED, modern
from core.augment.exchange.params import ALIKE, SAME, Arguments, candidates, proposal
from core.augment.exchange.refused import refusals
from core.augment.steps import parameters
from core.data.geometry import Geometry
from core.errors import InvalidInput, InvalidPipeline
from core.experiment import PipelineSpec, Step

MOST = 200  # transforms; a file with more is no pipeline that anybody wrote
_GROUPS = {"Compose", "Sequential", "ReplayCompose"}
_NOTHING = {"ToRGB": "every image is RGB already", "NoOp": "it does nothing"}
# of every transform; the last two of a kept replay
_OF_A_FILE = {"__class_fullname__", "p", "always_apply", "applied", "params"}
_PREPARING = {"Normalize", "ToTensorV2", "ToTensor3D", "ToFloat", "FromFloat"}  # the model's preprocessing, anywhere
_SIZING = {"Resize", "SmallestMaxSize", "LongestMaxSize", "CenterCrop", "PadIfNeeded"}  # it, at either end
_CUTTING = {"RandomResizedCrop", "RandomSizedCrop", "RandomCrop"}
_SIZES = ("size", "height", "max_size", "min_height", "plasma_size")  # arguments that say the model's input size
_RESAMPLING = {"interpolation", "area_for_downscale"}
_ANY_GEOMETRY = Geometry(224, 224)


@dataclass
class _Found:
    """What a file came to: steps, what else there is to say, and what cannot be taken over."""

    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def taken_over(transform: Any, source: str) -> tuple[PipelineSpec, tuple[str, ...]]:
    """The pipeline that the `transform` of an Albumentations file describes, and notes on what was left out.

    Raises `InvalidPipeline` that names every transform and parameter which Graft cannot do.
    """
    found = _Found()
    listed = _flat(transform, found, MOST)
    side = next((_side(one) for _, one in listed if _side(one)), None)
    _leave_out_preparation(listed, found)
    for number, one in listed:
        step = _step(one, f"Transform {number} ({class_name(one)})", found, side)
        if step is not None:
            found.steps.append(step)
    if found.problems:
        raise InvalidPipeline(
            f"{source} has transforms that Graft cannot take over: take them out of the file, or change what is named. "
            f"{' '.join(found.problems)}"
        )
    return PipelineSpec(steps=tuple(found.steps)), tuple(dict.fromkeys(found.notes))


def _flat(transform: Any, found: _Found, most: int) -> list[tuple[int, Arguments]]:
    """The transforms in order, each with its number from 1; groups that are always applied are opened."""
    waiting, listed = [transform], list[Arguments]()
    while waiting and len(listed) <= most:
        one = waiting.pop(0)
        if not isinstance(one, dict) or not isinstance(one.get("__class_fullname__"), str):
            found.problems.append("An entry of 'transforms' does not say its '__class_fullname__'.")
        elif class_name(one) in _GROUPS and probability(one) == 1 and isinstance(one.get("transforms"), list):
            waiting = [*one["transforms"], *waiting]
        else:
            listed.append(one)
    if waiting:
        raise InvalidPipeline(f"The file has more than {most} transforms; that is no pipeline.")
    return list(enumerate(listed, start=1))


def _leave_out_preparation(listed: list[tuple[int, Arguments]], found: _Found) -> None:
    """Take out what every model's own preprocessing does."""
    found.notes += [
        f"{class_name(one)} was left out: {_NOTHING[class_name(one)]}."
        for _, one in listed
        if class_name(one) in _NOTHING
    ]
    listed[:] = [one for one in listed if class_name(one[1]) not in _NOTHING]
    kept = [one for one in listed if class_name(one[1]) not in _PREPARING]
    for end in (0, -1):
        while kept and class_name(kept[end][1]) in _SIZING and probability(kept[end][1]) == 1:
            kept.pop(end)
    for one in listed:
        if one not in kept:
            found.notes.append(f"{class_name(one[1])} was left out: the model's own preprocessing does that.")
    listed[:] = kept


def _step(given: Arguments, place: str, found: _Found, side: int | None) -> Step | None:
    name, p = class_name(given), probability(given)
    if not isinstance(p, int | float) or not 0 <= p <= 1:
        found.problems.append(f"{place}: p is {p!r:.20}, which is no number from 0 to 1.")
        return None
    if name == "OneOf":
        return _choice(given, float(p), place, found, side)
    today = modern(name, {key: value for key, value in given.items() if key not in _OF_A_FILE}, known_arguments, side)
    if today.problems:
        found.problems += [f"{place}: {problem}" for problem in today.problems]
        return None
    name, kind = today.name, SAME.get(today.name, today.name)
    names = [one for one in candidates(kind) if _is_the_librarys(one)] if hasattr(A, kind) else []
    if not names:
        found.problems.append(f"{place}: {_nothing(name)}")
        return None
    try:
        asked = wanted(name, kind, today.arguments)
    except Exception as error:  # whatever the library makes of what stands in a file
        found.problems += [f"{place}: {one}" for one in refusals(error)]
        return None
    if name == "ShiftScaleRotate" and "always_apply" in given:  # versions before 2 zoomed both sides by one number
        asked["keep_ratio"] = True
    step = _nearest(names, asked, float(p), place, found)
    found.notes += [f"{place}: {note}" for note in today.notes if step]
    return step


def _nothing(name: str) -> str:
    """Why no transform of Graft's is the library's `name`."""
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


def _choice(given: Arguments, p: float, place: str, found: _Found, side: int | None) -> Step | None:
    options = given.get("transforms")
    if not isinstance(options, list) or not options or not all(
        isinstance(one, dict) and isinstance(one.get("__class_fullname__"), str) for one in options
    ):  # fmt: skip
        found.problems.append(f"{place}: there are no transforms to choose from.")
        return None
    inside = [(one, f"{place}, option {number} ({class_name(one)})") for number, one in enumerate(options, start=1)]
    nested = [told for one, told in inside if "transforms" in one]
    found.problems += [f"{told}: an option can only be a single transform." for told in nested]
    made = [_step(one, told, found, side) for one, told in inside if told not in nested]
    steps = tuple(one for one in made if one is not None)
    return Step(transform=ONE_OF, p=p, options=steps) if len(steps) == len(options) else None


def _nearest(names: list[str], wanted: Arguments, p: float, place: str, found: _Found) -> Step | None:
    """The first of the catalogue's `names` that builds the transform `wanted`; else says what stands against it."""
    side = next((as_number(wanted[key]) for key in _SIZES if wanted.get(key)), 224)
    problems: list[str] = []
    for name in names:
        try:
            step = Step(transform=name, p=p, params=proposal(name, wanted))
            params = parameters(step)
            call = builders.call(name, params, Geometry(side, side))
            made = described(call.kind, call.arguments)
        except (InvalidInput, KeyError, TypeError, IndexError, ValueError) as error:
            problems = [_reason(error)]
            continue
        problems = [
            f"{key} is {wanted.get(key)!r:.60}, the nearest that Graft can do is {made.get(key)!r:.60}{_more(key)}."
            for key in wanted.keys() | made.keys()
            if rounded(wanted.get(key)) != rounded(made.get(key)) and key not in _RESAMPLING
        ]
        if not problems:
            found.notes += _notes(place, step, wanted, made, side)
            return step.model_copy(update={"params": params.model_dump(mode="json")})
    found.problems += [f"{place}: {problem}" for problem in sorted(problems)]
    return None


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return " ".join(refusals(error))
    if isinstance(error, InvalidInput):
        return str(error)
    return f"a parameter has a form that Graft does not know: {str(error)[:100]}."


def _more(key: str) -> str:
    return " (or 0 with a black or white fill, where a step has one)" if key == "border_mode" else ""


def _notes(place: str, step: Step, wanted: Arguments, made: Arguments, side: int) -> list[str]:
    told = []
    if any(wanted.get(key) != made.get(key) for key in _RESAMPLING):
        told.append(f"{place}: Graft resamples with the model's own filter.")
    if any(wanted.get(key) and key not in step.params for key in _SIZES):
        told.append(f"{place}: its size of {side} px becomes the model's input size.")
    return told


def _is_the_librarys(name: str) -> bool:
    entry = catalogue.get(name)
    if entry.references or name == ONE_OF:
        return False
    return builders.call(name, entry.params(), _ANY_GEOMETRY).kind not in builders.OWN


def _side(given: Arguments) -> int | None:
    """The size in px that a transform of a file makes of an image, if it does so every time."""
    if class_name(given) not in _SIZING | _CUTTING or probability(given) != 1:
        return None
    sizes = (given.get(key) for key in ("size", "height", "max_size"))
    side = next((one[0] if isinstance(one, list) and one else one for one in sizes if one), None)
    return side if type(side) is int else None
