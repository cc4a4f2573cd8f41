"""What a run says of itself while it is trained."""

from core.runs.recorder import Recorder
from core.training.control import Control
from core.training.events import PhaseStarted, RunStarted


class Store:
    """Remembers what was said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def log(self, _run_id, message, _level="info"):
        self.said.append(message)

    def record(self, _run_id, **_parts):
        pass


def said(precision: str, *trainable: int) -> list[str]:
    """The lines about frozen stages of a run with a phase for each number of trainable weights, of 100."""
    store = Store()
    recorder = Recorder(store, "a", Control())
    recorder.take(RunStarted(device="CPU", train_images=1, val_images=1, epochs=1, steps=1, frozen_precision=precision))
    for index, weights in enumerate(trainable):
        recorder.take(PhaseStarted(phase=index, stages=("head",), first_epoch=0, epochs=1, learning_rate=0.1,
                                   trainable_parameters=weights, total_parameters=100))  # fmt: skip
    return [line for line in store.said if "Frozen" in line]


def test_the_format_of_frozen_stages_is_said_once_and_only_where_a_stage_is_frozen():
    assert said("bf16", 100, 100) == []
    assert said("bf16", 10, 20) == said("bf16", 100, 10) == ["Frozen stages are computed in bf16."]
    assert said("fp32", 10) == []
