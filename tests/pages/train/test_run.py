"""A run on the Train page: what resuming it promises, and what its live panel reads."""

from dataclasses import replace

from core.runs.status import Status
from core.training import checkpoints
from pages.ui.runs import controls, live
from pages.ui.session import engine
from tests.pages.train.test_page import page, recorded


def test_a_run_goes_on_only_from_a_checkpoint(images):
    run = recorded(images, Status.STOPPED)
    assert page(train_run=run.id).button(key="train-resume").help == "Starts again: no epoch had ended."
    assert checkpoints.LAST == controls.CHECKPOINT
    (engine.workspace().folder(run.id) / checkpoints.LAST).touch()
    assert page(train_run=run.id).button(key="train-resume").help == "Continues after epoch 2."


def test_a_refresh_of_the_live_panel_asks_only_for_new_steps(images, monkeypatch):
    run, store, asked = recorded(images, Status.STOPPED), engine.workspace().store, []
    real = store.steps

    def steps(run_id, first=0):
        found = real(run_id, first)
        asked.append((run_id, first, [step.step for step in found]))
        return found

    monkeypatch.setattr(type(store), "steps", lambda _, run_id, first=0: steps(run_id, first))
    last = real(run.id)[-1]
    live._tail.clear()
    live._panel_content.clear()
    before = live.panel_content(replace(run, progress={"steps": 40, "step": last.step}))
    store.record(run.id, steps=[replace(last, step=last.step + more) for more in (1, 2, 3)])
    after = live.panel_content(replace(run, progress={"steps": 40, "step": last.step + 3}))
    assert [numbers[-1] for _, _, numbers in asked] == [last.step, last.step + 3]
    assert asked[1] == (run.id, last.step, [last.step + more for more in range(4)])
    assert after.steps[-1].step == before.steps[-1].step + 3
