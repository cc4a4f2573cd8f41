"""Cells of tables that hold JSON, or lists as Python writes them: plain labels, or values with an inner structure."""

import ast
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.data.layouts.boxed.columns import is_boxes
from core.data.layouts.words import plain

_OPENING = ("[", "{")
_OBJECT = re.compile(r"\[?\s*\{\s*['\"]\w")
_KEY = re.compile(r"['\"](\w+)['\"]\s*:")
_N = r"-?\d+(?:\.\d+)?"
_NUMBER = re.compile(_N)
_FOURS = re.compile(rf"[\[(]*\s*{_N}(?:[\s,;|]+{_N}){{3,}}\s*[\])]*")
_FEWEST = 5  # filled cells whose numbers tell boxes from lists of labels
_MANY = 12  # different numbers
_MOST_LETTERS = 100_000  # of a cell that is read as Python writes it
_DEEPEST = 100
_SHAPE = re.compile(
    r"(rectangle|polygon|brush|keypoint|ellipse|polyline|bitmask|mask)s?(labels?)?|points?|allpoints[xy]|exterior|geometry|"
    r"boundingbox(es)?|bitmap|shapeattributes|regionshapeattributes"
)


@dataclass(frozen=True, slots=True)
class Inner:
    """What the cells of a column with an inner structure hold: `labels`, one text per row, where they are plain
    labels, else None; `several`: whether they are lists; `shapes`: whether they are boxes or outlines of objects."""

    labels: list[str] | None = None
    several: bool = False
    shapes: bool = False


def inner_of(cells: Sequence[str]) -> Inner | None:
    """What the cells of a column hold within; None if they are plain texts.

    Label Studio writes one choice as it is, and several as `{"choices": ["cat", "dog"]}`, in one column.
    """
    if are_boxes(cells):
        return Inner(shapes=True)
    if not any(cell.startswith(_OPENING) for cell in cells):
        return None
    values = [_parsed(cell) for cell in cells]
    structured = [value for value in values if not isinstance(value, str)]
    plain_lists = all(isinstance(value, list) and not _is_deep(value) for value in structured)
    if not structured or (plain_lists and len(structured) < sum(map(bool, cells))):
        return None
    if has_shapes(structured) or _are_coordinates(structured):
        return Inner(shapes=True)
    labels = [_labels(value) for value in values]
    keys = {key for value in structured if isinstance(value, dict) for key in value}
    if len(keys) > 1 or any(one is None for one in labels):
        return Inner()
    texts = [one for one in labels if one is not None]
    if plain_lists and any(len(one) > 1 for one in texts):
        return None  # lists that are read as they are
    return Inner(_joined(texts), several=True)


def are_boxes(cells: Sequence[str]) -> bool:
    """Whether each filled cell lists four numbers, or as many for each of several boxes, that are of many values and
    now and then in no order: labels that are numbers stand in order, and in lists of all lengths."""
    filled = [cell for cell in cells if cell]
    if len(filled) < _FEWEST or not all(_FOURS.fullmatch(cell) for cell in filled):
        return False
    lists = [[float(number) for number in _NUMBER.findall(cell)] for cell in filled]
    if any(len(one) % 4 for one in lists):
        return False
    ordered = sum(one == sorted(set(one)) for one in lists)
    return len({number for one in lists for number in one}) >= _MANY and 4 * ordered <= 3 * len(lists)


def has_shapes(values: Iterable[object]) -> bool:
    """Whether parsed values hold boxes or outlines of objects at any depth."""
    return any(is_boxes(keys) or any(_SHAPE.fullmatch(plain(key)) for key in keys) for keys in _keys(list(values)))


def _is_deep(value: list[object]) -> bool:
    return any(isinstance(one, list | dict) for one in value)


def _parsed(cell: str) -> object:
    """The list or dictionary of a cell, or the cell."""
    if not cell.startswith(_OPENING):
        return cell
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        pass  # perhaps written by Python, with single quotes
    try:
        value = ast.literal_eval(cell) if len(cell) <= _MOST_LETTERS else None
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        value = None
    if isinstance(value, list | dict):
        return value
    # cut off, as by Excel, or with values such as nan
    return dict.fromkeys(_KEY.findall(cell)) if _OBJECT.match(cell) else cell


def _keys(value: object, depth: int = 0) -> Iterator[list[str]]:
    """The keys of all dictionaries in a value."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        yield [str(key) for key in value]
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _keys(one, depth + 1)


def _are_coordinates(values: Sequence[object]) -> bool:
    """Whether all values are lists of lists of numbers, or lists of four numbers that hardly repeat."""
    lists = [value for value in values if isinstance(value, list) and value]
    if not lists or len(lists) < sum(map(bool, values)):
        return False
    if all(isinstance(one, list) and _are_numbers(one) for value in lists for one in value):
        return True
    numbers = [one for value in lists for one in value]
    # labels repeat, coordinates hardly
    return all(len(value) == 4 and _are_numbers(value) for value in lists) and 2 * len(set(numbers)) > len(numbers)


def _are_numbers(values: Sequence[object]) -> bool:
    return bool(values) and all(isinstance(one, int | float) for one in values)


def _labels(value: object) -> list[str] | None:
    """The labels of a value: a text, a list of texts or numbers, or a dictionary with one of these; None for others."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        value = value[0]
    if isinstance(value, dict) and len(value) < 2:
        return _labels(next(iter(value.values()), []))
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        return [str(one) for one in value]
    return None


def _joined(labels: Sequence[Sequence[str]]) -> list[str]:
    """Labels as lists in one text: plain where there is one, else joined by what no label holds."""
    if all(len(one) < 2 for one in labels):
        return ["".join(one) for one in labels]
    if not any("," in label for one in labels for label in one):
        return [f"[{', '.join(one)}]" if len(one) > 1 else "".join(one) for one in labels]
    return ["|".join(one) for one in labels]
