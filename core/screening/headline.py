"""What to say of a pipeline as a whole: its worst step speaks for it. Imports no torch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from core.augment import catalogue
from core.augment.steps import at_strength, usable
from core.augment.strength import magnitudes
from core.experiment import Experiment, PipelineSpec, Step
from core.screening.cache import kept_in
from core.screening.question import question_of, screened
from core.screening.verdict import Safety, Verdict

_SEVERITY = (Verdict.GREEN, Verdict.UNKNOWN, Verdict.AMBER, Verdict.RED)
HARMS = (Verdict.AMBER, Verdict.RED)
OTHER_SETTINGS = " (Found with another backbone, image size, seed or split.)"


@dataclass(frozen=True, slots=True)
class Headline:
    """The worst light among a pipeline and its steps alone, with its reason.

    `steps`: the titles of the steps that show this light by themselves; empty where only the whole pipeline does.
    `without`: the pipeline without them; None where there is nothing to take away.
    """

    verdict: Verdict
    reason: str
    steps: tuple[str, ...] = ()
    without: PipelineSpec | None = None

    @property
    def harms(self) -> bool:
        """Whether labels are known to suffer."""
        return self.verdict in HARMS


def headline(pipelines: Sequence[PipelineSpec], found: Sequence[Safety]) -> Headline:
    """`found` answers `pipelines`: a whole one first, then its steps alone, as `screened` gives them.

    A step that destroys labels does so in every view that gets it, however seldom that is and however harmless the
    other steps are: the mean over views hides it.
    """
    worst = max(found, key=lambda one: _SEVERITY.index(one.verdict))
    if worst.verdict not in HARMS:
        return Headline(worst.verdict, worst.reason)
    guilty = [
        (_always(one.steps[0]), safety)
        for one, safety in zip(pipelines, found, strict=True)
        if len(one.steps) == 1 and not one.steps[0].options and safety.verdict is worst.verdict
    ]
    if not guilty:
        return Headline(worst.verdict, worst.reason)
    titles = tuple(dict.fromkeys(catalogue.get(step.transform).title for step, _ in guilty))
    return Headline(worst.verdict, guilty[0][1].reason, titles, _without(pipelines[0], [step for step, _ in guilty]))


def known_headline(
    experiment: Experiment, fingerprint: str, devices: Sequence[str], workspace: Path
) -> Headline | None:
    """What the workspace keeps about an experiment's pipeline; None while nobody has looked, or it changes nothing.

    `devices` are the names under which it may have been asked, the likeliest first. The precision of what trains does
    not matter to labels: the lab asks with the default one. A red light that was found with another backbone, image
    size, seed or split is repeated, and says so: what destroys labels there will hardly spare them here.
    """
    if not changes_images(experiment.pipeline):
        return None
    kept, pipelines = kept_in(workspace), screened(experiment.pipeline)
    for device, precision in product(dict.fromkeys(devices), ("auto", experiment.recipe.precision)):
        about = replace(question_of(experiment, fingerprint, device), precision=precision)
        found = kept.all(about, pipelines)
        if found is not None:
            return headline(pipelines, found)
    near = kept.nearly(question_of(experiment, fingerprint, devices[0]), pipelines)
    told = headline(pipelines, near) if near is not None else None
    if told is None or told.verdict is not Verdict.RED:
        return None
    return replace(told, reason=told.reason + OTHER_SETTINGS)


def changes_images(pipeline: PipelineSpec) -> bool:
    """Whether any step of it can be applied at all."""
    return pipeline.strength > 0 and bool(usable(pipeline.steps))


def has_strength(pipeline: PipelineSpec) -> bool:
    """Whether any of its steps can be made weaker; a flip is only on or off."""
    parts = [part for step in usable(pipeline.steps) for part in (usable(step.options) or (step,))]
    return any(magnitudes(type(at_strength(part, 1.0)[0])) for part in parts)


def _always(step: Step) -> Step:
    return step.model_copy(update={"p": 1.0})


def _without(pipeline: PipelineSpec, guilty: Sequence[Step]) -> PipelineSpec:
    """The pipeline without these steps, which are always applied here; a choice without options goes as a whole."""

    def stays(step: Step) -> bool:
        return _always(step) not in guilty

    kept = []
    for step in pipeline.steps:
        if not step.options:
            kept += [step] if stays(step) else []
            continue
        options = tuple(option for option in step.options if stays(option))
        if usable(options):
            kept.append(step.model_copy(update={"options": options}))
    return pipeline.model_copy(update={"steps": tuple(kept)})
