"""How the names of two folders agree, and which of their images go together by it."""

import pytest

from core.data.related import agreeing
from core.data.related.agreeing import agreement, in_order
from core.data.related.versions import group_numbers, joined, not_among, origins


def sides(one, other):
    return [({name: n for n, name in enumerate(one)}, {name: 100 + n for n, name in enumerate(other)})]


@pytest.mark.parametrize(
    ("one", "other", "groups", "counted", "doubtful"),
    [
        (("a1", "b7", "c3"), ("c3", "b7", "a1"), [(0, 102), (1, 101), (2, 100)], False, False),
        (("1", "2", "3"), ("001", "002", "003", "004"), [(0, 100), (1, 101), (2, 102)], True, False),
        (("x5", "y6", "z8", "q"), ("x5_flip", "y6_flip", "x5_rot90", "z8_0_412"),
         [(0, 100, 102), (1, 101), (2, 103)], False, False),
        (("img_105", "img_207", "img_309"), ("seen img_207 z", "seen img_309 z", "seen img_105 z"),
         [(0, 102), (1, 100), (2, 101)], False, False),
        (("rgb_105", "rgb_207", "rgb_309"), ("nir_309", "nir_105", "nir_207"), [(0, 101), (1, 102), (2, 100)], False,
         False),
        (("e", "f", "g"), ("s", "t", "u", "v", "w", "x"), [(0, 100, 101), (1, 102, 103), (2, 104, 105)], True, True),
    ],
)  # fmt: skip
def test_names_agree_in_the_first_way_in_which_most_do(one, other, groups, counted, doubtful):
    found = agreement(sides(one, other))
    assert sorted(found.groups[0]) == groups
    assert (found.counted, found.doubtful) == (counted, doubtful)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a1", "b7"), ("a1", "b7")),  # too few
        (("a", "b", "c", "d", "e"), ("f", "g", "h")),  # no multiple
        (("a", "b"), tuple("cdefghijklmnopqrst")),  # more than eight each
    ],
)
def test_a_few_names_and_folders_of_any_number_of_images_do_not_agree(one, other):
    assert agreement(sides(one, other)) is None


def test_half_of_the_names_of_the_smaller_folder_are_enough_and_fewer_are_not():
    other = ("k31", "k42", "k53", "x")
    assert agreement(sides(("k31", "k42", "k53", "u9", "v8", "w7"), other)).groups == [[(0, 100), (1, 101), (2, 102)]]
    assert agreement(sides(("k31", "k42", "k53", "u9", "v8", "w7", "z6"), (*other, "q", "r", "s"))).counted


def test_several_images_of_one_key_on_both_sides_belong_to_none():
    found = agreement(sides(("a1", "b7", "c3", "d4", "d04"), ("a1", "b7", "c3", "d004", "d0004")))
    assert found.groups == [[(0, 100), (1, 101), (2, 102)]]


def test_pairs_of_folders_agree_in_one_way_or_not_at_all():
    both = sides(("a1", "b7"), ("b7", "a1")) + sides(("c3", "d9"), ("d9", "c3"))
    assert agreement(both).groups == [[(0, 101), (1, 100)], [(0, 101), (1, 100)]]
    assert agreement(sides(("a1", "b7"), ("b7", "a1")) + sides(("c3",), ("c3",))).groups[1] == [(0, 100)]


@pytest.mark.parametrize(
    ("one", "other", "groups"),
    [
        ([1, 2], [11, 12], [(1, 11), (2, 12)]), ([11, 12, 13, 14], [1, 2], [(1, 11, 12), (2, 13, 14)]),
        ([1], list(range(11, 19)), [(1, *range(11, 19))]), ([1], list(range(11, 20)), []), ([1, 2], [11, 12, 13], []),
        ([], [1, 2], []),
    ],
)  # fmt: skip
def test_images_go_together_in_order_where_there_are_up_to_eight_times_as_many(one, other, groups):
    assert in_order(one, other) == groups


@pytest.mark.parametrize(
    ("stem", "found"),
    [
        ("Cat005_0_4521", ["cat5_0_4521", "cat5"]), ("cat05_jpg.rf.0123abcd", ["cat5_jpg.rf.123abcd", "cat5"]),
        ("cat05_flip", ["cat5_flip", "cat5"]), ("a_12_34_rot90", ["a_12_34_rot90", "a_12_34", "a"]), ("x", ["x"]),
        ("IMG_E0042", ["img_e42", "img_42"]), ("cat05_jpg.rf.0123abc", ["cat5_jpg.rf.123abc"]),
    ],
)  # fmt: skip
def test_what_an_image_may_be_called_that_another_one_was_made_of(stem, found):
    assert origins(stem) == found


def test_groups_with_an_image_in_common_are_one_and_known_ones_are_not_told_again():
    assert joined(((4, 2), (7, 8, 9)), ((2, 6), (1, 3))) == ((1, 3), (2, 4, 6), (7, 8, 9))
    assert joined(((5, 6),), ((8, 9), (6, 8))) == ((5, 6, 8, 9),)
    assert joined(((3,),), ()) == ()
    known = ((1, 2, 3), (4, 5))
    assert group_numbers(known) == {1: 0, 2: 0, 3: 0, 4: 1, 5: 1}
    assert not_among([(1, 3), (3, 4), (5, 6), (7, 8), (4, 5)], known) == ((3, 4), (5, 6), (7, 8))


@pytest.mark.parametrize("more", [0, 4])
def test_half_of_the_names_of_either_folder_are_enough(more):
    one = ("k31", "k42", "k53", "u9", "v8", "w7")
    found = agreement(sides(one, ("k31", "k42", "k53", "x", "y", "z", *"abcd"[:more])))
    assert (found.groups, found.doubtful) == ([[(0, 100), (1, 101), (2, 102)]], False)


@pytest.mark.parametrize(("alike", "doubtful"), [(9, False), (8, True)])
def test_what_differs_within_a_folder_is_sure_where_nearly_all_agree(alike, doubtful):
    numbers = [105 + 102 * n for n in range(10)]
    other = [number if n < alike else 5000 + 7 * n for n, number in enumerate(numbers)]
    found = agreement(sides([f"pa_{n}" for n in numbers], [f"qu_{n}" for n in other]))
    assert (found.groups, found.doubtful) == ([[(n, 100 + n) for n in range(alike)]], doubtful)


@pytest.mark.parametrize(
    ("stem", "found"),
    [
        ("z img_207", "img_207"), ("img_207 z", "img_207"), ("img_207", "img_207"), ("z 207", "207"),
        ("z img_208", "z img_208"), ("x_" * 28 + "img_207", "img_207"), ("x_" * 29 + "img_207", "x_" * 29 + "img_207"),
    ],
)  # fmt: skip
def test_the_longest_name_within_another_one_is_found_at_both_ends(stem, found):
    assert agreeing._within(stem, {3: {"img_207"}, 1: {"207"}}) == found


@pytest.mark.parametrize(("other", "key"), [("k1234", "k1234"), ("k123", "z k123"), ("abcde", "z abcde")])
def test_five_letters_and_digits_make_a_name_that_others_are_called_after(other, key):
    assert list(agreeing._called_after({f"z {other}": 1}, {other: 2})) == [key]
