"""Which folders may hold versions of the same images, and what is said of images made of others, at their edges."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.data.dataset import Dataset, Item
from core.data.related.own_folders import groups_of_own_folders
from core.data.related.roles import are_known, may_count_anew, places_of, role_pairs
from core.data.related.stems import stem_groups
from core.data.related.together import together_notes
from core.data.related.unpaired import unpaired_notes
from core.data.related.unused_parts import unused_parts_notes
from core.data.related.variants import variant_groups
from core.experiment import Reading


def dataset_of(names, layout="folders", part=None):
    """Images called so; the class of each is the first of 'ash' and 'oak' in its path."""
    classes = ("ash", "oak")
    items = [Item(Path(name), name, 1 if "oak" in name and "ash" not in name else 0, 9, 9, f"{n:064x}", part)
             for n, name in enumerate(names)]  # fmt: skip
    return Dataset("x", "x", classes, tuple(items), reading=Reading(layout=layout))


def test_folders_that_differ_in_one_place_are_paired_by_it_the_fullest_first():
    names = ["left/ash/1", "left/ash/2", "right/ash/1", "left/oak/3", "right/oak/4", "ash/full/5", "ash/full/6",
             "ash/full/7", "ash/crop/5", "ash/crop/6", "ash/crop/9", "ash/crop/8", "up/ash/x/1"]  # fmt: skip
    dataset = dataset_of([f"{name}.png" for name in names])
    places = places_of(dataset, {12})
    assert places[0, "left/ash"] == {"1": 0, "2": 1}
    pairs = role_pairs(dataset, places)
    assert next(iter(pairs)) == (("crop",), ("full",))
    assert pairs[("left",), ("right",)] == [
        ((0, "left/ash"), (0, "right/ash")), ((1, "left/oak"), (1, "right/oak")),
    ]  # fmt: skip
    assert (0, "up/ash/x") not in places
    parts = dataset_of(["ash/train/1.png", "ash/test/1.png"], part="train")
    assert role_pairs(parts, places_of(parts, ())) == {}


@pytest.mark.parametrize(
    ("roles", "anew"),
    [
        ((("session 1",), ("session 2",)), True), ((("fold1",), ("fold2",)), True), ((("train",), ("test",)), True),
        ((("train",), ("color",)), False), (((), ("fold1",)), False), ((("color",), ("depth",)), False),
    ],
)  # fmt: skip
def test_folders_of_batches_parts_and_folds_count_anew(roles, anew):
    assert may_count_anew(roles) is anew


@pytest.mark.parametrize(("grouped", "known"), [(1, False), (2, True), (4, True)])
def test_half_of_the_smaller_side_in_groups_with_the_other_is_known(grouped, known):
    places = {(0, "a"): {str(n): n for n in range(4)}, (0, "b"): {str(n): 10 + n for n in range(6)}}
    pairs = [((0, "a"), (0, "b"))]
    number = {n: n for n in range(4)} | {10 + n: n for n in range(grouped)}
    assert are_known(places, pairs, number) is known
    few = {(0, "a"): {"1": 1, "2": 2}, (0, "b"): {"1": 11}}
    assert are_known(few, pairs, {})


def test_folders_called_after_an_image_are_its_own_from_three_on_and_half_of_those_there():
    def made(owned, others):
        images = [f"ash/img{n}.png" for n in range(6)]
        inner = [f"ash/img{n}/{k}.png" for n in range(owned) for k in (7, 9)]
        more = [f"ash/other{n}/{k}.png" for n in range(others) for k in (11 + 10 * n,)]
        return groups_of_own_folders(dataset_of([*images, *inner, *more]))

    assert [len(group) for group in made(3, 3)[0]] == [3, 3, 3]
    assert made(3, 4) == made(2, 0) == ((), [])
    assert made(3, 3)[1][0].startswith("9 images lie in folders called after another image, such as 'ash/img0.png' and")


def test_folders_of_the_same_two_to_six_files_are_one_image_each_from_five_on():
    def made(count, files, others=0):
        names = [f"ash/f{n}/{file}.png" for n in range(count) for file in files]
        return groups_of_own_folders(dataset_of([*names, *(f"ash/g{n}/q{n}.png" for n in range(others))]))[0]

    assert [len(group) for group in made(5, ("rgb", "depth"))] == [2] * 5
    assert made(4, ("rgb", "depth")) == made(5, ("rgb",)) == made(5, ("1", "2")) == ()
    assert len(made(5, "abcdef")) == 5
    assert made(5, "abcdefg") == ()
    assert len(made(5, ("rgb", "depth"), 5)) == 5
    assert made(5, ("rgb", "depth"), 6) == ()


def test_altered_names_beside_three_others_are_told_and_those_in_groups_are_not():
    def told(called, others, groups=(), name="ash/aug{n}.png"):
        names = [name.format(n=n) for n in range(called)] + [f"ash/photo{n}.png" for n in range(others)]
        return [note.split()[0] for note in unpaired_notes(dataset_of(names), (), groups) if "made of" in note]

    assert told(3, 3) == ["3"]
    assert told(2, 3) == told(3, 2) == []
    assert told(5, 3, ((0, 5), (1, 6))) == ["3"]
    assert told(5, 3, ((0, 5), (1, 6), (2, 7))) == []
    assert told(3, 3, name="ash/2021 aug {n}.png") == []
    assert told(3, 3, name="ash/flip/{n}.png") == ["3"]
    given = dataset_of([f"ash/aug{n}.png" for n in range(4)], part="train")
    assert unpaired_notes(given, (), ()) == []


@pytest.mark.parametrize(
    ("numbers", "told"),
    [((3, 90, 11, 25, 7, 8), True), ((3, 90, 11, 25, 7), False), ((3, 24, 11, 20, 7, 8), False),
     ((3, 25, 11, 20, 7, 8), True), ((3, 25_000, 11, 20, 7, 8), True), ((3, 25_000_000, 11, 20, 7, 8), True),
     ((3, 250_000_000, 11, 20, 7, 8), False)],
)  # fmt: skip
def test_numbers_at_random_are_six_at_least_and_beyond_four_times_as_many(numbers, told):
    dataset = dataset_of([f"ash/ash_0_{number}.png" for number in numbers])
    notes = [note for note in unpaired_notes(dataset, (), ()) if "at random" in note]
    assert [note.startswith(f"{len(numbers)} images are called as programs") for note in notes] == [True] * told
    mixed = dataset_of([*(f"ash/ash_0_{number}.png" for number in numbers), "ash/other.png"])
    assert not [note for note in unpaired_notes(mixed, (), ()) if "at random" in note]


@pytest.mark.parametrize(
    ("folders", "told"),
    [
        (("train", "test"), "not used: the data set is divided anew"), (("train", "val"), "not used"),
        (("val", "test"), ""), (("train",), ""), (("train", "other"), ""), (("train", "test", "val"), "not used"),
    ],
)  # fmt: skip
def test_folders_called_like_parts_that_are_not_used_are_told(folders, told):
    dataset = dataset_of([f"x/{folder}/{label}/1.png" for folder in folders for label in ("ash", "oak")])
    notes = unused_parts_notes(dataset)
    assert [told in note for note in notes] == ([True] if told else [])
    as_classes = replace(dataset, classes=folders)
    assert ["taken for classes" in note for note in unused_parts_notes(as_classes)] == ([True] if told else [])
    assert unused_parts_notes(replace(dataset, items=(replace(dataset.items[0], part="val"),))) == []


@pytest.mark.parametrize(("layout", "told"), [("folders", 1), ("inner", 1), ("csv", 0), ("filenames", 0)])
def test_only_who_reads_folders_is_told_that_they_are_read_together(layout, told):
    names = [
        f"{side}/{label}/{chr(97 + n)}{side}.png"
        for side in ("nir", "rgb")
        for label in ("ash", "oak")
        for n in range(3)
    ]
    dataset = dataset_of(names, layout)
    notes = together_notes(dataset, (), ())
    assert [note.startswith("The folders 'nir' and 'rgb' are read together") for note in notes] == [True] * told
    pairs = tuple((n, n + 6) for n in range(6))
    assert together_notes(dataset, (), pairs) == together_notes(replace(dataset, made_here=True), (), ()) == []
    assert together_notes(replace(dataset, columns=("a",)), (), ()) == []


def test_stems_of_three_and_words_of_half_of_them_are_enough():
    def groups(*names):
        return [len(group) for group in stem_groups(dataset_of([f"ash/{name}.png" for name in names]))[0]]

    assert groups("leaf1_pre", "leaf1_post", "leaf2_pre", "leaf2_post", "leaf3_pre", "leaf3_post") == [2, 2, 2]
    assert groups("leaf1_pre", "leaf1_post", "leaf2_pre", "leaf2_post", "leaf3_pre") == []
    whole = [f"leaf{n}_{word}" for n in range(4) for word in ("pre", "post")]
    assert groups(*whole, *(f"x{n}" for n in range(8))) == [2] * 4
    assert groups(*whole, *(f"{n}" for n in range(9))) == []
    assert stem_groups(dataset_of([f"ash/{name}.png" for name in whole]), known=((0, 1), (2, 3)))[0] == ((4, 5), (6, 7))


def test_variants_are_three_names_and_half_of_a_folder_in_common():
    def groups(one, other):
        names = [f"color/ash/{name}.png" for name in one] + [f"mono/ash/{name}.png" for name in other]
        return variant_groups(dataset_of(names, "inner"))[0]

    assert groups("abcdef", "abcxyz") == ((0, 6), (1, 7), (2, 8))
    assert groups("abcdefg", "abcwxyz") == groups("ab", "ab") == ()
    assert variant_groups(dataset_of(["color/ash/a.png", "mono/ash/a.png"], "inner"))[0] == ()
