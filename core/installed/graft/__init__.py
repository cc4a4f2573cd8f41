"""Graft: fine-tune pretrained vision models on few images. The one name that an installation adds.

The program lies beside this file as it lies in its repository; there this file is found by a path of its own.
"""

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
if (_HERE / "core").is_dir() and str(_HERE) not in sys.path:
    sys.path.insert(0, str(_HERE))

from core import GraftError, load_model, open_workspace, predict, train  # noqa: E402 - found by now

__all__ = ["GraftError", "load_model", "open_workspace", "predict", "train"]


def main() -> None:
    """The command `graft`."""
    from core.cli import main as run

    run()
