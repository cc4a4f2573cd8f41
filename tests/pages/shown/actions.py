"""Buttons and inputs of the pages, each with the page on which it stands."""

from core.experiment import Reading
from core.paths import BEST
from core.runs.status import Status
from core.screening.headline import Headline
from core.screening.verdict import Verdict
from core.training.kept import LAST_WEIGHTS
from pages.ui.session import engine
from pages.ui.session.data_view import Asking
from pages.ui.session.state import Draft
from pages.ui.train import light
from tests.pages.shown import test_augment, test_backbone, test_data, test_predict, test_results, test_train


def look(world):
    return world.open("data", draft=Draft(source=str(world.divided)))


def ask(world):
    test_data.unclear(world)
    kept = {"data:view": "ask", "data:asking": Asking(str(world.tmp / "leaves"), Reading())}
    return world.open("data", draft=Draft(source="sample:signs"), **kept)


def red(world):
    without = test_augment.BOTH.model_copy(update={"steps": test_augment.BOTH.steps[:1]})
    world.patch.setattr(light, "known_headline", lambda *_: Headline(Verdict.RED, "Why.", ("Rotate",), without))
    return world.open("train", draft=test_train.draft(world))


def with_last(world):
    at = test_results.kept(None)(world)
    (engine.workspace().folder("run-7") / BEST).write_bytes(b"x")
    (engine.workspace().folder("run-7") / LAST_WEIGHTS).write_bytes(b"x")
    return at.run()


def steps_open(world):
    return world.open("augment", draft=test_augment.draft(world, pipeline=test_augment.MANY), **dict(test_augment.OPEN))


def sent(key, value, button):
    """A text that is typed into a form, and the form sent."""

    def act(at):
        at.text_input(key=key).set_value(value)
        at.button(key=button).click()

    return act


def renaming(world):
    at = test_results.with_runs("run-1-birch")(world)
    return at.text_input(key="results-name-run-1-birch").set_value(" elm [1] ").run()


def deleting(world):
    at = test_results.with_runs("run-1-birch")(world)
    return at.button(key="results-delete").click().run()


def by_folder(world):
    at = test_predict.unlabelled(world)
    return at.segmented_control(key="predict-way").set_value("Folder on this machine").run()


def press(key):
    return lambda at: at.button(key=key).click()


def put(kind, key, value):
    return lambda at: getattr(at, kind)(key=key).set_value(value)


PAGES = {
    "predict": (test_predict.opened, {
        "cedar": put("selectbox", "predict-model", "run-2-cedar"),
    }),
    "predict, a folder": (by_folder, {
        "typed": sent("predict-folder", " '/no/where' ", "predict-folder-use"),
        "without labels": press("predict-unlabelled-1"),
    }),
    "results, renaming": (renaming, {"save": press("results-save-name")}),
    "results, deleting": (deleting, {"now": press("results-delete-now"), "keep": press("results-keep")}),
    "predict, no model": (lambda world: world.open("predict"), {"home": press("empty-button-no-trained-model-yet")}),
    "predict, no model but images": (test_predict.STATES["no model, but images"], {
        "train": press("empty-button-no-trained-model-yet"),
    }),
    "results, no run": (lambda world: world.open("results"), {"home": press("empty-button-no-runs-yet")}),
    "results, no run but images": (test_results.STATES["no run, but images"], {
        "train": press("empty-button-no-runs-yet"),
    }),
    "data, a form": (lambda world: world.open("data", draft=Draft(source="sample:signs"), **{"data:view": "choose"}), {
        "nothing": sent("data-path", "  ", "data-path-use"),
        "a sample": sent("data-path", "sample:scenes", "data-path-use"),
        "a name": sent("data-new-name", " Cups ", "data-new"),
    }),
    "data, own": (test_data.own, {"add": press("data-add"), "delete": press("data-remove-now")}),
    "data, divided": (test_data.train_and_test, {
        "seed": put("number_input", "data-split.seed", 7), "val": put("slider", "data-split.val", 0.3),
    }),
    "data, near copies": (test_data.copies_across, {
        "different": lambda at: next(one for one in at.button if one.key.startswith("data-distinct-")).click(),
    }),
    "data, gone": (test_data.STATES["a folder that is gone"], {"signs": press("data-use-signs")}),
    "train, several devices": (test_train.several_cards, {"cpu": put("selectbox", "train-device", "cpu")}),
    "backbone, an unknown one": (test_backbone.STATES["an unknown one"], {"default": press("backbone-default")}),
    "backbone, phases of another": (test_backbone.STATES["phases of another"], {
        "default": press("backbone-phases-default"),
    }),
    "home": (lambda world: world.open("home", draft=Draft(source="sample:signs", seed=5)), {
        "try": press("home-try"), "own": press("home-own"),
    }),
    "data, nothing chosen": (lambda world: world.open("data"), {
        "signs": press("data-use-signs"), "scenes": press("data-use-scenes"), "new": press("data-new"),
    }),
    "data": (look, {
        "add": press("data-add"), "change": press("data-change"), "again": press("data-again"),
        "other way": press("data-read-differently"), "next": press("data-next"),
    }),
    "data, a question": (ask, {
        "first way": press("data-way-0"), "second way": press("data-way-1"), "back": press("data-ask-back"),
        "other images": press("data-ask-choose"),
    }),
    "data, a copy": (lambda world: test_data.source(world, world.divided)(**{"data:view": "copy"}), {
        "cancel": press("data-copy-cancel"),
    }),
    "data, adding": (test_data.adding, {
        "done": press("data-done"), "leave": press("data-leave"), "undo": press("data-undo"),
    }),
    "data, collections": (test_data.collections, {
        "use": press("data-use-4-folder"), "empty": press("data-use-3-folder"), "back": press("data-back"),
    }),
    "data, unlabelled": (test_data.unlabelled, {
        "predict": press("data-predict-0"), "labels": put("selectbox", "data-column-label", "time"),
        "several": put("selectbox", "data-column-task-label-classification", "multilabel"),
    }),
    "data, copies": (test_data.copies("group"), {
        "drop": put("segmented_control", "data-copies.near_copies", "drop"),
    }),
    "data, corrected": (test_data.corrected, {"undo": press("data-distinct-undo")}),
    "augment": (steps_open, {
        "edit": press("augment-edit-1"), "close": press("augment-edit-0"), "up": press("augment-up-1"),
        "down": press("augment-down-1"), "remove": press("augment-remove-1"), "an option": press("augment-remove-2"),
        "add": press("augment-add"), "add an option": press("augment-add-option-1"), "next": press("augment-next"),
        "roll": press("augment-roll"), "go on": press("augment-continue"), "check": press("safety-check"),
        "off": put("toggle", "augment-on-1", False), "medium": put("segmented_control", "augment-preset", "medium"),
        "strength": put("slider", "augment-pipeline.strength", 1.5),
        "views": put("number_input", "augment.views.number", 3),
        "fresh": put("segmented_control", "augment.views", "fresh"),
        "one image": put("segmented_control", "augment-mode", "One image"),
        "chance": put("slider", "augment-step-0.p", 0.3),
        "differences": put("segmented_control", "augment-look", "Differences"),
    }),
    "augment, nothing chosen": (test_augment.plan(source=None), {
        "sample": press("augment-sample"), "choose": press("empty-button-no-images-yet"),
    }),
    "augment, mixing": (test_augment.plan("Mixed"), {
        "mixup": press("augment-mixup"), "cutmix": press("augment-cutmix"),
    }),
    "augment, saved": (test_augment.files("Here"), {
        "load": press("augment-kept-load"), "delete": press("augment-kept-delete"),
    }),
    "augment, deleting": (test_augment.files("Here", **{"augment:doomed": "mine [1]"}), {
        "really": press("augment-kept-delete"),
    }),
    "augment, copies": (test_augment.order(), {"others": press("copies-again")}),
    "augment, a link": (test_augment.linked(test_augment.TURN_LINK), {"undo": press("augment-link-undo")}),
    "augment, the list": (test_augment.listed(parent=1), {"rotate": press("augment-add-Rotate")}),
    "augment, a wrong step": (test_augment.STATES["a wrong number"], {"reset": press("augment-reset-1")}),
    "augment, checked": (test_augment.STATES["strengths not known"], {
        "sweep": press("safety-sweep"), "of a step": put("selectbox", "safety-sweep-of-3", 2),
    }),
    "backbone": (test_backbone.images, {
        "next": press("backbone-next"), "earlier": press("backbone-phase1-earlier"),
        "later": press("backbone-phase1-later"),
        "remove": press("backbone-phase1-remove"), "add": press("backbone-phase-add"),
        "gradually": press("backbone-phases-gradual"), "default": press("backbone-phases-reset"),
        "everything": put("segmented_control", "backbone-phase1-quick", "Everything"),
        "stages": put("pills", "backbone-phase1-stages", ["layer1"]),
        "epochs": put("number_input", "backbone-phase1.epochs", 9),
        "untrained": put("segmented_control", "backbone-weights", "none"),
        "a file": put("segmented_control", "backbone-weights", "file"),
        "size": put("text_input", "backbone.image_size", "96"),
        "crop": put("segmented_control", "backbone.crop", "weights"),
    }),
    "backbone, untrained": (test_backbone.STATES["untrained"], {"all": press("backbone-train-all")}),
    "backbone, a file": (test_backbone.STATES["a file to name"], {
        "name": put("text_input", "backbone-file", " '/a/b.safetensors' "),
    }),
    "backbone, failed": (test_backbone.failed_download, {
        "file": press("backbone-use-file"), "bundled": press("backbone-use-bundled"),
    }),
    "train": (test_train.rates_known, {
        "start": press("train-start"), "check": press("train-light-check"), "use": press("train-rates-use"),
        "rate": put("number_input", "train.learning_rate", 0.5), "seed": put("number_input", "train.seed", 9),
        "patience": put("number_input", "train.patience", 4),
        "precision": put("segmented_control", "train-precision-auto-fp32-bf16", "bf16"),
    }),
    "train, rates": (test_train.plan(), {"find": press("train-rates-find")}),
    "train, nothing chosen": (lambda world: world.open("train"), {"go": press("train-blocker-go-0")}),
    "train, no phase": (test_train.plan(phases=()), {"go": press("train-blocker-go-0")}),
    "train, red": (red, {"remove": press("train-remove"), "anyway": press("train-start")}),
    "train, red as a whole": (test_train.lit("red"), {"change": press("train-change")}),
    "train, running": (test_train.a_run(Status.RUNNING, test_train.PROGRESS, Status.QUEUED, Status.RUNNING), {
        "pause": press("train-pause"), "stop": press("train-stop"), "show": press("train-show-run-81"),
        "out": press("train-out-run-80"), "plain": press("train-control-without-augmentation"),
        "queue": press("train-start"),
    }),
    "train, paused": (test_train.a_run(Status.PAUSED, test_train.PROGRESS), {"go on": press("train-continue")}),
    "train, queued": (test_train.a_run(Status.QUEUED), {"out": press("train-stop")}),
    "train, interrupted": (test_train.a_run(Status.INTERRUPTED, test_train.PROGRESS),
        {"resume": press("train-resume")}),
    "train, completed": (test_train.a_run(Status.COMPLETED, test_train.PROGRESS), {"results": press("train-results")}),
    "train, beside a run": (test_train.nothing_chosen_beside_a_run, {"use": press("train-use")}),
    "results": (test_results.with_runs(), {"train": press("results-train")}),
    "results, many": (test_results.many, {"all": press("results-show-all")}),
    "results, data sets": (test_results.data_sets, {"all": put("selectbox", "results-data", "All images")}),
    "results, one": (with_last, {
        "predict": press("results-predict"), "again": press("results-again"), "test": press("results-show-test"),
        "last": press("results-keep-last"), "plain": press("train-control-without-augmentation"),
    }),
    "results, running": (test_results.one(Status.RUNNING, progress=test_results.PROGRESS),
        {"watch": press("results-watch")}),
    "results, failed": (test_results.one(Status.FAILED, results={}), {"resume": press("results-resume")}),
    "results, mistakes": (test_results.answers(3, 16), {"more": press("results-more-mistakes")}),
    "results, the last is kept": (test_results.kept("last"), {"best": press("results-keep-best")}),
}  # fmt: skip
