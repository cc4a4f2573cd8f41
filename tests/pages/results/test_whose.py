"""Whose number, of which part: pages over three runs that differ in every number, with parts of 11, 5 and 7 images."""

import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.runs import artifacts
from core.tasks.classification.mistakes import mistakes
from core.tasks.classification.scores import class_scores
from core.tasks.scorecard import format_interval
from core.text import format_duration, format_size, percent
from pages.ui.results import classes as results_classes
from pages.ui.results import compare
from pages.ui.results import mistakes as results_mistakes
from pages.ui.results import run as results_run
from pages.ui.results import scores as results_scores
from pages.ui.runs import listing as told
from tests.pages import three_runs
from tests.pages.three_runs import lines, text
from tests.pages.trained import opened, ran
from tests.uneven import CLASSES, EACH, TEST, VAL
from tests.uneven import told as described

no_warm_up = three_runs.no_warm_up
workspace = three_runs.workspace
runs = three_runs.runs


PAGE = "pages/results.py"


COUNT = {"val": VAL, "test": TEST}


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were drawn, by key."""
    figures = {}
    for module in (results_run, compare, results_classes):
        monkeypatch.setattr(module, "live_plot", lambda figure, key, height: figures.update({key: figure}))
    return figures


@pytest.fixture
def mosaic(monkeypatch):
    """Labels of the mistakes that were shown last."""
    labels = []
    monkeypatch.setattr(
        results_mistakes,
        "show_mosaic",
        lambda cells, *_, **__: labels.extend(f"{cell.label} {cell.note}" for cell in cells),
    )
    return labels


def metrics(at: AppTest) -> list[tuple[str, str, str]]:
    return [(metric.label, metric.value, metric.delta) for metric in at.metric]


def wanted(run, part) -> list[tuple[str, str, str]]:
    """What the three numbers of a part are to say."""
    scores = getattr(run, part)
    names = {"accuracy": "Accuracy", "macro_f1": "Macro F1", "balanced_accuracy": "Balanced accuracy"}
    found = [(label, scores.get(name)) for name, label in names.items()]
    return [(label, percent(score.value), format_interval(score)) for label, score in found]


# results: all runs


def test_each_row_has_its_own_score_and_the_best_comes_first(workspace, runs, drawn):
    alder, birch, cedar = runs
    at = opened(PAGE)
    links = [link for link in at.main.get("page_link") if link.proto.query_string]
    assert [link.proto.query_string for link in links] == [f"run={run.id}" for run in (birch, cedar, alder)]
    labels = [link.proto.label.replace("\\", "").split(" :material")[0] for link in links]
    assert labels == ["1. birch", "2. cedar", "3. alder"]
    rows = [value for value in text(at).split("\n") if f"{VAL} images" in value]
    assert [re.match(r"\*\*(.*?)\*\*", row)[1] for row in rows] == ["80 %", "60 %", "40 %"]
    for run, row in zip((birch, cedar, alder), rows, strict=True):
        assert format_interval(run.val.main) in row
    said = text(at)
    positions = [said.index(told.settings_line(run.experiment)) for run in (birch, cedar, alder)]
    assert positions == sorted(positions)
    took = [re.match(r":gray\[:small\[(.*?) ·", line)[1] for line in said.split("\n") if "on disk]]" in line]
    assert took == ["1 min 17 s", "3 min 10 s", "31 s"]


def test_every_curve_is_of_the_run_that_its_name_says(workspace, runs, drawn, monkeypatch):
    legends, real = [], compare.legend
    monkeypatch.setattr(compare, "legend", lambda *given: legends.append(real(*given)) or legends[-1])
    at = opened(PAGE)
    losses = {one.name: list(one.losses) for one in described(workspace.root)}
    assert lines(drawn["results-overlay"]) == losses
    assert {key.name: key.last for key in legends[-1]} == {name: ys[-1] for name, ys in losses.items()}
    colours = {trace.name: trace.line.color for trace in drawn["results-overlay"].data}
    assert {key.name: key.colour for key in legends[-1]} == colours
    assert len(set(colours.values())) == 3
    frame = at.table[0].value
    for run in runs:
        row = frame.loc["Validation accuracy", run.name]
        assert row == f"{percent(run.val.main.value)} ({format_interval(run.val.main)})"
    seeds = next(frame.loc[title] for title in frame.index if "seed" in title.lower())
    assert {name: str(seed) for name, seed in seeds.items()} == {"alder": "3", "birch": "8", "cedar": "5"}
    at.segmented_control(key="results-metric").set_value("train_accuracy")
    at = ran(at)
    accuracies = {name: [round(100 * (1 - loss / 5), 6) for loss in ys] for name, ys in losses.items()}
    assert lines(drawn["results-overlay"]) == accuracies
    at.multiselect(key="results-compare").set_value([runs[2].id, runs[0].id])
    at = ran(at)
    assert set(lines(drawn["results-overlay"])) == {"alder", "cedar"}
    assert set(at.table[0].value.columns) == {"alder", "cedar"}
    assert {trace.name: trace.line.color for trace in drawn["results-overlay"].data} == {
        name: colours[name] for name in ("alder", "cedar")
    }, "a run keeps its colour"


# results: one run


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_run_s_page_tells_of_that_run_and_of_validation(workspace, runs, drawn, mosaic, number):
    run, one = runs[number], described(workspace.root)[number]
    at = opened(PAGE, run.id)
    assert at.title[0].value == run.name
    assert metrics(at) == wanted(run, "val")
    assert f"{VAL} images" in text(at)
    assert f"{TEST} images" not in text(at)
    curves = lines(drawn["results-curves"])
    assert list(one.losses) in curves.values()
    assert [round(loss / 2, 6) for loss in one.losses] in curves.values()
    facts = next(line for line in text(at).split("\n") if "images/s on cpu" in line)
    size = format_size(told.disk_bytes(workspace.folder(run.id)))
    assert [
        told.when(one.created_at),
        format_duration(one.seconds),
        f"{100 + number} images/s on cpu",
        (
            "50 % of the time goes into augmenting",
            "38 % of the time goes into reading images",
            "limited by the processor",
        )[number],
        f"{size} on disk",
    ] == (facts.partition("[")[2].partition("[")[2].rstrip("]").split(" · "))
    assert told.settings_line(run.experiment) in text(at)
    check_details(at, workspace, run, "val", drawn, mosaic)


@pytest.mark.parametrize("kept", ["steps", "epochs"])
def test_a_run_that_has_steps_or_epochs_alone_has_its_curves(workspace, runs, drawn, kept):
    with workspace.store._database.writing() as db:
        db.execute(f"DELETE FROM {'epochs' if kept == 'steps' else 'steps'} WHERE run_id = ?", (runs[0].id,))
    opened(PAGE, runs[0].id)
    assert "results-curves" in drawn


def test_a_run_without_either_has_none(workspace, runs, drawn):
    for kind in ("epochs", "steps"):
        with workspace.store._database.writing() as db:
            db.execute(f"DELETE FROM {kind} WHERE run_id = ?", (runs[0].id,))
    opened(PAGE, runs[0].id)
    assert "results-curves" not in drawn


def check_details(at, workspace, run, part, drawn, mosaic):
    """Everything class by class is of this run and part."""
    answers = artifacts.read_predictions(workspace.folder(run.id), part)
    rows = class_scores(answers.labels, answers.probabilities.argmax(axis=1), CLASSES)
    table = at.dataframe[0].value
    assert list(table["Class"]) == list(CLASSES)
    assert list(table["Images"]) == list(EACH[part])
    assert list(table["Recall"]) == pytest.approx([row.recall * 100 for row in rows])
    assert list(table["Precision"]) == pytest.approx(
        [np.nan if row.precision is None else row.precision * 100 for row in rows], nan_ok=True
    )
    assert list(table["F1"]) == pytest.approx([row.f1 * 100 for row in rows])
    assert list(drawn["results-recall"].data[0].x) == pytest.approx([row.recall * 100 for row in rows])
    found = mistakes(answers.labels, answers.probabilities)
    assert f"{len(found)} of {COUNT[part]} images were misclassified" in text(at)
    names = at.dataframe[1].value
    assert list(names["File"]) == [answers.names[one.index] for one in found]
    assert list(names["True class"]) == [CLASSES[one.label] for one in found]
    assert list(names["Predicted"]) == [CLASSES[one.predicted] for one in found]
    assert list(names["Probability"]) == pytest.approx([one.probability * 100 for one in found])
    assert list(names["Of the true class"]) == pytest.approx([one.true_probability * 100 for one in found])
    shown = sorted(f"{CLASSES[one.label]} → {CLASSES[one.predicted]} {percent(one.probability)}" for one in found)
    assert sorted(mosaic) == shown


def test_the_test_result_is_that_run_s_own_and_one_look_opens_no_other(workspace, runs, drawn, mosaic):
    alder, birch, _ = runs
    at = opened(PAGE, birch.id)
    assert "Nobody has looked" in text(at)
    assert not re.search("points lower|test result agrees", text(at)), "nothing is given away before the look"
    at.button(key="results-show-test").click()
    mosaic.clear()
    at = ran(at)
    assert metrics(at) == wanted(birch, "val") + wanted(birch, "test")
    assert f"{TEST} images" in text(at)
    assert "looked at once" in text(at)
    assert "37 points lower" in text(at)
    assert workspace.store.test_looks(birch.test_key) == 1
    mosaic.clear()
    at = ran(at)
    check_details(at, workspace, birch, "test", drawn, mosaic)
    mosaic.clear()
    at.segmented_control(key="results-part").set_value("val")
    at = ran(at)
    check_details(at, workspace, birch, "val", drawn, mosaic)
    at.query_params["run"] = alder.id
    at = ran(at)
    assert metrics(at) == wanted(alder, "val"), "the other run's test result stays closed"
    assert workspace.store.test_looks(birch.test_key) == 1
    at.button(key="results-show-test").click()
    at = ran(at)
    assert metrics(at) == wanted(alder, "val") + wanted(alder, "test")
    assert workspace.store.test_looks(birch.test_key) == 2
    at.query_params["run"] = birch.id
    at = ran(at)
    assert metrics(at)[3:] == wanted(birch, "test"), "what was shown stays shown"
    assert "looked at 2 times" in text(at)
    fresh = opened(PAGE, birch.id)
    assert metrics(fresh) == wanted(birch, "val"), "another session has looked at nothing"
    assert "looked at 2 times" in text(fresh)


def test_a_look_at_a_run_that_was_resumed_is_a_new_one():
    class Stub:
        id, ended_at, results = "run-1", 5.0, {"kept": "chosen"}

    first = results_scores._shown_key(Stub)
    assert first == results_scores._shown_key(Stub)
    others = ({"ended_at": 6.0}, {"id": "run-2"}, {"results": {"kept": "last"}})  # another epoch's is hidden again
    keys = {results_scores._shown_key(type("Other", (Stub,), parts)) for parts in others}
    assert len({first, *keys}) == 4


def test_what_is_said_of_looks():
    assert results_scores._times(0) == "Nobody has looked at the result of these test images yet."
    assert results_scores._times(1).endswith("looked at once.")
    assert results_scores._times(2).endswith("looked at 2 times.")
