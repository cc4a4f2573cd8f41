"""From probabilities to an answer: the class with the largest one, or every class that reaches its threshold."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.task import SPECS
from core.tasks.multilabel.thresholds import HALF


@dataclass(frozen=True, slots=True)
class Decision:
    """How a model's probabilities (C,) are read. `thresholds` None: one class per image."""

    classes: tuple[str, ...]
    thresholds: tuple[float, ...] | None = None

    @classmethod
    def of(cls, kind: str, classes: tuple[str, ...], thresholds: tuple[float, ...] | None) -> "Decision":
        """That of a model; one for several labels whose thresholds were not kept uses a half."""
        halves = (HALF,) * len(classes) if SPECS[kind].several else None
        return cls(classes, thresholds or halves)

    @property
    def several(self) -> bool:
        """Whether an image may have several labels, or none."""
        return self.thresholds is not None

    def predicted(self, probabilities: Sequence[float]) -> tuple[int, ...]:
        """Indices of the predicted classes, the most probable first; perhaps none."""
        order = sorted(range(len(self.classes)), key=lambda index: -probabilities[index])
        if self.thresholds is None:
            return (order[0],)
        return tuple(index for index in order if probabilities[index] >= self.thresholds[index])

    def names(self, probabilities: Sequence[float]) -> tuple[str, ...]:
        """The same by name."""
        return tuple(self.classes[index] for index in self.predicted(probabilities))
