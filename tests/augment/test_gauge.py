import time

import numpy as np
import pytest

from core.augment import gauge as module
from core.augment.catalogue import TRANSFORMS
from core.augment.gauge import gauge
from core.augment.pipeline import Pipeline
from core.augment.steps import default_step
from core.errors import InvalidPipeline, UnknownTransform
from core.experiment import PipelineSpec


@pytest.mark.parametrize("name", TRANSFORMS)
def test_every_transform_has_a_view_and_a_cost(name, base, geometry, others):
    effect = gauge(name, base, geometry, others)
    assert effect.view.shape == (48, 48, 3)
    assert effect.milliseconds > 0
    step = default_step(name).model_copy(update={"p": 1.0})
    pipeline = Pipeline(PipelineSpec(steps=(step,)), geometry, others)
    views = [pipeline.view(base, seed=0, digest="", number=number) for number in range(4)]
    assert any(np.array_equal(effect.view, view) for view in views)
    if any((view != pipeline.plain(base)).any() for view in views):
        assert (effect.view != pipeline.plain(base)).any()


def test_the_cost_is_the_median_of_three_calls_after_one(base, geometry, monkeypatch):
    clock = iter([0, 9, 10, 10.002, 20, 20.001, 30, 30.005])
    monkeypatch.setattr(module, "time", type("Clock", (), {"perf_counter": lambda: next(clock)}))
    assert gauge("ToGray", base, geometry).milliseconds == pytest.approx(2)
    assert time.perf_counter() > 0


def test_the_image_does_not_look_at_itself(base, geometry, others):
    gauge("FDA", base, geometry, others, digest="a")
    assert set(others.asked) == {"b", "c"}


def test_what_it_cannot_gauge_it_says(base, geometry):
    with pytest.raises(UnknownTransform):
        gauge("Rotat", base, geometry)
    with pytest.raises(InvalidPipeline, match="there are none"):
        gauge("FDA", base, geometry)
