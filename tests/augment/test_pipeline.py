import pickle
import random
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from core.augment import builders, catalogue
from core.augment.catalogue import CLASSIC
from core.augment.params import NoParams
from core.augment.pipeline import Pipeline, check
from core.augment.presets import PRESETS
from core.augment.steps import default_step
from core.data.geometry import Geometry
from core.errors import InvalidPipeline, UnknownTransform
from core.experiment import PipelineSpec, Step


def always(*names: str, strength: float = 1.0) -> PipelineSpec:
    return PipelineSpec(steps=[default_step(name).model_copy(update={"p": 1.0}) for name in names], strength=strength)


def sometimes(*names: str) -> PipelineSpec:
    return PipelineSpec(steps=[default_step(name).model_copy(update={"p": 0.6}) for name in names])


def views(pipeline: Pipeline, base: np.ndarray, numbers=range(6), seed=3, digest="d") -> np.ndarray:
    return np.stack([pipeline.view(base, seed=seed, digest=digest, number=number) for number in numbers])


@pytest.mark.parametrize("name", CLASSIC)
def test_every_transform_makes_different_views_of_the_right_shape(name, base, geometry):
    before = base.copy()
    pipeline = Pipeline(always(name), geometry)
    seen = views(pipeline, base)
    assert seen.shape == (6, 48, 48, 3)
    assert seen.dtype == np.uint8
    assert any((view != pipeline.plain(base)).any() for view in seen)
    assert np.array_equal(base, before)
    if name not in ("HorizontalFlip", "VerticalFlip", "ToGray"):
        assert len({view.tobytes() for view in seen}) > 1


@pytest.mark.parametrize("name", CLASSIC)
def test_strength_0_is_the_plain_image_and_1_is_as_set(name, base, geometry):
    plain = Pipeline(PipelineSpec(), geometry).plain(base)
    off = Pipeline(always(name, strength=0), geometry)
    assert all(np.array_equal(view, plain) for view in views(off, base))
    assert off.applied(seed=3, digest="d", number=0) == ()
    as_set, doubled = (views(Pipeline(always(name, strength=strength), geometry), base) for strength in (1, 2))
    assert np.array_equal(as_set, views(Pipeline(always(name), geometry), base))
    if catalogue.get(name).params is not NoParams:
        assert not np.array_equal(as_set, doubled)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_at_strength_0_is_the_plain_image(name, base, geometry):
    off = Pipeline(PRESETS[name].model_copy(update={"strength": 0}), geometry)
    assert all(np.array_equal(view, off.plain(base)) for view in views(off, base))


@pytest.mark.parametrize("name", [name for name in CLASSIC if catalogue.get(name).params is not NoParams])
def test_the_difference_grows_with_the_strength(name, base, geometry):
    def difference(strength):
        pipeline = Pipeline(always(name, strength=strength), geometry)
        return np.abs(views(pipeline, base, range(12)).astype(int) - pipeline.plain(base)).mean()

    # a random crop at any strength enlarges the centre crop's surroundings, so it is no measure of the distance
    if name != "RandomResizedCrop":
        assert difference(0.1) < difference(1)


def test_a_scaled_probability_fires_on_its_share(geometry):
    half = Pipeline(PipelineSpec(steps=(Step(transform="ToGray", p=0.8),), strength=0.5), geometry)
    share = np.mean([len(half.applied(seed=0, digest="d", number=number)) for number in range(2000)])
    assert share == pytest.approx(0.4, abs=0.05)  # 4.5 standard errors


@pytest.mark.parametrize("name", CLASSIC)
def test_a_view_depends_on_nothing_but_its_arguments(name, base, geometry):
    pipeline = Pipeline(always(name), geometry)
    first = views(pipeline, base)
    random.seed(1)
    np.random.seed(1)
    cv2.setRNGSeed(1)
    backwards = views(pipeline, base, range(5, -1, -1))[::-1]
    again = views(Pipeline(always(name), geometry), base)
    assert np.array_equal(first, backwards)
    assert np.array_equal(first, again)


@pytest.mark.parametrize("name", ["Rotate", "GaussNoise", "ElasticTransform"])
def test_seed_digest_and_number_each_make_another_view(name, base, geometry):
    pipeline = Pipeline(always(name), geometry)
    seen = [
        pipeline.view(base, seed=s, digest=d, number=n)
        for s, d, n in ((0, "a", 0), (1, "a", 0), (0, "b", 0), (0, "a", 1))
    ]
    assert len({view.tobytes() for view in seen}) == 4


def test_global_random_state_is_left_alone(base, geometry):
    states = random.getstate(), np.random.get_state()[1].tobytes()
    views(Pipeline(sometimes(*CLASSIC), geometry), base)
    assert (random.getstate(), np.random.get_state()[1].tobytes()) == states


def test_threads_with_pipelines_of_their_own_make_the_same_views(base, geometry):
    spec = sometimes(*CLASSIC)
    expected = views(Pipeline(spec, geometry), base, range(60))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: views(Pipeline(spec, geometry), base, range(60)), range(4)))
    assert all(np.array_equal(expected, views) for views in found)


def test_even_one_pipeline_shared_by_threads_makes_no_wrong_view(base, geometry):
    shared = Pipeline(sometimes(*CLASSIC), geometry)
    expected = views(shared, base, range(60))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: views(shared, base, range(60)), range(4)))
    assert all(np.array_equal(expected, views) for views in found)


def test_other_steps_do_not_change_what_a_step_draws(base, geometry):
    alone = Pipeline(sometimes("Rotate"), geometry)
    spec = sometimes("ToGray", "Rotate", "ColorJitter")
    off = (
        spec.steps[0].model_copy(update={"enabled": False}),
        spec.steps[1],
        spec.steps[2].model_copy(update={"p": 0.0}),
    )
    among = Pipeline(PipelineSpec(steps=off), geometry)
    assert np.array_equal(views(alone, base), views(among, base))


def test_two_steps_of_one_kind_draw_apart(geometry):
    pipeline = Pipeline(sometimes("ToGray", "ToGray"), geometry)
    assert {pipeline.applied(seed=0, digest="d", number=number) for number in range(40)} == {(), (0,), (1,), (0, 1)}


def test_applied_names_the_steps_that_took_part(base, geometry):
    pipeline = Pipeline(sometimes("VerticalFlip", "ToGray"), geometry)
    for number in range(20):
        view = pipeline.view(base, seed=0, digest="d", number=number)
        grey = (view == view[..., :1]).all()
        assert grey == (1 in pipeline.applied(seed=0, digest="d", number=number))


def test_the_draws_are_those_of_every_earlier_version(geometry):
    # golden, from the first version: another answer would change the views of every experiment that was ever run
    pipeline = Pipeline(
        PipelineSpec(steps=(Step(transform="ToGray", p=0.5), Step(transform="HorizontalFlip", p=0.5))), geometry
    )
    seen = [pipeline.applied(seed=0, digest="d", number=number) for number in range(6)]
    assert seen == [(), (), (1,), (), (0,), (1,)]


def test_plain_is_the_centre_and_neither_it_nor_a_view_shares_memory_with_the_base(base, geometry):
    pipeline = Pipeline(PipelineSpec(), geometry)
    assert np.array_equal(pipeline.plain(base), base[4:52, 16:64])
    for pixels in (pipeline.plain(base), pipeline.view(base, seed=0, digest="d", number=0)):
        assert not np.shares_memory(pixels, base)
        pixels[:] = 0


def test_the_odd_pixel_of_a_centre_crop_is_where_torchvision_leaves_it():
    from torchvision.transforms.v2.functional import center_crop
    from torchvision.tv_tensors import Image

    for height, width in ((51, 48), (49, 53), (55, 50)):
        pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
        expected = center_crop(Image(pixels.transpose(2, 0, 1)), [48, 48]).numpy().transpose(1, 2, 0)
        assert np.array_equal(Pipeline(PipelineSpec(), Geometry(48, 48)).plain(pixels), expected)


@pytest.mark.parametrize("name", CLASSIC)
@pytest.mark.parametrize("shape", [(8, 8), (16, 500), (700, 16), (56, 56)])
def test_every_transform_takes_images_of_any_shape(name, shape):
    grey = np.random.default_rng(0).integers(0, 256, (*shape, 1), dtype=np.uint8).repeat(3, axis=2)
    for side, short in ((8, 8), (32, min(shape))):
        pipeline = Pipeline(always(name, strength=2), Geometry(side, short))
        assert views(pipeline, grey, range(3)).shape == (3, side, side, 3)


def test_a_panorama_beyond_what_opencv_can_warp_is_no_crash():
    wide = np.zeros((32, 40000, 3), dtype=np.uint8)
    assert (
        Pipeline(always("ElasticTransform", "Rotate"), Geometry(32, 32)).view(wide, seed=0, digest="d", number=0).any()
        == 0
    )


@pytest.mark.parametrize("name", ["Rotate", "Translate", "Scale", "Shear", "ElasticTransform"])
@pytest.mark.parametrize(("fill", "colours"), [("black", {0, 128}), ("white", {128, 255}), ("reflect", {128})])
def test_the_fill_stands_where_the_image_moved_away(name, fill, colours):
    params = {"fill": fill} | ({"factor": [0.5, 0.5]} if name == "Scale" else {})
    pipeline = Pipeline(PipelineSpec(steps=(Step(transform=name, params=params),), strength=2), Geometry(48, 48))
    seen = views(pipeline, np.full((48, 48, 3), 128, dtype=np.uint8))
    assert {int(seen.min()), int(seen.max())} == colours
    assert (seen == seen[..., :1]).all()  # white is white in all three channels


def test_a_hue_shift_leaves_grey_alone_and_turns_red(geometry):
    pipeline = Pipeline(always("HueShift"), geometry)
    grey = np.full((56, 56, 3), 90, dtype=np.uint8)
    red = np.zeros((56, 56, 3), dtype=np.uint8)
    red[..., 0] = 200
    assert (views(pipeline, grey) == 90).all()
    assert any(view[..., 1:].any() for view in views(pipeline, red))


def test_it_can_be_sent_to_another_process(base, geometry):
    pipeline = Pipeline(PRESETS["strong"], geometry)
    assert np.array_equal(views(pipeline, base), views(pickle.loads(pickle.dumps(pipeline)), base))


def test_check_passes_what_is_right_and_tells_every_problem():
    check(always(*CLASSIC, strength=2))
    with pytest.raises(UnknownTransform, match=r"Step 2 \(Blurr\)"):
        check(PipelineSpec(steps=(Step(transform="Rotate", params={"limit": -1}), Step(transform="Blurr"))))
    with pytest.raises(InvalidPipeline, match=r"Step 1 \(Rotate\).*Step 2 \(ToGray\)"):
        check(
            PipelineSpec(
                steps=(Step(transform="Rotate", params={"limit": -1}), Step(transform="ToGray", params={"a": 1}))
            )
        )
    with pytest.raises(InvalidPipeline, match="Step 1"):
        Pipeline(PipelineSpec(steps=(Step(transform="Rotate", params={"limit": -1}),)), Geometry(32, 32))


def test_a_refusal_of_the_library_is_told_with_its_reason(monkeypatch, geometry):
    monkeypatch.setitem(
        builders.BUILDERS,
        "Rotate",
        lambda params, geometry: builders.Call("CoarseDropout", {"num_holes_range": (3, 1)}),
    )
    with pytest.raises(InvalidPipeline, match=r"Step 1 \(Rotate\): Albumentations refuses.*num_holes_range"):
        check(always("Rotate"))


def test_a_misspelt_argument_is_no_mere_warning():
    with pytest.raises(ValueError, match="limits"):
        builders.make(builders.Call("Rotate", {"limits": 3}))
    with pytest.raises(TypeError, match="spaces"):
        builders.make(builders.Call("TrivialAugment", {"spaces": "wide"}))


def test_a_step_that_fails_on_an_image_is_named_with_the_reason(base, geometry, monkeypatch):
    class Fails(builders.A.ImageOnlyTransform):
        def apply(self, img, **params):
            raise ZeroDivisionError("nothing\nto divide")

    monkeypatch.setitem(builders.OWN, "Elastic", Fails)
    monkeypatch.setattr(Fails, "__init__", lambda self, p, **_: builders.A.ImageOnlyTransform.__init__(self, p))
    pipeline = Pipeline(always("ToGray", "ElasticTransform"), geometry)
    with pytest.raises(
        InvalidPipeline, match=r"Step 2 \(ElasticTransform\) failed on an image of 80 x 56 px: .*nothing to divide"
    ):
        pipeline.view(base, seed=0, digest="d", number=0)


def test_the_library_s_reason_is_told_without_its_noise():
    crop = default_step("Crop")
    with pytest.raises(InvalidPipeline, match=r"refuses these parameters: x_max must be greater than x_min$"):
        check(PipelineSpec(steps=(crop.model_copy(update={"params": crop.params | {"x_min": 1000}}),)))


@pytest.mark.parametrize(("name", "key"), [("Translate", "shift"), ("Rotate", "turn"), ("Scale", "zoom")])
def test_where_an_image_went_is_told(name, key):
    pipeline = Pipeline(PipelineSpec(steps=(default_step(name).model_copy(update={"p": 1.0}),)), Geometry(64, 96))
    (fired,) = pipeline.fired(np.zeros((96, 128, 3), np.uint8), seed=0, digest="x", number=3)
    assert key in fired.drawn
    assert ("shift" in fired.drawn) == (name == "Translate"), "turning and zooming leave the middle where it is"
