"""The overall result for a pipeline: that of its worst step. Does not import torch."""

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
    """The worst light of a pipeline and its single steps, with the reason.

    `steps`: titles of the steps that have this light alone; empty if only the whole pipeline has it. `without`: the
    pipeline without these steps; None if there are none.
    """

    verdict: Verdict
    reason: str
    steps: tuple[str, ...] = ()
    without: PipelineSpec | None = None

    @property
    def harms(self) -> bool:
        """Whether labels are known to be harmed."""
        return self.verdict in HARMS


def headline(pipelines: Sequence[PipelineSpec], found: Sequence[Safety]) -> Headline:
    """`found` are the results for `pipelines`: the whole one first, then its steps alone, as from `screened`.

    A harmful step destroys labels in every view where it is applied, even if that is rare: the mean over views would
    hide it.
    """
    worst = max(found, key=lambda one: _SEVERITY.index(one.verdict))
    if worst.verdict not in HARMS:
        return Headline(worst.verdict, worst.reason)
    harmful_steps = [
        (_always(one.steps[0]), safety)
        for one, safety in zip(pipelines, found, strict=True)
        if len(one.steps) == 1 and not one.steps[0].options and safety.verdict is worst.verdict
    ]
    if not harmful_steps:
        return Headline(worst.verdict, worst.reason)
    titles = tuple(dict.fromkeys(catalogue.get(step.transform).title for step, _ in harmful_steps))
    return Headline(
        worst.verdict, harmful_steps[0][1].reason, titles, _without(pipelines[0], [step for step, _ in harmful_steps])
    )


def known_headline(
    experiment: Experiment, fingerprint: str, devices: Sequence[str], workspace: Path
) -> Headline | None:
    """The cached result for an experiment's pipeline; None if it was not checked, or changes nothing.

    `devices` are the names under which it may be cached, the likeliest first. The training precision does not matter:
    the Augment page uses the default. A red light found with another backbone, image size, seed or split is repeated
    with a note, because it very likely applies here too.
    """
    if not changes_images(experiment.pipeline):
        return None
    cache, pipelines = kept_in(workspace), screened(experiment.pipeline)
    for device, precision in product(dict.fromkeys(devices), ("auto", experiment.recipe.precision)):
        about = replace(question_of(experiment, fingerprint, device), precision=precision)
        found = cache.all(about, pipelines)
        if found is not None:
            return headline(pipelines, found)
    near = cache.nearly(question_of(experiment, fingerprint, devices[0]), pipelines)
    nearest_headline = headline(pipelines, near) if near is not None else None
    if nearest_headline is None or nearest_headline.verdict is not Verdict.RED:
        return None
    return replace(nearest_headline, reason=nearest_headline.reason + OTHER_SETTINGS)


def changes_images(pipeline: PipelineSpec) -> bool:
    """Whether any step can be applied."""
    return pipeline.strength > 0 and bool(usable(pipeline.steps))


def has_strength(pipeline: PipelineSpec) -> bool:
    """Whether any step can be made weaker; a flip cannot."""
    single_steps = [part for step in usable(pipeline.steps) for part in (usable(step.options) or (step,))]
    return any(magnitudes(type(at_strength(part, 1.0)[0])) for part in single_steps)


def _always(step: Step) -> Step:
    return step.model_copy(update={"p": 1.0})


def _without(pipeline: PipelineSpec, harmful_steps: Sequence[Step]) -> PipelineSpec:
    """The pipeline without these steps (given with p=1); a choice without remaining options is removed."""

    def is_kept(step: Step) -> bool:
        return _always(step) not in harmful_steps

    remaining = []
    for step in pipeline.steps:
        if not step.options:
            remaining += [step] if is_kept(step) else []
            continue
        options = tuple(option for option in step.options if is_kept(option))
        if usable(options):
            remaining.append(step.model_copy(update={"options": options}))
    return pipeline.model_copy(update={"steps": tuple(remaining)})
