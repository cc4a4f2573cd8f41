"""Scores of a trained model on some images, and how they are written and read, those of earlier versions too."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

VERSION = 2  # 1: no version, and fields `accuracy`, `accuracy_low`, ... side by side
TITLES = {
    "accuracy": "Accuracy", "balanced_accuracy": "Balanced accuracy", "macro_f1": "Macro F1",
    "mean_average_precision": "Mean average precision", "exact_match": "Exact match",
}  # fmt: skip
_FORMER = ("accuracy", "macro_f1", "balanced_accuracy")


@dataclass(frozen=True, slots=True)
class Score:
    """One number, with the ends of its 95 % interval where there is one. Scores in 0..1 are shown in percent."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    higher_is_better: bool = True

    @property
    def title(self) -> str:
        """What people read; a score that this version does not know is called by its name."""
        return TITLES.get(self.name, self.name.replace("_", " ").capitalize())

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Score":
        """Read what `asdict` gave. Fields that a later version added are passed over."""
        return cls(**{name: value for name, value in record.items() if name in cls.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The scores over `n` images; the first one is the task's own: by it runs are ranked."""

    scores: tuple[Score, ...]
    n: int

    @property
    def main(self) -> Score:
        """The score that says most."""
        return self.scores[0]

    def get(self, name: str) -> Score | None:
        """A score by name; None where the model was not measured by it."""
        return next((score for score in self.scores if score.name == name), None)

    def to_record(self) -> dict[str, Any]:
        """Plain values for JSON; `from_record` reads them back."""
        return {"version": VERSION, "n": self.n, "scores": [asdict(score) for score in self.scores]}

    def flat(self) -> dict[str, float | int | None]:
        """`accuracy`, `accuracy_low`, `accuracy_high`, ... and `n` side by side, for those who read JSON."""
        values: dict[str, float | int | None] = {}
        for score in self.scores:
            values |= {score.name: score.value, f"{score.name}_low": score.low, f"{score.name}_high": score.high}
        return {**values, "n": self.n}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Scorecard":
        """Read what this or an earlier version wrote. Fields that a later version added to a score are passed over."""
        if "scores" in record:
            return cls(tuple(Score.from_record(one) for one in record["scores"]), int(record["n"]))
        former = [name for name in _FORMER if name in record]
        return cls(
            tuple(Score(name, record[name], record.get(f"{name}_low"), record.get(f"{name}_high")) for name in former),
            int(record["n"]),
        )
