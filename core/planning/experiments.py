"""Experiments that nobody has to write down: the default one, and the control runs of another."""

from core.augment import presets
from core.backbones.stages import default_phases, default_recipe, stage_table
from core.experiment import BackboneSpec, DataSpec, Experiment, Phase, PipelineSpec, parse


def default_experiment(source: str, backbone: BackboneSpec | None = None) -> Experiment:
    """What is run when only the images are named: light augmentation, head first, then the later stages too.

    Raises `UnknownBackbone`, `InvalidExperiment`.
    """
    spec = backbone or BackboneSpec()
    return Experiment(
        data=parse(DataSpec, {"source": source}),
        pipeline=presets.DEFAULT,
        backbone=spec,
        phases=usual_phases(spec),
        recipe=default_recipe(),
    )


def without_augmentation(experiment: Experiment) -> Experiment:
    """The same run on the plain images: what the augmentation is worth."""
    return experiment.changed(pipeline=PipelineSpec())


def from_scratch(experiment: Experiment) -> Experiment:
    """The same number of epochs from untrained weights: what pretraining is worth.

    Every stage is trained, at the recipe's rate: frozen stages that nobody trained would only pass noise on.
    """
    backbone = experiment.backbone.model_copy(update={"weights": "none"})
    return experiment.changed(backbone=backbone, phases=usual_phases(backbone, epochs=experiment.epochs))


def usual_phases(spec: BackboneSpec, *, kept_views: bool = True, epochs: int | None = None) -> tuple[Phase, ...]:
    """The phases of a backbone for which none are given.

    Those of `default_phases`; of untrained weights one phase over all stages, with `epochs` (None: as many as the
    default phases have together): a head alone would be fitted on noise. Raises `UnknownBackbone`.
    """
    names = stage_names(spec)
    phases = default_phases(names, kept_views=kept_views)
    if spec.weights != "none":
        return phases
    return (Phase(stages=names, epochs=sum(phase.epochs for phase in phases) if epochs is None else epochs),)


def stage_names(spec: BackboneSpec) -> tuple[str, ...]:
    """The stages of a backbone in forward order, the head last. Raises `UnknownBackbone`."""
    return tuple(stage.name for stage in stage_table(spec.name))
