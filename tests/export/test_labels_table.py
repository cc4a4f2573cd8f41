"""A table of several labels per file is read as it was written, whatever the labels are called."""

import csv
import io
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.layouts.labelled import labels_given
from core.errors import InvalidInput
from core.experiment import Reading
from core.export.labels_table import labels_table
from core.text import FORMULA_STARTS

ODD = (
    "-1", "=a", "+b", "@c", "'=a", "=a'", "'a'", "''", " a", "a ", " ", "None", "nan", "NULL", "a,b", '"q"', "a|b",
    "1", "0", "true", "x", "cat", "dog", "TODO",
)  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=6)
EVERY = st.lists(
    st.sampled_from(ODD) | TEXT.map(lambda text: unicodedata.normalize("NFC", text)),
    min_size=2,
    max_size=4,
    unique=True,
)
SEVERAL = Reading(layout="csv", task="multilabel")


def named(sets):
    return [(f"images/one-{n}.png", tuple(sorted(labels))) for n, labels in enumerate(sets)]


def read_back(content, rows, reading=SEVERAL):
    return labels_given(content, [Path("set", file) for file, _ in rows], Path("set"), reading)


def expected(rows):
    return {Path("set", file): frozenset(labels) for file, labels in rows}


@settings(max_examples=60, deadline=None)
@given(EVERY, st.data())
def test_any_labels_are_read_as_they_were_written(every, data):
    rows = named([every, *data.draw(st.lists(st.sets(st.sampled_from(every)), min_size=6, max_size=12))])
    content = labels_table(rows, every)
    assert expected(rows) in (read_back(content, rows, Reading()), read_back(content, rows))
    for cell in [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]:
        assert not cell.startswith(FORMULA_STARTS) or re.fullmatch(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", cell, re.I)


@pytest.mark.parametrize(
    ("every", "header"),
    [
        (("=a", "-1", "b"), ["file", "labels"]), (("None", "nan"), ["file", "None", "nan"]),
        ((" a", "a", "b"), ["file", "' a'", "a", "b"]), (("'=a", "b"), ["file", "''=a'", "b"]),
    ],
)  # fmt: skip
def test_formulas_missing_values_and_spaces_need_no_option_to_be_read(every, header):
    rows = named([every, every[:1], every[1:], (), every[:1], every[1:], every])
    content = labels_table(rows, every)
    assert next(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == header
    assert read_back(content, rows, Reading()) == expected(rows)


def test_what_no_screen_shows_is_written_as_an_escape_and_two_that_look_the_same_are_refused():
    rows = named([("a\u200b", "b"), ("b",), ("a\u200b",), ("b", "a\u200b"), ("b",)])
    found = read_back(labels_table(rows, ("a\u200b", "b")), rows)
    assert found[Path("set/images/one-2.png")] == {r"a\u200b"}
    with pytest.raises(InvalidInput, match="No table can hold the labels") as caught:
        labels_table([*rows, *named([(r"a\u200b",)])], ("a\u200b", r"a\u200b", "b"))
    assert "Give them plain names" in str(caught.value)


@pytest.mark.parametrize(
    "shown", [[("a",), (), ("b",), ()], [("a",), ("b",), (), ("c",), ("a",), ("b",)], [(), ("c",)], [("a",), ()]]
)
def test_where_no_image_has_two_labels_and_some_have_none_the_table_says_that_they_may_have_several(shown):
    rows = named(shown)
    content = labels_table(rows, tuple(sorted({label for labels in shown for label in labels})))
    assert read_back(content, rows, Reading(layout="csv", task="multilabel")) == expected(rows)


def test_a_label_that_no_reader_takes_for_one_is_refused():
    rows = named([("unlabeled", "b"), ("b",), ("unlabeled",), ("b", "unlabeled"), ("b",)])
    with pytest.raises(InvalidInput, match="No table can hold the labels 'unlabeled' and 'b'"):
        labels_table(rows, ("unlabeled", "b"))
    both = [row for row in rows if row[1] != ("unlabeled",)]
    assert read_back(labels_table(both, ("unlabeled", "b")), both) == expected(both)


def test_a_table_of_other_images_gives_no_labels():
    rows = named([("cat",), ("dog",), ("cat",), ("dog",)])
    lines = ["file,label", *(f"{name},{labels[0]}" for name, labels in rows)]
    assert len(read_back("\n".join(lines).encode(), rows, Reading())) == 4
    assert read_back("\n".join([*lines, "images/gone.png,cat"]).encode(), rows, Reading()) == {}
    assert read_back("\n".join([*lines, f"{rows[0][0]},dog"]).encode(), rows, Reading()) == {}, "contradicts itself"
