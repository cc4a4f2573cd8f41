"""Folders in folders in folders: which level may be the classes, and one folder read alone or left out."""

import pytest

from core.data.layout import layout_choices
from core.wording import as_reading
from tests.data.layouts.conftest import counts, reasons


def _ways(error):
    return {f"--layout {choice.reading['layout']}": choice.gives for choice in error.choices}


def _three(outer, between, classes):
    return {
        f"{one}/{two}/{label}": 3 + 2 * place for one in outer for two in between for place, label in enumerate(classes)
    }


@pytest.mark.parametrize("between", [("batch1", "batch2"), ("day1", "day2"), ("2023-05", "2023-06"), ("cam1", "cam2")])
def test_classes_within_sessions_of_persons_are_asked_about(asked, between):
    ways = _ways(asked(_three(("Anna", "Ben", "Carla"), between, ("fist", "palm"))))
    assert next(iter(ways)) == "--layout innermost"
    assert ways["--layout innermost"] == "2 classes: fist 18, palm 30"
    assert ways["--layout folders"] == "3 classes: Anna 16, Ben 16, Carla 16"
    assert "--layout inner" in ways


@pytest.mark.parametrize("between", [("set1", "set2"), ("left", "right")])
def test_variants_of_variants_offer_the_innermost_folders(asked, between):
    error = asked(_three(("original", "augmented"), between, ("cat", "dog")))
    assert "masks" not in error.question
    assert _ways(error)["--layout innermost"] == "2 classes: cat 12, dog 20"


def test_the_innermost_folders_are_read(read, tree):
    content = _three(("Anna", "Ben"), ("day1", "day2"), ("fist", "palm"))
    layout = read(content, layout="innermost")
    assert counts(layout) == {"fist": 12, "palm": 20}
    assert layout.reading.layout == "innermost"
    assert "innermost" in [choice.reading["layout"] for choice in layout_choices(tree(content))]
    parts = {f"{part}/{path}": count for part in ("train", "test") for path, count in content.items()}
    assert counts(read(parts, layout="innermost"))["test/palm"] == 20


def test_sessions_of_other_things_each_stay_one_class(read):
    content = {"cat/day1/persian": 3, "cat/day2/siamese": 4, "dog/day1/husky": 5, "dog/day2/beagle": 6}
    assert counts(read(content)) == {"cat": 7, "dog": 11}
    content = {f"{label}/day{day}": 3 for label in ("cat", "dog") for day in (1, 2)}
    assert counts(read(content)) == {"cat": 6, "dog": 6}


def test_flat_folders_have_no_innermost_ones(read, refused, tree):
    assert as_reading(layout="folders") in refused({"cat": 3, "dog": 4}, layout="innermost")
    assert all(choice.reading["layout"] != "innermost" for choice in layout_choices(tree({"cat": 3, "dog": 4})))


def test_places_and_days_with_one_class_each_are_asked_about(asked):
    ways = _ways(asked({"2024-05-01/cat": 4, "2024-05-02/dog": 5}))
    assert ways == {
        "--layout inner": "2 classes: cat 4, dog 5",
        "--layout folders": "2 classes: 2024-05-01 4, 2024-05-02 5",
    }


def test_names_within_classes_that_are_not_used_are_told(read):
    layout = read({"Praxis Berlin/gutartig": 4, "Praxis Bonn/boesartig": 5})
    assert counts(layout) == {"Praxis Berlin": 4, "Praxis Bonn": 5}
    assert any("'Praxis Bonn/boesartig'" in note and as_reading(layout="inner") in note for note in layout.notes)


@pytest.mark.parametrize(
    "paths",
    [
        ("cat/cat_pics", "dog/dog_pics"),
        ("cat/images", "dog/photos"),
        ("cat/Cats", "dog/Dogs"),
        ("cat/day1", "dog/day2"),
        ("cat/jpg files", "dog"),
        ("day1/shots", "day2/shots"),
    ],
)
def test_wrappers_within_classes_are_not_worth_a_word(read, paths):
    assert not any(as_reading(layout="inner") in note for note in read(dict.fromkeys(paths, 4)).notes)


def test_variants_within_parts_may_be_put_together(asked, read):
    content = {
        f"{part}/{label}/{variant}": count + more
        for part, count in (("train", 5), ("val", 3))
        for more, label in enumerate(("cat", "dog"))
        for variant in ("color", "gray")
    }
    assert _ways(asked(content))["--layout parts"] == "2 classes: cat 16, dog 20"
    assert counts(read(content, layout="parts"))["val/dog"] == 8


def test_a_variant_is_read_in_every_part(read):
    content = {
        f"{part}/{variant}/{label}": count + more
        for part, count in (("train", 5), ("test", 3))
        for variant in ("color", "gray")
        for more, label in enumerate(("cat", "dog"))
    }
    layout = read(content, layout="only:color")
    assert counts(layout) == {"train/cat": 5, "train/dog": 6, "test/cat": 3, "test/dog": 4}
    assert reasons(layout).keys() == {"train/gray", "test/gray"}
    assert counts(read(content, layout="only:test/gray")) == {"cat": 3, "dog": 4}


def test_a_folder_of_the_same_name_elsewhere_is_not_read_with_it(read):
    layout = read({"a/color/cat": 3, "a/color/dog": 4, "b/color/cat": 5, "b/color/dog": 6}, layout="only:color")
    assert counts(layout) == {"cat": 3, "dog": 4}


@pytest.mark.parametrize("copy", ["Sicherung", "alt", "backup", "extra"])
def test_a_copy_of_the_data_set_may_be_left_out(asked, read, copy):
    content = {"cat": 4, "dog": 5, f"{copy}/cat": 2, f"{copy}/dog": 3}
    ways = _ways(asked(content))
    assert next(iter(ways)) == f"--layout without:{copy}"
    assert ways[f"--layout without:{copy}"] == "2 classes: cat 4, dog 5"
    layout = read(content, layout=f"without:{copy}")
    assert counts(layout) == {"cat": 4, "dog": 5}
    assert list(reasons(layout)) == [copy]
    assert layout.reading.layout == f"without:{copy}"


def test_a_folder_within_one_of_the_same_name_is_told_by_its_path(asked):
    ways = _ways(asked({f"{place}{label}": 4 for place in ("Set/", "Set/Set/") for label in ("rot", "scab")}))
    assert ways["--layout without:Set/Set"] == ways["--layout only:Set/Set"] == "2 classes: rot 4, scab 4"


def test_what_is_left_out_of_several_parts_is_told_in_their_order(read):
    parts = ("train", "training", "val", "valid", "test", "testing")
    content = {f"{part}/{label}": 2 + place for place, part in enumerate(parts) for label in ("cat", "dog", "junk")}
    left_out = [name for name in reasons(read(content, layout="without:junk")) if "junk" in name]
    assert left_out == [f"{part}/junk" for part in sorted(parts)]


def test_a_folder_that_is_not_there_cannot_be_left_out(refused):
    assert "no folder 'bird' to be left out. It holds 'cat' and 'dog'" in refused(
        {"cat": 3, "dog": 4}, layout="without:bird"
    )
