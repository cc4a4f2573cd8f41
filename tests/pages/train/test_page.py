"""The train page: what blocks a start, what the engine is asked for, and how a run is shown in every state."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.experiment import BackboneSpec, Phase, PipelineSpec, Recipe, SplitSpec
from core.runs.execute import create_run
from core.runs.prepare import prepare
from core.runs.records import Run
from core.runs.status import Status
from core.training.events import EpochEnded, PhaseStarted, StepEnded
from pages.ui.session import engine
from pages.ui.session.state import Draft
from pages.ui.train import estimate
from tests.conftest import make_experiment, make_images
from tests.pages.trained import keys, ran
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[3]
ENDLESS = (Phase(stages=("head",), epochs=900),)
HELD = []  # a lock is let go when nothing refers to it any more
HOSTILE = "<img src=x onerror=alert(1)> :red[x]"


@pytest.fixture
def draft(images) -> Draft:
    """A training that only ends when it is told to."""
    small = make_experiment(images)
    return Draft(
        source=str(images),
        pipeline=small.pipeline,
        backbone=small.backbone,
        phases=ENDLESS,
        recipe=small.recipe,
        views=2,
    )


def page(draft: Draft | None = None, **session) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
    if draft is not None:
        at.session_state["graft:draft"] = draft
    for name, value in session.items():
        at.session_state[f"graft:{name.replace('_', '-')}"] = value
    return ran(at.switch_page("pages/train.py"))


def click(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return ran(at)


def text(at: AppTest) -> str:
    return "\n".join(str(element.value) for kind in ("markdown", "caption", "info", "warning", "error", "subheader")
                     for element in getattr(at, kind))  # fmt: skip


def status(manager, run_id) -> Status:
    return manager.workspace.store.run(run_id).status


def recorded(images, status: Status, **parts) -> Run:
    """A run in the store with two epochs behind it; the one that is running is not the manager's."""
    workspace = engine.workspace()
    lease = create_run(workspace, prepare(make_experiment(images), workspace.root, "cpu"), parts.pop("name", "Old run"))
    workspace.store.move(lease.run_id, Status.RUNNING)
    epochs = [
        EpochEnded(epoch=n, phase=0, step=n + 1, train_loss=1 - n / 4, train_accuracy=0.6, val_loss=1 - n / 5,
                   val_accuracy=0.7, learning_rate=0.01, seconds=2.0, images_per_second=20.0, best=True)
        for n in (0, 1)
    ]  # fmt: skip
    steps = [
        StepEnded(step=n, epoch=n - 1, phase=0, loss=1.0, learning_rate=0.01, images_per_second=20.0) for n in (1, 2)
    ]
    phase = PhaseStarted(phase=0, stages=("head",), first_epoch=0, epochs=4, learning_rate=0.01,
                         trainable_parameters=10, total_parameters=100)  # fmt: skip
    progress = {"what": "training", "epochs": 4, "steps": 4, "step": 2, "epoch": 1, "epochs_done": 2, "seconds": 4.0}
    workspace.store.record(lease.run_id, steps=steps, epochs=epochs, phases=[phase], progress=progress)
    if status is Status.RUNNING:
        HELD.append(lease)
    else:
        workspace.store.move(lease.run_id, status, **parts)
        lease.lock.release()
    return workspace.store.run(lease.run_id)


# before a run


def test_an_empty_session_is_sent_to_the_data_page():
    at = page()
    assert "No images are chosen yet" in text(at)
    assert "train-start" not in keys(at)
    assert at.button(key="train-blocker-go-0").label == "Go to Data"


def test_a_class_that_cannot_be_trained_is_named_instead_of_the_start_button(tmp_path):
    folder = make_images(tmp_path / "few", per_class=1)
    at = page(Draft(source=str(folder)))
    assert "has only one image" in text(at)
    assert "train-start" not in keys(at)


def test_images_that_are_gone_are_said():
    at = page(Draft(source="/no/such/folder"))
    assert "train-start" not in keys(at)
    assert "/no/such/folder" in text(at).replace("\\", "").replace("\u2060", "")


def test_nothing_to_train_leads_to_the_backbone_page(draft):
    at = page(replace(draft, phases=()))
    assert "nothing to train" in text(at)
    assert at.button(key="train-blocker-go-0").label == "Go to Backbone"


def test_a_stage_that_the_backbone_lacks_is_named(draft):
    at = page(replace(draft, phases=(Phase(stages=("layer9",), epochs=1),)))
    assert "layer9" in text(at)
    assert "train-start" not in keys(at)


def test_the_summary_says_what_is_chosen(draft):
    at = page(draft)
    assert "Images: 16 to train, 4 to validate, 4 to test" in text(at).replace("\\", "")
    assert "Rotate" in text(at)
    assert "untrained weights" in text(at)
    assert "900 epochs" in text(at)


def test_settings_go_into_the_experiment(draft, monkeypatch, manager):
    asked = []
    monkeypatch.setattr(manager, "submit", lambda *a: asked.append(a) or "none")
    at = page(draft)
    at.number_input(key="train.learning_rate").set_value(0.02)
    at.number_input(key="train.seed").set_value(7)
    click(ran(at), "train-start")
    (experiment, device, *_), *_ = asked
    assert (experiment.recipe.learning_rate, experiment.seed, device) == (0.02, 7, "cpu")
    assert experiment.phases == ENDLESS


def test_what_it_will_take_is_measured_before_the_start(draft, manager):
    at = page(draft)
    assert "Measuring how long it will take" in text(at) or "Takes about" in text(at)
    end = time.monotonic() + 60
    while "Takes about" not in text(at):
        assert time.monotonic() < end
        time.sleep(0.3)
        ran(at)
    assert manager.workspace.store.runs() == []


def test_an_estimate_says_what_keeping_is_worth():
    assert estimate.words(9.2, 118, 80 << 20) == (
        "Takes about 9 s instead of 1 min 58 s: frozen stages are computed once for each view, 80 MB are kept."
    )
    assert estimate.words(9.2, 10, 80 << 20) == "Takes about 9 s."


def test_only_the_formats_of_the_device_are_offered(draft):
    at = page(replace(draft, recipe=Recipe(precision="fp16")))
    (choice,) = [group for group in at.get("button_group") if "precision" in group.key]
    assert list(choice.options) == ["auto", "fp32", "bf16"]
    assert "does not train in fp16" in text(at)
    assert at.session_state["graft:draft"].recipe.precision == "auto"


def test_devices_are_chosen_by_name_and_by_the_memory_that_is_free(draft, monkeypatch):
    from core.training import device

    monkeypatch.setattr(device, "available_devices", lambda: ("cuda:0", "cuda:1", "cpu"))
    monkeypatch.setattr(device, "device_title", lambda one: f"Card {one.index}" if one.type == "cuda" else "CPU")
    monkeypatch.setattr(device, "memory_of", lambda one: ((9 - 8 * one.index) << 30, 10 << 30) if one.index else None)
    monkeypatch.setattr(device, "precisions", lambda one: ("auto", "fp32"))
    at = page(replace(draft, device="cpu"))
    box = at.selectbox(key="train-device")
    assert box.options == ["Card 0", "Card 1", "CPU"]
    assert "Free memory: 1 GB of 10 GB on cuda:1." in text(at), "before one is chosen; cuda:0 does not say"
    box.set_value("cuda:1")
    at = ran(at)
    assert at.session_state["graft:draft"].device == "cuda:1"


# a run


def test_start_pause_go_on_stop_and_the_result(draft, manager):
    at = click(page(draft), "train-start")
    (run_id,) = [run.id for run in manager.live()]
    assert at.session_state["graft:train-run"] == run_id
    until(lambda: manager.workspace.store.run(run_id).progress.get("epochs_done", 0) >= 1)
    at = ran(at)
    assert {"train-pause", "train-stop"} <= keys(at)
    assert at.button(key="train-start").label == "Add to the queue"
    click(at, "train-pause")
    until(lambda: status(manager, run_id) is Status.PAUSED)
    at = ran(at)
    assert "keeps its place on the device" in text(at)
    click(at, "train-continue")
    until(lambda: status(manager, run_id) is Status.RUNNING)
    click(ran(at), "train-stop")
    until(lambda: status(manager, run_id) is Status.STOPPED)
    at = ran(at)
    assert at.metric[0].label == "Validation accuracy"
    assert "95 % interval" in text(at)
    assert {"train-results", "train-resume"} <= keys(at)
    assert "train-pause" not in keys(at)


def test_control_runs_wait_in_the_queue_and_can_be_taken_out(draft, manager):
    at = click(page(draft), "train-start")
    first = manager.live()[0].id
    until(lambda: status(manager, first) is Status.RUNNING)
    at = click(ran(at), "train-control-without-augmentation")
    (queued,) = manager.queue()
    run = manager.workspace.store.run(queued)
    assert run.name.endswith(", without augmentation")
    assert run.experiment.pipeline == PipelineSpec()
    assert run.experiment.changed(pipeline=draft.pipeline) == manager.workspace.store.run(first).experiment
    assert at.session_state["graft:train-run"] == first  # the live one stays on the screen
    assert "place 1" in text(at)
    assert at.button(key="train-control-from-scratch").disabled  # this run has no pretraining
    click(at, f"train-out-{queued}")
    assert manager.queue() == []
    assert status(manager, queued) is Status.STOPPED


def test_from_scratch_takes_the_pretrained_weights_away(images, manager, monkeypatch):
    run = recorded(images, Status.STOPPED)
    pretrained = run.experiment.changed(backbone=BackboneSpec(name="efficientnet_lite0", image_size=64))
    monkeypatch.setattr(engine.workspace().store, "run", lambda _id: replace(run, experiment=pretrained))
    asked = []
    monkeypatch.setattr(manager, "submit", lambda *a: asked.append(a) or run.id)
    click(page(train_run=run.id), "train-control-from-scratch")
    ((experiment, device, name, _),) = asked
    assert experiment.backbone == BackboneSpec(name="efficientnet_lite0", image_size=64, weights="none")
    assert (device, name) == ("cpu", "Old run, from scratch")


def test_a_full_queue_is_said_and_nothing_is_lost(draft, manager, monkeypatch):
    monkeypatch.setattr(manager, "_limit", 0)
    at = click(page(draft), "train-start")
    assert "runs are waiting already" in text(at)
    assert manager.workspace.store.runs() == []
    assert at.session_state["graft:draft"].source == draft.source


def test_another_programs_run_is_shown_and_not_steered(images):
    run = recorded(images, Status.RUNNING)  # its lock is held outside the manager
    at = page()
    assert "Another process runs this training" in text(at)
    assert not {"train-pause", "train-stop"} & keys(at)
    assert at.session_state["graft:train-run"] == run.id
    HELD.pop().lock.release()


def test_a_failed_run_says_why_and_can_be_resumed(images, manager):
    run = recorded(images, Status.FAILED, message=f"The disk {HOSTILE} is full.", traceback="Traceback: x")
    at = page(train_run=run.id)
    assert len(at.error) == 1
    assert ":red[x]" not in at.error[0].value  # text from outside stays text
    assert at.code[0].value == "Traceback: x"
    click(at, "train-resume")
    until(lambda: status(manager, run.id) is Status.COMPLETED)


def test_an_interrupted_run_can_be_resumed_but_not_with_other_images(images, manager):
    run = recorded(images, Status.INTERRUPTED, message="The program ended.")
    at = page(train_run=run.id)
    assert "The program ended" in text(at)
    (images / "cold" / "00.png").unlink()
    click(at, "train-resume")
    assert "1 missing" in text(at)
    assert status(manager, run.id) is Status.INTERRUPTED


def test_an_address_that_names_no_run_touches_nothing(draft):
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
    at.session_state["graft:draft"] = draft
    at.query_params["run"] = "../../x"
    at = ran(at.switch_page("pages/train.py"))
    assert "train-start" in keys(at)
    assert not (engine.workspace().root / "runs").exists()


def test_a_reloaded_page_shows_the_run_of_its_address_and_takes_its_settings(images):
    run = recorded(images, Status.STOPPED, name=HOSTILE)
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
    at.query_params["run"] = run.id
    at = ran(at.switch_page("pages/train.py"))
    assert "onerror" in at.subheader[0].value
    assert ":red[x]" not in at.subheader[0].value
    click(at, "train-use")
    assert at.session_state["graft:draft"].source == str(images)
    assert at.session_state["graft:draft"].split == SplitSpec()
