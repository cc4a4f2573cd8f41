"""Parameter models in few words, for the many transforms that are Albumentations' own: one call makes one field.

Names of fields are those of the library's arguments. What a field's schema says beside its bounds (`neutral`, `rests`,
`unit`, `symmetric`) means what it means in `params`.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, create_model

from core.augment.params import _ordered
from core.experiment import Description

Made = tuple[Any, Any]  # annotation and field
BORDERS = ("reflect", "black", "white")


def model(name: str, doc: str, **fields: Made) -> type[Description]:
    """A parameter model with these fields, in this order."""
    return create_model(f"{name}Params", __base__=Description, __doc__=doc, **fields)  # type: ignore[call-overload]


def number(
    default: float, low: float, high: float, title: str, about: str, *, unit: str = "", neutral: float | None = None,
    rests: bool = True,
) -> Made:  # fmt: skip
    """One number; a whole one where `default` is."""
    kind: Any = type(default)
    return kind, Field(
        default, ge=low, le=high, title=title, description=about, json_schema_extra=_extra(unit, neutral, rests)
    )


def optional(default: int | None, low: int, high: int, title: str, about: str, *, unit: str = "") -> Made:
    """One whole number, or None, of which `about` says what it means."""
    return int | None, Field(
        default, ge=low, le=high, title=title, description=about, json_schema_extra=_extra(unit, None)
    )


def limit(default: float, high: float, title: str, about: str, *, unit: str = "") -> Made:
    """One number that means 'from minus this to plus this'; 0 changes nothing."""
    extra = _extra(unit, 0) | {"symmetric": True}
    return type(default), Field(default, ge=0, le=high, title=title, description=about, json_schema_extra=extra)


def span(
    default: tuple[float, float], low: float, high: float, title: str, about: str, *, unit: str = "",
    neutral: float | None = None, rests: bool = True,
) -> Made:  # fmt: skip
    """A range from which each view draws; of whole numbers where `default` is."""
    kind: Any = Annotated[type(default[0]), Field(ge=low, le=high)]
    annotation = Annotated[tuple[kind, kind], AfterValidator(_ordered)]
    return annotation, Field(default, title=title, description=about, json_schema_extra=_extra(unit, neutral, rests))


def square(default: int, low: int, high: int, title: str, about: str) -> Made:
    """One whole number that stands for two, such as rows and columns."""
    return int, Field(default, ge=low, le=high, title=title, description=about, json_schema_extra={"square": True})


def choice(default: str, options: tuple[str, ...], title: str, about: str) -> Made:
    """One of several words."""
    return Literal[options], Field(default, title=title, description=about)


def flag(default: bool, title: str, about: str) -> Made:
    """Yes or no."""
    return bool, Field(default, title=title, description=about)


def fill() -> Made:
    """What stands where the image moved away."""
    return choice("reflect", BORDERS, "Fill", "What stands where the image moved away: its mirror image, or a colour.")


def _extra(unit: str, neutral: float | None, rests: bool = True) -> dict[str, Any]:
    weakest = {} if neutral is None else {"neutral": neutral}
    return {"unit": unit} | weakest | ({} if rests else {"rests": False})
