"""Masks are told from images by their pixels where names do not tell, or tell wrong."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.data.audit import problems
from core.data.report import describe
from core.data.sources import load_dataset
from core.data.split import make_split
from core.errors import UnclearLayout, UnusableDataset
from core.experiment import Reading, SplitSpec


def photo(path, random):
    colours = random.integers(0, 256, (6, 6, 3), dtype=np.uint8)
    Image.fromarray(colours).resize((40, 34), Image.Resampling.BICUBIC).save(path)


def mask(path, random):
    image = Image.new("L", (40, 34))
    left, top = random.integers(2, 14, 2).tolist()
    ImageDraw.Draw(image).ellipse((left, top, left + random.integers(6, 22), top + 17), fill=255)
    image.save(path)


@pytest.fixture
def load(tmp_path):
    """`load({"cat/a{:02}.jpg": 11, "GT/mask_{}.png": 9}, drawn=["GT"])`: the data set of photographs and masks."""

    def make(files, drawn=(), **reading):
        random = np.random.default_rng(5)
        for pattern, count in files.items():
            draw = mask if any(part in drawn for part in [*pattern.split("/")[:-1], pattern]) else photo
            (tmp_path / "set" / pattern).parent.mkdir(parents=True, exist_ok=True)
            for number in range(count):
                draw(tmp_path / "set" / pattern.format(number), random)
        return load_dataset(str(tmp_path / "set"), tmp_path / "workspace", reading=Reading(**reading))

    return make


def told(dataset):
    report = describe(dataset, make_split(dataset, SplitSpec()))
    assert report.problems == problems(dataset, make_split(dataset, SplitSpec()))
    return " ".join(report.notes)


CLASSES = {"crater/a{:02}.jpg": 11, "plain/b{:02}.jpg": 13}


@pytest.mark.parametrize("name", ["semantic", "lab", "verdad", "out_7"])
def test_a_class_of_masks_is_noted_whatever_it_is_called(load, name):
    dataset = load({**CLASSES, f"{name}/{{:03}}.png": 10}, drawn=[name])
    assert dataset.counts == {"crater": 11, "plain": 13, name: 10}
    assert f"The images of '{name}' are a few flat values" in told(dataset)
    again = load({}, drawn=[name])  # from the cache
    assert told(again) == told(dataset)


@pytest.mark.parametrize("name", ["Ground truth", "GT_png", "masques", "labels", "annotated"])
def test_a_folder_called_after_masks_that_holds_some_is_left_out(load, name):
    dataset = load({**CLASSES, f"{name}/mask_{{:03}}.png": 10}, drawn=[name])
    assert dataset.counts == {"crater": 11, "plain": 13}
    assert [one.name for one in dataset.left_out] == [name]


@pytest.mark.parametrize("name", ["{} GT", "{}_gt", "Masken_{}", "{}_label"])
def test_so_is_one_for_each_class(load, name):
    masks = [name.format(one) for one in ("crater", "plain")]
    dataset = load({**CLASSES, **{f"{one}/mask_{{}}.png": 9 for one in masks}}, drawn=masks)
    assert dataset.counts == {"crater": 11, "plain": 13}


@pytest.mark.parametrize("name", ["labels", "GT", "masks"])
def test_photographs_in_a_folder_of_that_name_are_a_class(load, name):
    for reading in ({}, {"layout": "folders"}):
        dataset = load({"hats/{:03}.jpg": 11, f"{name}/{{:03}}.jpg": 9, "wigs/{:03}.jpg": 10}, **reading)
        assert dataset.counts == {"hats": 11, "wigs": 10, name: 9}
        assert "pairs" not in told(dataset)


def test_two_folders_of_photographs_that_only_count_are_classes(load):
    assert load({"faces/{}.jpg": 11, "masks/{}.jpg": 9}).counts == {"faces": 11, "masks": 9}


def test_where_all_is_drawn_nothing_is_said(load):
    dataset = load({"alpha/{}.png": 11, "beta/{}.png": 9, "masks/x{}.png": 10}, drawn=["alpha", "beta", "masks"])
    assert dataset.counts == {"alpha": 11, "beta": 9, "masks": 10}
    assert "flat values" not in told(dataset)


@pytest.mark.parametrize(("count", "noted"), [(2, False), (3, True)])
def test_drawings_among_photographs_are_noted_unless_they_are_hardly_any(load, count, noted):
    dataset = load(
        {**CLASSES, "plain/z{:02}x.png": count, "crater/{}.png": 1}, drawn=["plain/z{:02}x.png", "crater/{}.png"]
    )
    said = f"{count} images in 'plain' are a few flat values, as masks are, and lie among photographs, such as"
    assert dataset.counts == {"crater": 12, "plain": 13 + count}
    assert (f"{said} 'plain/z00x.png'" in told(dataset)) == noted


@pytest.mark.parametrize("names", [("leaves", "GT", "mask_{}.png"), ("images", "etiquetas", "{:04}_mask.png")])
def test_two_folders_of_which_one_holds_masks_are_for_segmentation(load, names):
    images, masks, pattern = names
    with pytest.raises(UnusableDataset, match="images with masks") as refused:
        load({f"{images}/{{:04}}.jpg": 11, f"{masks}/{pattern}": 11}, drawn=[masks])
    # what is called after an object may be a class beside drawings
    choices = refused.value.choices if isinstance(refused.value, UnclearLayout) else ()
    assert ({"layout": "folders"} in [choice.reading for choice in choices]) == (images == "leaves")


def test_photographs_of_what_is_called_mask_stay_a_class(load):
    dataset = load({"without/p{}.jpg": 11, "with/p{}_mask.jpg": 11})
    assert dataset.counts == {"with": 11, "without": 11}
