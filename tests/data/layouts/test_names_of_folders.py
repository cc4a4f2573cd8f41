"""Folders whose names say a part beside other words, are misspelt, or do not say what the images show."""

import pytest

from core.cli.words import options
from core.data.layout import read_layout
from core.data.layouts.words import is_batch, resembles_train
from core.errors import UnclearLayout, UnusableDataset
from tests.data.layouts.conftest import counts, reasons


def divided(train, val, test):
    return {f"{train}/cat": 5, f"{train}/dog": 4, f"{val}/cat": 2, f"{val}/dog": 1, f"{test}/cat": 1, f"{test}/dog": 3}


@pytest.mark.parametrize("train", ["train_aug", "augmented train", "learn", "apprenticeship"])
def test_what_is_left_beside_val_and_test_is_the_train_part(read, train):
    layout = read(divided(train, "val", "test"))
    assert counts(layout)["train/cat"] == 5
    assert f"The folder '{train}' is used as the training part." in layout.notes
    assert layout.left_out == []


@pytest.mark.parametrize("train", ["Trian", "trainning", "train_cropped"])
def test_a_misspelt_train_folder_beside_test(read, train):
    layout = read({f"{train}/cat": 5, f"{train}/dog": 4, "test/cat": 2, "test/dog": 1})
    assert counts(layout) == {"train/cat": 5, "train/dog": 4, "test/cat": 2, "test/dog": 1}


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("训练图片", "测试图片"),
        ("学習データ", "テストデータ"), ("学習用", "テスト用"), ("entrenar", "probar"),
        ("훈련", "테스트"), ("Training Pictures", "Test Pictures"), ("images d'apprentissage", "images de test"),
        ("обучающие", "тестовые"),
    ],
)  # fmt: skip
def test_parts_in_other_languages_are_no_classes(read, asked, train, test):
    assert counts(read({f"{train}/cat": 5, f"{train}/dog": 4, f"{test}/cat": 2, f"{test}/dog": 1})) == {
        "train/cat": 5, "train/dog": 4, "test/cat": 2, "test/dog": 1
    }  # fmt: skip
    with pytest.raises((UnclearLayout, UnusableDataset)):
        read({train: 5, test: 4})


@pytest.mark.parametrize(
    "name",
    [
        "Test Pictures", "test_pictures", "for testing", "tests", "test_files", "zum Testen", "imágenes de prueba",
        "imagens de teste", "foto di prova", "测试图片", "Unlabeled pictures", "à prédire", "sin etiquetar",
        "original test",
        "private_test",
        "PublicTest",
    ],
)  # fmt: skip
def test_a_flat_folder_of_images_to_test_or_to_predict_is_no_class(read, name):
    layout = read({"cat": 5, "dog": 4, "owl": 3, name: 6})
    assert counts(layout) == {"cat": 5, "dog": 4, "owl": 3}
    assert [one.name for one in layout.left_out] == [name] or name in repr(layout.unlabelled)


@pytest.mark.parametrize("name", ["external test", "test_phone", "real test images", "unseen data", "RECYCLED"])
def test_a_class_that_may_be_a_test_part_is_told(read, name):
    layout = read({"cat": 5, "dog": 4, "owl": 3, name: 6})
    assert counts(layout)[name] == 6
    assert any(note.startswith(f"'{name}' is read as a class.") for note in layout.notes)


@pytest.mark.parametrize("names", [("blood test", "urine test"), ("toy train", "bus", "tram"), ("lernen", "spielen")])
def test_classes_with_such_words_stay_classes(read, names):
    assert set(counts(read(dict.fromkeys(names, 4)))) == set(names)


@pytest.mark.parametrize("name", ["control", "source", "rain", "terrain", "tram"])
def test_another_word_beside_test_is_asked_about(asked, name):
    assert not resembles_train(name)
    assert (
        "all hold the same folders"
        in asked({f"{name}/cat": 5, f"{name}/dog": 4, "test/cat": 2, "test/dog": 1}).question
    )


@pytest.mark.parametrize(
    ("train", "test"),
    [
        (("Cat", "red fox"), ("cat", "Red_Fox")),
        (("train_cat", "train_dog"), ("test_cat", "test_dog")),
        (("a", "b"), ("a_test", "B-test")),
    ],
)
def test_one_class_may_be_written_differently_in_each_part(read, train, test):
    layout = read({f"train/{train[0]}": 5, f"train/{train[1]}": 4, f"test/{test[0]}": 2, f"test/{test[1]}": 1})
    assert counts(layout) == {
        f"train/{train[0]}": 5, f"train/{train[1]}": 4, f"test/{train[0]}": 2, f"test/{train[1]}": 1
    }  # fmt: skip
    assert layout.left_out == []
    assert f"The folder '{test[0]}' is taken for the class '{train[0]}'." in layout.notes


def test_two_spellings_in_one_part_stay_two_classes(read):
    layout = read({"train/Cat": 5, "train/dog": 4, "test/Cat": 2, "test/cat": 1, "test/dog": 3})
    assert counts(layout) == {"train/Cat": 5, "train/dog": 4, "test/Cat": 2, "test/dog": 3}
    assert list(reasons(layout).values()) == ["Class 'cat' has no folder in train."]


@pytest.mark.parametrize("twins", [("Cat", "cat"), ("red fox", "red_fox"), ("cat", "cat ")])
def test_classes_that_differ_only_in_case_are_told(read, twins):
    layout = read({twins[0]: 3, twins[1]: 2, "dog": 4})
    assert len(layout.classes) == 3
    assert "differ only in case or separators" in layout.notes[0]


@pytest.mark.parametrize("twin", ["cat\u200b", "c\u0430t", "\u0441at", "Ca\u03c4"])
def test_classes_that_look_the_same_are_told(read, twin):
    layout = read({"cat": 3, twin: 2, "dog": 4})
    assert len(layout.classes) == 3
    assert "or in letters that look the same or cannot be seen. If they are one" in layout.notes[0]


@pytest.mark.parametrize("names", [("cat1", "cat2"), ("a", "b"), ("1", "10"), ("c+", "c-")])
def test_other_classes_are_no_twins(read, names):
    assert read({names[0]: 3, names[1]: 2}).notes == []


@pytest.mark.parametrize(
    "lots",
    [
        ("batch1", "batch2"), ("session_a", "session_b"), ("2023-01", "2023-02"),
        ("jan", "feb"), ("video 1", "clip 2"),
    ],
)  # fmt: skip
def test_flat_folders_called_after_lots_of_images_are_asked_about(asked, lots):
    question = asked(dict.fromkeys(lots, 3))
    assert "not after what they show" in question.question
    assert [options(choice.reading) for choice in question.choices] == ["--layout folders"]


@pytest.mark.parametrize(
    "names", [("person1", "person2"), ("site_a", "site_b"), ("grade 1", "grade 2"), ("batch1", "cat")]
)
def test_who_where_and_what_may_be_told_apart(read, names):
    assert not all(map(is_batch, names))
    assert counts(read(dict.fromkeys(names, 3))) == dict.fromkeys(names, 3)


def test_folders_that_name_a_class_and_a_part_at_once_are_asked_about(asked, read):
    question = asked({"cat_train": 5, "cat_test": 2, "dog_train": 4, "dog_test": 1})
    assert "name a class and a part at once" in question.question


@pytest.mark.parametrize("names", [("images_001", "images_002"), ("part1", "part2", "part3")])
def test_folders_of_so_many_images_each_are_never_classes_by_themselves(tree, names):
    with pytest.raises(UnusableDataset, match="a folder of its own"):
        read_layout(tree(dict.fromkeys(names, 3)))


def test_folds_that_hold_parts_are_no_classes(asked):
    assert "folds" in asked({"fold1/train": 3, "fold1/val": 2, "fold2/train": 3, "fold2/val": 2}).question


def test_a_stray_image_does_not_hide_that_folders_are_variants(asked):
    content = {"amazon": 1, "amazon/cat": 3, "amazon/dog": 4, "dslr/cat": 2, "dslr/dog": 3}
    assert "all hold the same folders" in asked(content).question


def test_folders_within_one_class_are_told(read):
    layout = read({"animal/cat": 3, "animal/dog": 2, "car": 4, "bus": 3, "bus/2024": 2})
    assert counts(layout) == {"animal": 5, "car": 4, "bus": 5}
    assert layout.notes == ["The folders 'cat' and 'dog' in 'animal' are one class together."]


@pytest.mark.parametrize(("top", "part"), [("", ""), ("train/", "train/")])
def test_a_folder_that_strayed_into_another_class_is_left_out(read, top, part):
    content = {f"{top}cat": 3, f"{top}dog": 5, f"{top}dog/cat": 2, f"{top}dog/2024": 4}
    layout = read(content | ({"test/cat": 1, "test/dog": 1} if top else {}))
    assert {name: count for name, count in counts(layout).items() if not name.startswith("test")} == {
        f"{part}cat": 3, f"{part}dog": 9
    }  # fmt: skip
    assert reasons(layout) == {f"{top}dog/cat": "Lies in 'dog' and is called like another class: move it there."}


def test_a_folder_in_a_class_with_images_of_its_own_is_told(read):
    layout = read({"cat": 3, "cat/rejected": 2, "dog": 4, "dog/rejected": 1, "cow": 2, "cow/day 2": 3})
    assert counts(layout) == {"cat": 5, "dog": 5, "cow": 5}
    assert layout.notes == ["The folders 'cat/rejected' and 'dog/rejected' count to the classes they lie in."]


def test_labelled_beside_unlabelled(asked):
    question = asked({"labeled/cat": 3, "labeled/dog": 2, "unlabeled": 4})
    assert options(question.choices[0].reading) == "--layout only:labeled"
    assert question.choices[0].gives == "2 classes: cat 3, dog 2"


@pytest.mark.parametrize(
    "names",
    [
        ("100CANON", "101CANON"),
        ("100APPLE", "103_PANA"),
        ("Photos from 2022", "Photos from 2023"),
    ],
)
def test_folders_of_cameras_and_computers_are_asked_about(asked, names):
    assert "in which lot their images came" in asked({names[0]: 3, names[1]: 5}).question


@pytest.mark.parametrize(
    "names", [("100", "101"), ("100M", "200M"), ("Model 100", "Model 101"), ("12345678", "22345678")]
)
def test_numbers_that_are_classes_are_not(read, names):
    assert counts(read({names[0]: 3, names[1]: 5})) == {names[0]: 3, names[1]: 5}
