"""Scores of a trained model on some images, and how they are written and read, those of earlier versions too."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.text import number, percent, percent_range

VERSION = 2  # 1: no version, and fields `accuracy`, `accuracy_low`, ... side by side
TITLES = {
    "accuracy": "Accuracy", "balanced_accuracy": "Balanced accuracy", "macro_f1": "Macro F1",
    "mean_average_precision": "Mean average precision", "exact_match": "Exact match",
}  # fmt: skip
_FORMER = ("accuracy", "macro_f1", "balanced_accuracy")


@dataclass(frozen=True, slots=True)
class Score:
    """One number, with the ends of its 95 % interval where there is one.

    `share` says that it lies in 0..1. `format_score` shows it; runs are ordered by `rank`, never by `value`. `note` is
    what people must know of it, such as classes that it leaves out; it begins in lower case and has no full stop.
    """

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    higher_is_better: bool = True
    share: bool = True
    note: str = ""

    @property
    def rank(self) -> float:
        """Grows with how good the model is; compares with that of scores of the same name."""
        return self.value if self.higher_is_better else -self.value

    @property
    def in_percent(self) -> bool:
        """Whether it is shown in percent. What should be a share but lies outside 0..1 is shown as it is."""
        return self.share and all(0 <= one <= 1 for one in (self.value, self.low, self.high) if one is not None)

    @property
    def title(self) -> str:
        """What people read."""
        return title_of(self.name)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Score":
        """Read what `asdict` gave. Fields that a later version added are passed over."""
        return cls(**{name: value for name, value in record.items() if name in cls.__dataclass_fields__})


def title_of(name: str) -> str:
    """What people read for a score; one that this version does not know is called by its name."""
    return TITLES.get(name, name.replace("_", " ").capitalize())


def format_score(score: Score, digits: int = 0, *, decimal: bool = False) -> str:
    """A score for people: '92 %' of a share, '3.41' of anything else. `digits`: of a percentage.

    `decimal`: a share as '0.917', as it is in JSON and as a terminal lists it.
    """
    if not score.in_percent:
        return number(score.value)
    return _decimal(score.value) if decimal else percent(score.value, digits)


def format_interval(score: Score, digits: int = 0, *, decimal: bool = False) -> str:
    """The ends of its 95 % interval, as '74 to 98 %', '0.742 to 0.981' or '3.1 to 3.77'; empty where it has none."""
    if score.low is None or score.high is None:
        return ""
    if not score.in_percent:
        return f"{number(score.low)} to {number(score.high)}"
    if decimal:
        return f"{_decimal(score.low)} to {_decimal(score.high)}"
    return percent_range(score.low, score.high, digits)


def _decimal(share: float) -> str:
    return f"{share:.3f}"


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

    def flat(self) -> dict[str, float | int | str | None]:
        """`accuracy`, `accuracy_low`, `accuracy_high`, ... and `n` side by side, for those who read JSON.

        A score with a note has it as `macro_f1_note`.
        """
        values: dict[str, float | int | str | None] = {}
        for score in self.scores:
            values |= {score.name: score.value, f"{score.name}_low": score.low, f"{score.name}_high": score.high}
            values |= {f"{score.name}_note": score.note} if score.note else {}
        return {**values, "n": self.n}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Scorecard":
        """Read what this or an earlier version wrote. Fields that a later version added to a score are passed over.

        Without scores where there are none in the record, or none that this version can read.
        """
        if "scores" in record:
            return cls(tuple(Score.from_record(one) for one in record["scores"]), int(record["n"]))
        former = [name for name in _FORMER if name in record]
        return cls(
            tuple(Score(name, record[name], record.get(f"{name}_low"), record.get(f"{name}_high")) for name in former),
            int(record["n"]),
        )
