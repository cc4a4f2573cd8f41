"""Screenings for a terminal: what is known is told at once, without loading torch; the rest is found with a bar."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from core.augment.steps import describe
from core.cli.show import literal, people, show
from core.data.sources import load_dataset
from core.experiment import Experiment, PipelineSpec
from core.runs.workspace import Workspace
from core.screening.cache import kept_in
from core.screening.headline import Headline, headline, known_headline
from core.screening.question import VIEWS, alone, question_of
from core.screening.sweep import SWEEP_VIEWS, StrengthSweep, levels_of, swept
from core.screening.verdict import Safety, Verdict

_COLOURS = {"green": "green", "amber": "yellow", "red": "red", "unknown": "blue"}


@dataclass(frozen=True, slots=True)
class Lights:
    """A pipeline's screening, and where they were asked for those of its steps alone and its sweep."""

    whole: Safety
    head: Headline  # the worst step's, where steps were looked at
    steps: tuple[tuple[str, Safety], ...] | None = None  # what each step does, in words
    sweep: StrengthSweep | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose images, where and on what."""

    experiment: Experiment
    workspace: Workspace
    device: str

    def lights(self, pipeline: PipelineSpec, *, steps: bool, sweep: bool) -> Lights:
        """Raises what `core.runs.trial.screen_labels` raises."""
        singles = alone(pipeline) if steps else ()
        whole, *found = self._answers((pipeline, *singles), VIEWS)
        words = [describe(one.steps[0], one.strength) for one in singles]
        levels = levels_of(pipeline) if sweep else ()
        return Lights(
            whole,
            headline((pipeline, *singles), (whole, *found)),
            tuple(zip(words, found, strict=True)) if steps else None,
            swept(levels, self._answers(levels, SWEEP_VIEWS)) if sweep else None,
        )  # fmt: skip

    def _answers(self, pipelines: Sequence[PipelineSpec], views: int) -> tuple[Safety, ...]:
        dataset = load_dataset(self.experiment.data.source, self.workspace.root, reading=self.experiment.data.reading)
        about = question_of(self.experiment, dataset.fingerprint, self.device, views)
        known = kept_in(self.workspace.root).all(about, pipelines)
        if known is not None:
            return known
        from core.runs.trial import screen_labels
        from core.work.control import Control

        found: tuple[Safety, ...] = show(
            screen_labels(self.experiment, self.workspace, self.device, pipelines, Control(), views)
        )
        return found


def as_dict(lights: Lights) -> dict[str, Any]:
    """The screening as one JSON object: verdict and reason are the worst step's, the other numbers the whole's.

    `steps`, `whole` and `harmful_steps`, `sweep` and `turns` where they were asked for.
    """
    found = asdict(lights.whole) | {"verdict": lights.head.verdict.value, "reason": lights.head.reason}
    if lights.steps is not None:
        found["whole"] = {"verdict": lights.whole.verdict.value, "reason": lights.whole.reason}
        found["harmful_steps"] = list(lights.head.steps)
        found["steps"] = [{"step": words} | asdict(safety) for words, safety in lights.steps]
    if lights.sweep is not None:
        found["sweep"] = [
            {"strength": strength, "verdict": one.verdict.value, "affinity": one.affinity, "low": one.affinity_low,
             "high": one.affinity_high}
            for strength, one in zip(lights.sweep.strengths, lights.sweep.found, strict=True)
        ]  # fmt: skip
        found |= {"turns": lights.sweep.turns, "turns_red": lights.sweep.reds}
    return found


def tell(lights: Lights) -> None:
    """The light with its reason, what happens to each class, and what else was asked for."""
    to, found, head = Console(), lights.whole, lights.head
    named = f"{', '.join(head.steps)}: " if head.steps else ""
    to.print(f"{_light(head)}  {literal(named + head.reason)}", soft_wrap=True)
    to.print(_classes(found))
    if lights.steps is not None:
        to.print("The pipeline as it is:")
        to.print(f"  {_light(found)}  {literal(found.reason)}", soft_wrap=True)
        to.print("Each step alone, applied to every view:")
        for words, safety in lights.steps:
            to.print(f"  {_light(safety)}  {literal(words)}: {literal(safety.reason)}", soft_wrap=True)
    if lights.sweep is not None:
        to.print(_strengths(lights.sweep))
        to.print(lights.sweep.sentence, soft_wrap=True)
    views = "1 view" if found.views == 1 else f"{found.views} views"
    to.print(
        f"A screening of {found.images} training images in {views} each, with frozen features: affinity "
        f"{found.affinity:.2f} ({found.affinity_low:.2f} to {found.affinity_high:.2f}). Only trainings decide.",
        soft_wrap=True,
    )


def warn(experiment: Experiment, workspace: Path, device: str) -> None:
    """Say on stderr that the experiment's augmentation harms labels, where label safety has found that before."""
    found = known_headline(experiment, experiment.data.fingerprint, ("auto", device), workspace)
    if found is not None and found.harms:
        said = "destroys labels" if found.verdict is Verdict.RED else "may harm labels"
        named = f" ({', '.join(found.steps)})" if found.steps else ""
        people.print(f"[yellow]{literal(f'The augmentation {said}{named}: {found.reason}')}[/]", soft_wrap=True)


def _light(found: Safety | Headline) -> str:
    return f"[bold {_COLOURS[found.verdict]}]{found.verdict}[/]"


def _classes(found: Safety) -> Table:
    table = Table("class", "images", "correctly classified", "of that, with augmentation (95 %)", "taken for", box=None,
                  header_style="bold")  # fmt: skip
    for one in found.classes:
        kept = "too few images"
        if one.affinity is not None:
            kept = f"{one.affinity:.2f} ({one.affinity_low:.2f} to {one.affinity_high:.2f})"
        other = f"{one.becomes.taken_for} {one.becomes.share:.0%}" if one.becomes else ""
        table.add_row(literal(one.name), str(one.images), f"{one.clean:.0%}", kept, literal(other))
    return table


def _strengths(sweep: StrengthSweep) -> Table:
    table = Table("strength", "light", "affinity (95 %)", box=None, header_style="bold")
    for strength, one in zip(sweep.strengths, sweep.found, strict=True):
        kept = f"{one.affinity:.2f} ({one.affinity_low:.2f} to {one.affinity_high:.2f})"
        table.add_row(f"{strength:g}", _light(one), kept)
    return table
