"""Graft: fine-tune pretrained vision models on few images. The one name that an installation adds.

The program lies beside this file as it lies in its repository; there this file is found by a path of its own. It
imports itself as `core`: this name is taken once `graft` is imported, every other one stays the user's.
"""

import importlib
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def _import_core() -> None:
    place = str(_HERE)
    known = place in sys.path
    sys.path.insert(0, place)
    try:
        core = importlib.import_module("core")
    finally:
        sys.path.remove(place)
    if not known:
        sys.path.append(place)  # behind the user's own: processes that are started later import from it
    if Path(str(core.__file__)).resolve().parent != _HERE / "core":
        raise ImportError(
            f"Graft needs the module name 'core', and {core.__file__} has it already. Import graft in a process of its "
            "own, before that module, or rename it."
        )


if (_HERE / "core").is_dir():
    _import_core()

from core import GraftError, load_model, open_workspace, predict, train  # noqa: E402 - found by now

__all__ = ["GraftError", "load_model", "open_workspace", "predict", "train"]


def main() -> None:
    """The command `graft`."""
    from core.cli import main as run

    run()
