"""Images of one class whose names agree in several folders, whatever these are called, stay together and are told."""

import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps

from core.data.related.counterparts import counterpart_groups
from core.data.related.likeness import go_together
from core.data.split import make_split
from core.experiment import Reading, SplitSpec
from tests.data.conftest import encode, smooth

COUNTS = {"cat": 13, "dog": 9, "emu": 7}
HASHES = [f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}" for number in range(1, 40)]


def altered(seed):
    """A version that no comparison of pixels takes for a copy."""
    image = smooth(seed).rotate(35).crop((14, 12, 50, 50)).filter(ImageFilter.GaussianBlur(1))
    return encode(Image.merge("RGB", ImageOps.invert(image).split()[::-1]))


def files(forms, second=altered):
    """Two files of every image: the first with its seed, the other made of it by `second`."""
    found = {}
    for place, (label, count) in enumerate(COUNTS.items()):
        for number in range(1, count + 1):
            seed = 100 * place + number
            for form, make in zip(forms, (int, second), strict=True):
                name = form.format(c=label, i=number, h=HASHES[number], r=number * 7919 % 9000 + 1000)
                found[name] = make(seed)
    return found


def divided(dataset, split):
    """How many groups have images in two parts, and how many there are, with the notes on them."""
    part_of = {index: part for part in ("train", "val", "test") for index in getattr(split, part)}
    groups, notes = counterpart_groups(dataset)
    return sum(len({part_of[index] for index in group if index in part_of}) > 1 for group in groups), len(groups), notes


@pytest.mark.parametrize(
    ("layout", "forms"),
    [
        ("inner", ("images/{c}/IMG_{i:04}.png", "augmented/{c}/IMG_{i:04}.png")),
        ("inner", ("photos/{c}/{h}.png", "pictures/{c}/{h}.png")),
        ("inner", ("rgb/{c}/{i:04}_rgb.png", "nir/{c}/{i:04}_nir.png")),
        ("inner", ("left/{c}/L_{i}.png", "right/{c}/R_{i}.png")),
        ("inner", ("a/{c}/{c}_1_{i}_crop.png", "b/{c}/{c}_1_{i}_depthcrop.png")),
        ("auto", ("{c}/IMG_{i:04}.png", "{c}/aug/IMG_{i:04}.png")),
        ("auto", ("{c}/images/{c}{i}.png", "{c}/aug/{c}{i}.png")),
        ("auto", ("{c}/IMG_{i:04}.png", "{c}/runs/detect/exp/IMG_{i:04}.png")),
        ("auto", ("{c}/IMG_{i:04}.png", "{c}/crops/{c}/IMG_{i:04}.png")),
        ("auto", ("{c}/IMG_{i:04}.png", "{c}/darktable_exported/IMG_{i:04}_01.png")),
        ("auto", ("{c}/DSC_{i:04}.png", "{c}/new/{c}_x_DSC_{i:04}.png_{h}.png")),
        ("folders", ("{c}/full/{i}.png", "{c}/crop/{i:04}.png")),
        ("folders", ("{c}/before/{i:03}_64.png", "{c}/after/{i:03}_128.png")),
        ("folders", ("{c}/plain/IMG_{i:04}.png", "{c}/more/IMG_{i:04}_0_{r}.png")),
        ("folders", ("{c}/x/IMG_{i:04}_png.rf.{h}.png", "{c}/y/IMG_{i:04}_png.rf.{h}0.png")),
        ("folders", ("{c}/cam1/{i}.png", "{c}/cam2/{i}.png")),  # lots, but their images tell
    ],
)
def test_names_that_agree_but_for_what_a_folder_adds_stay_together(folder_of, read, layout, forms):
    dataset = read(folder_of(files(forms)), reading=Reading(layout=layout))
    split = make_split(dataset, SplitSpec())
    assert sum(split.sizes.values()) == 58
    several, groups, notes = divided(dataset, split)
    assert (several, groups) == (0, 29)
    assert notes[0].startswith("58 images of one class have names that agree in several folders")
    assert [note for note in split.notes if "stays in one part" in note]


@pytest.mark.parametrize(
    ("forms", "layout"),
    [
        (("session1/{c}/{i}.png", "session2/{c}/{i}.png"), "inner"),
        (("{c}/day 1/IMG_{i:04}.png", "{c}/day 2/IMG_{i:04}.png"), "folders"),
        (("{c}/a/{c}{i}.png", "{c}/b/{h}.png"), "folders"),
    ],
)
def test_lots_that_count_for_themselves_do_not(folder_of, read, forms, layout):
    dataset = read(folder_of(files(forms, second=lambda seed: 5000 + seed)), reading=Reading(layout=layout))
    assert counterpart_groups(dataset) == ((), [])


def test_many_images_that_only_count_and_differ_are_not_believed_few_are(folder_of, read):
    for count, groups in ((35, 0), (12, 24)):
        content = {
            f"{label}/{place}/{number}.png": 1000 * n + number
            for n, (label, place) in enumerate((c, p) for c in ("cat", "dog") for p in ("berlin", "rome"))
            for number in range(1, count + 1)
        }
        dataset = read(folder_of(content, f"set{count}"), reading=Reading(layout="folders"))
        assert len(counterpart_groups(dataset)[0]) == groups


def test_where_too_few_groups_were_left_the_names_are_only_told(folder_of, read):
    content = {f"{c}/{place}/{n}.png": 100 * m + 10 * p + n for m, c in enumerate(("cat", "dog"))
               for p, place in enumerate(("north", "south", "west")) for n in range(1, 4 + 2 * m)}  # fmt: skip
    dataset = read(folder_of(content), reading=Reading(layout="folders"))
    groups, (kept, told) = counterpart_groups(dataset)
    assert [dataset.label_of(dataset.items[group[0]]) for group in groups] == ["dog"] * 5
    assert kept.startswith("15 images")
    assert "stays in one part" in kept
    assert told.startswith("9 images")
    assert "too few groups would be left" in told


def test_subjects_are_no_versions(folder_of, read):
    content = {f"{c}/S{s:02}/{n}.png": 100 * s + n for c in ("cat", "dog") for s in range(14) for n in range(3)}
    assert counterpart_groups(read(folder_of(content), reading=Reading(layout="folders"))) == ((), [])


def test_a_folder_called_after_an_image_belongs_to_it(folder_of, read):
    content = {f"{c}/{n}.png": 10 * m + n for m, c in enumerate(("cat", "dog")) for n in range(3, 9)}
    tiles = {f"{c}/{n}/{t}.png": 200 + 40 * m + 4 * n + t for m, c in enumerate(("cat", "dog"))
             for n in range(3, 9) for t in range(2)}  # fmt: skip
    groups, (note,) = counterpart_groups(read(folder_of(content | tiles)))
    assert [len(group) for group in groups] == [3] * 12
    assert note.startswith("36 images lie in folders called after another image")
    assert counterpart_groups(read(folder_of(content | {"cat/3/1.png": 90, "cat/4/1.png": 91}, "two"))) == ((), [])


def test_folders_of_the_same_files_are_one_image_each(folder_of, read):
    content = {f"{c}/{n:04}/{name}.png": 200 * m + 10 * n + k for m, c in enumerate(("cat", "dog"))
               for n in range(5 + 2 * m) for k, name in enumerate(("rgb", "depth", "seen"))}  # fmt: skip
    folders = Reading(layout="folders")
    groups, (note,) = counterpart_groups(read(folder_of(content), reading=folders))
    assert [len(group) for group in groups] == [3] * 12
    assert note.startswith("36 images lie in folders that hold files of the same names")
    counted = {name.replace("rgb", "1").replace("depth", "2").replace("seen", "3"): n for name, n in content.items()}
    assert not any(
        "folders that hold" in note
        for note in counterpart_groups(read(folder_of(counted, "counted"), reading=folders))[1]
    )


def test_versions_kept_at_different_times_stay_together(folder_of, read):
    times = ("2022_03_04 10_11_12 UTC", "2023_05_04 08_01_02 UTC")
    forms = [f"{{c}}/IMG_{{i:04}} ({time}).png" for time in times]
    dataset = read(folder_of(files(forms)))
    groups, (note,) = counterpart_groups(dataset)
    assert len(groups) == 29
    assert "kept at different times" in note
    dates = {
        f"{c}/2022{m:02}{d:02}.png": 40 * n + 5 * m + d for n, c in enumerate("ab") for m in (1, 2) for d in (3, 4)
    }
    assert counterpart_groups(read(folder_of(dates, "dates"))) == ((), [])


def test_only_what_changes_with_an_image_goes_together(folder_of, read):
    content = {f"{c}/{n:03}{end}.png": make(90 * m + n) for m, c in enumerate(("cat", "dog")) for n in range(20)
               for end, make in (("", int), ("x", altered), ("y", lambda seed: 700 + seed))}  # fmt: skip
    dataset = read(folder_of(content))
    at = {item.name: index for index, item in enumerate(dataset.items)}
    pairs = {
        end: [(c, (at[f"{c}/{n:03}.png"], at[f"{c}/{n:03}{end}.png"])) for c in ("cat", "dog") for n in range(20)]
        for end in "xy"
    }
    assert go_together(dataset, pairs["x"])
    assert not go_together(dataset, pairs["y"])
    assert not go_together(dataset, pairs["x"][:4])


def test_light_that_changes_slowly_makes_no_versions(folder_of, read):
    random = np.random.default_rng(3)

    def frame(number):
        noise = random.integers(0, 90, (6, 6, 3))
        grey = np.clip(noise + 0.6 * number, 0, 255).astype(np.uint8)
        return encode(Image.fromarray(grey).resize((48, 48), Image.Resampling.BICUBIC))

    content = {f"{c}/{place}/{n:03}.png": frame(n) for c in ("cat", "dog") for place in ("p", "q") for n in range(32)}
    dataset = read(folder_of(content), reading=Reading(layout="folders"))
    assert counterpart_groups(dataset) == ((), [])
