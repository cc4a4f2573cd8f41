"""The words that folders, files and columns are known by, to the last one: one that is lost by accident is read as a
class, in silence."""

import importlib
import pkgutil
from pathlib import Path
from typing import Any

import pytest

from core.data.layouts import vocabulary
from tests.recorded import Recorded

MODULES = sorted(module.name for module in pkgutil.iter_modules(vocabulary.__path__))


@pytest.fixture(scope="module")
def recorded():
    return Recorded(Path(__file__).with_name("vocabulary.txt"))


def lines(name: str, value: Any) -> list[str]:
    """What a constant holds, a line for each of its keys or members, sorted where it has no order."""
    if isinstance(value, dict):
        return [line for key, one in value.items() for line in lines(f"{name} {key}", one)]
    if isinstance(value, tuple) and not all(isinstance(one, str) for one in value):
        return [line for number, one in enumerate(value) for line in lines(f"{name} {number}", one)]
    words = sorted(map(str, value)) if isinstance(value, frozenset) else [value] if isinstance(value, str) else value
    return [f"{name}: {' | '.join(words)}"]


@pytest.mark.parametrize("module", MODULES)
def test_words_mean_what_they_always_meant(module, recorded):
    constants = vars(importlib.import_module(f"{vocabulary.__name__}.{module}")).items()
    known = [
        (name, value) for name, value in constants if name.isupper() and isinstance(value, dict | frozenset | tuple)
    ]
    recorded.check(module, "\n".join(line for name, value in known if name[0] != "_" for line in lines(name, value)))


def test_nothing_else_is_recorded(recorded):
    recorded.check_all_are_used(MODULES)
