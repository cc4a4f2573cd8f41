"""Features that do not fit into memory: read from their file, or computed again where that is quicker."""

from time import sleep

import pytest

from core.features import quicker, sources
from core.features.quicker import Pace, Quicker
from core.features.store import Block, FeatureStore
from tests.features.helpers import Counting, rows, same, some_features

ROW = 20  # bytes of five numbers


def test_a_pace_is_the_mean_of_what_was_timed():
    pace = Pace()
    assert pace.each == 0.0
    pace.add(2.0, 10)
    pace.add(1.0, 20)
    assert (pace.images, pace.each) == (30, 0.1)
    with pace.timed(70):
        sleep(0.05)
    assert pace.images == 100
    assert 0.03 < pace.each < 0.1


@pytest.mark.parametrize(
    ("read_s", "images", "compute"), [(1.26, 256, True), (1.24, 256, False), (9.0, 255, False), (0.1, 999, False)]
)
def test_computing_leaves_the_device_to_others_a_little_less(read_s, images, compute):
    both = Quicker(True)
    both.computing.add(256 * 0.001, 256)
    both.reading.add(images * 0.001 * read_s, images)
    assert both.to_compute is compute
    both = Quicker(True)
    both.computing.add(images * 0.001, images)
    both.reading.add(256 * 0.001 * read_s, 256)
    assert both.to_compute is compute


def test_what_is_said_names_both():
    both = Quicker(True)
    both.computing.add(0.3, 300)
    both.reading.add(1.2, 300)
    assert both.note.endswith("to read them from the disk takes 4 ms for an image, to compute them 1 ms.")


@pytest.fixture
def beside(monkeypatch):
    """Features of a device that computes beside the processor, with memory for one view of the 24 images."""
    monkeypatch.setattr(sources, "MEMORY_BYTES", 24 * ROW)
    monkeypatch.setattr(quicker, "FEWEST", 12)

    def made(part, store):
        features = some_features(part, store, row_bytes=ROW)
        features._quicker = Quicker(True)
        return features

    return made


class Slow(Block):
    """A block whose file is on a slow disk."""

    def get(self, digests, **how):
        if self.mapped:
            sleep(0.004 * len(digests))
        return super().get(digests, **how)


def test_a_slow_disk_is_read_no_more(items, tmp_path, beside, monkeypatch):
    monkeypatch.setattr("core.features.store.Block", Slow)
    part = Counting()
    source = beside(part, FeatureStore(tmp_path / "kept"))
    first = [rows(source, items, view)[0] for view in (0, 1)]
    assert part.seen == 48
    again = [rows(source, items, view)[0] for view in (0, 1)]
    assert part.seen == 0, "the second view was read from its file, slowly"
    assert source._quicker.to_compute
    assert source.notes == []
    assert all(same(one, other) for one, other in zip(first, again, strict=True))
    last = [rows(source, items, view)[0] for view in (0, 1)]
    assert part.seen == 24, "what is in memory is not computed again"
    assert all(same(one, other) for one, other in zip(first, last, strict=True))
    assert source.notes == [source._quicker.note]
    rows(source, items, 1)
    assert part.seen == 24
    assert len(source.notes) == 1


def test_a_quick_disk_is_read(items, tmp_path, beside):
    class Thoughtful(Counting):
        def __call__(self, images):
            sleep(0.002 * len(images))
            return super().__call__(images)

    part = Thoughtful()
    source = beside(part, FeatureStore(tmp_path / "kept"))
    for view in (0, 1, 0, 1, 0, 1):
        rows(source, items, view)
    assert part.seen == 48, "each view is computed once"
    assert source._quicker.computing.images == 32, "the first slice of each view does not count"
    assert source._quicker.reading.images == 48
    assert source.notes == []


def test_on_a_processor_the_disk_decides_nothing(items, tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MEMORY_BYTES", 24 * ROW)
    monkeypatch.setattr("core.features.store.Block", Slow)
    source = some_features(part := Counting(), FeatureStore(tmp_path / "kept"), row_bytes=ROW)
    assert not source._quicker.to_compute
    for view in (0, 1, 0, 1, 0, 1):
        rows(source, items, view)
    assert part.seen == 48


def test_a_gpu_keeps_a_view_beyond_the_limit_where_it_has_room(items, monkeypatch):
    monkeypatch.setattr(sources, "MEMORY_BYTES", 24 * ROW - 1)
    source = some_features(Counting(), row_bytes=ROW)
    assert not source.keeps(items, 0)
    room = [24 * ROW]
    monkeypatch.setattr(sources, "room_on", lambda device, kept: room[0])
    source._uses_device = True
    assert source.keeps(items, 0)
    room[0] -= 1
    assert not source.keeps(items, 0)
