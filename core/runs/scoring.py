"""What a model answers for a part of the images, and how good that is."""

from pathlib import Path

from core.data.dataset import Item
from core.evaluation.scores import Scores, scores
from core.features.feeds import Feed
from core.runs import artifacts
from core.training.inference import answer
from core.training.kept import Kept
from core.training.setup import Setup
from core.work.control import Control


def score_part(
    folder: Path, part: str, setup: Setup, feed: Feed, items: tuple[Item, ...], control: Control,
    which: Kept = Kept.CHOSEN,
) -> tuple[Scores | None, tuple[tuple[Item, str], ...]]:  # fmt: skip
    """Answer `items` and keep the answers in the run's folder, as those of one of its models.

    The scores, None where no image could be read, and the images that could not be. Raises `Aborted`, `StorageFailed`.
    """
    found = answer(feed.part, feed.source, items, autocast=setup.autocast, control=control)
    if not found.items:
        return None, found.failed
    probabilities = setup.task.probabilities(found.logits).numpy()
    artifacts.write_predictions(folder, part, found.items, probabilities, which)
    return scores(found.labels.numpy(), probabilities.argmax(axis=1), setup.task.outputs), found.failed
