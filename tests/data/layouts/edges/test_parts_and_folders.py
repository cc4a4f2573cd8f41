"""What is read and left out of folders within parts, and what counts on both sides of each limit."""

import pytest

from core.data.layouts.asking.numbered_folders import are_numbered
from core.data.layouts.beside.artifacts import artifact_folders
from core.data.layouts.beside.originals import were_made_of
from core.data.layouts.beside.siblings import is_filled_like
from core.data.layouts.case import Case, unwrap
from core.data.layouts.filenames import labels_by_name
from core.data.layouts.labels.shared import lie_in_several
from core.data.layouts.nested.folder_notes import note_inner
from core.data.layouts.nested.levels import depth
from core.data.layouts.shares import are_batches, are_qualified_parts, are_shares, lie_beside_parts
from core.data.layouts.words import is_ordinary, is_unlikely_class, same_class, without_part
from core.data.tree import read_tree
from core.experiment import Reading
from tests.data.layouts.conftest import counts, reasons

DIVIDED = {"train/cat": 5, "train/dog": 4, "test/cat": 2, "test/dog": 1}


@pytest.fixture
def folders(tree):
    return lambda content: read_tree(tree(content)).top


def test_an_image_in_a_part_but_in_no_class_is_named(read):
    layout = read(DIVIDED | {"train": ["loose.jpg"], "test": ["other.jpg"]})
    assert counts(layout) == DIVIDED
    assert reasons(layout) == dict.fromkeys(
        ["train/loose.jpg", "test/other.jpg"], "Has no class: it does not lie in a class folder."
    )


def test_images_to_predict_within_classes_are_no_images_of_it(read):
    layout = read({"cat/train": 5, "cat/test": 2, "cat/unlabeled": 3, "dog/train": 4, "dog/test": 1})
    assert counts(layout) == {"train/cat": 5, "test/cat": 2, "train/dog": 4, "test/dog": 1}
    assert reasons(layout) == {
        "cat/unlabeled": "3 images without labels: offered for prediction, not used here.",
    }
    assert layout.notes == ["Each class folder holds parts of its own; they are kept."]


def test_a_class_that_is_not_in_every_part_is_told(read):
    layout = read(DIVIDED | {"train/owl": 3, "test/bat": 2, "val/cat": 1, "val/dog": 2})
    assert counts(layout) == DIVIDED | {"train/owl": 3, "val/cat": 1, "val/dog": 2}
    assert set(reasons(layout).values()) == {"Class 'bat' has no folder in train."}
    assert len(layout.left_out) == 2
    assert layout.notes == [
        "Class 'bat' is not in the train folder; its images are left out.",
        "Class 'owl' has no images in the val folder.", "Class 'owl' has no images in the test folder.",
    ]  # fmt: skip
    assert layout.classes == {"cat", "dog", "owl"}


def test_a_class_that_is_written_otherwise_in_another_part_is_the_same(read):
    layout = read({"train/red_cat": 5, "train/dog": 4, "test/Red Cat": 2, "test/dog": 1})
    assert counts(layout) == {"train/red_cat": 5, "train/dog": 4, "test/red_cat": 2, "test/dog": 1}
    assert layout.notes == ["The folder 'Red Cat' is taken for the class 'red_cat'."]
    assert layout.classes == {"red_cat", "dog"}
    both = read({"train/red_cat": 5, "train/dog": 4, "test/Red Cat": 2, "test/red_cat": 3, "test/dog": 1})
    assert counts(both) == {"train/red_cat": 5, "train/dog": 4, "test/red_cat": 3, "test/dog": 1}


def test_folders_of_one_part_are_used_together_and_told(read):
    layout = read(DIVIDED | {"training/cat": 3, "training/dog": 6})
    assert counts(layout) == {"train/cat": 8, "train/dog": 10, "test/cat": 2, "test/dog": 1}
    assert layout.notes == ["The folders 'train' and 'training' are used together as the training part."]


def test_only_the_train_folder_with_classes_is_divided_anew(read):
    layout = read({"train/cat": 5, "train/dog": 4, "test": 3})
    assert counts(layout) == {"cat": 5, "dog": 4}
    assert layout.notes == ["Only the train folder has class folders; its images are divided into all parts."]
    assert [path.name for path in layout.unlabelled] == ["test"]


def test_a_class_folder_within_another_class_is_misplaced(read):
    layout = read({"cat": 5, "cat/dog": 2, "cat/young": 3, "dog": 4})
    assert counts(layout) == {"cat": 8, "dog": 4}
    assert reasons(layout) == {"cat/dog": "Lies in 'cat' and is called like another class: move it there."}


@pytest.mark.parametrize(
    ("content", "notes"),
    [
        ({"cat/a": 2, "cat/b": 3, "dog": 4}, ["The folders 'a' and 'b' in 'cat' are one class together."]),
        ({"cat": 2, "cat/a": 3, "dog": 4}, ["The folder 'cat/a' counts to the class it lies in."]),
        ({"cat": 2, "cat/a": 3, "dog": 4, "dog/b": 1},
         ["The folders 'cat/a' and 'dog/b' count to the classes they lie in."]),
        ({"cat/images": 2, "dog": 4}, []), ({"cat/cats": 2, "dog": 4}, []), ({"cat/2024-03": 2, "dog": 4}, []),
        ({"cat/deep": 2, "dog": 4}, []), ({"cat/young": 2, "cat/2024-03": 3, "dog/puppy": 3}, None),
    ],
)  # fmt: skip
def test_folders_within_classes_are_told(folders, content, notes):
    top = folders(content)
    layout = Case(top, top, Reading(), read=None).layout()
    note_inner(layout, top.full)
    if notes is None:  # their names may be the classes
        (note,) = layout.notes
        assert note.startswith("The folders 'cat/young' and 'dog/puppy' count to the classes they lie in, and what")
    else:
        assert layout.notes == notes


@pytest.mark.parametrize(
    ("size", "sizes", "filled"),
    [(5, (7, 8), True), (4, (7, 8), False), (4, (5, 5), False), (14, (7, 7), True), (15, (7, 7), False),
     (5, (10, 12), True), (5, (11, 12), False), (7, (7,), False)],
)  # fmt: skip
def test_a_folder_is_filled_like_the_classes_from_half_to_twice_their_images(folders, size, sizes, filled):
    content = {f"c{k}": [f"{'pqr'[k]}_{n}.jpg" for n in range(size)] for k, size in enumerate(sizes)}
    top = folders(content | {"x": [f"z_{n}.jpg" for n in range(size)]})
    assert is_filled_like(top.full[-1], top.full[:-1]) is filled


@pytest.mark.parametrize(
    ("size", "name", "left_out"),
    [(4, "t", []), (3, "t", ["thumbs"]), (16, "t", []), (17, "t", ["thumbs"]), (8, "{}_p", ["thumbs"])],
)
def test_thumbnails_are_no_class_where_they_are_few_many_or_those_of_the_others(folders, size, name, left_out):
    words = [
        "ant",
        "bee",
        "cow",
        "doe",
        "elk",
        "fly",
        "gnu",
        "hen",
        "owl",
        "rat",
        "pig",
        "sow",
        "ewe",
        "ram",
        "hog",
        "jay",
        "koi",
    ]
    content = {f"c{k}": [f"{word}_{'pq'[k]}.jpg" for word in words[:8]] for k in range(2)}
    top = folders(content | {"thumbs": [f"{name.format(word) if '{' in name else word}.jpg" for word in words[:size]]})
    assert [one.name for one in artifact_folders(Case(top, top, Reading(), read=None), [])] == left_out
    half = [f"{word}_p.jpg" for word in words[:4]] + [f"{word}.jpg" for word in words[4:8]]
    for files, gone in ((half, ["thumbs"]), (half[1:], [])):
        top = folders(content | {"thumbs": files})
        assert [one.name for one in artifact_folders(Case(top, top, Reading(), read=None), [])] == gone
    few = folders({"c0": 8, "thumbs": 2})
    assert artifact_folders(Case(few, few, Reading(), read=None), []) == []


def test_images_of_equal_size_and_beginning_lie_in_several_folders(folders):
    def several(**content):
        return lie_in_several(folders(content | {"c/z.jpg": b"zzz"}).full)

    assert several(**{"a/1.jpg": b"same", "b/2.jpg": b"same"})
    assert not several(**{"a/1.jpg": b"same", "b/2.jpg": b"some"})
    assert not several(**{"a/1.jpg": b"same", "a/2.jpg": b"same", "b/3.jpg": b"other"})
    assert not several(**{"a/1.jpg": b"", "b/2.jpg": b""})
    for same, are in ((54, False), (5_000, False), ((1 << 16) - 1, False), (1 << 16, True)):  # bytes at the beginning
        begin = b"BM" + bytes(same - 2)
        assert several(**{"a/1.jpg": begin + b"one" * 9, "b/2.jpg": begin + b"two" * 9}) == are


@pytest.mark.parametrize(
    ("counts", "are"),
    [
        ({"ds_80": 80, "ds_20": 20}, True), ({"ds_80": 75, "ds_20": 25}, True), ({"ds_80": 74, "ds_20": 26}, False),
        ({"ds_80": 8, "ds_20": 2}, True), ({"ds_70": 70, "ds_20": 20}, False), ({"0.7": 70, "0.3": 30}, True),
        ({"0_7": 70, "0_3": 30}, True), ({"a_50": 40, "a_50b": 40}, True), ({"30": 50, "70": 50}, False),
        ({"a_33": 30, "a_33b": 31, "a_33c": 32}, True), ({"a_34": 1, "b_66": 2}, False), ({"ds_100": 5}, False),
        ({"ds_80": 80, "ds_20": 20, "cat": 9}, False), ({"ds_80": 80, "ds_20": 20, "temp": 9}, True),
    ],
)  # fmt: skip
def test_shares_of_a_hundred_with_as_many_images(counts, are):
    assert are_shares(counts) is are


@pytest.mark.parametrize(
    ("rule", "names", "holds"),
    [
        (lie_beside_parts, "query bounding_box_train", True), (lie_beside_parts, "query cat", False),
        (lie_beside_parts, "train query", True), (lie_beside_parts, "train cat", False),
        (are_qualified_parts, "train_A train_B", True), (are_qualified_parts, "train_A", False),
        (are_qualified_parts, "train_A test_cat", False), (are_qualified_parts, "train_old test_new", True),
        (are_batches, "data_batch_1 test_batch", True), (are_batches, "batch_1 cat", False),
        (are_numbered, "kos01 kos02", True), (are_numbered, "kos01 kos", False), (are_numbered, "class1 class2", False),
        (are_numbered, "kos_a1 kos_b2", False), (are_numbered, "kos_a1 kos_b2 kos_b3", True),
        (are_numbered, "1 2", False), (are_numbered, "n01234567 n01234568", False),
    ],
)  # fmt: skip
def test_what_names_say_together(rule, names, holds):
    assert rule(names.split()) is holds


def test_names_without_the_word_for_a_part():
    assert [*map(without_part, ("train_cat", "cat_test_1", "train", "train_test_cat", "cat"))] == [
        ("cat", "train"), ("cat_1", "test"), ("train", None), ("train_test_cat", None), ("cat", None)
    ]  # fmt: skip
    assert [*map(same_class, ("Red_Cat", "red cat (train)", "train", "12"))] == ["redcat", "redcat", "train", "12"]


def test_what_others_make_the_name_of_a_class():
    assert is_ordinary("no_label", ["front_label", "back_label", "no_label"])
    assert not is_ordinary("no label", ["label 1", "label 2", "no label"])
    assert is_ordinary("test tube", ["test 1", "test 2", "test tube"])
    assert not is_ordinary("test tube", ["cat", "dog", "test tube"])
    assert all(map(is_unlikely_class, ("private_test", "test 2b xy", "to predict", "figures", "new images")))
    assert not any(map(is_unlikely_class, ("blood test", "test_tube", "cat", "predator")))
    assert is_ordinary("raw", ["cooked"])
    assert not is_ordinary("raw", ["cat"])


@pytest.mark.parametrize(
    ("made", "originals", "are"),
    [
        ("a1_crop a2_crop", "a1 a2", True), ("a1_crop b_crop", "a1 a2", False), ("a1 a2", "a1 a2", True),
        ("1 2 3", "1 2 3", True), ("1 2", "1 2 3", False), ("1 2 3 3_b", "1 2 3", False), ("", "a1", False),
    ],
)  # fmt: skip
def test_images_that_were_made_of_others_by_their_names(tmp_path, made, originals, are):
    assert were_made_of(*([tmp_path / f"{stem}.jpg" for stem in text.split()] for text in (made, originals))) is are


@pytest.mark.parametrize(
    ("stems", "labels"),
    [
        ("cat_1 cat_2 dog_1 dog_2", "cat cat dog dog"), ("cat_1 dog_2 owl_3", None), ("cat_1 cat_2", None),
        ("cat_1 cat_2 dog_1", None), ("cat_1 cat_2 cat_3 dog_1", "cat cat cat dog"), ("1_cat 2_cat 3_dog 4_dog",
        "cat cat dog dog"), ("IMG_1 IMG_2 DSC_1 DSC_2", None), ("cat (1) cat (2) dog (1) dog (2)", None),
        ("cat_1 cat_2 dog_1 dog", None),
        ("P001_benign_1 P002_benign_1 P003_malignant_1 P004_malignant_1", "benign benign malignant malignant"),
    ],
)  # fmt: skip
def test_classes_in_file_names(tmp_path, stems, labels):
    paths = [tmp_path / f"{stem}.jpg" for stem in stems.split()]
    found = labels_by_name(paths)
    assert (" ".join(found[path] for path in paths) if found else None) == labels


def test_wrappers_are_entered_and_levels_counted(folders):
    assert unwrap(folders({"train/train/cat": 3, "train/train/dog": 4}).full[0]).path.parts[-2:] == ("train", "train")
    assert unwrap(folders({"train/images/cat": 3, "train/images/dog": 4}).full[0]).path.name == "images"
    assert unwrap(folders({"cat/young": 3}).full[0]).path.name == "cat"
    inner = {"a/x/p": 2, "a/x/q": 1, "a/y/p": 1, "b/x/p": 3, "b/x/q": 2, "b/y/p": 1}
    assert depth(folders({"a": 2, "b": 3}).full) == 0
    assert depth(folders({"a/x": 2, "a/y": 2, "b/x": 3, "b/y": 2}).full) == 1
    assert depth(folders(inner).full) == 2
    assert depth(folders({"a/x": 2, "a/y": 2, "a": 1, "b/x": 3, "b/y": 2}).full) == 1
    assert depth(folders({"a/x": 2, "a/y": 1, "a": 1, "b/x": 3, "b/y": 2}).full) == 0
    assert depth(folders({"a/2024-01": 2, "a/2024-02": 2, "b/2024-01": 3, "b/2024-03": 2}).full) == 0


def test_the_word_of_a_group_is_taken_out_of_the_classes_where_several_are_left(tmp_path):
    def found(*stems):
        paths = [tmp_path / f"Gruppe {stem[-3]}" / f"{stem}.jpg" for stem in stems]
        return set(labels_by_name(paths).values())

    assert found(*(f"{tree}_{group}_{n}" for tree in ("oak", "elm") for group in "AB" for n in range(2))) == {
        "oak",
        "elm",
    }
    assert found("oak_A_1", "oak_A_2", "oak_B_1", "oak_B_2") == {"oak_A", "oak_B"}


def test_a_folder_within_a_class_that_is_called_like_the_class_belongs_to_it(read):
    layout = read({"cat": 3, "cat/cat": 2, "dog": 4, "dog/cat": 1, "owl": 2})
    assert counts(layout) == {"cat": 5, "dog": 4, "owl": 2}
    assert [name for name, reason in reasons(layout).items() if "called like another class" in reason] == ["dog/cat"]
