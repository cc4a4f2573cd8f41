"""Sets that only look as if parts stood where classes are, read as a person would read them."""

import pytest

from core.data.related.affixes import count_on
from tests.data.layouts.conftest import counts, reasons


def _two(parts, name="{}.jpg"):
    """Two classes whose files have the same numbers in each part."""
    return {
        f"{part}/{label}": [name.format(n) for n in range(start, end)]
        for part, (start, end) in parts.items()
        for label in ("oak", "elm")
    }


@pytest.mark.parametrize(
    ("parts", "name", "pairs"),
    [
        ({"train": (0, 14), "test": (50, 55)}, "{}.jpg", False),
        ({"train": (1, 21), "val": (101, 107), "test": (201, 209)}, "{:04}.jpg", False),
        ({"train": (2034, 2044), "test": (2050, 2055)}, "IMG_{}.jpg", True),
    ],
)
def test_files_that_count_on_in_a_later_part_are_no_pairs(read, parts, name, pairs):
    assert any("pairs of one scene" in note for note in read(_two(parts, name)).notes) is pairs


def test_names_count_on():
    assert count_on([["1", "2", "3"], ["50", "52"]])
    assert not count_on([["7", "8", "9"], ["50", "52"]])
    assert not count_on([["1", "2", "3"], ["50", "900"]])
    assert not count_on([["1", "2", "3"], ["oak"]])


def test_a_track_for_tests_is_one_of_tracks(read, asked):
    tracks = {"train_track": 5, "test_track": 4, "race_track": 3}
    assert counts(read(tracks)) == tracks
    assert asked({"box_train": 5, "box_test": 4, "box_extra": 3})


def test_sets_that_may_be_classes_are_offered_so(asked):
    assert [choice.gives for choice in asked({"Set 1": 5, "Set 2": 4}).choices] == ["2 classes: Set 1 5, Set 2 4"]


@pytest.mark.parametrize("names", [("new", "old"), ("train", "bus", "car")])
def test_ordinary_words_in_file_names_are_classes(read, names):
    files = [f"{names[n % len(names)]}_{n:03}.jpg" for n in range(24)]
    assert counts(read({"photos": files})) == dict.fromkeys(names, 24 // len(names))


def test_a_folder_in_one_of_the_same_name_is_the_part_itself(read):
    classes = {f"abc_train/abc_train/{letter}": 3 + n for n, letter in enumerate("ABC")}
    layout = read({**classes, "abc_test/abc_test": ["A_test.jpg", "B_test.jpg"]})
    assert counts(layout) == {"A": 3, "B": 4, "C": 5}
    assert [path.name for path in layout.unlabelled] == ["abc_test"]
    assert not [note for note in layout.notes if "'abc_test' is used" in note]


def test_a_table_with_other_columns_continues_another(read):
    rows = [f"{n}.jpg,{('cat', 'dog')[n % 2]}" for n in range(18)]
    content = {"images": [f"{n}.jpg" for n in range(18)], "train.csv": "\n".join(["file,label", *rows[:12]])}
    layout = read({**content, "test.csv": "\n".join(["image,class", *rows[12:]])})
    assert counts(layout) == {"train/cat": 6, "train/dog": 6, "test/cat": 3, "test/dog": 3}


def test_a_table_within_the_folder_of_its_images_leaves_other_versions_out(read):
    files = [f"{n}.jpg" for n in range(12)]
    rows = "\n".join(f"{file},{('cat', 'dog', 'dog')[n % 3]}" for n, file in enumerate(files))
    table = {"images/labels.csv": f"file,label\n{rows}"}
    layout = read({"images": files, "cropped": files, **table})
    assert counts(layout) == {"cat": 4, "dog": 8}
    assert "Is not named in 'images/labels.csv'" in reasons(layout)["cropped"]
    ages = "\n".join(f"{file},{('young', 'old')[n % 2]}" for n, file in enumerate(files))
    assert read({"oak": files, "elm": files, "oak/ages.csv": f"file,label\n{ages}"}).classes == {"oak", "elm"}


@pytest.mark.parametrize("others", [("originals",), ("thumbs", "backup"), ("processed",)])
def test_a_table_of_all_images_leaves_what_is_kept_beside_them_out(read, others):
    files = [f"{n}.jpg" for n in range(12)]
    rows = "\n".join(f"images/{file},{('cat', 'dog', 'dog')[n % 3]}" for n, file in enumerate(files))
    layout = read({"images": files, "labels.csv": f"file,label\n{rows}", **dict.fromkeys(others, 7)})
    assert counts(layout) == {"cat": 4, "dog": 8}
    assert set(others) <= reasons(layout).keys()
    kinds = read({"images": files, "labels.csv": f"file,label\n{rows}", "oak": 7, "elm": 6})
    assert kinds.classes == {"images", "oak", "elm"}


def test_another_set_with_parts_beside_classes_is_asked_about(asked, read):
    question = asked({"yes": 5, "no": 4, "export/TRAIN": 3, "export/TEST": 2})
    assert question.choices[0].gives == "2 classes: no 4, yes 5"
    assert counts(read({f"{name}/{part}": 3 for name in ("yes", "no", "maybe") for part in ("train", "test")}))


def test_images_that_came_later_are_told_once(read):
    classes = {f"{part}/{label}": 4 for part in ("train", "test") for label in ("oak", "elm")}
    notes = read({**classes, "train/new images": 3}).notes
    assert len([note for note in notes if "'new images' is read as a class" in note]) == 1
