"""The parts of the search for altered copies: joining, mirroring, differences, scenes, directions and numbers."""

import numpy as np
import pytest

from core.data.near import coarse, fitting, scenes
from core.data.near.altered import Altered, ByGroup
from core.data.near.directions import means_direction
from core.data.near.numbered import number_groups
from core.data.near.union import Union, lowest
from core.data.near.views import GREY_SIDE, LEFT_RIGHT, TURNED, UPSIDE_DOWN, Views, mirrored


def test_linked_nodes_have_the_lowest_of_them_as_their_root():
    assert lowest(8, np.array([6, 5, 2]), np.array([5, 1, 7])).tolist() == [0, 1, 2, 3, 4, 1, 1, 2]
    union = Union(7)
    union.link(np.array([], int), np.array([], int))
    assert union.groups() == []
    union.link(np.array([5, 6]), np.array([3, 2]))
    union.join(np.array([0, 3]), np.array([[True, False], [False, True]]), np.array([4, 6]))
    assert union.root.tolist() == [0, 1, 2, 2, 0, 2, 2]
    assert [group.tolist() for group in union.groups()] == [[0, 4], [2, 3, 5, 6]]


def test_a_way_turns_first_and_mirrors_then():
    image = np.array([[[1, 2], [3, 4]]])
    wanted = {0: [[1, 2], [3, 4]], LEFT_RIGHT: [[2, 1], [4, 3]], UPSIDE_DOWN: [[3, 4], [1, 2]],
              TURNED: [[1, 3], [2, 4]], TURNED | LEFT_RIGHT: [[3, 1], [4, 2]], TURNED | UPSIDE_DOWN: [[2, 4], [1, 3]],
              LEFT_RIGHT | UPSIDE_DOWN: [[4, 3], [2, 1]]}  # fmt: skip
    assert {way: mirrored(image, way)[0].tolist() for way in wanted} == wanted


def detailed(seed, side=GREY_SIDE):
    """A grey view with details of several sizes, between 60 and 190."""
    waves = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side))) + 1 / side
    pixels = np.fft.ifft2(np.fft.fft2(np.random.default_rng(seed).normal(size=(side, side))) / waves**1.3).real
    return 60 + 130 * (pixels - pixels.min()) / np.ptp(pixels)


def views_of(*greys):
    fine = np.stack([np.clip(np.rint(grey), 0, 255) for grey in greys]).astype(np.uint8).reshape(len(greys), -1)
    return Views(np.full((len(greys), 432), 90, np.uint8), fine)


def differ(one, other, way=0):
    moved, still = fitting.differences(views_of(one, other), np.array([0]), np.array([1]), np.array([way]))
    return float(moved[0]), float(still[0])


@pytest.mark.parametrize(("gain", "offset"), [(1.0, 0), (0.8, 0), (1.25, -20), (1.0, 30), (0.7, 20)])
def test_light_and_contrast_make_no_difference(gain, offset):
    view = detailed(1)
    assert max(differ(view, view * gain + offset)) < 0.001


@pytest.mark.parametrize(("gain", "offset"), [(0.55, 60), (1.75, -90), (0.8, -75)])
def test_more_light_and_contrast_than_people_change_cannot_be_compared(gain, offset):
    view = (detailed(1) - 60) * 0.6 + 110
    light = abs(view.mean() * gain + offset - view.mean())
    assert abs(np.log(gain)) > 0.5 or light > 80
    assert differ(view, view * gain + offset) == (1.0, 1.0)


def test_a_small_shift_is_found_and_a_large_one_is_not():
    large = detailed(2, 64)
    view = large[16:48, 16:48]
    moved, still = differ(view, large[17:49, 15:47])
    assert moved < 0.003 < 0.02 < still
    moved, still = differ(view, large[22:54, 16:48])
    assert moved > 0.05
    turned = np.rot90(view).copy()
    assert differ(view, turned)[0] > 0.05
    assert max(differ(view, turned, TURNED | LEFT_RIGHT), differ(view, turned, TURNED | UPSIDE_DOWN)) > (0.05, 0.05)
    assert min(differ(view, turned, TURNED | LEFT_RIGHT), differ(view, turned, TURNED | UPSIDE_DOWN)) < (0.001, 0.001)


def test_what_light_made_white_or_black_is_no_difference():
    view = detailed(3)
    bright, dark = view + 100, view - 90
    assert (bool((bright > 255).any()), bool((dark < 0).any())) == (True, True)
    assert differ(view - 20, np.minimum(view + 90, 255))[1] == 1.0  # lighter by more than 80 levels
    assert differ(view + 40, np.minimum(bright, 255))[1] < 0.001
    assert differ(view - 20, np.maximum(dark, 0))[1] < 0.001


def test_flat_views_are_not_compared_and_edges_take_up_a_share():
    view = detailed(4)
    faint = 100 + (view - view.mean()) * 3.5 / view.std()
    assert differ(faint, faint) == (1.0, 1.0)
    seen = 100 + (view - view.mean()) * 6 / view.std()
    assert differ(seen, seen) == pytest.approx((0.0, 0.0), abs=1e-6)
    shape = np.full((GREY_SIDE, GREY_SIDE), 20.0)
    shape[10:20, 12:18] = 200
    shares = fitting.detail(views_of(view, shape, np.full((GREY_SIDE, GREY_SIDE), 9.0)))
    assert shares[0] > 0.4 > 0.27 > 0.2 > shares[1] > 0.05 > shares[2] == 0


def test_the_nearest_pairs_of_each_image_are_kept_with_their_ways():
    one, other, way = np.array([0, 0, 0, 1]), np.array([1, 2, 3, 3]), np.array([0, 1, 2, 3])
    gap = np.array([0.3, 0.1, 0.2, 0.4], np.float32)
    found = coarse.nearest(one, other, way, gap, 1)
    assert sorted(zip(*(part.tolist() for part in found), strict=True)) == [(0, 1, 0), (0, 2, 1), (0, 3, 2)]
    every = coarse.nearest(one, other, way, gap, 2)
    assert len(every[0]) == 4


def test_pairs_of_altered_copies_are_sorted_by_group_and_chosen():
    pairs = Altered(np.array([4, 0, 5]), np.array([6, 1, 7]), np.array([0.1, 0.2, 0.3], np.float32),
                    np.array([True, False, False]))  # fmt: skip
    root = np.array([0, 0, 2, 3, 4, 5, 4, 5])
    ordered = ByGroup(pairs, root)
    group = ordered.of(np.array([4, 6]))
    assert (group.one.tolist(), group.other.tolist(), group.mirrored.tolist()) == ([4], [6], [True])
    assert ordered.of(np.array([2])).one.tolist() == []
    names = np.arange(8) * 10
    assert pairs.renamed(names).only(np.array([2, 0])).other.tolist() == [70, 60]


def test_a_scene_is_told_from_eight_images_on_and_a_mark_of_its_own_tells_a_copy():
    random, ramp = np.random.default_rng(5), np.linspace(-1, 1, scenes.SIDE)
    light = random.normal(0, 6, (40, 2, 1, 1))
    fine = 128 + random.normal(0, 3, (40, scenes.SIDE, scenes.SIDE)) + light[:, 0] * ramp + light[:, 1] * ramp[:, None]
    fine[3, 8:11, 8:11] = fine[9, 8:11, 8:11] = 180
    fine = np.clip(fine, 0, 255).reshape(40, -1).astype(np.uint8)
    assert list(scenes.distances(fine[:7], 5)) == []
    blocks = list(scenes.distances(fine, 15))
    assert [rows.tolist() for rows, _, _ in blocks] == [[*range(15)], [*range(15, 30)], [*range(30, 40)]]
    near = {(int(rows[r]), int(c)) for rows, _, gaps in blocks for r, c in np.argwhere(np.isfinite(gaps))}
    assert near == {(3, 9), (9, 3)}


@pytest.mark.parametrize(
    ("label", "direction"),
    [
        ("turn-left", True),
        ("b", True),
        ("7", True),
        ("ab", False),
        ("cat", False),
        ("leftover", False),
        ("LINKS", True),
    ],
)
def test_classes_called_after_directions_or_letters_may_differ_by_turning(label, direction):
    assert means_direction(label) is direction


def test_groups_by_number_hold_three_fifths_of_the_images_in_three_groups():
    names = [f"s{one}_{two}" for one in (1, 2, 3) for two in (1, 2)]
    assert number_groups(names) == {place: f"s{1 + place // 2}" for place in range(6)}
    assert len(number_groups([*names, *"abcd"])) == 6
    assert number_groups([*names, *"abcde"]) == {}
    assert number_groups([*names, "s1_3", "s1_4"]) != {}
    assert number_groups([*names, "s1_3", "s1_4", "s1_5"]) == {}
