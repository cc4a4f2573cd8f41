"""While a run reads and compares its images it tells how far it is, and can be ended."""

import pytest

from core.runs import execute as module
from core.runs import prepare as preparing
from core.runs import recorder
from core.runs.execute import create_run, execute
from core.runs.prepare import prepare
from core.runs.status import Status
from core.runs.workspace import Workspace
from core.work.control import Control
from tests.conftest import make_experiment, make_images


@pytest.fixture
def begun(tmp_path, monkeypatch):
    """A queued run, whose images are read anew when it begins; each step of reading is told."""
    experiment = make_experiment(make_images(tmp_path / "images", per_class=6))
    workspace = Workspace(tmp_path / "workspace")
    lease = create_run(workspace, prepare(experiment, workspace.root, "cpu"))
    monkeypatch.setattr(module, "TOLD_EVERY_S", 0.0)
    monkeypatch.setattr(recorder, "FLUSH_S", 0.0)
    told = []

    def load(source, root, on_progress, *more):
        for done in (3, 7, 12):
            on_progress(done, 12)
            told.append((done, workspace.store.run(lease.run_id).progress))
        return real(source, root, on_progress, *more)

    real = preparing.load_dataset
    monkeypatch.setattr(preparing, "load_dataset", load)
    return workspace, lease, told


def test_how_far_it_is_stands_in_the_store(begun):
    workspace, lease, told = begun
    for _ in execute(workspace, lease, Control()):
        pass
    assert workspace.store.run(lease.run_id).status is Status.COMPLETED
    assert [done for done, _ in told] == [3, 7, 12]
    assert {str(progress.get("what")) for _, progress in told} == {"reading and comparing images"}


@pytest.mark.parametrize(
    ("end", "steps_of_reading", "status"),
    [(Control.abort, 0, Status.INTERRUPTED), (Control.stop, 3, Status.STOPPED)],
)
def test_an_end_in_the_middle_of_reading_is_told_as_what_it_is(begun, end, steps_of_reading, status):
    """The program's end is at once; a stop is one of the run, which ends before its first batch."""
    workspace, lease, told = begun
    control = Control()
    events = execute(workspace, lease, control)
    next(events)
    end(control)
    list(events)
    assert len(told) == steps_of_reading
    assert workspace.store.run(lease.run_id).status is status


def test_a_pause_waits_for_the_first_batch_and_holds_nothing_up(begun):
    workspace, lease, told = begun
    control = Control()
    events = execute(workspace, lease, control)
    next(events)
    control.pause()
    while len(told) < 3:
        next(events)
    control.unpause()
    list(events)
    assert workspace.store.run(lease.run_id).status is Status.COMPLETED


def test_images_are_divided_once_for_a_run_and_anew_where_they_have_changed(tmp_path, monkeypatch):
    folder = make_images(tmp_path / "images", per_class=6)
    experiment, divided = make_experiment(folder), []
    real = preparing.make_split
    monkeypatch.setattr(preparing, "make_split", lambda *a, **k: divided.append(a) or real(*a, **k))
    first, second = (prepare(experiment, tmp_path / "workspace", "cpu") for _ in range(2))
    assert first.split == second.split
    assert len(divided) == 1
    next(folder.rglob("*.png")).unlink()
    third = prepare(experiment, tmp_path / "workspace", "cpu")
    assert len(divided) == 2
    assert sum(third.split.sizes.values()) == sum(first.split.sizes.values()) - 1
    data = experiment.data.model_copy(update={"split": experiment.data.split.model_copy(update={"seed": 5})})
    prepare(experiment.changed(data=data), tmp_path / "workspace", "cpu")
    assert len(divided) == 3
