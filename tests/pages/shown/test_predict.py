"""The Predict page with answers of every kind, word for word."""

from pathlib import Path

import numpy as np

from core.data.geometry import Geometry
from core.errors import UnreadableWeights
from core.evaluation.predict import Predictor
from core.paths import BEST
from core.runs.status import Status
from core.tasks.decision import Decision
from pages.ui.predict import answers as predict_answers
from pages.ui.predict import folder as predict_folder
from pages.ui.session import engine
from pages.ui.session.state import Draft
from tests.pages.data.helpers import png
from tests.pages.shown import ground
from tests.pages.shown.ground import page_tests
from tests.recorded import Recorded

world = ground.world
RECORDED = Recorded(Path(__file__).with_name("predict.txt"))
FOLDER = "Folder on this machine"


class Model:
    """As sure of a class as the bytes of the image's first pixels are large."""

    geometry = Geometry(300, 300, "bilinear")
    answered, answers, _read_or_reason = Predictor.answered, Predictor.answers, Predictor._read_or_reason

    def __init__(self, classes=("cold", "mild", "warm"), thresholds=None, notes=()):
        self.classes, self.decision, self._notes = classes, Decision(classes, thresholds), notes

    def read(self, content):
        from core.data.images import decode

        return decode(content).pixels

    def read_with_notes(self, content):
        return self.read(content), self._notes

    def predict(self, images):
        rows = np.array([image[:, 0, 0][: len(self.classes)] + 1 for image in images], float).reshape(
            -1, len(self.classes)
        )
        shares = rows / rows.sum(axis=1, keepdims=True)
        return shares if self.decision.thresholds is None else rows / 256


def opened(world, model=None, *addresses, **kept):
    """The page with alder, birch and cedar, each with this model."""
    for run in world.runs():
        (engine.workspace().folder(run.id) / BEST).write_bytes(b"x")
    world.patch.setattr(predict_answers, "load", lambda folder: model or Model())
    world.patch.setattr("pages.ui.predict.answers.load", lambda folder: model or Model())
    return world.open("predict", *addresses, **kept)


def given(*files, model=None):
    def shown(world):
        at = opened(world, model)
        at.file_uploader(key="predict-files").set_value([(name, content, "image/png") for name, content in files])
        return at.run()

    return shown


def in_folder(model=None, most=200, files=(), path=None):
    def shown(world):
        world.patch.setattr(predict_folder, "MOST_SHOWN", most)
        folder = world.tmp / "new [x]"
        folder.mkdir()
        for name, content in files:
            (folder / name).write_bytes(content)
        place = str(folder) if path is None else path
        return opened(world, model, **{"predict-folder": place, "way": FOLDER})

    return lambda world: _by_folder(shown(world))


def _by_folder(at):
    at.segmented_control(key="predict-way").set_value(FOLDER)
    return at.run()


def camera(world):
    at = opened(world)
    at.segmented_control(key="predict-way").set_value("Camera")
    return at.run()


def damaged(world):
    def refuse(_):
        raise UnreadableWeights("best [is] not readable.")

    at = opened(world)
    world.patch.setattr(predict_answers, "load", refuse)
    at.file_uploader(key="predict-files").set_value([("a.png", png(7), "image/png")])
    return at.run()


def unlabelled(world):
    folder = world.tmp / "test [1]"
    folder.mkdir()
    (folder / "a.png").write_bytes(png(1))
    world.patch.setattr(predict_folder, "_unlabelled", lambda run: (folder, world.tmp / "gone"))
    return opened(world, None, "run-2-cedar")


def without_scores(world):
    alder = world.runs()[0]
    world.add(alder, id="run-7", name="pine", status=Status.STOPPED, results={}, classes=tuple("abcdefghijklmn"))
    (engine.workspace().folder("run-7") / BEST).write_bytes(b"x")
    return world.open("predict", "run-7")


def chosen_row(world):
    at = given(("a.png", png(9)), ("b.png", png(90)))(world)
    at.session_state["predict-table"] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    return at.run()


NINE = Model(tuple("abcdefghij"))
LABELS = Model(thresholds=(0.25, 0.5, 0.0625))
NOTED = Model(notes=("It is [dim].",))
PICTURES = [("a.png", png(9)), ("b [x].png", png(90)), ("c.png", png(200))]
MIXED = [*PICTURES, ("cut.png", png(1)[:50]), ("notes.txt", b"text"), ("more.txt", b"text")]
STATES = {
    "no model": lambda world: world.open("predict"),
    "no model, but images": lambda world: world.open("predict", draft=Draft(source="sample:signs")),
    "models": opened, "one in the address": lambda world: opened(world, None, "run-0-alder"),
    "used last": lambda world: opened(world, None, **{"predict-run": "run-2-cedar"}),
    "an unknown run": lambda world: opened(world, None, "[x]"), "two runs": lambda world: opened(world, None, "a", "b"),
    "without scores": without_scores, "one image": given(PICTURES[0]),
    "one of many classes": given(PICTURES[0], model=NINE),
    "one with labels": given(PICTURES[1], model=LABELS), "many": given(*PICTURES), "many with labels": given(
        *PICTURES, model=LABELS
    ),
    "refused": given(("empty.png", b""), ("page.jpg", b"<html>no</html>"), PICTURES[2]),
    "all refused": given(("empty.png", b"")), "notes": given(*PICTURES, model=NOTED), "a row chosen": chosen_row,
    "a camera": camera, "damaged weights": damaged, "folders without labels": unlabelled,
    "a folder": in_folder(files=MIXED), "the first of a folder": in_folder(NOTED, 2, MIXED),
    "an empty folder": in_folder(), "no folder": in_folder(path="/no/[x]"), "no path yet": in_folder(path=""),
}  # fmt: skip
test_the_page_shows_what_it_always_did, test_nothing_else_is_recorded = page_tests(
    RECORDED, STATES, whole=("models", "many")
)


def test_a_file_is_no_folder(world):
    at = opened(world)
    path = world.tmp / "file.png"
    path.write_bytes(png(1))
    at.session_state["graft:predict-folder"] = str(path)
    assert _by_folder(at).error[0].value.replace("\\", "").replace("\u2060", "") == (
        f"{path} is a file. Give its folder, or upload it: a folder on this machine is needed."
    )
