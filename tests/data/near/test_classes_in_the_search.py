"""What the search for near copies makes of classes and parts: mirror images, scenes, and what is said to differ."""

from types import SimpleNamespace

import numpy as np
import pytest

from core.data.near import scenes
from core.data.near.altered import Altered
from core.data.near.duplicates import _Search
from core.data.near.partners import Nearest
from core.data.near.union import Union


def search(labels, names="ash elm oak fir", ranks=None):
    """A search in images of these labels, whose thumbnails play no part."""
    made = object.__new__(_Search)
    made.chosen, made.labels = np.arange(len(labels)), np.array(labels)
    made.place = made.chosen
    made.ranks = np.zeros(len(labels), int) if ranks is None else np.array(ranks)
    made.apart = np.zeros(len(labels), bool)
    made.dataset = SimpleNamespace(items=labels, label_of=lambda label: names.split()[label])
    return made


def links(*pairs, mirrored=True, differences=None):
    one, other = np.array(pairs).reshape(-1, 2).T
    difference = np.zeros(len(one)) if differences is None else np.array(differences)
    return Altered(one, other, difference.astype(np.float32), np.full(len(one), mirrored))


@pytest.mark.parametrize(("joined", "of", "most"), [(8, 15, True), (8, 16, False), (7, 7, False), (9, 12, True)])
def test_eight_copies_that_are_more_than_half_are_most_of_a_class(joined, of, most):
    chain = links(*((n, n + 1) for n in range(joined - 1)), (of - 1, of))  # the last pair is of two classes
    found = search([0] * of + [1] * 30)._most_of_class(chain)
    assert found.tolist() == [most] * joined + [False] * (of + 30 - joined)


@pytest.mark.parametrize("turned_round", [False, True])
@pytest.mark.parametrize(
    ("small", "large", "free"), [(3, 3, True), (4, 4, False), (1, 10, True), (1, 11, False), (4, 1, False)]
)
def test_few_mirror_images_of_two_classes_are_a_mistake(small, large, free, turned_round):
    """Of the first class there are 12 images, so that 3 are few; of the other there are 40, so that 10 are."""
    pairs = [(n % small, 12 + n % large) for n in range(max(small, large))]
    pairs = [pair[::-1] for pair in pairs] if turned_round else pairs
    assert search([0] * 12 + [1] * 40)._by_mistake(links(*pairs)).tolist() == [free] * len(pairs)
    assert not search([0] * 12 + [1] * 40)._by_mistake(links(*pairs, mirrored=False)).any()


@pytest.mark.parametrize(("names", "free"), [("ash elm", True), ("left elm", False), ("ash left", False)])
def test_classes_called_after_directions_differ_by_mirroring_whichever_it_is(names, free):
    assert search([0] * 9 + [1] * 9, names)._by_mistake(links((0, 9))).tolist() == [free]


@pytest.mark.parametrize(
    ("group", "others", "ranks", "scene"),
    [
        ([0] * 6 + [1] * 2, 9, [0] * 8, True), ([0] * 7 + [1], 9, [0] * 8, False),
        ([0] * 5 + [1] * 2, 9, [0] * 7, False),
        ([0] * 8, 7, [1] * 7 + [2], True), ([0] * 8, 8, [1] * 7 + [2], False), ([0] * 8, 7, [1] * 8, False),
        ([1] + [0] * 8, 7, [1] * 8 + [2], True), ([1] + [0] * 8, 8, [1] * 8 + [2], False),
    ],
)  # fmt: skip
def test_two_labels_or_most_of_a_class_in_several_parts_are_a_scene(group, others, ranks, scene):
    made = search(group + [0] * others + [1] * 3, ranks=ranks + [3] * (others + 3))
    assert scenes.is_scene(np.arange(len(group)), made.labels, made.ranks) is scene


def test_of_altered_copies_the_least_different_is_noted_in_each_part_unless_it_is_said_to_differ():
    made = search([0, 0, 0, 1, 0], ranks=[1, 3, 2, 1, 2])
    pairs = links((0, 1), (2, 0), (0, 3), (4, 0), differences=[0.3, 0.1, 0.2, 0.4])

    def noted(*apart):
        made.apart[:] = np.isin(np.arange(5), apart)
        nearest, same = Nearest(5), Union(5)
        made._take_altered(pairs, np.arange(5), same, nearest)
        return nearest.partner.tolist(), [group.tolist() for group in same.groups()]

    assert noted() == ([[2, -1, -1, -1, -1], [-1, 0, 0, -1, 0], [3, -1, -1, 0, -1]], [[0, 1, 2, 4]])
    assert noted(2) == ([[1, -1, -1, -1, -1], [-1, 0, -1, -1, 0], [3, -1, -1, 0, -1]], [[0, 1, 4]])
    assert noted(1, 3) == ([[2, -1, -1, -1, -1], [-1, -1, 0, -1, 0], [-1] * 5], [[0, 2, 4]])
    assert noted(0) == ([[-1] * 5] * 3, [])


@pytest.mark.parametrize(
    ("apart", "contrast", "wider", "near"),
    [
        (9.9, (60, 80), 1.0, True), (10.1, (60, 80), 1.0, False), (4.9, (20, 80), 1.0, True),
        (5.1, (20, 80), 1.0, False), (5.1, (80, 20), 1.0, False), (4.9, (80, 20), 1.0, True),
        (1, (60, 60), 1.04, True), (1, (60, 60), 1.06, False), (1, (60, 60), 0.94, False),
    ],
)  # fmt: skip
def test_near_ones_differ_by_ten_levels_and_a_quarter_of_the_lower_contrast(apart, contrast, wider, near):
    made = search([0, 0])
    made.thumbs = np.float32([[90] * 432, [90 + apart] * 432])
    made.squares, made.contrast = (made.thumbs**2).sum(axis=1), np.float32(contrast)
    made.aspects = np.log(np.float32([1.5, 1.5 * wider]))
    found = [gaps for _, _, gaps in made._distances(np.arange(2))]
    assert sum(int(np.isfinite(gaps).sum()) for gaps in found) == 2 * near
