"""What a model answers for a part of the images, and how good that is."""

from pathlib import Path

from core.data.dataset import Item
from core.features.phase_inputs import PhaseInput
from core.model.record import read_record
from core.runs import artifacts
from core.tasks.scorecard import Scorecard
from core.training.inference import answer
from core.training.kept import WEIGHTS, Kept
from core.training.setup import Setup
from core.work.control import Control


def score_part(
    folder: Path, part: str, setup: Setup, phase_input: PhaseInput, items: tuple[Item, ...], control: Control,
    which: Kept = Kept.CHOSEN,
) -> tuple[Scorecard | None, tuple[tuple[Item, str], ...]]:  # fmt: skip
    """Answer `items` and keep the answers in the run's folder, as those of one of its models.

    The scores, None where no image could be read, and the images that could not be. Raises `Aborted`, `StorageFailed`,
    `UnreadableWeights`.
    """
    suffix, source = phase_input.suffix, phase_input.source
    found = answer(suffix, source, items, setup.validation_step, autocast=setup.autocast, control=control)
    if not found.items:
        return None, found.failed
    thresholds = read_record(folder / WEIGHTS[which]).thresholds
    record = setup.task.prediction_record(found.outputs)
    artifacts.write_predictions(folder, part, found.items, record, which, thresholds)
    return setup.task.evaluate(found.outputs, thresholds), found.failed
