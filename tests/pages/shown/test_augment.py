"""The Augment page with pipelines of every kind and all that can be asked about them, word for word."""

from dataclasses import replace
from pathlib import Path

from core.augment import saved
from core.augment.link import Shared, packed
from core.data.sources import load_dataset
from core.errors import InvalidInput
from core.experiment import BackboneSpec, PipelineSpec, Recipe, Step
from core.screening.sweep import StrengthSweep
from core.screening.verdict import Verdict, WorstView
from pages.ui.augment import copies, picker, thumbs
from pages.ui.augment.copies import _Order
from pages.ui.runs.safety_question import whole_and_steps
from pages.ui.session import engine
from pages.ui.session.state import Draft
from tests.pages.augment.helpers import step
from tests.pages.augment.test_safety import safety
from tests.pages.shown import ground
from tests.pages.shown.ground import FAILED, WAITS, answer, page_tests
from tests.recorded import Recorded

world = ground.world
RECORDED = Recorded(Path(__file__).with_name("augment.txt"))
SMALL = BackboneSpec(name="mobilenet_v3_small", weights="none", image_size=32)
FLIP, TURN = Step(transform="HorizontalFlip", p=0.5), Step(transform="Rotate", p=0.7)
BOTH = PipelineSpec(steps=(FLIP, TURN))
CHOICE = Step(transform="OneOf", p=0.75, options=(TURN.model_copy(update={"p": 0.25}), FLIP))
REST = (Step(transform="HueShift", p=0.125, enabled=False), Step(transform="ToGray", p=0.0))
MANY = PipelineSpec(steps=(step("VerticalFlip"), CHOICE, *REST), strength=0.5)


def draft(world, **parts):
    return Draft(**({"source": str(world.divided), "pipeline": BOTH, "backbone": SMALL} | parts))


def plan(look=None, state=(), widgets=(), **parts):
    """The page with this draft, what the session remembers and what is open."""

    def opened(world):
        kept = dict(state) | ({"augment:look": look} if look else {})
        at = world.open("augment", draft=draft(world, **parts), **kept)
        if widgets:
            at.session_state["graft:entered"] = True
            for key, value in widgets:
                at.session_state[key] = value
            at.run()
        return at

    return opened


def asked(*answers, state=None, **parts):
    """The page with these answers to the whole pipeline and its steps, and to a sweep."""

    def opened(world):
        question = whole_and_steps(draft(world, **parts), load_dataset(str(world.divided), world.tmp))
        known = dict(zip((("safety", len(question.key)), ("safety", 7)), answers, strict=False))
        world.manager.analyses.known = {key: one for key, one in known.items() if one is not None}
        kept = {"safety:shown": state(question)} if state else {}
        return world.open("augment", draft=draft(world, **parts), **kept)

    return opened


def found(world):
    """Three lights, of which the second is the worst."""
    item = load_dataset(str(world.divided), world.tmp).items[0]
    worst = (WorstView(item.name, item.digest, 3, "cold", "warm", 0.97), WorstView("x", "gone", 1, "a", "b", 0.9))
    red = replace(safety(Verdict.RED, "No [one]."), worst=worst, flip_rate=0.9, views=1)
    sweep = StrengthSweep((0.5, 1.0), (safety(), safety(Verdict.AMBER)), 1.0, None, ("HorizontalFlip",))
    return asked(answer((safety(), red, safety())), answer(sweep))(world)


def whole_is_worst(world):
    item = load_dataset(str(world.divided), world.tmp).items[0]
    worst = (WorstView(item.name, item.digest, 3, "cold", "warm", 0.97),)
    red = replace(safety(Verdict.RED, "No."), worst=worst, flip_rate=0.9)
    sweep = StrengthSweep((0.5, 1.0), (safety(), safety()), None, None, ())
    return asked(answer((red, safety(), safety())), answer(sweep))(world)


def changed_since(world):
    def shown(question):
        return replace(question, pipelines=question.pipelines[:1])

    known = {("safety", 2): answer((safety(),))}
    world.patch.setattr(world.manager.analyses, "analysis", lambda key: known.get((key[0], len(key))))
    return asked(state=shown)(world)


def order(left_out=()):
    order = _Order(("copies", "/out.zip"), Path("/out [x].zip"), 3, 11)
    return lambda world: _copies(world, answer(list(left_out)), order)


def _copies(world, analysis, order=None):
    world.manager.analyses.known = {"copies": analysis} if analysis else {}
    world.patch.setattr(copies, "_bytes_per_copy", lambda *_: 2500.0)
    kept = {"copies:shown": order} if order else {}
    return plan(state=tuple(kept.items()), widgets=(("augment-copies", True),))(world)


def copies_of(analysis):
    return lambda world: _copies(world, analysis, _Order(("copies", "/out.zip"), Path("/out.zip"), 3, 11))


def no_copies(world):
    def refuse(*_):
        raise InvalidInput("A step [is] wrong.")

    world.patch.setattr(copies, "_bytes_per_copy", refuse)
    return plan(widgets=(("augment-copies", True),))(world)


def files(tab, **kept):
    def opened(world):
        for name, spec in (("mine [1]", BOTH), ("other", MANY)):
            saved.save(engine.workspace().root, name, spec)
        widgets = (("augment-file", True), ("augment-file-tab", tab), *kept.pop("widgets", ()))
        return plan(state=tuple(kept.items()), widgets=widgets)(world)

    return opened


def damaged_file(world):
    saved.save(engine.workspace().root, "mine", BOTH)
    for path in (engine.workspace().root / "pipelines").glob("*"):
        path.write_text("steps: [x")
    return plan(widgets=(("augment-file", True), ("augment-file-tab", "Here")))(world)


def linked(text):
    def opened(world):
        from streamlit.testing.v1 import AppTest

        at = AppTest.from_file(str(ground.ROOT / "app.py"), default_timeout=60)
        at.session_state["graft:draft"] = draft(world)
        at.query_params["pipeline"] = text
        return at.switch_page("pages/augment.py").run()

    return opened


def listed(group=None, search=None, parent=None, pictures=False):
    """The list of transforms; with one picture of all if there are to be pictures."""

    def opened(world):
        world.patch.setattr(picker, "BUDGET_S", 0.0)
        world.patch.setattr(thumbs, "begin", lambda names, subject: list(names))
        world.patch.setattr(thumbs, "wait", lambda *_: True)
        world.patch.setattr(thumbs, "known", lambda name, subject: subject and thumbs.Thumb(b"jpeg", 0.0653))
        chosen = {"source": str(world.divided)} if pictures else {"source": None}
        at = world.open("augment", draft=draft(world, pipeline=MANY, **chosen), **{"augment:picking": (parent,)})
        if group or search:
            at.session_state["graft:entered"] = True
            at.session_state["augment-group" if group else "augment-search"] = group or search
            at.run()
        return at

    return opened


TURN_LINK = packed(Shared(pipeline=PipelineSpec(steps=(TURN,)), seed=5, views=3))
OPEN = (("augment:open", 0), ("augment:nodes", ()))
STATES = {
    "nothing chosen": plan(source=None), "gone": plan(source="/no/[x]"), "light": plan(pipeline=Draft().pipeline),
    "no step": plan(pipeline=PipelineSpec()), "two steps": plan(), "many kinds": plan(pipeline=MANY, views="fresh"),
    "a step is open": plan(state=OPEN), "few views": plan(views=2), "one image": plan(
        state=(("augment:mode", "One image"), ("augment:image", "train/mild/01.png"))
    ),
    "other classes": plan(source="sample:signs", state=(("augment:turn", 1), ("augment:first", 3))),
    "a custom one is kept": plan(pipeline=Draft().pipeline, state=(("augment:own", BOTH.steps),)),
    "a wrong number": plan(pipeline=PipelineSpec(steps=(FLIP, step("Rotate", limit=9999)))),
    "a step that is not known": plan(pipeline=PipelineSpec(steps=(Step(transform="Rot[at]"),))),
    "does not fit the image": plan(pipeline=PipelineSpec(steps=(step("Crop", x_min=900),))),
    "differences": plan("Differences"),
    "strip": plan("Strength strip", pipeline=PipelineSpec(steps=(TURN,), strength=0.5)),
    "strip without numbers": plan("Strength strip", pipeline=PipelineSpec(steps=(FLIP,))), "not mixed": plan("Mixed"),
    "mixed": plan("Mixed", recipe=Recipe(cutmix=1.0)), "what each view got": plan(widgets=(("augment-story", True),)),
    "several labels": plan(source="sample:scenes"), "being checked": asked(WAITS), "not checked": asked(FAILED),
    "checked": found, "the whole is worst": whole_is_worst, "changed since": changed_since,
    "strengths being tried": asked(answer((safety(), safety(), safety())), WAITS),
    "strengths not known": asked(answer((safety(), safety(), safety()))),
    "strengths failed": asked(answer((safety(), safety(), safety())), FAILED),
    "copies": lambda world: _copies(world, None), "copies being written": copies_of(WAITS),
    "copies failed": copies_of(FAILED), "copies written": order(),
    "copies left out": order(f"{n}.png." for n in range(7)),
    "copies of a wrong step": no_copies, "saved ones": files("Here", **{"augment:kept": ("Saved as 'x'.", True)}),
    "deleting one": files("Here", **{"augment:doomed": "mine [1]", "augment:kept": ("Is [it]?", False)}),
    "a file of Graft": files("Files"), "a file of Python": files("Files", widgets=(("augment-format", "Python"),)),
    "a file of another": files("Files", widgets=(("augment-format", "Albumentations JSON"),)), "a link": files("Link"),
    "a damaged file": damaged_file, "a link was opened": linked(TURN_LINK), "a wrong link": linked("[x]"),
    "the list": listed(), "the list with pictures": listed("Colour", pictures=True),
    "the list of options": listed(parent=1, search="one rotate"), "nothing found": listed(search="no such [thing]"),
}  # fmt: skip
test_the_page_shows_what_it_always_did, test_nothing_else_is_recorded = page_tests(
    RECORDED, STATES, whole=("two steps", "many kinds")
)
