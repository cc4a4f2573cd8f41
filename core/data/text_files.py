"""The beginnings of text files of any size, and what is of the expected kind in JSON that anyone may have written."""

import re
from pathlib import Path
from typing import Any

_HEAD = 1 << 16  # bytes


def head(path: Path, end: bool = False) -> str:
    """The first 64 KiB of a file, or the last ones; empty for one that cannot be read."""
    try:
        with path.open("rb") as file:
            if end:
                file.seek(max(0, path.stat().st_size - _HEAD))
            return file.read(_HEAD).decode("utf-8", "replace")
    except OSError:
        return ""


def keys(path: Path) -> set[str]:
    """The keys at the beginning and the end of a JSON file of any size."""
    return set(re.findall(r'"(\w+)"\s*:', head(path) + head(path, end=True)))


def list_in(value: Any) -> list[Any]:
    """A JSON value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def texts_in(value: Any) -> list[str]:
    """The texts in a JSON value that should be a list of such."""
    return [one for one in list_in(value) if isinstance(one, str)]


def named_texts_in(value: Any) -> dict[str, str]:
    """The texts by their keys in a JSON value that should be an object of such."""
    return {key: one for key, one in value.items() if isinstance(one, str)} if isinstance(value, dict) else {}
