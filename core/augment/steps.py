"""One step of a pipeline: its parameters as a checked model, its default, its short text. Imports no image library."""

from collections.abc import Callable
from functools import cache
from typing import Any

from pydantic import ValidationError

from core.augment import catalogue
from core.augment.strength import scaled
from core.errors import InvalidInput, InvalidPipeline, UnknownTransform
from core.experiment import Description, PipelineSpec, Step, problems


def default_step(name: str) -> Step:
    """A new step with every parameter written out. Raises `UnknownTransform`."""
    entry = catalogue.get(name)
    return Step(transform=name, p=entry.probability, params=entry.params().model_dump(mode="json"))


def parameters(step: Step) -> Description:
    """The step's parameters, defaults filled in. Raises `UnknownTransform`, or `InvalidPipeline` with every problem."""
    entry = catalogue.get(step.transform)
    try:
        return entry.params.model_validate(step.params)
    except ValidationError as error:
        raise InvalidPipeline(f"{problems(error)}.") from error


def check_parameters(spec: PipelineSpec) -> None:
    """Names and bounds of all steps, without building them; much quicker than `pipeline.check`, which builds too.

    Raises `UnknownTransform` if any name is unknown, else `InvalidPipeline`; the message has the problems of all steps.
    """
    report(spec, parameters)


def report(spec: PipelineSpec, attempt: Callable[[Step], object]) -> None:
    """Call `attempt(step)` for every step and raise all that it raised as one error that numbers the steps from 1."""
    found: list[tuple[str, InvalidInput]] = []
    for number, step in enumerate(spec.steps, start=1):
        try:
            attempt(step)
        except InvalidInput as error:
            found.append((f"Step {number} ({step.transform}): {error}", error))
    if found:
        unknown = any(isinstance(error, UnknownTransform) for _, error in found)
        message = "The augmentation pipeline cannot be used. " + " ".join(text for text, _ in found)
        raise (UnknownTransform if unknown else InvalidPipeline)(message)


def describe(step: Step, strength: float = 1) -> str:
    """A short text for lists, as the step is at a strength: 'Rotate ±15°, p 0.7'. Raises like `parameters`."""
    title = catalogue.get(step.transform).title
    params, p = scaled(parameters(step), step.p, strength)
    values = params.model_dump()
    fields = _magnitudes(catalogue.get(step.transform).params)
    shown = {name: field for name, field in fields.items() if not _at_rest(values[name], field)}
    named = len(shown) > 1 or step.transform not in catalogue.CLASSIC  # only the classic ones speak for themselves
    texts = [_text(values[name], field, named=named) for name, field in shown.items()]
    text = title + (": " if len(texts) > 1 else " " if texts else "") + ", ".join(texts)
    return text + ("" if p == 1 else f", p {round(p, 2):g}") + ("" if step.enabled else ", off")


def summarise(spec: PipelineSpec) -> str:
    """One line for a whole pipeline: 'Flip left-right, Rotate, Scale at strength 0.5', or 'None'."""
    titles = [catalogue.get(step.transform).title for step in spec.steps if step.enabled and step.p > 0]
    if not titles or spec.strength == 0:
        return "None"
    return ", ".join(titles) + ("" if spec.strength == 1 else f" at strength {spec.strength:g}")


@cache
def _magnitudes(params: type[Description]) -> dict[str, dict[str, Any]]:
    fields: dict[str, dict[str, Any]] = params.model_json_schema().get("properties", {})
    return {name: field for name, field in fields.items() if "neutral" in field}


def _at_rest(value: Any, field: dict[str, Any]) -> bool:
    return all(number == field["neutral"] for number in (value if isinstance(value, tuple) else (value,)))


def _text(value: Any, field: dict[str, Any], *, named: bool) -> str:
    unit = field.get("unit", "")
    unit = unit if unit in ("°", "×") else f" {unit}" if unit == "px" else ""
    ends = [f"{round(number, 3):g}" for number in (value if isinstance(value, tuple) else (value,))]
    number = "–".join(ends)
    sign = "±" if field.get("symmetric") else ""
    return (f"{field['title'].lower()} " if named else "") + f"{sign}{number}{unit}"
