"""The Train page with runs of every status and with all that keeps a start from happening, word for word."""

from dataclasses import replace
from pathlib import Path

from core.errors import QueueFull
from core.evaluation.diagnosis import Augmentation
from core.experiment import BackboneSpec, Phase, PipelineSpec, Recipe, Step
from core.runs.status import Status
from core.screening.headline import Headline
from core.screening.verdict import Verdict
from core.training import device
from core.training.estimate import Estimate
from core.training.sweep import Sweep
from pages.ui.runs import live
from pages.ui.session import engine
from pages.ui.session.state import Draft
from pages.ui.train import light
from tests.pages.shown import ground
from tests.pages.shown.ground import FAILED, WAITS, answer, page_tests
from tests.recorded import Recorded

world = ground.world
RECORDED = Recorded(Path(__file__).with_name("train.txt"))
TURN = PipelineSpec(steps=(Step(transform="Rotate", p=0.5), Step(transform="ToGray", p=0.25)))
SMALL = BackboneSpec(name="mobilenet_v3_small", weights="none", image_size=32)
TWO = (
    Phase(stages=("head",), epochs=3),
    Phase(stages=("block4", "block5", "head"), epochs=4, learning_rate=2e-4),
)  # fmt: skip
PROGRESS = {
    "what": "training", "epochs": 3, "steps": 40, "step": 9, "epoch": 1, "epochs_done": 2, "seconds": 8.0,
    "images_per_second": 31.5,
}  # fmt: skip
FOUND = Sweep((1e-4, 1e-3, 1e-2), (1.1, 0.5, 90.0), (1.0, 0.6, 40.0), 2.5e-3, "The loss falls [most] there.")


def draft(world, **parts):
    """Three uneven classes and a small model."""
    some = {"source": str(world.divided), "pipeline": TURN, "backbone": SMALL, "phases": TWO, "views": 5}
    return Draft(**(some | parts))


def plan(**parts):
    return lambda world: world.open("train", draft=draft(world, **parts))


def known(**answers):
    """The page with these answers of analyses."""

    def opened(world):
        world.manager.analyses.known = answers
        return world.open("train", draft=draft(world))

    return opened


def lit(verdict, *steps, without=None, **kept):
    def opened(world):
        found = Headline(Verdict(verdict), "Of [cold] 40 % are taken for warm.", steps, without)
        world.patch.setattr(light, "known_headline", lambda *_: found)
        if "run" in kept:
            shown(world, Status.RUNNING, PROGRESS)
        return world.open("train", draft=draft(world))

    return opened


def shown(world, status, progress=None, *others, **parts):
    """A run of this status on the page, like birch but for `parts`; `others` are live beside it."""
    birch = world.runs()[1]
    results = parts.pop("results", birch.results if status in (Status.COMPLETED, Status.STOPPED) else {})
    run = world.add(
        birch, id="run-7", name="pine [1]", status=status, progress=progress or {}, results=results, **parts
    )
    for number, other in enumerate(others):
        world.add(birch, id=f"run-8{number}", name=f"oak {number}", status=other, results={}, progress=PROGRESS)
    return run


def a_run(status, progress=None, *others, **parts):
    def opened(world):
        shown(world, status, progress, *others, **parts)
        return world.open("train", "run-7", draft=draft(world))

    return opened


def red_and_a_run(world):
    shown(world, Status.RUNNING, PROGRESS)
    world.patch.setattr(light, "known_headline", lambda *_: Headline(Verdict.RED, "Why.", ("Rotate",), TURN))
    return world.open("train", "run-7", draft=draft(world))


def not_mine(world):
    world.manager.mine = False
    return a_run(Status.RUNNING, PROGRESS)(world)


def asked_to_pause(world):
    shown(world, Status.RUNNING, PROGRESS)
    return world.open("train", "run-7", draft=draft(world), **{"train-asked": ("run-7", Status.RUNNING)})


def no_steps(world):
    world.patch.setattr(engine.workspace().store, "has_steps", lambda _: False)
    return a_run(Status.FAILED, message="The disk [is](x) full.", traceback="Traceback: line 7")(world)


def nothing_chosen_beside_a_run(world):
    shown(world, Status.COMPLETED, PROGRESS)
    return world.open("train", "run-7")


def in_epochs(world):
    """birch itself, whose epochs and steps are in the store."""
    world.runs()
    return world.open("train", "run-1-birch", draft=draft(world))


def resumable(world):
    shown(world, Status.INTERRUPTED, PROGRESS, message="The program ended.")
    (engine.workspace().folder("run-7") / "checkpoint.pt").write_bytes(b"x")
    world.patch.setattr("pages.ui.runs.controls.CHECKPOINT", "checkpoint.pt")
    world.patch.setattr(engine.workspace().store, "epochs", lambda _: [None, None])
    world.patch.setattr(live, "show", lambda *_: None)
    return world.open("train", "run-7", draft=draft(world))


def advice(world):
    world.runs()
    world.patch.setattr(live, "augmentation_of", lambda run: Augmentation(True, Verdict.RED, True))
    world.patch.setattr(live, "diagnose", lambda *_, **given: f"Look at [{given['augmentation'].light.value}].")
    run = world.add(engine.workspace().store.run("run-1-birch"), id="run-3", status=Status.RUNNING, progress=PROGRESS)
    world.patch.setattr(engine.workspace().store, "lines", lambda *_: LINES)
    return world.open("train", run.id, draft=draft(world))


def several_cards(world):
    world.patch.setattr(device, "available_devices", lambda: ("cuda:0", "cpu"))
    world.patch.setattr(device, "memory_of", lambda one: (3 << 30, 8 << 30) if one.type == "cuda" else None)
    world.patch.setattr(device, "precisions", lambda one: ("auto", "fp32"))
    recipe = Recipe(precision="bf16", mixup=0.5, learning_rate=0.02)
    return world.open("train", draft=draft(world, device="cuda:0", recipe=recipe))


def rates_known(world, **parts):
    world.manager.analyses.known = {"rates": answer(FOUND)}
    return world.open("train", draft=draft(world, **parts))


def rates_in_use(world):
    return rates_known(world, recipe=Recipe(learning_rate=FOUND.suggested))


def rates_of_before(world):
    keys = {0: ("rates", "other", 0, "auto"), 1: ("rates", "x", 1, "auto")}
    world.patch.setattr(world.manager.analyses, "analysis", lambda key: answer(FOUND) if key == keys[0] else None)
    return world.open("train", draft=draft(world), **{"train-rates": keys})


def other_phase(world):
    at = rates_known(world, pipeline=PipelineSpec())
    at.segmented_control(key="train-rates-phase-0-1").set_value(1)
    return at.run()


def full(world):
    def refuse(*_):
        raise QueueFull("9 runs [are] waiting already.")

    world.patch.setattr(world.manager, "submit", refuse, raising=False)
    at = world.open("train", draft=draft(world))
    at.button(key="train-start").click()
    return at.run()


def from_home(world):
    world.patch.setattr(world.manager, "submit", lambda *_: "run-1-birch", raising=False)
    world.runs()
    return world.open("train", draft=draft(world), **{"train-start": True})


def unknown_address(world):
    return world.open("train", "../[x]" + "y" * 70, draft=draft(world))


LEFT = {"phase": 1, "phases": 2, "phase_s": 38.0, "run_s": 131.0}
LINES = [
    type("Line", (), {"at": 1e9 + number, "level": level, "message": f"<b>{level}</b> {number}"})
    for number, level in enumerate(("info", "warning", "error"))
]  # fmt: skip
LBFGS = (Phase(stages=("head",), epochs=9, solver="lbfgs"),)
STATES = {
    "nothing chosen": lambda world: world.open("train"), "all chosen": plan(), "gone": plan(source="/no/[x]"),
    "no phase": plan(phases=()),
    "two things are missing": plan(source=None, phases=()),
    "a stage that is not there": plan(phases=(Phase(stages=("layer9",), epochs=1),)),
    "steps that cannot be": plan(pipeline=PipelineSpec(steps=(Step(transform="Rotat"),))),
    "an unknown backbone": plan(backbone=BackboneSpec(name="[gone]"), phases=None),
    "nothing is augmented": plan(pipeline=PipelineSpec(), views="fresh", phases=LBFGS),
    "rates with the phases": plan(phases=TWO[1:]), "default phases": plan(phases=None, views="fresh"),
    "a sample": plan(source="sample:scenes"),
    "measured": known(estimate=answer(Estimate(100.0, 300.0, 5 << 20))), "not measured": known(estimate=FAILED),
    "rates being tried": known(rates=WAITS), "rates not found": known(rates=FAILED), "rates found": rates_known,
    "rates in use": rates_in_use, "rates of other settings": rates_of_before, "rates of another phase": other_phase,
    "rates without a suggestion": known(rates=answer(replace(FOUND, suggested=None))),
    "labels being checked": known(safety=WAITS), "labels not checked": known(safety=FAILED),
    "green": lit("green"), "amber": lit("amber", "Rotate"), "red": lit("red", "Rotate", "Grayscale", without=TURN),
    "red as a whole": lit("red"), "red and a run": red_and_a_run,
    "queued": a_run(Status.QUEUED, None, Status.RUNNING, Status.QUEUED, Status.QUEUED),
    "running": a_run(Status.RUNNING, PROGRESS | {"left": LEFT, "limit": "views", "waited": 0.4}),
    "reading": a_run(Status.RUNNING, {"what": "reading images", "done": 3, "total": 23}),
    "paused": a_run(Status.PAUSED, PROGRESS, Status.QUEUED), "paused, two wait": a_run(
        Status.PAUSED, PROGRESS, Status.QUEUED, Status.QUEUED
    ),
    "stopping": a_run(Status.STOPPING, PROGRESS), "stopped early": a_run(Status.STOPPED, PROGRESS, results={}),
    "stopped": a_run(Status.STOPPED, PROGRESS, message="You stopped [it]."),
    "interrupted": a_run(Status.INTERRUPTED, PROGRESS, message="The program ended."), "resumable": resumable,
    "failed": a_run(Status.FAILED, PROGRESS, message="The disk [is](x) full.", traceback="Traceback: line 7"),
    "failed at once": no_steps, "completed": a_run(Status.COMPLETED, PROGRESS, Status.RUNNING),
    "epochs of a run": in_epochs, "another process's": not_mine, "asked to pause": asked_to_pause,
    "advice and a log": advice, "nothing chosen beside a run": nothing_chosen_beside_a_run,
    "several devices": several_cards, "a full queue": full, "begun on Home": from_home,
    "an unknown run": unknown_address,
}  # fmt: skip


test_the_page_shows_what_it_always_did, test_nothing_else_is_recorded = page_tests(
    RECORDED, STATES, whole=("all chosen", "running"), more=("queued", "paused")
)
