"""The exact questions that folders lead to, and the folders just beyond, which lead to none."""

import pytest

from core.data.layouts.asking.crossed import added, beside_their_classes, crossed_with_parts
from core.data.layouts.asking.questions import variants
from core.data.layouts.asking.tables_of_all import AGREES
from core.data.layouts.case import Case
from core.data.tree import Folder
from core.errors import UnclearLayout
from core.experiment import Reading
from tests.data.layouts.conftest import counts, reasons


def ways(question):
    return [choice.reading for choice in question.choices]


def test_folders_that_share_one_of_two_inner_folders_hold_folders_of_their_own(asked):
    question = asked({"p/x": 2, "p/y": 3, "q/x": 4, "q/z": 5, "q/w": 1})
    assert question.question == (
        "The folders 'p' and 'q' hold only folders of their own ('w', 'x', 'y' and 'z'), so that either may be the "
        "classes."
    )
    assert ways(question) == [{"layout": "folders"}, {"layout": "inner"}]
    one = asked({"p/x": 2, "p/y": 3, "q/x": 4})
    assert one.question.startswith("The folders 'p' and 'q' hold only folders of their own ('x' and 'y')")


def test_folders_that_share_half_of_their_inner_folders_are_parts_or_variants(asked):
    content = {"p/x": 2, "p/y": 3, "q/x": 4, "q/y": 5, "q/w": 1, "q/z": 1}
    question = asked(content)
    assert question.question == (
        "The folders 'p' and 'q' all hold the same folders ('w', 'x', 'y' and 'z'): parts or variants, no classes."
    )
    assert ways(question) == [{"layout": way} for way in ("only:p", "only:q", "inner", "folders")]
    assert asked(content | {"q/v": 2}).question.startswith("The folders 'p' and 'q' hold only folders of their own")


def test_of_folders_that_hold_parts_too_one_alone_can_be_read(tmp_path, monkeypatch):
    top, folders = Folder(tmp_path), [Folder(tmp_path / name) for name in "pq"]
    case = Case(top, top, Reading(), None)
    asked = []
    monkeypatch.setattr(Case, "ask", lambda _, question, ways: asked.append([way[0]["layout"] for way in ways]))
    for names in ({"cat", "train"}, {"test"}, {"cat", "dog"}):
        variants(case, folders, names, [({"layout": "inner"}, "")])
    assert asked == [["only:p", "only:q"], ["only:p", "only:q"], ["only:p", "only:q", "inner"]]


def test_folders_with_a_quarter_of_their_images_outside_are_classes(read, asked):
    content = {"p/x": 2, "p/y": 1, "q/x": 4, "q/y": 5}
    assert counts(read(content | {"p": 1})) == {"p": 4, "q": 9}
    assert "all hold the same folders" in asked(content | {"p/x": 3, "p": 1}).question


def test_files_in_folders_that_are_called_after_the_same_classes(asked, read):
    files = [f"{name}_{n}.jpg" for name in ("cat", "dog") for n in range(2)]
    both = asked({"north": files, "south": [*files, "dog_3.jpg"]})
    assert both.question == (
        "The files in each of the folders 'north' and 'south' are called after the same classes ('cat' and 'dog'), so "
        "that either the file names or the folders may be the classes."
    )
    assert ways(both) == [{"layout": "filenames"}, {"layout": "folders"}]
    one = asked({"images": files, "other": ["1.jpg", "2.jpg"]})
    assert one.question.startswith("The files in the folder 'images' are called after the same classes")
    third = [*files, "owl_1.jpg", "owl_2.jpg", "elk_1.jpg", "elk_2.jpg"]
    assert "'cat' and 'dog'" in asked({"north": files, "south": third}).question
    assert counts(read({"north": files, "south": [*third, "fox_1.jpg", "fox_2.jpg"]})) == {"north": 4, "south": 10}


def test_a_folder_of_the_same_folders_beside_classes_is_asked_about_from_two_on(asked, read):
    question = asked({"cat": 3, "dog": 4, "more/cat": 2, "more/dog": 1})
    assert question.question == (
        "The folder 'more' holds folders called like those beside it ('cat' and 'dog'): a part or a copy, no class."
    )
    assert ways(question) == [{"layout": "without:more"}, {"layout": "only:more"}, {"layout": "folders"}]
    assert counts(read({"cat": 3, "dog": 4, "more/cat": 2, "more/owl": 1})) == {"cat": 3, "dog": 4, "more": 1}


def test_loose_images_beside_the_folder_of_the_classes(asked, read):
    content = {"animals/cat": 2, "animals/dog": 1}
    question = asked(content | {"": 3})
    assert question.question == (
        "The folder 'animals' holds the folders 'cat' and 'dog', which may be the classes; beside it lie 3 images in "
        "no folder."
    )
    assert ways(question) == [{"layout": "only:animals"}]
    assert counts(read(content | {"": 2})) == {"cat": 2, "dog": 1}


def test_a_generic_folder_beside_another_one(asked):
    one = asked({"dataset/cat": 3, "dataset/dog": 4, "plots": 2}).question
    assert one == (
        "The folder 'dataset' holds the folders 'cat' and 'dog', which may be the classes; beside it lies 'plots'."
    )
    two = asked({"dataset/cat": 3, "dataset/dog": 4, "plots": 2, "paper": 1}).question
    assert two.endswith("beside it lie 'paper' and 'plots'.")


def test_a_data_set_of_its_own_beside_classes(asked):
    question = asked({"cat": 3, "dog": 4, "export/train": 2, "export/test": 1})
    assert question.question == (
        "The folder 'export' holds 'test' and 'train', which are called like parts: a data set of its own, no class as "
        "those beside it."
    )
    assert ways(question) == [{"layout": "without:export"}, {"layout": "folders"}]


def test_one_class_beside_test_images(asked, read):
    question = asked({"cat": 3, "test": 4})
    assert (
        question.question
        == "The folders 'cat' and 'test' may all be classes, or 'test' may hold images for prediction."
    )
    assert ways(question) == [{"layout": "folders"}]
    assert counts(read({"cat": 3, "dog": 1, "test": 40})) == {"cat": 3, "dog": 1}


def test_parts_without_one_to_train_on_are_read_together_if_wanted(asked):
    files = ["cat_1.jpg", "cat_2.jpg", "dog_1.jpg", "dog_2.jpg"]
    question = asked({"test": files, "val": [*files, "dog_3.jpg"]})
    assert question.question.startswith("The file names in 'test' and 'val' give classes, but none of these folders is")
    assert ways(question) == [{"layout": "filenames"}]


FILES = [f"{name}.jpg" for name in "abcdefghij"]


def labels(*classes):
    rows = [f"{file},{label}" for file, label in zip(FILES, classes, strict=False)]
    return "\n".join(["file,label", *rows])


def test_a_table_that_agrees_with_the_folders_is_named_as_such(read):
    content = {"cat": FILES[:6], "dog": FILES[6:]}
    agreed = read(content | {"l.csv": labels(*["Cat"] * 6, *["Dog"] * 4)})
    assert counts(agreed) == {"cat": 6, "dog": 4}
    assert reasons(agreed) == {"l.csv": AGREES}


def test_a_table_that_gives_the_folders_other_classes_is_asked_about(asked):
    content = {"cat": FILES[:6], "dog": FILES[6:]}
    question = asked(content | {"l.csv": labels(*["p", "q"] * 5)})
    assert question.question == "l.csv and the folders 'cat' and 'dog' give the images other classes."
    assert ways(question) == [{"layout": "csv", "labels": "l.csv"}, {"layout": "folders"}]
    assert [choice.counts for choice in question.choices] == [{"p": 5, "q": 5}, {"cat": 6, "dog": 4}]


def test_a_table_of_few_images_is_not_asked_about(read):
    layout = read({"cat": FILES[:6], "dog": FILES[6:], "l.csv": labels("p", "q", "p", "q")})
    assert counts(layout) == {"cat": 6, "dog": 4}


def test_words_that_names_have_in_common():
    found = {one.text: set(bases.values()) for one, bases in added(["red_cat", "red_dog", "cat", "blue_dog_1"]).items()}
    assert found == {"red": {"red_cat", "red_dog"}}
    assert {one.text for one in added(["cat_p_q_r", "dog_p_q_r"])} == {"r", "q r"}
    assert crossed_with_parts(["cat_train", "dog_train", "cat_test", "dog_test"]) == ["test", "train"]
    assert crossed_with_parts(["train_cat", "train_dog", "test_cat", "test_dog"]) == ["test", "train"]
    assert crossed_with_parts(["cat_train", "dog_train", "cat_test", "dog_test", "owl"]) == []
    assert crossed_with_parts(["cat_train", "dog_train", "cat_test", "owl_test"]) == []
    assert crossed_with_parts(["cat_2012", "dog_2012", "cat_2013", "dog_2013"]) == []
    beside = beside_their_classes(["cat", "dog", "cat_unsure", "dog_unsure"])
    assert {one.text: longer for one, longer in beside.items()} == {"unsure": ["cat_unsure", "dog_unsure"]}
    assert beside_their_classes(["cat", "cat_unsure", "dog_unsure"]) == {}
    assert beside_their_classes(["cat", "dog", "no_cat", "no_dog"]) == {}


@pytest.mark.parametrize(
    ("content", "asked_about"),
    [
        ({"kos1": ["cat_1.jpg", "cat_2.jpg"], "kos2": ["dog_1.jpg", "dog_2.jpg"]}, "are only numbered or dated"),
        ({"p": ["cat_1.jpg", "cat_2.jpg"], "q": ["dog_1.jpg", "dog_2.jpg"]}, ""),
        ({"batch 1": 3, "batch 2": 4}, "when or in which lot their images came"),
        ({"ds_80": 8, "ds_20": 2}, "are called like parts of one data set"), ({"ds_80": 3, "ds_20": 3}, ""),
        ({"fold1": 3, "fold2": 4}, "are called like folds of a cross-validation"), ({"k1": 3, "k5": 4}, ""),
        ({"k1": 3, "k5": 4, "k7": 2}, "are called like folds of a cross-validation"), ({"K1": 3, "K2": 4}, ""),
        ({"box_train": 3, "box_test": 4, "cat": 2}, "are called like parts of one data set"),
        ({"cat": 3, "cat_train": 4, "dog": 2}, ""),
        ({"jpg": ["1.jpg", "2.jpg", "3.jpg"], "segmim": ["1.jpg", "2.jpg", "3.jpg"]}, "is called after a file format"),
        ({"jpg": ["1.jpg", "2.jpg", "3.jpg"], "segmim": ["1.jpg", "2.jpg"]}, ""),
    ],
)  # fmt: skip
def test_folders_are_asked_about_or_are_classes(read, content, asked_about):
    if asked_about:
        with pytest.raises(UnclearLayout, match=asked_about):
            read(content)
    else:
        assert counts(read(content)) == {
            name: what if isinstance(what, int) else len(what) for name, what in content.items()
        }
