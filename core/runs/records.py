"""What the store keeps of a run, as plain frozen values."""

from dataclasses import dataclass, field
from typing import Any

from core.experiment import Experiment
from core.runs.status import Status
from core.tasks.scorecard import Scorecard


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of an experiment. Times are seconds since 1970."""

    id: str
    name: str
    status: Status
    experiment: Experiment
    digest: str
    device: str
    classes: tuple[str, ...]
    test_key: str  # names the test split: runs that share it share the count of looks at it
    created_at: float
    number: int = field(default=0, compare=False)  # given by the store: the order in which runs were added
    started_at: float | None = None
    ended_at: float | None = None
    message: str = ""
    traceback: str = ""
    progress: dict[str, Any] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)

    @property
    def age(self) -> tuple[int, float]:
        """Sorts runs from the oldest to the newest, also when the clock was set back between them."""
        return self.number, self.created_at

    @property
    def val(self) -> Scorecard | None:
        """Validation scores, once the run was evaluated."""
        return _scores(self.results.get("val"))

    @property
    def test(self) -> Scorecard | None:
        """Test scores, where there is a test split."""
        return _scores(self.results.get("test"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line of a run's log."""

    at: float
    level: str  # info, warning or error
    message: str


def _scores(record: dict[str, Any] | None) -> Scorecard | None:
    card = Scorecard.from_record(record) if record else None
    return card if card and card.scores else None  # a later version may write them in another way


def flat_results(run: Run) -> dict[str, Any]:
    """What came out of a run, for those who read JSON: its scores by name, each with its interval."""
    return {**run.results, "val": run.val.flat() if run.val else None, "test": run.test.flat() if run.test else None}
