"""The first page and the sidebar in each of their states, word for word."""

from pathlib import Path

from core.errors import WorkspaceGone
from core.experiment import BackboneSpec, Phase, PipelineSpec, SplitSpec, Step
from core.runs.status import Status
from pages.ui.session import engine, warmup
from pages.ui.session.state import Draft
from tests.pages.shown import ground
from tests.pages.shown.ground import page_tests
from tests.recorded import Recorded

world = ground.world
RECORDED = Recorded(Path(__file__).with_name("home.txt"))
STEPS = tuple(Step(transform=name, p=0.5) for name in ("Rotate", "ToGray", "HorizontalFlip"))
THREE = (
    Phase(stages=("head",), epochs=1), Phase(stages=("layer4", "head"), epochs=2),
    Phase(stages=("layer2", "layer3", "layer4", "head"), epochs=3),
)  # fmt: skip
PROGRESS = {"what": "training", "epochs": 3, "steps": 40, "step": 9, "epoch": 1, "epochs_done": 1, "seconds": 8.0}


def first(world):
    world.patch.setattr(warmup, "ready", lambda: False)
    return world.open("home")


def chosen(world):
    draft = Draft(
        source=str(world.divided), split=SplitSpec(val=0.3, test=0.1), pipeline=PipelineSpec(steps=STEPS, strength=0.5),
        backbone=BackboneSpec(name="resnet18", weights="none", image_size=96), phases=THREE,
    )  # fmt: skip
    return world.open("home", draft=draft)


def read(world):
    engine.split(str(world.divided), SplitSpec())
    return world.open("home", draft=Draft(source=str(world.divided), phases=(), pipeline=PipelineSpec(steps=STEPS[:2])))


def runs(world):
    alder, birch, _ = world.runs()
    world.add(alder, id="run-4", name="[x](y)", status=Status.FAILED, results={}, created_at=ground.NOW - 7300)
    world.add(birch, id="run-5", status=Status.RUNNING, results={}, progress=PROGRESS, created_at=ground.NOW - 70)
    world.add(birch, id="run-6", name="pine", status=Status.QUEUED, results={}, progress={}, created_at=ground.NOW - 5)
    return world.open("home")


def paused(world):
    _, birch, _ = world.runs()
    world.add(birch, id="run-5", status=Status.PAUSED, results={}, progress=PROGRESS, created_at=ground.NOW - 86400)
    world.add(birch, id="run-6", status=Status.RUNNING, results={}, progress=PROGRESS, created_at=ground.NOW - 3600)
    other = birch.results["val"] | {"main": 0.5}
    world.add(birch, id="run-7", status=Status.STOPPED, results={"val": other}, created_at=ground.NOW - 60)
    return world.open("home")


def gone(world):
    def refuse():
        raise WorkspaceGone("The workspace [x] is gone.")

    world.patch.setattr(engine.workspace(), "require_intact", refuse)
    return world.open("home")


STATES = {
    "before anything": first, "much is chosen": chosen, "images that are read": read, "six runs": runs,
    "a paused run": paused, "the workspace is gone": gone,
}  # fmt: skip
test_the_page_shows_what_it_always_did, test_nothing_else_is_recorded = page_tests(
    RECORDED, STATES, whole=("before anything",), more=tuple(STATES)
)
