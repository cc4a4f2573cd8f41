"""Versions of one image in several given parts are told; the parts are kept."""

import pytest

from core.data.split import make_split
from core.experiment import SplitSpec
from tests.data.related.test_counterparts import HASHES, altered

PARTS = ("train", "train", "val", "test")


def spread(form, made, second=altered, apart=1, count=17):
    """Images by number in one part, and what was made of them in the next but `apart`."""
    found = {}
    for place, label in enumerate(("cat", "dog")):
        for number in range(1, count - 4 * place):
            seed = 100 * place + number
            words = {"c": label, "i": number, "h": HASHES[number]}
            found[f"{PARTS[number % 4]}/{form.format(**words)}"] = seed
            found[f"{PARTS[(number + apart) % 4]}/{made.format(**words)}"] = second(seed)
    return found


def told(dataset):
    split = make_split(dataset, SplitSpec())
    return [note for note in split.notes if "images in different parts are called like versions" in note]


@pytest.mark.parametrize(
    ("form", "made"),
    [
        ("{c}/IMG_{i:04}.png", "{c}/IMG_{i:04}_aug.png"),
        ("{c}/{h}.png", "{c}/{h}_aug.png"),
        ("{c}/IMG_{i:04}_jpg.rf.{h}a.png", "{c}/IMG_{i:04}_jpg.rf.{h}b.png"),
        ("{c}/IMG_{i:04}.png", "{c}/IMG_{i:04}.png"),
        ("{c}/IMG_{i:04}.png", "{c}/crop/IMG_{i:04}.png"),
    ],
)
def test_versions_in_other_parts_are_told(folder_of, read, form, made):
    dataset = read(folder_of(spread(form, made)))
    before = {item.name: item.part for item in dataset.items}
    (note,) = told(dataset)
    assert note.split()[0] in ("42", "44", "48")
    assert "scores will be too good" in note
    split = make_split(dataset, SplitSpec())
    assert {before[dataset.items[index].name] for index in split.test} == {"test"}


def test_versions_in_their_own_part_and_parts_that_count_for_themselves_are_not(folder_of, read):
    own = spread("{c}/IMG_{i:04}.png", "{c}/IMG_{i:04}_aug.png", apart=0)
    assert told(read(folder_of(own, "own"))) == []
    counted = {
        f"{part}/{c}/{n}{end}.png": 1000 * p + 200 * m + 2 * n + (end != "")
        for p, (part, count) in enumerate((("train", 30), ("val", 11), ("test", 12)))
        for m, c in enumerate(("cat", "dog"))
        for n in range(1, count)
        for end in ("", "_aug")[: 1 + (part == "train" and n < 20)]
    }
    assert told(read(folder_of(counted, "counted"))) == []
