"""What the button that resumes a run promises."""

from core.runs.status import Status
from core.training import checkpoints
from pages.ui.runs import controls
from pages.ui.session import engine
from tests.pages.test_train import page, recorded


def test_a_run_goes_on_only_from_a_checkpoint(images):
    run = recorded(images, Status.STOPPED)
    assert page(train_run=run.id).button(key="train-resume").help == "Begins again: no epoch had ended."
    assert checkpoints.LAST == controls.CHECKPOINT
    (engine.workspace().folder(run.id) / checkpoints.LAST).touch()
    assert page(train_run=run.id).button(key="train-resume").help == "Goes on after epoch 2."
