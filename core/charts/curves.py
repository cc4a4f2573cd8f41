"""The curves of one training, live or ended: loss, score and learning rate over the epochs."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.charts.series import Line, line
from core.task import ClassificationSpec
from core.tasks.scorecard import title_of
from core.text import number, percent
from core.training.events import EpochEnded, PhaseStarted, StepEnded


@dataclass(frozen=True, slots=True)
class Band:
    """A phase: from `start` to `end` in epochs that have passed; `names` from the most telling to the shortest."""

    start: float
    end: float
    names: tuple[str, ...]
    hint: str


@dataclass(frozen=True, slots=True)
class Best:
    """The epoch that is kept; `epoch` counts from 1, as people do."""

    epoch: int
    val_loss: float
    val_score: float


@dataclass(frozen=True, slots=True)
class Curves:
    """What is drawn. x is the number of epochs that have passed: the first epoch ends at 1."""

    total_epochs: int
    step_loss: Line
    train_loss: Line
    val_loss: Line
    train_score: Line  # empty where only the validation images are scored
    val_score: Line
    learning_rate: Line
    bands: tuple[Band, ...]
    best: Best | None
    score: str  # what the score is called
    percent: bool = True  # whether it is a share, drawn in percent


def curves(
    epochs: Sequence[EpochEnded],
    steps: Sequence[StepEnded],
    phases: Sequence[PhaseStarted],
    total_epochs: int,
    steps_per_epoch: int | None = None,
    score: str = ClassificationSpec.score,
) -> Curves:
    """The lines of a training from its events, in their order.

    `steps_per_epoch` places the steps before the first epoch has ended; without it they appear from then on. `score` is
    the name of the score that epochs will have, for as long as none has ended.
    """
    if steps_per_epoch is None:
        steps_per_epoch = _steps_per_epoch(epochs)
    placed = [(_place(step, steps_per_epoch), step) for step in steps] if steps_per_epoch else []
    rates = [(x, step.learning_rate) for x, step in placed] or [(e.epoch + 1, e.learning_rate) for e in epochs]
    rates = [(x, rate) for x, rate in rates if rate > 0]  # a phase that is fitted with L-BFGS has none
    total = max(total_epochs, 1, *(e.epoch + 1 for e in epochs)) if epochs else max(total_epochs, 1)
    return Curves(
        total_epochs=total,
        step_loss=line((x, step.loss) for x, step in placed),
        train_loss=line((e.epoch + 1, e.train_loss) for e in epochs),
        val_loss=line((e.epoch + 1, e.val_loss) for e in epochs),
        train_score=line((e.epoch + 1, e.train_accuracy) for e in epochs if e.score.name == "accuracy"),
        val_score=line((e.epoch + 1, e.score.value) for e in epochs),
        learning_rate=line(rates),
        bands=_bands(phases, total),
        best=_best(epochs),
        score=epochs[-1].score.title if epochs else title_of(score),
        percent=all(epoch.score.in_percent for epoch in epochs),
    )


def _steps_per_epoch(epochs: Sequence[EpochEnded]) -> int | None:
    """Every epoch has as many steps; the first one that ended tells how many, also after an early stop or a resume."""
    if len(epochs) > 1:
        return max(1, (epochs[1].step - epochs[0].step) // max(1, epochs[1].epoch - epochs[0].epoch))
    return max(1, epochs[0].step // (epochs[0].epoch + 1)) if epochs else None


def _place(step: StepEnded, steps_per_epoch: int) -> float:
    return step.epoch + ((step.step - 1) % steps_per_epoch + 1) / steps_per_epoch


def _best(epochs: Sequence[EpochEnded]) -> Best | None:
    marked = [epoch for epoch in epochs if epoch.best]
    return Best(marked[-1].epoch + 1, marked[-1].val_loss, marked[-1].score.value) if marked else None


def _bands(phases: Sequence[PhaseStarted], total: int) -> tuple[Band, ...]:
    """A phase that stopped early ends where the next one begins. A phase that was resumed is one band."""
    latest = list({phase.phase: phase for phase in phases}.values())
    begun: dict[int, int] = {}
    for phase in phases:
        begun[phase.phase] = min(phase.first_epoch, begun.get(phase.phase, phase.first_epoch))
    ends = [begun[phase.phase] for phase in latest[1:]]
    bands = []
    for i, phase in enumerate(latest):
        start = begun[phase.phase]
        end = ends[i] if i < len(ends) else min(total, start + phase.epochs)
        if end > start:
            bands.append(Band(start, end, _names(phase), _hint(phase)))
    return tuple(bands)


def _names(phase: PhaseStarted) -> tuple[str, ...]:
    if phase.trainable_parameters == phase.total_parameters and len(phase.stages) > 1:
        return "everything", "all", ""
    count = len(phase.stages)
    whole = " + ".join(phase.stages)
    return whole, *((f"{phase.stages[0]} + {count - 1} more", f"{count} stages") if count > 1 else ()), ""


def _hint(phase: PhaseStarted) -> str:
    share = phase.trainable_parameters / max(1, phase.total_parameters)
    return (
        f"Phase {phase.phase + 1}: {' + '.join(phase.stages)}. {phase.trainable_parameters:,} of "
        f"{phase.total_parameters:,} parameters train ({percent(share, 1)}), "
        + (f"learning rate {number(phase.learning_rate)}." if phase.learning_rate else "fitted with L-BFGS.")
    )
