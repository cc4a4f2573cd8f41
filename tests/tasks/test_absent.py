"""What is said of classes that no image shows: how many are named, and which mean leaves which out."""

import pytest

from core.tasks.absent import Notes, notes


@pytest.mark.parametrize(
    ("absent", "named"),
    [
        (1, "'a'"), (2, "'a' or 'b'"), (3, "'a', 'b' or 'c'"), (4, "'a', 'b', 'c' or 1 more"),
        (5, "'a', 'b', 'c' or 2 more"),
    ],
)  # fmt: skip
def test_three_are_named_and_the_rest_counted(absent, named):
    there = [number >= absent for number in range(6)]
    silent, false = notes("abcdef", there, there, "labels"), notes("abcdef", there, [True] * 6, "labels")
    shown = f"mean over {6 - absent} of 6 labels: no image shows {named}"
    assert silent == Notes(shown, f"{shown}, nor is it predicted")
    assert false == Notes(shown, f"0 for {named}, which no image shows and which is predicted")


def test_a_mean_over_predicted_classes_too_leaves_out_fewer():
    found = notes(("a", "b", "c", "d"), [1, 0, 0, 0], [1, 1, 0, 0], "classes")
    assert found == Notes(
        "mean over 1 of 4 classes: no image shows 'b', 'c' or 'd'",
        "mean over 2 of 4 classes: no image shows 'c' or 'd', nor is it predicted; "
        "0 for 'b', which no image shows and which is predicted",
    )


def test_where_every_class_is_shown_nothing_is_said():
    assert notes(("a", "b"), [1, 1], [1, 0], "classes") == Notes("", "")


def test_a_long_name_is_cut():
    name = notes(("x" * 41, "y" * 40), [0, 0], [0, 0], "classes").shown
    assert "y" * 40 in name
    assert "x" * 40 not in name
