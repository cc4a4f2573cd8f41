"""Turn a pipeline's description into constructor calls for a given geometry, without building the transforms."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from core.augment.steps import at_strength, check_parameters
from core.augment.strength import at_rest
from core.data.geometry import Geometry
from core.errors import InvalidPipeline
from core.experiment import PipelineSpec, Step

if TYPE_CHECKING:
    from core.augment.builders import Call


@dataclass(frozen=True, slots=True)
class Planned:
    """A step that can change an image, with its call or, for a choice, its options. Fields as in `runtime.Stage`."""

    index: int
    key: str
    probability: float
    call: "Call | None" = None
    options: tuple["Planned", ...] = ()
    weight: float = 1.0


def plan(spec: PipelineSpec, geometry: Geometry) -> tuple[Planned, ...]:
    """The steps that are switched on and strong enough to change an image.

    Raises `UnknownTransform` and `InvalidPipeline` as `check_parameters` does, and with the library's reason.
    """
    check_parameters(spec)
    if spec.strength == 0:
        return ()
    planned = [_planned(index, key, step, spec.strength, geometry) for index, key, step in _keyed(spec.steps)]
    return tuple(one for one in planned if one.probability > 0)


def call_of(step: Step, strength: float, geometry: Geometry) -> "Call":
    """The call that builds a step's transform. Raises `InvalidPipeline` with the library's reason."""
    from core.augment.builders import call  # takes seconds to import; pages that only list steps must not wait

    try:
        return call(step.transform, at_strength(step, strength)[0], geometry)
    except ValueError as error:
        raise refusal(error) from error


def refusal(error: ValueError) -> InvalidPipeline:
    """The library's error as `InvalidPipeline`; of a pydantic error only the sentences."""
    message, checked = str(error), error if isinstance(error, ValidationError) else error.__cause__
    if isinstance(checked, ValidationError):
        message = "; ".join(_sentence(item["loc"], item["msg"]) for item in checked.errors())
    return InvalidPipeline(f"Albumentations refuses these parameters: {' '.join(message.split())[:300]}")


def _sentence(place: tuple[int | str, ...], message: str) -> str:
    field = str(place[0]) if place else ""
    return f"{field}: " * bool(field) + message.removeprefix("Value error, ")


def _planned(index: int, key: str, step: Step, strength: float, geometry: Geometry) -> Planned:
    if not step.enabled or step.p == 0:
        return Planned(index, key, 0.0)
    if not step.options:
        params, probability = at_strength(step, strength)
        if probability == 0 or at_rest(params):
            return Planned(index, key, 0.0)
        return Planned(index, key, probability, call_of(step, strength, geometry))
    options = tuple(_option(*one, strength, geometry) for one in _keyed(step.options) if one[2].enabled and one[2].p)
    changes = any(option.probability > 0 for option in options)
    return Planned(index, key, step.p if changes else 0.0, options=options)


def _option(index: int, key: str, step: Step, strength: float, geometry: Geometry) -> Planned:
    """One option: its p is its weight.

    A chosen option is always applied, unless the strength slider lowers its probability.
    """
    certain = _planned(index, key, step.model_copy(update={"p": 1.0}), strength, geometry)
    return Planned(index, key, certain.probability, certain.call, weight=step.p)


def _keyed(steps: tuple[Step, ...]) -> list[tuple[int, str, Step]]:
    """Each step with its index and the name of its random stream: the transform and its count among its namesakes."""
    names = [step.transform for step in steps]
    return [(index, f"{name}|{names[:index].count(name)}", steps[index]) for index, name in enumerate(names)]
