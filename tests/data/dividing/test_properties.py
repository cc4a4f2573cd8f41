"""What holds of every split, whatever the images, labels, parts, copies and the spec."""

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.dataset import Dataset, Item
from core.data.near.duplicates import BYTES, find_near
from core.data.split import make_split
from core.experiment import SplitSpec

PARTS = ("train", "val", "test")
_SCENES = np.random.default_rng(0).integers(0, 256, (12, BYTES))


def view(scene, version):
    noise = np.random.default_rng(1000 * scene + version).normal(0, 3, BYTES)
    return np.clip(_SCENES[scene] + noise, 0, 255).astype(np.uint8).tobytes()


@st.composite
def datasets(draw):
    """Up to 60 images of 12 scenes in 5 versions, some pixel-equal, under 3 labels; divided or not."""
    one = st.tuples(st.integers(0, 11), st.integers(0, 4), st.integers(0, 2), st.sampled_from(PARTS))
    # most images keep the label of their scene, as in a set that somebody made with care
    strays = draw(st.sampled_from((0, 1, 3)))
    divided = draw(st.booleans())
    items = [
        Item(
            Path(f"{n}"), f"{n}.png", label if strays and n % (4 * strays) == 0 else scene % 3, 64, 48,
            f"{scene:032}{version:032}", part if divided else None, (), view(scene, version),
        )
        for n, (scene, version, label, part) in enumerate(draw(st.lists(one, min_size=1, max_size=60)))
    ]  # fmt: skip
    return Dataset("x", "x", ("a", "b", "c"), tuple(items))


specs = st.builds(
    SplitSpec, val=st.sampled_from((0.1, 0.2, 0.35)), test=st.sampled_from((0.0, 0.2, 0.4)), seed=st.integers(0, 99),
    near_copies=st.sampled_from(("group", "drop", "keep")), distinct=st.sampled_from(((), ("1.png", "7.png"))),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(datasets(), specs)
def test_of_every_split(dataset, spec):
    split = make_split(dataset, spec)
    parts = {index: name for name in PARTS for index in getattr(split, name)}
    everything = [*split.train, *split.val, *split.test]
    assert len(everything) == len(parts)  # no image twice
    lost = sorted(item.name for index, item in enumerate(dataset.items) if index not in parts)
    assert lost == sorted(one.name for one in split.left_out)  # none lost without a reason
    assert all(one.reason.endswith(".") for one in split.left_out)

    where: dict[str, set[str]] = {}
    for index, name in parts.items():
        where.setdefault(dataset.items[index].digest, set()).add(name)
    assert all(len(names) == 1 for names in where.values())  # equal pixels in one part

    for group in split.near.groups:
        assert len({dataset.items[index].label for index in group}) == 1
    if dataset.presplit and spec.near_copies != "keep":
        again = find_near(dataset, frozenset(set(range(len(dataset.items))) - set(parts)))
        said = {item.name for item in dataset.items if item.name in spec.distinct}
        named = {
            dataset.items[index].digest for index in range(len(dataset.items)) if dataset.items[index].name in said
        }
        assert [pair for pair in again.across if not {dataset.items[i].digest for i in pair} & named] == []
    assert make_split(dataset, spec) == split


@settings(max_examples=100, deadline=None)
@given(datasets().filter(lambda dataset: not dataset.presplit), specs)
def test_of_every_split_that_is_dealt(dataset, spec):
    split = make_split(dataset, spec)
    parts = {index: name for name in PARTS for index in getattr(split, name)}
    for label in range(3):
        mine = [index for index in parts if dataset.items[index].label == label]
        groups = split.near.groups if spec.near_copies == "group" else ()
        held = [group for group in groups if set(group) <= set(mine)]
        units = len(held) + len(mine) - sum(map(len, held))
        if units >= 3:
            wanted = {"train", "val"} | ({"test"} if spec.test else set())
            assert {parts[index] for index in mine} == wanted
            assert all(len({parts[index] for index in group}) == 1 for group in held)
