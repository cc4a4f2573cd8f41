"""The images in memory."""

import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from core import shared
from core.data import cache
from core.data.cache import ImageCache
from core.data.geometry import Geometry
from core.data.images import decode, resize
from core.errors import UnreadableImage

GEOMETRY = Geometry(32, 36)
SIZE = 36 * 36 * 3
PLACE = SIZE + 16  # in the file


@pytest.fixture
def items(folder_of, read, many):
    return read(folder_of(many({"cat": 4, "dog": 4}))).items


@pytest.fixture
def decoded(monkeypatch):
    """The paths decoded so far."""
    paths = []
    monkeypatch.setattr(cache, "decode", lambda path, scale: paths.append(path) or decode(path, scale))
    return paths


def test_a_image_is_decoded_and_resized_once(items, decoded):
    kept = ImageCache(GEOMETRY, 10 * SIZE)
    first = kept.base(items[0])
    assert kept.base(items[0]) is first
    assert len(decoded) == 1
    assert (first == resize(decode(items[0].path).pixels, GEOMETRY)).all()


def test_what_is_shared_cannot_be_changed(items):
    base = ImageCache(GEOMETRY, 10 * SIZE).base(items[0])
    with pytest.raises(ValueError, match="read-only"):
        base[0, 0, 0] = 1
    for keep in (ImageCache.keep, ImageCache.keep_looked_at):
        cache = ImageCache(GEOMETRY, 10 * SIZE)
        keep(cache, items[0].digest, decode(items[0].path).pixels)
        assert not cache.base(items[0]).flags.writeable


def test_the_longest_unused_goes_when_the_budget_is_used_up(items, decoded):
    kept = ImageCache(GEOMETRY, 2 * SIZE)
    for index in (0, 1, 0, 2, 0, 1):
        kept.base(items[index])
        assert kept._images.used <= 2 * SIZE
    assert [path.name for path in decoded] == ["00.png", "01.png", "02.png", "01.png"]


@pytest.mark.parametrize("budget", [0, 2 * SIZE])
def test_beyond_the_budget_images_are_read_back_and_not_decoded_again(items, decoded, budget):
    kept = ImageCache(GEOMETRY, budget, spill_bytes=100 * SIZE)
    wanted = [kept.base(item).copy() for item in items]
    for _ in range(2):
        for item, pixels in zip(items, wanted, strict=True):
            found = kept.base(item)
            assert (found == pixels).all()
            assert not found.flags.writeable
    assert len(decoded) == len(items)
    assert kept._images.used <= budget


def test_what_the_file_has_no_room_for_is_decoded_again(items, decoded):
    kept = ImageCache(GEOMETRY, 0, spill_bytes=PLACE)
    for _ in range(2):
        for item in items[:2]:
            kept.base(item)
    assert [path.name for path in decoded] == ["00.png", "01.png", "01.png"]


@pytest.mark.parametrize("budget", [0, SIZE - 1])
def test_without_room_images_are_still_given(items, budget):
    kept = ImageCache(GEOMETRY, budget)
    assert kept.base(items[0]).shape == (36, 36, 3)
    assert kept._images.used == 0


def test_many_threads_get_the_right_images(items):
    kept = ImageCache(GEOMETRY, 3 * SIZE)
    wanted = [resize(decode(item.path).pixels, GEOMETRY) for item in items]
    order = np.random.default_rng(0).integers(0, len(items), 200)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda index: (kept.base(items[index]) == wanted[index]).all(), order))
    assert all(found)
    assert 0 < kept._images.used <= 3 * SIZE


def test_a_file_that_has_gone_or_changed_is_refused(items, image_bytes):
    kept = ImageCache(GEOMETRY, 10 * SIZE)
    items[0].path.write_bytes(image_bytes(500))
    with pytest.raises(UnreadableImage, match="has changed"):
        kept.base(items[0])
    items[1].path.unlink()
    with pytest.raises(UnreadableImage, match="no such file"):
        kept.base(items[1])


def test_the_file_lies_where_it_is_told_to_and_vanishes(items, tmp_path, monkeypatch):
    asked, real = [], shared.tempfile.TemporaryFile
    monkeypatch.setattr(
        shared.tempfile, "TemporaryFile", lambda *args, **given: asked.append(given["dir"]) or real(*args, **given)
    )
    for folder in (tmp_path, None):
        ImageCache(GEOMETRY, 0, 10 * SIZE, folder).base(items[0])
    assert asked == [tmp_path, None]
    assert not list(tmp_path.glob("graft-*"))


@pytest.mark.skipif(not hasattr(shared.os, "pwrite"), reason="such a system writes otherwise")
def test_what_the_system_takes_a_part_at_a_time_is_written_whole(tmp_path, monkeypatch):
    file, write = shared.SharedFile.create(tmp_path), shared.os.pwrite
    monkeypatch.setattr(shared.os, "pwrite", lambda handle, content, offset: write(handle, content[:3], offset))
    file.write(np.arange(10, dtype=np.uint8), 4)
    assert file.read(20, 0) == bytes([0] * 4 + list(range(10)))
    file.close()


def test_half_of_the_disk_is_left_to_the_runs(items, tmp_path, decoded, monkeypatch):
    monkeypatch.setattr(cache.shutil, "disk_usage", lambda _: SimpleNamespace(free=4 * PLACE))
    kept = ImageCache(GEOMETRY, 0, 100 * SIZE, tmp_path)
    for _ in range(2):
        for item in items[:3]:
            kept.base(item)
    assert [path.name for path in decoded] == ["00.png", "01.png", "02.png", "02.png"]


def test_what_was_decoded_for_another_reason_is_kept_while_there_is_room(items, decoded, tmp_path):
    kept = ImageCache(GEOMETRY, 2 * SIZE + 1, PLACE, tmp_path)
    pixels = [decode(item.path).pixels for item in items[:4]]
    decoded.clear()
    for item, image in zip(items, pixels, strict=False):
        kept.keep(item.digest, image)
    assert kept._images.used == 2 * SIZE
    assert list(kept._spill._places) == [items[2].digest]
    for item, image in zip(items, pixels, strict=False):
        assert (kept.base(item) == resize(image, GEOMETRY)).all()
    assert [path.name for path in decoded] == ["03.png"]


def test_a_data_set_that_is_only_looked_at_takes_little_memory_until_it_is_trained_with(items, monkeypatch):
    monkeypatch.setattr(cache, "LOOKED_AT_BYTES", 2 * SIZE)
    kept = ImageCache(GEOMETRY, 5 * SIZE)
    for item in items[:4]:
        kept.keep_looked_at(item.digest, decode(item.path).pixels)
    assert kept._images.used == 2 * SIZE
    for item in items[:4]:
        kept.keep(item.digest, decode(item.path).pixels)
    assert kept._images.used == 4 * SIZE
    monkeypatch.setattr(cache, "LOOKED_AT_SPILL_BYTES", SIZE)
    beyond = ImageCache(GEOMETRY, 5 * SIZE, 100 * SIZE)
    for _ in range(2):
        for item in items[:4]:
            beyond.keep_looked_at(item.digest, decode(item.path).pixels)
    assert (beyond._images.used, list(beyond._spill._places)) == (2 * SIZE, [items[2].digest])
    small = ImageCache(GEOMETRY, SIZE)
    for item in items[:4]:
        small.keep_looked_at(item.digest, decode(item.path).pixels)
    assert small._images.used == SIZE


def test_threads_that_ask_at_once_get_the_same_file(monkeypatch):
    real = shared.SharedFile.create
    monkeypatch.setattr(cache.SharedFile, "create", lambda *given: time.sleep(0.05) or real(*given))
    kept = ImageCache(GEOMETRY, 0, 10 * SIZE)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: kept.shared_file, range(8)))
    assert found == [found[0]] * 8
    assert found[0] is not None
    assert ImageCache(GEOMETRY, SIZE).shared_file is None


@pytest.mark.parametrize("fails_at", [0, 1])
def test_an_image_that_the_disk_has_no_room_for_is_not_taken_for_a_whole_one(items, tmp_path, monkeypatch, fails_at):
    file, pixels = shared.SharedFile.create(tmp_path), np.full((3, 5, 3), 7, np.uint8)
    place, writes, write = cache.Place(0, 3, 5), [], shared.SharedFile.write

    def full(self, content, offset):
        writes.append(offset)
        if len(writes) > fails_at:
            raise OSError(28, "No space left on device")
        write(self, content, offset)

    file.write(bytes(place.nbytes), 0)
    monkeypatch.setattr(shared.SharedFile, "write", full)
    cache.write_placed(file, place, items[0].digest, pixels)
    assert len(writes) == fails_at + 1
    assert cache.read_placed(file, place, items[0].digest) is None
    monkeypatch.undo()
    cache.write_placed(file, place, items[0].digest, pixels)
    assert (cache.read_placed(file, place, items[0].digest) == 7).all()


def test_an_image_whose_place_is_only_reserved_is_not_there_yet(items):
    spill = cache._Spill(SIZE, None)
    place = spill.reserve(items[0].digest, 3, 5)
    assert place is not None
    assert not spill.has(items[0].digest)
    assert not spill.has(items[1].digest)
    spill.write(items[0].digest, np.full((3, 5, 3), 7, np.uint8))
    assert spill.has(items[0].digest)
