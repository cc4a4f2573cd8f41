"""What label safety knows of a run's augmentation, for the advice that is given about the run."""

from core.evaluation.diagnosis import Augmentation
from core.runs.records import Run
from core.screening.headline import changes_images, has_strength, known_headline
from pages.ui.session import engine


def augmentation_of(run: Run) -> Augmentation:
    """Whether the run augments its images, and what is known of its labels; looks only at what the workspace keeps."""
    plan = run.experiment
    found = known_headline(plan, plan.data.fingerprint, ("auto", run.device), engine.workspace().root)
    light = None if found is None else found.verdict
    return Augmentation(changes_images(plan.pipeline), light, has_strength(plan.pipeline))
