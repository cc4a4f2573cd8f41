"""What a sweep over learning rates says: the curve made smooth, and the rate that it suggests. Numbers only, no torch.

The rule: the rate at which the smoothed loss has made three quarters of its way from where it begins down to its
lowest point. Smith (2017, section 3.3) introduced such a sweep and reads off by eye where the curve begins and ceases
to improve; fastai's rules take the steepest point or one inside the longest descent. A single slope is at the mercy of
the few images in a batch; a share of the whole way is not. Three quarters, because for trainings of few epochs the
steepest point is too low: on the sample stamps the best rates for the head were two to four times as high.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DIVERGED = 4.0  # times the lowest smoothed loss: beyond, the sweep has seen enough
WIDTH = 3.0  # steps; standard deviation of the smoothing kernel
CALM = 8  # first steps, whose rates are too small to change anything: they say where the loss begins
SHARE = 0.75  # of the way down
LEAST = 0.03  # share of the loss that a useful rate takes away
SURE = 3.5  # standard errors that the fall must exceed: batches differ, and of eighty steps some dip by chance


@dataclass(frozen=True, slots=True)
class Sweep:
    """Loss against learning rate, a point per step. `suggested` is None where no rate helps; `reason` says why."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...]
    suggested: float | None
    reason: str


def smooth(losses: Sequence[float]) -> tuple[float, ...]:
    """A Gaussian mean over the neighbouring steps.

    Unlike a running mean it does not lag: a lag of ten steps would make every suggestion several times too high.
    """
    values, places = np.asarray(losses, float), np.arange(len(losses))
    weights = np.exp(-0.5 * ((places[:, None] - places) / WIDTH) ** 2)
    return tuple((weights @ values / weights.sum(axis=1)).tolist())


def diverged(losses: Sequence[float]) -> bool:
    """Whether the loss has climbed so far that larger rates have nothing more to tell."""
    smoothed = smooth(losses)
    return len(losses) > CALM and smoothed[-1] > DIVERGED * min(smoothed)


def read(rates: Sequence[float], losses: Sequence[float], before: str = "") -> Sweep:
    """What the losses at growing rates say. `before` is a sentence on what was done first; it ends the reason."""
    smoothed = smooth(losses)
    suggested, reason = _judged(rates, losses, smoothed)
    return Sweep(tuple(rates), tuple(losses), smoothed, suggested, f"{reason} {before}".strip())


def _judged(rates: Sequence[float], losses: Sequence[float], smoothed: Sequence[float]) -> tuple[float | None, str]:
    if len(losses) <= CALM:
        return None, (
            "The loss was no number after a few steps, at rates that hardly change anything. "
            "Choose precision fp32, or other weights."
        )
    start, low = float(np.mean(losses[:CALM])), int(np.argmin(smoothed))
    chance = max(LEAST * start, SURE * _error(losses))
    if start - smoothed[low] <= chance:
        way = "only rises" if smoothed[-1] - start > chance else "stays where it is"
        return None, (
            f"The loss {way}: no rate between {rates[0]:g} and {rates[-1]:.2g} lowers it. What trains here has learned "
            "what it can, or is too little. Keep the rate as it is, let more stages train, or leave this phase out."
        )
    wanted = start + SHARE * (smoothed[low] - start)
    # after the last step above it: an early dip by chance does not count
    at = min(low, max((step for step in range(low) if smoothed[step] > wanted), default=0) + 1)
    suggested = float(f"{rates[at]:.1e}")
    rises = smoothed[-1] > smoothed[low] * (1 + LEAST)
    end = "beyond, it rises again" if rises else "no larger rate was tried"
    return suggested, (
        f"At this rate the loss has fallen three quarters of its way, from {start:.2f} to {smoothed[at]:.2f}, and is "
        f"still falling. It is lowest ({smoothed[low]:.2f}) at {rates[low]:.2g}; {end}."
    )


def _error(losses: Sequence[float]) -> float:
    """Standard error of the fall from the first steps to a smoothed value.

    From how much neighbouring losses differ; their median, so that neither fall nor divergence counts.
    """
    scatter = float(np.median(np.abs(np.diff(losses)))) / (0.6745 * 2**0.5)
    return scatter * (1 / CALM + 1 / (2 * np.pi**0.5 * WIDTH)) ** 0.5
