"""The engine from a terminal."""

from core.cli.commands import main
from core.cli.show import people

__all__ = ["main", "people"]
