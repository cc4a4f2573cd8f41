"""Pipelines as text: Graft's own YAML, and Albumentations' JSON and YAML extended by a `graft` section.

Reading Graft's own format imports no image library; the other functions import it when called.
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
class ParsedPipeline:
    """A parsed pipeline with `seed` and `name` if the text has them; `notes` say what was left out."""

    spec: PipelineSpec
    seed: int | None = None
    notes: tuple[str, ...] = ()
    name: str = ""


def read_any(text: str, source: str = "The pipeline") -> ParsedPipeline:
    """Parse and check a pipeline from text written by `dump_pipeline`, `dump_albumentations` or Albumentations itself.

    Raises `UnknownTransform` or `InvalidPipeline` with every problem; `source` opens the message.
    """
    values = _values(text, source)
    version = values.get("__version__") if isinstance(values, dict) else None
    if isinstance(values, dict) and "__class_fullname__" in values:  # a single transform, such as a saved replay
        values = {"transform": values}
    if isinstance(values, list) and all(isinstance(one, dict) and "__class_fullname__" in one for one in values):
        values = {"transform": {"__class_fullname__": "Compose", "transforms": values}}  # only the list was saved
    if not (isinstance(values, dict) and "transform" in values):
        fields, name = _without_name(values)
        return ParsedPipeline(_own(fields, source), name=name)
    seed = _seed(values, source)
    graft_part = values.get("graft")
    notes: tuple[str, ...] = ()
    if isinstance(graft_part, dict) and "pipeline" in graft_part:
        spec = _own(graft_part["pipeline"], source)
        if graft_part.get("digest") == _digest(values["transform"]):
            return ParsedPipeline(spec, seed)
        notes = (_edited(spec),)
    from core.augment.exchange.foreign import from_albumentations  # imports the library

    spec, import_notes = from_albumentations(values["transform"], source, version)
    return ParsedPipeline(spec, seed, (*notes, *import_notes))


def dump_albumentations(spec: PipelineSpec, geometry: Geometry, seed: int, form: Form = "json") -> str:
    """Text that `A.load` and `A.from_dict` accept, with the seed; `read_any` reads back the same pipeline.

    The library's part holds the enabled steps at their current strength for this input geometry. Steps that only Graft
    supports are in the section `graft` alone, see `only_graft`. Raises like `pipeline.check`.
    """
    from core.augment.plan import plan

    steps = [_written(one) for one in plan(spec, geometry)]
    transform = {
        "__class_fullname__": "Compose", "p": 1.0, "seed": seed, "transforms": [one for one in steps if one],
    }  # fmt: skip
    document = {
        "__version__": VERSION,
        "transform": transform,
        "seed": seed,
        "graft": {
            "pipeline": spec.model_dump(mode="json"), "geometry": asdict(geometry),
            "only_graft": list(only_graft(spec, geometry)), "digest": _digest(transform),
        },
    }  # fmt: skip
    plain = json.loads(json.dumps(document))
    if form == "json":
        return json.dumps(plain, indent=2) + "\n"
    return yaml.safe_dump(plain, sort_keys=False)


def only_graft(spec: PipelineSpec, geometry: Geometry) -> tuple[str, ...]:
    """The steps that Albumentations has no class for, such as 'step 2 (Elastic distortion)'. Raises like
    `dump_albumentations`."""
    from core.augment.plan import plan

    missing = [one.index for one in plan(spec, geometry) if _written(one) is None]
    return tuple(f"step {index + 1} ({catalogue.get(spec.steps[index].transform).title})" for index in missing)


def check_size(values: Any, source: str) -> None:
    """Reject oversized or deeply nested content before it is processed. Raises `InvalidPipeline`."""
    try:
        plain_yaml.check_size(values)
    except ValueError as error:
        raise InvalidPipeline(f"{source} is no pipeline: {error}. A pipeline is a page of text.") from error


def _written(planned: "Planned") -> dict[str, Any] | None:
    """A step in the library's format; None if only Graft supports it."""
    if planned.call is not None:
        return _call(planned, planned.probability)
    options = [_option(option) for option in planned.options]
    if any(option is None for option in options):
        return None
    return {"__class_fullname__": "OneOf", "p": planned.probability, "transforms": options}


def _option(planned: "Planned") -> dict[str, Any] | None:
    if planned.call is None:  # too weak to change anything
        return {"__class_fullname__": "NoOp", "p": planned.weight}
    # the library always applies the chosen option
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
    """Split off the name, which saved pipelines have in their file."""
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
    """Digest of the library's part of a file, independent of formatting."""
    return hashlib.sha256(json.dumps(transform, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _edited(spec: PipelineSpec) -> str:
    return (
        "The Albumentations part was changed after Graft wrote it, so that part was read, and not Graft's own "
        f"description of {len(spec.steps)} steps: what is off, the strength and what only Graft can do are gone."
    )
