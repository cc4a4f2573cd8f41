"""Verdicts, headlines and sweeps over grids on both sides of each limit, word for word in `said.txt`."""

import itertools
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from core.data.dataset import Item
from core.experiment import PipelineSpec, Step
from core.screening.headline import changes_images, has_strength, headline
from core.screening.judge import judge
from core.screening.question import alone, screened
from core.screening.sweep import levels_of, swept
from core.screening.verdict import ClassSafety, Confusion, Safety, Verdict, decide
from tests.recorded import Recorded

RECORDED = Recorded(Path(__file__).with_name("said.txt"))
NAMES = ["cat", "dog", "owl"]
GREEN, AMBER, RED, UNKNOWN = Verdict


def part(name, affinity, low=0.0, flips=0.0, becomes=None):
    return ClassSafety(name, 20, 1.0, affinity, 0.0, 1.0, flips, low, becomes)


def taken(name, other, share):
    return Confusion(name, other, share)


CLASSES = {
    "all survive": [part("cat", 1.0), part("dog", 0.97), part("owl", 0.95)],
    "one leaves as often as is tolerated": [part("cat", 0.5, 0.1), part("dog", 1.0)],
    "one leaves": [part("cat", 0.74, 0.101, 0.26), part("dog", 1.0)],
    "one leaves, less": [part("cat", 0.75, 0.101, 0.25), part("dog", 1.0)],
    "one leaves a little": [part("cat", 0.799, 0.101, 0.2), part("dog", 1.0)],
    "one hardly leaves": [part("cat", 0.8, 0.101, 0.2), part("dog", 1.0)],
    "one leaves for another": [part("cat", 0.7, 0.2, 0.3, taken("cat", "dog", 0.1)), part("dog", 1.0)],
    "one leaves for several": [part("cat", 0.7, 0.2, 0.3, taken("cat", "dog", 0.0999)), part("dog", 1.0)],
    "two leave": [part("cat", 0.7, 0.2, 0.3), part("dog", 0.6, 0.3, 0.4), part("owl", 0.65, 0.3, 0.35)],
    "one is not known": [part("cat", None), part("dog", 1.0), part("owl", 1.0)],
    "half are not known": [part("cat", None), part("dog", 1.0), part("owl", 1.0), part("ant", None)],
    "most are not known": [part("cat", None, 0.9, 1.0), part("dog", 1.0), part("owl", None)],
    "none is known": [part("cat", None), part("dog", None)],
    "there is none": [],
    "four of nine are not known": [part(str(n), None if n < 4 else 1.0) for n in range(9)],
    "three of nine are not known": [part(str(n), None if n < 3 else 1.0) for n in range(9)],
}  # fmt: skip


@pytest.mark.parametrize("name", CLASSES)
def test_a_light_and_its_reason(name):
    told = []
    direct = [taken("left", "right", 0.505), taken("right", "left", 0.51)]
    for skill, affinity, high in itertools.product((0.499, 0.5), (0.749, 0.75, 0.899, 0.9), (0.999, 1.0)):
        verdict, reason = decide(skill, affinity, high, 0.984, CLASSES[name], [])
        told.append(f"{skill} {affinity} {high}: {verdict} {reason}")
    weaker = decide(1.0, 0.85, 0.9, 1.0, CLASSES[name], [], has_strength=False)
    RECORDED.check(name, "\n".join([*told, *weaker, *decide(0.0, 0.0, 0.0, 0.0, CLASSES[name], direct)]))


def flat(value):
    """Rounded numbers, one line a field."""
    if isinstance(value, float | np.floating):
        return f"{value:.6f}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} {flat(entry)}" for key, entry in value.items()) + "}"
    return "[" + ", ".join(map(flat, value)) + "]" if isinstance(value, list | tuple) else str(value)


def judged(seed, classes=3, each=(9, 6, 4), views=5, right=0.9, kept=0.8, moved=None):
    """A probe that is right so often on plain images and on views, all numbers different."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(classes), each[:classes])
    items = [
        Item(Path("x"), f"{NAMES[label]}/{n}.png", int(label), 8, 8, f"digest-{n}") for n, label in enumerate(labels)
    ]

    def answers(share, shape, target):
        sure = rng.random((*shape, classes)) * 0.3
        hit = rng.random(shape) < share
        named = np.where(hit, target, (target + 1) % classes)
        np.put_along_axis(sure, named[..., None], 0.5 + rng.random((*shape, 1)), axis=-1)
        return sure / sure.sum(axis=-1, keepdims=True)

    goal = labels if moved is None else np.where(labels == moved, (labels + 1) % classes, labels)
    clean, shown = answers(right, labels.shape, labels), answers(kept, (views, len(labels)), goal)
    margins = rng.random((views, len(labels)))
    return judge(
        NAMES[:classes], labels, items, range(10, 10 + views), clean, shown, margins, has_strength=seed % 2 == 0
    )


JUDGED = {
    "mostly kept": judged(0), "rarely kept": judged(1, kept=0.4), "rarely right": judged(2, right=0.3),
    "all right and kept": judged(3, right=1.0, kept=1.0), "none kept": judged(4, right=1.0, kept=0.0),
    "none right": judged(5, right=0.0, kept=0.5), "two classes": judged(6, classes=2, each=(8, 7)),
    "one class changes sides": judged(8, right=0.95, kept=0.95, moved=0, each=(9, 9, 9)),
    "many images": judged(9, each=(12, 11, 13), kept=0.7, right=1.0), "one view": judged(10, views=1),
}  # fmt: skip


@pytest.mark.parametrize("name", JUDGED)
def test_answers_are_judged_as_they_always_were(name):
    RECORDED.check(f"judged: {name}", "\n".join(f"{key}: {flat(entry)}" for key, entry in asdict(JUDGED[name]).items()))


def found(verdict, reason="Why."):
    return Safety(verdict, reason, 40, 8, 0.9, 0.9, 0.8, 1.0, 0.1, 0.5, (), (), (), ())


CHOICE = Step(transform="OneOf", p=0.5, options=(
    Step(transform="GaussianBlur", p=0.25), Step(transform="VerticalFlip", p=0.75), Step(transform="ToGray", p=0.0),
))  # fmt: skip
PIPELINES = {
    "nothing": PipelineSpec(),
    "one that is always applied": PipelineSpec(steps=(Step(transform="Rotate", p=1.0),)),
    "one that is off": PipelineSpec(steps=(Step(transform="Rotate", enabled=False),)),
    "one that never happens": PipelineSpec(steps=(Step(transform="Rotate", p=0.0),)),
    "three": PipelineSpec(steps=tuple(Step(transform=name, p=0.5) for name in ("Rotate", "HorizontalFlip", "ToGray"))),
    "a choice": PipelineSpec(steps=(CHOICE, Step(transform="Rotate", p=0.25))),
    "no strength": PipelineSpec(steps=(Step(transform="Rotate"),), strength=0.0),
    "twice the same": PipelineSpec(steps=(Step(transform="Rotate", p=0.25), Step(transform="Rotate", p=0.5))),
    "flips": PipelineSpec(steps=(Step(transform="HorizontalFlip", p=0.5),), strength=1.5),
}


def brief(pipeline):
    def of(step):
        options = f"({', '.join(map(of, step.options))})" if step.options else ""
        return f"{step.transform}{options} {step.p:g}{'' if step.enabled else ' off'}"

    return f"{pipeline.strength:g} × [{', '.join(map(of, pipeline.steps))}]"


@pytest.mark.parametrize("name", PIPELINES)
def test_a_pipeline_is_asked_about_and_its_worst_step_is_told(name):
    pipeline = PIPELINES[name]
    told = [f"changes images {changes_images(pipeline)}, has strength {has_strength(pipeline)}"]
    told += [
        "alone: " + "; ".join(map(brief, alone(pipeline))),
        "levels: " + "; ".join(map(brief, levels_of(pipeline))),
    ]
    asked = screened(pipeline)
    told.append("screened: " + "; ".join(map(brief, asked)))
    for verdicts in itertools.product((GREEN, AMBER, RED, UNKNOWN), repeat=min(3, len(asked))):
        answers = [found(verdict, f"Why {n}.") for n, verdict in enumerate((*verdicts, GREEN, RED)[: len(asked)])]
        one = headline(asked, answers)
        without = one.without and brief(one.without)
        told.append(f"{' '.join(verdicts)}: {one.verdict} {one.harms} {one.reason} {', '.join(one.steps)} -> {without}")
    RECORDED.check(f"pipeline: {name}", "\n".join(told))


@pytest.mark.parametrize("name", ["three", "flips", "a choice", "nothing"])
def test_a_sweep_tells_where_the_light_turns(name):
    levels = levels_of(PIPELINES[name])[:3]
    told = []
    for verdicts in itertools.product((GREEN, AMBER, RED, UNKNOWN), repeat=len(levels)):
        one = swept(levels, [found(verdict) for verdict in verdicts])
        told.append(
            f"{' '.join(verdicts)}: {one.strengths} {one.turns} {one.reds} {one.green_until} {one.frequencies} "
            f"{one.sentence}"
        )
    RECORDED.check(f"sweep: {name}", "\n".join(told))
