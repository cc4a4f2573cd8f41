"""Interpretation of training curves in plain words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.backbones.stages import stage_table
from core.experiment import Experiment
from core.screening.headline import HARMS
from core.screening.verdict import Verdict
from core.training.events import EpochEnded

# Tuned on simulated noise in the tests: few false alarms, at the price of some epochs of delay.
FEWEST_EPOCHS = 4  # minimum epochs of a phase before it is judged
RISING_EPOCHS = 3  # since the lowest smoothed loss
SMALLEST_CHANGE = 0.03  # relative change of the loss; less counts as flat
NOISE_FACTOR = 2.0  # a change must exceed this many times the noise of the smoothed curve (see `_differ`)
WINDOW = 3  # epochs in the moving mean
LARGE_GAP = 0.2  # of accuracy: two standard deviations of the accuracy on 24 validation images
LOSS_RATIO = 1.5  # validation over training loss: a gap in accuracy alone may be chance
MORE_IMAGES, OTHER_BACKBONE = "more images", "another backbone"


@dataclass(frozen=True, slots=True)
class Augmentation:
    """A run's augmentation: whether there is any, and its label safety (None: not checked).

    `strength`: whether it can be made weaker; a flip cannot.
    """

    any: bool = True
    light: Verdict | None = None
    strength: bool = True

    @property
    def more(self) -> str | None:
        """Advice to augment more, as a phrase; None if labels are harmed already."""
        if self.light in HARMS:
            return None
        if not self.any:
            return "augmentation"
        checked = self.light is Verdict.GREEN
        return "stronger augmentation" if checked else "stronger augmentation (check first that labels survive it)"

    @property
    def less(self) -> str | None:
        """Advice to augment less; None if there is no augmentation."""
        if not self.any:
            return None
        return "weaker augmentation" if self.strength else "a training without augmentation"

    @property
    def warning(self) -> str:
        """A sentence with a leading space if labels are harmed, else ''."""
        if self.light is Verdict.RED:
            return " The augmentation destroys labels, as label safety found: take the step out first."
        if self.light is Verdict.AMBER:
            return " Label safety found that the augmentation may harm labels: look at it before you add any."
        return ""


@dataclass(frozen=True, slots=True)
class Leeway:
    """Which settings of a phase can still be changed, so that advice is always applicable."""

    rate: bool = True  # whether there is a learning rate (not with L-BFGS)
    fewer_stages: bool = True
    more_stages: bool = True
    early_stopping: bool = True

    @classmethod
    def of(cls, experiment: Experiment, phase: int) -> "Leeway":
        """The leeway of a phase (0-based) of an experiment."""
        chosen = experiment.phases[min(phase, len(experiment.phases) - 1)]
        return cls(
            rate=chosen.solver == "steps",
            fewer_stages=len(chosen.stages) > 1,
            more_stages=len(chosen.stages) < len(stage_table(experiment.backbone.name)),
            early_stopping=experiment.recipe.patience == 0,
        )


def diagnose(
    epochs: Sequence[EpochEnded],
    *,
    finished: bool = True,
    augmentation: Augmentation = Augmentation(),
    experiment: Experiment | None = None,
) -> str | None:
    """One or two sentences on what stands out, or None.

    Looks for, in this order: a rising training loss, a validation loss that rises while the training loss falls,
    a training that has not learned, a constant validation loss with a much higher training than validation accuracy,
    and (only when `finished`) a validation loss that was still falling at the end. Only the newest phase is judged,
    because unfreezing stages makes losses jump, and only from its fourth epoch on. Losses are smoothed by a moving mean
    of three epochs, and a change must be larger than the noise around it. With the run's `experiment`, advice is
    limited to settings that can be changed.
    """
    phase = _newest_phase(epochs)
    if len(phase) < FEWEST_EPOCHS or not all(map(_is_finite, phase)):
        return None
    train, val = [e.train_loss for e in phase], [e.val_loss for e in phase]
    leeway = Leeway() if experiment is None else Leeway.of(experiment, phase[-1].phase)
    return (
        (_climbing(train) if leeway.rate else None)
        or _memorising(train, val, _best(epochs), augmentation, leeway)
        or _not_learning(list(epochs), augmentation, leeway)
        or _overfitting(phase, val, augmentation, leeway)
        or (_still_improving(val) if finished else None)
    )


def _climbing(train: list[float]) -> str | None:
    smooth = _smoothed(train)
    since = len(smooth) - 1 - _lowest(smooth)
    if since < RISING_EPOCHS or not _differ(min(smooth), smooth[-1], train, least=0.2):
        return None
    return (
        f"The training loss has risen over the last {since} epochs ({min(smooth):.2f} to {smooth[-1]:.2f}): "
        "the steps are too large. Try a learning rate that is 3 to 10 times smaller."
    )


def _memorising(
    train: list[float], val: list[float], best: int, augmentation: Augmentation, leeway: Leeway
) -> str | None:
    smooth_train, smooth_val = _smoothed(train), _smoothed(val)
    lowest = _lowest(smooth_val)
    since = len(val) - 1 - lowest
    rose = since >= RISING_EPOCHS and _differ(smooth_val[lowest], smooth_val[-1], val)
    if not rose or not _differ(smooth_train[-1], smooth_train[lowest], train):
        return None
    return (
        f"The validation loss has risen for {since} epochs ({smooth_val[lowest]:.2f} to {smooth_val[-1]:.2f}) "
        f"while the training loss fell: the model is memorising. Epoch {best} is chosen: nothing after it helped. "
        f"{_try(augmentation.more, _fewer(leeway), _stopping(leeway), otherwise=MORE_IMAGES)}{augmentation.warning}"
    )


def _best(epochs: Sequence[EpochEnded]) -> int:
    """The kept epoch, counted from 1."""
    return max((e.epoch for e in epochs if e.best), default=epochs[-1].epoch) + 1


def _overfitting(phase: list[EpochEnded], val: list[float], augmentation: Augmentation, leeway: Leeway) -> str | None:
    """Training accuracy is measured on augmented images, so the true gap is probably larger than this one."""
    smooth = _smoothed(val)
    if _differ(smooth[-1], smooth[-1 - WINDOW], val):
        return None  # still getting better
    known, new = (
        sum(values[-WINDOW:]) / WINDOW
        for values in ([e.train_accuracy for e in phase], [e.val_accuracy for e in phase])
    )
    trained = _smoothed([e.train_loss for e in phase])[-1]
    if known - new < LARGE_GAP or smooth[-1] < LOSS_RATIO * trained:
        return None
    return (
        f"The model is overfitting: it knows {100 * known:.0f} % of the training images but only {100 * new:.0f} % of "
        f"the validation images, and the validation loss ({smooth[-1]:.2f}) no longer falls. "
        f"{_try(augmentation.more, _fewer(leeway), MORE_IMAGES)}{augmentation.warning}"
    )


def _not_learning(epochs: list[EpochEnded], augmentation: Augmentation, leeway: Leeway) -> str | None:
    """All phases count: a later phase need not improve on an earlier one."""
    losses = [e.train_loss for e in epochs if _is_finite(e)]
    gained = max(e.train_accuracy for e in epochs) - epochs[0].train_accuracy
    if len(epochs) < FEWEST_EPOCHS + 1 or gained > 0.05 or epochs[-1].train_accuracy > 0.8:
        return None
    if _smoothed(losses)[-1] < losses[0] * (1 - SMALLEST_CHANGE):
        return None
    return (
        f"The training loss has hardly moved in {len(epochs)} epochs: the model has learned little since the first. "
        f"{_try(_larger(leeway), _more(leeway), augmentation.less, otherwise=OTHER_BACKBONE)}{augmentation.warning}"
    )


def _try(*advice: str | None, otherwise: str = "") -> str:
    *most, last = [one for one in advice if one is not None] or [otherwise]
    return f"Try {', '.join(most)}{',' if len(most) > 1 else ''} or {last}." if most else f"Try {last}."


def _fewer(leeway: Leeway) -> str | None:
    return "fewer trainable stages" if leeway.fewer_stages else None


def _more(leeway: Leeway) -> str | None:
    return "more trainable stages" if leeway.more_stages else None


def _stopping(leeway: Leeway) -> str | None:
    return "early stopping" if leeway.early_stopping else None


def _larger(leeway: Leeway) -> str | None:
    return "a larger learning rate" if leeway.rate else None


def _still_improving(val: list[float]) -> str | None:
    smooth = _smoothed(val)
    before, now = smooth[-1 - WINDOW], smooth[-1]
    falling = all(later < earlier for earlier, later in zip(smooth[-3:], smooth[-2:], strict=False))
    if not falling or not _differ(now, before, val):
        return None
    return (
        f"The validation loss was still falling at the end ({before:.2f} to {now:.2f} over the last {WINDOW} epochs): "
        "more epochs would likely help."
    )


def _newest_phase(epochs: Sequence[EpochEnded]) -> list[EpochEnded]:
    return [epoch for epoch in epochs if epoch.phase == epochs[-1].phase]


def _is_finite(epoch: EpochEnded) -> bool:
    return math.isfinite(epoch.train_loss) and math.isfinite(epoch.val_loss)


def _smoothed(values: list[float]) -> list[float]:
    """Mean of each value and the ones before it, `WINDOW` in all; fewer at the start."""
    windows = [values[max(0, end - WINDOW) : end] for end in range(1, len(values) + 1)]
    return [sum(window) / len(window) for window in windows]


def _lowest(values: list[float]) -> int:
    return min(range(len(values)), key=values.__getitem__)


def _differ(low: float, high: float, raw: list[float], least: float = SMALLEST_CHANGE) -> bool:
    """Whether `high` lies above `low` by more than a share `least` and by more than the noise of `raw` explains.

    The lowest of n noisy values lies about sqrt(2 ln n) standard deviations below their mean, so that much is allowed.
    """
    allowed = NOISE_FACTOR + math.sqrt(2 * math.log(len(raw)))
    return high - low > max(least * abs(low), allowed * _noise(raw))


def _noise(values: list[float]) -> float:
    """Standard deviation of the noise in a moving mean of `values`, whatever their trend.

    A steady trend cancels in second differences a - 2b + c, whose variance is 6 times that of the noise. Their median
    keeps a single jump from counting; 0.6745 makes the median of absolute values a standard deviation.
    """
    bends = sorted(abs(a - 2 * b + c) for a, b, c in zip(values, values[1:], values[2:], strict=False))
    if not bends:
        return 0.0
    return bends[len(bends) // 2] / 0.6745 / math.sqrt(6) / math.sqrt(WINDOW)
