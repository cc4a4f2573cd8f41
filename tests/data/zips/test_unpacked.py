"""What comes out of some 80 zips of every kind, word for word: files, manifest, or the reason why nothing does."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.data.zips.contents import Limits
from core.data.zips.unpack import MANIFEST, unpack
from core.errors import GraftError
from tests.recorded import Recorded

HERE = Path(__file__).parent
ZIPS = [json.loads(line) for line in (HERE / "unpacked.jsonl").read_text(encoding="utf-8").splitlines()]
NAMES = [f"{number:02}" for number in range(len(ZIPS))]


@pytest.fixture(scope="module")
def recorded():
    return Recorded(HERE / "unpacked.txt")


def files(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        name = ascii(path.relative_to(folder).as_posix())
        if path.name != MANIFEST:
            yield f"{name} {'folder' if path.is_dir() else path.stat().st_size}"


@pytest.mark.parametrize("name", NAMES)
def test_a_zip_gives_what_it_gave(name, tmp_path, recorded):
    one = ZIPS[int(name)]
    limits = Limits(**one["limits"]) if "limits" in one else None
    try:
        unpack(base64.b85decode(one["zip"]), tmp_path / "into", limits, "mine.zip")
        manifest = json.loads((tmp_path / "into" / MANIFEST).read_text(encoding="utf-8"))
        text = "\n".join([*files(tmp_path / "into"), *(f"{key}: {json.dumps(said)}" for key, said in manifest.items())])
    except GraftError as error:
        assert not (tmp_path / "into").exists()
        text = f"refused: {json.dumps(str(error))}"
    recorded.check(name, text)


def test_every_record_is_of_a_zip(recorded):
    recorded.check_all_are_used(NAMES)
