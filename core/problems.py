"""What pydantic found wrong, as a message in our own words: short, whatever was given."""

import re
import reprlib
from typing import Any

from pydantic import ValidationError

from core.text import short

MOST = 8  # problems in one message
_BRIEF = reprlib.Repr()  # never builds the text of a value that is cut
_BRIEF.maxlevel, _BRIEF.maxstring, _BRIEF.maxother, _BRIEF.maxlong = 2, 40, 40, 40
_BRIEF.maxlist = _BRIEF.maxtuple = _BRIEF.maxdict = 2
_WORDS = {
    "missing": "is missing", "extra_forbidden": "there is no such field",
    "tuple_type": "must be a list", "list_type": "must be a list",
    "model_type": "must hold fields and their values", "dict_type": "must hold fields and their values",
    "string_type": "must be text", "finite_number": "must be a finite number",
    "int_type": "must be a whole number", "int_parsing": "must be a whole number", "int_from_float": "must be whole",
    "float_type": "must be a number", "float_parsing": "must be a number",
    "bool_type": "must be true or false", "bool_parsing": "must be true or false",
}  # fmt: skip
_LENGTH = re.compile(r".* should have (at (?:least|most) \d+ \w+).*", re.DOTALL)
_ALTERNATIVE = re.compile(r"\W|^(int|float|str|bool)$")  # in a place: the kind that was tried, no field


def problems(error: ValidationError) -> str:
    """The first problems as `field: what is wrong (got ...)`, joined by semicolons, and how many more there are."""
    by_field = dict[str, tuple[list[str], Any]]()
    found = error.errors(include_url=False, include_context=False)
    for item in found:
        if item["type"] == "too_short" and any(_is_inside(other["loc"], item["loc"]) for other in found):
            continue  # entries that are wrong are not counted: what is wrong with them is said
        field = _field(item)
        words, _ = by_field.setdefault(field, ([], item))
        words.append(_words(item["type"], item["msg"]))
    sentences = [_sentence(field, words, item) for field, (words, item) in list(by_field.items())[:MOST]]
    return "; ".join(sentences) + (f"; and {len(by_field) - MOST} more" if len(by_field) > MOST else "")


def _field(item: Any) -> str:
    """Where it is wrong. What a user called a field stays, also where it looks like a kind."""
    place = item["loc"]
    own = place[-1:] if item["type"] == "extra_forbidden" else ()
    ours = place[: len(place) - len(own)]
    names = [part for part in ours if isinstance(part, int) or not _ALTERNATIVE.search(part)]
    return ".".join(map(str, (*names, *own)))


def _sentence(field: str, words: list[str], item: Any) -> str:
    if not field and isinstance(item["input"], dict):  # how fields go together: the whole would not fit in a sentence
        return ", or ".join(dict.fromkeys(words))
    got = "" if item["type"] == "missing" else f" (got {_BRIEF.repr(item['input'])})"
    return f"{short(field) or 'all of it'}: {', or '.join(dict.fromkeys(words))}{got}"


def _words(kind: str, message: str) -> str:
    """Pydantic's sentence as one of ours."""
    if kind in _WORDS:
        return _WORDS[kind]
    if length := _LENGTH.fullmatch(message):
        return f"must have {length[1]}"
    return short(message.removeprefix("Value error, ").replace("Input should be", "must be"), 160)


def _is_inside(place: tuple[int | str, ...], outer: tuple[int | str, ...]) -> bool:
    return len(place) > len(outer) and place[: len(outer)] == outer
