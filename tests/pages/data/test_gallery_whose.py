"""The gallery of the Data page: which image, under which label, on which page; and what is counted above it."""

import numpy as np
import pytest
from PIL import Image

from core.data.sources import load_dataset
from core.data.split import make_split
from core.experiment import SplitSpec
from pages.ui.data import facts, gallery
from pages.ui.session import warmup
from pages.ui.session.state import Draft
from tests.pages.trained import opened, ran, texts
from tests.uneven import CLASSES, EACH, TEST, TRAIN, VAL

PAGE = "pages/data.py"
COLOURS = {"cold": (250, 10, 10), "mild": (10, 250, 10), "warm": (10, 10, 250)}


@pytest.fixture(autouse=True)
def no_warm_up(monkeypatch):
    monkeypatch.setattr(warmup, "start", lambda: None)
    monkeypatch.setattr(warmup, "ready", lambda: False)
    monkeypatch.setattr(warmup, "wait", lambda purpose: None)


@pytest.fixture
def folder(tmp_path):
    """Parts of 11, 5 and 7 images of one colour a class, no two alike, of different sizes."""
    for part, counts in EACH.items():
        for name, count in zip(CLASSES, counts, strict=True):
            place = tmp_path / "weather" / part / name
            place.mkdir(parents=True)
            for number in range(count):
                side = 20 + 3 * number + len(part)
                pixels = np.full((side, side + 8, 3), COLOURS[name], np.uint8)
                pixels[number : number + 4, : 5 * len(part)] = 90
                Image.fromarray(pixels).save(place / f"{part}-{name}-{number}.png")
    return tmp_path / "weather"


@pytest.fixture
def sheets(monkeypatch):
    """The cells of every mosaic that the gallery drew last."""
    drawn = []
    monkeypatch.setattr(gallery, "show_mosaic", lambda cells, *_, **__: drawn.append(list(cells)))
    return drawn


def shown(at, sheets):
    """The gallery anew; its cells, row by row."""
    sheets.clear()
    at = ran(at)
    return at, [cell for sheet in sheets for cell in sheet]


def colour_of(cell):
    return max(COLOURS, key=lambda name: -np.abs(np.median(cell.pixels, axis=(0, 1)) - COLOURS[name]).sum())


def test_every_image_stands_under_its_own_label(folder, sheets):
    at = opened(PAGE, draft=Draft(source=str(folder)))
    at, cells = shown(at, sheets)
    assert len(cells) == gallery.PER_PAGE == 18
    assert [cell.label for cell in cells] == [colour_of(cell) for cell in cells]
    assert f"1 to 18 of {TRAIN + VAL + TEST}" in texts(at)
    assert [cell.label for sheet in sheets for cell in sheet[:2]] == ["cold", "mild", "warm", "cold", "mild", "warm"]


@pytest.mark.parametrize(("part", "count"), [("train", TRAIN), ("val", VAL), ("test", TEST)])
def test_a_part_shows_its_own_images(folder, sheets, part, count):
    at = opened(PAGE, draft=Draft(source=str(folder)))
    at.segmented_control(key="data-gallery-part").set_value(part)
    at, cells = shown(at, sheets)
    assert f"1 to {count} of {count}" in texts(at)
    assert [cell.label for cell in cells] == [colour_of(cell) for cell in cells]
    counts = [[cell.label for cell in cells].count(name) for name in CLASSES]
    assert counts == list(EACH[part])
    at.selectbox(key="data-gallery-class").set_value(2)
    at, cells = shown(at, sheets)
    assert sorted(cell.label for cell in cells) == [f"{part}-warm-{n}.png" for n in range(EACH[part][2])]
    assert {colour_of(cell) for cell in cells} == {"warm"}


def test_what_is_counted_is_counted_by_part_and_class(folder, monkeypatch):
    drawn = []
    monkeypatch.setattr("pages.ui.data.look.live_plot", lambda figure, **_: drawn.append(figure))
    at = opened(PAGE, draft=Draft(source=str(folder)))
    bars = {trace.name: list(trace.x) for trace in drawn[-1].data if trace.type == "bar"}
    assert bars == dict(zip(("Training", "Validation", "Test"), map(list, EACH.values()), strict=True))
    values = {metric.label: metric.value for metric in at.metric}
    assert (values["Images"], values["Classes"], values["Left out"]) == (str(TRAIN + VAL + TEST), "3", "0")
    assert "came divided into folders" in texts(at)


def test_sizes_are_those_of_the_smallest_the_middle_and_the_largest(folder, tmp_path):
    dataset = load_dataset(str(folder), tmp_path / "workspace")
    ranked = sorted((item.width * item.height, item.width, item.height) for item in dataset.items)
    found = facts.sizes(dataset)
    assert found.smallest == ranked[0][1:]
    assert found.largest == ranked[-1][1:]
    assert found.median == ranked[11][1:]
    assert found.smallest[0] > found.smallest[1], "width before height"


def test_files_are_told_apart_by_why_they_are_left_out(folder, tmp_path):
    copied = (folder / "val" / "mild" / "val-mild-0.png").read_bytes()
    (folder / "train" / "mild" / "again.png").write_bytes(copied)
    (folder / "train" / "warm" / "again.png").write_bytes((folder / "train" / "warm" / "train-warm-0.png").read_bytes())
    for number in range(2):
        (folder / "test" / "cold" / f"broken{number}.png").write_bytes(b"no image" * (number + 1))
    dataset = load_dataset(str(folder), tmp_path / "workspace")
    split = make_split(dataset, SplitSpec())
    kinds = ((dataset.left_out, "unusable"), (split.left_out, "copy"))
    rows = {one.name: kind for found, kind in kinds for one in found}
    assert rows == {
        "train/mild/again.png": "copy", "train/warm/train-warm-0.png": "copy",
        "test/cold/broken0.png": "unusable", "test/cold/broken1.png": "unusable",
    } or rows == {
        "train/mild/again.png": "copy", "train/warm/again.png": "copy",
        "test/cold/broken0.png": "unusable", "test/cold/broken1.png": "unusable",
    }  # fmt: skip
    assert split.sizes == {"train": TRAIN, "val": VAL, "test": TEST}
