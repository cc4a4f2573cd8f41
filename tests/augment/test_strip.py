import re
from contextlib import contextmanager

import numpy as np
import pytest

from core.augment.catalogue import TRANSFORMS
from core.augment.pipeline import Pipeline
from core.augment.steps import default_step
from core.augment.strip import Knob, numeric, strip
from core.errors import InvalidInput, InvalidPipeline, UnknownTransform
from core.experiment import PipelineSpec, Step


def knob(name, field):
    return next(one for one in numeric(name) if one.name == field)


def test_the_numeric_parameters_of_a_step():
    assert numeric("Rotate") == (Knob("limit", "Angle", 0, 180, "°", False, False),)
    assert numeric("JpegCompression") == (Knob("quality", "Quality", 1, 100, "", True, True),)
    assert numeric("ToGray") == numeric("OneOf") == ()
    assert [one.name for one in numeric("AugMix")] == ["severity", "width", "alpha"]  # depth may be left empty
    with pytest.raises(UnknownTransform):
        numeric("Rotat")


def test_a_strip_goes_from_the_lowest_to_the_highest():
    step = Step(transform="Scale", p=0.3, enabled=False, params={"factor": [0.9, 1.1], "fill": "black"})
    steps = strip(step, knob("Scale", "factor"), 4)
    assert [value for value, _ in steps] == pytest.approx([0.3, 1.2, 2.1, 3.0])
    for value, one in steps:
        assert one.params == {"factor": [value, value], "fill": "black"}
        assert (one.p, one.enabled) == (1.0, True)
    whole = strip(default_step("Posterize"), knob("Posterize", "num_bits"), 99)
    assert [value for value, _ in whole] == list(range(1, 9))
    assert whole[0][1].params["num_bits"] == [1, 1]
    assert isinstance(
        strip(default_step("GridDistortion"), knob("GridDistortion", "cells"), 3)[1][1].params["cells"], int
    )
    with pytest.raises(InvalidInput, match="2 or more"):
        strip(step, knob("Scale", "factor"), 1)


def test_one_random_stream_grows(base, geometry):
    angles = []
    for value, step in strip(default_step("Rotate"), knob("Rotate", "limit"), 5)[1:]:
        (fired,) = Pipeline(PipelineSpec(steps=(step,)), geometry).fired(base, seed=0, digest="d", number=1)
        angles.append(float(fired.drawn["turn"].rstrip("°")) / value)
    assert angles == pytest.approx([angles[0]] * 4, rel=0.01)


def test_values_that_do_not_go_together_with_the_others_are_left_out():
    edge = knob("Crop", "x_min")
    values = [value for value, _ in strip(default_step("Crop"), edge, 11)]
    assert (len(values), values[0]) == (11, 0)
    assert 170 < values[-1] < 192, "the right edge"
    assert len(strip(default_step("Crop"), knob("Crop", "x_max"), 11)) == 11
    broken = Step(transform="Crop", params=default_step("Crop").params | {"y_min": 900})
    assert strip(broken, edge, 11) == ()


@contextmanager
def suppress_reason(name):
    """Some transforms do not bear 8 px; then they say so."""
    try:
        yield
    except InvalidPipeline as error:
        assert re.match(rf"Step 1 \({name}\) failed on an image of 8 x 8 px: .*Change its para", str(error))  # noqa: PT017


@pytest.mark.parametrize(
    ("name", "one"), [pytest.param(name, one, id=f"{name}.{one.name}") for name in TRANSFORMS for one in numeric(name)]
)
def test_both_ends_of_every_parameter_make_a_view_or_say_why_not(name, one, base, geometry, others):
    small = np.ascontiguousarray(base[:8, :8])
    for _, step in strip(default_step(name), one, 2):
        spec = PipelineSpec(steps=(step,))
        pipeline = Pipeline(spec, geometry, others)
        assert pipeline.view(base, seed=0, digest="d", number=0).shape == (48, 48, 3)
        with suppress_reason(name):
            pipeline.view(small, seed=0, digest="d", number=0)
