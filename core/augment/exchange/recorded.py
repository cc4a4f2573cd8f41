"""Recorded replays: what Albumentations drew for one image, saved like a pipeline. Imports no image library."""

from collections.abc import Iterator
from typing import Any

_GROUPS_WITH_P = ("OneOf",)  # a record leaves out their p


def notes(transform: Any) -> list[str]:
    """What a recorded replay says and a pipeline cannot repeat; empty for a pipeline that is no record."""
    steps = [one for one in _every(transform) if "applied" in one or "params" in one]
    if not steps:
        return []
    passed_over = [_name(one) for one in steps if one.get("applied") is False and not one.get("transforms")]
    note = (
        "The file is a recorded replay: it says what was drawn for one image. The values recorded there are not "
        "repeated: its transforms are taken over as a pipeline, which draws anew for every image."
    )
    if passed_over:
        names = ", ".join(dict.fromkeys(passed_over))
        note += f" Not applied in the record, but part of this pipeline: {names}."
    unknown = [one for one in steps if _name(one) in _GROUPS_WITH_P and one.get("p") is None]
    if unknown:
        note += " A record does not say how often a OneOf is applied: check its probability."
    return [note]


def _every(config: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if not isinstance(config, dict) or depth > 20:
        return
    yield config
    inner = config.get("transforms")
    for one in inner if isinstance(inner, list) else ():
        yield from _every(one, depth + 1)


def _name(config: dict[str, Any]) -> str:
    return str(config.get("__class_fullname__", "")).rsplit(".", 1)[-1][:60]
