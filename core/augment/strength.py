"""The strength slider: every magnitude moved from its neutral value, by one factor for the whole pipeline."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from core.experiment import Description


@dataclass(frozen=True, slots=True)
class Magnitude:
    """A parameter that has a strength. Values stay in [low, high], and at `neutral` the transform is at its weakest.

    There it changes nothing where it `rests`; some transforms change images even at their weakest.
    """

    neutral: float
    low: float
    high: float
    whole: bool  # whole numbers only
    rests: bool = True

    def scaled(self, value: float, strength: float) -> float:
        """`value` moved to `strength` times its distance from neutral, within the bounds."""
        moved = min(max(self.neutral + strength * (value - self.neutral), self.low), self.high)
        return round(moved) if self.whole else moved


@cache
def magnitudes(params: type[Description]) -> dict[str, Magnitude]:
    """The fields of a parameter model that declare a neutral value, with the bounds of their numbers."""
    found = {}
    for name, field in params.model_json_schema().get("properties", {}).items():
        if "neutral" in field:
            number = field["prefixItems"][0] if "prefixItems" in field else field
            whole = number["type"] == "integer"
            found[name] = Magnitude(
                field["neutral"], number["minimum"], number["maximum"], whole, field.get("rests", True)
            )
    return found


def scaled(params: Description, p: float, strength: float) -> tuple[Description, float]:
    """Parameters and probability at a strength: 1 as given, 2 twice, 0.5 half way to doing nothing.

    A transform without magnitudes (flips, grayscale) has its probability scaled instead, at most to 1.
    """
    if strength == 1:
        return params, p
    known = magnitudes(type(params))
    if not known:
        return params, min(1.0, p * strength)
    changed = {name: _each(getattr(params, name), magnitude, strength) for name, magnitude in known.items()}
    return type(params).model_validate(params.model_dump() | changed), p


def at_rest(params: Description) -> bool:
    """Whether there are magnitudes and all of them rest at neutral, so that the transform changes nothing."""
    known = magnitudes(type(params)).items()
    return bool(known) and all(
        magnitude.rests and number == magnitude.neutral
        for name, magnitude in known for number in _numbers(getattr(params, name))
    )  # fmt: skip


def _each(value: Any, magnitude: Magnitude, strength: float) -> Any:
    if isinstance(value, tuple):
        return tuple(magnitude.scaled(number, strength) for number in value)
    return magnitude.scaled(value, strength)


def _numbers(value: Any) -> tuple[float, ...]:
    return value if isinstance(value, tuple) else (value,)
