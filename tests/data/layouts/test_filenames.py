"""Classes from file names, and names that are none."""

from collections import Counter
from pathlib import Path

import pytest

from core.data.layout import read_layout
from core.data.layouts.filenames import labels_by_name, labels_like
from core.errors import UnusableDataset
from core.experiment import Reading
from tests.data.layouts.conftest import counts, reasons


def numbered(pattern, **classes):
    return [pattern.format(name, index) for name, count in classes.items() for index in range(count)]


@pytest.mark.parametrize(
    "pattern", ["{}.{}.jpg", "{}_{:03}.jpg", "{}{}.png", "{} ({}).jpg", "{}-{}.JPG", "{1}_{0}.jpg", "{1}. {0}.jpg"]
)
@pytest.mark.parametrize("place", ["", "train", "images"])
def test_one_plain_pattern(read, place, pattern):
    layout = read({place: numbered(pattern, cat=4, dog=3, great_dane=2)})
    assert counts(layout) == {"cat": 4, "dog": 3, "great_dane": 2}
    assert layout.reading.layout == "filenames"
    assert any("read from file names" in note for note in layout.notes)


@pytest.mark.parametrize("end", ["_crop", " (small)", "-x2"])
def test_what_all_names_of_a_folder_have_is_no_part_of_the_pattern(read, asked, end):
    made = numbered("{}_{:02}" + end + ".jpg", Cat=4, dog=3)
    assert counts(read({"": made})) == {"Cat": 4, "dog": 3}
    question = asked({"raw": numbered("{}_{:02}.jpg", Cat=4, dog=3), "cropped": made})
    assert "called after the same classes ('Cat' and 'dog')" in question.question
    assert [choice.reading["layout"] for choice in question.choices] == ["filenames", "folders"]


def test_letters_and_digits_before_the_number(read):
    assert counts(read({"": numbered("{}_{}.jpg", n02085620=3, n02085782=2)})) == {"n02085620": 3, "n02085782": 2}


def test_parts_whose_names_all_have_the_pattern(read):
    layout = read({"train": numbered("{}.{}.jpg", cat=4, dog=3), "test": numbered("{}.{}.jpg", cat=1, dog=2)})
    assert counts(layout) == {"train/cat": 4, "train/dog": 3, "test/cat": 1, "test/dog": 2}


def test_a_flat_test_folder_is_offered_for_prediction(read):
    layout = read({"train": numbered("{}.{}.jpg", cat=4, dog=3), "test1": ["1.jpg", "2.jpg"], "sub.csv": "id,label\n"})
    assert counts(layout) == {"cat": 4, "dog": 3}
    assert "offered for prediction" in reasons(layout)["test1"]


@pytest.mark.parametrize(
    "files",
    [
        numbered("{}_{}.jpg", IMG=4), numbered("{}_{}.jpg", IMG=4, DSC=3), ["1.jpg", "2.jpg", "3.jpg"],
        numbered("{}_{}.jpg", IMG_20240101=2, IMG_20240102=2), ["00003c91.jpg", "00003c92.jpg", "00005f13.jpg"],
        [*numbered("{}_{}.jpg", cat=4, dog=3), "extra.jpg"], ["one.jpg", "two.jpg"], ["cat_1.jpg", "dog_1.jpg"],
        numbered("{}_{}.jpg", train=4, test=3), numbered("{} {}.png", Screenshot=4, frame=3),
    ],
)  # fmt: skip
def test_names_without_a_plain_pattern_are_refused(refused, files):
    text = refused({"": files})
    assert "no class folders" in text
    assert "Put the images of each class into a folder of its own" in text
    assert "labels.csv" in text


@pytest.mark.parametrize(
    "content",
    [
        {"train": 4, "test": 3},
        {"train": 4, "val": 2},
        {"images": 5},
        {"test": 2},
        {"train": 1, "test/train": 1, "test/test": 2},
    ],
)
def test_parts_are_never_classes(refused, content):
    assert "but no class folders" in refused(content)


def test_filenames_that_were_asked_for_and_have_no_pattern(read):
    with pytest.raises(UnusableDataset, match="one plain pattern"):
        read({"cat": 3, "dog": 2}, layout="filenames")


@pytest.mark.parametrize("pattern", ["img{1:03}_{0}.png", "IMG_{1:04}-{0}.png", "{1}-{0}.png"])
def test_the_class_behind_a_number(read, pattern):
    files = [pattern.format("cat" if number < 4 else "dog", number) for number in range(7)]
    assert counts(read({"": files})) == {"cat": 4, "dog": 3}


@pytest.mark.parametrize("files", [
    [f"{number}_{view}.png" for number in range(3) for view in ("red", "green", "nir")],
    [f"img{number}_{view}.png" for number in range(4) for view in ("flipped", "turned")],
    [f"london_{x}_{y}.png" for x in range(3) for y in range(3)],
    [*(f"SDC1{n:04}.png" for n in range(4)), *(f"HPIM{n:04}.png" for n in range(3)), "IMAG0001.png"],
])  # fmt: skip
def test_views_tiles_and_other_cameras_are_no_classes(refused, files):
    assert "labels.csv" in refused({"": files})


@pytest.mark.parametrize("word", ["class", "grade", "n0208562"])
def test_numbered_classes_in_file_names(read, word):
    assert set(counts(read({"": [f"{word}_{c}_{n}.png" for c in range(3) for n in range(2 + c)]}))) == {
        f"{word}_{c}" for c in range(3)
    }


def test_names_tell_classes_from_two_images_a_class_on():
    def labels(*names):
        return labels_by_name([Path(f"{name}.jpg") for name in names])

    assert set(labels("cat.0", "cat.1", "dog.0", "dog.1").values()) == {"cat", "dog"}
    assert labels("cat.0", "cat.1", "dog.0") is None


@pytest.mark.parametrize("form", ["{part}_{label}_{n}.jpg", "{label}-{part}-{n}.jpg", "{label}_{part}{n}.jpg"])
def test_names_that_hold_a_part_and_a_class(read, form):
    sizes = {("train", "cat"): 4, ("train", "great_dane"): 3, ("test", "cat"): 2, ("test", "great_dane"): 1}
    files = [form.format(part=part, label=label, n=n) for (part, label), count in sizes.items() for n in range(count)]
    layout = read({".": files})
    assert counts(layout) == {f"{part}/{label}": count for (part, label), count in sizes.items()}


def test_classes_that_begin_with_a_part_are_classes(read):
    files = [f"{label}_{n}.jpg" for label in ("train_station", "test_tube") for n in range(4)]
    assert counts(read({".": files})) == {"train_station": 4, "test_tube": 4}


@pytest.mark.parametrize(
    ("second", "message"), [("test_{}.jpg", True), ("val-{}.jpg", True), ("train_9{}.jpg", False), ("x{}.jpg", False)]
)
def test_parts_in_the_names_of_files_in_class_folders_are_told(read, second, message):
    files = [*(f"train_{n}.jpg" for n in range(3)), *(second.format(n) for n in range(2))]
    layout = read({"cat": files, "dog": files})
    assert counts(layout) == {"cat": 5, "dog": 5}
    assert any("called after parts, which is not used" in note for note in layout.notes) is message


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        ("{}_{:03}.jpg", "mask_{}_{:03}.png"), ("{}_{:03}.jpg", "seg_{}_{:03}.jpg"),
        ("{} ({}).jpg", "{}_mask ({}).jpg"), ("{}_{}.jpg", "{}_{}_mask.png"), ("{}.{}.jpg", "{}.mask.{}.jpg"),
        ("{}_{}.jpg", "{}_label_{}.png"),
    ],
)  # fmt: skip
def test_masks_beside_images_are_no_classes(read, image, mask):
    layout = read({"": numbered(image, cat=4, dog=3) + numbered(mask, cat=4, dog=3)})
    assert counts(layout) == {"cat": 4, "dog": 3}
    assert len([text for text in reasons(layout).values() if "mask or an annotation of" in text]) == 7


def test_masks_of_few_images_may_be_a_class(read):
    files = numbered("{}_{}.jpg", cat=4, dog=5, dog_mask=5)
    assert counts(read({"": files})) == {"cat": 4, "dog": 5, "dog_mask": 5}
    assert counts(read({"": numbered("{}_{}.jpg", man=4, man_mask=4)})) == {"man": 4, "man_mask": 4}


def test_names_in_a_single_folder_of_any_name_give_the_classes(read):
    files = [f"{label} ({n}).jpg" for label, count in (("oak", 5), ("elm", 3)) for n in range(1, count + 1)]
    assert counts(read({"leaves": files})) == {"oak": 5, "elm": 3}
    beside = read({"leaves": files, "stones": 4})
    assert counts(beside) == {"leaves": 8, "stones": 4}
    assert counts(read({"leaves": [f"IMG_{n}.jpg" for n in range(6)]})) == {"leaves": 6}


def test_a_subject_with_one_class_is_no_part_of_it(tmp_path):
    paths = [tmp_path / f"P{n:03}_{'benign' if n % 2 else 'malignant'}_{i}.png" for n in range(1, 7) for i in range(3)]
    found = labels_by_name(paths)
    assert sorted(Counter(found.values()).items()) == [("benign", 9), ("malignant", 9)]
    assert set(labels_like([tmp_path / "P009_benign_1.png"], {"benign", "malignant"}).values()) == {"benign"}


@pytest.mark.parametrize("names", [
    ("size1_red", "size2_red", "size1_blue", "size2_blue"),  # numbers with several words
    ("n01_cat", "n02_dog", "n03_owl", "n04_fox"),  # a word with one number
    ("n02085620", "n02085782", "n02085936", "n02086079"),
])  # fmt: skip
def test_numbers_that_are_no_subjects_stay(tmp_path, names):
    found = labels_by_name([tmp_path / f"{name}_{i}.png" for name in names for i in range(3)])
    assert set(found.values()) == set(names)


@pytest.mark.parametrize("parts", [("val",), ("test",), ("val", "test"), ("train",)])
@pytest.mark.parametrize("other", ["unlabeled", "predict"])
def test_images_to_predict_are_no_images_to_train_with_whatever_they_are_called(tree, parts, other):
    names = [f"{label}_{number}.jpg" for label in ("cat", "dog") for number in range(30)]
    content = {part: names[place::7] for place, part in enumerate(parts)} | {other: names[5::7]}
    layout = read_layout(tree(content), Reading(layout="filenames"))
    assert sum(counts(layout).values()) == sum(len(content[part]) for part in parts)
    assert [folder.name for folder in layout.unlabelled] == [other]
