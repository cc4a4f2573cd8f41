"""Albumentations' own transforms: each builds from its form's defaults and makes something of every picture."""

import inspect

import albumentations as A
import numpy as np
import pytest

from core.augment.builders import build
from core.augment.catalogue import CLASSIC, TAGS, TRANSFORMS
from core.augment.pipeline import Pipeline
from core.augment.steps import default_step, parameters
from core.data.geometry import Geometry
from core.experiment import PipelineSpec

LIBRARY = [name for name in TRANSFORMS if name not in CLASSIC]
GEOMETRY = Geometry(image_size=64, resize_size=64)
NEED_MORE = {  # what a single picture does not have, or what would not be a picture any more
    "a mask": {"MaskDropout", "CropNonEmptyMaskIfExists", "ConstrainedCoarseDropout"},
    "boxes": {"BBoxSafeRandomCrop", "RandomSizedBBoxSafeCrop", "RandomCropNearBBox", "AtLeastOneBBoxRandomCrop"},
    "other pictures": {"HistogramMatching", "FDA", "PixelDistributionAdaptation", "Mosaic", "OverlayElements"},
    "a font and words": {"TextImage"},
    "code": {"Lambda"},
    "a volume": {"CenterCrop3D", "CoarseDropout3D", "CubicSymmetry", "GridShuffle3D", "Pad3D", "PadIfNeeded3D",
                 "RandomCrop3D"},
    "another kind of numbers": {"Normalize", "ToFloat", "FromFloat", "ToTensorV2", "ToTensor3D"},
    "a picture without colour": {"ToRGB"},
    "nothing: it does nothing": {"NoOp"},
}  # fmt: skip
OTHER_NAMES = {  # the library warns that they are another one
    "SquareSymmetry": "D4",
    "TimeReverse": "HorizontalFlip",
    "TimeMasking": "XYMasking",
    "FrequencyMasking": "XYMasking",
    "ShiftScaleRotate": "Affine",
}


def noise(height, width):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_the_whole_library_is_there_but_for_what_a_picture_alone_does_not_bear():
    concrete = {
        name
        for name, kind in vars(A).items()
        if inspect.isclass(kind) and issubclass(kind, A.BasicTransform) and not inspect.isabstract(kind)
        and kind not in (A.BasicTransform, A.DualTransform, A.ImageOnlyTransform, A.Transform3D)
    }  # fmt: skip
    missing = concrete - set(TRANSFORMS) - set().union(*NEED_MORE.values()) - set(OTHER_NAMES)
    assert not missing


@pytest.mark.parametrize("name", LIBRARY)
def test_a_form_s_defaults_build_it_strictly(name):
    entry = TRANSFORMS[name]
    transform = build(name, entry.params(), GEOMETRY)
    assert type(transform).__name__ == name
    assert set(entry.tags) <= set(TAGS)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (64, 96), (64, 4000)])
@pytest.mark.parametrize("name", LIBRARY)
def test_it_makes_a_view_of_every_picture(name, height, width):
    step = default_step(name).model_copy(update={"p": 1.0})
    pipeline = Pipeline(PipelineSpec(steps=(step,)), GEOMETRY)
    base = noise(height, width)
    view = pipeline.view(base, seed=0, digest="x", number=1)
    assert view.shape == (64, 64, 3)
    assert view.dtype == np.uint8
    again = Pipeline(PipelineSpec(steps=(step,)), GEOMETRY).view(base, seed=0, digest="x", number=1)
    assert (view == again).all(), "not a function of (seed, image, view)"


@pytest.mark.parametrize("strength", [0.5, 2.0])
@pytest.mark.parametrize("name", LIBRARY)
def test_it_bears_the_strength_slider(name, strength):
    Pipeline(PipelineSpec(steps=(default_step(name),), strength=strength), GEOMETRY)
    assert parameters(default_step(name)) is not None
