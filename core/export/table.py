"""Answers of a model as a CSV file that a spreadsheet opens without running anything in it."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from core.tasks.decision import Decision
from core.text import FORMULA_STARTS, shown

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")  # a class called -1 calculates nothing
_SEPARATORS = re.compile(r"([\t\r\n]+)|[^\t\r\n]+")

Cell = str | int | float


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file: UTF-8 with a byte-order mark, without which spreadsheets misread letters with accents.

    Text that would be run as a formula gets a leading apostrophe, which spreadsheets take as "this is text"; numbers
    stay numbers. Raises `ValueError` for a row that has not one cell per column.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([neutral(name) for name in header])
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"a row of {len(row)} cells does not fit {len(header)} columns")
        writer.writerow([neutral(cell) for cell in row])
    return buffer.getvalue().encode("utf-8-sig")


def neutral(cell: Cell) -> Cell:
    """`cell`, with an apostrophe before text that begins like a formula; what cannot be seen becomes an escape.

    Numbers stay numbers, also those that are text. Tabs and line breaks stay: a cell may have several lines.
    """
    if not isinstance(cell, str):
        return cell
    seen = _SEPARATORS.sub(lambda found: found[1] or shown(found[0]), cell)
    return f"'{seen}" if cell.startswith(FORMULA_STARTS) and not _NUMBER.fullmatch(cell) else seen


def predictions_csv(decision: Decision, answers: Iterable[tuple[str, Sequence[float]]]) -> bytes:
    """A row per image: its name, the answer, then the probability of every class.

    The answer is the most probable class and its probability; with several labels per image, those that the model
    says are there, with '|' between. `answers` are names with one probability per class, in the order of the classes.
    """
    answer = ["labels"] if decision.several else ["class", "probability"]
    rows: list[list[Cell]] = []
    for name, probabilities in answers:
        values = [round(float(p), 6) for p in probabilities]
        cells: list[Cell]
        if decision.several:
            cells = ["|".join(decision.names(probabilities))]
        else:
            (best,) = decision.predicted(probabilities)
            cells = [decision.classes[best], values[best]]
        rows.append([name, *cells, *values])
    return csv_bytes(["file", *answer, *(f"p({name})" for name in decision.classes)], rows)
