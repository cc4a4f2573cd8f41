"""Pipelines that Albumentations wrote, taken over where Graft can do exactly the same. Takes seconds to import.

Every transform of a file is built as the file says and as the catalogue's nearest would be, and the library's own
descriptions of the two are compared: what does not come out equal is named, and nothing is bent silently.
"""

import inspect
import warnings
from dataclasses import dataclass, field
from typing import Any

import albumentations as A

from core.augment import builders, catalogue
from core.augment.catalogue import ONE_OF
from core.augment.interchange_params import ALIKE, SAME, Arguments, candidates, proposal
from core.augment.steps import parameters
from core.data.geometry import Geometry
from core.errors import InvalidInput, InvalidPipeline
from core.experiment import PipelineSpec, Step

MOST = 200  # transforms; a file with more is no pipeline that anybody wrote
_GROUPS = {"Compose", "Sequential"}
_PREPARING = {"Normalize", "ToTensorV2", "ToTensor3D", "ToFloat", "FromFloat"}  # the model's preprocessing, anywhere
_SIZING = {"Resize", "SmallestMaxSize", "LongestMaxSize", "CenterCrop", "PadIfNeeded"}  # it, at either end
_SIZES = ("size", "height", "max_size", "min_height", "plasma_size")  # arguments that say the model's input size
# what only counts for masks, boxes and key points, of which there are none
_FOR_OTHERS = {"mask_interpolation", "fill_mask", "keypoint_remapping_method", "rotate_method", "mask_drop_value"}
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
    _leave_out_preparation(listed, found)
    for number, one in listed:
        step = _step(one, f"Transform {number} ({_name(one)})", found)
        if step is not None:
            found.steps.append(step)
    if found.problems:
        raise InvalidPipeline(f"{source} has transforms that Graft cannot take over. {' '.join(found.problems)}")
    return PipelineSpec(steps=tuple(found.steps)), tuple(dict.fromkeys(found.notes))


def _flat(transform: Any, found: _Found, most: int) -> list[tuple[int, Arguments]]:
    """The transforms in order, each with its number from 1; groups that are always applied are opened."""
    waiting, listed = [transform], list[Arguments]()
    while waiting and len(listed) <= most:
        one = waiting.pop(0)
        if not isinstance(one, dict) or not isinstance(one.get("__class_fullname__"), str):
            found.problems.append("An entry of 'transforms' does not say its '__class_fullname__'.")
        elif _name(one) in _GROUPS and one.get("p", 1) == 1 and isinstance(one.get("transforms"), list):
            waiting = [*one["transforms"], *waiting]
        else:
            listed.append(one)
    if waiting:
        raise InvalidPipeline(f"The file has more than {most} transforms; that is no pipeline.")
    return list(enumerate(listed, start=1))


def _leave_out_preparation(listed: list[tuple[int, Arguments]], found: _Found) -> None:
    """Take out what every model's own preprocessing does."""
    kept = [one for one in listed if _name(one[1]) not in _PREPARING]
    for end in (0, -1):
        while kept and _name(kept[end][1]) in _SIZING and kept[end][1].get("p") == 1:
            kept.pop(end)
    for one in listed:
        if one not in kept:
            found.notes.append(f"{_name(one[1])} was left out: the model's own preprocessing does that.")
    listed[:] = kept


def _step(given: Arguments, place: str, found: _Found) -> Step | None:
    name, p = _name(given), given.get("p", 0.5)
    if given.get("always_apply") is True:  # of versions before 2
        p = 1.0
    if not isinstance(p, int | float) or not 0 <= p <= 1:
        found.problems.append(f"{place}: p is {p!r:.20}, which is no number from 0 to 1.")
        return None
    if name == "OneOf":
        return _choice(given, float(p), place, found)
    kind = SAME.get(name, name)
    names = [one for one in candidates(kind) if _is_the_librarys(one)] if hasattr(A, kind) else []
    if not names:
        found.problems.append(f"{place}: {_nothing(name)}")
        return None
    try:
        wanted = _wanted(name, kind, given)
    except Exception as error:  # whatever the library makes of what stands in a file
        found.problems.append(f"{place}: Albumentations refuses it: {' '.join(str(error).split())[:300]}.")
        return None
    return _nearest(names, wanted, float(p), place, found)


def _nothing(name: str) -> str:
    """Why no transform of Graft's is the library's `name`."""
    if name in ALIKE:
        return f"Graft has {ALIKE[name]} ('{catalogue.get(ALIKE[name]).title}') for it; add that in Graft."
    if name in catalogue.TRANSFORMS:
        return "Graft's has other parameters; add it in Graft."
    return "there is no such transform in Graft."


def _choice(given: Arguments, p: float, place: str, found: _Found) -> Step | None:
    options = given.get("transforms")
    if not isinstance(options, list) or not options or not all(
        isinstance(one, dict) and isinstance(one.get("__class_fullname__"), str) for one in options
    ):  # fmt: skip
        found.problems.append(f"{place}: there are no transforms to choose from.")
        return None
    inside = [(one, f"{place}, option {number} ({_name(one)})") for number, one in enumerate(options, start=1)]
    nested = [told for one, told in inside if "transforms" in one]
    found.problems += [f"{told}: an option can only be a single transform." for told in nested]
    made = [_step(one, told, found) for one, told in inside if told not in nested]
    steps = tuple(one for one in made if one is not None)
    return Step(transform=ONE_OF, p=p, options=steps) if len(steps) == len(options) else None


def _nearest(names: list[str], wanted: Arguments, p: float, place: str, found: _Found) -> Step | None:
    """The first of the catalogue's `names` that builds the transform `wanted`; else says what stands against it."""
    side = next((_number(wanted[key]) for key in _SIZES if wanted.get(key)), 224)
    problems: list[str] = []
    for name in names:
        try:
            step = Step(transform=name, p=p, params=proposal(name, wanted))
            params = parameters(step)
            call = builders.call(name, params, Geometry(side, side))
            made = _described(call.kind, call.arguments)
        except (InvalidInput, KeyError, TypeError, IndexError, ValueError) as error:
            problems = [_reason(error)]
            continue
        problems = [
            f"{key} is {wanted.get(key)!r:.60}, the nearest that Graft can do is {made.get(key)!r:.60}{_more(key)}."
            for key in wanted.keys() | made.keys()
            if _rounded(wanted.get(key)) != _rounded(made.get(key)) and key not in _RESAMPLING
        ]
        if not problems:
            found.notes += _notes(place, wanted, made, side)
            return step.model_copy(update={"params": params.model_dump(mode="json")})
    found.problems += [f"{place}: {problem}" for problem in sorted(problems)]
    return None


def _reason(error: Exception) -> str:
    return (
        str(error) if isinstance(error, InvalidInput) else f"a parameter has a form that Graft does not know: {error}."
    )


def _more(key: str) -> str:
    return " (or 0 with a black or white fill, where a step has one)" if key == "border_mode" else ""


def _notes(place: str, wanted: Arguments, made: Arguments, side: int) -> list[str]:
    told = []
    if any(wanted.get(key) != made.get(key) for key in _RESAMPLING):
        told.append(f"{place}: Graft resamples with the model's own filter.")
    if any(wanted.get(key) for key in _SIZES):
        told.append(f"{place}: its size of {side} px becomes the model's input size.")
    return told


def _arguments(name: str, given: Arguments) -> Arguments:
    """The library's arguments of a file's transform. Raises `ValueError` for one that the class does not have."""
    rest = {key: value for key, value in given.items() if key not in ("__class_fullname__", "p", "always_apply")}
    known = set(inspect.signature(_class(name).__init__).parameters)
    # the library writes what some classes derive, but does not take it back
    derived = set(A.to_dict(_made(name, {}))["transform"]) - known if rest.keys() - known else set()
    unknown = sorted(rest.keys() - known - derived)
    if unknown:
        raise ValueError(f"it has no argument {', '.join(unknown)}")
    return {key: value for key, value in rest.items() if key in known}


def _is_the_librarys(name: str) -> bool:
    entry = catalogue.get(name)
    if entry.references or name == ONE_OF:
        return False
    return builders.call(name, entry.params(), _ANY_GEOMETRY).kind not in builders.OWN


def _class(name: str) -> Any:
    return getattr(A, name)  # a name of the catalogue, see `candidates`


def _wanted(name: str, kind: str, given: Arguments) -> Arguments:
    """What a file asks for, described as the class `kind`, of which the class `name` is another name."""
    arguments = _arguments(name, given)
    if name != kind:
        made = _made(name, arguments)
        own = inspect.signature(_class(kind).__init__).parameters.keys() - {"self", "p", "strict"}
        arguments = {key: getattr(made, key) for key in own if hasattr(made, key)}
    return _described(kind, arguments)


def _made(name: str, arguments: Arguments) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is wrong is told by the comparison
        return builders.make(builders.Call(name, arguments))


def _described(name: str, arguments: Arguments) -> Arguments:
    """All arguments of a transform as the library understands them, in a form that can be compared."""
    made = A.to_dict(_made(name, arguments))["transform"]
    found = {key: _listed(value) for key, value in made.items() if key not in _FOR_OTHERS}
    if "translate_px" in found and found["translate_px"] == {"x": (0, 0), "y": (0, 0)}:
        found |= {"translate_px": None, "translate_percent": {"x": (0, 0), "y": (0, 0)}}
    if "keep_ratio" in found and found.get("scale") == {"x": (1, 1), "y": (1, 1)}:
        found["keep_ratio"] = False  # nothing is zoomed
    if found.get("border_mode") not in (None, 0):
        found.pop("fill", None)  # nothing is filled
    if isinstance(found.get("fill"), tuple) and len(set(found["fill"])) == 1:
        found["fill"] = found["fill"][0]
    return found


def _listed(value: Any) -> Any:
    """Ranges as tuples, wherever they came from."""
    if isinstance(value, dict):
        return {key: _listed(one) for key, one in value.items()}
    return tuple(_listed(one) for one in value) if isinstance(value, list | tuple) else value


def _rounded(value: Any) -> Any:
    """Without the last digits that arithmetic left."""
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return tuple(_rounded(one) for one in value)
    return round(value, 6) if isinstance(value, float) else value


def _number(value: Any) -> int:
    return int(value[0] if isinstance(value, list | tuple) else value)


def _name(given: Arguments) -> str:
    full = str(given["__class_fullname__"])
    return full.rsplit(".", 1)[-1] if full.startswith("albumentations.") else full
