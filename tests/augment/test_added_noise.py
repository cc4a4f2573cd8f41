"""The amount of added noise, for distributions whose sizes the library counts in different ways."""

import io
import json

import albumentations as A
import numpy as np
import pytest

from core.augment import builders
from core.augment.catalogue import TRANSFORMS
from core.augment.exchange.text import dump_albumentations, read_any
from core.augment.pipeline import Pipeline
from core.data.geometry import Geometry
from core.errors import InvalidPipeline
from core.experiment import PipelineSpec, Step

GEOMETRY = Geometry(32, 32)
GREY = np.full((32, 32, 3), 128, np.uint8)
KINDS = ("uniform", "gaussian", "laplace", "beta")


def noisy(kind: str, strength: float = 1.0, **params) -> Pipeline:
    step = Step(transform="AdditiveNoise", params={"noise_type": kind, **params})
    return Pipeline(PipelineSpec(steps=(step,), strength=strength), GEOMETRY)


def spread(pipeline: Pipeline) -> float:
    views = [pipeline.view(GREY, seed=0, digest="x", number=number) for number in range(6)]
    return float(np.mean([view.astype(int).std() for view in views]))


@pytest.mark.parametrize("kind", KINDS)
def test_the_usual_amount_is_the_librarys_own(kind):
    ours = builders.build("AdditiveNoise", TRANSFORMS["AdditiveNoise"].params(noise_type=kind), GEOMETRY)
    theirs = A.AdditiveNoise(noise_type=kind, spatial_mode="per_pixel", p=1.0)
    assert plain(ours) == plain(theirs)


def plain(transform) -> str:
    return json.dumps(A.to_dict(transform)["transform"], sort_keys=True)


@pytest.mark.parametrize("kind", KINDS)
def test_more_is_more_and_none_is_none(kind):
    assert 2 * spread(noisy(kind, amount=[0.02, 0.02])) < spread(noisy(kind, amount=[0.1, 0.1]))
    assert 1.5 * spread(noisy(kind)) < spread(noisy(kind, strength=2.0))
    assert not noisy(kind, amount=[0, 0]).changes_anything


@pytest.mark.parametrize("kind", KINDS)
def test_it_comes_back_from_the_librarys_own_format(kind):
    spec = PipelineSpec(steps=(Step(transform="AdditiveNoise", p=0.5, params={"noise_type": kind}),))
    whole = json.loads(dump_albumentations(spec, GEOMETRY, 0))
    del whole["graft"]
    (back,) = read_any(json.dumps(whole)).spec.steps
    middle = [0.1, 0.1] if kind == "uniform" else [0.05, 0.15]
    assert back.params == {"noise_type": kind, "amount": middle, "spatial_mode": "per_pixel"}


def test_what_the_amount_cannot_say_is_refused():
    for noise in ({"std_range": (0.1, 0.1), "mean_range": (0.2, 0.2)}, {"std_range": (0.1, 0.9), "mean_range": (0, 0)}):
        text = io.StringIO()
        A.save(A.Compose([A.AdditiveNoise(noise_type="gaussian", noise_params=noise)]), text)
        with pytest.raises(InvalidPipeline, match="AdditiveNoise"):
            read_any(text.getvalue())
