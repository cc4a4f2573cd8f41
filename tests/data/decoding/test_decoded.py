"""What becomes of small files of every format, whole and damaged: size, colours and notes, or the reason.

The formats themselves lose no colours here, or their libraries are pinned: the numbers are the same on every machine.
"""

import base64
import json
from pathlib import Path

import pytest

from core.data.images import decode
from core.errors import UnreadableImage
from tests.recorded import Recorded

HERE = Path(__file__).parent
FILES = [json.loads(line) for line in (HERE / "decoded.jsonl").read_text(encoding="utf-8").splitlines()]
NAMES = [f"{number:03}" for number in range(len(FILES))]
RANGES = (None, (-1.0, 3.0))


@pytest.fixture(scope="module")
def recorded():
    return Recorded(HERE / "decoded.txt")


def said(content, value_range):
    try:
        found = decode(content, value_range)
    except UnreadableImage as error:
        return f"refused: {error}"
    height, width = found.pixels.shape[:2]
    colours = [found.pixels[0, 0], found.pixels[-1, 0], found.pixels[0, -1], found.pixels.mean((0, 1)).round()]
    shown = ", ".join(" ".join(f"{value:.0f}" for value in colour) for colour in colours)
    return "\n".join([f"{width} x {height}: {shown}", f"values {found.values}", *found.notes])


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_decoded_as_it_was(name, recorded):
    content = base64.b85decode(FILES[int(name)])
    first, second = (said(content, value_range) for value_range in RANGES)
    recorded.check(name, first if first == second else f"{first}\nwith a range:\n{second}")


def test_every_record_is_of_a_file(recorded):
    recorded.check_all_are_used(NAMES)
