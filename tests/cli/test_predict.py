"""`graft predict`: what is said of files without an answer, how many are named, and with which code it ends."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from core.cli import predictions
from core.cli.predictions import MOST_NAMED
from core.data.dataset import NO_LABEL
from core.evaluation import predict
from core.evaluation.predict import Answer
from core.tasks.decision import Decision
from tests.cli.test_commands import graft  # noqa: F401 - a fixture

CLASSES = ("ant", "bee", "cat")
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def answered(graft, monkeypatch):  # noqa: F811
    """`graft predict` with a model that knows its answers: by the first letter of a file, 'x' for a damaged one."""

    def call(*arguments, thresholds=None, notes=lambda name: ()):
        def answers(files):
            for one in files:
                name = one.name.replace("\\", "/").rsplit("/", 1)[-1]
                reason = one.reason or ("Is [damaged]." if name.startswith("x") else "")
                probabilities = {"a": (0.7, 0.2, 0.1), "b": (0.34, 0.451, 0.209)}.get(name[0], (0.1, 0.2, 0.3))
                yield Answer(one, None if reason else np.array(probabilities), reason=reason, notes=notes(name))

        model = SimpleNamespace(classes=CLASSES, decision=Decision(CLASSES, thresholds), answers=answers)
        monkeypatch.setattr(predictions, "model_folder", lambda *given: given)
        monkeypatch.setattr(predict.Predictor, "load", lambda _: model)
        code, out, err = graft("predict", "a-run", *arguments)
        return code, out.splitlines(), err.splitlines()

    return call


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("a.png", "b.png"):
        (tmp_path / "in" / name).write_bytes(PNG)
    return tmp_path / "in"


@pytest.mark.parametrize("more", [-1, 0, 1, 4])
def test_so_many_files_that_are_no_images_are_named_and_the_rest_counted(answered, folder, more):
    for number in range(MOST_NAMED + more):
        (folder / f"t{number:02}.txt").write_text("text")
    (folder / ".z").mkdir()
    (folder / ".z" / "1.png").write_bytes(PNG)
    code, out, err = answered(folder)
    assert (code, out) == (0, [f"{folder / 'a.png'}  ant  70.0 %", f"{folder / 'b.png'}  bee  45.1 %"])
    hidden = "Is hidden, for its name begins with a dot. Rename the folder if it is a class."
    named = [f"{folder / f't{number:02}.txt'}: Is no image: it is text." for number in range(MOST_NAMED + min(more, 0))]
    counted = [f"{more} more files are no images and were left out."] if more > 0 else []
    assert err == [f"Left out: {line}" for line in (f"{folder / '.z'}: {hidden}", *named)] + counted


def test_a_damaged_image_ends_with_2_and_the_others_are_answered(answered, folder):
    (folder / "x.png").write_bytes(PNG)
    code, out, err = answered(folder)
    assert (code, len(out), err) == (2, 2, [f"Error: {folder / 'x.png'}: Is [damaged]."])
    code, out, err = answered(folder / "x.png")
    assert (code, out, err) == (2, [], [f"Error: {folder / 'x.png'}: Is [damaged]."]), (
        "it is an image, if a damaged one"
    )


def test_no_image_at_all_ends_with_2(answered, folder, tmp_path):
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "t.txt").write_text("text")
    code, out, err = answered(tmp_path / "none", "--json")
    assert (code, out, len(err)) == (2, ["[]"], 2)
    assert err[-1] == "Error: There is no image among the given files. Name images, or a folder of them."


def test_a_note_names_the_first_file_and_counts_the_others(answered, folder):
    for name in ("c.png", "d.png"):
        (folder / name).write_bytes(PNG)
    said = {"a.png": ("Is [dim].",), "c.png": ("Is [dim].", "Is small."), "d.png": ("Is [dim].",)}
    code, _, err = answered(folder, notes=lambda name: said.get(name, ()))
    assert (code, err) == (
        0,
        [f"Note: {folder / 'a.png'} and 2 more: Is [dim].", f"Note: {folder / 'c.png'}: Is small."],
    )


@pytest.mark.parametrize("more", [0, 3])
def test_so_many_notes_are_told_and_the_rest_counted(answered, folder, more):
    said = tuple(f"Note {number}." for number in range(MOST_NAMED + more))
    _, _, err = answered(folder / "a.png", notes=lambda _: said)
    told = [f"Note: {folder / 'a.png'}: Note {number}." for number in range(MOST_NAMED)]
    assert err == told + [f"Note: {more} more notes on how files were read."] * bool(more)


def test_several_labels_are_told_the_most_probable_first_and_none_is_told(answered, folder):
    (folder / "c.png").write_bytes(PNG)
    _, out, _ = answered(folder, thresholds=(0.34, 0.3, 0.5))
    labels = ("ant 70.0 %", "bee 45.1 %, ant 34.0 %", NO_LABEL)
    assert out == [f"{folder / name}  {text}" for name, text in zip(("a.png", "b.png", "c.png"), labels, strict=True)]
    _, out, _ = answered(folder, "--json", thresholds=(0.34, 0.3, 0.5))
    assert [one["labels"] for one in json.loads(out[-1])] == [["ant"], ["bee", "ant"], []]
    first = {"path": str(folder / "a.png"), "class": "ant", "probabilities": {"ant": 0.7, "bee": 0.2, "cat": 0.1}}
    assert json.loads(answered(folder / "a.png", "--json")[1][-1]) == [first]


def test_a_line_is_a_file_however_long_its_name(answered, folder, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    (folder / f"a{'x' * 90}.png").write_bytes(PNG)
    _, out, _ = answered(folder / f"a{'x' * 90}.png")
    assert len(out) == 1
    assert out[0].startswith(str(folder))
