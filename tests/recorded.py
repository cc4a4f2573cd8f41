"""What the code says of many inputs, kept word for word in a text file beside the test.

Any difference fails. One that is meant: `GRAFT_RECORD=1 pytest -n 0 FILE` writes the file anew; read the difference
before it is committed, for it is what users will see.
"""

import os
import re
from pathlib import Path

RECORDING = bool(os.environ.get("GRAFT_RECORD"))
_HEAD = re.compile(r"^=== (.*)$", re.MULTILINE)


class Recorded:
    """Texts by name in one file, in the order of their names' first use."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._new: dict[str, str] = {}
        self._kept = {} if RECORDING or not file.exists() else _read(file.read_text(encoding="utf-8"))

    def check(self, name: str, text: str) -> None:
        """Fails where `text` is not what was recorded under `name`, to the letter."""
        assert "\n" not in name
        assert not _HEAD.search(text)
        assert name not in self._new, "checked twice"
        self._new[name] = text
        if RECORDING:
            self._file.write_text("".join(f"=== {key}\n{one}\n" for key, one in self._new.items()), encoding="utf-8")
            return
        assert name in self._kept, f"nothing is recorded of {name!r}: see tests/recorded.py"
        assert text.split("\n") == self._kept[name].split("\n")

    def known(self, name: str) -> str:
        """What is recorded under `name`; while all is recorded anew, what was checked in this run."""
        return (self._new if RECORDING else self._kept).get(name, "")

    def check_all_are_used(self, names: object) -> None:
        """Fails where something is recorded that no test asks for any more."""
        assert RECORDING or list(self._kept) == list(names)


def _read(content: str) -> dict[str, str]:
    parts = _HEAD.split(content)
    return {
        name: text.removeprefix("\n").removesuffix("\n") for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }
