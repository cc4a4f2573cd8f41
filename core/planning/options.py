"""An experiment from options: what is given replaces what is in another experiment."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.backbones.stages import HEAD, default_phases, resolve
from core.errors import InvalidExperiment
from core.experiment import AS_FOUND, BackboneSpec, DataSpec, Experiment, Phase, Recipe, parse
from core.planning.experiments import stage_names, usual_phases
from core.planning.readings import reading_with
from core.text import short

SOLVE = "solve"  # in place of a rate: L-BFGS finds the length of its steps itself


def adjusted(base: Experiment, **given: Any) -> Experiment:
    """`base` with the options that are not None.

    `data, backbone, weights, image_size, seed` are names, numbers or paths, `views` a number or 'fresh'; `pipeline` is
    a `PipelineSpec`; `reading` holds the given fields of `Reading` (may be absent), see `reading_with`; `phase` is a
    list of texts such as 'head:8' or 'layer4:5:1e-4'; `recipe` has some of the recipe's fields, as numbers or texts.
    Other images are read as they are found, another backbone gets its own default phases, and untrained weights are
    trained whole. Raises an `InvalidInput` for what cannot be used.
    """
    changes = _said({"name": given["backbone"], "weights": given["weights"], "image_size": given["image_size"]})
    backbone = parse(BackboneSpec, base.backbone.model_dump() | changes)
    names, recipe_fields = stage_names(backbone), _said(given["recipe"])
    views = base.views if given["views"] is None else given["views"]
    recipe = parse(Recipe, base.recipe.model_dump() | recipe_fields)
    phases = tuple(parse_phase(text, names) for text in given["phase"] or ())
    if not phases and _need_phases(base, backbone, given, recipe_fields):
        kept_views = views != "fresh" and not recipe.mixes
        phases = usual_phases(backbone, kept_views=kept_views, epochs=base.epochs)
    parts = {
        "data": _data(base.data, given["data"], given.get("reading") or {}),
        "pipeline": given["pipeline"],
        "recipe": recipe,
        "views": views,
        "seed": given["seed"],
    }
    return base.changed(backbone=backbone, phases=phases or base.phases, **_said(parts))


def _need_phases(
    base: Experiment, backbone: BackboneSpec, given: Mapping[str, Any], recipe_fields: Mapping[str, Any]
) -> bool:
    """Whether the phases of `base` are not for this backbone, or are default ones and what decides those is given.

    Else they stay, so that an experiment from a file is repeated as it is there.
    """
    if backbone.name != base.backbone.name or (backbone.weights == "none" != base.backbone.weights):
        return True
    decided = recipe_fields or any(given[name] is not None for name in ("backbone", "weights", "views"))
    return bool(decided) and base.phases == default_phases(stage_names(base.backbone))


def _data(base: DataSpec, source: str | None, reading: Mapping[str, Any]) -> DataSpec | None:
    """Other images, or the same ones read in another way; None where nothing changes."""
    other = source is not None and source != base.source
    chosen = reading_with(reading, AS_FOUND if other else base.reading)
    if not other and chosen == base.reading:
        return None
    return parse(DataSpec, {"source": source if other else base.source, "split": base.split, "reading": chosen})


def parse_phase(text: str, names: Sequence[str]) -> Phase:
    """'STAGES:EPOCHS', 'STAGES:EPOCHS:LR' or 'head:EPOCHS:solve'. Raises `InvalidExperiment`, `UnknownStage`."""
    parts = text.split(":")
    form = f"A phase is STAGES:EPOCHS[:LR] or head:EPOCHS:solve, such as head:8 or all:5:1e-4; got '{short(text)}'."
    if len(parts) not in (2, 3):
        raise InvalidExperiment(form)
    stages, last = resolve(parts[0], names), parts[2] if len(parts) == 3 else None
    if last == SOLVE and stages != (HEAD,):
        raise InvalidExperiment(
            f"Only the head alone can be fitted with L-BFGS, as in head:8:solve; got '{short(text)}'."
        )
    how = {"solver": "lbfgs"} if last == SOLVE else {"learning_rate": last}
    try:
        return parse(Phase, {"stages": stages, "epochs": parts[1], **how})
    except InvalidExperiment as error:
        raise InvalidExperiment(f"{form} {error}") from error


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
