"""What buttons and inputs do: where they lead, what is asked of the engine, and what is remembered."""

import re
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
import streamlit as st

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
from tests.pages.shown import ground, test_augment, test_backbone, test_data, test_results, test_train
from tests.pages.shown.described import digest
from tests.recorded import Recorded

world = ground.world
_SHORT_HASH = re.compile(r"\b(?=[0-9a-f]*[0-9])[0-9a-f]{12}\b")
RECORDED = Recorded(Path(__file__).with_name("clicks.txt"))
PASSED_OVER = (
    "form:",
    "tab",
    "entered",
    "data:gallery-items",
    "augment:good",
    "augment:told",
    "augment:nodes",
    "data:way",
)


def kept(world, at):
    """What the session remembers, the draft by its fields."""
    found = {}
    for key, value in at.session_state._state.filtered_state.items():
        name = key.removeprefix("graft:")
        if name == key:
            continue  # of a widget
        if type(value) is Draft:
            found |= {f"{name}.{one.name}": getattr(value, one.name) for one in fields(value)}
        elif not name.startswith(PASSED_OVER):
            found[name] = value
    return {name: said(world, value) for name, value in sorted(found.items())}


def said(world, value):
    """A value in words; of a long one the beginning, and a digest of all of it."""
    plain = not is_dataclass(value) or type(value).__name__ in ("Outcome", "Asking")
    text = _SHORT_HASH.sub("#", world.same_everywhere(repr(value) if plain else type(value).__name__))
    return text if len(text) < 400 else f"{text[:200]} … {digest(text)}"


def acted(world, open_page, act):
    """Lines for what an action did on the page that `open_page` opens."""
    world.manager = ground.Manager()
    went = []

    def go(page, query_params=None):
        went.append(f"went to {page}" + (f" with {query_params}" if query_params else ""))
        st.stop()

    world.patch.setattr(st, "switch_page", go)
    at = open_page(world)
    before, asked = kept(world, at), len(world.manager.analyses.asked)
    names = [(run.id, run.name, run.status.value) for run in engine.workspace().store.runs()]
    world.manager.asked.clear()
    act(at)
    at.run()
    assert not at.exception, at.exception
    after = kept(world, at)
    lines = [*went, *(f"asked {one[0]} {[said(world, part) for part in one[1:]]}" for one in world.manager.asked)]
    lines += [f"analysed {key[0]}" for key in world.manager.analyses.asked[asked:]]
    lines += [f"cancelled {key[0]}" for key in world.manager.analyses.cancelled]
    lines += [f"{name} = {after[name]}" for name in after if after[name] != before.get(name)]
    lines += [f"{name} is forgotten" for name in before if name not in after]
    now = [(run.id, run.name, run.status.value) for run in engine.workspace().store.runs()]
    lines += [f"runs: {now}"] if now != names else []
    lines += [f"said: {one.value}" for kind in ("error", "toast") for one in getattr(at, kind)]
    return [world.same_everywhere(line) for line in lines]


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


def press(key):
    return lambda at: at.button(key=key).click()


def put(kind, key, value):
    return lambda at: getattr(at, kind)(key=key).set_value(value)


PAGES = {
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
ACTIONS = [(page, action) for page, (_, actions) in PAGES.items() for action in actions]


@pytest.mark.parametrize(("page", "action"), ACTIONS)
def test_it_does_what_it_always_did(page, action, world):
    RECORDED.check(f"{page}: {action}", "\n".join(acted(world, PAGES[page][0], PAGES[page][1][action])))


def test_nothing_else_is_recorded():
    RECORDED.check_all_are_used([f"{page}: {action}" for page, action in ACTIONS])
