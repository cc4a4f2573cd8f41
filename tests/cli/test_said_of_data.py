"""What `graft data` says of small folders, word for word in `said_of_data.txt`, and the commands that show a list."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.backbones.pretrained import weights
from tests.cli.said import Told
from tests.cli.test_commands import graft  # noqa: F401 - a fixture
from tests.conftest import make_images
from tests.recorded import Recorded

RECORDED = Recorded(Path(__file__).with_name("said_of_data.txt"))
DATA = (
    "data DIVIDED",
    "data DIVIDED --json",
    "data DIVIDED --layout folders",
    "data DIVIDED --layout inner --json",
    "data DIVIDED --layout innermost",
    "data DIVIDED --layout without:val",
    "data VARIANTS",
    "data VARIANTS --json",
    "data VARIANTS --layout only:rgb",
    "data VARIANTS --layout none",
    "data TABLE",
    "data TABLE --json",
    "data TABLE --labels other.csv",
    "data TABLE --labels other.csv --file-column path --json",
    "data TABLE --labels other.csv --label-column kind",
    "data TABLE --labels labels.csv --label-column second",
    "data TABLE --labels labels.csv --file-column file --label-column first --json",
    "data TABLE --label-column second",
    "data TABLE --label-column nothing",
    "data TABLE --layout folders --labels other.csv --label-column kind",
    "data TABLE --task multilabel",
    "data TABLE --task several",
    "data SEVERAL",
    "data SEVERAL --json",
    "data SEVERAL --task classification",
    "data ALIKE --json",
    "data ALIKE --near-copies keep",
    "data ALIKE --near-copies drop",
    "data ALIKE --near-copies group",
    "data ALIKE --near-copies never",
    "data ALIKE --distinct a/03.png --distinct a/04.png",
    "data ODD",
    "data ODD --json",
    "data LONELY",
    "data LONELY/a",
    "data nowhere",
    "data sample:nothing",
    "data sample:signs --workspace elsewhere",
    "data sample:scenes --json",
    "data",
    "backbones",
    "backbones --json",
    "nothing",
)


def draw(path, seed, side=32):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 255, (side, side, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    return pixels


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A folder for each way in which one may be read."""
    root = tmp_path_factory.mktemp("data")
    for seed, name in enumerate(("grey", "rgb")):
        make_images(root / "VARIANTS" / name, ("bars", "cross", "disc"), per_class=7 + seed, seed=seed)
    for number in range(12):
        draw(root / "TABLE" / "all" / f"{number}.png", number)
        draw(root / "SEVERAL" / f"{number}.png", 20 + number)
    rows = [f"all/{n}.png,{'ab'[n % 2]},{'xyz'[n % 3]}" for n in range(12)]
    (root / "TABLE" / "labels.csv").write_text("\n".join(["file,first,second", *rows]) + "\n")
    rows = [f"{'one' if n < 5 else 'two'},all/{n}.png" for n in range(11)]
    (root / "TABLE" / "other.csv").write_text("\n".join(["kind,path", *rows]) + "\n")
    rows = [
        f"{n}.png,{'|'.join(name for at, name in enumerate(('sea', 'sky', 'sun')) if (n + at) % 3)}" for n in range(11)
    ]
    (root / "SEVERAL" / "labels.csv").write_text("\n".join(["file,labels", *rows]) + "\n")
    for number in range(9):
        draw(root / "ALIKE" / "b" / f"{number:02}.png", 40 + number)
    for number in range(8):
        pixels = draw(root / "ALIKE" / "a" / f"{number:02}.png", 60 + min(number, 3), side=64)
        pixels[:8, :8] += np.uint8(number > 3) * np.uint8(number)
        Image.fromarray(pixels).save(root / "ALIKE" / "a" / f"{number:02}.png")
    make_images(root / "ODD", ("[bold]a", "b\x1b\u202e"), per_class=6)
    (root / "ODD" / "[bold]a" / "note[1].jpg").write_text("no image")
    (root / "ODD" / "[bold]a" / "empty.png").touch()
    draw(root / "ODD" / ".hidden" / "1.png", 80)
    make_images(root / "ODD", ("to predict",), per_class=2, seed=7)
    make_images(root / "LONELY", ("a",), per_class=4)
    return root


@pytest.fixture
def told(graft, folders, divided, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.setattr(weights, "is_local", lambda entry: entry.name.startswith("res"))
    places = {one.name: one for one in folders.iterdir()}
    return Told(graft, {**places, "DIVIDED": divided, "WORKSPACE": tmp_path / "workspace"})


@pytest.mark.parametrize("line", DATA)
def test_a_command_says_of_data_what_it_always_said(told, line):
    RECORDED.check(line, told(line))


def test_nothing_else_is_recorded():
    RECORDED.check_all_are_used(DATA)
