"""What a text or table beside the images says of them: which part it lists, or which of them it names."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from core.data.layouts.columns import same_partition
from core.data.layouts.divided import divide, is_fold_column, is_split, kind_of_file
from core.data.layouts.tables import SUFFIXES, Table, read_table
from core.data.layouts.vocabulary import groups, parts
from core.data.layouts.vocabulary.letters import folded
from core.data.layouts.words import PREDICT, kind_of, part_words
from core.data.related.affixes import NEARLY_ALL
from core.data.text_files import head
from core.errors import UnusableDataset

LISTS = frozenset((".txt", ".csv", ".tsv", ".lst", ".list", ".json", ".jsonl", ".yaml", ".yml"))
_KEYED = frozenset((".json", ".yaml", ".yml"))
_NAME = re.compile(r"[^\s,;|\"'/\\\[\]{}]+")
_KEY = re.compile(r"[\"']?([\w +-]+)[\"']?\s*:")
_ENDING = re.compile(r"\.[A-Za-z]\w{1,4}")
_LARGEST = 4 << 20  # bytes of a text whose names are all looked for
_FEWEST = 2  # images that a list names
_MOST_CODES = 20

Labels = Mapping[str, str]  # the class of each image, by the stem of its name in lower case


def listed_part(path: Path, labels: Labels) -> str:
    """The part whose images a file lists, 'all' for several parts, empty for any other file."""
    if path.suffix.lower() not in LISTS:
        return ""
    if len(part_words(path.stem) - {PREDICT}) > 1:
        return "all"
    kind = kind_of_file(path.stem)
    if kind == PREDICT:
        return ""
    if kind is None or _DIVISIONS & _pieces(path.stem):  # 'list_eval_partition'
        return "all" if _has_parts(path, labels) else ""
    text = head(path)
    return str(kind) if _names(text) & labels.keys() or _is_bare(text) else ""


def names_some(path: Path, labels: Labels) -> int:
    """How many images a list names, if it names some of them but not nearly all; otherwise 0."""
    text = _whole(path) if path.suffix.lower() in LISTS - {".json", ".jsonl"} else ""
    lines = [line for line in text.splitlines() if line.strip()]
    bare = _is_bare(text)
    named = [{stem for stem in _stems_in(line, bare) if stem in labels} for line in lines]
    found = set().union(*named)
    surely = 2 * sum(map(bool, named)) >= len(lines) or path.suffix.lower() in _KEYED
    return len(found) if surely and _FEWEST <= len(found) < NEARLY_ALL * len(labels) else 0


def _stems_in(line: str, bare: bool) -> Iterable[str]:
    """The stems of what may be names of images in a line. A number is one only with an ending or alone."""
    for name in map(str.casefold, _NAME.findall(line)):
        stem = name.rpartition(".")[0] if _ENDING.search(name) else name
        if bare or stem != name or not stem.isdigit():
            yield stem


def _is_bare(text: str) -> bool:
    """Whether a text has one name or number in each of its lines, and at least two lines."""
    lines = text.split("\n")
    return len(text.split()) > 1 and all(len(line.split()) < 2 and "," not in line for line in lines)


def _whole(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace") if path.stat().st_size <= _LARGEST else ""
    except OSError:
        return ""


def _names(text: str) -> set[str]:
    found = {name.casefold() for name in _NAME.findall(text)}
    return found | {name.rpartition(".")[0] for name in found}


def _has_parts(path: Path, labels: Labels) -> bool:
    """Whether a table or text lists images of several parts."""
    text = head(path)
    if not _names(text) & labels.keys():
        return False
    if path.suffix.lower() in _KEYED:
        return len({kind_of(key.strip()) for key in _KEY.findall(text)} - {None, PREDICT}) > 1
    if path.suffix.lower() not in SUFFIXES:
        return False
    try:
        table = read_table(path, bool(_names(text.partition("\n")[0]) & labels.keys()))
    except UnusableDataset:
        return False
    if any(is_fold_column(name, values) for name, values in table.columns.items()):
        return True
    kinds = {kind_of(value) for values in table.columns.values() for value in set(values)} - {None, PREDICT}
    return (len(kinds) > 1 and bool(divide(table, "").column)) or _has_codes(table, labels)


def _has_codes(table: Table, labels: Labels) -> bool:
    """Whether a table called after a division, or with a column called so, has a column of codes that are not those of
    the classes."""
    rows = range(table.rows)
    images = next((values for values in table.columns.values() if any(_stem(v) in labels for v in values[:9])), [])
    known = [row for row in rows if images and _stem(images[row]) in labels]
    classes = [labels[_stem(images[row])] for row in known]
    for name, values in table.columns.items():
        codes = [values[row] for row in known]
        called = is_split(name) or bool(_DIVISIONS & _pieces(table.path.stem))
        if called and 1 < len(set(codes)) <= _MOST_CODES and all(map(str.isdecimal, codes)):
            return not same_partition(classes, codes)
    return False


_DIVISIONS = groups.FOLDS | parts.COLUMNS - {"set", "dataset"}


def _pieces(stem: str) -> set[str]:
    return {folded(piece) for piece in re.split(r"[\W\d_]+", stem)}


def _stem(name: str) -> str:
    name = name.casefold().replace("\\", "/").rpartition("/")[2]
    return name.rpartition(".")[0] if _ENDING.search(name) else name
