"""The drawn samples are what their scripts draw, and their classes differ as they should."""

import colorsys
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from core.data.images import decode
from core.data.sources import load_dataset

ROOT = Path(__file__).resolve().parents[2] / "sample_data"


def script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def signs():
    return script("draw_signs")


@pytest.fixture(scope="module")
def scenes():
    return script("draw_scenes")


def test_the_same_arguments_draw_the_same_images(signs):
    one = {(name, number): image.tobytes() for name, number, image in signs.draw(2, seed=3)}
    more = {(name, number): image.tobytes() for name, number, image in signs.draw(3, seed=3)}
    assert len(one) == 12
    assert all(more[key] == pixels for key, pixels in one.items())
    assert all(other.tobytes() != one[name, number] for name, number, other in signs.draw(2, seed=4))


def test_the_kept_images_are_the_drawn_ones(signs):
    for name in signs.CLASSES:
        drawn = np.asarray(signs.draw_one(name, 7, 0)).astype(int)
        kept = decode(ROOT / "signs" / name / f"{name}-07.jpg").pixels.astype(int)
        assert drawn.shape == kept.shape
        assert np.abs(drawn - kept).mean() < 8


def test_the_place_of_the_lit_lamp_does_not_tell_the_colour(signs):
    """The brightest saturated spot lies as high in red lights as in green ones, on average."""
    heights = {}
    for name in ("red-light", "green-light"):
        rows = []
        for number in range(60):
            pixels = np.asarray(signs.draw_one(name, number, 1)).astype(float)
            lit = (pixels.max(2) - pixels.min(2)) * (pixels.max(2) > 180)
            y, x = np.unravel_index(lit.argmax(), lit.shape)
            hue = colorsys.rgb_to_hsv(*(pixels[y, x] / 255))[0] * 360
            assert (hue < 30 or hue > 330) if name == "red-light" else 90 < hue < 170
            rows.append(y / pixels.shape[0])
        heights[name] = np.mean(rows)
    assert abs(heights["red-light"] - heights["green-light"]) < 0.1


def test_the_same_arguments_draw_the_same_scenes(scenes):
    one = {number: (names, image.tobytes()) for number, names, image in scenes.draw(2, seed=3)}
    assert all(one[number] == (names, image.tobytes()) for number, names, image in scenes.draw(3, seed=3) if number < 2)
    assert all(names != one[n][0] or image.tobytes() != one[n][1] for n, names, image in scenes.draw(2, seed=4))


def test_the_kept_scenes_are_the_drawn_ones(scenes, tmp_path):
    dataset = load_dataset("sample:scenes", tmp_path)
    assert dataset.task == "multilabel"
    for number in (3, 57, 198):
        names, drawn = scenes.draw_one(number, 0)
        item = next(item for item in dataset.items if item.name == f"images/scene-{number:03d}.jpg")
        assert dataset.label_of(item) == ", ".join(names)
        assert np.abs(decode(item.path).pixels.astype(int) - np.asarray(drawn).astype(int)).mean() < 8
    assert {len(item.classes) for item in dataset.items} == {2, 3, 4}
    assert all(70 < count < 130 for count in dataset.counts.values())


def test_the_samples_are_small_and_licensed():
    assert sum(path.stat().st_size for path in (ROOT / "scenes").rglob("*.jpg")) < 1_000_000
    assert sum(path.stat().st_size for path in (ROOT / "signs").rglob("*.jpg")) < 1_500_000
    assert sum(path.stat().st_size for path in (ROOT / "stamps").rglob("*.jpg")) < 2_000_000
    assert "either version 2 of the License, or" in (ROOT / "stamps" / "LICENSE").read_text()
    assert "GNU GENERAL PUBLIC LICENSE" in (ROOT / "stamps" / "COPYING").read_text()
