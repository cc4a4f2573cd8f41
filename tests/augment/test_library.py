"""Albumentations' own transforms: each builds from its form's defaults and makes something of every image."""

import inspect
import io

import albumentations as A
import numpy as np
import pytest
from PIL import Image

from core.augment.builders import build
from core.augment.catalogue import CLASSIC, ONE_OF, TAGS, TRANSFORMS
from core.augment.pipeline import Pipeline, check
from core.augment.presets import dump_pipeline, parse_pipeline
from core.augment.steps import default_step, parameters
from core.data.geometry import Geometry
from core.data.images import decode, resize
from core.errors import InvalidPipeline
from core.experiment import PipelineSpec

ALL = list(TRANSFORMS)
LIBRARY = [name for name in TRANSFORMS if name not in CLASSIC and hasattr(A, name) and name != ONE_OF]
GEOMETRY = Geometry(image_size=64, resize_size=64)
NEED_MORE = {  # what a single image does not have, or what would not be an image any more
    "a mask": {"MaskDropout", "CropNonEmptyMaskIfExists", "ConstrainedCoarseDropout"},
    "boxes": {"BBoxSafeRandomCrop", "RandomSizedBBoxSafeCrop", "RandomCropNearBBox", "AtLeastOneBBoxRandomCrop"},
    "the labels of all its tiles": {"Mosaic"},  # tiles of other classes, and a label of one
    "a font file and words": {"TextImage"},
    "code": {"Lambda"},
    "a volume": {"CenterCrop3D", "CoarseDropout3D", "CubicSymmetry", "GridShuffle3D", "Pad3D", "PadIfNeeded3D",
                 "RandomCrop3D"},
    "another kind of numbers": {"Normalize", "ToFloat", "FromFloat", "ToTensorV2", "ToTensor3D"},
    "an image without colour": {"ToRGB"},
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


def test_the_whole_library_is_there_but_for_what_an_image_alone_does_not_bear():
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
    assert transform.p == 1.0
    assert type(transform).__name__ == name
    assert set(entry.tags) <= set(TAGS)


def always(name, strength=1.0, **params):
    step = default_step(name)
    return PipelineSpec(steps=(step.model_copy(update={"p": 1.0, "params": step.params | params}),), strength=strength)


def is_a_view(name, base, others, digest="x"):
    """Made twice, by two pipelines, with the same pixels."""
    first, again = (
        Pipeline(always(name), GEOMETRY, others).view(base, seed=0, digest=digest, number=1) for _ in range(2)
    )
    assert first.shape == (64, 64, 3)
    assert first.dtype == np.uint8
    assert (first == again).all(), "not a function of (seed, image, view)"


@pytest.mark.parametrize(("height", "width"), [(64, 64), (64, 96), (64, 4000), (8, 8), (16, 500)])
@pytest.mark.parametrize("name", ALL)
def test_it_makes_a_view_of_every_shape(name, height, width, others):
    if name == "Superpixels" and height == 8:
        with pytest.raises(InvalidPipeline, match=r"Step 1 \(Superpixels\) failed on an image of 8 x 8 px: .*Change"):
            is_a_view(name, noise(height, width), others)
    else:
        is_a_view(name, noise(height, width), others)


@pytest.mark.parametrize("name", ALL)
def test_it_makes_a_view_of_an_image_without_colours_or_contrast(name, others):
    is_a_view(name, noise(64, 80)[..., :1].repeat(3, axis=2), others)
    is_a_view(name, np.full((64, 64, 3), 255, np.uint8), others)


@pytest.fixture(scope="module")
def loaded():
    """A half transparent PNG, one of grey levels, and a photograph of 24 megapixels, as loading gives them."""
    alpha = np.dstack([noise(40, 90), np.tile(np.arange(90, dtype=np.uint8) * 2, (40, 1))])
    large = np.kron(noise(40, 60), np.ones((100, 100, 1), np.uint8))
    files = [Image.fromarray(pixels) for pixels in (alpha, noise(50, 70)[..., 0], large)]
    assert [file.mode for file in files] == ["RGBA", "L", "RGB"]
    assert files[2].size == (6000, 4000)
    return [resize(decode(_png(file)).pixels, GEOMETRY) for file in files]


def _png(image):
    encoded = io.BytesIO()
    image.save(encoded, "PNG", compress_level=1)
    return encoded.getvalue()


@pytest.mark.parametrize("name", ALL)
def test_it_makes_a_view_of_what_loading_gives(name, loaded, others):
    for base in loaded:
        assert min(base.shape[:2]) == 64
        is_a_view(name, base, others)


@pytest.mark.parametrize("name", ALL)
def test_every_step_survives_json_and_yaml(name):
    spec = always(name, strength=0.7)
    assert PipelineSpec.model_validate_json(spec.model_dump_json()) == spec
    assert PipelineSpec.model_validate_json(spec.model_dump_json()).model_dump_json() == spec.model_dump_json()
    assert parse_pipeline(dump_pipeline(spec)) == spec
    check(spec)


@pytest.mark.parametrize("strength", [0.5, 2.0])
@pytest.mark.parametrize("name", ALL)
def test_it_bears_the_strength_slider(name, strength, others):
    Pipeline(PipelineSpec(steps=(default_step(name),), strength=strength), GEOMETRY, others)
    assert parameters(default_step(name)) is not None


def test_what_the_library_fails_at_is_fixed():
    for name, params in (("XYMasking", {"mask_x_length": [90, 90]}), ("Erasing", {"scale": [1.0, 1.0]})):
        pipeline = Pipeline(always(name, **params), GEOMETRY)
        assert pipeline.view(noise(64, 64), seed=0, digest="x", number=1).shape == (64, 64, 3)
    whole = Pipeline(always("XYMasking", mask_x_length=[90, 90], fill="white"), GEOMETRY)
    assert (whole.view(noise(64, 64), seed=0, digest="x", number=1) == 255).all()
