"""Label safety for a terminal: cached results are printed without loading torch, others are computed with a progress
bar."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from core.augment.steps import describe
from core.cli.data import bar
from core.cli.show import literal, people, show
from core.data.sources import load_dataset
from core.experiment import Experiment, PipelineSpec
from core.runs.workspace import Workspace
from core.screening.cache import kept_in
from core.screening.headline import Headline, headline, known_headline
from core.screening.question import VIEWS, alone, question_of
from core.screening.sweep import SWEEP_VIEWS, StrengthSweep, levels_of, swept
from core.screening.verdict import Safety, Verdict
from core.text import percent

_COLOURS = {"green": "green", "amber": "yellow", "red": "red", "unknown": "blue"}


@dataclass(frozen=True, slots=True)
class Lights:
    """Label safety of a pipeline and, if requested, of its steps alone and at growing strength."""

    whole: Safety
    headline_of: Headline  # of the worst step, if steps were checked
    steps: tuple[tuple[str, Safety], ...] | None = None  # description and result of each step
    sweep: StrengthSweep | None = None


@dataclass(frozen=True, slots=True)
class SafetyChecker:
    """Computes label safety for an experiment's images in a workspace on a device."""

    experiment: Experiment
    workspace: Workspace
    device: str

    def lights(self, pipeline: PipelineSpec, *, steps: bool, sweep: bool) -> Lights:
        """Check a pipeline. Raises like `core.runs.trial.screen_labels`."""
        singles = alone(pipeline) if steps else ()
        whole, *safety = self._results((pipeline, *singles), VIEWS)
        descriptions = [describe(one.steps[0], one.strength) for one in singles]
        levels = levels_of(pipeline) if sweep else ()
        return Lights(
            whole,
            headline((pipeline, *singles), (whole, *safety)),
            tuple(zip(descriptions, safety, strict=True)) if steps else None,
            swept(levels, self._results(levels, SWEEP_VIEWS)) if sweep else None,
        )  # fmt: skip

    def _results(self, pipelines: Sequence[PipelineSpec], views: int) -> tuple[Safety, ...]:
        data = self.experiment.data
        with bar() as progress:
            dataset = load_dataset(data.source, self.workspace.root, progress, data.reading)
        about = question_of(self.experiment, dataset.fingerprint, self.device, views)
        cached = kept_in(self.workspace.root).all(about, pipelines)
        if cached is not None:
            return cached
        from core.runs.trial import screen_labels
        from core.work.control import Control

        safety: tuple[Safety, ...] = show(
            screen_labels(self.experiment, self.workspace, self.device, pipelines, Control(), views)
        )
        return safety


def as_dict(lights: Lights) -> dict[str, Any]:
    """The result as one JSON object: verdict and reason of the worst step, other numbers of the whole pipeline.

    Includes `steps`, `whole` and `harmful_steps`, `sweep` and `turns` if requested.
    """
    safety = asdict(lights.whole) | {"verdict": lights.headline_of.verdict.value, "reason": lights.headline_of.reason}
    if lights.steps is not None:
        safety["whole"] = {"verdict": lights.whole.verdict.value, "reason": lights.whole.reason}
        safety["harmful_steps"] = list(lights.headline_of.steps)
        safety["steps"] = [{"step": description} | asdict(one) for description, one in lights.steps]
    if lights.sweep is not None:
        safety["sweep"] = [
            {"strength": strength, "verdict": one.verdict.value, "affinity": one.affinity, "low": one.affinity_low,
             "high": one.affinity_high}
            for strength, one in zip(lights.sweep.strengths, lights.sweep.found, strict=True)
        ]  # fmt: skip
        safety |= {"turns": lights.sweep.turns, "turns_red": lights.sweep.reds}
    return safety


def print_lights(lights: Lights) -> None:
    """Print the light with its reason, the table of classes, and further requested results."""
    to, safety, headline_of = Console(), lights.whole, lights.headline_of
    step_names = f"{', '.join(headline_of.steps)}: " if headline_of.steps else ""
    to.print(f"{_light(headline_of)}  {literal(step_names + headline_of.reason)}", soft_wrap=True)
    to.print(_classes(safety))
    if lights.steps is not None:
        to.print("The pipeline as it is:")
        to.print(f"  {_light(safety)}  {literal(safety.reason)}", soft_wrap=True)
        to.print("Each step alone, applied to every view:")
        for description, one in lights.steps:
            to.print(f"  {_light(one)}  {literal(description)}: {literal(one.reason)}", soft_wrap=True)
    if lights.sweep is not None:
        to.print(_strengths(lights.sweep))
        to.print(lights.sweep.sentence, soft_wrap=True)
    views = "1 view" if safety.views == 1 else f"{safety.views} views"
    to.print(
        f"A screening of {safety.images} training images in {views} each, with frozen features: affinity "
        f"{safety.affinity:.2f} ({safety.affinity_low:.2f} to {safety.affinity_high:.2f}). Only trainings decide.",
        soft_wrap=True,
    )


def warn(experiment: Experiment, workspace: Path, device: str) -> None:
    """Warn on stderr if an earlier check found that the experiment's augmentation harms labels."""
    safety = known_headline(experiment, experiment.data.fingerprint, ("auto", device), workspace)
    if safety is not None and safety.harms:
        effect = "destroys labels" if safety.verdict is Verdict.RED else "may harm labels"
        step_names = f" ({', '.join(safety.steps)})" if safety.steps else ""
        people.print(f"[yellow]{literal(f'The augmentation {effect}{step_names}: {safety.reason}')}[/]", soft_wrap=True)


def _light(safety: Safety | Headline) -> str:
    return f"[bold {_COLOURS[safety.verdict]}]{safety.verdict}[/]"


def _classes(safety: Safety) -> Table:
    table = Table("class", "images", "correctly classified", "of that, with augmentation (95 %)", "taken for", box=None,
                  header_style="bold")  # fmt: skip
    for one in safety.classes:
        affinity_text = "too few images"
        if one.affinity is not None:
            affinity_text = f"{one.affinity:.2f} ({one.affinity_low:.2f} to {one.affinity_high:.2f})"
        confusion_text = f"{one.becomes.taken_for} {percent(one.becomes.share)}" if one.becomes else ""
        table.add_row(literal(one.name), str(one.images), percent(one.clean), affinity_text, literal(confusion_text))
    return table


def _strengths(sweep: StrengthSweep) -> Table:
    table = Table("strength", "light", "affinity (95 %)", box=None, header_style="bold")
    for strength, one in zip(sweep.strengths, sweep.found, strict=True):
        affinity_text = f"{one.affinity:.2f} ({one.affinity_low:.2f} to {one.affinity_high:.2f})"
        table.add_row(f"{strength:g}", _light(one), affinity_text)
    return table
