"""What is made of some 540 folders and of each in a dozen variations, word for word.

`folders.jsonl` holds the folders: together they lead through every branch of the reading that any test goes. What is
told of each stands in `told.txt` in full, what of a variation as a line with a digest of the same text; to see that
text before and after a change: `python -m tests.data.layouts.told.test_told NUMBER VARIATION`.
"""

import hashlib
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.data.layout import read_layout
from core.data.layouts.assigned import Layout
from core.errors import GraftError, UnclearLayout
from core.experiment import Reading
from tests.data.layouts.told.variations import VARIATIONS
from tests.recorded import Recorded

HERE = Path(__file__).parent
FOLDERS = [json.loads(line) for line in (HERE / "folders.jsonl").read_text(encoding="utf-8").splitlines()]
EVERY = 6  # a folder has one of so many variations: all of them take a minute
NAMES = [f"{number:03}" for number in range(len(FOLDERS))]


@pytest.fixture(scope="module")
def recorded():
    return Recorded(HERE / "told.txt")


def files_of(folder: Mapping) -> dict[str, str | None]:
    """Paths with the text of each file; None for an image, and for a folder, whose path ends with a slash."""
    found: dict[str, str | None] = {}
    for path, names in folder.get("folders", {}).items():
        found |= {f"{path}/{name}" if path else name: None for name in names} or {f"{path}/": None}
    return found | folder.get("texts", {})


def told(files: Mapping[str, str | None], reading: Reading, root: Path) -> str:
    """All that is said of a folder with these files."""
    for folder in sorted({path.rpartition("/")[0] for path in files}):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        if not path.endswith("/"):
            with open(f"{root}/{path}", "wb") as file:
                file.write((text or "").encode())
    try:
        return said(read_layout(root, reading)).replace(str(root), "ROOT")
    except UnclearLayout as unclear:
        ways = [f"- {json.dumps(dict(way.reading))} {way.says} | {way.gives} | {dict(way.counts)}"
                for way in unclear.choices]  # fmt: skip
        return "\n".join([f"asked: {unclear.question}", *ways]).replace(str(root), "ROOT")
    except GraftError as error:
        return f"refused: {error}".replace(str(root), "ROOT")


def said(layout: Layout) -> str:
    """Everything that a layout holds, sorted where its order is of no matter."""
    images: dict[str, list[str]] = {}
    for one in layout.found:
        label = "+".join(sorted(one.classes)) if layout.multilabel else one.label
        images.setdefault(f"{one.part or 'all'} {label}", []).append(one.name)
    left_out = sorted((one.name, one.reason) for one in layout.left_out)
    return "\n".join(
        [
            f"read: {'several labels' if layout.multilabel else 'classes'} {', '.join(sorted(layout.classes))}",
            *(f"- {key}: {len(names)}: {' '.join(sorted(names))}" for key, names in sorted(images.items())),
            *(f"left out: {file}: {reason}" for file, reason in left_out),
            *(f"note: {note}" for note in layout.notes),
            *(f"to predict: {path.relative_to(layout.root).as_posix()}" for path in layout.unlabelled),
            *([f"columns: {', '.join(layout.columns)}"] if layout.columns else []),
            f"reading: {json.dumps(layout.reading.model_dump(exclude_defaults=True))}",
        ]
    )


def varied(number: int, name: str, root: Path) -> str:
    """What is said of one variation of a folder."""
    folder = FOLDERS[number]
    files = VARIATIONS[name](files_of(folder))
    return told(files, Reading(**folder.get("reading", {})), root)


def summary(text: str) -> str:
    return f"{text.split(':')[0]} {hashlib.blake2b(text.encode(), digest_size=5).hexdigest()}"


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_is_told_as_it_was(name, tmp_path, recorded):
    lines = [varied(int(name), "as it is", tmp_path / "set")]
    for variation in list(VARIATIONS)[1 + int(name) % EVERY :: EVERY]:
        lines.append(f"{variation}: {summary(varied(int(name), variation, tmp_path / variation / 'set'))}")
    recorded.check(name, "\n".join(lines))


def test_every_record_is_of_a_folder(recorded):
    recorded.check_all_are_used(NAMES)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        sys.stdout.write(varied(int(sys.argv[1]), sys.argv[2], Path(made) / "set") + "\n")
