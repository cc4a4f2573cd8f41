"""Whose answer: a stand-in for the model that sees something else in every image, asked by page, table and file."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
import streamlit as st
from PIL import Image

from core.data.geometry import Geometry
from core.data.images import decode
from core.evaluation.predict import Predictor
from core.runs.status import Status
from core.tasks.decision import Decision
from pages.ui.predict import answers as predict_answers
from pages.ui.predict import show
from pages.ui.predict.answers import AT_ONCE, THUMBNAIL_PX, Answer, Source, answered
from tests.pages.predict.test_page import given
from tests.pages.trained import opened, ran, texts, without_warm_up
from tests.uneven import CLASSES

PAGE = "pages/predict.py"


@pytest.fixture(autouse=True)
def no_warm_up(monkeypatch):
    without_warm_up(monkeypatch)


class Model:
    """Is as sure of a class as an image is of one colour: red cold, green mild, blue warm."""

    classes = CLASSES
    decision = Decision(CLASSES)
    geometry = Geometry(32, 32, "bilinear")
    answered = Predictor.answered
    _read_or_reason = Predictor._read_or_reason

    def __init__(self):
        self.asked = []

    def read(self, content):
        return decode(content).pixels

    def read_with_notes(self, content):
        return self.read(content), ()

    def predict(self, images):
        self.asked.append(len(images))
        colours = np.array([image[0, 0] for image in images], float).reshape(-1, 3)
        return colours / np.maximum(colours.sum(axis=1, keepdims=True), 1)


def png(*colour) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 40), colour).save(out, "PNG")
    return out.getvalue()


FILES = [("one.png", png(150, 40, 10)), ("two.png", png(20, 60, 120)), ("three.png", png(30, 110, 60))]
WANTED = {"one.png": (0.75, 0.2, 0.05), "two.png": (0.1, 0.3, 0.6), "three.png": (0.15, 0.55, 0.3)}


@pytest.fixture
def runs(ledger, monkeypatch):
    workspace, runs = ledger
    monkeypatch.setenv("GRAFT_WORKSPACE", str(workspace.root))
    for run in runs:
        (workspace.folder(run.id) / predict_answers.BEST).write_bytes(run.id.encode())
    return runs


@pytest.fixture
def loaded(monkeypatch):
    """Folders of the models that were loaded."""
    folders = []
    monkeypatch.setattr(predict_answers, "load", lambda folder: folders.append(folder.name) or Model())
    return folders


@pytest.fixture
def offered(monkeypatch):
    """The CSV files that were offered, as rows, with their names."""
    found, real = [], st.download_button

    def spy(label, data, **more):
        found.append((more["file_name"], list(csv.reader(io.StringIO(data().decode("utf-8-sig"))))))
        return real(label, data, **more)

    monkeypatch.setattr(st, "download_button", spy)
    return found


def test_the_best_on_the_images_of_the_newest_is_offered_first_with_its_own_score(ledger, runs, loaded):
    workspace, (alder, birch, cedar) = ledger[0], runs
    at = opened(PAGE)
    model = at.selectbox(key="predict-model")
    assert model.value == birch.id
    said = [option.split(", ")[:2] for option in model.options]
    assert said == [
        ["birch", "80 % on validation"], ["cedar", "60 % on validation"], ["alder", "40 % on validation"]
    ]  # fmt: skip
    assert "knows the classes: cold, mild, warm" in texts(at).replace("\\", "")
    links = [link.proto.query_string for link in at.main.get("page_link")]
    assert links == [f"run={birch.id}"]
    other = cedar.experiment.data.model_copy(update={"source": "/elsewhere", "fingerprint": "x"})
    newest = replace(
        cedar, id="run-9", name="new", experiment=cedar.experiment.changed(data=other), created_at=2e9,
        results={"val": alder.val},
    )  # fmt: skip
    workspace.store.add(newest)
    workspace.folder("run-9").mkdir(parents=True)
    (workspace.folder("run-9") / predict_answers.BEST).write_bytes(b"x")
    assert opened(PAGE).selectbox(key="predict-model").value == "run-9"
    workspace.store.add(replace(newest, id="run-10", name="live", status=Status.RUNNING, created_at=3e9))
    workspace.store.add(replace(newest, id="run-11", name="bare", created_at=4e9))
    workspace.folder("run-10").mkdir(parents=True)
    (workspace.folder("run-10") / predict_answers.BEST).write_bytes(b"x")
    at = opened(PAGE, "run-11")
    assert "no finished model" in at.error[0].value.replace("\\", "")
    assert len(at.selectbox(key="predict-model").options) == 4


def test_each_image_has_its_own_row_and_the_model_is_the_one_that_was_chosen(runs, loaded, offered):
    at = given(opened(PAGE, runs[2].id), *FILES)
    assert set(loaded) == {runs[2].id}
    frame = at.dataframe[0].value
    assert list(frame["File"]) == list(WANTED)
    assert list(frame["Class"]) == ["cold", "warm", "mild"]
    assert list(frame["Probability"]) == pytest.approx([75, 60, 55])
    assert list(frame["Second best"]) == ["mild (20 %)", "mild (30 %)", "warm (30 %)"]
    name, (header, *rows) = offered[-1]
    assert name == "predictions-cedar.csv"
    assert header == ["file", "class", "probability", *(f"p({one})" for one in CLASSES)]
    for row, (file, shares) in zip(rows, WANTED.items(), strict=True):
        assert row[:2] == [file, CLASSES[int(np.argmax(shares))]]
        assert [float(value) for value in row[2:]] == pytest.approx([max(shares), *shares], abs=1e-4)
    assert "3 images" in texts(at)
    loaded.clear()
    at.selectbox(key="predict-model").set_value(runs[0].id)
    ran(at)
    assert set(loaded) == {runs[0].id}


def test_one_image_shows_its_own_answer(runs, loaded, monkeypatch):
    figures = []
    monkeypatch.setattr(show, "live_plot", lambda figure, **_: figures.append(figure))
    at = given(opened(PAGE, runs[1].id), FILES[1], ("page.jpg", b"<html>no</html>"))
    said = texts(at).replace("\\", "").replace("\u2060", "")
    assert "warm :gray[60 %]" in said
    assert "two.png, as the model sees it: the middle, 32 × 32 px." in said
    assert "knows only its 3 classes" in said
    assert sorted(figures[-1].data[0].x) == pytest.approx([0.1, 0.3, 0.6])
    assert "**page.jpg**" in said


def test_answers_keep_to_their_images_across_files_that_cannot_be_read(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    colours = [(n + 1, 40, 100 - n) for n in range(AT_ONCE + 4)]
    sources = [Source(f"id{n}", f"{n}.png", io.BytesIO(png(*colour))) for n, colour in enumerate(colours)]
    for bad in (0, 5, AT_ONCE):
        sources[bad] = Source(f"id{bad}", f"{bad}.png", io.BytesIO(b"no image"))
    model = Model()
    answers = answered(model, "run", sources)
    assert model.asked == [AT_ONCE - 2, 3]
    for n, answer in enumerate(answers):
        assert answer.name == f"{n}.png"
        if n in (0, 5, AT_ONCE):
            assert answer.reason
            assert answer.probabilities == ()
        else:
            assert answer.reason == ""
            assert answer.probabilities == pytest.approx(np.array(colours[n]) / sum(colours[n]))
            assert len(answer.thumbnail) > 100
    again = answered(model, "run", sources[::-1])
    assert again == answers[::-1], "known answers keep to their images in another order too"
    assert model.asked == [AT_ONCE - 2, 3]


def test_a_thumbnail_shows_its_own_image():
    import base64

    address = predict_answers.thumbnail(np.full((40, 60, 3), (200, 30, 90), np.uint8))
    small = Image.open(io.BytesIO(base64.b64decode(address.partition("base64,")[2])))
    assert small.size == (THUMBNAIL_PX, THUMBNAIL_PX)
    assert np.abs(np.array(small).mean(axis=(0, 1)) - (200, 30, 90)).max() < 4


def test_a_source_can_be_read_again():
    source = Source("1", "x", io.BytesIO(b"content"))
    assert source.read() == source.read() == b"content"


def test_the_table_of_answers_orders_each_row_by_itself():
    answers = [Answer("a", (0.2, 0.5, 0.3), "A"), Answer("b", (0.6, 0.1, 0.3), "B"), Answer("c", (0.0, 0.0, 1.0), "C")]
    frame = show._frame(Decision(CLASSES), answers)
    assert frame.to_dict("list") == {
        "Image": ["A", "B", "C"], "File": ["a", "b", "c"], "Class": ["mild", "cold", "warm"],
        "Probability": [50, 60, 100], "Second best": ["warm (30 %)", "warm (30 %)", "cold (0 %)"],
    }  # fmt: skip
    assert list(show._frame(Decision(("only",)), [Answer("a", (1.0,))])["Second best"]) == [""]


def test_the_model_of_the_chosen_images_comes_first_with_their_reading(monkeypatch):
    from types import SimpleNamespace

    from core.experiment import DataSpec, Reading
    from pages import predict
    from pages.ui.session import state

    def run(number, source, layout="auto"):
        data = DataSpec(source=source, reading=Reading(layout=layout))
        return SimpleNamespace(id=str(number), age=number, experiment=SimpleNamespace(data=data))

    runs = [run(3, "/a", "inner"), run(2, "/a", "inner"), run(9, "/b"), run(1, "/a")]
    for source, layout, first in (("/a", "inner", "3"), ("/a", "auto", "1"), ("/c", "auto", "9")):
        held = state.Draft(source=source, reading=Reading(layout=layout))
        monkeypatch.setattr(state, "draft", lambda held=held: held)
        assert predict.best_of_newest(runs) == first
