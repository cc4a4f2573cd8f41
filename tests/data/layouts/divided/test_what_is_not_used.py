"""Parts that a table, its images' names or their folders tell and that are not used, or only in part: told."""

import pytest

from tests.data.layouts.conftest import counts
from tests.data.layouts.divided.test_columns_of_parts import animal, table


def told(layout, *words):
    """The notes that hold all of some words."""
    return [note for note in layout.notes if all(word in note for word in words)]


@pytest.mark.parametrize("values", [("Public", "Private"), ("validation", "holdout")])
def test_a_column_without_a_training_part_is_told(read, values):
    layout = read(table("file,label,Usage", lambda n: (animal(n), values[n // 2 % 2])))
    assert counts(layout) == {"cat": 12, "dog": 12}
    assert told(layout, "'Usage' does not divide", "nothing in it means training", f"'{values[0]}'")


@pytest.mark.parametrize(
    ("column", "values", "word"),
    [
        ("cohort", ("train", "test", "tune"), "'tune' in it means no part"),
        ("stage", ("train", "internal_val", "external_test"), "'internal_val' and 'external_test' in it mean no part"),
        ("purpose", ("model training", "model testing"), "'model training'"),
    ],
)
def test_a_column_with_a_foreign_word_is_told(read, column, values, word):
    layout = read(table(f"file,label,{column}", lambda n: (animal(n), values[n // 2 % len(values)])))
    assert counts(layout) == {"cat": 12, "dog": 12}
    assert told(layout, f"'{column}' does not divide", word)


@pytest.mark.parametrize("values", [("pass", "fail"), ("train station", "bus stop", "airport"), ("north", "south")])
def test_other_columns_are_not(read, values):
    layout = read(table("file,label,place", lambda n: (animal(n), values[n // 2 % len(values)])))
    assert not told(layout, "does not divide")


@pytest.mark.parametrize("word", ["exclude", "discarded", "ignored"])
def test_rows_out_of_every_part_are_left_out(read, word):
    layout = read(table("file,label,role", lambda n: (animal(n), ("train", "train", "test", word)[n // 2 % 4])))
    assert counts(layout) == {"train/cat": 6, "train/dog": 6, "test/cat": 3, "test/dog": 3}
    assert len([one for one in layout.left_out if f"says '{word}' in 'role'" in one.reason]) == 6


def test_holdout_is_the_test_part_beside_validation(read):
    values = ("development", "development", "validation", "holdout")
    layout = read(table("file,label,split", lambda n: (animal(n), values[n // 2 % 4])))
    assert {one.part: 0 for one in layout.found}.keys() == {"train", "val", "test"}
    assert counts(layout)["test/cat"] == 3


@pytest.mark.parametrize("name", ["train_{}", "{}_train", "tr_{}", "train-{}-a"])
def test_parts_in_the_names_of_files_are_told(read, name):
    other = name.replace("train", "test").replace("tr", "te")
    files = [(name if n < 9 else other).format(n) for n in range(15)]
    rows = "\n".join(f"{file}.jpg,{animal(n)}" for n, file in enumerate(files))
    layout = read({"images": [f"{file}.jpg" for file in files], "labels.csv": f"file,label\n{rows}"})
    assert counts(layout) == {"cat": 8, "dog": 7}
    assert told(layout, "called after parts, which is not used", "column 'split'")


@pytest.mark.parametrize(("classes", "says"), [(("cat", "dog"), True), (("tube", "cup"), False)])
def test_a_part_in_some_names_is_told_where_it_is_no_class(read, classes, says):
    def name(n):
        marked = n % 4 < 2 if says else n % 2 == 0
        return f"{n}_test.jpg" if marked else f"{n}.jpg"

    rows = "\n".join(f"{name(n)},{classes[n % 2]}" for n in range(14))
    layout = read({"images": [name(n) for n in range(14)], "labels.csv": f"file,label\n{rows}"})
    assert bool(told(layout, "called after parts")) is says


def test_folders_that_contradict_a_column_are_told(read):
    place = [("train" if n < 15 else "test") for n in range(20)]
    rows = [f"{place[n]}/{n}.jpg,{animal(n)},{'test' if n < 3 else place[n]}" for n in range(20)]
    images = {part: [f"{n}.jpg" for n in range(20) if place[n] == part] for part in ("train", "test")}
    layout = read({**images, "labels.csv": "\n".join(["file,label,split", *rows])})
    assert told(layout, "3 images lie in a folder of another part than the column 'split' says")
    agreeing = [f"{place[n]}/{n}.jpg,{animal(n)},{place[n]}" for n in range(20)]
    layout = read({**images, "labels.csv": "\n".join(["file,label,split", *agreeing])})
    assert not told(layout, "another part")


def test_images_without_a_part_beside_trained_ones_are_told(read):
    layout = read(table("file,label,split", lambda n: (animal(n), ("train", "test", "")[n // 2 % 3])))
    assert counts(layout) == {"train/cat": 8, "train/dog": 8, "test/cat": 4, "test/dog": 4}
    assert told(layout, "8 images have no part, such as 'img_004.jpg', and are used for training")


def test_images_in_rows_of_two_parts_are_told(read):
    content = table("file,label,split", lambda n: (animal(n), "train" if n < 18 else "test"))
    content["labels.csv"] += "".join(f"\nimg_00{n}.jpg,{animal(n)},test" for n in range(5))
    layout = read(content)
    assert told(layout, "5 images stand in rows of several parts")
    assert len([one for one in layout.found if one.part == "test"]) == 11


@pytest.mark.parametrize(("stem", "says"), [("fold{}", True), ("labels_{}", True), ("{}", False)])
def test_a_table_for_every_fold_is_told(read, stem, says):
    names = [stem.format(n) if says else ("north", "south", "west")[n] for n in range(3)]
    tables = {
        f"{name}.csv": "file,label\n" + "\n".join(f"{n}.jpg,{animal(n)}" for n in range(8 * at, 8 * at + 8))
        for at, name in enumerate(names)
    }
    layout = read({"images": [f"{n}.jpg" for n in range(24)], **tables})
    assert counts(layout) == {"cat": 12, "dog": 12}
    assert bool(told(layout, "which image stands in which of them is not used")) is says
