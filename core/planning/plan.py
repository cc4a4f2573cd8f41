"""Experiments that nobody has to write down: the default one, and the control runs of another."""

from collections.abc import Sequence
from typing import Any

from core.augment import presets
from core.backbones.stages import HEAD, default_phases, default_recipe, resolve, stage_table
from core.errors import InvalidExperiment, unknown_name
from core.experiment import AS_FOUND, BackboneSpec, DataSpec, Experiment, Phase, PipelineSpec, Reading, Recipe, parse
from core.text import short

SOLVE = "solve"  # in place of a rate: L-BFGS finds the length of its steps itself


def default_experiment(source: str, backbone: BackboneSpec | None = None) -> Experiment:
    """What is run when only the images are named: light augmentation, head first, then the later stages too.

    Raises `UnknownBackbone`, `InvalidExperiment`.
    """
    spec = backbone or BackboneSpec()
    return Experiment(
        data=parse(DataSpec, {"source": source}),
        pipeline=presets.DEFAULT,
        backbone=spec,
        phases=default_phases(_names(spec)),
        recipe=default_recipe(),
    )


def without_augmentation(experiment: Experiment) -> Experiment:
    """The same run on the plain pictures: what the augmentation is worth."""
    return experiment.changed(pipeline=PipelineSpec())


def from_scratch(experiment: Experiment) -> Experiment:
    """The same number of epochs from untrained weights: what pretraining is worth.

    Every stage is trained, at the recipe's rate: frozen stages that nobody trained would only pass noise on.
    """
    phase = Phase(stages=_names(experiment.backbone), epochs=experiment.epochs)
    backbone = experiment.backbone.model_copy(update={"weights": "none"})
    return experiment.changed(backbone=backbone, phases=(phase,))


def adjusted(base: Experiment, **given: Any) -> Experiment:
    """`base` with the options that are not None, as a terminal gives them.

    `data, backbone, weights, image_size, views, seed` are names, numbers or paths; `pipeline` is a `PipelineSpec`,
    `reading` a `Reading` (may be absent);
    `phase` is a list of texts such as 'head:8' or 'layer4:5:1e-4'; `recipe` has some of the recipe's fields, as numbers
    or texts. Another backbone gets its own default phases; untrained weights are trained whole.
    Raises an `InvalidInput` for what cannot be used.
    """
    changes = _said({"name": given["backbone"], "weights": given["weights"], "image_size": given["image_size"]})
    backbone = parse(BackboneSpec, base.backbone.model_dump() | changes)
    names = _names(backbone)
    phases = tuple(parse_phase(text, names) for text in given["phase"] or ())
    if not phases and backbone.weights == "none" != base.backbone.weights:
        phases = (Phase(stages=names, epochs=base.epochs),)
    views = parse_views(given["views"]) if given["views"] else base.views
    recipe = parse(Recipe, base.recipe.model_dump() | _said(given["recipe"]))
    default = base.phases == default_phases(_names(base.backbone))
    if not phases and (default or backbone.name != base.backbone.name):
        phases = default_phases(names, kept_views=views != "fresh" and not recipe.mixes)
    parts = {
        "data": _data(base.data, given["data"], given.get("reading", AS_FOUND)),
        "pipeline": given["pipeline"],
        "recipe": recipe,
        "views": views,
        "seed": given["seed"],
    }
    return base.changed(backbone=backbone, phases=phases or base.phases, **_said(parts))


def _data(base: DataSpec, source: str | None, reading: Reading) -> DataSpec | None:
    """Other images, or the same ones read in another way; None where neither is given."""
    if not source and reading == AS_FOUND:
        return None
    return parse(DataSpec, {"source": source or base.source, "split": base.split, "reading": reading})


def parse_phase(text: str, names: Sequence[str]) -> Phase:
    """'STAGES:EPOCHS', 'STAGES:EPOCHS:LR' or 'head:EPOCHS:solve'. Raises `InvalidExperiment`, `UnknownStage`."""
    parts = text.split(":")
    form = f"A phase is STAGES:EPOCHS[:LR] or head:EPOCHS:solve, such as head:8 or all:5:1e-4; got '{short(text)}'."
    if len(parts) not in (2, 3):
        raise InvalidExperiment(form)
    stages, last = resolve(parts[0], names), parts[2] if len(parts) == 3 else None
    if last == SOLVE and stages != (HEAD,):
        raise InvalidExperiment(f"Only the head alone can be solved, as in head:8:solve; got '{short(text)}'.")
    how = {"solver": "lbfgs"} if last == SOLVE else {"learning_rate": last}
    try:
        return parse(Phase, {"stages": stages, "epochs": parts[1], **how})
    except InvalidExperiment as error:
        raise InvalidExperiment(f"{form} {error}") from error


def parse_settings(texts: Sequence[str]) -> dict[str, str]:
    """Fields of the recipe with their values, from texts such as 'recipe.mixup=0.2'; the recipe checks the values.

    Raises `InvalidExperiment`.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        part, _, field = name.strip().partition(".")
        if part != "recipe" or not equals:
            fields = ", ".join(Recipe.model_fields)
            raise InvalidExperiment(
                f"--set takes recipe.FIELD=VALUE, such as recipe.mixup=0.2; got '{short(text)}'. "
                f"FIELD is one of: {fields}."
            )
        if field not in Recipe.model_fields:
            raise InvalidExperiment(unknown_name("recipe field", field, Recipe.model_fields))
        found[field] = value.strip()
    return found


def parse_views(text: str) -> int | str:
    """A number of fixed views, or 'fresh'. Raises `InvalidExperiment`."""
    if text == "fresh":
        return text
    if not text.isdecimal():
        raise InvalidExperiment(f"--views takes a number or 'fresh'; got '{short(text)}'.")
    return int(text)


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _names(spec: BackboneSpec) -> tuple[str, ...]:
    return tuple(stage.name for stage in stage_table(spec.name))
