"""What a model answers for a part of the images, and how good that is."""

from collections.abc import Generator
from pathlib import Path

from core.data.dataset import Item
from core.features.phase_inputs import PhaseInput
from core.features.precision import autocast_for
from core.model.record import read_record
from core.runs import artifacts
from core.tasks.scorecard import Scorecard
from core.training.inference import answering
from core.training.kept import WEIGHTS, Kept
from core.training.setup import Setup
from core.work.control import Control
from core.work.progress import Progress

PARTS = {"val": "validation", "test": "test"}
EXACT = "fp32"  # what predictions and the download compute in


def exact_input(setup: Setup, phase: int) -> PhaseInput:
    """The input on which a model of `phase` is scored, in fp32 whatever its frozen stages were trained on.

    Features in bf16 move probabilities by up to a tenth, and now and then an answer. A model is scored by the numbers
    that it gives later. These features are kept too: the next run with the same frozen stages finds them.
    """
    return setup.phase_inputs(EXACT).of_phase(phase)


def score_part(
    folder: Path, part: str, setup: Setup, phase_input: PhaseInput, items: tuple[Item, ...], control: Control,
    which: Kept = Kept.CHOSEN,
) -> Generator[Progress, None, tuple[Scorecard | None, tuple[tuple[Item, str], ...]]]:  # fmt: skip
    """Answer `items` in fp32 on an `exact_input`, and keep the answers in the run's folder as those of a model of it.

    The scores, None where no image could be read, and the images that could not be. Raises `Aborted`, `StorageFailed`,
    `UnreadableWeights`.
    """
    suffix, source, autocast = phase_input.suffix, phase_input.source, autocast_for(setup.device, EXACT)
    found = yield from answering(
        suffix, source, items, setup.validation_step, autocast=autocast, what=f"evaluating the {PARTS[part]} images",
        control=control,
    )  # fmt: skip
    if not found.items:
        return None, found.failed
    thresholds = read_record(folder / WEIGHTS[which]).thresholds
    record = setup.task.prediction_record(found.outputs)
    artifacts.write_predictions(folder, part, found.items, record, which, thresholds)
    return setup.task.evaluate(found.outputs, thresholds), found.failed
