"""An image goes through a frozen prefix once per view, and again only when something that it depends on has changed."""

from importlib import metadata

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from core.data.sources import load_dataset
from core.experiment import PipelineSpec
from core.features import views
from core.features.batches import chunked, shuffled
from core.features.precision import autocast_for
from core.features.sources import Features
from core.features.store import FeatureStore
from tests.features.helpers import CPU, FLIPS, Counting, directly, nearly, rows, same, some_features, some_pixels


def test_an_image_goes_through_once_per_view_over_many_epochs(items):
    part = Counting()
    source = some_features(part)
    for epoch in range(6):
        view = epoch % 2
        found, failed = rows(source, shuffled(items, 0, epoch), view)
        assert not failed
        nearly(found, directly(items, view))
        assert part.seen == (24 if epoch < 2 else 0)
        assert rows(source, items, None)[1] == {}
        assert part.seen == (24 if epoch == 0 else 0)  # the plain images are yet another view
    assert not same(directly(items, 0), directly(items, 1))
    assert not same(directly(items, 0), directly(items, None))


def test_features_are_computed_in_the_order_that_is_said_whatever_the_batches(items, monkeypatch):
    source, asked = some_features(Counting()), []
    below = source._base.batches

    def watched(chunks, view, order):
        asked.extend(item.name for chunk in chunks for item in chunk)
        return below(chunks, view, order)

    monkeypatch.setattr(source._base, "batches", watched)
    chunks = chunked(shuffled(items, 0, 1), 7)
    assert [inputs.items for inputs in source.batches(chunks, 0, items)] == [tuple(chunk) for chunk in chunks]
    assert asked == [item.name for item in items] != [item.name for chunk in chunks for item in chunk]


def test_what_a_store_has_is_not_computed_again(items, tmp_path):
    part = Counting()
    first = rows(some_features(part, FeatureStore(tmp_path / "kept")), items, 0)
    assert part.seen == 24
    assert same(first[0], rows(some_features(part, FeatureStore(tmp_path / "kept")), items, 0)[0])
    assert part.seen == 0
    assert same(first[0], rows(some_features(part), items, 0)[0])  # without a store
    assert part.seen == 24


@pytest.mark.parametrize(
    ("pixels", "name"),
    [
        pytest.param({}, "other weights|cut", id="weights, cut or number format"),
        pytest.param({"pipeline": PipelineSpec(steps=FLIPS.steps[:1])}, None, id="pipeline"),
        pytest.param({"pipeline": FLIPS.model_copy(update={"strength": 0.5})}, None, id="strength"),
        pytest.param({"seed": 1}, None, id="seed"),
        pytest.param({"size": 40, "resized": 40}, None, id="size"),
        pytest.param({"resized": 36}, None, id="size before the crop"),
        pytest.param({"interpolation": "bicubic"}, None, id="interpolation"),
        pytest.param({"backbone": "efficientnet_lite0"}, None, id="mean and deviation"),
    ],
)
def test_a_change_of_what_features_depend_on_is_a_miss(items, tmp_path, pixels, name):
    part, store = Counting(), FeatureStore(tmp_path / "kept")
    rows(some_features(part, store), items, 0)
    rows(some_features(part, store, name=name or "weights|cut", pixels=some_pixels(**pixels)), items, 0)
    assert part.seen == 48
    rows(some_features(part, store), items, 0)
    assert part.seen == 0


@pytest.mark.parametrize("view", [0, None])
@pytest.mark.parametrize(("name", "value"), [("VIEW_CODE", 99), ("LIBRARIES", "albumentations 3|OpenCV 6|Pillow 14")])
def test_other_code_that_makes_views_is_a_miss(items, tmp_path, monkeypatch, view, name, value):
    part, store = Counting(), FeatureStore(tmp_path / "kept")
    rows(some_features(part, store), items, view)
    with monkeypatch.context() as later:
        later.setattr(views, name, value)
        rows(some_features(part, store), items, view)
    assert part.seen == 48
    rows(some_features(part, store), items, view)
    assert part.seen == 0


def test_the_libraries_that_make_views_are_named_with_their_versions():
    found = {name: metadata.version(package) for name, package in (("albumentations", "albumentations"),
             ("Pillow", "pillow"))} | {"OpenCV": cv2.__version__}  # fmt: skip
    assert sorted(views.LIBRARIES.split("|")) == sorted(f"{name} {version}" for name, version in found.items())


def test_plain_images_depend_neither_on_the_pipeline_nor_on_the_seed(items, tmp_path):
    part, store = Counting(), FeatureStore(tmp_path / "kept")
    rows(some_features(part, store), items, None)
    rows(some_features(part, store, pixels=some_pixels(pipeline=PipelineSpec(), seed=5)), items, None)
    assert part.seen == 24
    rows(some_features(part, store, pixels=some_pixels(size=40, resized=40)), items, None)
    assert part.seen == 24


def test_views_that_do_not_vary_are_the_plain_image(items):
    part = Counting()
    source = some_features(part, pixels=some_pixels(pipeline=PipelineSpec()))
    assert same(rows(source, items, 0)[0], rows(source, items, 1)[0])
    assert same(rows(source, items, 0)[0], rows(source, items, None)[0])
    assert part.seen == 24


def test_an_image_that_shows_something_else_now_goes_through_alone(items, images, tmp_path):
    part, store = Counting(), FeatureStore(tmp_path / "kept")
    before = rows(some_features(part, store), items, None)[0]
    assert part.seen == 24
    Image.fromarray(np.full((32, 32, 3), 200, np.uint8)).save(items[3].path)
    anew = load_dataset(str(images), tmp_path / "workspace").items
    after = rows(some_features(part, store), anew, None)[0]
    assert part.seen == 1
    assert {name for name in after if not torch.equal(after[name], before[name])} == {items[3].name}
    rows(some_features(part, FeatureStore(tmp_path / "kept")), anew, None)
    assert part.seen == 0  # the block has both


def test_rows_do_not_depend_on_the_batches(items):
    widths, found = [], []
    for size in (1, 7, 24):
        part = Counting()
        found.append(rows(some_features(part), items, 0, size)[0])
        widths.append(part.widths)
    assert widths[0] == widths[1] == widths[2] == [8, 16]
    assert same(found[0], found[1])
    assert same(found[0], found[2])


def test_fresh_views_are_never_kept_but_plain_images_are(items, tmp_path):
    part, store = Counting(), FeatureStore(tmp_path / "kept")
    source = some_features(part, store, keep=False)
    first = rows(source, items, 0)[0]
    assert list(tmp_path.glob("kept/*")) == []
    again = rows(source, items, 0)[0]
    assert part.seen == 48
    assert same(first, again)
    nearly(first, directly(items, 0))
    rows(source, items, None)
    rows(some_features(part, store, keep=False), items, None)
    assert part.seen == 24
    assert len(list(tmp_path.glob("kept/*.rows"))) == 1


@pytest.mark.parametrize(("keep", "view"), [(True, 0), (False, 0), (True, None)])
def test_features_are_fp32_whatever_the_frozen_part_computes_in(items, keep, view):
    part = Counting()
    source = some_features(lambda images: part(images).to(torch.bfloat16), keep=keep)
    for _ in range(2):
        assert {row.dtype for row in rows(source, items, view)[0].values()} == {torch.float32}


def test_what_there_is_to_say_of_an_earlier_cut_is_said_by_the_later_one_too(items):
    below = some_features(Counting())
    above = Features(
        torch.nn.Identity(), below, name="above", pixels=some_pixels(), autocast=autocast_for(CPU, "fp32"), device=CPU,
        keep=True, store=None,
    )  # fmt: skip
    below.notes.append("The disk is full.")
    assert above.notes == ["The disk is full."]
    above.notes.clear()
    assert below.notes == [], "what is shown is removed for both"
