"""CSV files that no spreadsheet runs."""

import csv
import io

import pytest

from core.export.table import csv_bytes, neutral, predictions_csv
from core.tasks.decision import Decision


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_what_begins_like_a_formula_is_made_text(start):
    hostile = f"{start}cmd|'/c calc'!A0"
    assert neutral(hostile) == "'" + hostile
    assert rows_of(csv_bytes([hostile], [[hostile]])) == [["'" + hostile], ["'" + hostile]]


@pytest.mark.parametrize("cell", ["bird.png", "a=b", " =x", "", "'=x", -0.5, 3, "-1", "+2.5e-3"])
def test_other_cells_stay_as_they_are(cell):
    assert neutral(cell) == cell


def test_commas_quotes_line_breaks_and_letters_of_all_kinds_survive():
    names = ['a,"b"', "two\nlines", "日本語", "שלום"]
    assert rows_of(csv_bytes(["name"], [[name] for name in names]))[1:] == [[name] for name in names]


def test_half_a_letter_does_not_stop_the_file():
    assert rows_of(csv_bytes(["name"], [["bad\udcff.png"]]))[1] == [r"bad\xff.png"]


def test_a_row_must_fit_the_columns():
    with pytest.raises(ValueError, match="2 cells"):
        csv_bytes(["one"], [["a", "b"]])


def test_predictions_name_the_most_probable_class_and_every_probability():
    content = predictions_csv(Decision(("cat", "=dog")), [("a.png", (0.25, 0.75)), ("@b.png", (0.5, 0.5))])
    assert content.startswith(b"\xef\xbb\xbf")
    assert rows_of(content) == [
        ["file", "class", "probability", "p(cat)", "p(=dog)"],
        ["a.png", "'=dog", "0.75", "0.25", "0.75"],
        ["'@b.png", "cat", "0.5", "0.5", "0.5"],
    ]
