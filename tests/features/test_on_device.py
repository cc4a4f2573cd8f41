"""Kept features in the memory of a GPU: as long as there is room, and away from it when training needs it.

Without a GPU the device is a stand-in: memory of the processor that is told apart by its size.
"""

import weakref

import pytest
import torch

from core.features import sources, store
from core.features.batches import Normalise
from core.features.shortage import with_relief
from core.features.store import CPU, DEVICE_SHARE, Block, FeatureStore, room_on
from tests.features.helpers import SHORTAGES, Counting, rows, some_features, some_pixels

ROW = 20  # bytes of five numbers


class There(Block):
    """A block that says that it is on a GPU."""

    @property
    def device(self):
        return torch.device("cuda")


@pytest.fixture
def room(monkeypatch):
    """Bytes that a stand-in for a GPU has for features, from now on."""
    free = [10**6]
    real_empty, real_on = Block.empty, Block.on

    def empty(layout, capacity, device=CPU):
        made = real_empty(layout, capacity)
        return made if device == CPU else There(layout, made._rows)

    def on(self, device):
        made = real_on(self, CPU)
        return made if device == CPU else There(self.layout, made._rows, made.digests)

    monkeypatch.setattr(Block, "empty", empty)
    monkeypatch.setattr(Block, "on", on)
    monkeypatch.setattr(store, "page_locked", lambda shape, dtype: torch.full(tuple(shape), 7.0).to(dtype))
    monkeypatch.setattr(sources, "room_on", lambda device, kept: free[0] - kept)
    monkeypatch.setattr(sources, "sent", lambda tensor, device: tensor)
    return free


def on_gpu(part, store=None, **options):
    features = some_features(part, store, row_bytes=ROW, **options)
    features._uses_device, features._device = True, torch.device("cuda")  # as where there is one
    return features


def where(features):
    return [block.device.type for block in features._blocks.values()]


def test_features_lie_on_the_device_and_are_the_same(items, tmp_path, room):
    part, store = Counting(), FeatureStore(tmp_path / "kept")
    features = on_gpu(part, store)
    first = rows(features, items, 0)
    assert where(features) == ["cuda"]
    assert (first[0].keys(), part.seen) == ({item.name for item in items}, 24)
    for found in (
        rows(features, items, 0),
        rows(some_features(part, store), items, 0),
    ):  # from there, and from the file
        assert all(torch.equal(found[0][name], row) for name, row in first[0].items())
    assert part.seen == 0


@pytest.mark.parametrize(("free", "place"), [(24 * ROW, "cuda"), (24 * ROW - 1, "cpu"), (0, "cpu")])
def test_they_lie_there_only_where_there_is_room(items, room, free, place):
    room[0] = free
    features = on_gpu(Counting())
    rows(features, items, 0)
    assert where(features) == [place]


def test_kept_features_of_an_earlier_run_are_brought_there(items, tmp_path, room):
    store = FeatureStore(tmp_path / "kept")
    wanted = rows(some_features(Counting(), store), items, 0)
    part = Counting()
    features = on_gpu(part, store)
    batches = features.batches([items[:7], items[7:]], 0, items)
    next(batches)
    assert where(features) == ["cuda"]  # before the first batch, and not after the epoch
    batches.close()
    assert all(torch.equal(row, wanted[0][name]) for name, row in rows(features, items, 0)[0].items())
    assert part.seen == 0


def test_they_leave_the_device_for_good_when_memory_is_short(items, room):
    part = Counting()
    features = on_gpu(part)
    first = rows(features, items, 0)
    assert features.leave_device()
    assert not features.leave_device()
    assert features.notes == [sources.LEFT], "it is said once"
    assert where(features) == ["cpu"]
    assert all(torch.equal(row, first[0][name]) for name, row in rows(features, items, 0)[0].items())
    rows(features, items, 1)
    assert where(features) == ["cpu", "cpu"]
    assert part.seen == 48


def test_they_leave_the_device_while_they_are_computed(items, room):
    features, part = on_gpu(Counting()), Counting()
    wanted = rows(some_features(part), items, 0)[0]
    chunks = [items[n : n + 6] for n in range(0, 24, 6)]
    found = {}
    for n, inputs in enumerate(features.batches(chunks, 0, items)):
        found |= {item.name: row for item, row in zip(inputs.items, inputs.tensor, strict=True)}
        if n == 1:
            assert features.leave_device()
    assert where(features) == ["cpu"]
    assert all(torch.equal(found[name], row) for name, row in wanted.items())


def test_a_block_that_leaves_while_it_is_given_is_copied_once(items, room):
    features = on_gpu(Counting())
    rows(features, items, 0)
    batches = features.batches([items[:7], items[7:]], 0, items)
    next(batches)
    assert features.leave_device()
    (kept,), (at,) = features._blocks.values(), features._filling
    assert at.block is kept
    batches.close()


def test_all_views_together_take_the_share_and_no_more(items, room):
    room[0] = 24 * ROW * 5 // 2
    features = on_gpu(Counting())
    for view in range(4):
        rows(features, items, view)
    assert where(features) == ["cuda", "cuda", "cpu", "cpu"]
    assert features.bytes_there == 2 * 24 * ROW


class Short:
    """Computes, but only once there is memory."""

    def __init__(self, features):
        self.features, self.times = features, 0

    def __call__(self):
        self.times += 1
        if self.features._uses_device:
            raise torch.OutOfMemoryError
        return "done"


def test_whatever_needs_memory_has_kept_features_leave(items, room, monkeypatch):
    pixels = some_pixels()
    features = on_gpu(Counting(), pixels=pixels)
    wanted = rows(features, items, 0)[0]
    short = Short(features)
    assert with_relief(short, pixels.relieve) == "done"
    assert (short.times, where(features)) == (2, ["cpu"])
    with pytest.raises(torch.OutOfMemoryError):  # there is nothing left that could go
        with_relief(lambda: (_ for _ in ()).throw(SHORTAGES[1]), pixels.relieve)
    features = on_gpu(Counting(), pixels=pixels)
    rows(features, items, 0)
    short = Short(features)
    monkeypatch.setattr(
        Normalise, "__call__", lambda self, images, real=Normalise.__call__: short() and real(self, images)
    )
    again = rows(features, items, 1)[0]  # the images of another view do not fit beside the first one's features
    assert again.keys() == wanted.keys()
    assert where(features) == ["cpu", "cpu"]
    assert features.notes == [sources.LEFT]


def test_a_batch_that_does_not_fit_beside_them_is_gathered_again(items, room):
    features = on_gpu(Counting())
    wanted, short = rows(features, items, 0)[0], Short(features)
    there = features._blocks[features._key(0)]
    there.get = lambda digests, locked: short() and Block.get(there, digests)
    assert all(torch.equal(row, wanted[name]) for name, row in rows(features, items, 0)[0].items())
    assert (short.times, where(features)) == (1, ["cpu"])


def test_the_features_below_leave_it_too(items, room):
    pixels = some_pixels()
    below = on_gpu(Counting(), name="below", pixels=pixels)
    above = some_features(Counting(), name="above", pixels=pixels)
    above._base = below
    rows(below, items, 0)
    assert above.leave_device()
    assert where(below) == ["cpu"]


def test_a_processor_has_no_room_of_its_own(items):
    assert room_on(CPU) == 0
    features = some_features(Counting())
    rows(features, items, 0)
    assert not features.leave_device()


def test_the_share_is_of_what_nobody_uses(monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (1000, 9999))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: 700)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 300)
    assert room_on(torch.device("cuda")) == DEVICE_SHARE * 1400
    assert room_on(torch.device("cuda"), 200) == DEVICE_SHARE * 1600 - 200, "what is kept takes of the same share"
    assert room_on(torch.device("cuda"), 1400) == 0


def test_what_lies_beside_the_device_goes_there_through_page_locked_memory(items, room, monkeypatch):
    room[0], asked = 0, []
    features = on_gpu(Counting())
    first = rows(features, items, 0)
    real = store.page_locked
    monkeypatch.setattr(store, "page_locked", lambda *given: asked.append(given) or real(*given))
    again = rows(features, items, 0)
    assert all(torch.equal(again[0][name], row) for name, row in first[0].items())
    assert sum(shape[0] for shape, _ in asked) == 24
    room[0] = 10**6
    features = on_gpu(Counting())
    rows(features, items, 0)
    asked.clear()
    rows(features, items, 0)
    assert asked == [], "what lies on the device is gathered there"


def test_nothing_holds_features_whose_phase_is_over(items, room):
    pixels = some_pixels()
    features = on_gpu(Counting(), pixels=pixels)
    rows(features, items, 0)
    gone = weakref.ref(features)
    del features
    assert gone() is None, "at once, and not when a collection comes"
    assert not pixels.relieve()
