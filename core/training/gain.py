"""When the gain of a later phase is more than chance. Plain numbers, read without torch."""

from typing import NamedTuple

SHARE = 0.5  # of a standard error, which the gain of a later phase must exceed


class Gain(NamedTuple):
    """By how much a value is lower than that of the model that is kept, and the standard error of this difference."""

    mean: float
    error: float

    @property
    def within_chance(self) -> bool:
        """Whether the gain is too small to keep a model of which more was trained."""
        return self.mean <= SHARE * self.error
