"""The Results page: the list, comparisons, and one run of each kind, word for word."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.data.sources import load_dataset
from core.errors import RunConflict, StorageFailed
from core.evaluation.diagnosis import Augmentation
from core.experiment import PipelineSpec, Reading, Step
from core.paths import BEST
from core.runs import artifacts
from core.runs.records import LogLine
from core.runs.status import Status
from core.tasks.image_level import prediction_record
from core.tasks.multilabel.scores import scores as label_scores
from core.tasks.scorecard import Score, Scorecard
from core.training.kept import LAST_WEIGHTS
from pages.ui.results import run as results_run
from pages.ui.session import engine
from pages.ui.session.state import Draft
from tests.pages.shown import ground
from tests.pages.shown.ground import page_tests
from tests.recorded import Recorded
from tests.uneven import an_epoch

world = ground.world
RECORDED = Recorded(Path(__file__).with_name("results.txt"))
PROGRESS = {"what": "training", "epochs": 3, "steps": 40, "step": 9, "epoch": 1, "epochs_done": 2, "seconds": 8.0}
TURN = PipelineSpec(steps=(Step(transform="Rotate", p=0.5),), strength=0.5)


def with_runs(*addresses, **kept):
    def opened(world):
        world.runs()
        return world.open("results", *addresses, **kept)

    return opened


def of_every_kind(world):
    alder, birch, cedar = world.runs()
    world.add(birch, id="run-4", name="[x](y)", status=Status.FAILED, results={}, message="Why [not]. " * 30)
    world.add(birch, id="run-5", status=Status.RUNNING, results={}, progress=PROGRESS)
    world.add(alder, id="run-6", name="pine", status=Status.QUEUED, results={}, progress={})
    world.add(alder, id="run-7", name="pine", status=Status.STOPPED, results={}, message="You stopped it.")
    error = Score("boundary_error", 3.25, 3.0, 3.5, higher_is_better=False, share=False, note="of [one] class")
    balanced = Score("balanced_accuracy", 0.625, note="without [warm]")
    for number, score in ((8, error), (9, balanced)):
        card = Scorecard((score,), 4 + number).to_record()
        world.add(cedar, id=f"run-{number}", name=f"oak {number}", results={"val": card}, created_at=1e9 + number)
    world.add(cedar, id="run-91", experiment=cedar.experiment.changed(pipeline=TURN, seed=77))
    return world.open("results")


def elsewhere(world):
    """birch and cedar again, on images read in another way and on a sample."""
    _, birch, cedar = world.runs()
    for number, run, parts in (
        (4, birch, {"reading": Reading(layout="csv", labels="a.csv", file_column="f", label_column="time")}),
        (5, cedar, {"source": "sample:signs"}), (6, birch, {"source": "sample:signs"}),
    ):  # fmt: skip
        data = run.experiment.data.model_copy(update=parts)
        world.add(run, id=f"run-{number}", name=f"elm {number}", experiment=run.experiment.changed(data=data))


def data_sets(world):
    elsewhere(world)
    return world.open("results")


def chosen_data_set(world):
    elsewhere(world)
    return world.open("results", draft=Draft(source=str(world.divided)))


def all_data_sets(world):
    elsewhere(world)
    return world.open("results", **{"results-source": "All images", "results-compared": ["run-4", "run-5"]})


def many(world):
    alder = world.runs()[0]
    for number in range(19):
        world.add(alder, id=f"run-{number + 10}", name=f"n{number}", created_at=1e9 + number)
    return world.open("results")


def same_settings(world):
    alder = world.runs()[0]
    world.add(alder, id="run-4", name="twin")
    return world.open("results", **{"results-compared": ["run-4", "run-0-alder"]})


def by_score(world):
    at = with_runs()(world)
    at.segmented_control(key="results-metric").set_value("val_score")
    return at.run()


def one_compared(world):
    at = with_runs()(world)
    at.multiselect(key="results-compare").set_value(["run-1-birch"])
    return at.run()


def one(status=Status.COMPLETED, of=1, model=True, **parts):
    """One run like alder, birch or cedar but for `parts`."""

    def opened(world):
        runs = world.runs()
        world.add(runs[of], id="run-7", name="pine [1]", status=status, **parts)
        if model:
            (engine.workspace().folder("run-7") / BEST).write_bytes(b"x")
        return world.open("results", "run-7")

    return opened


def looked_at(part):
    def opened(world):
        at = one()(world)
        at.button(key="results-show-test").click()
        at.run()
        if part == "val":
            at.segmented_control(key="results-part").set_value("val")
        return at.run()

    return opened


def clearly_worse(world):
    birch = world.runs()[1]
    worse = Scorecard((Score("accuracy", 0.25, 0.2, 0.3),), 7).to_record()
    run = world.add(birch, id="run-7", results=birch.results | {"test": worse})
    return world.open("results", "run-7", **{f"test-shown:run-7:{run.ended_at}:chosen": True})


def kept(which, weights=True, **results):
    def opened(world):
        birch = world.runs()[1]
        world.add(birch, id="run-7", results=birch.results | results | ({"kept": which} if which else {}))
        if weights:
            (engine.workspace().folder("run-7") / LAST_WEIGHTS).write_bytes(b"x")
        return world.open("results", "run-7")

    return opened


def phases(world):
    """A simpler model is kept: later phases gained within chance, or nothing."""
    run = world.runs()[0]
    found = [
        an_epoch(0, 1.5, best=True), an_epoch(1, 1.25, phase=1, gain=0.1, gain_error=0.2),
        an_epoch(2, 1.75, phase=2, gain=-0.5, gain_error=0.1),
    ]  # fmt: skip
    world.patch.setattr(engine.workspace().store, "epochs", lambda _: found)
    return world.open("results", run.id)


def several_labels(thresholds, wrong=True):
    """birch, but with answers for several labels."""

    def opened(world):
        birch = world.runs()[1]
        items = load_dataset(str(world.divided), world.tmp).items[:5]
        there = [[0], [0, 1], [], [1, 2], [1]]
        truth = np.zeros((5, 3), bool)
        for row, labels in zip(truth, there, strict=True):
            row[labels] = True
        shares = np.where(truth, 0.75, 0.125) + np.arange(15).reshape(5, 3) / 100
        if wrong:
            shares[0], shares[3] = (0.25, 0.875, 0.0625), (0.5, 0.9, 0.375)
        card = label_scores(truth, shares, thresholds or (0.5,) * 3, classes=("cold", "mild", "warm"))
        world.add(birch, id="run-7", results=birch.results | {"val": card.to_record(), "test": None})
        folder, record = engine.workspace().folder("run-7"), prediction_record(there, shares.tolist())
        artifacts.write_predictions(folder, "val", items, record, thresholds=thresholds)
        return world.open("results", "run-7")

    return opened


def answers(right, count=5, lost=()):
    """birch, but with other answers: of `count` images the first `right` ones are right."""

    def opened(world):
        birch = world.runs()[1]
        items = list(load_dataset(str(world.divided), world.tmp).items[:count])
        items = [replace(item, path=Path("/lost.png")) if n in lost else item for n, item in enumerate(items)]
        labels = [item.label for item in items]
        shares = np.full((count, 3), 0.125)
        for number, label in enumerate(labels):
            shares[number, label if number < right else (label + 1) % 3] = 0.5 + number / 64
        world.add(birch, id="run-7")
        record = prediction_record(labels, shares.tolist())
        artifacts.write_predictions(engine.workspace().folder("run-7"), "val", tuple(items), record)
        return world.open("results", "run-7")

    return opened


def long_names(world):
    world.add(world.runs()[1], id="run-7", classes=("cold", "mild", "w" * 17))
    return world.open("results", "run-7")


def no_answers(world):
    world.add(world.runs()[1], id="run-7")
    (engine.workspace().folder("run-7") / "predictions-val.json").unlink()
    return world.open("results", "run-7", **{"results-error": RunConflict("It is [busy].")})


def with_a_log(world):
    lines = [LogLine(at=1e9 + n, level="info", message=f"Line [{n}].") for n in range(3)]
    world.patch.setattr(results_run, "augmentation_of", lambda run: Augmentation(True, None, True))
    world.patch.setattr(results_run, "diagnose", lambda *_, **given: f"Look [again] {given['finished']}.")
    run = world.runs()[2]
    world.patch.setattr(engine.workspace().store, "lines", lambda _: lines)
    return world.open("results", run.id)


def clicked(key, run="run-1-birch"):
    def opened(world):
        world.runs()
        at = world.open("results", run)
        at.button(key=key).click()
        return at.run()

    return opened


def refused(world):
    def refuse(*_):
        raise StorageFailed("The disk [is] full.")

    world.runs()
    world.patch.setattr(engine.workspace().store, "look_at_test", refuse)
    at = world.open("results", "run-1-birch")
    at.button(key="results-show-test").click()
    return at.run()


def bare(world):
    run = world.add(world.runs()[1], id="run-7", status=Status.STOPPED, results={}, progress={})
    shutil.rmtree(engine.workspace().folder("run-7"))
    world.patch.setattr(engine.workspace().store, "epochs", lambda _: [])
    world.patch.setattr(engine.workspace().store, "steps", lambda _: [])
    return world.open("results", run.id)


TRACE = {"message": "The disk [is](x) full.", "traceback": "Traceback: line 7"}
SINGLE = {"results": {"epochs": 1, "val": Scorecard((Score("accuracy", 0.5, 0.25, 0.75),), 4).to_record()}}
STATES = {
    "no run": lambda world: world.open("results"),
    "no run, but images": lambda world: world.open("results", draft=Draft(source="sample:signs")),
    "three runs": with_runs(), "every kind": of_every_kind, "data sets": data_sets,
    "a chosen data set": chosen_data_set, "all data sets": all_data_sets, "many": many,
    "the same settings": same_settings,
    "compared by score": by_score, "one compared": one_compared, "an unknown run": with_runs("[x]"),
    "two runs in the address": with_runs("a", "b"), "completed": one(), "completed without a model": one(model=False),
    "queued": one(Status.QUEUED, results={}, progress={}), "paused": one(Status.PAUSED, results={}, progress=PROGRESS),
    "running with scores": one(Status.RUNNING, progress=PROGRESS), "bare": bare,
    "stopped": one(Status.STOPPED, message="You stopped [it]."), "failed": one(Status.FAILED, results={}, **TRACE),
    "failed without a traceback": one(Status.FAILED, results={}, model=False, message="Why."),
    "interrupted": one(Status.INTERRUPTED, 0, False, results={}, message="It ended."), "one epoch": one(**SINGLE),
    "test shown": looked_at("test"), "validation of two": looked_at("val"), "clearly worse": clearly_worse,
    "last epoch to keep": kept(None), "last epoch kept": kept("last"), "no last epoch": kept(None, weights=False),
    "the last is the best": kept(None, weights=False, best_epoch=2), "phases": phases,
    "several labels": several_labels((0.5, 0.75, 0.25)), "labels at a half": several_labels(None),
    "labels all right": several_labels((0.5, 0.5, 0.5), wrong=False), "all right": answers(5),
    "many mistakes": answers(3, 16), "lost images": answers(1, 4, lost=(1, 3)), "no answers": no_answers,
    "a log": with_a_log, "a long name": long_names, "deleting": clicked("results-delete"), "refused": refused,
}  # fmt: skip
test_the_page_shows_what_it_always_did, test_nothing_else_is_recorded = page_tests(
    RECORDED, STATES, whole=("three runs", "completed", "several labels")
)
