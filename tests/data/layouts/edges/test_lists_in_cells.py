"""Labels in one cell at the limits: what separates them, how often they come, and what is odd among them."""

import pytest

from core.data.layouts.labels.lists import are_lists, odd_labels, separator_of


@pytest.mark.parametrize(
    ("values", "separator"),
    [
        (["a b", "a b c", "a c d e", "b f a"], " "),  # nine of twelve words come twice
        (["a b", "a b c", "a c d e", "b f g"], ""), (["a b", "a b c", "b a"], ""),
        (["cat|dog", "cat", "dog", "[a, b]"], "|"), (["cat,dog", "cat", "dog", "[cat, b]"], "[]"),
    ],
)  # fmt: skip
def test_what_separates_labels_at_its_limits(values, separator):
    assert separator_of(values) == separator


def test_where_values_are_lists_for_sure_the_rarer_mark_separates_them():
    cells = ["red, dark;blue", "red, dark;blue|grey", "red, dark"]
    assert [separator_of([cell], sure=True) for cell in cells] == [";", "|", ","]
    assert separator_of(["red / dark"], sure=True) == ""


def test_labels_of_lists_come_twice_on_average():
    assert are_lists("x", ["a|b", "b|a"])
    assert not are_lists("x", ["a|b", "b|c", "a"])


def test_a_comma_is_no_odd_separator_in_brackets():
    labels = ["cat", "dog", "cat,dog", "dog;cat"]
    assert odd_labels(labels, "[]") == ["dog;cat"]
    assert odd_labels(labels, "|") == ["cat,dog", "dog;cat"]
    assert odd_labels(labels, ";") == ["cat,dog"]
