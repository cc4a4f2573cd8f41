"""Steps that look at other images: at the training images, never at the image itself, and at nothing else."""

import pickle

import numpy as np
import pytest
from PIL import Image

from core.augment.catalogue import TRANSFORMS
from core.augment.pipeline import Pipeline, check
from core.augment.references import TrainingImages
from core.augment.steps import default_step, needs_references
from core.data.dataset import Item
from core.data.geometry import Geometry
from core.data.sources import load_dataset
from core.errors import InvalidPipeline, UnreadableImage
from core.experiment import PipelineSpec, Step
from core.features.batches import ImageViews, batches

NAMES = [name for name, entry in TRANSFORMS.items() if entry.references]
SMALL = Geometry(32, 32)


def always(*names):
    return PipelineSpec(steps=tuple(default_step(name).model_copy(update={"p": 1.0}) for name in names))


def view(spec, base, geometry, others, digest="z", number=0):
    return Pipeline(spec, geometry, others).view(base, seed=0, digest=digest, number=number)


@pytest.fixture
def items(images, tmp_path):
    return load_dataset(str(images), tmp_path / "workspace").items


def test_these_look_at_other_images():
    assert set(NAMES) == {"HistogramMatching", "FDA", "PixelDistributionAdaptation", "OverlayElements"}


@pytest.mark.parametrize("name", NAMES)
def test_another_image_makes_another_view(name, base, geometry, others):
    spec = always(name)
    views = {view(spec, base, geometry, others, number=number).tobytes() for number in range(20)}
    assert len(views) > 2
    assert set(others.asked) == set("abc")
    plain = Pipeline(spec, geometry, others).plain(base)
    assert (view(spec, base, geometry, others) != plain).any()


@pytest.mark.parametrize("name", NAMES)
def test_a_image_never_looks_at_itself_while_there_is_another(name, base, geometry, others):
    for digest in "abc":
        others.asked.clear()
        for number in range(20):
            view(always(name), base, geometry, others, digest=digest, number=number)
        assert set(others.asked) == set("abc") - {digest}


def test_one_that_cannot_be_read_is_passed_over(base, geometry, others):
    others.missing = ("a",)
    seen = [view(always("HistogramMatching"), base, geometry, others, digest="b", number=n) for n in range(9)]
    assert set(others.asked) == {"a", "c"}
    assert all(one.shape == (48, 48, 3) for one in seen)
    others.missing = ("a", "b", "c")  # nothing is left but the image itself: its tones stay
    assert np.abs(view(always("HistogramMatching"), base, geometry, others).astype(int)
                  - Pipeline(PipelineSpec(), geometry).plain(base)).max() <= 1  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_without_other_images_it_is_refused_with_the_reason(name, geometry):
    choice = Step(transform="OneOf", options=(default_step("ToGray"), default_step(name)))
    for step, place in ((default_step(name), 2), (choice, 2)):
        spec = PipelineSpec(steps=(default_step("ToGray"), step))
        assert needs_references(spec)
        check(spec)
        with pytest.raises(InvalidPipeline, match=rf"Step {place} \({name}\): .*other training images, and there are"):
            Pipeline(spec, geometry)
        Pipeline(spec.model_copy(update={"strength": 0}), geometry)
    off = PipelineSpec(steps=(default_step(name).model_copy(update={"enabled": False}),))
    assert not needs_references(off)
    Pipeline(off, geometry)


def test_the_adapted_image_has_the_other_s_colours(base, geometry, others):
    others.digests = ("b",)
    red = others[0].reshape(-1, 3).astype(float)
    for kind in ("pca", "standard", "minmax"):
        step = Step(transform="PixelDistributionAdaptation", params={"transform_type": kind, "blend_ratio": [1, 1]})
        whole = Geometry(56, 56)
        found = view(PipelineSpec(steps=(step,)), base[:, :56], whole, others, digest="z").reshape(-1, 3).astype(float)
        assert np.abs(found.mean(axis=0) - red.mean(axis=0)).max() < (25 if kind == "minmax" else 8)
        assert found.std() > 5, "the library's own is black"


def test_fda_with_a_band_of_nothing_and_a_matched_share_of_0_change_nothing(base, geometry, others):
    for name, field in (("FDA", "beta_limit"), ("HistogramMatching", "blend_ratio"), ("OverlayElements", "size")):
        spec = PipelineSpec(steps=(Step(transform=name, params={field: [0, 0]}),))
        assert not Pipeline(spec, geometry, others).changes_anything


def test_the_order_of_the_training_images_and_their_copies_do_not_matter(items, base, geometry):
    twice = TrainingImages([*items, *items], lambda _: base)
    backwards = TrainingImages(items[::-1], lambda _: base)
    assert twice.digests == backwards.digests == tuple(sorted({item.digest for item in items}))
    assert twice.key == backwards.key != TrainingImages(items[1:], lambda _: base).key


def test_what_cannot_be_read_is_told_as_a_gap(items):
    def fails(item: Item):
        raise UnreadableImage("gone") if item.label else OSError("gone")

    for index in range(len(items)):
        with pytest.raises(LookupError):
            TrainingImages(items, fails)[index]


@pytest.mark.parametrize("name", NAMES)
def test_images_hands_on_the_training_images(name, items):
    train = items[:6]
    with_them = ImageViews(always(name), SMALL, 0, references=train)
    shuffled = ImageViews(PipelineSpec(), SMALL, 0, references=train[::-1]).under(always(name))
    fewer = ImageViews(always(name), SMALL, 0, references=train[:3])
    first, again, other = (
        np.stack([one.view(items[0], number) for number in range(6)]) for one in (with_them, shuffled, fewer)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert with_them.key(0) == shuffled.key(0) != fewer.key(0)
    assert with_them.key(None) == fewer.key(None)
    with pytest.raises(InvalidPipeline, match="there are none"):
        ImageViews(always(name), SMALL, 0).view(items[0], 0)


def test_without_such_a_step_the_training_images_are_no_part_of_the_name(items):
    spec = always("Rotate")
    assert ImageViews(spec, SMALL, 0).key(3) == ImageViews(spec, SMALL, 0, references=items).key(3)


def test_a_training_image_that_vanished_ends_no_run(items):
    train = [item for item in items if item.label == 0]
    Image.open(train[1].path).close()
    train[1].path.unlink()
    image_views = ImageViews(always("HistogramMatching"), SMALL, 0, references=train)
    (batch,) = batches([train], lambda item: image_views.sample(item, 0), ahead=1)
    assert [item.name for item, _ in batch.failed] == [train[1].name]
    assert len(batch.items) == len(train) - 1


def test_a_pipeline_with_other_images_can_be_sent_on(base, geometry, others):
    spec = always("FDA")
    sent = pickle.loads(pickle.dumps(Pipeline(spec, geometry, others)))
    assert np.array_equal(sent.view(base, seed=0, digest="a", number=0), view(spec, base, geometry, others, digest="a"))
