"""The label safety of a run's augmentation, for advice about the run."""

from core.evaluation.diagnosis import Augmentation
from core.runs.records import Run
from core.screening.headline import changes_images, has_strength, known_headline
from pages.ui.session import engine


def augmentation_of(run: Run) -> Augmentation:
    """Whether the run augments images, and its known label safety; reads only cached results of the workspace."""
    plan = run.experiment
    known = known_headline(plan, plan.data.fingerprint, ("auto", run.device), engine.workspace().root)
    light = None if known is None else known.verdict
    return Augmentation(changes_images(plan.pipeline), light, has_strength(plan.pipeline))
