"""How names are cut into words, what one has more than another, and which names only count."""

import pytest

from core.data.related import affixes
from core.data.related.affixes import (
    Affix,
    bare_names,
    bare_parts,
    called_after,
    cuts,
    is_count,
    is_negated,
    may_mean_mask,
    means_image,
    means_mask,
    shared_affix,
    tokens,
    words,
)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("disc000Mask", ["disc", "000", "Mask"]), ("ISIC_0001", ["ISIC", "_", "0001"]), ("RGBImage", ["RGB", "Image"]),
        ("größe2x", ["größe", "2", "x"]), ("a--b", ["a", "-", "-", "b"]),
    ],
)  # fmt: skip
def test_a_name_is_cut_into_words_numbers_and_separators(name, parts):
    assert tokens(name) == parts
    assert words(name) == [part.casefold() for part in parts if part[0].isalpha()]


def test_what_a_name_may_have_been_is_told_from_the_longest_on_and_no_number_is_cut():
    assert [base for base, _ in cuts("IMG_12_x")] == ["img_12_", "_12_x", "img_12", "12_x", "img_", "_x", "img", "x"]
    assert next(iter(cuts("IMG_12"))) == ("img_", Affix(behind=("12",)))
    longest = [len(affix.behind or affix.before) for _, affix in cuts("a.b.c.d.e.f.g.h")]
    assert max(longest) == 9
    assert list(cuts("single")) == []


@pytest.mark.parametrize(
    ("affix", "meaningful", "text", "found"),
    [
        (Affix(behind=("_", "edges")), True, "_edges", ["edges"]), (Affix(behind=("2",)), False, "2", []),
        (Affix(behind=("_", "2")), True, "_2", []), (Affix(before=("2", "_")), True, "2_", []),
        (Affix(before=("_", "2")), False, "_2", []), (Affix(behind=("_", "_")), False, "__", []),
        (Affix(before=("mask",)), True, "mask", ["mask"]),
    ],
)  # fmt: skip
def test_an_affix_means_something_by_a_word_or_a_number_set_apart(affix, meaningful, text, found):
    assert (affix.is_meaningful, affix.text, affix.words) == (meaningful, text, found)


@pytest.mark.parametrize(
    ("name", "known", "base"),
    [
        ("IMG_0001_json", {"img_0001"}, "img_0001"), ("img_0001", {"img_0001"}, "img_0001"),
        ("IMG_0001_2", {"img_0001"}, ""), ("crop of 7", {"7", "of 7"}, "of 7"), ("other", {"img_0001"}, ""),
    ],
)  # fmt: skip
def test_a_folder_is_called_after_an_image_by_its_name_and_a_word(name, known, base):
    assert called_after(name, known) == base


@pytest.mark.parametrize(
    ("found", "surely", "perhaps"),
    [
        (["mask"], True, True), (["ground", "truth"], True, True), (["label"], False, True), (["truth"], False, True),
        (["without", "mask"], False, False), (["no", "label"], False, False), (["cat"], False, False),
        ([], False, False),
    ],
)  # fmt: skip
def test_words_of_masks_mean_one_surely_or_perhaps(found, surely, perhaps):
    assert (means_mask(found), means_mask(found, surely=False)) == (surely, perhaps)


def test_words_of_masks_and_images_are_told_from_others():
    assert may_mean_mask(["without", "mask"])
    assert not may_mean_mask(["ground", "cat", "truth"], frozenset(("groundtruth",)))
    assert means_image(["cat", "original"])
    assert not means_image(["cat", "edited"])


@pytest.mark.parametrize(
    ("name", "negated"),
    [("no_mask", True), ("unmasked", True), ("maskless", True), ("cat", False), ("Images", False), ("mas k", True)],
)
def test_a_class_without_what_is_named_is_known(name, negated):
    assert is_negated(["masks", "gt"], name) is negated


def test_what_most_names_have_more_is_told_with_their_share_and_nothing_of_less_than_half():
    bases = [f"leaf{n}" for n in range(10)]
    named = [f"leaf{n}_edges" for n in range(6)]
    assert shared_affix(named, bases) == (Affix(behind=("_", "edges")), 1.0)
    assert shared_affix([*named[:3], "x", "y"], bases) == (Affix(behind=("_", "edges")), 0.6)
    assert shared_affix([*named[:2], "x", "y"], bases) == (Affix(behind=("_", "edges")), 0.5)
    assert shared_affix([*named[:2], "x", "y", "z"], bases) == (Affix(), 0.0)
    assert shared_affix([], bases) == (Affix(), 0.0)
    many = [f"{n:03}_edges" for n in range(200)]
    some = [f"{n:03}" for n in range(0, 200, 3)] + [f"{n:03}" for n in range(1, 200, 3)]
    assert shared_affix(many, some) == (Affix(behind=("_", "edges")), len(some) / 200)


def test_names_are_told_apart_by_what_not_nearly_all_of_them_share():
    stems = [f"IMG_{n}_crop" for n in range(10)]
    assert bare_parts(stems) == [str(n) for n in range(10)]
    assert bare_parts([*stems[:9], "other"]) == [*map(str, range(9)), "other"]  # nine of ten
    assert bare_parts([*stems[:8], "other"])[:2] == ["img_0_crop", "img_1_crop"]  # eight of nine
    assert bare_names(["A_1", "a_2"]) == {"1", "2"}


@pytest.mark.parametrize(
    ("stems", "counts"),
    [
        (["1", "2", "3"], True), (["0", "1"], True), (["2", "3", "4"], False), (["a1", "a2", "b1"], True),
        (["a1", "b2"], False), (["x"], False), (["1", "x"], False), (["0003_0012", "0001_0001"], False),
        (["0001_0001", "0001_0002", "0002_0001"], True), (["0007_0001", "0007_0002"], False),
        (["1", "2", "7"], True), (["1", "2", "8"], False), (["img (1)", "img (2)"], True), (["1234567890"], False),
    ],
)  # fmt: skip
def test_names_that_only_count_begin_with_0_or_1_and_have_few_gaps(stems, counts):
    assert is_count(stems) is counts


@pytest.mark.parametrize(
    ("parts", "counts"),
    [
        ([["1", "2"], ["101", "102"]], True), ([["11", "12"], ["101", "102"]], False),
        ([["1", "2"], ["101", "109"]], False), ([["1", "2"], ["101", "106"]], True), ([["1", "2"], ["x"]], False),
    ],
)  # fmt: skip
def test_parts_count_on_where_one_begins_at_1_and_the_others_follow_in_a_run(parts, counts):
    assert affixes.count_on(parts) is counts
