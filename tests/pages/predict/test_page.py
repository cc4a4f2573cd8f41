"""The predict page: which model answers, one image, many, and files that are no images."""

import csv
import io
import os

import numpy as np
import pytest
import streamlit as st

from core.errors import UnreadableWeights
from core.evaluation.predict import Predictor
from core.runs.workspace import Workspace
from pages.ui.predict import answers as predict_answers
from pages.ui.predict import folder as predict_folder
from pages.ui.predict import show
from pages.ui.predict.answers import Answer, Source, answered, model_key
from tests.pages.trained import claimed, opened, ran, texts, two_finished, without_warm_up

PAGE = "pages/predict.py"


@pytest.fixture(autouse=True)
def no_warm_up(monkeypatch):
    without_warm_up(monkeypatch)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A workspace with two finished runs."""
    return two_finished(tmp_path_factory.mktemp("predict"), "first", "second", seed=1)


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were drawn."""
    figures = []
    monkeypatch.setattr(show, "live_plot", lambda figure, key, height: figures.append(figure))
    return figures


@pytest.fixture
def tables(monkeypatch):
    """The CSV files that were offered, as rows."""
    offered = []
    real = st.download_button

    def spy(label, data, **more):
        offered.append(list(csv.reader(io.StringIO(data().decode("utf-8-sig")))))
        return real(label, data, **more)

    monkeypatch.setattr(st, "download_button", spy)
    return offered


def image_content(workspace, name="cold/00.png") -> bytes:
    return (workspace.root.parent / "images" / name).read_bytes()


def given(at, *files):
    """The page with these (name, content) uploaded."""
    at.file_uploader(key="predict-files").set_value([(name, content, "image/png") for name, content in files])
    return ran(at)


def test_without_a_model_one_button_leads_on():
    at = opened(PAGE)
    assert "No trained model yet" in texts(at)
    assert [button.label for button in at.main.button] == ["Try it on sample images"]


def test_a_run_that_is_not_over_is_not_offered(own_workspace, experiment):
    workspace = Workspace(own_workspace)
    lease = claimed(workspace, experiment, "live")
    (workspace.folder(lease.run_id) / predict_answers.BEST).write_bytes(b"so far")
    at = opened(PAGE)
    lease.lock.release()
    assert "No trained model yet" in texts(at)


def test_the_address_names_the_model_and_the_best_one_is_the_default(workspace, runs):
    best = max(runs, key=lambda run: (run.val.main.value, run.val.get("macro_f1").value, run.created_at))
    assert opened(PAGE).selectbox(key="predict-model").value == best.id
    for run in runs:
        assert opened(PAGE, run.id).selectbox(key="predict-model").value == run.id


def test_the_choice_is_kept_and_named_in_the_address(workspace, runs):
    at = opened(PAGE, runs[0].id)
    at.selectbox(key="predict-model").set_value(runs[1].id)
    ran(at)
    assert at.query_params["run"] == runs[1].id
    assert at.session_state["graft:predict-run"] == runs[1].id


@pytest.mark.parametrize("address", [["../../x"], ["nothing-here"], ["a", "b"]])
def test_an_address_that_names_no_run_is_said_and_a_model_offered_all_the_same(workspace, runs, address):
    at = opened(PAGE, *address)
    assert "Run not found" in at.error[0].value
    assert at.selectbox(key="predict-model").value in {run.id for run in runs}


def test_the_camera_is_opened_only_when_asked_for(workspace, runs):
    at = opened(PAGE)
    assert not at.get("camera_input")
    at.segmented_control(key="predict-way").set_value("Camera")
    ran(at)
    assert at.get("camera_input")
    assert not at.get("file_uploader")


def test_one_image_is_shown_with_its_probabilities(workspace, runs, drawn):
    at = given(opened(PAGE, runs[0].id), ("one.png", image_content(workspace)))
    (figure,) = drawn
    assert sum(figure.data[0].x) == pytest.approx(1, abs=1e-4)
    assert "one\\.png, as the model sees it" in texts(at)
    assert "knows only its 2 classes" in texts(at)
    assert len(at.image) == 1


def test_many_images_become_a_table_and_a_csv(workspace, runs, tables):
    files = [(f"={name}", image_content(workspace, f"warm/0{name}.png")) for name in range(3)]
    at = given(opened(PAGE, runs[0].id), *files)
    frame = at.dataframe[0].value
    assert list(frame["File"]) == ["'=0", "'=1", "'=2"]  # as in the CSV of the table's own button
    assert set(frame["Class"]) <= {"cold", "warm"}
    assert frame["Probability"].between(50, 100).all()
    header, *rows = tables[-1]
    assert header == ["file", "class", "probability", "p(cold)", "p(warm)"]
    assert [row[0] for row in rows] == ["'=0", "'=1", "'=2"]


def test_files_that_are_no_images_are_named_and_the_others_answered(workspace, runs, drawn):
    files = [("empty <b>.png", b""), ("page.jpg", b"<html>no</html>"), ("good.png", image_content(workspace))]
    at = given(opened(PAGE, runs[0].id), *files)
    said = at.warning[0].value.replace("\\", "")
    assert "2 files were not used" in said
    assert "empty <b>.png" in said
    assert "0 bytes" in said
    assert "HTML" in said
    assert len(drawn) == 1


def test_damaged_weights_are_said(workspace, runs, monkeypatch):
    def refuse(folder):
        raise UnreadableWeights("best.safetensors is not a readable weights file.")

    monkeypatch.setattr(predict_answers, "load", refuse)
    at = given(opened(PAGE, runs[0].id), ("one.png", image_content(workspace)))
    assert "not a readable weights file" in at.error[0].value.replace("\\", "")


def test_a_model_is_loaded_once_until_its_weights_change(workspace, runs):
    folder = workspace.folder(runs[0].id)
    kept = predict_answers.load(folder)
    assert predict_answers.load(folder) is kept
    os.utime(folder / predict_answers.BEST, (1, 1))
    assert predict_answers.load(folder) is not kept


class Model:
    """Says the first class for everything, and counts what it was asked."""

    classes = ("a", "b")
    answered = Predictor.answered
    answers = Predictor.answers
    _read_or_reason = Predictor._read_or_reason

    def __init__(self):
        self.asked = 0

    def read_with_notes(self, content):
        from core.data.images import decode

        return decode(content).pixels, ()

    def predict(self, images):
        self.asked += len(images)
        return np.tile([0.75, 0.25], (len(images), 1))


def test_each_image_is_asked_once_and_forgotten_when_it_is_taken_away(workspace, monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    content, model = image_content(workspace), Model()
    sources = [Source(str(number), f"{number}.png", io.BytesIO(content)) for number in range(20)]
    sources[3] = Source("3", "3.png", io.BytesIO(b"no image"))
    answers = answered(model, "run:1", sources)
    assert [answer.name for answer in answers] == [f"{number}.png" for number in range(20)]
    assert answers[3].reason
    assert answers[4].probabilities == (0.75, 0.25)
    assert answers[4].thumbnail.startswith("data:image/jpeg;base64,")
    answered(model, "run:1", sources)
    assert model.asked == 19
    answered(model, "run:1", sources[:2])
    answered(model, "run:1", sources)
    assert model.asked == 19 + 17
    answered(model, "run:2", sources)
    assert model.asked == 19 + 17 + 19


def test_a_run_without_weights_has_a_key_too(tmp_path):
    assert model_key(tmp_path) == f"{tmp_path.name}:0"
    assert Answer("x").reason == ""


def in_folder(at, path):
    """The page after this path was typed and sent."""
    at.segmented_control(key="predict-way").set_value("Folder on this machine")
    at = ran(at)
    at.text_input(key="predict-folder").set_value(str(path))
    next(button for button in at.button if button.label == "Classify").click()
    return ran(at)


def test_a_folder_becomes_a_table_and_a_csv_in_natural_order(workspace, runs, tables, tmp_path, monkeypatch):
    monkeypatch.setattr(predict_folder, "MOST_SHOWN", 2)
    folder = tmp_path / "new <b>"
    for name in ("10.png", "=9.png", "in/2.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(image_content(workspace, f"warm/0{len(name)}.png"))
    (folder / "cut.png").write_bytes(image_content(workspace)[:60])
    (folder / "notes.txt").write_text("nothing")
    at = in_folder(opened(PAGE, runs[0].id), folder)
    assert "3 images" in texts(at)
    assert "first 2 of 3 are shown" in texts(at)
    assert "1 other file is no image and was left out" in texts(at)
    assert "cut" in at.warning[0].value
    assert list(at.dataframe[0].value["File"]) == ["10.png", "'=9.png"]
    assert [row[0] for row in tables[-1][1:]] == ["10.png", "'=9.png", "in/2.png"]


@pytest.mark.parametrize(("path", "said"), [("nowhere", "is not there"), ("x" * 5000, "cannot be a path")])
def test_a_path_that_is_no_folder_is_refused(workspace, runs, tmp_path, path, said):
    at = in_folder(opened(PAGE, runs[0].id), tmp_path / path if len(path) < 100 else path)
    assert said in at.error[0].value
    assert not at.dataframe


def test_the_data_sets_own_unlabelled_folder_is_offered(workspace, runs, tmp_path, monkeypatch):
    (tmp_path / "test").mkdir()
    for number in (1, 2):
        (tmp_path / "test" / f"{number}.png").write_bytes(image_content(workspace, f"cold/0{number}.png"))
    monkeypatch.setattr(predict_folder, "_unlabelled", lambda run: (tmp_path / "test",) if run == runs[1] else ())
    at = opened(PAGE, runs[1].id)
    at.segmented_control(key="predict-way").set_value("Folder on this machine")
    at = ran(at)
    at.button(key="predict-unlabelled-0").click()
    assert list(ran(at).dataframe[0].value["File"]) == ["1.png", "2.png"]


def test_a_folder_that_was_interrupted_goes_on_where_it_was(workspace, monkeypatch, tmp_path):
    monkeypatch.setattr(st, "session_state", {})
    for number in range(5):
        (tmp_path / f"{number}.png").write_bytes(image_content(workspace))
    model = Model()
    held = predict_folder.FolderAnswers(("run:1", str(tmp_path)), asked=3, names=["0.png", "1.png", "2.png"])
    held.probabilities = [np.array([1.0, 0.0])] * 3
    predict_folder.state.remember("predict-folder-answers", held)
    found = predict_folder.answered_folder(model, "run:1", tmp_path)
    assert model.asked == 2
    assert found.names == [f"{number}.png" for number in range(5)]
    assert predict_folder.answered_folder(model, "run:1", tmp_path) is found
    assert model.asked == 2
    assert predict_folder.answered_folder(model, "run:2", tmp_path) is not found  # another model answers anew
    assert model.asked == 7
