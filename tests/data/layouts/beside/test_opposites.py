"""'no label' beside 'label' is a class where a label is what the images show or lack."""

import pytest

from core.cli.words import options
from tests.data.layouts.conftest import counts


@pytest.mark.parametrize(
    ("having", "lacking"),
    [("label", "no label"), ("Labels", "NoLabels"), ("annotation", "without_annotation"), ("Etikett", "ohne Etikett"),
     ("good label", "no label"), ("con etiqueta", "sin etiqueta")],
)  # fmt: skip
@pytest.mark.parametrize("parts", [("",), ("train/", "test/")])
def test_with_and_without_are_two_classes(read, having, lacking, parts):
    layout = read({f"{part}{name}": count for part in parts for name, count in ((having, 5), (lacking, 4))})
    assert set(counts(layout).values()) == {5, 4}
    assert layout.classes == {having, lacking}
    assert layout.unlabelled == layout.left_out == []


@pytest.mark.parametrize(
    "others", [("label", "torn label"), ("front_label", "back_label"), ("label ok", "label askew")]
)
def test_so_they_are_among_kinds_of_labels(read, others):
    layout = read({others[0]: 5, others[1]: 3, "no_label": 4})
    assert counts(layout) == {others[0]: 5, others[1]: 3, "no_label": 4}
    assert layout.unlabelled == layout.left_out == []


@pytest.mark.parametrize("others", [("cat", "dog"), ("label 1", "label 2"), ("label_a", "label_b")])
def test_beside_other_classes_they_are_images_that_nobody_labelled(read, others):
    layout = read({others[0]: 5, others[1]: 3, "no label": 4})
    assert counts(layout) == {others[0]: 5, others[1]: 3}
    assert [folder.name for folder in layout.unlabelled] == ["no label"]


@pytest.mark.parametrize(
    ("content", "unsure"),
    [
        ({"labelled": 5, "unlabelled": 4, "wrong label": 3}, "unlabelled"),
        ({"sorted": 5, "unsorted": 4, "cat": 3}, "unsorted"),
    ],
)
def test_a_word_for_work_that_is_done_or_not_is_asked_about(asked, content, unsure):
    question = asked(content)
    assert [options(choice.reading) for choice in question.choices] == [
        f"--layout without:{unsure}",
        "--layout folders",
    ]
    assert asked({"sorted": 5, "unsorted": 4}).choices[-1].gives == "2 classes: sorted 5, unsorted 4"
