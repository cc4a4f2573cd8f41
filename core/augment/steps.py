"""One step of a pipeline: its parameters as a checked model, its default, its short text. Imports no image library."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from pydantic import ValidationError

from core.augment import catalogue
from core.augment.catalogue import ONE_OF
from core.augment.strength import scaled
from core.errors import InvalidInput, InvalidPipeline, UnknownTransform
from core.experiment import Description, PipelineSpec, Step
from core.problems import problems
from core.text import percent, short


def default_step(name: str) -> Step:
    """A new step with every parameter written out. Raises `UnknownTransform`."""
    entry = catalogue.get(name)
    options = tuple(default_step(option).model_copy(update={"p": 0.5}) for option in entry.options)
    return Step(transform=name, p=entry.probability, params=entry.params().model_dump(mode="json"), options=options)


def parameters(step: Step) -> Description:
    """The step's parameters, defaults filled in. Raises `UnknownTransform`, or `InvalidPipeline` with every problem.

    The options of a choice are not looked into, only whether there are any where they belong.
    """
    entry = catalogue.get(step.transform)
    _check_options(step)
    try:
        return entry.params.model_validate(step.params)
    except ValidationError as error:
        raise InvalidPipeline(f"{problems(error)}.") from error


def at_strength(step: Step, strength: float) -> tuple[Description, float]:
    """Parameters and probability as the pipeline's strength makes them. Raises like `parameters`.

    A choice is taken as often at any strength: its options are scaled.
    """
    params = parameters(step)
    return (params, step.p) if step.transform == ONE_OF else scaled(params, step.p, strength)


def needs_references(spec: PipelineSpec) -> bool:
    """Whether a step that is on looks at other images. Raises `UnknownTransform`."""
    on = [step for step in spec.steps if step.enabled and step.p > 0 and spec.strength > 0]
    options = [option for step in on for option in usable(step.options)]
    return any(catalogue.get(step.transform).references for step in (*on, *options))


def check_parameters(spec: PipelineSpec) -> None:
    """Names and bounds of all steps, without building them; much quicker than `pipeline.check`, which builds too.

    Raises `UnknownTransform` if any name is unknown, else `InvalidPipeline`; the message has the problems of all steps.
    """
    report(spec, parameters)


def report(spec: PipelineSpec, attempt: Callable[[Step], object]) -> None:
    """Call `attempt(step)` for every step and every option, and raise all that it raised as one error.

    The error numbers steps and options from 1: 'Step 2, option 1 (Rotate): ...'.
    """
    found: list[tuple[str, InvalidInput]] = []
    for place, step in _numbered(spec):
        try:
            attempt(step)
        except InvalidInput as error:
            found.append((f"{place} ({short(step.transform)}): {error}", error))
    if found:
        unknown = any(isinstance(error, UnknownTransform) for _, error in found)
        message = "The augmentation pipeline cannot be used. " + " ".join(text for text, _ in found)
        raise (UnknownTransform if unknown else InvalidPipeline)(message)


def describe(step: Step, strength: float = 1) -> str:
    """A short text for lists, as the step is at a strength: 'Rotate ±15°, p 0.7'. Raises like `parameters`."""
    params, p = at_strength(step, strength)
    text = catalogue.get(step.transform).title
    if step.options:
        text += ": " + ", or ".join(_shares(step, strength))
    else:
        texts = _magnitude_texts(step, params)
        text += (": " if len(texts) > 1 else " " if texts else "") + ", ".join(texts)
    return text + ("" if p == 1 else f", p {round(p, 2):g}") + ("" if step.enabled else ", off")


def summarise(spec: PipelineSpec) -> str:
    """One line for a whole pipeline: 'Flip left-right, Rotate, Scale at strength 0.5', or 'None'."""
    titles = [_title(step) for step in spec.steps if step.enabled and step.p > 0]
    if not titles or spec.strength == 0:
        return "None"
    return ", ".join(titles) + ("" if spec.strength == 1 else f" at strength {spec.strength:g}")


def usable(options: tuple[Step, ...]) -> tuple[Step, ...]:
    """The options of a choice that can be taken."""
    return tuple(option for option in options if option.enabled and option.p > 0)


def _check_options(step: Step) -> None:
    if step.transform != ONE_OF and step.options:
        raise InvalidPipeline(f"options: only {ONE_OF} has options to choose from. Remove them.")
    if step.transform == ONE_OF and any(option.transform == ONE_OF for option in step.options):
        raise InvalidPipeline("options: a choice cannot be an option of a choice. Add its options to this one.")
    if step.transform == ONE_OF and not usable(step.options):
        raise InvalidPipeline("options: none that can be taken; add at least one option that is on, with p above 0.")


def _numbered(spec: PipelineSpec) -> Iterator[tuple[str, Step]]:
    for number, step in enumerate(spec.steps, start=1):
        yield f"Step {number}", step
        for place, option in enumerate(step.options, start=1):
            if option.transform != ONE_OF:  # said once, of the step that it stands in
                yield f"Step {number}, option {place}", option


def _shares(step: Step, strength: float) -> list[str]:
    """Each option that can be taken with the share of its weight: '40 % Rotate ±15°'."""
    options = usable(step.options)
    total = sum(option.p for option in options)
    sure = [option.model_copy(update={"p": 1.0}) for option in options]
    texts = [describe(option, strength) for option in sure]
    return [f"{percent(option.p / total)} {text}" for option, text in zip(options, texts, strict=True)]


def _title(step: Step) -> str:
    title = catalogue.get(step.transform).title
    inner = ", ".join(catalogue.get(option.transform).title for option in usable(step.options))
    return f"{title} ({inner})" if inner else title


def _magnitude_texts(step: Step, params: Description) -> list[str]:
    values = params.model_dump()
    fields = _magnitudes(type(params))
    shown = {name: field for name, field in fields.items() if not _at_rest(values[name], field)}
    named = len(shown) > 1 or step.transform not in catalogue.CLASSIC  # only the classic ones speak for themselves
    return [_text(values[name], field, named=named) for name, field in shown.items()]


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
