"""A step that is left out because it rests would not have changed the image."""

import numpy as np
import pytest

from core.augment import builders
from core.augment.catalogue import TRANSFORMS
from core.augment.pipeline import Pipeline
from core.augment.standalone import runtime
from core.augment.steps import default_step
from core.augment.strength import at_rest, magnitudes, scaled
from core.data.geometry import Geometry
from core.experiment import PipelineSpec

GEOMETRY = Geometry(image_size=64, resize_size=64)
UNSEEN = 0.5  # grey levels on average; a JPEG of the best quality rounds a little
DRAWS = 4
# left out on purpose: the form says that nothing is moved, and what the library makes of 0 is a flaw of its own
MEANT = {
    "RandAugment": "some of its operations have no strength",
    "PiecewiseAffine": "the image is destroyed",
    "GridDistortion": "resampled, up to a pixel aside",
    "SafeRotate": "resampled, up to a pixel aside",
    "OpticalDistortion": "resampled, up to a pixel aside",
}
LASTING = [
    "JpegCompression", "ImageCompression", "ShotNoise", "RandomFog", "CLAHE", "Illumination", "Erasing",
    "RandomToneCurve", "HEStain", "RandomSnow", "ZoomBlur", "Downscale",
]  # fmt: skip
STRONG = [name for name, entry in TRANSFORMS.items() if magnitudes(entry.params)]


@pytest.fixture
def pixels():
    blocks = np.random.default_rng(7).integers(20, 230, (8, 8, 3), dtype=np.uint8)
    return np.kron(blocks, np.ones((8, 8, 1), np.uint8))


def at_neutral(name, **others):
    params, values = TRANSFORMS[name].params(), {}
    for field, one in magnitudes(type(params)).items():
        values[field] = (one.neutral, one.neutral) if isinstance(getattr(params, field), tuple) else one.neutral
    return type(params).model_validate(params.model_dump() | others | values)


def variations(name):
    """The other fields at their defaults, and each of them at its least, its most and its other words."""
    params = TRANSFORMS[name].params
    yield {}
    for field, about in params.model_json_schema()["properties"].items():
        if field in magnitudes(params):
            continue
        number = about.get("prefixItems", [about])[0]
        if "enum" in about or about.get("type") == "boolean":
            yield from ({field: value} for value in about.get("enum", (True, False)))
        elif "minimum" in number and (name, field) != ("AdvancedBlur", "beta_limit"):
            ends = number["minimum"], number["maximum"]
            yield from ({field: [end, end] if "prefixItems" in about else end} for end in ends)


def change(name, params, pixels, others) -> float:
    """The largest mean difference that the library's transform makes, in grey levels."""
    found = []
    transform = builders.build(name, params, GEOMETRY)
    metadata = getattr(transform, "metadata_key", "")
    for seed in range(DRAWS):
        runtime.reseed(transform, seed)
        given = {metadata: [others[seed % 3]]} if metadata else {}
        view = runtime.square(transform(image=pixels, **given)["image"], 64)
        found.append(np.abs(view.astype(int) - pixels).mean())
    return max(found)


@pytest.mark.parametrize("name", [name for name in STRONG if name not in MEANT])
def test_what_rests_would_have_changed_nothing(name, pixels, others):
    for other in variations(name):
        params = at_neutral(name, **other)
        if at_rest(params):
            assert change(name, params, pixels, others) <= UNSEEN, other


@pytest.mark.parametrize("name", LASTING)
def test_what_changes_images_at_its_weakest_is_not_left_out(name, pixels, others):
    weakest = at_neutral(name)
    assert not at_rest(weakest)
    assert max(change(name, at_neutral(name, **other), pixels, others) for other in variations(name)) > UNSEEN
    step = default_step(name).model_copy(update={"p": 1.0, "params": weakest.model_dump(mode="json")})
    assert Pipeline(PipelineSpec(steps=(step,)), GEOMETRY).changes_anything


def test_it_rains_in_full_light_too(pixels):
    step = default_step("RandomRain")
    step = step.model_copy(update={"p": 1.0, "params": step.params | {"brightness_coefficient": 1.0}})
    rain = Pipeline(PipelineSpec(steps=(step,)), GEOMETRY)
    assert all((rain.view(pixels, seed=0, digest="x", number=number) != pixels).any() for number in range(6))


def test_the_strength_makes_an_uneven_blur_stronger(pixels):
    def blurred(strength):
        step = default_step("AdvancedBlur").model_copy(update={"p": 1.0})
        pipeline = Pipeline(PipelineSpec(steps=(step,), strength=strength), GEOMETRY)
        views = [pipeline.view(pixels, seed=0, digest="x", number=number) for number in range(8)]
        return np.mean([np.abs(view.astype(int) - pixels).mean() for view in views])

    assert 4 * blurred(0.1) < blurred(1.0) < blurred(2.0)
    even = TRANSFORMS["AdvancedBlur"].params(noise_limit=(1, 1))
    assert not at_rest(even)
    assert scaled(even, 1.0, 2.0)[0].sigma_x_limit == pytest.approx((0.35, 1.95))


@pytest.mark.parametrize("name", ["Pad", "PadIfNeeded", "CenterCrop"])
def test_what_the_final_crop_takes_away_matters_only_to_other_steps(name, pixels):
    """As their explanations say."""
    wide = np.concatenate([pixels, pixels[:, ::-1]], axis=1)
    border = {"border_mode": "white"}
    step = default_step(name).model_copy(update={"p": 1.0})
    step = step.model_copy(update={"params": step.params | border})
    turn = default_step("SafeRotate").model_copy(update={"p": 1.0})
    smaller = default_step("RandomScale").model_copy(update={"p": 1.0, "params": {"scale_limit": 0.8}})
    for base in (pixels, wide):
        assert not differs((step,), (), base)
    assert differs((smaller, step), (smaller,), wide) if name == "PadIfNeeded" else differs((step, turn), (turn,), wide)


def differs(steps, others, base) -> bool:
    """Whether the two pipelines make different views."""
    one, two = (Pipeline(PipelineSpec(steps=each), GEOMETRY) for each in (steps, others))
    views = [[each.view(base, seed=0, digest="x", number=number) for number in range(6)] for each in (one, two)]
    return not np.array_equal(views[0], views[1])
