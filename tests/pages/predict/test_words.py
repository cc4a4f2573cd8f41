"""What is said of files without an answer and of notes: how many are named, and that the rest are counted."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.evaluation import predict
from core.evaluation.given import Given
from core.tasks.decision import Decision
from pages.ui.predict import folder, show
from pages.ui.predict.answers import BEST, Answer
from pages.ui.predict.folder import MOST_NAMED, FolderAnswers
from tests.pages import three_runs
from tests.pages.three_runs import text
from tests.pages.trained import opened

no_warm_up = three_runs.no_warm_up
workspace = three_runs.workspace
runs = three_runs.runs
MODEL = SimpleNamespace(decision=Decision(("a", "b", "c")), classes=("a", "b", "c"))


@pytest.fixture
def said(monkeypatch):
    """What stands on the page, by kind."""
    found = []
    for kind in ("caption", "warning", "info"):
        monkeypatch.setattr(show.st, kind, lambda text, kind=kind, **_: found.append((kind, text.replace("\\", ""))))
    monkeypatch.setattr(show, "_many", lambda _run, _model, rows, _all, total: found.append(("rows", len(rows), total)))
    return found


@pytest.mark.parametrize("more", [-1, 0, 1, 1000])
def test_so_many_files_without_an_answer_are_named_and_the_rest_counted(said, more):
    count = MOST_NAMED + more
    show._show_refused([Answer(f"{n}.png", reason=f"Reason {n}.") for n in range(count)])
    lines = [f"- **{n}.png**: Reason {n}." for n in range(min(count, MOST_NAMED))]
    lines += [f"- and {more:,} more"] if more > 0 else []
    assert said == [("warning", "\n".join([f"These {count} files were not used:\n", *lines]))]


def test_one_file_without_an_answer_is_one_and_none_is_not_said(said):
    show._show_refused([])
    show._show_refused([Answer("[a].png", reason="Is damaged.")])
    assert said == [("warning", "This file was not used:\n\n- **[a].png**: Is damaged.")]


def test_a_note_names_the_first_file_and_counts_the_others(said):
    show._notes(
        [Answer("a", notes=("Dim.",)), Answer("b"), Answer("c", notes=("Small.", "Dim.")), Answer("d", notes=("Dim.",))]
    )
    assert said == [("caption", "a and 2 more: Dim."), ("caption", "c: Small.")]


@pytest.mark.parametrize("more", [0, 1, 3])
def test_so_many_notes_are_told_and_the_rest_counted(said, more):
    show._notes([Answer("a", notes=tuple(f"Note {n}." for n in range(MOST_NAMED + more)))])
    assert said[:MOST_NAMED] == [("caption", f"a: Note {n}.") for n in range(MOST_NAMED)]
    words = {1: "1 more note on how files were read.", 3: "3 more notes on how files were read."}
    assert said[MOST_NAMED:] == [("caption", words.get(more))] * bool(more)


def test_a_folder_is_told_with_what_was_left_out_of_it(said):
    found = FolderAnswers(("run", "x"), names=["a", "b", "c"], no_images=1)
    show.show_folder(None, MODEL, found)
    assert said == [
        ("caption", "1 other file is no image and was left out."),
        ("info", "There is no image in this folder that can be read. Name another one."),
    ]
    said.clear()
    found.no_images, found.rows = 1234, [(None, Answer("a", (0.2, 0.3, 0.5), notes=("Dim.",))), (None, Answer("b"))]
    show.show_folder(None, MODEL, found)
    assert said == [
        ("caption", "1,234 other files are no images and were left out."), ("rows", 2, 3), ("caption", "a: Dim."),
        ("caption", show.CLOSED_SET.format(n=3)),
    ]  # fmt: skip


def test_what_is_no_image_is_counted_and_whatever_stands_for_images_is_named():
    found = FolderAnswers(("run", "x"))
    for name, parts in (("a.png", {}), ("t.txt", {"wanted": False}), (".z", {"wanted": False, "hidden": True})):
        given = Given(f"/x/{name}", lambda: Path("/x"), "Why.", **parts)
        folder._add_answer(found, predict.Answer(given, reason=f"Why {name}."), Path("/x"))
    assert [(one.name, one.reason) for one in found.refused] == [("a.png", "Why a.png."), (".z", "Why .z.")]
    assert (found.no_images, found.asked, found.names) == (1, 3, [])


def test_only_rows_that_are_shown_keep_an_image(monkeypatch):
    monkeypatch.setattr(folder, "MOST_SHOWN", 2)
    found = FolderAnswers(("run", "x"))
    for number in range(4):
        given = Given(f"/elsewhere/{number}.png" if number == 3 else f"/x/in/{number}.png", lambda: Path("/x"))
        pixels = np.zeros((8, 8, 3), np.uint8)
        folder._add_answer(found, predict.Answer(given, np.array([0.5, 0.5]), pixels), Path("/x"))
    assert [answer.name for _, answer in found.rows] == ["in/0.png", "in/1.png"]
    assert [name for name, _ in found.csv_rows()] == ["in/0.png", "in/1.png", "in/2.png", "/elsewhere/3.png"]


@pytest.mark.parametrize(("count", "more"), [(12, ""), (13, " and 1 more")])
def test_twelve_classes_of_a_model_are_named(workspace, runs, count, more):
    classes = tuple(f"kind{n}" for n in range(count))
    workspace.store.add(replace(runs[0], id="run-many", name="many", classes=classes, created_at=3e9))
    workspace.folder("run-many").mkdir(parents=True)
    (workspace.folder("run-many") / BEST).write_bytes(b"x")
    at = opened("pages/predict.py", "run-many")
    assert f"This model knows the classes: {', '.join(classes[:12])}{more}." in text(at)
