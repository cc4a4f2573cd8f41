"""Which drawn images belong to photographs, and which tables belong together, on both sides of each limit."""

from collections import Counter
from pathlib import Path

import pytest

from core.data.dataset import Item
from core.data.layouts.masked.drawn import masks_of_photographs
from tests.data.layouts.conftest import counts, reasons


def items(*names, size=(40, 30)):
    """Photographs, and drawn images where a name begins with '*', plain ones where with '-'."""
    looks = {"*": "flat", "-": "plain"}
    found = []
    for text in names:
        look, name = looks.get(text[0], ""), text.lstrip("*-")
        width, height = size if look else (40, 30)
        found.append(Item(Path(name), name, 0, width, height, name, look=look))
    return found


def left_out(*names, size=(40, 30)):
    return [names[index] for index in masks_of_photographs(items(*names, size=size))]


PHOTOS = [f"cat/a{n}.jpg" for n in range(6)]


def test_drawn_images_with_the_name_of_a_photograph_are_its_masks_from_three_on():
    photos = [f"cat/{word}.jpg" for word in ("ant", "bee", "cow", "doe")]
    masks = [f"*cat/{word}.png" for word in ("ant", "bee", "cow")]
    assert left_out(*photos, *masks, size=(41, 31)) == masks
    assert left_out(*photos, *masks[:2]) == []
    reason = masks_of_photographs(items(*photos, *masks))[4]
    assert reason.startswith("Is drawn in a few flat values, as masks are, and called like 'ant.jpg'")


def test_half_of_the_drawn_images_must_belong_to_a_photograph():
    masks = [f"*cat/a{n}_m.png" for n in range(3)]
    others = ["*cat/ant.png", "*cat/bee.png", "*cat/cow.png"]
    assert left_out(*PHOTOS, *masks, *others) == masks
    assert left_out(*PHOTOS, *masks, *others, "*cat/doe.png") == []


def test_plain_images_are_masks_of_what_is_not_there_unless_more_are_plain():
    flat, plain = [f"*cat/a{n}_m.png" for n in range(2)], [f"-cat/a{n}_m.png" for n in range(2, 5)]
    assert left_out(*PHOTOS, *flat, *plain[:2]) == [*flat, *plain[:2]]
    assert left_out(*PHOTOS, *flat, *plain) == []


def test_drawn_images_with_the_number_of_a_photograph_have_its_size():
    masks = [f"*cat/bw_{n}.png" for n in range(5)]
    assert left_out(*PHOTOS, *masks) == masks
    assert left_out(*PHOTOS, *masks, size=(41, 30)) == []
    assert left_out(*PHOTOS, *masks, size=(40, 31)) == []
    assert left_out(*PHOTOS, *(f"*cat/bw_{n + 2}.png" for n in range(5))) == [f"*cat/bw_{n}.png" for n in range(2, 6)]


def test_drawn_images_in_a_folder_of_their_own_have_the_number_of_one_elsewhere_in_their_class():
    photos = [f"cat/photos/a{n}.jpg" for n in range(6)]
    masks = [f"*cat/bw/m_{n}.png" for n in range(5)]
    assert left_out(*photos, *masks) == masks
    mixed = [f"*cat/photos/q_{n}.png" for n in range(4)]  # another folder holds both
    assert sorted(left_out(*photos, *masks, *mixed)) == sorted([*masks, *mixed])


def test_what_lies_in_a_folder_called_after_a_photograph_are_its_masks():
    inside = ["*cat/a0_json/label.png", "*cat/a1_json/label.png", "*cat/a2/label.png"]
    more = ["cat/a0_json/img.png", "cat/a0_json/label_viz.png"]
    assert left_out(*PHOTOS, *inside) == inside
    assert sorted(left_out(*PHOTOS, *inside, *more)) == sorted([*inside, *more])
    three = [*more, "cat/a0_json/third.png"]
    assert sorted(left_out(*PHOTOS, *inside, "*cat/a3/label.png", *three)) == sorted([*inside[1:], "*cat/a3/label.png"])


def test_drawn_images_in_folders_of_one_photograph_are_its_masks():
    case = [text for k in range(3) for text in (f"cat/p{k}/photo.jpg", f"*cat/p{k}/left.png", f"cat/p{k}/left_viz.png")]
    assert sorted(left_out(*case)) == sorted(text for text in case if "photo" not in text)
    full = [f"cat/p0/{word}.jpg" for word in ("ant", "bee", "cow", "doe", "elk")]
    assert "*cat/p0/left.png" in left_out(*case, *full)
    assert "*cat/p0/left.png" not in left_out(*case, *full, "cat/p0/fly.jpg")
    assert left_out(*(text for text in case if "p0" in text), *(f"*cat/p0/{word}.png" for word in "xy")) == []


IMAGES = [f"{name}.jpg" for name in "abcdefgh"]


def table(*rows, head="file,label"):
    return "\n".join([head, *rows])


def shown(layout):
    return {one.name.rpartition("/")[2]: one.label for one in layout.found}


def test_tables_of_other_images_are_read_together(read):
    first = table("a,cat", "b,dog", "c,cat", "d,dog")
    layout = read({"images": IMAGES, "a.csv": first, "b.csv": table("e,dog", "f,cat", "g,dog", "h,dog")})
    assert shown(layout) == dict(zip(IMAGES, ["cat", "dog", "cat", "dog", "dog", "cat", "dog", "dog"], strict=True))
    assert layout.notes[0].startswith("Labels are read from 'a.csv' and 'b.csv': file names from column 'file'")
    other = read({"images": IMAGES, "a.csv": table("a,cat", "b,dog", "c,cat", "d,dog", "e,cat"),
                  "b.csv": table("f,x", "g,y", "h,y", "f,x", head="file,kind")})  # fmt: skip
    assert counts(other) == {"cat": 3, "dog": 2}


def test_tables_that_give_the_same_images_other_classes_are_asked_about(asked, read):
    rows = [f"{name},{label}" for name, label in zip("abcdefgh", ["cat", "dog"] * 4, strict=True)]
    others = [f"{name},{label}" for name, label in zip("abcdefgh", ["p", "p", "q", "q"] * 2, strict=True)]
    question = asked({"images": IMAGES, "a.csv": table(*rows), "b.csv": table(*others)})
    assert question.question == "'a.csv' and 'b.csv' give the same images other classes."
    assert [choice.reading["labels"] for choice in question.choices] == ["a.csv", "b.csv"]
    same = read(
        {"images": IMAGES, "a.csv": table(*rows), "b.csv": table(*rows).replace("cat", "x").replace("dog", "y")}
    )
    assert counts(same) == {"cat": 4, "dog": 4}
    typical = read({"images": IMAGES, "a.csv": table(*rows), "b.csv": table(*others, head="file,sort")})
    assert counts(typical) == {"cat": 4, "dog": 4}


def test_a_form_for_answers_gives_its_images_one_class(read):
    content = {"train": IMAGES[:5], "test": IMAGES[5:], "a.csv": table("a,cat", "b,dog", "c,cat", "d,dog", "e,cat")}
    blank = read(content | {"b.csv": table("f,cat", "g,cat", "h,cat")})
    assert counts(blank) == {"cat": 3, "dog": 2}
    assert "b.csv gives all its images one class, as a form for answers does: it is not used." in blank.notes
    told = read(content | {"b.csv": table("f,cat", "g,dog", "h,cat")})
    assert Counter(one.label for one in told.found) == {"cat": 5, "dog": 3}


def test_a_table_called_like_a_copy_of_another_is_not_used(read):
    rows = table("a,cat", "b,dog", "c,cat", "d,dog", "e,cat", "f,dog", "g,cat", "h,cat")
    layout = read({"images": IMAGES, "l.csv": rows, "l - Copy.csv": rows.replace("h,cat", "h,dog")})
    assert counts(layout) == {"cat": 5, "dog": 3}
    (note,) = [note for note in layout.notes if "called like a copy" in note]
    assert note.startswith(
        "l - Copy.csv is called like a copy of l.csv: it is not used. If it is the right one, choose"
    )


def test_rows_of_one_image_that_differ_leave_it_out(read):
    rows = ["a,cat", "b,dog", "c,cat", "d,dog", "e,cat", "f,dog", "g,cat", "a,dog", "h,"]
    layout = read({"images": IMAGES, "l.csv": table(*rows)})
    assert counts(layout) == {"cat": 3, "dog": 3}
    assert reasons(layout)["images/a.jpg"].startswith("The rows of l.csv give it the classes 'cat' and 'dog'. Keep the")
    assert reasons(layout)["images/h.jpg"] == "Row 10 of l.csv gives it no class."


@pytest.mark.parametrize(
    ("splits", "parts", "note"),
    [
        ("train train train train train train test ", {"train": 7, "test": 1},
         "1 image has no part, such as 'h.jpg', and is used for training. Write train, val or test for it if that is"),
        ("train train train train train test  ", {"train": 7, "test": 1},
         "2 images have no part, such as 'g.jpg', and are used for training. Write train, val or test for them if"),
        ("test test test test test test test test", {None: 8},
         "The column 'split' does not divide the images, because nothing in it means training ('test'): they"),
        ("train train train train    ", {None: 8},
         "'l.csv' marks 4 of 8 images for training and the others for nothing, which is not used: the images are"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_column_of_parts(read, splits, parts, note):
    rows = [
        f"{file},{label},{split}"
        for file, label, split in zip(IMAGES, ["cat", "dog"] * 4, splits.split(" "), strict=True)
    ]
    layout = read({"images": IMAGES, "l.csv": table(*rows, head="file,label,split")})
    said = [text for text in layout.notes if text.startswith(note)]
    if None in parts:
        assert said
        assert {one.part for one in layout.found} == {None}
    else:
        assert said
        assert Counter(one.part for one in layout.found) == parts


def test_folders_of_other_parts_than_the_column_says_are_told(read):
    rows = [
        f"{file},{label},{'train' if file < 'f' else 'test'}"
        for file, label in zip(IMAGES, ["cat", "dog"] * 4, strict=True)
    ]
    layout = read({"train": IMAGES[:4], "test": IMAGES[4:], "l.csv": table(*rows, head="file,label,split")})
    assert Counter(one.part for one in layout.found) == {"train": 5, "test": 3}
    told = "1 image lies in a folder of another part than the column 'split' says, such as 'e.jpg'"
    assert [note for note in layout.notes if note.startswith(told)]
    twice = [*rows, "a.jpg,cat,test"]
    layout = read({"images": IMAGES, "l.csv": table(*twice, head="file,label,split")})
    assert {one.name: one.part for one in layout.found}["images/a.jpg"] == "test"
    told = "1 image stands in rows of several parts, such as 'a.jpg': only the last of these rows counts, so that it is"
    assert [note for note in layout.notes if note.startswith(told)]


def test_parts_in_file_names_of_a_table_are_told(read):
    files = [f"{'train' if n < 5 else 'test'}_{n}.jpg" for n in range(8)]
    rows = [f"{file},{label}" for file, label in zip(files, ["cat", "dog"] * 4, strict=True)]
    layout = read({"images": files, "l.csv": table(*rows)})
    told = "'train_0.jpg' and the other files are called after parts, which is not used: the images are divided anew."
    assert [note for note in layout.notes if note.startswith(told)]
    some = [f"{'test' if n < 3 else 'x'}_{n}.jpg" for n in range(8)]
    rows = [f"{file},{label}" for file, label in zip(some, ["cat", "dog"] * 4, strict=True)]
    layout = read({"images": some, "l.csv": table(*rows)})
    told = "'test_0.jpg' and 2 other files are called after parts, which is not used"
    assert [note for note in layout.notes if note.startswith(told)]


def test_tables_of_folds_are_read_together_and_told(read):
    content = {"images": IMAGES, "fold0.csv": table("a,cat", "b,dog", "c,cat", "d,dog")}
    layout = read(content | {"fold1.csv": table("e,cat", "f,dog", "g,cat", "h,dog")})
    told = "'fold0.csv' and 'fold1.csv' are read together, and which image stands in which of them is not used"
    assert [note for note in layout.notes if note.startswith(told)]
    assert counts(layout) == {"cat": 4, "dog": 4}


def test_images_without_a_label_of_several_are_told_one_and_many(read):
    head = "file,tags"
    rows = ["a,x|y", "b,x", "c,y", "d,y|x", "e,x", "f,y", "g,x", "h,"]
    one = read({"images": IMAGES, "l.csv": table(*rows, head=head)})
    assert one.multilabel
    assert any(note.startswith("1 image has no label: it is kept, as one that shows none") for note in one.notes)
    two = read({"images": IMAGES, "l.csv": table(*rows[:-2], "g,", "h,", head=head)})
    assert any(note.startswith("2 images have no label: they are kept, as ones that show none") for note in two.notes)
    single = read({"images": IMAGES, "l.csv": table(*rows, head=head)}, task="multilabel", label_column="tags")
    assert single.classes == {"x", "y"}
