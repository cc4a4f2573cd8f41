"""Parts by every usual name; classes that are called like parts; levels of which either may be the classes."""

import pytest

from core.cli.words import options
from core.data.layout import read_layout
from core.data.layouts import decide
from core.data.layouts.case import Case
from core.data.layouts.words import are_a_set, is_fold, is_group, kind_of
from core.data.tree import read_tree
from core.experiment import Reading
from tests.data.layouts.conftest import counts, reasons


@pytest.mark.parametrize(
    ("train", "val", "test"),
    [
        ("train", "valid", "test"), ("Training", "Validation", "Testing"), ("trainset", "valset", "testset"),
        ("training_set", "validation_set", "test_set"), ("Train Data", "Val Data", "Test Data"),
        ("train_images", "val_images", "test_images"), ("seg_train", "seg_val", "seg_test"),
        ("train2017", "val2017", "test2017"), ("TRAIN", "DEV", "TEST"), ("set.train", "set.eval", "set.test"),
        ("trn", "holdout", "tst"), ("train-80", "val-10", "test-10"), ("TrainingData", "ValidationData", "TestData"),
        ("training", "validation", "evaluation"), ("train", "dev", "holdout"), ("cats_train", "cats_val", "cats_test"),
        ("train_resized", "val_resized", "test_resized"), ("Trainingsdaten", "Validierungsdaten", "Testdaten"),
        ("entrenamiento", "validación", "prueba"), ("训练集", "验证集", "测试集"),
    ],
)  # fmt: skip
def test_parts_by_any_usual_name(read, train, val, test):
    layout = read({f"{train}/cat": 5, f"{train}/dog": 4, f"{val}/cat": 2, f"{val}/dog": 1, f"{test}/dog": 3})
    assert counts(layout) == {"train/cat": 5, "train/dog": 4, "val/cat": 2, "val/dog": 1, "test/dog": 3}
    assert layout.left_out == []


@pytest.mark.parametrize(
    "name", ["trains", "untested", "contest", "valley", "development board", "rain", "invalid", "strain", "evil", "set"]
)
def test_what_only_sounds_like_a_part(name):
    assert kind_of(name) is None


def test_a_name_of_any_length_is_judged_at_once():
    assert kind_of("dataset" * 5_000 + "x") is None


@pytest.mark.parametrize(
    "content",
    [
        {"train/train/cat": 3, "train/train/dog": 2, "test/test/cat": 1},
        {"seg_train/seg_train/cat": 3, "seg_train/seg_train/dog": 2, "seg_test/seg_test/cat": 1},
        {"archive/Data/train/images/cat": 3, "archive/Data/train/images/dog": 2, "archive/Data/test/images/cat": 1},
    ],
)
def test_folders_that_wrap_are_entered_in_parts_too(read, content):
    layout = read(content)
    assert counts(layout) == {"train/cat": 3, "train/dog": 2, "test/cat": 1}
    assert layout.classes == {"cat", "dog"}


def test_flat_folders_of_parts_are_offered_for_prediction(read):
    layout = read({"train/cat": 3, "train/dog": 2, "test": 4, "pred": 1})
    assert counts(layout) == {"cat": 3, "dog": 2}  # undivided: every part is dealt from them
    assert reasons(layout) == {
        "test": "4 images without labels: offered for prediction, not used here.",
        "pred": "1 image without labels: offered for prediction, not used here.",
    }
    assert [path.name for path in layout.unlabelled] == ["pred", "test"]


def test_a_flat_test_folder_beside_class_folders(read):
    layout = read({"cat": 3, "dog": 2, "test": 4, "unlabeled": 5})
    assert counts(layout) == {"cat": 3, "dog": 2}
    assert {path.name for path in layout.unlabelled} == {"test", "unlabeled"}


@pytest.mark.parametrize("names", [("train", "bus", "car"), ("valid", "invalid"), ("dev", "ops", "sales")])
def test_classes_may_be_called_like_parts(read, names):
    assert read(dict.fromkeys(names, 2)).classes == set(names)


def test_one_of_two_folders_called_test_is_asked_about(asked, read):
    question = asked({"control": 3, "test": 2})
    assert [choice.gives for choice in question.choices] == ["2 classes: control 3, test 2"]


def test_layout_folders_makes_classes_of_what_is_called_like_parts(read):
    layout = read({"train": 3, "test": 2, "tram": 1}, layout="folders")
    assert counts(layout) == {"train": 3, "test": 2, "tram": 1}


@pytest.mark.parametrize(
    "folds", [("fold1", "fold2", "fold3"), ("fold_0", "fold_1"), ("CV 1", "CV 2"), ("k-fold-1", "k-fold-2")]
)
def test_folds_are_neither_parts_nor_classes(asked, folds):
    assert all(map(is_fold, folds))
    question = asked({f"{fold}/{name}": count for fold in folds for name, count in (("cat", 2), ("dog", 1))})
    assert "folds of a cross-validation" in question.question
    assert question.choices[0].reading == {"layout": "inner"}
    assert question.choices[0].gives == f"2 classes: cat {2 * len(folds)}, dog {len(folds)}"


def test_flat_folds_are_no_classes_either(asked):
    assert "folds of a cross-validation" in asked({"fold1": 3, "fold2": 4}).question


@pytest.mark.parametrize(
    "tops", [("color", "grayscale", "segmented"), ("A", "B"), ("amazon", "dslr"), ("100x", "200x", "400x")]
)
def test_folders_that_all_hold_the_same_folders_are_no_classes(asked, tops):
    question = asked({f"{top}/{name}": count for top in tops for name, count in (("cat", 2), ("dog", 1), ("emu", 3))})
    assert "all hold the same folders" in question.question
    assert options(question.choices[0].reading) == f"--layout only:{tops[0]}"
    assert question.choices[0].gives == "3 classes: cat 2, dog 1, emu 3"
    assert {"layout": "folders"} in [choice.reading for choice in question.choices]


def test_variants_of_divided_sets(asked, tree):
    parts = {
        f"{top}/{part}/{name}": 2 for top in ("rgb", "grey") for part in ("train", "val") for name in ("cat", "dog")
    }
    assert [choice.reading["layout"] for choice in asked(parts).choices] == ["only:grey", "only:rgb"]


def test_only_one_folder_is_read_and_the_others_are_named(read):
    layout = read({"rgb/cat": 3, "rgb/dog": 2, "grey/cat": 3, "grey/dog": 2}, layout="only:grey")
    assert counts(layout) == {"cat": 3, "dog": 2}
    assert reasons(layout) == {"rgb": "Is not read: only 'grey' is."}
    assert layout.reading.layout == "only:grey"


def test_a_folder_to_be_read_alone_that_is_not_there(refused):
    assert "has no folder 'gray'" in refused({"rgb/cat": 3, "grey/cat": 3}, layout="only:gray")


@pytest.mark.parametrize(
    "groups", [("2024-01", "2024-02"), ("2023", "2024"), ("day1", "day2"), ("Session 1", "session_2"), ("jan", "feb")]
)
def test_folders_by_date_or_session_within_classes(read, groups):
    layout = read({f"{name}/{group}": 2 for name in ("cat", "dog", "emu") for group in groups})
    assert counts(layout) == {"cat": 4, "dog": 4, "emu": 4}


@pytest.mark.parametrize("name", ["cat", "class1", "grade 2", "leaf", "left", "0"])
def test_what_says_something_about_an_image_is_no_group(name):
    assert not is_group(name)


@pytest.mark.parametrize("wrap", ["images", "data/img", "{top}"])
def test_a_wrapping_folder_does_not_hide_that_folders_hold_the_same_folders(asked, tree, wrap):
    content = {
        f"{top}/{wrap.format(top=top)}/{c}": n for top, n in (("amazon", 3), ("dslr", 2)) for c in ("cat", "dog")
    }
    assert "all hold the same folders ('cat' and 'dog')" in asked(content).question
    assert counts(read_layout(tree(content, "other"), Reading(layout="inner"))) == {"cat": 5, "dog": 5}
    assert counts(read_layout(tree(content, "third"), Reading(layout="only:dslr"))) == {"cat": 2, "dog": 2}


def test_a_wrapping_folder_in_each_class(read):
    assert counts(read({"cat/images": 2, "dog/images": 3})) == {"cat": 2, "dog": 3}


def test_levels_of_which_either_may_be_the_classes(asked):
    question = asked({"round/disc": 2, "straight/bars": 3, "straight/cross": 4})
    assert [(options(choice.reading), choice.gives) for choice in question.choices] == [
        ("--layout folders", "2 classes: round 2, straight 7"),
        ("--layout inner", "3 classes: bars 3, cross 4, disc 2"),
    ]


def test_levels_within_parts(tree, asked, read):
    content = {f"{part}/{kind}": 2 for part in ("train", "test") for kind in ("big/dog", "big/cow", "small/cat")}
    question = asked(content)
    assert question.choices[1].gives == "3 classes: cat 4, cow 4, dog 4"


def test_levels_within_parts_read_as_the_inner_ones(read):
    content = {f"{part}/{kind}": 2 for part in ("train", "test") for kind in ("big/dog", "big/cow", "small/cat")}
    assert counts(read(content, layout="inner"))["train/dog"] == 2


def test_classes_with_some_images_of_their_own_stay_classes(read):
    assert counts(read({"cat": 2, "cat/kittens": 1, "dog/big": 3, "dog/small": 1})) == {"cat": 3, "dog": 4}


def test_parts_within_classes(read):
    content = {"cat/train": 5, "cat/test": 2, "dog/train": 4, "dog/test": 1}
    assert counts(read(content)) == {"train/cat": 5, "test/cat": 2, "train/dog": 4, "test/dog": 1}


def test_a_copy_of_the_set_beside_its_classes_is_asked_about(asked):
    question = asked({"cat": 2, "dog": 3, "pets/cat": 2, "pets/dog": 3})
    assert "'pets' holds folders called like those beside it" in question.question


def test_numbers_are_in_natural_order(tree):
    from core.data.natural import natural_key

    names = ["10", "2", "0", "class10", "class2", "B", "a", "1" * 5000, "02", "img-1", "img1", "\u00b2"]
    assert sorted(names, key=natural_key)[:4] == ["0", "02", "2", "10"]
    assert sorted(["3", "-2", "0", "-10", "-1x"], key=natural_key) == ["-10", "-2", "0", "3", "-1x"]
    assert sorted(["class10", "class2", "class"], key=natural_key) == ["class", "class2", "class10"]
    assert sorted(["dog", "Cat", "cat"], key=natural_key) == sorted(["dog", "Cat", "cat"])  # without digits as ever


@pytest.mark.parametrize("name", ["unsup", "Unlabeled", "to_label", "not annotated", "unsorted"])
@pytest.mark.parametrize("part", ["", "train/"])
def test_images_that_wait_for_a_label_are_no_class(read, name, part):
    content = {f"{part}cat": 4, f"{part}dog": 3, f"{part}{name}": 5}
    layout = read({**content, "test/cat": 2, "test/dog": 1} if part else content)
    assert layout.classes == {"cat", "dog"}
    assert [path.name for path in layout.unlabelled] == [name]
    assert reasons(layout) == {f"{part}{name}": "5 images without labels: offered for prediction, not used here."}


def test_parts_within_classes_are_kept_where_a_class_lacks_one(read):
    layout = read({"cat/train": 4, "cat/val": 2, "dog/train": 3})
    assert counts(layout) == {"train/cat": 4, "val/cat": 2, "train/dog": 3}


def test_one_part_within_every_class_is_no_division(read):
    assert counts(read({"a/train": 4, "b/train": 3})) == {"a": 4, "b": 3}


@pytest.mark.parametrize(
    ("names", "are"),
    [
        ("seen unseen", True), ("base novel", True), ("tr te", True), ("support_set query_set", True),
        ("support_set query_set train", True), ("seen unseen test", True), ("seen unseen cat", False),
        ("seen", False), ("seen seen_1", False), ("train unseen", False), ("base unseen", False),
        ("seen unseen unlabeled", False), ("tr te predict", False), ("base novel submission", False),
        ("cat dog", False),
    ],
)  # fmt: skip
def test_names_that_mean_parts_only_together(names, are):
    assert are_a_set(names.split()) == are
    assert are_a_set(reversed(names.split())) == are


@pytest.mark.parametrize("folders", [("cat", "dog"), ("2024-03", "2024-04"), ("fold1", "fold2"), ("batch1", "dog")])
def test_class_folders_hold_parts_but_batches_and_folds_are_no_classes(tree, folders):
    top = read_tree(tree({f"{folder}/{part}": 3 for folder in folders for part in ("train", "test")})).top
    case = Case(top, top, Reading(), decide.read_case)
    assert decide._are_class_first(case) == (folders[1] == "dog")
