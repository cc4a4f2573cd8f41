"""The results page of one run: its scores, the guarded test result, mistakes, and what can be done with it."""

import shutil

import numpy as np
from PIL import Image

from core.errors import ResumeRefused
from core.experiment import PipelineSpec
from core.export import bundle
from core.runs.artifacts import Predictions
from core.runs.status import Status
from core.runs.workspace import Workspace
from core.tasks.scorecard import format_interval
from core.text import percent
from pages.ui.results import mistakes
from pages.ui.results import run as results_run
from pages.ui.session import engine
from tests.pages.results import helpers
from tests.pages.results.helpers import PAGE
from tests.pages.trained import claimed, failed, finished, opened, ran, stopped, texts

empty_room = helpers.empty_room
no_warm_up = helpers.no_warm_up
trained = helpers.trained
went = helpers.went


def test_a_run_shows_its_scores_with_intervals(workspace, runs):
    run = runs[0]
    at = opened(PAGE, run.id)
    assert at.title[0].value == "twin · Flip left\\-right\\, Rotate"
    metrics = [(metric.label, metric.value, metric.delta) for metric in at.metric]
    assert metrics == [(one.title, percent(one.value), format_interval(one)) for one in run.val.scores]
    assert {"Accuracy", "Balanced accuracy", "Macro F1"} <= {label for label, *_ in metrics}
    assert f"{run.val.n} images" in texts(at)
    table = at.dataframe[0].value
    assert list(table["Class"]) == ["cold", "warm"]
    assert at.query_params["run"] == run.id


def test_the_test_result_is_counted_once_and_stays_shown(workspace, runs):
    run, each = runs[0], len(runs[0].val.scores)
    at = opened(PAGE, run.id)
    before = workspace.store.test_looks(run.test_key)
    assert len(at.metric) == each
    at.button(key="results-show-test").click()
    ran(at)
    ran(at)
    assert len(at.metric) == 2 * each
    assert at.metric[each].value == percent(run.test.main.value)
    assert workspace.store.test_looks(run.test_key) == before + 1
    assert "looked at" in texts(at)
    at.segmented_control(key="results-part").set_value("val")
    ran(at)
    assert workspace.store.test_looks(run.test_key) == before + 1
    # the other run has the same test images, but its own result
    assert len(opened(PAGE, runs[1].id).metric) == each


def test_a_run_without_test_images_says_so(empty_room, experiment):
    data = experiment.data.model_copy(update={"split": experiment.data.split.model_copy(update={"test": 0.0})})
    run = finished(empty_room, experiment.changed(data=data), "no test")
    at = opened(PAGE, run.id)
    assert "no test images" in texts(at)
    assert not [button for button in at.button if button.key == "results-show-test"]


def test_mistakes_are_labelled_and_lost_images_are_named(workspace, runs, monkeypatch, trained):
    cells = []
    monkeypatch.setattr(mistakes, "show_mosaic", lambda shown, columns, side, wrap: cells.extend(shown))
    wrong = max(runs, key=lambda run: 1 - run.val.main.value)
    answers = Predictions(
        ("cold/00.png", "lost/<b>.png"),
        (str(workspace.root.parent / "images" / "cold" / "00.png"), str(workspace.root / "lost.png")),
        np.array([0, 1]),
        np.array([[0.13, 0.87], [0.6, 0.4]]),
    )
    monkeypatch.setattr("core.runs.artifacts.read_predictions", lambda folder, part: answers)
    at = opened(PAGE, wrong.id)
    assert [(cell.label, cell.note) for cell in cells] == [("cold", "→ warm 87 %")]
    assert "lost/<b>.png (the file does not exist)" in at.warning[0].value.replace("\\", "")
    assert list(at.dataframe[1].value["Predicted"]) == ["warm", "cold"]


def test_a_mistake_is_shown_on_the_scale_of_its_data_set(tmp_path):
    dim = tmp_path / "dim.tif"
    Image.fromarray(np.linspace(0, 1.5, 32 * 32, dtype=np.float32).reshape(32, 32)).save(dim)
    nothing, brightest = np.empty(0), []
    for value_range in ((0.0, 6.0), (0.0, 1.5)):
        shown = mistakes.Shown()
        shown.add(Predictions(("dim",), (str(dim),), nothing, nothing, value_range), 0, "cold", "")
        brightest.append(int(shown.cells[0].pixels.max()))
    assert 50 < brightest[0] < 70 < 240 < brightest[1]


def test_settings_are_used_again(workspace, runs, went):
    at = opened(PAGE, runs[1].id)
    at.button(key="results-again").click().run()
    assert went == [("pages/train.py", None)]
    used = runs[1].experiment  # without the fingerprint: the images are looked at anew
    used = used.changed(data=used.data.model_copy(update={"fingerprint": ""}))
    assert at.session_state["graft:draft"].experiment() == used


def test_a_run_leads_to_predict(workspace, runs, went):
    at = opened(PAGE, runs[0].id)
    at.button(key="results-predict").click().run()
    assert went == [("pages/predict.py", {"run": runs[0].id})]


def test_the_zip_is_built_only_when_asked_for(workspace, runs, monkeypatch):
    built = []
    monkeypatch.setattr(bundle, "bundle", lambda workspace, run: built.append(run.id) or b"zip")
    at = opened(PAGE, runs[0].id)
    assert not at.download_button(key="results-download").disabled
    assert built == []
    assert results_run._zip(workspace, runs[0]) == b"zip"
    assert built == [runs[0].id]


def test_a_failed_run_says_why_and_cannot_be_downloaded(empty_room, experiment):
    run = failed(empty_room, experiment, "broken")
    at = opened(PAGE, run.id)
    assert "The disk \\[is\\]\\(x\\) full" in at.error[0].value
    assert "Traceback: line 7" in [code.value for code in at.code]
    assert at.download_button(key="results-download").disabled
    assert "no model yet" in at.download_button(key="results-download").help


class Manager:
    def __init__(self, refuses=False):
        self.refuses, self.resumed, self.submitted = refuses, [], []

    def submit(self, experiment, device, name, on_progress):
        self.submitted.append((experiment, name))
        return "new"

    def resume(self, run_id, on_progress=None):
        if self.refuses:
            raise ResumeRefused("The images are not those this run began with.")
        self.resumed.append(run_id)


def test_resume_asks_the_manager_and_leads_to_train(empty_room, experiment, monkeypatch, went):
    run, manager = failed(empty_room, experiment, "broken"), Manager()
    monkeypatch.setattr(engine, "manager", lambda: manager)
    opened(PAGE, run.id).button(key="results-resume").click().run()
    assert manager.resumed == [run.id]
    assert went == [("pages/train.py", {"run": run.id})]


def test_a_control_run_is_one_click_and_is_watched_on_train(workspace, runs, monkeypatch, went):
    manager = Manager()
    monkeypatch.setattr(engine, "manager", lambda: manager)
    at = opened(PAGE, runs[0].id)
    at.button(key="train-control-without-augmentation").click().run()
    ((experiment, name),) = manager.submitted
    assert experiment == runs[0].experiment.changed(pipeline=PipelineSpec())
    assert name == f"{runs[0].name}, without augmentation"
    assert went == [("pages/train.py", {"run": "new"})]
    assert opened(PAGE, runs[1].id).button(key="train-control-without-augmentation").disabled


def test_a_refused_resume_is_said(empty_room, experiment, monkeypatch, went):
    run = failed(empty_room, experiment, "broken")
    monkeypatch.setattr(engine, "manager", lambda: Manager(refuses=True))
    at = opened(PAGE, run.id)
    at.button(key="results-resume").click()
    assert "not those this run began with" in ran(at).error[0].value
    assert went == []


def test_a_live_run_leads_to_train_and_cannot_be_deleted(empty_room, experiment, went):
    lease = claimed(empty_room, experiment, "live")
    at = opened(PAGE, lease.run_id)
    assert "not over" in at.info[0].value
    assert at.button(key="results-delete").disabled
    at.button(key="results-watch").click().run()
    lease.lock.release()
    assert went == [("pages/train.py", {"run": lease.run_id})]


def test_a_run_is_renamed(empty_room, experiment):
    run = stopped(empty_room, experiment, "old")
    at = opened(PAGE, run.id)
    at.text_input(key=f"results-name-{run.id}").set_value("<b>new</b>")
    ran(at).button(key="results-save-name").click()
    assert ran(at).title[0].value.replace("\\", "") == "<b>new</b>"
    assert empty_room.store.run(run.id).name == "<b>new</b>"


def test_delete_asks_first(empty_room, experiment):
    run = stopped(empty_room, experiment, "old")
    at = opened(PAGE, run.id)
    at.button(key="results-delete").click()
    ran(at)
    assert empty_room.store.run(run.id).status is Status.STOPPED
    at.button(key="results-delete-now").click()
    ran(at)
    assert empty_room.store.runs() == []
    assert not empty_room.folder(run.id).exists()
    assert "No runs yet" in texts(at)


def test_a_run_whose_answers_are_gone_is_still_shown(trained, tmp_path, monkeypatch):
    shutil.copytree(trained[0].root, tmp_path / "copy")
    copy = Workspace(tmp_path / "copy")
    monkeypatch.setenv("GRAFT_WORKSPACE", str(copy.root))
    run = trained[1][0]
    (copy.folder(run.id) / "predictions-val.json").unlink()
    at = opened(PAGE, run.id)
    assert "not evaluated" in at.error[0].value
    assert len(at.metric) == len(run.val.scores)
