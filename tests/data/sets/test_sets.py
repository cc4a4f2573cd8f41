"""What is said of some 100 sets of small images and how they are divided, word for word.

`sets.jsonl` holds them: a number stands for an image drawn from it (`smooth`), a text for the bytes of any other file.
Together they lead through every branch of the check and of the division that the tests of other sets go. `sets.txt` has
what is said of each.
"""

import base64
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.data.dataset import Dataset
from core.data.report import describe
from core.data.sources import load_dataset
from core.data.split import Split, make_split
from core.errors import GraftError
from core.experiment import Reading, SplitSpec
from tests.data.conftest import encode, smooth
from tests.recorded import Recorded

HERE = Path(__file__).parent
SETS = [json.loads(line) for line in (HERE / "sets.jsonl").read_text(encoding="utf-8").splitlines()]
NAMES = [f"{number:03}" for number in range(len(SETS))]
SPLITS = (
    SplitSpec(), SplitSpec(seed=3, val=0.3, test=0.1, near_copies="drop"), SplitSpec(near_copies="keep", test=0.0)
)  # fmt: skip


@pytest.fixture(scope="module")
def recorded():
    return Recorded(HERE / "sets.txt")


def made(folders: Mapping[str, Mapping[str, int | str]], root: Path) -> Path:
    for folder, files in folders.items():
        (root / folder).mkdir(parents=True, exist_ok=True)
        for name, what in files.items():
            content = encode(smooth(what)) if isinstance(what, int) else base64.b85decode(what)
            (root / folder / name).write_bytes(content)
    return root


def of_dataset(dataset: Dataset) -> list[str]:
    images = [
        f"{one.name} {dataset.label_of(one)} {one.part or ''} {one.width}x{one.height} {one.look} "
        f"{one.value_range or ''} {'finer' if one.finer else ''} {' '.join(one.notes)}"
        for one in dataset.items
    ]
    return [f"{dataset.name}: {', '.join(dataset.classes)}", *map(str.rstrip, images)]


def of_split(dataset: Dataset, split: Split, spec: SplitSpec) -> list[str]:
    parts = [
        f"{part}: {' '.join(dataset.items[index].name for index in getattr(split, part))}"
        for part in ("train", "val", "test")
    ]
    near = split.near
    return [
        f"-- seed {spec.seed}, {spec.near_copies}", *parts,
        *(f"left out: {one.name}: {one.reason}" for one in split.left_out),
        *(f"note: {note}" for note in split.notes),
        f"near: groups {near.groups}, scenes {near.scenes}, conflicts {near.conflicts}",
    ]  # fmt: skip


def said(source: Path, reading: Reading, workspace: Path) -> str:
    dataset = load_dataset(str(source), workspace, reading=reading)
    splits = [make_split(dataset, spec) for spec in SPLITS]
    report = describe(dataset, splits[0])
    told = {**report.as_dict(), "image_notes": report.image_notes, "line": report.line}
    return "\n".join(
        [
            *(f"{key}: {json.dumps(one, ensure_ascii=False)}" for key, one in told.items()), *of_dataset(dataset),
            *(line for spec, split in zip(SPLITS, splits, strict=True) for line in of_split(dataset, split, spec)),
        ]
    )  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_set_is_told_and_divided_as_it_was(name, tmp_path, recorded):
    one = SETS[int(name)]
    root = made(one["folders"], tmp_path / "set")
    try:
        text = said(root, Reading(**one.get("reading", {})), tmp_path / "workspace")
    except GraftError as error:
        text = f"refused: {error}"
    recorded.check(name, text.replace(str(tmp_path), "HERE"))
    shutil.rmtree(root)


def test_every_record_is_of_a_set(recorded):
    recorded.check_all_are_used(NAMES)
