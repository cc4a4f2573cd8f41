"""Read tables of labels: CSV, TSV, text in columns and JSON lines, in common encodings and delimiters."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.data import names
from core.data.encodings import WESTERN, Guess, guess, is_plausible
from core.data.layouts.boxed.cells import Inner, inner_of
from core.data.layouts.boxed.lines import most_boxes
from core.data.layouts.labels.cell_text import stripped, unquoted, value_of
from core.data.tree import Folder
from core.errors import UnusableDataset
from core.text import format_size

SUFFIXES = frozenset((".csv", ".tsv", ".txt", ".jsonl", ".ndjson"))
MAX_BYTES = 64 * 2**20
_MOST = 60  # files examined
_DELIMITERS = (",", ";", "\t", "|")
_HEAD = 50  # lines used to detect the delimiter
_CELLS = re.compile(rb'[,;\t"\r\n]+')  # none of these bytes is the second byte of a character in any encoding
_ADJACENT_BYTES = re.compile(rb"[\x80-\xff][@-~]?[\x80-\xff]")
_BYTES_GUESSED = 1 << 20
_SEPARATOR = re.compile(r"\ufeff?\"?sep=(.)\"?[,;\t|]*", re.IGNORECASE)  # a first line written for Excel


@dataclass(frozen=True, slots=True)
class Table:
    """Columns by name, each with one string per row. Rows shorter than the header are padded with empty strings.

    `first` is the line number of the first row, for messages. `nested` names columns with an inner structure, such as
    JSON, which are not among the columns, and `shapes` those of them with boxes or outlines; `lists` names columns with
    lists of strings. `note` reports a guessed encoding and rows longer than the header; `headless` means that columns
    are named by number. `written` has the cells of columns whose values are written with spaces or quotes around them,
    as they are in the file. `most_boxes` is the most objects in a row if each line lists the boxes of an image,
    otherwise 0: then the columns cut through them and mean nothing.
    """

    path: Path
    columns: dict[str, list[str]]
    first: int = 2
    nested: tuple[str, ...] = ()
    note: str = ""
    headless: bool = False
    lists: tuple[str, ...] = ()
    written: dict[str, list[str]] = field(default_factory=dict)
    most_boxes: int = 0
    shapes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values()), []))


def find_tables(folder: Folder) -> list[Path]:
    """Files that may hold labels, top-level files first; not text files named like an image beside them."""
    found = []
    for place in folder.every_folder():
        stems = {path.stem for path in place.images}
        found += [
            p for p in place.files if p.suffix.lower() in SUFFIXES and (p.suffix != ".txt" or p.stem not in stems)
        ]
    return sorted(found, key=lambda path: len(path.parts))[:_MOST]


def read_table(path: Path, headless: bool = False) -> Table:
    """Read a table. With `headless` the first line is a row too, and columns are named 'column 1' and so on.

    Raises `UnusableDataset` if it is not a table with at least two columns.
    """
    return parse_table(path, content_of(path), headless)


def content_of(path: Path) -> bytes:
    """The bytes of a file of labels. Raises `UnusableDataset` if it cannot be read, or is too large for one."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnusableDataset(
                f"{path.name} takes more than {format_size(MAX_BYTES)}, too much for a file of labels."
            )
        return path.read_bytes()
    except OSError as error:
        raise UnusableDataset(f"{path.name} cannot be read: {error.strerror or error}.") from error


def parse_table(path: Path, content: bytes, headless: bool = False) -> Table:
    """The table of a file with this content, see `read_table`."""
    text, note = _text(content, path.name)
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        return _json_lines(path, text, note)
    text, separator = _without_separator(text)
    rows = _rows(path, text, separator)
    width = max(map(len, rows), default=0)
    if width < 2:
        raise UnusableDataset(f"{path.name} is no table: it needs a column of file names and one of classes.")
    if headless:
        header, first = [f"column {number}" for number in range(1, width + 1)], 1
    else:
        header_cells, rows, first = rows[0], rows[1:], 2
        if _has_row_names(header_cells, rows):
            header_cells = ["", *header_cells]
        note = " ".join(
            text for text in (note, _overlong(path.name, header_cells, rows, first + bool(separator))) if text
        )
        header = _header(header_cells, width)
    cells = {name: [row[i] if i < len(row) else "" for row in rows] for i, name in enumerate(header)}
    table = _table(path, cells, first + bool(separator), note)
    return replace(table, headless=headless, most_boxes=most_boxes(text, headless))


def _table(path: Path, cells: dict[str, list[str]], first: int, note: str, nested: Collection[str] = ()) -> Table:
    """A table of these cells. Columns with an inner structure become plain labels or are taken out; those of `nested`
    have one surely."""
    columns = {name: list(map(value_of, column)) for name, column in cells.items()}
    inner = {name: found for name, column in columns.items() if (found := inner_of(column))}
    inner |= {name: Inner() for name in nested if name not in inner}
    columns |= {name: found.labels for name, found in inner.items() if found.labels is not None}
    out = {name: found for name, found in inner.items() if found.labels is None}
    plain = {name: column for name, column in columns.items() if name not in out}
    written = _changed(plain, {name: column for name, column in cells.items() if name in plain and name not in inner})
    shapes = tuple(name for name, found in out.items() if found.shapes)
    lists = tuple(name for name, found in inner.items() if found.several)
    return Table(path, plain, first, tuple(sorted(out)), note, lists=lists, written=written, shapes=shapes)


def first_row(path: Path, content: bytes) -> list[str]:
    """The cells of the first line, which may be a header or a row."""
    return [text for texts in parse_table(path, content, headless=True).columns.values() for text in texts[:1]]


def _text(content: bytes, file_name: str) -> tuple[str, str]:
    """The text of the file, and a note if its encoding was guessed."""
    if encoding := _wide_encoding(content):
        return content.decode(encoding, "replace"), ""
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        pass  # the encoding is guessed below, with a note
    text = content.decode("utf-8-sig", "replace")
    damaged = text.count("\ufffd")
    if damaged * 5 < sum(letter > "\x7f" for letter in text):
        return text, f"{file_name} is UTF-8 with {damaged} damaged characters."
    cells = [cell for cell in _CELLS.split(content[:_BYTES_GUESSED]) if cell]
    found = _guessed(cells)
    for codec in (*((found.codec,) if found else ()), "cp1252", "latin-1"):
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        return text, Guess(codec, {cell: cell.decode(codec, "replace") for cell in cells}).note(file_name)
    raise AssertionError("latin-1 reads all bytes")


def _guessed(cells: list[bytes]) -> Guess | None:
    """The likely encoding of the cells; None for Western Windows or unknown. Single non-ASCII letters, as in "20 °C",
    are Western: Windows, unless it lacks these letters or they form no words.
    """
    if any(_ADJACENT_BYTES.search(cell) for cell in cells):
        return guess(cells)
    western = guess(cells, WESTERN)
    return western if western and not is_plausible(cells, "cp1252") else None


def _wide_encoding(content: bytes) -> str | None:
    """The UTF-16 or UTF-32 encoding, from a byte order mark or zero bytes at the beginning."""
    if content.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "utf-32"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in content[1:200:2] and b"\0" not in content[:200:2]:
        return "utf-16-le"
    return "utf-16-be" if b"\0" in content[:200:2] and b"\0" not in content[1:200:2] else None


def _changed(columns: dict[str, list[str]], cells: dict[str, list[str]]) -> dict[str, list[str]]:
    """The columns of which some value is written in another way."""
    return {name: column for name, column in cells.items() if column != columns[name]}


def _without_separator(text: str) -> tuple[str, str]:
    """The text without a first line such as 'sep=;', and the separator named there."""
    first, _, rest = text.partition("\n")
    match = _SEPARATOR.fullmatch(first.rstrip("\r"))
    return (rest, match[1]) if match else (text, "")


def _rows(path: Path, text: str, separator: str = "") -> list[list[str]]:
    spaced = path.suffix.lower() == ".txt"
    lines = text.splitlines()[:_HEAD]
    best, score = separator or ",", 0
    for delimiter in () if separator else _DELIMITERS:
        width, count = _widths(lines, delimiter)
        if width > 1 and count > score:
            best, score = delimiter, count
    try:
        if spaced and not score:
            return _by_spaces(text)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=best, skipinitialspace=True)
        return [row for row in rows if any(cell.strip() for cell in row)] or [[]]
    except csv.Error as error:
        raise UnusableDataset(f"{path.name} cannot be read as a table: {error}.") from error


def _by_spaces(text: str) -> list[list[str]]:
    """Cells separated by spaces; the last cell takes the rest of longer lines, unless these end with numbers."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    fewest = min(map(len, lines), default=0)
    if fewest < 2:
        return lines
    if fewest > 2 and any(_has_numbers(line[fewest:]) for line in lines):
        return lines
    return [line.split(None, fewest - 1) for line in map(str.strip, text.splitlines()) if line]


def _has_numbers(cells: list[str]) -> bool:
    return len(cells) > 1 and all(cell.isdigit() for cell in cells[-2:])


def _widths(lines: list[str], delimiter: str) -> tuple[int, int]:
    """The most common number of columns, and how many lines have it."""
    try:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
    except csv.Error:
        return 0, 0
    return widths.most_common(1)[0] if widths else (0, 0)


def _has_row_names(header: list[str], rows: list[list[str]]) -> bool:
    """Whether each row begins with a row number that has no header, as R's write.table writes it."""
    return bool(rows) and all(len(row) == len(header) + 1 and stripped(row[0]).isdigit() for row in rows)


def _overlong(file_name: str, header: list[str], rows: list[list[str]], first: int) -> str:
    """A note on rows with more cells than the header, usually due to an unquoted delimiter."""
    more = [number for number, row in enumerate(rows, first) if any(map(str.strip, row[len(header) :]))]
    if not more:
        return ""
    one = len(more) == 1
    which = (
        f"Row {more[0]} of {file_name} has" if one else f"{len(more):,} rows of {file_name}, row {more[0]} first, have"
    )
    return (
        f"{which} more columns than its header. Where a text holds a comma or another delimiter, put it into double "
        "quotes."
    )


def _header(cells: list[str], width: int) -> list[str]:
    """Unique names of the columns; empty ones are named by number."""
    header: list[str] = []
    for index in range(width):
        header_cells = names.shown(unquoted(cells[index])) if index < len(cells) else ""
        name = header_cells or f"column {index + 1}"
        while name in header:
            name = f"{name} ({index + 1})"
        header.append(name)
    return header


def _json_lines(path: Path, text: str, note: str) -> Table:
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UnusableDataset(f"Line {number} of {path.name} is no JSON.") from error
        if not isinstance(row, dict):
            raise UnusableDataset(f"Line {number} of {path.name} is no JSON object such as {{...}}.")
        rows.append(row)
    keys = list(dict.fromkeys(key for row in rows for key in row))
    nested = {key for key in keys if any(_is_nested(row.get(key)) for row in rows)}
    cells = {names.shown(key): [_text_of(row.get(key), key in nested) for row in rows] for key in keys}
    lists = {names.shown(key) for key in keys if any(isinstance(row.get(key), list) for row in rows)}
    table = _table(path, cells, 1, note, [names.shown(key) for key in nested])
    return replace(table, lists=tuple(sorted((lists & table.columns.keys()) | set(table.lists))))


def _is_nested(value: object) -> bool:
    """Whether a value is more than a string, a number, or a list of these."""
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(one, list | dict) for one in value))


def _text_of(value: object, nested: bool = False) -> str:
    if nested and isinstance(value, list | dict):
        return json.dumps(value)
    if isinstance(value, list):
        return "|".join(value_of(_text_of(one)) for one in value)
    return "" if value is None else str(value)
