"""What names of files say: masks, pairs, copies, lists of parts and parts in names, on both sides of each limit."""

from pathlib import Path

import pytest

from core.data.layouts.boxed.beside import note_annotations
from core.data.layouts.case import Case
from core.data.layouts.containers import container_of, other_files, unread_labels
from core.data.layouts.masked.copies import copies_of_all, counted_pairs, made_of_another
from core.data.layouts.masked.files import about_masks, leave_out_masks, masks_of
from core.data.layouts.masked.numbers import Numbered, kinds_of_names
from core.data.layouts.masked.pairs import note_pairs
from core.data.layouts.undivided.images import part_in_name
from core.data.layouts.undivided.listing import listed_part, names_some
from core.data.tree import read_tree
from core.experiment import Reading
from tests.data.layouts.conftest import counts, reasons


@pytest.fixture
def top(tree):
    return lambda content: read_tree(tree(content)).top


def endings(stems, ending=".jpg"):
    return dict.fromkeys(stems.split(), ending)


def images(stems, folder="/set"):
    return [Path(folder) / f"{stem}.jpg" for stem in stems.split()]


@pytest.mark.parametrize(
    ("names", "masks"),
    [
        ("a1 a1_mask", "a1_mask"), ("a1 a1_label a2", ""), ("a1 a2 a3 a1_label a2_label a3_label",
        "a1_label a2_label a3_label"), ("a1 a2 a1_label a2_label", ""), ("a1 a2_mask", ""), ("a1 mask_a1", "mask_a1"),
        ("a1 a1_mask a1_mask_1", "a1_mask a1_mask_1"), ("a1 a1_b_c_mask", "a1_b_c_mask"), ("a1 a1_b_c_d_mask", ""),
    ],
)  # fmt: skip
def test_masks_beside_their_images_are_left_out(tree, names, masks):
    top = read_tree(tree({"cat": [f"{name}.jpg" for name in names.split()]})).top
    layout = Case(top, top, Reading(), read=None).layout()
    for path in top.full[0].images:
        layout.add(path, "cat", None)
    assert leave_out_masks(layout) == ({"cat"} if masks else set())
    assert [Path(one.name).stem for one in layout.left_out] == sorted(masks.split(), key=len)
    assert {found.path.stem for found in layout.found} == {*names.split()} - {*masks.split()}


@pytest.mark.parametrize(
    ("names", "count"),
    [
        ("cat_1 cat_2 dog_1 cat_mask_1 cat_mask_2 dog_mask_1", 3), ("cat_1 cat_2 cat_mask_1 cat_mask_2", 0),
        ("cat_1 cat_2 cat_3 dog_1 dog_2 cat_mask_1 cat_mask_2 cat_mask_3", 3),
        ("cat_1 cat_2 cat_3 dog_1 dog_2 dog_3 cat_mask_1 cat_mask_2 cat_mask_3", 0),
    ],
)  # fmt: skip
def test_masks_of_few_images_may_be_a_class(names, count):
    assert len(masks_of(images(names))) == count


def test_a_folder_of_which_a_third_is_called_like_masks_is_told():
    assert about_masks(images("a1 a2 a3 a1_mask a2_mask a3_mask")).startswith("Images such as 'a1_mask.jpg' look like")
    assert about_masks(images("a1 a2 a3 a1_mask a2_mask")) == ""
    seven = "a1 a2 a3 a4 a5 a6 a7 a1_mask a2_mask a3_mask"
    assert "'a1_mask.jpg'" in about_masks(images(seven))
    assert about_masks(images(f"{seven} a8")) == ""


def test_copies_of_several_classes_by_their_names():
    names = {"cat": endings("a b c p"), "dog": endings("d e f q"), "cut": endings("a b c d e f")}
    assert copies_of_all(names) == {"cut": ["cat", "dog"]}
    assert copies_of_all(names | {"cut": endings("a b c d")}) == {}
    assert copies_of_all(names | {"cut": endings("a b c d e f x y")}) == {}
    assert copies_of_all(names | {"cut": endings("a b c p")}) == {}
    marked = endings("a_seg b_seg c_seg d_seg e_seg f_seg")
    assert copies_of_all(names | {"cut": marked}) == {"cut": ["cat", "dog"]}


def test_a_class_called_after_what_was_made_of_another_one():
    names = {"rust": endings("a b c d"), "rust edges": endings("a b x"), "ok": endings("p q r")}
    assert [*made_of_another(names)] == [("rust", "rust edges")]
    assert [*made_of_another(names | {"rust edges": endings("a x y")})] == []
    assert [*made_of_another(names | {"rust edges": endings("a b")})] == []
    both = names | {"rust edges": endings("x"), "ok edges": endings("y")}
    assert [*made_of_another(both)] == [("rust", "rust edges"), ("ok", "ok edges")]


def test_pairs_that_only_count():
    five, four = "1 2 3 4 5", "1 2 3 4"
    assert [*counted_pairs({"input": endings(five), "target": endings(five)})] == [(("input", "target"), True)]
    assert [*counted_pairs({"photo": endings(five), "map": endings(five)})] == [(("photo", "map"), True)]
    assert [*counted_pairs({"cat": endings(five), "map": endings(five)})] == [(("cat", "map"), False)]
    assert [*counted_pairs({"cat": endings(five), "dog": endings(five, ".png")})] == [(("cat", "dog"), True)]
    assert [*counted_pairs({"cat": endings(five), "dog": endings(five)})] == []
    assert [*counted_pairs({"input": endings(four), "target": endings(four)})] == []
    assert [*counted_pairs({"input": endings(five), "target": endings(five + " 6")})] == []


@pytest.mark.parametrize(
    ("one", "other", "pairs"),
    [
        ("ant bee cow", "ant bee cow", True), ("ant bee", "ant bee", False), ("ant bee cow", "ant bee doe", False),
        ("ant bee cow", "ant_x bee_x cow_x", True), ("1 2 3", "1 2 3", False),
        ("ant bee cow", "ant bee cow elk", False),
        ("1 2 3 4", "2 3 4 5", False), ("IMG_2034 IMG_2039 IMG_2042", "IMG_2034 IMG_2039 IMG_2042", True),
        ("1 9 40", "1 9 40", True),
    ],
)  # fmt: skip
def test_two_classes_of_the_same_names_are_told(top, one, other, pairs):
    folder = top({"noisy": [f"{stem}.jpg" for stem in one.split()], "quiet": [f"{stem}.jpg" for stem in other.split()]})
    layout = Case(folder, folder, Reading(), read=None).layout()
    for label in folder.full:
        for path in label.images:
            layout.add(path, label.name, None)
    note_pairs(layout)
    assert [note.partition(",")[0] for note in layout.notes] == (
        ["The classes 'noisy' and 'quiet' hold files of the same names"] if pairs else []
    )


def test_names_are_sorted_by_their_words_and_keep_the_numbers_that_differ():
    stems = {0: "img_007_2", 1: "img_008_2", 2: "web4", 3: "cat", 4: "x_1234567890", 5: "x_123456789"}
    assert kinds_of_names(stems) == [{0: (7,), 1: (8,)}, {2: (4,)}, {5: (123456789,)}]
    assert kinds_of_names({0: "1_2_3_4_5_6_7_8", 1: "1_2_3_4_5_6_7_8_9"}) == [{0: (1, 2, 3, 4, 5, 6, 7, 8)}]
    assert kinds_of_names({0: "a_0123abcd_5", 1: "a_4567abcd_6"}) == [{0: (5,), 1: (6,)}]


def test_numbers_of_one_kind_are_those_of_another_where_nearly_all_are():
    photos = Numbered([{n: (n,) for n in range(10)}])
    assert photos.same({20 + n: (n,) for n in range(5)}) == {20 + n: n for n in range(5)}
    assert photos.same({20 + n: (n,) for n in range(4)}) == {}
    assert photos.same({20 + n: (n + 2,) for n in range(10)}) == {20 + n: n + 2 for n in range(8)}
    assert photos.same({20 + n: (n + 3,) for n in range(10)}) == {}
    several = {20 + n: (n % 10, n // 10) for n in range(20)}
    assert photos.same(several) == {20 + n: n % 10 for n in range(20)}


LABELS = {f"i{n}": "cat" if n < 4 else "dog" for n in range(10)}


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("train.txt", "i1.jpg\n", "train"), ("train.txt", "i1.jpg cat\n", "train"), ("test.txt", "x.jpg cat\n", ""),
        ("test.txt", "x\ny\n", "test"), ("test.txt", "x\n", ""), ("notes.txt", "i1\ni2\n", ""),
        ("train_test.csv", "a,b\n", "all"), ("predict.txt", "i1\n", ""), ("test.doc", "i1\n", ""),
        ("all.csv", "file,split\ni1,train\ni2,test\n", "all"), ("all.csv", "file,split\ni1,train\ni2,train\n", ""),
        ("all.csv", "file,fold\ni1,1\ni2,2\n", "all"), ("all.csv", "file,group\ni1,1\ni2,2\n", ""),
        ("all.csv", "file,split\ni1,0\ni5,1\ni2,1\n", "all"), ("all.csv", "file,split\ni1,0\ni5,1\ni2,0\n", ""),
        ("split.json", '{"train": ["i1"], "test": ["i2"]}', "all"), ("split.json", '{"train": ["i1"]}', ""),
        ("split.json", '{"train": ["x"], "test": ["y"]}', ""),
    ],
)  # fmt: skip
def test_the_part_whose_images_a_file_lists(tmp_path, name, text, part):
    (tmp_path / name).write_text(text)
    assert listed_part(tmp_path / name, LABELS) == part


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("l.txt", "i1\ni2\n", 2), ("l.txt", "i1\n", 0), ("l.txt", "".join(f"i{n}\n" for n in range(8)), 8),
        ("l.txt", "".join(f"i{n}\n" for n in range(9)), 0), ("l.txt", "i1 is blurred\ni2 too\nas\nis\n", 2),
        ("l.txt", "i1 is blurred\ni2 too\nas\nis\nthat\n", 0),
        ("l.yaml", "a: [i1, i2]\nb: 4\nc: 5\n", 2),
        ("l.txt", "a: [i1, i2]\nb: 4\nc: 5\n", 0),
        ("l.json", '["i1", "i2"]', 0), ("l.doc", "i1\ni2\n", 0), ("l.csv", "i1.jpg,x\nI2.JPG,y\n", 2),
        ("l.txt", "i1\ni1\n", 0),
    ],
)  # fmt: skip
def test_how_many_images_a_list_names(tmp_path, name, text, count):
    (tmp_path / name).write_text(text)
    assert names_some(tmp_path / name, LABELS) == count


def test_the_part_that_a_word_of_a_file_name_means():
    stems = ("train_1", "1_test", "tr_1", "a_te", "a_te_1", "tr_te", "cat_1", "trte")
    assert [*map(part_in_name, stems)] == ["train", "test", "train", "test", "test", None, None, None]


def test_a_folder_of_archives_or_other_containers_is_told(top):
    def told(content):
        made = container_of(top(content))
        return f"{made.what} {made.step}" if made else ""

    unpack = "Unpack them into a folder, and choose that folder."
    save = "Save the images as files, in a folder per class, such as {0}/cat and {0}/dog."
    assert (
        told({"a.zip": "", "b.zip": "", "c.mat": ""})
        == f"holds no image files, but zip archives (2, such as a.zip). {unpack}"
    )
    assert (
        told({"a.npz": "", "b.zip.txt": ""}) == f"holds no image files, but NumPy archives (1, such as a.npz). {save}"
    )
    assert told({"a.tfrecord-00000-of-00002": ""}).startswith("holds no image files, but TFRecord files (1")
    assert told({"data_batch_1": b"\x80\x02x"}).startswith("holds no image files, but pickled Python objects of CIFAR")
    assert told({"data_batch_1": b"x", "train": b"\x80\x06"}) == "" == told({"a.zip": "", "x.jpg": ""})
    assert told({"train.bin": b"x"}).startswith("holds no image files, but binary files, as of CIFAR or STL (1")


def test_a_file_that_may_hold_the_labels_and_is_not_read_is_told(top):
    assert unread_labels(top({"x.jpg": "", "z/labels.xlsx": "", "other.xlsx": ""})).startswith(
        "labels.xlsx is an Excel"
    )
    assert unread_labels(top({"x.jpg": "", "z/b.xlsx": "", "other.ods": ""})).startswith("other.ods is an OpenDocument")
    assert unread_labels(top({"labels.xlsx": ""})) == ""
    eight = {f"i{n}.jpg": "" for n in range(8)}
    told = "n.txt names images, but not in columns from which a class per image can be read"
    assert unread_labels(top(eight | {"n.txt": "i0 i1|i2;i3.jpg"})).startswith(told)
    assert unread_labels(top(eight | {"n.txt": "i0 i1|i2"})) == ""
    assert unread_labels(top({"i0.jpg": "", "i1.jpg": "", "n.txt": "i0 i1"})) == ""
    assert unread_labels(top({"i0.jpg": "", "i1.jpg": "", "i2.jpg": "", "n.txt": "i0 i1 i2"})).startswith(told)


def test_what_a_folder_without_images_holds_is_told(top):
    assert other_files(top({"a.txt": "hello"})).startswith("It holds 1 file and no image: a.txt is ")
    assert other_files(top({"a.txt": "hello", "b.txt": "x"})).startswith("It holds 2 files and no image: a.txt is ")
    assert other_files(top({"a.txt": "hello", "x.jpg": ""})) == ""


BOX = "0 0.1 0.2 0.3 0.4\n"


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ([BOX, BOX, BOX], True), ([BOX, BOX], False), ([BOX, BOX, "hello"], True), ([BOX, "hello", "you"], False),
        ([BOX, BOX, "hello", "you"], False), ([BOX, "", ""], True), ([BOX + "0 1 2\n", BOX, "a"], False),
    ],
)  # fmt: skip
def test_texts_with_boxes_beside_images_are_told_from_three_on(top, texts, told):
    content = {"cat": [f"i{n}.jpg" for n in range(5)], "dog": ["p.jpg", "q.jpg"]}
    folder = top(content | {f"cat/i{n}.txt": text for n, text in enumerate(texts)})
    case = Case(folder, folder, Reading(), read=None)
    layout = case.layout()
    for label in folder.full:
        for path in label.files:
            layout.add(path, label.name, None)
    note_annotations(layout, case)
    assert [*reasons(layout)] == ([f"cat/i{n}.txt" for n in range(len(texts))] if told else [])
    assert counts(layout) == {"cat": 5 + (0 if told else len(texts)), "dog": 2}
    assert bool(layout.notes) is told
    if told:
        assert layout.notes[0].startswith(f"{len(texts)} files such as 'cat/i0.txt' hold boxes, outlines or points")


def test_a_table_for_a_model_of_text_is_one_of_boxes_where_its_texts_hold_places(top):
    def notes(suffix):
        lines = f'{{"image": "i0.jpg", "prefix": "detect", "suffix": "{suffix}"}}\n'
        folder = top({"cat": ["i0.jpg", "i1.jpg"], "dog": ["p.jpg"], "l.jsonl": lines})
        case = Case(folder, folder, Reading(), read=None)
        layout = case.layout()
        for label in folder.full:
            for path in label.images:
                layout.add(path, label.name, None)
        note_annotations(layout, case)
        return layout.notes

    assert notes("<loc0010> cat")[0].startswith("'l.jsonl' is a table of boxes for a model of text with boxes")
    assert notes("a cat") == []
