"""The order in which people expect names with numbers."""

import re

_DIGITS = re.compile(r"([0-9]+)")


def natural_key(name: str) -> tuple[tuple[str | tuple[int, str], ...], str]:
    """Sorts 'class2' before 'class10', and names without digits as ever. Different names have different keys."""
    texts = _DIGITS.split(name)
    parts = tuple(_number(text) if index % 2 else text for index, text in enumerate(texts))
    return parts, name


def _number(digits: str) -> tuple[int, str]:
    # compared as text, because a number of 5,000 digits is a name too
    plain = digits.lstrip("0")
    return len(plain), plain
