"""One step at growing strength: a numeric parameter from its minimum to its maximum. Imports no image library."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.augment import catalogue
from core.errors import InvalidInput
from core.experiment import Step

_NEVER_ALONE = {("AdvancedBlur", "beta_limit")}  # spans that must hold a certain value, so cannot be one number


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

    A span becomes that one value. Of whole numbers there may be fewer. The other parameters stay, so that a value may
    not go together with them: building says so. Views of one (seed, digest, number) draw from the same random stream.
    """
    if count < 2:
        raise InvalidInput(f"A strip of {count} pictures shows no growth. Ask for 2 or more.")
    values = [float(value) for value in np.linspace(knob.low, knob.high, count)]
    if knob.whole:
        values = list(dict.fromkeys(float(round(value)) for value in values))
    return tuple((value, _at(step, knob, value)) for value in values)


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
