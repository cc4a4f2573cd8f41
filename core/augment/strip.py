"""One step at growing strength: a numeric parameter from its minimum to its maximum."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.augment import catalogue
from core.augment.pipeline import check
from core.errors import InvalidInput, InvalidPipeline
from core.experiment import PipelineSpec, Step

_NEVER_ALONE = {("AdvancedBlur", "beta_limit")}  # spans that must hold a certain value, so cannot be one number
_PROBES = 65  # values that are tried where some cannot be built


@dataclass(frozen=True, slots=True)
class Knob:
    """A numeric parameter with its bounds. `range`: each view draws from a span of two numbers."""

    name: str
    title: str
    low: float
    high: float
    unit: str
    whole: bool  # whole numbers only
    range: bool


def numeric(name: str) -> tuple[Knob, ...]:
    """The numeric parameters of the augmentation `name`, in the order of its form. Raises `UnknownTransform`."""
    fields: dict[str, dict[str, Any]] = catalogue.get(name).params.model_json_schema().get("properties", {})
    return tuple(
        _knob(key, field) for key, field in fields.items() if _number(field) and (name, key) not in _NEVER_ALONE
    )


def strip(step: Step, knob: Knob, count: int) -> tuple[tuple[float, Step], ...]:
    """`count` values from the knob's lowest to its highest, each with the step that has it, applied to every view.

    A span becomes that one value. Of whole numbers there may be fewer. The other parameters stay: where they do not go
    together with all values, as a left edge with a right one, the strip is of those that can be built; it may be empty.
    Views of one (seed, digest, number) draw from the same random stream. Building, and so this, imports the library.
    """
    if count < 2:
        raise InvalidInput(f"A strip of {count} images shows no growth. Ask for 2 or more.")
    found = _buildable(step, knob, _spread(knob.low, knob.high, count, knob.whole))
    if {knob.low, knob.high} <= {value for value, _ in found}:
        return found
    near = [value for value, _ in _buildable(step, knob, _spread(knob.low, knob.high, _PROBES, knob.whole))]
    return _buildable(step, knob, _spread(near[0], near[-1], count, knob.whole)) if near else ()


def _spread(low: float, high: float, count: int, whole: bool) -> list[float]:
    values = [float(value) for value in np.linspace(low, high, count)]
    return list(dict.fromkeys(float(round(value)) for value in values)) if whole else values


def _buildable(step: Step, knob: Knob, values: list[float]) -> tuple[tuple[float, Step], ...]:
    steps = ((value, _at(step, knob, value)) for value in values)
    return tuple((value, one) for value, one in steps if _can_be_built(one))


def _can_be_built(step: Step) -> bool:
    try:
        check(PipelineSpec(steps=(step,)))
    except InvalidPipeline:
        return False
    return True


def _at(step: Step, knob: Knob, value: float) -> Step:
    number = int(value) if knob.whole else value
    params = step.params | {knob.name: [number, number] if knob.range else number}
    return step.model_copy(update={"params": params, "p": 1.0, "enabled": True})


def _knob(name: str, field: dict[str, Any]) -> Knob:
    number = _number(field)
    whole = number["type"] == "integer"
    unit = field.get("unit", "")
    return Knob(name, field["title"], number["minimum"], number["maximum"], unit, whole, "prefixItems" in field)


def _number(field: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter's number, empty where it is none or may be left empty."""
    number: dict[str, Any] = field.get("prefixItems", [field])[0]
    return number if number.get("type") in ("number", "integer") else {}
