"""Masks among the images of a class are told by their pixels and by where they lie, whatever they are called."""

from pathlib import Path
from random import Random
from uuid import UUID

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.data.dataset import Item
from core.data.layouts.masked.drawn import masks_of_photographs
from core.data.layouts.masked.numbers import Numbered, kinds_of_names
from core.data.report import describe
from core.data.sources import load_dataset
from core.data.split import make_split
from core.experiment import Reading, SplitSpec
from tests.calls import calls_of

CLASSES = {"cat": 9, "dog": 7}


@pytest.fixture
def load(tmp_path):
    """`load("img_{}.jpg", "bw_{}.png")`: each class with so many photographs and so many masks by such names, where
    {c} is the class and {} counts. `size` is that of the masks, `drawn` what draws them."""

    def make(photo, *masks, size=(41, 33), drawn=None, **reading):
        random = np.random.default_rng(7)
        for name, count in CLASSES.items():
            for number in range(3, 3 + count):
                for pattern in (photo, *masks):
                    path = tmp_path / "set" / name / pattern.format(number, c=name)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    mask = pattern != photo and (drawn is None or pattern in drawn)
                    (_mask(random, size) if mask else _photo(random)).save(path)
        return load_dataset(str(tmp_path / "set"), tmp_path / "workspace", reading=Reading(**reading))

    return make


def _photo(random):
    return Image.fromarray(random.integers(0, 256, (6, 6, 3), dtype=np.uint8)).resize(
        (41, 33), Image.Resampling.BICUBIC
    )


def _mask(random, size):
    image = Image.new("L", size)
    left, top = random.integers(2, 9, 2).tolist()
    ImageDraw.Draw(image).ellipse((left, top, left + random.integers(6, 22), top + 17), fill=255)
    return image


def said(dataset):
    return " ".join(describe(dataset, make_split(dataset, SplitSpec())).notes)


@pytest.mark.parametrize(
    ("photo", "mask"),
    [
        ("{}.jpg", "{}.png"),
        ("img_{:03}.png", "bw_{:03}.png"),
        ("zdjecie_{}.png", "kontur_{}.png"),
        ("{c}{}.jpg", "tumor{c}{}.png"),
        ("photo{}_a.png", "fill-{}_2.png"),
        ("2007_{:06}.jpg", "2007_{:06}_color.png"),
        ("{}-1.png", "{}-2.png"),
        ("{c}_{}_jpg.rf.0684f8fb{:03}c18a.jpg", "{c}_{}_bw_png.rf.87ba1bc3{:03}fdb.jpg"),
        ("images/a{}.png", "trace/a{}.png"),
        ("{}.jpg", "dark/out_{}.png"),
    ],
)
def test_what_is_drawn_and_has_the_name_or_number_of_a_photograph_is_no_image_of_the_class(load, photo, mask):
    if photo.count("{}") + photo.count("{:03}") > 1:  # a hash of its own for each
        photo, mask = (one.replace("{}", "{0}").replace("{:03}", "{0:03}") for one in (photo, mask))
    dataset = load(photo, mask, layout="folders")
    assert dataset.counts == CLASSES
    assert {item.look for item in dataset.items} == {""}
    assert "flat values" not in said(dataset)
    reason = dataset.left_out[0].reason
    assert len(dataset.left_out) == 16
    assert "as masks are" in reason
    assert "rename" in reason


def test_the_photograph_is_named(load):
    reasons = {one.name: one.reason for one in load("x{}.png", "y{}.png").left_out}
    assert "numbered and as large as 'x5.png'" in reasons["dog/y5.png"]


@pytest.mark.parametrize(
    ("names", "size"), [(("img_{}.png", "bw_{}.png"), (20, 33)), (("img_{}.png", "bw_9{}.png"), (41, 33))]
)
def test_of_another_size_or_number_they_are_noted(load, names, size):
    dataset = load(*names, size=size)
    assert dataset.counts == {"cat": 18, "dog": 14}
    assert "16 images in 'cat' and 'dog' are a few flat values, as masks are, and lie among photographs" in said(
        dataset
    )


@pytest.mark.parametrize("case", ["{:03}", "2021-03-{:02}", "{c}{}"])
@pytest.mark.parametrize("pair", [("image.png", "mask.png"), ("foto.jpg", "y.png")])
def test_masks_in_folders_of_one_case(load, case, pair):
    photo, mask = (f"{case}/{name}" for name in pair)
    dataset = load(photo, mask, layout="folders")
    assert dataset.counts == CLASSES
    assert f"in one folder with '{pair[0]}'" in dataset.left_out[0].reason


def test_photographs_of_one_case_stay(load):
    assert load("{:03}/left.png", "{:03}/right.png", drawn=[], layout="folders").counts == {"cat": 18, "dog": 14}


def test_a_folder_of_masks_called_after_a_photograph(load):
    masks = ["IMG_{}/0.png", "IMG_{}/1.png"]
    assert load("IMG_{}.jpg", *masks).counts == CLASSES


def test_the_folders_of_labelme(load):
    inside = ["c{}_json/img.png", "c{}_json/label.png", "c{}_json/label_viz.png"]
    dataset = load("c{}.jpg", *inside, drawn=[inside[1]])
    assert dataset.counts == CLASSES
    assert "Lies in a folder with masks of 'c3.jpg'" in dataset.left_out[0].reason


def test_and_without_the_images_outside_them(load):
    dataset = load("c{}_json/img.png", "c{}_json/label.png", "c{}_json/label_viz.png", drawn=["c{}_json/label.png"],
                   layout="folders")  # fmt: skip
    assert dataset.counts == CLASSES


def test_a_folder_of_photographs_called_after_one_stays(load):
    assert load("IMG_{}.jpg", "IMG_{}/b.jpg", drawn=[]).counts == {"cat": 18, "dog": 14}


def test_numbers_without_those_that_all_share():
    (kind,) = kinds_of_names({4: "2007_000012_v2", 7: "2007_000013_v2"})
    assert kind == {4: (12,), 7: (13,)}
    assert kinds_of_names({1: "a", 2: "0684f8fbcc943c18"}) == []


def test_a_photograph_may_have_several_masks():
    made = {10: (1, 0), 11: (1, 1), 12: (2, 0)}
    assert Numbered([{5: (7,), 6: (8,)}, {1: (1,), 2: (2,)}]).same(made) == {10: 1, 11: 1, 12: 2}
    assert Numbered([{5: (1, 2, 3)}]).same(made) == {}


def test_twice_as_many_names_of_their_own_are_about_twice_the_work():
    def calls(count):
        names = [f"{UUID(int=Random(number).getrandbits(128))}" for number in range(count)]
        items = [
            Item(Path(f"{name}.png"), f"{name}.png", 0, 32, 32, "0", look="flat" if number % 5 < 2 else "")
            for number, name in enumerate(names)
        ]
        return calls_of(lambda: masks_of_photographs(items))

    assert calls(240) <= 2.2 * calls(120)  # by the square about 3.9 times as many


def test_of_equal_kinds_the_first_one_fits_and_no_larger_one():
    assert Numbered([{1: (3,), 2: (4,), 3: (5,)}, {4: (3,)}, {6: (3,)}]).same({9: (3,)}) == {9: 4}
    assert Numbered([{1: (3,), 2: (4,), 3: (5,)}]).same({9: (3,)}) == {}


def test_drawings_of_one_part_are_no_masks_of_photographs_of_another():
    def item(name, part, look=""):
        return Item(Path(name), f"{part}/cat/{name}", 0, 40, 30, name, part=part, look=look)

    photos = [item(f"img_{n}.png", part) for part, ns in (("train", range(3, 9)), ("test", range(23, 27))) for n in ns]
    drawn = [item(f"img_{n}.jpg", "test", "flat") for n in range(3, 7)]
    assert masks_of_photographs([*photos, *drawn]) == {}
    masks = [item(f"img_{n}.jpg", "train", "flat") for n in range(3, 7)]
    assert sorted(masks_of_photographs([*photos, *masks])) == [10, 11, 12, 13]
