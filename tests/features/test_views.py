"""Views by number, and the key under which they are kept: it changes with the pixels and with nothing else."""

from dataclasses import replace
from importlib.metadata import version

import cv2
import numpy as np
import PIL
import pytest

from core.data.geometry import Geometry
from core.experiment import PipelineSpec, Step
from core.features.batches import ImageViews
from core.features.views import LIBRARIES, VIEW_CODE, Views

SURE, TURN = Step(transform="HorizontalFlip", p=1.0), Step(transform="Rotate", p=1.0)
FLIPS, TURNS = PipelineSpec(steps=(SURE,)), PipelineSpec(steps=(TURN,))
SIZE = Geometry(24, 28, "bilinear")


class OneImage:
    """The same image for every item."""

    def __init__(self, side=28):
        self.pixels = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)

    def base(self, _item):
        return self.pixels


def made(pipeline=FLIPS, geometry=SIZE, seed=3, references=()):
    return Views(pipeline, geometry, seed, OneImage(), references)


@pytest.mark.parametrize(
    "geometry", [replace(SIZE, image_size=20), replace(SIZE, resize_size=30), replace(SIZE, interpolation="bicubic")]
)
@pytest.mark.parametrize("number", [None, 0])
def test_each_size_and_the_interpolation_are_in_the_key(geometry, number):
    assert made(geometry=geometry).key(number) != made().key(number) == made().key(number)


def test_seed_number_and_pipeline_are_in_the_key_of_a_view_and_not_in_that_of_the_plain_image():
    others = [made(seed=4), made(TURNS), made(PipelineSpec(steps=(SURE,), strength=0.5))]
    keys = [made().key(0), made().key(1), *(one.key(0) for one in others)]
    assert len(set(keys)) == len(keys)
    assert {one.key(None) for one in others} == {made().key(None)}


def test_where_nothing_varies_all_views_are_the_plain_image():
    still = made(PipelineSpec())
    assert not still.varies
    assert still.key(0) == still.key(7) == still.key(None) == made().key(None)


@pytest.mark.parametrize("pipeline", [FLIPS, TURNS])
def test_training_images_that_no_step_looks_at_are_not_in_the_key(pipeline, items):
    assert made(pipeline, references=items).key(2) == made(pipeline).key(2)


def test_the_first_view_is_a_view_and_no_number_is_the_plain_image(items):
    views = made()
    assert np.array_equal(views.image(items[0], 0), views.view(items[0], 0))
    assert np.array_equal(views.image(items[0], None), views.plain(items[0]))
    assert np.array_equal(views.image(items[0], 0), views.image(items[0], None)[:, ::-1])


def test_each_item_is_drawn_for_by_its_own_digest_and_number(items):
    views = ImageViews(TURNS, SIZE, 3)
    drawn = [made(TURNS).view(item, number).tobytes() for item in items[:2] for number in (0, 1)]
    assert len(set(drawn)) == 4
    assert views.view(items[0], 0).shape == (24, 24, 3)


def test_every_library_that_makes_pixels_is_in_the_keys_with_its_version():
    for name, number in (("albumentations", version("albumentations")), ("OpenCV", cv2.__version__),
                         ("Pillow", PIL.__version__)):  # fmt: skip
        assert f"{name} {number}" in LIBRARIES
    assert f"{VIEW_CODE}|{LIBRARIES}|" in made().key(None)
