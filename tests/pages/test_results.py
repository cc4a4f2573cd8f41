"""The results page: every run in its place, the guarded test result, and what can be done with a run."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import streamlit as st

from core.charts.numbers import percent
from core.charts.overlay import Key
from core.errors import ResumeRefused
from core.experiment import AS_FOUND, PipelineSpec, Reading
from core.export import bundle
from core.runs.artifacts import Predictions
from core.runs.status import Status
from core.runs.workspace import Workspace
from pages.ui.results import compare, mistakes
from pages.ui.results import list as results_list
from pages.ui.results import run as results_run
from pages.ui.runs import listing as told
from pages.ui.runs.words import badge
from pages.ui.session import engine
from tests.conftest import make_experiment, make_images
from tests.pages.trained import claimed, failed, finished, opened, ran, stopped, texts, without_warm_up

PAGE = "pages/results.py"


@pytest.fixture(autouse=True)
def no_warm_up(monkeypatch):
    without_warm_up(monkeypatch)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A workspace with two finished runs over the same images; the second has no augmentation."""
    folder = tmp_path_factory.mktemp("results")
    experiment = make_experiment(make_images(folder / "images"))
    room = Workspace(folder / "workspace")
    runs = [finished(room, experiment, "twin"), finished(room, experiment.changed(pipeline=PipelineSpec()), "twin")]
    return room, runs


@pytest.fixture
def empty_room(own_workspace):
    return Workspace(own_workspace)


@pytest.fixture
def went(monkeypatch):
    """Where the page led to, with the address's parameters."""
    places = []

    def go(page, query_params=None):
        places.append((page, query_params))
        st.stop()

    monkeypatch.setattr(st, "switch_page", go)
    return places


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were drawn, by key."""
    figures = {}
    for module in (results_run, compare):
        monkeypatch.setattr(module, "live_plot", lambda figure, key, height: figures.update({key: figure}))
    return figures


def test_without_runs_one_button_leads_on(empty_room, went):
    at = opened(PAGE)
    assert "No runs yet" in texts(at)
    at.button(key="empty-button-no-runs-yet").click().run()
    assert went == [("pages/home.py", None)]


def test_all_runs_are_listed_with_scores_and_intervals(room, runs):
    at = opened(PAGE)
    said = texts(at)
    assert "2 runs, " in said
    assert "MB on disk" in said
    links = [link.proto for link in at.main.get("page_link")]
    assert sorted(link.query_string for link in links) == sorted(f"run={run.id}" for run in runs)
    shown = {link.label.replace("\\", "")[3:] for link in links}
    assert shown == {
        f"twin · {what} :material/chevron_right:" for what in ("Flip left-right, Rotate", "no augmentation")
    }
    for run in runs:
        assert f"**{percent(run.val['accuracy'])}**" in said
        assert told.interval(run.val, "accuracy") in said


def test_live_failed_and_unevaluated_runs_are_listed_too(empty_room, experiment):
    live = claimed(empty_room, experiment, "waiting")
    broken = failed(empty_room, experiment.changed(seed=1), "broken")
    early = stopped(empty_room, experiment.changed(seed=2), "early")
    order = told.ranked(empty_room.store.runs())
    assert order[0].id == live.run_id
    said = texts(opened(PAGE))
    live.lock.release()
    assert "0 of 4 epochs" in said
    assert f"{badge(Status.FAILED)} :gray[" in said
    assert ":gray[:small[not evaluated]]" in said
    assert ":red[:small[The disk \\[is\\]\\(x\\) full\\.]]" in said
    assert {broken.id, early.id} == {run.id for run in order[1:]}


def test_a_run_whose_process_was_killed_is_interrupted_and_can_be_resumed(empty_room, experiment):
    opened(PAGE)
    lease = claimed(empty_room, experiment, "killed")
    lease.lock.release()  # the system does this when the process dies
    at = opened(PAGE, lease.run_id)
    assert empty_room.store.run(lease.run_id).status is Status.INTERRUPTED
    assert not at.button(key="results-resume").disabled


def test_the_best_on_validation_comes_first(runs):
    low, high = (
        run.__class__(**{**{k: getattr(run, k) for k in run.__slots__}, "results": {"val": run.val | {"accuracy": a}}})
        for run, a in zip(runs, (0.2, 0.9), strict=True)
    )
    assert told.ranked([low, high]) == [high, low]


def test_two_runs_are_overlaid_with_the_settings_that_differ(room, runs, drawn):
    at = opened(PAGE)
    assert set(at.multiselect(key="results-compare").value) == {run.id for run in runs}
    assert len(drawn["results-overlay"].data) == 2
    frame = at.table[0].value
    assert list(frame.index) == ["Validation accuracy", "Augmentations"]
    assert "none" in list(frame.loc["Augmentations"])
    at.segmented_control(key="results-metric").set_value("val_accuracy").run()
    assert drawn["results-overlay"].layout.yaxis.title.text == "Validation accuracy"
    at.multiselect(key="results-compare").set_value([runs[0].id]).run()
    assert "at least two runs" in texts(at)


def test_the_legend_shows_whole_names_as_text_and_says_which_lines_are_one():
    name = "a name that is far too long for the margin of a chart, <b>number</b> 2"
    keys = (Key("#0072b2", "solid", name, 0.4, None), Key("#d55e00", "dash", "twin", 0.25, name))
    said = compare.legend_html(keys, "val_accuracy")
    assert "<b>" not in said
    assert said.count("&lt;b&gt;number&lt;/b&gt; 2") == 2
    assert "40 %" in said
    assert "25 %, the same line as a name" in said
    assert "3px dashed #d55e00" in said


@pytest.mark.parametrize("address", [["../../x"], ["nothing-here"], ["a", "b"]])
def test_an_address_that_names_no_run_is_said_and_touches_no_file(room, address):
    before = sorted(room.root.rglob("*"))
    at = opened(PAGE, *address)
    assert "Run not found" in at.error[0].value
    assert sorted(room.root.rglob("*")) == before


def test_a_run_shows_its_scores_with_intervals(room, runs):
    run = runs[0]
    at = opened(PAGE, run.id)
    assert at.title[0].value == "twin · Flip left\\-right\\, Rotate"
    metrics = {metric.label: (metric.value, metric.delta) for metric in at.metric}
    assert metrics["Accuracy"] == (percent(run.val["accuracy"]), told.interval(run.val, "accuracy"))
    assert set(metrics) == {"Accuracy", "Balanced accuracy", "Macro F1"}
    assert f"{run.val['n']} images" in texts(at)
    table = at.dataframe[0].value
    assert list(table["Class"]) == ["cold", "warm"]
    assert at.query_params["run"] == run.id


def test_the_test_result_is_counted_once_and_stays_shown(room, runs):
    run = runs[0]
    at = opened(PAGE, run.id)
    before = room.store.test_looks(run.test_key)
    assert len(at.metric) == 3
    at.button(key="results-show-test").click()
    ran(at)
    ran(at)
    assert len(at.metric) == 6
    assert at.metric[3].value == percent(run.test["accuracy"])
    assert room.store.test_looks(run.test_key) == before + 1
    assert "looked at" in texts(at)
    at.segmented_control(key="results-part").set_value("val")
    ran(at)
    assert room.store.test_looks(run.test_key) == before + 1
    # the other run has the same test images, but its own result
    assert len(opened(PAGE, runs[1].id).metric) == 3


def test_a_run_without_test_images_says_so(empty_room, experiment):
    data = experiment.data.model_copy(update={"split": experiment.data.split.model_copy(update={"test": 0.0})})
    run = finished(empty_room, experiment.changed(data=data), "no test")
    at = opened(PAGE, run.id)
    assert "no test images" in texts(at)
    assert not [button for button in at.button if button.key == "results-show-test"]


def test_mistakes_are_labelled_and_lost_pictures_are_named(room, runs, monkeypatch, trained):
    cells = []
    monkeypatch.setattr(mistakes, "show_mosaic", lambda shown, columns, side, wrap: cells.extend(shown))
    wrong = max(runs, key=lambda run: 1 - run.val["accuracy"])
    answers = Predictions(
        ("cold/00.png", "lost/<b>.png"),
        (str(room.root.parent / "images" / "cold" / "00.png"), str(room.root / "lost.png")),
        np.array([0, 1]),
        np.array([[0.13, 0.87], [0.6, 0.4]]),
    )
    monkeypatch.setattr("core.runs.artifacts.read_predictions", lambda folder, part: answers)
    at = opened(PAGE, wrong.id)
    assert [(cell.label, cell.note) for cell in cells] == [("cold", "→ warm 87 %")]
    assert "lost/<b>.png (it is not on this disk)" in at.warning[0].value.replace("\\", "")
    assert list(at.dataframe[1].value["Predicted"]) == ["warm", "cold"]


def test_settings_are_used_again(room, runs, went):
    at = opened(PAGE, runs[1].id)
    at.button(key="results-again").click().run()
    assert went == [("pages/train.py", None)]
    used = runs[1].experiment  # without the fingerprint: the images are looked at anew
    used = used.changed(data=used.data.model_copy(update={"fingerprint": ""}))
    assert at.session_state["graft:draft"].experiment() == used


def test_a_run_leads_to_predict(room, runs, went):
    at = opened(PAGE, runs[0].id)
    at.button(key="results-predict").click().run()
    assert went == [("pages/predict.py", {"run": runs[0].id})]


def test_the_zip_is_built_only_when_asked_for(room, runs, monkeypatch):
    built = []
    monkeypatch.setattr(bundle, "bundle", lambda workspace, run: built.append(run.id) or b"zip")
    at = opened(PAGE, runs[0].id)
    assert not at.download_button(key="results-download").disabled
    assert built == []
    assert results_run._zip(room, runs[0]) == b"zip"
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

    def submit(self, experiment, device, name):
        self.submitted.append((experiment, name))
        return "new"

    def resume(self, run_id):
        if self.refuses:
            raise ResumeRefused("The images are not those this run began with.")
        self.resumed.append(run_id)


def test_resume_asks_the_manager_and_leads_to_train(empty_room, experiment, monkeypatch, went):
    run, manager = failed(empty_room, experiment, "broken"), Manager()
    monkeypatch.setattr(engine, "manager", lambda: manager)
    opened(PAGE, run.id).button(key="results-resume").click().run()
    assert manager.resumed == [run.id]
    assert went == [("pages/train.py", {"run": run.id})]


def test_a_control_run_is_one_click_and_is_watched_on_train(room, runs, monkeypatch, went):
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
    assert len(at.metric) == 3


def test_names_that_are_shared_say_what_differs(runs):
    assert told.labels(runs) == {runs[0].id: "twin · Flip left-right, Rotate", runs[1].id: "twin · no augmentation"}
    assert told.labels(runs[:1]) == {runs[0].id: "twin"}


def test_runs_that_differ_in_nothing_are_numbered_by_age_and_settings_are_few(runs):
    first, second = runs
    recipe = first.experiment.recipe.model_copy(update={"learning_rate": 0.25, "weight_decay": 0.125})
    other = replace(second, experiment=first.experiment.changed(recipe=recipe, seed=9))
    same = replace(second, experiment=first.experiment)
    assert told.labels([same, first]) == {first.id: "twin #1", same.id: "twin #2"}
    name = told.labels([other, first])[other.id]
    assert name.count(" · ") == 2
    assert "learning rate 0.25" in name


def test_a_rank_is_one_among_runs_on_the_same_images(runs):
    first, second = runs
    moved = first.experiment.changed(data=first.experiment.data.model_copy(update={"source": "sample:signs"}))
    other = replace(second, id="x", experiment=moved, created_at=second.created_at + 5)
    order = told.by_data([first, second, other])
    assert order[0].id == "x", "the images of the newest run first"
    assert {run.id: place for run, place in zip(order, (1, 1, 2), strict=True)} == results_list._places(order)
    reread = first.experiment.data.model_copy(update={"reading": Reading(layout="only:color")})
    third = replace(second, id="y", experiment=first.experiment.changed(data=reread), created_at=second.created_at + 6)
    places = results_list._places(told.by_data([first, second, third]))
    assert places["y"] == 1, "the same folder read otherwise has other classes"
    assert {places[first.id], places[second.id]} == {1, 2}


def test_images_are_named_with_the_way_that_was_chosen_to_read_them():
    assert told.images_name(("/a/leaves", AS_FOUND)) == "leaves"
    assert told.images_name(("/a/leaves", Reading(layout="only:color"))) == "leaves (only:color)"
    by_column = Reading(layout="csv", labels="train.csv", file_column="image", label_column="time")
    assert told.images_name(("/a/zoo", by_column)) == "zoo (time)"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("sample:stamps", "Stamps"),
        ("/a/my pets/", "my pets"),
        ("C:\\pets.zip", "pets.zip"),
        ("sample:gone", "sample:gone"),
    ],
)
def test_data_has_a_short_name(source, name):
    assert told.data_name(source) == name


def test_numbers_are_rounded_to_what_they_can_bear():
    assert told.interval({"accuracy_low": 0.29, "accuracy_high": 0.56}, "accuracy") == "29 to 56 %"
