"""Pipelines as text: Graft's own YAML, and Albumentations' JSON and YAML with what its format has no room for.

Reading our own imports no image library; writing, and reading what others wrote, waits for it.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import yaml

from core import plain_yaml
from core.augment import catalogue
from core.augment.steps import check_parameters
from core.data.geometry import Geometry
from core.errors import InvalidExperiment, InvalidPipeline, UnknownTransform
from core.experiment import PipelineSpec, parse

if TYPE_CHECKING:  # imports the library
    from core.augment.plan import Planned

VERSION = "2.0.8"  # of Albumentations, whose format this is
_LARGEST_SEED = 2**31 - 1
Form = Literal["json", "yaml"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a text held: `seed` and `name` where it has them, `notes` are sentences about what was left out."""

    spec: PipelineSpec
    seed: int | None = None
    notes: tuple[str, ...] = ()
    name: str = ""


def read_any(text: str, source: str = "The pipeline") -> Taken:
    """A pipeline from text, names and parameters checked: what `dump_pipeline` or `dump_albumentations` wrote, or what
    Albumentations itself did.

    Raises `UnknownTransform` or `InvalidPipeline` with every problem; `source` opens the message.
    """
    values = _values(text, source)
    if isinstance(values, dict) and "__class_fullname__" in values:  # a transform by itself, such as a kept replay
        values = {"transform": values}
    if isinstance(values, list) and all(isinstance(one, dict) and "__class_fullname__" in one for one in values):
        values = {"transform": {"__class_fullname__": "Compose", "transforms": values}}  # the list alone was kept
    if not (isinstance(values, dict) and "transform" in values):
        rest, name = _without_name(values)
        return Taken(_own(rest, source), name=name)
    seed = _seed(values, source)
    kept = values.get("graft")
    notes: tuple[str, ...] = ()
    if isinstance(kept, dict) and "pipeline" in kept:
        spec = _own(kept["pipeline"], source)
        if kept.get("digest") == _digest(values["transform"]):
            return Taken(spec, seed)
        notes = (_edited(spec),)
    from core.augment.exchange.foreign import taken_over  # imports the library

    spec, told = taken_over(values["transform"], source)
    return Taken(spec, seed, (*notes, *told))


def dump_albumentations(spec: PipelineSpec, geometry: Geometry, seed: int, form: Form = "json") -> str:
    """A text that `A.load` and `A.from_dict` accept, with the seed; read back by `read_any` to the very pipeline.

    The library's part holds the steps that are on, as strong as they are now, for a model's input of this geometry.
    What only Graft can do is in the part `graft` alone: `only_graft` names it. Raises like `pipeline.check`.
    """
    from core.augment.plan import plan

    steps = [_written(one) for one in plan(spec, geometry)]
    transform = {
        "__class_fullname__": "Compose", "p": 1.0, "seed": seed, "transforms": [one for one in steps if one],
    }  # fmt: skip
    whole = {
        "__version__": VERSION,
        "transform": transform,
        "seed": seed,
        "graft": {
            "pipeline": spec.model_dump(mode="json"), "geometry": asdict(geometry),
            "only_graft": list(only_graft(spec, geometry)), "digest": _digest(transform),
        },
    }  # fmt: skip
    plain = json.loads(json.dumps(whole))
    if form == "json":
        return json.dumps(plain, indent=2) + "\n"
    return yaml.safe_dump(plain, sort_keys=False)


def only_graft(spec: PipelineSpec, geometry: Geometry) -> tuple[str, ...]:
    """The steps that Albumentations has no class for, such as 'step 2 (Elastic distortion)'. Raises like
    `dump_albumentations`."""
    from core.augment.plan import plan

    lost = [one.index for one in plan(spec, geometry) if _written(one) is None]
    return tuple(f"step {index + 1} ({catalogue.get(spec.steps[index].transform).title})" for index in lost)


def check_size(values: Any, source: str) -> None:
    """Refuse what is no pipeline before anything walks through it. Raises `InvalidPipeline`."""
    try:
        plain_yaml.check_size(values)
    except ValueError as error:
        raise InvalidPipeline(f"{source} is no pipeline: {error}. A pipeline is a page of text.") from error


def _written(planned: "Planned") -> dict[str, Any] | None:
    """A step as the library writes it; None where only Graft can do it."""
    if planned.call is not None:
        return _call(planned, planned.probability)
    options = [_option(option) for option in planned.options]
    if any(option is None for option in options):
        return None
    return {"__class_fullname__": "OneOf", "p": planned.probability, "transforms": options}


def _option(planned: "Planned") -> dict[str, Any] | None:
    if planned.call is None:  # too weak to change anything
        return {"__class_fullname__": "NoOp", "p": planned.weight}
    # the library applies what it has chosen in any case
    return _call(planned, planned.weight) if planned.probability == 1 else None


def _call(planned: "Planned", p: float) -> dict[str, Any] | None:
    from core.augment.builders import OWN

    call, name = planned.call, planned.key.split("|")[0]
    if call is None or call.kind in OWN or catalogue.get(name).references:
        return None
    return {"__class_fullname__": call.kind, "p": p, **call.arguments}


def _values(text: str, source: str) -> Any:
    try:
        return plain_yaml.read_plain(text)
    except ValueError as error:
        raise InvalidPipeline(f"{source} is neither JSON nor YAML with a pipeline: {error}") from error


def _own(values: Any, source: str) -> PipelineSpec:
    try:
        spec = parse(PipelineSpec, values)
    except InvalidExperiment as error:
        raise InvalidPipeline(f"{source} does not hold a pipeline ('steps' and 'strength'). {error}") from error
    try:
        check_parameters(spec)
    except (UnknownTransform, InvalidPipeline) as error:
        raise type(error)(f"{source}: {error}") from error
    return spec


def _without_name(values: Any) -> tuple[Any, str]:
    """A pipeline that is kept under a name says it in its file."""
    if isinstance(values, dict) and isinstance(values.get("name"), str):
        return {key: value for key, value in values.items() if key != "name"}, values["name"]
    return values, ""


def _seed(values: dict[str, Any], source: str) -> int | None:
    inner = values["transform"].get("seed") if isinstance(values["transform"], dict) else None
    seed = values.get("seed", inner)
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= _LARGEST_SEED:
        raise InvalidPipeline(
            f"{source}: the seed is {seed!r:.40}. It must be a whole number from 0 to {_LARGEST_SEED}."
        )
    return seed


def _digest(transform: Any) -> str:
    """Names the library's part of a file, however it is laid out."""
    return hashlib.sha256(json.dumps(transform, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _edited(spec: PipelineSpec) -> str:
    return (
        "The Albumentations part was changed after Graft wrote it, so that part was read, and not Graft's own "
        f"description of {len(spec.steps)} steps: what is off, the strength and what only Graft can do are gone."
    )
