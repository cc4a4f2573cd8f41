"""The widget for a pydantic field: kind, bounds and step. Independent of Streamlit."""

import math
import types
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

Kind = Literal["bool", "int", "float", "int_range", "float_range", "choice", "names", "text", "number_or_word"]
LONGEST_SLIDER = 200  # steps; beyond that a pixel is more than one step, and typing is better
TINY = 0.025  # share of a range below which a slider cannot be set well


@dataclass(frozen=True)
class Shape:
    """The resolved type of a field. `optional`: None is allowed and means automatic."""

    kind: Kind
    optional: bool = False
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[Any, ...] = ()

    @property
    def slides(self) -> bool:
        """Whether a slider serves better than a box to type in."""
        if self.low is None or self.high is None or self.step is None or self.optional:
            return False
        return self.kind.endswith("range") or (self.high - self.low) / self.step <= LONGEST_SLIDER


def shape(name: str, field: FieldInfo) -> Shape:
    """Resolve a field's annotation. Raises `TypeError` if there is no widget for it."""
    parts, metadata = _flatten(field.annotation, list(field.metadata))
    optional = type(None) in parts
    parts = [part for part in parts if part is not type(None)]
    words = tuple(word for part in parts if get_origin(part) is Literal for word in get_args(part))
    others = [part for part in parts if get_origin(part) is not Literal]
    if words and not others:
        return Shape("choice", optional, choices=((None, *words) if optional else words))
    if words and others in ([int], [float]):
        return _number("number_or_word", others[0], optional, metadata, field.default, words)
    if len(others) == 1 and not words:
        return _single(name, others[0], optional, metadata, field)
    raise TypeError(f"no widget for the field '{name}' of type {field.annotation}")


def _single(name: str, kind: Any, optional: bool, metadata: list[Any], field: FieldInfo) -> Shape:
    if kind is bool:
        return Shape("bool", optional)
    if kind is str:
        return Shape("text", optional)
    if kind in (int, float):
        return _number("int" if kind is int else "float", kind, optional, metadata, field.default, ())
    if get_origin(kind) is tuple:
        items = get_args(kind)
        inner, more = _flatten(items[0], [])
        if len(items) == 2 and items[1] is Ellipsis and inner == [str]:
            return Shape("names", optional)
        if len(items) == 2 and items[1] == items[0] and inner[0] in (int, float):
            bounds = [*metadata, *more, *_extra(field)]
            kinds: Kind = "int_range" if inner[0] is int else "float_range"
            return _number(kinds, inner[0], optional, bounds, field.default, ())
    raise TypeError(f"no widget for the field '{name}' of type {kind}")


def _number(
    kind: Kind, number: type, optional: bool, metadata: list[Any], default: Any, words: tuple[Any, ...]
) -> Shape:
    low, high = _bound(metadata, "ge", "gt"), _bound(metadata, "le", "lt")
    step = 1 if number is int else _step(low, high, default)
    return Shape(kind, optional, low, high, step, words)


def _bound(metadata: Sequence[Any], *names: str) -> float | None:
    found = [getattr(item, name) for item in metadata for name in names if getattr(item, name, None) is not None]
    return found[0] if found else None


def _step(low: float | None, high: float | None, default: Any) -> float:
    """About a hundredth of the range, as a power of ten; for a default that is tiny in it, a tenth of the default.

    So a learning rate of 0.001 in a range of 0 to 10 is moved by 0.0001, not by 0.1.
    """
    known = [abs(value) for value in _numbers(default) if value]
    fine = 10.0 ** (math.floor(math.log10(min(known))) - 1) if known else 0.01
    if low is None or high is None:
        return fine
    return fine if known and min(known) < TINY * (high - low) else 10.0 ** round(math.log10((high - low) / 100))


def _numbers(default: Any) -> list[float]:
    values = default if isinstance(default, tuple | list) else (default,)
    return [value for value in values if isinstance(value, int | float)]


def _flatten(annotation: Any, metadata: list[Any]) -> tuple[list[Any], list[Any]]:
    """The members of a union, and all bounds in the annotation."""
    if get_origin(annotation) is Annotated:
        inner, *notes = get_args(annotation)
        more = [item for note in notes for item in (note.metadata if isinstance(note, FieldInfo) else [note])]
        return _flatten(inner, [*metadata, *more])
    if get_origin(annotation) in (Union, types.UnionType):
        flat = [_flatten(part, []) for part in get_args(annotation)]
        return [kind for kinds, _ in flat for kind in kinds], [
            *metadata,
            *(item for _, notes in flat for item in notes),
        ]
    return [annotation], metadata


def _extra(field: FieldInfo) -> list[Any]:
    """Bounds of a pair, from `json_schema_extra={"ge": ..., "le": ...}`: pydantic has no other place for them."""
    extra = field.json_schema_extra
    return [types.SimpleNamespace(**extra)] if isinstance(extra, dict) else []
