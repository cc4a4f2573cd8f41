"""Loose images beside the one folder in which the class folders lie."""

import pytest

from tests.data.layouts.conftest import counts, reasons

BESIDE = "Lies beside the class folders, so that it has no class."


@pytest.mark.parametrize("loose", [("ask.heic",), ("1.jpg", "2.png", "10.jpg")])
def test_the_class_folders_are_entered_and_loose_images_are_named(read, loose):
    layout = read({"README.md": "about", ".": loose, "data/bars": 5, "data/cross": 3})
    assert counts(layout) == {"bars": 5, "cross": 3}
    assert reasons(layout) == dict.fromkeys((f"../{name}" for name in loose), BESIDE)
    assert layout.notes == ["The class folders lie in 'data'."]


def test_parts_within_that_folder_are_parts(read):
    layout = read({".": ["cover.jpg"], "data/train/a": 4, "data/train/b": 3, "data/val/a": 2, "data/val/b": 1})
    assert counts(layout) == {"train/a": 4, "train/b": 3, "val/a": 2, "val/b": 1}
    assert list(reasons(layout)) == ["../cover.jpg"]


@pytest.mark.parametrize(
    "inner",
    [
        {"cat": 3, "cat/more": 4, "cat/other": 2},  # images of its own: one class, with folders of the same class
        {"cat/2023": 4, "cat/2024": 3},  # days, no classes
        {"cat/images": 4, "cat/photos": 3},
        {"cat/one": 7},
    ],
)
def test_a_folder_that_is_a_class_stays_one(read, inner):
    layout = read({".": ["loose.jpg"], **inner})
    assert counts(layout) == {"cat": sum(inner.values())}
    assert reasons(layout) == {"loose.jpg": BESIDE}


@pytest.mark.parametrize(("loose", "asks"), [(9, True), (5, True), (4, False)])
def test_more_loose_images_than_the_folder_holds_are_not_passed_over(asked, read, loose, asks):
    content = {".": loose, "more/a": 2, "more/b": 3}
    if not asks:
        assert counts(read(content)) == {"a": 2, "b": 3}
        return
    question = asked(content)
    assert f"beside it lie {loose} images in no folder" in question.question
    assert [choice.gives for choice in question.choices] == ["2 classes: a 2, b 3"]


RAW = [f"shot{number}.jpg" for number in range(1, 8)]


@pytest.mark.parametrize("behind", ["", "_crop", "-0"])
@pytest.mark.parametrize("name", ["cropped", "crops", "faces"])
def test_class_folders_of_what_was_made_of_the_loose_images_are_entered(read, name, behind):
    made = [raw.replace(".", f"{behind}.") for raw in RAW]
    layout = read({".": RAW, f"{name}/cat": made[:3], f"{name}/dog": made[3:]})
    assert counts(layout) == {"cat": 3, "dog": 4}
    assert reasons(layout) == dict.fromkeys((f"../{raw}" for raw in RAW), BESIDE)
    other = read({".": RAW, f"{name}/cat": [f"x{one}" for one in made]})
    assert counts(other) == {name: 7}


def test_loose_images_with_classes_in_their_names_or_a_table_are_read(read):
    rows = "".join(f"{raw},{'dog' if number > 3 else 'cat'}\n" for number, raw in enumerate(RAW))
    layout = read(
        {".": RAW, "more/a": ["x.jpg"], "more/b": ["y.jpg"], "labels.csv": f"file,label\n{rows}"}, layout="csv"
    )
    assert counts(layout) == {"cat": 4, "dog": 3}


def test_a_folder_of_raw_images_beside_one_of_class_folders_is_asked_about(asked, read):
    scans = [f"IMG_20{number}.jpg" for number in range(31, 38)]
    tiles = {"tiles/cat": [f"IMG_20{n}_0.jpg" for n in (31, 32, 33)], "tiles/dog": ["IMG_2034_1.jpg", "IMG_2035_2.jpg"]}
    question = asked({"scans": scans, **tiles})
    assert [choice.reading["layout"] for choice in question.choices] == ["only:tiles", "folders"]
    assert counts(read({"scans": [f"other{one}" for one in scans], **tiles})) == {"scans": 7, "tiles": 5}
    numbered = {"dog": [f"{n}.jpg" for n in range(6)], "cat/a": ["0.jpg", "1.jpg"], "cat/b": ["2.jpg", "3.jpg"]}
    assert counts(read(numbered)) == {"dog": 6, "cat": 4}


def test_two_such_folders_are_asked_about(asked):
    found = asked({".": ["loose.jpg"], "one/a": 3, "one/b": 2, "two/a": 1, "two/b": 4})
    assert [choice.reading["layout"] for choice in found.choices] == ["only:one", "only:two", "inner", "folders"]


@pytest.mark.parametrize("wrapped", ["data", "dataset", "my_images", "Raw Data"])
@pytest.mark.parametrize("inner", [("cat", "dog"), ("test", "train")])
def test_a_folder_of_class_folders_beside_others_is_asked_about(asked, wrapped, inner):
    deeper = ("",) if "cat" in inner else ("/cat", "/dog")
    error = asked({f"{wrapped}/{one}{deep}": 4 for one in inner for deep in deeper} | {"figures": 2})
    assert f"The folder '{wrapped}' holds the folders '{inner[0]}' and '{inner[1]}'" in error.question
    assert [choice.reading for choice in error.choices] == [{"layout": f"only:{wrapped}"}, {"layout": "folders"}]


def test_a_class_with_folders_of_its_own_is_not_asked_about(read):
    assert counts(read({"animals/cat": 5, "animals/dog": 3, "plants": 2})) == {"animals": 8, "plants": 2}


@pytest.mark.parametrize(
    "name", ["docs", "Samples", "misc", "duplicates", "images", "new_images", "holdout", "runs", "Trash"]
)
def test_a_class_called_like_what_lies_beside_classes_is_told(read, name):
    layout = read({"cat": 3, "dog": 2, name: 4})
    assert counts(layout) == {"cat": 3, "dog": 2, name: 4}
    assert layout.notes == [
        f"'{name}' is read as a class. If it was only kept beside the classes, take the folder out or rename it."
    ]


@pytest.mark.parametrize("content", [{"photo": 3, "drawing": 2}, {"cat": 3, "dog": 2, "other": 4}])
def test_one_of_two_and_other_names_are_not_told(read, content):
    assert read(content).notes == []


@pytest.mark.parametrize(
    "name", ["to_predict", "for prediction", "predict_me", "ToClassify", "unclassified", "scoring"]
)
def test_images_to_predict_are_offered_whatever_the_words(read, name):
    layout = read({"cat": 3, "dog": 2, name: 4})
    assert counts(layout) == {"cat": 3, "dog": 2}
    assert [place.name for place in layout.unlabelled] == [name]


@pytest.mark.parametrize("name", ["wandb", "mlruns", "lightning_logs", "TensorBoard"])
def test_what_other_trainings_leave_is_left_out_by_name(read, name):
    layout = read({"cat": 3, "dog": 2, name: 4})
    assert counts(layout) == {"cat": 3, "dog": 2}
    assert [one.name for one in layout.left_out] == [name]


@pytest.mark.parametrize("word", ["teste", "prova", "prueba", "essai"])
def test_a_word_for_test_is_one_beside_several_classes(read, word):
    layout = read({"uva": 9, "kiwi": 8, "mela": 10, word: ["57.jpg", "58.jpg"]})
    assert counts(layout) == {"uva": 9, "kiwi": 8, "mela": 10}
    assert list(reasons(layout)) == [word]
    filled = {name: [f"{name}_{n}.jpg" for n in range(7)] for name in ("uva", "kiwi", "mela", word)}
    assert set(counts(read(filled))) == set(filled)  # as the classes are
