"""What is said of sets of images that are called in unusual ways, and how they are divided, word for word.

`sets.jsonl` holds them: the name and the class of each image, with what makes it differ from the others. They have no
pixels. `sets.txt` has what is said of each.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.data.dataset import Dataset, Item
from core.data.split import make_split
from core.experiment import SplitSpec
from tests.recorded import Recorded

HERE = Path(__file__).parent
SETS = [json.loads(line) for line in (HERE / "sets.jsonl").read_text(encoding="utf-8").splitlines()]
NAMES = [f"{number:03}" for number in range(len(SETS))]
PARTS = ("train", "val", "test")


@pytest.fixture(scope="module")
def recorded():
    return Recorded(HERE / "sets.txt")


def dataset_of(one: Mapping) -> Dataset:
    items = []
    for number, (name, label, *more) in enumerate(one["items"]):
        differs = more[0] if more else {}
        digest = hashlib.sha256(str(differs.get("same_as", number)).encode()).hexdigest()
        several = None if isinstance(label, int) else tuple(label)
        items.append(
            Item(
                Path(name), name, label if several is None else -1, *differs.get("size", one["size"]), digest,
                differs.get("part"), tuple(differs.get("notes", ())), labels=several, look=differs.get("look", ""),
            )
        )  # fmt: skip
    return Dataset("x", "x", tuple(one["classes"]), tuple(items), task=one.get("task", "classification"))


@pytest.mark.parametrize("name", NAMES)
def test_a_set_is_divided_as_it_was(name, recorded):
    one = SETS[int(name)]
    dataset = dataset_of(one)
    split = make_split(dataset, SplitSpec(**one.get("spec", {})), **one.get("how", {}))
    parts = [f"{part}: {' '.join(dataset.items[index].name for index in getattr(split, part))}" for part in PARTS]
    left_out = [f"left out: {image.name}: {image.reason}" for image in split.left_out]
    near = f"near: groups {split.near.groups}, scenes {split.near.scenes}, conflicts {split.near.conflicts}"
    recorded.check(name, "\n".join([*(f"note: {note}" for note in split.notes), *left_out, *parts, near]))


def test_nothing_else_is_recorded(recorded):
    recorded.check_all_are_used(NAMES)
