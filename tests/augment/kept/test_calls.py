"""What is built for each step with each of its parameters at other values, and what is said of it, word for word."""

from pathlib import Path

import pytest

from core.augment.builders import call
from core.augment.catalogue import ONE_OF, TRANSFORMS
from core.augment.pipeline import Pipeline
from core.augment.plan import plan
from core.augment.steps import default_step, describe, parameters
from core.data.geometry import Geometry
from core.errors import InvalidInput
from core.experiment import PipelineSpec
from tests.augment.kept.variations import Others, picture, varied
from tests.recorded import Recorded

STRENGTHS = (0.3, 0.5, 1.7, 2)


@pytest.fixture(scope="module")
def recorded():
    return Recorded(Path(__file__).with_name("calls.txt"))


def built(name):
    for label, step, geometry in varied(name):
        made = "" if name == ONE_OF else plain(call(name, parameters(step), geometry))
        yield f"{label}: {describe(step)} | {made}"


def plain(one):
    """A call with its numbers as far as they matter."""
    return f"{one.kind}({', '.join(f'{key}={rounded(value)}' for key, value in one.arguments.items())})"


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(rounded(one) for one in value)
    return round(value, 9) if isinstance(value, float) else value


def stronger(name):
    """The default step at other strengths of the pipeline: what is planned, and what is said."""
    step = default_step(name)
    for strength in STRENGTHS:
        try:
            planned = plan(PipelineSpec(steps=(step,), strength=strength), Geometry(300, 320, "bicubic"))
        except InvalidInput as refused:
            yield f"at {strength}: {refused}"
            continue
        made = [f"{one.key} p {one.probability:.6g} {plain(one.call) if one.call else [o.key for o in one.options]}"
                for one in planned]  # fmt: skip
        yield f"at {strength}: {describe(step, strength)} | {'; '.join(made)}"


@pytest.mark.parametrize("name", TRANSFORMS)
def test_steps_are_built_as_they_were(name, recorded):
    step = default_step(name).model_copy(update={"p": 1.0})
    pipeline = Pipeline(PipelineSpec(steps=(step,)), Geometry(40, 48), Others())
    fired = pipeline.fired(picture(), seed=5, digest="x", number=0)
    drawn = [f"drawn: {one.index} {one.option} {one.transform} {sorted(one.drawn.items())}" for one in fired]
    recorded.check(name, "\n".join([*built(name), *stronger(name), *drawn]))


def test_every_record_is_of_a_step(recorded):
    recorded.check_all_are_used(TRANSFORMS)
