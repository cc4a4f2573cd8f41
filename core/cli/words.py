"""Choices of a reading as options of the command line."""

import shlex
from collections.abc import Mapping

from core.wording import OWN, worded


def options(reading: Mapping[str, str]) -> str:
    """Fields of `Reading` as options, such as '--layout only:color'."""
    return " ".join(_option(field, value) for field, value in reading.items())


def in_options(text: str) -> str:
    """A sentence of the engine for a terminal: '... (`--task multilabel`).'"""
    return worded(text, lambda reading: f"`{options(reading)}`")


def _option(field: str, value: str) -> str:
    name = f"--{field.replace('_', '-')}"
    if value == OWN:
        return name
    return f"{name} {shlex.quote(value) if value.isprintable() else repr(value)}"
