"""Files with labels: CSV, TSV, text in columns, and JSON lines, in the encodings and delimiters people have."""

import csv
import io
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from core.data import names
from core.data.encodings import WESTERN, Guess, guess, is_plausible
from core.data.tree import Folder
from core.errors import UnusableDataset
from core.text import format_size

SUFFIXES = frozenset((".csv", ".tsv", ".txt", ".jsonl", ".ndjson"))
MAX_BYTES = 64 * 2**20
_MOST = 60  # files looked at
_DELIMITERS = (",", ";", "\t", "|")
_HEAD = 50  # lines that decide on the delimiter
_CELLS = re.compile(rb'[,;\t"\r\n]+')  # none of these bytes is the second one of a character in any encoding
_TOGETHER = re.compile(rb"[\x80-\xff][@-~]?[\x80-\xff]")
_BYTES_GUESSED = 1 << 20
_SEPARATOR = re.compile(r"\ufeff?\"?sep=(.)\"?[,;\t|]*", re.IGNORECASE)  # a first line for Excel
# what pandas and Excel write where nothing is known; "None", "NA" and "N/A" may be classes
_MISSING = frozenset(("nan", "-nan", "null", "<na>", "#n/a", "#na"))


@dataclass(frozen=True, slots=True)
class Table:
    """Columns by name, each with a text per row. Rows that are shorter than the header hold empty texts.

    `first` is the line of the first row in the file, for messages. `nested` names the columns of JSON lines whose
    values are no texts or numbers, such as boxes, `lists` those that hold lists of texts. `note` says in which encoding
    the file was read, where that had to be guessed, and which rows are longer than the header; `headless` that its
    columns have numbers for names.
    """

    path: Path
    columns: dict[str, list[str]]
    first: int = 2
    nested: tuple[str, ...] = ()
    note: str = ""
    headless: bool = False
    lists: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.columns.values()), []))


def find_tables(folder: Folder) -> list[Path]:
    """Files that may hold labels, those that lie highest first; text files beside images of their name are none."""
    found = []
    for place in folder.every_folder():
        stems = {path.stem for path in place.images}
        found += [
            p for p in place.files if p.suffix.lower() in SUFFIXES and (p.suffix != ".txt" or p.stem not in stems)
        ]
    return sorted(found, key=lambda path: len(path.parts))[:_MOST]


def read_table(path: Path, headless: bool = False) -> Table:
    """Read a file of labels. With `headless`, the first line is a row too, and columns are called 'column 1' and so on.

    Raises `UnusableDataset` when it cannot be read as a table of at least two columns.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnusableDataset(
                f"{path.name} takes more than {format_size(MAX_BYTES)}, too much for a file of labels."
            )
        text, note = _text(path.read_bytes(), path.name)
    except OSError as error:
        raise UnusableDataset(f"{path.name} cannot be read: {error.strerror or error}.") from error
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
        given, rows, first = rows[0], rows[1:], 2
        if _has_row_names(given, rows):
            given = ["", *given]
        note = " ".join(text for text in (note, _overlong(path.name, given, rows, first + bool(separator))) if text)
        header = _header(given, width)
    columns = {name: [_value(row[i]) if i < len(row) else "" for row in rows] for i, name in enumerate(header)}
    return Table(path, columns, first + bool(separator), (), note, headless)


def first_row(path: Path) -> list[str]:
    """The texts of the first line, which may be a header or a row."""
    return [text for texts in read_table(path, headless=True).columns.values() for text in texts[:1]]


def _text(content: bytes, whose: str) -> tuple[str, str]:
    """The file's text, and a note where its encoding was guessed."""
    if encoding := _marked(content):
        return content.decode(encoding, "replace"), ""
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        pass  # the encoding is guessed below, and said
    text = content.decode("utf-8-sig", "replace")
    damaged = text.count("\ufffd")
    if damaged * 5 < sum(letter > "\x7f" for letter in text):
        return text, f"{whose} is UTF-8 with {damaged} damaged characters."
    cells = [cell for cell in _CELLS.split(content[:_BYTES_GUESSED]) if cell]
    found = _guessed(cells)
    for codec in (*((found.codec,) if found else ()), "cp1252", "latin-1"):
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        return text, Guess(codec, {cell: cell.decode(codec, "replace") for cell in cells}).note(whose)
    raise AssertionError("latin-1 reads all bytes")


def _guessed(cells: list[bytes]) -> Guess | None:
    """The encoding that the cells look like; None where it is that of Western Windows, or unknown. Letters beyond ASCII
    that stand alone, as in "20 °C", are Western: those of Windows, unless it has no such letters or they make no words.
    """
    if any(_TOGETHER.search(cell) for cell in cells):
        return guess(cells)
    western = guess(cells, WESTERN)
    return western if western and not is_plausible(cells, "cp1252") else None


def _marked(content: bytes) -> str | None:
    """The wide encoding that a file's first bytes say, or the zero bytes of its first letters."""
    if content.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "utf-32"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in content[1:200:2] and b"\0" not in content[:200:2]:
        return "utf-16-le"
    return "utf-16-be" if b"\0" in content[:200:2] and b"\0" not in content[1:200:2] else None


def _bare(cell: str) -> str:
    """A cell without spaces and the single quotes that some programs write around texts."""
    cell = cell.strip()
    return cell[1:-1].strip() if len(cell) > 1 and cell[0] == cell[-1] == "'" else cell


def _value(cell: str) -> str:
    """What a cell says; nothing where it holds a mark of missing values."""
    value = _bare(cell)
    return "" if value.casefold() in _MISSING else value


def _without_separator(text: str) -> tuple[str, str]:
    """The text without a first line such as 'sep=;', and what that line says."""
    first, _, rest = text.partition("\n")
    said = _SEPARATOR.fullmatch(first.rstrip("\r"))
    return (rest, said[1]) if said else (text, "")


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
    """Cells between spaces; where some lines have more of them, the last one holds the rest of its line."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    fewest = min(map(len, lines), default=0)
    if fewest < 2:
        return lines
    return [line.split(None, fewest - 1) for line in map(str.strip, text.splitlines()) if line]


def _widths(lines: list[str], delimiter: str) -> tuple[int, int]:
    """The commonest number of columns, and how many lines have it."""
    try:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
    except csv.Error:
        return 0, 0
    return widths.most_common(1)[0] if widths else (0, 0)


def _has_row_names(header: list[str], rows: list[list[str]]) -> bool:
    """Whether each row begins with a number that has no name in the header, as R's write.table has it."""
    return bool(rows) and all(len(row) == len(header) + 1 and _bare(row[0]).isdigit() for row in rows)


def _overlong(whose: str, header: list[str], rows: list[list[str]], first: int) -> str:
    """A note on rows with more texts than the header names: mostly a delimiter within one that is not in quotes."""
    more = [number for number, row in enumerate(rows, first) if any(map(str.strip, row[len(header) :]))]
    if not more:
        return ""
    one = len(more) == 1
    which = f"Row {more[0]} of {whose} has" if one else f"{len(more):,} rows of {whose}, row {more[0]} first, have"
    return (
        f"{which} more columns than its header. Where a text holds a comma or another delimiter, put it into double "
        "quotes."
    )


def _header(cells: list[str], width: int) -> list[str]:
    """One name per column, none twice: an empty one is called by its number."""
    header: list[str] = []
    for index in range(width):
        given = names.shown(_bare(cells[index])) if index < len(cells) else ""
        name = given or f"column {index + 1}"
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
    columns = {names.shown(key): [_cell(row.get(key)) for row in rows] for key in keys if key not in nested}
    lists = tuple(names.shown(key) for key in keys if any(isinstance(row.get(key), list) for row in rows))
    return Table(path, columns, 1, tuple(sorted(nested)), note, lists=lists)


def _is_nested(value: object) -> bool:
    """Whether a value is more than a text, a number, or a list of these."""
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(one, list | dict) for one in value))


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "|".join(map(_cell, value))
    return "" if value is None else _value(str(value))
