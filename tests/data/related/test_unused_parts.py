"""Folders called like parts that are not used, or taken for classes, are told."""

import pytest

from core.data.split import make_split
from core.experiment import Reading, SplitSpec


def told(dataset):
    return [note for note in make_split(dataset, SplitSpec()).notes if "called like parts" in note]


@pytest.mark.parametrize(("layout", "what"), [("innermost", "divided anew"), ("inner", "taken for classes")])
def test_parts_below_other_folders(folder_of, read, layout, what):
    places = [f"{top}/{part}/{c}" for top in ("a", "b") for part in ("train", "val", "test") for c in ("cat", "dog")]
    content = {f"{place}/{n}.png": 10 * k + n for k, place in enumerate(places) for n in range(3)}
    (note,) = told(read(folder_of(content), reading=Reading(layout=layout)))
    assert what in note
    assert "'test', 'train' and 'val'" in note


def test_parts_that_are_kept_and_a_class_of_such_a_name(folder_of, read):
    kept = {f"{part}/{c}/{n}.png": 20 * k + 5 * m + n for k, part in enumerate(("train", "test"))
            for m, c in enumerate(("cat", "dog")) for n in range(4)}  # fmt: skip
    assert told(read(folder_of(kept, "kept"))) == []
    vehicles = {f"{c}/{n}.png": 20 * k + n for k, c in enumerate(("train", "bus", "car")) for n in range(4)}
    assert told(read(folder_of(vehicles, "vehicles"))) == []
