"""Columns of yes and no, however they are written."""

import re
from collections.abc import Sequence

from core.data.layouts.words import plain

_YES = frozenset(
    ("1", "1.0", "true", "t", "yes", "y", "x", "ja", "j", "oui", "o", "si", "sí", "s", "sim", "да", "д", "是", "はい",
     "예", "tak", "evet", "v", "✓", "✔", "*", "+")
)  # fmt: skip
_NO = frozenset(
    ("", "0", "0.0", "false", "f", "no", "n", "nein", "non", "não", "nao", "нет", "н", "否", "いいえ", "아니오", "nie",
     "nee", "hayır", "-", ".")
)  # fmt: skip
_EXCLUDED = re.compile(
    r"(exclu(de|ded|sion)|ignored?|skip(ped)?|deleted?|removed?|discard(ed)?|dropp?(ed)?|duplicated?|corrupt(ed)?|"
    r"invalid|unusable)"
)
_FLAG = re.compile(rf"(is|to|was|flag)?{_EXCLUDED.pattern}(is|flag)?")
_OUT = frozenset(("unused", "notused", "rejected", "leftout"))


def are_flags(values: Sequence[str]) -> bool:
    """Whether a column says yes of some rows and no, or nothing, of the others."""
    different = {value.casefold() for value in values}
    return different <= _YES | _NO and bool(different & _YES) and bool(different & _NO)


def is_yes(value: str) -> bool:
    """Whether the value of a flag is yes."""
    return value.casefold() in _YES


def is_no(value: str) -> bool:
    """Whether the value of a flag is no, or nothing."""
    return value.casefold() in _NO


def excludes(column: str) -> bool:
    """Whether a column's name says that the rows it marks are not wanted: 'is_excluded'."""
    return bool(_FLAG.fullmatch(plain(column)))


def is_excluded(value: str) -> bool:
    """Whether a value beside those of parts says that a row is in none of them: 'discarded'."""
    letters = plain(value)
    return bool(_EXCLUDED.fullmatch(letters)) or letters in _OUT
