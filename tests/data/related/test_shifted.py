"""Cameras of which one began later, two images of a thing under consecutive numbers, and folders read together."""

import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps

from core.data.related import alternating
from core.data.related.alternating import alternating_groups
from core.data.related.counterparts import counterpart_groups
from core.data.split import make_split
from core.experiment import Reading, SplitSpec
from tests.data.conftest import encode, smooth
from tests.data.related.test_counterparts import HASHES, altered

COUNTS = {"pool": 13, "roof": 11}


def beside(seed):
    """What a camera beside the first one sees, with colours of its own."""
    image = smooth(seed, 80).crop((16, 6, 80, 70)).filter(ImageFilter.GaussianBlur(1))
    return encode(Image.merge("RGB", image.split()[::-1]))


def two(first, second, make=beside, drop=()):
    """Two images of each scene, the second made by `make`, without those of the names in `drop`."""
    found = {}
    for place, (label, count) in enumerate(COUNTS.items()):
        for i in range(count):
            for form, of in ((first, int), (second, make)):
                name = form.format(c=label, i=i, j=i + 1, k=i + 2, odd=2 * i + 1, even=2 * i + 2, h=HASHES[i],
                                   g=HASHES[i][::-1], x="abcdefghijklmnop"[i], y="bcdefghijklmnopq"[i])  # fmt: skip
                if name not in drop:
                    found[name] = of(100 * place + i)
    return found


def others(seed):
    return 5000 + seed


def thermal(seed):
    """Another kind of image that agrees in nothing but the shapes."""
    return encode(ImageOps.equalize(ImageOps.grayscale(smooth(7000 + seed))))


def together(split, dataset, groups):
    part_of = {index: part for part in ("train", "val", "test") for index in getattr(split, part)}
    assert split.sizes["test"]
    return all(len({part_of[index] for index in group}) == 1 for group in groups)


@pytest.mark.parametrize(
    ("layout", "first", "second", "drop", "pairs"),
    [
        ("auto", "{c}/cam1/frame_{i:04}.png", "{c}/cam2/frame_{j:04}.png", (), 24),
        ("auto", "{c}/cam_a/{x}.png", "{c}/cam_b/{y}.png", (), 24),
        ("folders", "{c}/left/{i:03}.png", "{c}/right/{k:03}.png", (), 24),
        ("inner", "a/{c}/{x}.png", "b/{c}/shot {k:03}.png", ("b/pool/shot 002.png", "b/roof/shot 002.png"), 22),
    ],
)
def test_cameras_of_which_one_counts_later_stay_together(folder_of, read, layout, first, second, drop, pairs):
    dataset = read(folder_of(two(first, second, drop=drop)), reading=Reading(layout=layout))
    split = make_split(dataset, SplitSpec())
    groups, notes = counterpart_groups(dataset)
    assert len(groups) == pairs
    assert {len(group) for group in groups} == {2}
    assert len(notes) == 1
    assert together(split, dataset, groups)
    assert not [note for note in split.notes if "read together" in note]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{c}/cam1/frame_{i:04}.png", "{c}/cam2/frame_{j:04}.png"),
        ("{c}/kamera_links/{h}.png", "{c}/kamera_rechts/{g}.png"),
        ("{c}/Phone A/{h}.png", "{c}/Phone B/{g}.png"),
    ],
)
def test_cameras_whose_images_tell_nothing_are_told_to_be_read_together(folder_of, read, first, second):
    dataset = read(folder_of(two(first, second, make=others)), reading=Reading(layout="folders"))
    assert counterpart_groups(dataset) == ((), [])
    (note,) = [note for note in make_split(dataset, SplitSpec()).notes if "are read together" in note]
    assert all(f"'{form.split('/')[1]}'" in note for form in (first, second))


@pytest.mark.parametrize(
    ("layout", "first", "second", "named"),
    [
        ("inner", "full/{c}/{h}.png", "Faces/{c}/{g}.png", "'Faces' and 'full'"),
        ("folders", "{c}/RGB/{h}.png", "{c}/NIR/{g}.png", "'NIR' and 'RGB'"),
        ("parts", "train/a/{c}/{h}.png", "train/b/{c}/{g}.png", "'a' and 'b'"),
    ],
)
def test_variants_whose_names_tell_no_pairs_are_told_whatever_reads_them_together(
    folder_of, read, layout, first, second, named
):
    content = two(first, second, make=others)
    if layout == "parts":
        content |= {f"test/a/{c}/{n}.png": 900 + 10 * m + n for m, c in enumerate(COUNTS) for n in range(4)}
    dataset = read(folder_of(content), reading=Reading(layout="inner" if layout == "parts" else layout))
    (note,) = [note for note in make_split(dataset, SplitSpec()).notes if "are read together" in note]
    assert named in note


@pytest.mark.parametrize(
    ("layout", "first", "second"),
    [
        ("inner", "2021-05-03/{c}/{h}.png", "2022-05-03/{c}/{g}.png"),
        ("folders", "{c}/session 1/{h}.png", "{c}/session 2/{g}.png"),
        ("folders", "{c}/person1/{h}.png", "{c}/person2/{g}.png"),
        ("folders", "{c}/{h}.png", "{c}/{g}.png"),
        ("inner", "x/{c}1/{h}.png", "y/{c}2/{g}.png"),  # other classes
        ("parts", "train/{c}/{h}.png", "test/{c}/{g}.png"),
    ],
)
def test_lots_parts_and_other_classes_are_no_variants(folder_of, read, layout, first, second):
    dataset = read(folder_of(two(first, second, make=others)), reading=Reading(layout=layout))
    assert not [note for note in make_split(dataset, SplitSpec()).notes if "are read together" in note]


@pytest.mark.parametrize(
    ("first", "second", "make"),
    [
        ("{c}/FLIR{odd:04}.png", "{c}/FLIR{even:04}.png", altered),
        ("{c}/DJI_{even:04}.png", "{c}/DJI_{odd:04}.png", altered),  # the pair begins with an odd number all the same
        ("{c}/{odd}.png", "{c}/{even}.png", thermal),  # two kinds that take turns
    ],
)
def test_two_images_under_consecutive_numbers_stay_together(folder_of, read, first, second, make):
    dataset = read(folder_of(two(first, second, make)))
    groups, (note,) = alternating_groups(dataset)
    assert len(groups) == 24
    assert "consecutive numbers" in note
    split = make_split(dataset, SplitSpec())
    assert note in split.notes
    assert together(split, dataset, groups)
    earlier = make_split(dataset, SplitSpec(), look_for_shifted=False)
    assert not together(earlier, dataset, groups)


@pytest.mark.parametrize("first_is_higher", [True, False])
@pytest.mark.parametrize(("pairs", "wrong", "turns"), [(12, 0, True), (11, 0, False), (20, 1, True), (20, 2, False)])
def test_kinds_take_turns_where_one_number_tells_nearly_all(monkeypatch, pairs, wrong, turns, first_is_higher):
    monkeypatch.setattr(alternating, "has_thumbnail", lambda dataset, index: True)

    def look(dataset, index):
        number, side = divmod(index, 2)
        high = (side == 0) == first_is_higher
        return np.array([5.0, 10.0 + number if high != (number < wrong) else -10.0 - number])

    monkeypatch.setattr(alternating, "_look", look)
    placed = [((0, "ash"), (2 * n, 2 * n + 1)) for n in range(pairs)]
    assert alternating._take_turns(None, placed) is turns


def test_pairs_without_pixels_are_not_asked(monkeypatch):
    monkeypatch.setattr(alternating, "has_thumbnail", lambda dataset, index: index != 1)
    monkeypatch.setattr(alternating, "_look", lambda dataset, index: np.array([float(index % 2)]))
    placed = [((0, "ash"), (2 * n, 2 * n + 1)) for n in range(13)]
    assert alternating._take_turns(None, placed)
    assert not alternating._take_turns(None, placed[:12])


def test_numbers_of_which_some_are_missing_keep_their_pairs(folder_of, read):
    drop = ("pool/FLIR0005.png", "roof/FLIR0010.png")
    dataset = read(folder_of(two("{c}/FLIR{odd:04}.png", "{c}/FLIR{even:04}.png", altered, drop)))
    groups, _ = alternating_groups(dataset)
    numbers = [sorted(int(dataset.items[index].name[-8:-4]) for index in group) for group in groups]
    assert len(numbers) == 22
    assert all(one % 2 == 1 and other == one + 1 for one, other in numbers)


def test_other_images_and_series_make_no_pairs(folder_of, read):
    dataset = read(folder_of(two("{c}/{odd}.png", "{c}/{even}.png", make=others)))
    assert alternating_groups(dataset) == ((), [])
    random = np.random.default_rng(5)

    def frame(number):
        grey = np.clip(random.integers(0, 60, (6, 6, 3)) + 3 * number, 0, 255).astype(np.uint8)
        return encode(Image.fromarray(grey).resize((48, 48), Image.Resampling.BICUBIC))

    series = {f"{c}/{n:03}.png": frame(n) for c in COUNTS for n in range(40)}
    assert alternating_groups(read(folder_of(series, "series"))) == ((), [])
