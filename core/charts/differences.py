"""In which settings several experiments differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from core.experiment import Experiment, Phase, Step
from core.text import number

ABSENT = "–"
_TITLES = {
    "data.source": "Data",
    "data.fingerprint": "Data fingerprint",
    "pipeline.steps": "Augmentations",
    "pipeline.strength": "Augmentation strength",
    "backbone.name": "Backbone",
    "backbone.weights": "Weights",
    "phases": "Phases",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting. `values` has an entry for every experiment, as text for people."""

    key: str  # such as recipe.learning_rate
    title: str
    values: dict[str, str]


def differing(experiments: Mapping[str, Experiment]) -> tuple[Difference, ...]:
    """The settings in which the experiments differ, in the order of the description; none for fewer than two."""
    flat = {name: settings(experiment) for name, experiment in experiments.items()}
    keys = list(dict.fromkeys(key for values in flat.values() for key in values))
    rows = []
    for key in keys:
        values = {name: texts.get(key, ABSENT) for name, texts in flat.items()}
        if len(set(values.values())) > 1:
            rows.append(Difference(key, _title(key), values))
    return tuple(rows)


def settings(experiment: Experiment) -> dict[str, str]:
    """Every setting as text, with dotted keys. Augmentations and phases are one setting each."""
    found = _flat(experiment, "")
    return found | {"data.fingerprint": found["data.fingerprint"][:12] or "not yet known"}


def _flat(part: BaseModel, prefix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in type(part).model_fields:
        value, key = getattr(part, name), prefix + name
        if isinstance(value, BaseModel):
            found |= _flat(value, f"{key}.")
        else:
            found[key] = _text(value)
    return found


def _text(value: Any) -> str:
    if isinstance(value, Phase):
        rate = "" if value.learning_rate is None else f" at {number(value.learning_rate)}"
        rate = " L-BFGS" if value.solver == "lbfgs" else rate
        return f"{' + '.join(value.stages)} for {value.epochs} epoch{'s' if value.epochs > 1 else ''}{rate}"
    if isinstance(value, Step):
        params = ", ".join(f"{key}={_text(item)}" for key, item in value.params.items())
        inside = ", ".join(filter(None, (params, " or ".join(map(_text, value.options)))))
        chance = "" if value.p == 1 else f" (p {value.p:g})"
        return f"{value.transform}{f'({inside})' if inside else ''}{chance}{'' if value.enabled else ' [off]'}"
    if isinstance(value, tuple | list):
        joint = "; then " if value and isinstance(value[0], Phase) else ", "
        return joint.join(map(_text, value)) or "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return number(value, 6)
    return "default" if value is None else str(value)


def _title(key: str) -> str:
    """The field's own title from the description, so that the names agree with the forms."""
    if key in _TITLES:
        return _TITLES[key]
    kind: Any = Experiment
    *path, last = key.split(".")
    for name in path:
        kind = kind.model_fields[name].annotation
    return kind.model_fields[last].title or last.replace("_", " ").capitalize()
