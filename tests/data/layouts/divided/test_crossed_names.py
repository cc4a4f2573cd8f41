"""Names that hold a class and a part at once, or another class's name and a word more."""

import pytest

from core.errors import UnclearLayout, UnusableDataset
from tests.data.layouts.conftest import counts


def content(names):
    return {name: 4 + number for number, name in enumerate(names.split("|"))}


@pytest.mark.parametrize(
    "names",
    [
        "catTrain|dogTrain|catTest|dogTest", "ok_tr|ko_tr|ok_te|ko_te", "cat_fold1|dog_fold1|cat_fold2|dog_fold2",
        "cat batch 1|dog batch 1|cat batch 2|dog batch 2", "TrainCat|TrainDog|ValCat|ValDog",
    ],
)  # fmt: skip
def test_classes_crossed_with_parts_are_asked_about(asked, names):
    assert "name a class and a part at once" in asked(content(names)).question


@pytest.mark.parametrize(
    ("names", "word"),
    [
        ("cat|dog|cat_test|dog_test", "test"), ("cat|dog|test_cat|test_dog", "test"),
        ("cat|dog|fox|catHoldout|foxHoldout", "holdout"), ("cat|dog|cat_X|dog_X", "x"),
        ("cat|dog|cat fold 2|dog fold 2", "fold 2"), ("cat|dog|cat_extra|dog_extra", "extra"),
    ],
)  # fmt: skip
def test_classes_with_one_word_more_than_others_are_asked_about(asked, names, word):
    question = asked(content(names))
    assert f"are called like others with '{word}' more" in question.question
    assert [choice.reading for choice in question.choices] == [{"layout": "folders"}]


@pytest.mark.parametrize(
    "names", ["cat|dog|cat_messy|dog_messy", "cat|dog|small cat|small dog", "oak|elm|oak_bark|elm_bark"]
)
def test_classes_with_an_ordinary_word_more_stay_classes_and_are_told(read, names):
    layout = read(content(names))
    assert counts(layout) == content(names)
    word = names.replace("_", " ").rpartition("|")[2].replace("dog", "").replace("elm", "").strip()
    assert [note for note in layout.notes if f"are called like others with '{word}'" in note]


@pytest.mark.parametrize(
    "names",
    [
        "small_cat|small_dog|large_cat|large_dog", "tomato_healthy|tomato_blight|potato_healthy|potato_blight",
        "cat|dog|catfish|dogfish", "rock|rock_salt|salt", "helmet|vest|no_helmet|no_vest", "pine|apple|pineapple",
        "toy_train|toy_car|real_train|real_car", "Audi_2011|BMW_2011|Audi_2012|BMW_2012", "k9|k10", "K1|K2",
        "grade1|grade2", "test_tube|blood_test", "train_station|train_track",
    ],
)  # fmt: skip
def test_ordinary_names_are_neither_asked_about_nor_told(read, names):
    layout = read(content(names))
    assert counts(layout) == content(names)
    assert not [note for note in layout.notes if "are called like others" in note]


@pytest.mark.parametrize(
    "names",
    [
        "Public|Private", "train|leaderboard", "train_labeled|train_unlabeled", "train_orig|train_aug",
        "train_A|train_B", "Trainingsmenge|Testmenge", "Übung|Prüfung", "entrenament|prova",
        "huấn luyện|kiểm định|kiểm tra", "data_batch_1|data_batch_2|test_batch", "k1|k2", "round1|round2",
        "phase1|phase2", "Runde 1|Runde 2", "test_easy|test_hard",
    ],
)  # fmt: skip
def test_names_of_parts_and_lots_are_no_classes(read, names):
    with pytest.raises((UnclearLayout, UnusableDataset)):
        read(content(names))
