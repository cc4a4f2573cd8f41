"""Images that are versions of one image by their names stay in one part of the split."""

import pytest

from core.data.related import versions
from core.data.related.versions import joined, version_groups
from core.data.split import make_split
from core.experiment import Reading, SplitSpec


def content(names, classes=("cat", "dog")):
    """So many images as names, per class, each drawn from a number of its own."""
    every = [f"{label}/{name}" for label in classes for name in names]
    return {name: number for number, name in enumerate(every)}


def origins_by_part(dataset, split, origin_of):
    return {
        part: {dataset.items[i].name[:4] + origin_of(dataset.items[i].name) for i in getattr(split, part)}
        for part in ("train", "val", "test")
    }


@pytest.mark.parametrize(
    "endings",
    [
        ["", "_flip", "_rot90"], ["", " - Copy", "-edited"], ["", "-150x120", "-scaled"], ["", "@2x", "@3x"],
        ["_hflip", "_aug_2", "_brightness0.5"], ["", "_thumb", "_rotated_180_noise"],
        ["", "_flip_horizontal", "(copy)"],
        ["_left", "_right", "_top"], ["", "_MS_NIR", "_MS_R"], ["_od", "_os", "_depth"],
        [f"_jpg.rf.{number:032x}" for number in (7, 80, 900)],
    ],
)  # fmt: skip
def test_versions_stay_in_one_part(folder_of, read, endings):
    dataset = read(folder_of(content([f"leaf{n}{ending}.png" for n in range(6) for ending in endings])))
    split = make_split(dataset, SplitSpec())
    parts = origins_by_part(dataset, split, lambda name: name[8])  # cat/leafN
    assert [len(parts[part]) for part in ("train", "val", "test")] == [8, 2, 2]
    assert sum(map(len, parts.values())) == len(set().union(*parts.values()))
    assert any(note.startswith("36 images are called like versions or views of one another") for note in split.notes)


@pytest.mark.parametrize(
    "names",
    [
        [f"leaf{n}.png" for n in range(12)],
        [f"leaf_{n}_dark.png" for n in range(12)],  # each of an image of its own
        [f"street_crop_{n}.png" for n in range(12)],  # one word for all says nothing
        [f"{n}-1024x768.png" for n in range(12)],
        [f"img ({n}).png" for n in range(12)],
    ],
)
def test_other_names_do_not(folder_of, read, names):
    dataset = read(folder_of(content(names)))
    assert version_groups(dataset) == ()
    assert make_split(dataset, SplitSpec()).sizes == {"train": 16, "val": 4, "test": 4}


@pytest.mark.parametrize(
    ("one", "other"), [("left_{:03}", "right_{:03}"), ("rgb_{}", "depth_{}"), ("IMG_00{:02}", "IMG_E00{:02}")]
)
def test_views_are_known_by_what_stands_before_their_number(folder_of, read, one, other):
    dataset = read(folder_of(content([f"{form.format(n)}.png" for n in range(5) for form in (one, other)])))
    groups = version_groups(dataset)
    assert sorted(map(len, groups)) == [2] * 10
    assert {dataset.items[i].name[4:] for i in groups[1]} == {f"{one.format(1)}.png", f"{other.format(1)}.png"}


@pytest.mark.parametrize(("inner", "grouped"), [("enhanced", 12), ("small", 12), ("patient 3", 0)])
def test_what_was_drawn_on_images_in_a_folder_below_them_is_a_version(folder_of, read, inner, grouped):
    names = [*(f"a{n}.png" for n in range(7)), *(f"{inner}/a{n}.png" for n in range(6))]
    assert sum(map(len, version_groups(read(folder_of(content(names, ("cat",)) | {"dog/1.png": 70}))))) == grouped


def test_a_folder_below_with_other_names_holds_other_images(folder_of, read):
    names = [*(f"a{n}.png" for n in range(4)), *(f"more/a{n}.png" for n in range(3, 9))]
    assert version_groups(read(folder_of(content(names)))) == ()


def test_images_of_other_folders_or_classes_are_no_versions(folder_of, read):
    places = ["cat/a", "dog/a_flip", "cat/b", "cat/x/b_flip", "cat/x/c", "cat/x/d"]
    names = {f"{place}.png": seed for seed, place in enumerate(places)}
    assert version_groups(read(folder_of(names))) == ()


def test_who_keeps_near_copies_or_names_an_image_distinct_keeps_versions_apart(folder_of, read):
    names = [name for n in range(5) for name in (f"leaf{n}.png", f"leaf{n}_flip.png")]
    dataset = read(folder_of(content(names)))
    assert len(version_groups(dataset)) == 10
    assert not any("versions" in note for note in make_split(dataset, SplitSpec(near_copies="keep")).notes)
    noted = make_split(dataset, SplitSpec(distinct=("cat/leaf3.png", "dog/leaf1_flip.png"))).notes
    assert any(note.startswith("16 images are called like versions or") for note in noted)


def test_a_divided_set_keeps_its_parts_and_carves_by_versions(folder_of, read):
    names = [f"leaf{n}{ending}.png" for n in range(5) for ending in ("", "_flip", "_blur")]
    whole = content(names, ("train/cat", "train/dog")) | {"test/cat/leaf0_flip.png": 90, "test/dog/9.png": 91}
    dataset = read(folder_of(whole))
    split = make_split(dataset, SplitSpec())
    assert split.sizes == {"train": 24, "val": 6, "test": 2}
    parts = origins_by_part(dataset, split, lambda name: name[6:15])
    assert not parts["train"] & parts["val"]
    whole |= {"val/cat/leaf1_flip.png": 92, "val/dog/8.png": 93}
    assert make_split(read(folder_of(whole, "b")), SplitSpec()).sizes == {"train": 30, "val": 2, "test": 2}


def test_groups_with_an_index_in_common_are_one():
    assert joined(((1, 4), (7, 8)), ((4, 9), (2, 3, 5))) == ((1, 4, 9), (2, 3, 5), (7, 8))
    assert joined(((1, 4), (5, 6)), ((2, 4, 6),)) == ((1, 2, 4, 5, 6),)


@pytest.mark.parametrize(
    "form",
    [
        "05_{}_aug_cat_{}", "IMG_20{}1_augmented_x_{}", "aug_{}_{}", "photo{}_rot90_v9_{}", "{}-flipped-of-{}",
        "leaf{}_mirrored_b_{}_x", "cat_original_IMG_20{}.jpg_3fa{}5-77", "bild{}-gespiegelt-nr-{}",
    ],
)  # fmt: skip
def test_words_of_augmentation_within_names_tell_copies(folder_of, read, form):
    names = [form.format(n, 31 + 7 * n + 100 * k) + ".png" for n in range(5) for k in range(3)]
    dataset = read(folder_of(content(names)), reading=Reading(layout="folders"))
    assert sorted(map(len, version_groups(dataset))) == [3] * 10
    assert version_groups(dataset, marked=False) == ()
    split = make_split(dataset, SplitSpec(seed=3))
    where = {dataset.items[i].name: part for part in ("train", "val", "test") for i in getattr(split, part)}
    for n in range(5):
        assert len({where[f"cat/{name}"] for name in names[3 * n : 3 * n + 3]}) == 1


@pytest.mark.parametrize("made", ["05_{}_aug_cat_55{}", "05_{}_0_41{}"])
def test_copies_whose_original_is_there_are_with_it_from_the_first_on(folder_of, read, made):
    names = [*(f"05_{n}.png" for n in range(7)), made.format(4, 1) + ".png", made.format(4, 2) + ".png"]
    dataset = read(folder_of(content(names, ("cat",)) | {"dog/1.png": 70, "dog/2.png": 71}))
    (group,) = version_groups(dataset)
    assert {dataset.items[i].name for i in group} == {"cat/05_4.png", *(f"cat/{name}" for name in names[7:])}


@pytest.mark.parametrize(
    "form",
    ["2023_aug_{1}_shot_{0}", "{0}_Aug_2023_{1}", "site3_aug_{1}", "05_{0}_cat_{1}", "cat_aug_{0}{1}", "IMG_{0}_{1}"],
)
def test_months_and_counts_are_no_such_words(folder_of, read, form):
    names = [form.format(n, 10 + 3 * n + k) + ".png" for n in range(5) for k in range(3)]
    assert version_groups(read(folder_of(content(names)), reading=Reading(layout="folders"))) == ()


def test_what_was_done_before_a_name_tells_copies_without_their_original(folder_of, read):
    names = [f"{done}_photo{n}.png" for n in range(5) for done in ("hflip", "rot90", "augmented")]
    dataset = read(folder_of(content(names)), reading=Reading(layout="folders"))
    assert sorted(map(len, version_groups(dataset))) == [3] * 10
    plain = [f"{done}{n}.png" for n in range(5) for done in ("flipper_", "rotor_", "august_")]
    assert version_groups(read(folder_of(content(plain), "plain"), reading=Reading(layout="folders"))) == ()


@pytest.mark.parametrize(
    ("stem", "marked", "origin"),
    [
        ("img_1", False, ("img_1", True)),
        ("IMG_1", False, ("img_1", True)),
        ("IMG_1_flip", False, ("img_1", False)),
        ("img_1_flip", False, ("img_1", False)),
        ("IMG_E0123", False, ("img_0123", False)),
        (f"Cat_jpg.rf.{7:032x}", False, ("cat", True)),
    ],
)
def test_the_name_of_an_original_and_whether_it_is_certain(stem, marked, origin):
    assert versions._origin(stem, marked) == origin
