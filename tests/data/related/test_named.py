"""What is said of images that are called in hundreds of ways, and which of them stay together, word for word.

Names alone are looked at: the images have no pixels.
"""

import hashlib
from itertools import product
from pathlib import Path

import pytest

from core.data.dataset import Dataset, Item
from core.data.split import make_split
from core.experiment import SplitSpec
from tests.recorded import Recorded

WORDS = ["ant", "bee", "cow", "doe", "elk", "fox", "gnu", "hen", "ibis", "jay", "kite", "lark"]
BASES = {  # the name of image `n` of a class
    "leaf": lambda n, label: f"leaf{n}",
    "camera": lambda n, label: f"IMG_{2 * n + 1:04}",
    "class": lambda n, label: f"{label}.{n}",
    "number": lambda n, label: f"{n}",
    "long number": lambda n, label: f"{n * 7919 % 100003:08}",
    "subject": lambda n, label: f"p{n // 2:02}_eye{n % 2 + 1}",
    "word": lambda n, label: WORDS[n],
    "day": lambda n, label: f"2021-03-{n + 1:02} 10.00",
    "spaces": lambda n, label: f"a b ({n})",
    "keras": lambda n, label: f"{label}_0_{n * 7919 % 10007}",
    "digits behind": lambda n, label: f"x1{n}0",
    "dots": lambda n, label: f"{label}.v2.{n}",
}
VERSIONS = {  # what is behind it in each of its versions
    "one": ("",), "flip": ("", "_flip"), "letters": ("_a", "_b"), "sides": ("(left)", "(right)"), "copy": ("", " (1)"),
    "aug": ("", "_aug_1", "_aug_2"), "made": ("_original", "_cropped"), "mask": ("", "_mask"),
    "small": ("", "-150x120"),
    "letter": ("l", "r"), "generated": ("_0_1234567", "_0_89"), "screen": ("", "@2x"), "AUG": ("_AUG", ""),
    "export": (f"_jpg.rf.{7:032x}", f"_jpg.rf.{8:032x}"), "rot": ("_rot90", "_rot180", ""), "edited": ("", "-edited"),
    "bw": ("_bw", "_rgb"), "three": ("_1", "_2", "_3"), "crop": ("", "_crop_0", "_crop_1"), "depth": ("_rgb", "_depth"),
}  # fmt: skip
PLACES = {  # where version `v` of image `n` lies
    "class": lambda v, n, label: label,
    "version": lambda v, n, label: f"{label}/{('full', 'small', 'extra')[v]}",
    "version around": lambda v, n, label: f"{('left', 'right', 'top')[v]}/{label}",
    "part": lambda v, n, label: f"{('train', 'val', 'test')[n % 3]}/{label}",
    "part of version": lambda v, n, label: f"{('train', 'val', 'test')[v]}/{label}",
    "session": lambda v, n, label: f"{label}/session{n % 2 + 1}",
}
COUNTS = {"cat": 9, "dog": 7}
STEP = 5  # of all ways one in so many: 12 x 20 x 6 of them would take a minute
WAYS = [" | ".join(way) for way in list(product(BASES, VERSIONS, PLACES))[::STEP]]


@pytest.fixture(scope="module")
def recorded():
    return Recorded(Path(__file__).with_name("named.txt"))


def dataset_of(way: str) -> Dataset:
    base, versions, place = way.split(" | ")
    items = []
    for index, (label, count) in enumerate(COUNTS.items()):
        for n in range(count):
            for v, ending in enumerate(VERSIONS[versions]):
                folder = PLACES[place](v, n, label)
                name = f"{folder}/{BASES[base](n, label)}{ending}.jpg"
                part = folder.split("/")[0] if place.startswith("part") else None
                digest = hashlib.sha256(name.encode()).hexdigest()
                items.append(Item(Path(name), name, index, 40, 30, digest, part))
    return Dataset("x", "x", tuple(COUNTS), tuple(items))


@pytest.mark.parametrize("way", WAYS)
def test_names_are_told_as_they_were(way, recorded):
    dataset = dataset_of(way)
    split = make_split(dataset, SplitSpec())
    parts = []
    for part in ("train", "val", "test"):
        names = " ".join(sorted(dataset.items[index].name for index in getattr(split, part)))
        parts.append(f"{part}: {split.sizes[part]}, {hashlib.sha256(names.encode()).hexdigest()[:10]}")
    recorded.check(way, "\n".join([*split.notes, *(f"{one.name}: {one.reason}" for one in split.left_out), *parts]))


def test_every_record_is_of_a_way(recorded):
    recorded.check_all_are_used(WAYS)
