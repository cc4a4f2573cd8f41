"""Features when a run is stopped, an image, the disk or memory fails, and whoever makes the views."""

from dataclasses import replace

import pytest
import torch

from core.errors import StorageFailed
from core.features import sources
from core.features.batches import chunked
from core.features.quicker import NOT_ALL
from core.features.store import FeatureStore
from core.text import format_size
from tests.features.helpers import CPU, SHORTAGES, Counting, directly, nearly, rows, same, some_features

ROW = 5 * 4  # bytes of what `Counting` makes of an image


def test_a_stop_in_the_middle_keeps_nothing_partial(items, tmp_path):
    part, store = Counting(), FeatureStore(tmp_path / "kept")
    running = some_features(part, store).batches(chunked(items, 4), 0, items)
    next(running)
    running.close()
    assert 0 < part.seen < 24
    assert list(tmp_path.glob("kept/*")) == []
    found = rows(some_features(part, store), items, 0)[0]
    assert part.seen == 24
    assert same(found, rows(some_features(Counting()), items, 0)[0])


@pytest.mark.parametrize("keep", [True, False])
def test_an_image_that_cannot_be_read_is_named_and_the_others_come(items, tmp_path, keep):
    part, store = Counting(), FeatureStore(tmp_path / "kept")
    content = items[5].path.read_bytes()
    items[5].path.unlink()
    found, failed = rows(some_features(part, store, keep=keep), items, 0)
    assert list(failed) == [items[5].name]
    assert failed[items[5].name]
    assert found.keys() == {item.name for item in items} - {items[5].name}
    assert part.seen == 23
    items[5].path.write_bytes(content)
    found, failed = rows(some_features(part, store, keep=keep), items, 0)
    assert (len(found), failed) == (24, {})
    assert part.seen == (1 if keep else 24)


@pytest.mark.parametrize("keep", [True, False])
def test_when_no_image_can_be_read_all_are_named_and_nothing_is_kept(items, tmp_path, keep):
    for item in items:
        item.path.unlink()
    found, failed = rows(some_features(Counting(), FeatureStore(tmp_path / "kept"), keep=keep), items, 0)
    assert (found, len(failed)) == ({}, 24)
    assert list(tmp_path.glob("kept/*")) == []


@pytest.mark.parametrize("keep", [True, False])
def test_a_image_that_is_there_twice_comes_twice_with_its_own_label(items, keep):
    twin = replace(items[0], name="elsewhere/twin.png", label=1)
    part = Counting()
    found, _ = rows(some_features(part, keep=keep), [*items, twin], 0)
    assert torch.equal(found[twin.name], found[items[0].name])  # `rows` looks at the labels
    assert part.seen == (24 if keep else 25)
    (inputs,) = some_features(part, keep=keep).batches([[items[0], items[1], items[0]]], 0, items[:2])
    assert [item.name for item in inputs.items] == [items[n].name for n in (0, 1, 0)]
    assert torch.equal(inputs.tensor[0], inputs.tensor[2])
    assert not torch.equal(inputs.tensor[0], inputs.tensor[1])


def test_a_full_disk_becomes_a_note_and_rows_still_come(items, tmp_path, monkeypatch):
    tries = []

    def fail(self, key, block):
        tries.append(key)
        raise StorageFailed("The disk is full.")

    monkeypatch.setattr(FeatureStore, "save", fail)
    part = Counting()
    source = some_features(part, FeatureStore(tmp_path / "kept"))
    for view in (0, 1, 0, 1):
        assert len(rows(source, items, view)[0]) == 24
    assert part.seen == 48  # kept in memory all the same
    assert len(tries) == 1
    assert [note for note in source.notes if "The disk is full." in note] == source.notes != []


def test_rows_beyond_the_memory_come_from_their_file(items, tmp_path, monkeypatch):
    plenty = rows(some_features(Counting()), items, None)[0]
    monkeypatch.setattr(sources, "MEMORY_BYTES", 0)
    part, store = Counting(), FeatureStore(tmp_path / "kept")
    source = some_features(part, store)
    rows(source, items[:12], None)
    (block,) = source._blocks.values()
    assert block.capacity == 12
    (path,) = tmp_path.glob("kept/*.rows")
    found = rows(source, items, None)[0]
    assert part.seen == 24
    assert path.stat().st_size == 24 * 5 * 4
    nearly(found, plenty)


def test_rows_of_a_coarser_format_are_kept_as_they_are_and_come_as_float32(items, tmp_path):
    exact = rows(some_features(Counting()), items, 0)[0]
    source = some_features(Counting(), FeatureStore(tmp_path / "kept"), precision="bf16")
    coarse = rows(source, items, 0)[0]
    (path,) = tmp_path.glob("kept/*.rows")
    assert path.stat().st_size == 24 * 5 * 2
    assert {row.dtype for row in coarse.values()} == {torch.float32}
    assert not same(coarse, exact)
    for name in exact:
        torch.testing.assert_close(coarse[name], exact[name], rtol=0.02, atol=0.5)


@pytest.mark.parametrize("keep", [True, False])
def test_nothing_depends_on_the_number_of_threads(items, monkeypatch, keep):
    found = []
    for threads in (1, 8):
        monkeypatch.setattr("core.features.batches.workers", lambda threads=threads: threads)
        found.append(rows(some_features(Counting(), keep=keep), items, 0)[0])
    assert same(*found)


@pytest.mark.parametrize("error", SHORTAGES, ids=str)
@pytest.mark.parametrize("keep", [True, False])
def test_a_frozen_forward_that_runs_out_of_memory_is_halved(items, keep, error):
    part = Counting(most=3, error=error)
    found = rows(some_features(part, keep=keep), items, 0)[0]
    assert max(part.widths) <= 3
    assert part.seen == 24
    nearly(found, directly(items, 0))
    with pytest.raises(torch.OutOfMemoryError):
        rows(some_features(Counting(most=0, error=error), keep=keep), items, 0)


@pytest.mark.parametrize("view", [0, None])
def test_a_view_that_is_too_large_is_computed_each_time_and_it_is_said_once(items, tmp_path, monkeypatch, view):
    part = Counting()
    source = some_features(part, FeatureStore(tmp_path / "kept"), row_bytes=ROW)
    assert source.keeps(items, view)
    monkeypatch.setattr(sources, "MEMORY_BYTES", 24 * ROW - 1)
    assert not source.keeps(items, view)
    for _ in range(2):
        nearly(rows(source, items, view)[0], directly(items, view))
        assert (part.seen, source.missing(items, view)) == (24, 24)
    assert list(tmp_path.glob("kept/*")) == []
    (note,) = source.notes
    assert "24 images" in note
    assert "anew at every epoch" in note
    rows(source, items[1:], view)  # one image less
    rows(source, items[1:], view)
    assert part.seen == 23


@pytest.mark.parametrize("view", [0, None])
def test_what_is_missing_is_what_is_not_kept_yet(items, tmp_path, view):
    store = FeatureStore(tmp_path / "kept")
    source = some_features(Counting(), store, row_bytes=ROW)
    assert source.missing(items, view) == 24
    rows(source, items[:7], view)
    assert (source.missing(items, view), source.missing(items[:7], view), source.missing(items[5:9], view)) == (
        17,
        0,
        2,
    )
    assert some_features(Counting(), store, row_bytes=ROW).missing(items[5:9], view) == 2, "another run finds them"
    assert some_features(Counting(), row_bytes=ROW).missing(items[5:9], view) == 4, "without a folder there is nothing"


def test_of_views_that_are_not_kept_all_are_missing(items):
    source = some_features(Counting(), keep=False, row_bytes=ROW)
    for view, missing in ((0, 9), (None, 0)):
        rows(source, items[:9], view)
        assert source.missing(items[:9], view) == missing


def test_fresh_views_are_nothing_to_say(items, monkeypatch):
    monkeypatch.setattr(sources, "MEMORY_BYTES", 24 * ROW - 1)
    source = some_features(Counting(), keep=False, row_bytes=ROW)
    rows(source, items, 0)
    assert source.notes == []


def test_images_of_other_data_make_room_but_those_of_this_run_stay(items, tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MEMORY_BYTES", 15 * ROW)
    part, store = Counting(), FeatureStore(tmp_path / "kept")
    rows(some_features(part, store, row_bytes=ROW), items[:10], None)
    assert part.seen == 10
    source = some_features(part, store, row_bytes=ROW)
    assert source.missing(items[10:22], None) == 12
    for wanted, seen in ((items[10:22], 12), (items[10:22], 0), (items[:10], 10), (items[:10], 10), (items[10:22], 0)):
        rows(source, wanted, None)
        assert part.seen == seen
    assert len(source.notes) == 1


@pytest.mark.parametrize("stored", [True, False])
def test_blocks_that_lie_nowhere_else_stay_within_the_memory(items, tmp_path, monkeypatch, stored):
    (tmp_path / "kept").write_text("a file stands there")
    monkeypatch.setattr(sources, "MEMORY_BYTES", 24 * ROW)
    part = Counting()
    source = some_features(part, FeatureStore(tmp_path / "kept") if stored else None)
    for view, seen in ((0, 24), (1, 24), (0, 0), (1, 24)):
        nearly(rows(source, items, view)[0], directly(items, view))
        assert part.seen == seen
        assert sum(block.memory_bytes for block in source._blocks.values()) <= 24 * ROW
    assert len(source.notes) == stored


def test_blocks_beyond_the_memory_are_mapped(items, tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MEMORY_BYTES", 24 * ROW)
    part = Counting()
    source = some_features(part, FeatureStore(tmp_path / "kept"))
    for view in (0, 1, 2, 0, 1, 2):
        rows(source, items, view)
    assert part.seen == 3 * 24
    assert [block.memory_bytes for block in source._blocks.values()] == [24 * ROW, 0, 0]


def test_kept_rows_are_sent_to_the_device(items, monkeypatch):
    asked = []
    monkeypatch.setattr(sources, "sent", lambda tensor, device: asked.append(device) or tensor)
    rows(some_features(Counting()), items, 0, size=12)
    assert asked == [CPU, CPU]


def test_views_beyond_the_disk_take_no_place_of_the_first_ones_and_it_is_said_once(items, tmp_path, monkeypatch):
    store = FeatureStore(tmp_path / "kept", disk_bytes=2 * 24 * 20)
    source = some_features(part := Counting(), store, row_bytes=20)
    for view in range(4):
        rows(source, items, view)
    assert [len(list((tmp_path / "kept").glob("*.rows"))), part.seen] == [2, 4 * 24]
    assert source.notes == [NOT_ALL.format(most=format_size(960))]
    again = some_features(part, store, row_bytes=20)
    for view in range(3):
        rows(again, items, view)
    assert part.seen == 24, "of the first two they are there"
