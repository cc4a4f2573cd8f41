"""What versions before there was a record wrote into the metadata of weights, one key each, as JSON.

The first wrote `classes`, `backbone`, `image_size`, `experiment` and `epoch`. Later ones added `preprocessing`, with
the sizes, the interpolation, the mean and the deviation, and `value_range` for images of fractions. None wrote how the
image is cropped, what the training began from, or the precision: the experiment beside the weights says it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.backbones import catalogue
from core.errors import InvalidInput
from core.paths import EXPERIMENT
from core.plain_yaml import plain_values

_ALWAYS = frozenset(("classes", "backbone", "image_size"))
_WORDS = ("default", "none")


def describes(metadata: Mapping[str, str]) -> bool:
    """Whether this is metadata that an earlier version wrote."""
    return set(metadata) >= _ALWAYS


def former_values(metadata: Mapping[str, str], described: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a record from an earlier version's metadata; `described` is the experiment beside the weights.

    The metadata say more than the experiment: only what they do not say is taken from it. Without one the image is
    taken up to its edges. Raises `InvalidInput` for a backbone or a size that do not exist, and `ValueError`,
    `TypeError` or `LookupError` for facts that are not of this form.
    """
    facts = {key: json.loads(value) for key, value in metadata.items() if key != "format"}
    backbone = catalogue.get(facts["backbone"])
    spec, recipe = (_part(described, name) for name in ("backbone", "recipe"))
    began = spec.get("weights", "default") if described else None
    return {
        "classes": facts["classes"],
        "backbone": {"name": backbone.name, "weights": began if began in (*_WORDS, None) else "file"},
        "inputs": {**_inputs(backbone, facts, spec if described else None), "scale": facts.get("value_range")},
        "precision": recipe.get("precision"),
        "experiment": facts.get("experiment", ""),
        "epoch": facts.get("epoch"),
    }


def experiment_beside(folder: Path) -> dict[str, Any]:
    """The experiment in `folder` as plain values; empty where there is none that can be read."""
    try:
        values = plain_values((folder / EXPERIMENT).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, InvalidInput):
        return {}
    return values if isinstance(values, dict) else {}


def _inputs(backbone: catalogue.Backbone, facts: Mapping[str, Any], spec: Mapping[str, Any] | None) -> dict[str, Any]:
    if known := facts.get("preprocessing"):
        names = ("image_size", "resize_size", "interpolation", "mean", "std")
        crop = "weights" if known["resize_size"] > known["image_size"] else "whole"
        return {**{name: known[name] for name in names}, "crop": crop}
    # a run that does not say it is older than the choice, and was cropped as its weights were
    crop = "whole" if spec is None or spec.get("crop", "weights") != "weights" else "weights"
    sizes = catalogue.geometry(backbone, facts["image_size"], crop)
    return {
        "image_size": sizes.image_size, "resize_size": sizes.resize_size, "interpolation": sizes.interpolation,
        "crop": crop, "mean": backbone.mean, "std": backbone.std,
    }  # fmt: skip


def _part(described: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = described.get(name)
    return part if isinstance(part, dict) else {}
