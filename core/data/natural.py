"""The order in which people expect names with numbers."""

import re

_DIGITS = re.compile(r"([0-9]+)")
_BELOW_ZERO = re.compile(r"[-\u2212][0-9]+")
_OPPOSITE = str.maketrans("0123456789", "9876543210")


def natural_key(name: str) -> tuple[tuple[str | tuple[int, str], ...], str]:
    """Sorts 'class2' before 'class10', '-10' before '-2' and both before '0', and names without digits as ever.
    Different names have different keys."""
    if _BELOW_ZERO.fullmatch(name):
        size, digits = _number(name[1:])
        return ("", (-size, digits.translate(_OPPOSITE))), name
    texts = _DIGITS.split(name)
    parts = tuple(_number(text) if index % 2 else text for index, text in enumerate(texts))
    return parts, name


def _number(digits: str) -> tuple[int, str]:
    # compared as text, because a number of 5,000 digits is a name too
    plain = digits.lstrip("0")
    return len(plain), plain
