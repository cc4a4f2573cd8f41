"""Where a pipeline turns: the light over the strength of its steps."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.augment.steps import at_strength, usable
from core.augment.strength import magnitudes
from core.experiment import PipelineSpec, Step
from core.screening.question import alone
from core.screening.verdict import Safety, Verdict
from core.work.progress import Progress

STRENGTHS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
SWEEP_VIEWS = 4  # at each strength: the intervals are over images, and twice as many views hardly narrow them
Screener = Callable[[Sequence[PipelineSpec]], Generator[Progress, None, tuple[Safety, ...]]]


@dataclass(frozen=True, slots=True)
class StrengthSweep:
    """Screenings of one pipeline at growing strengths, those of its strength slider.

    `turns` and `reds`: the weakest of them at which the light is no longer green, and at which it is red; None: at
    none. The truth lies somewhere between the strength before and this one. `frequencies`: transforms without a size,
    of which strength only changes how often they are applied.
    """

    strengths: tuple[float, ...]
    found: tuple[Safety, ...]
    turns: float | None
    reds: float | None
    frequencies: tuple[str, ...]

    @property
    def green_until(self) -> float | None:
        """The strength before `turns`; None where there is none, or where the light never turns."""
        before = [strength for strength in self.strengths if self.turns is not None and strength < self.turns]
        return before[-1] if before else None

    @property
    def sentence(self) -> str:
        """Where the light turns, for people."""
        if self.turns is None:
            return f"The light does not turn between strength {self.strengths[0]:g} and {self.strengths[-1]:g}."
        where = f"at strength {self.turns:g} already, the weakest that was tried"
        if self.green_until is not None:
            where = f"between strength {self.green_until:g} and {self.turns:g}"
        red = "" if self.reds is None else f" It is red from {self.reds:g} on."
        return f"The light turns {where}.{red}"


def sweep_strength(
    pipeline: PipelineSpec, screener: Screener, strengths: Sequence[float] = STRENGTHS
) -> Generator[Progress, None, StrengthSweep]:
    """Screen `pipeline` at growing `strengths`, whatever its own is. Strengths that change nothing more are left out.

    `screener` is `screen` with all but its pipelines given. Raises what that raises.
    """
    levels = levels_of(pipeline, strengths)
    found = yield from screener(levels)
    return swept(levels, found)


def levels_of(pipeline: PipelineSpec, strengths: Sequence[float] = STRENGTHS) -> tuple[PipelineSpec, ...]:
    """The pipeline at each of growing strengths; those at which nothing changes against the one before are left out."""
    levels = [pipeline.model_copy(update={"strength": strength}) for strength in strengths]
    changed = (level for before, level in pairwise(levels) if _effect(level) != _effect(before))
    return *levels[:1], *changed


def swept(levels: Sequence[PipelineSpec], found: Sequence[Safety]) -> StrengthSweep:
    """A sweep from the screenings of one pipeline at its levels, the weakest first."""
    lights = [(level.strength, safety.verdict) for level, safety in zip(levels, found, strict=True)]
    left = (strength for strength, light in lights if light in (Verdict.AMBER, Verdict.RED))
    red = (strength for strength, light in lights if light is Verdict.RED)
    return StrengthSweep(
        tuple(level.strength for level in levels), tuple(found), next(left, None), next(red, None),
        _frequencies(levels[0]),
    )  # fmt: skip


def _effect(pipeline: PipelineSpec) -> list[object]:
    """What the strength makes of each step and each option; equal where views are equal."""
    return [at_strength(step, pipeline.strength) for step in _parts(pipeline)]


def _parts(pipeline: PipelineSpec) -> list[Step]:
    return [part for step in usable(pipeline.steps) for part in (step, *usable(step.options))]


def _frequencies(pipeline: PipelineSpec) -> tuple[str, ...]:
    steps = [one.steps[0] for one in alone(pipeline)]
    sizeless = [step.transform for step in steps if not magnitudes(type(at_strength(step, 1.0)[0]))]
    return tuple(dict.fromkeys(sizeless))
