"""The effect of a transform on one image and the time it takes, measured on this machine."""

import statistics
import time
from dataclasses import dataclass

import numpy as np

from core.augment.pipeline import Pipeline
from core.augment.standalone.runtime import References
from core.augment.steps import default_step
from core.data.geometry import Geometry
from core.experiment import PipelineSpec

_CALLS = 3  # measured calls, after one for warm-up


@dataclass(frozen=True, slots=True)
class Effect:
    """A view with the transform's default parameters, uint8 SxSx3, and the median time of making one."""

    view: np.ndarray
    milliseconds: float


def gauge(
    name: str, base: np.ndarray, geometry: Geometry, references: References | None = None, *, digest: str = ""
) -> Effect:
    """The transform's default, always applied, on `base` (uint8 HxWx3, the image `digest`).

    The returned view is the one that differs most from the image, because a random rotation may be close to none.
    Raises `UnknownTransform`, and `InvalidPipeline` where other images are needed and there are none.
    """
    step = default_step(name).model_copy(update={"p": 1.0})
    pipeline = Pipeline(PipelineSpec(steps=(step,)), geometry, references)
    plain = pipeline.plain(base).astype(int)
    views, times = [], []
    for number in range(1 + _CALLS):
        began = time.perf_counter()
        views.append(pipeline.view(base, seed=0, digest=digest, number=number))
        times.append(time.perf_counter() - began)
    strongest = max(views, key=lambda view: float(np.abs(view - plain).mean()))
    return Effect(strongest, 1000 * statistics.median(times[1:]))
