"""Views that nobody wants any more: no worker ever writes to what is no file of theirs."""

import os
from contextlib import nullcontext

import pytest

from core import shared
from core.data.cache import ImageCache
from core.features.batches import chunked
from core.features.workers import worker
from core.features.workers.messages import Opened
from core.features.workers.pool import WorkerPool
from core.features.workers.process import BOOT, _open, _Opened
from core.features.workers.stream import ViewStream
from tests.features.helpers import FLIPS
from tests.features.workers.conftest import SLOW, started
from tests.features.workers.test_stream import GEOMETRY, by_threads, by_workers, same, views_of
from tests.handles import numbered
from tests.waiting import until

pytestmark = pytest.mark.skipif(not shared.BY_NUMBER, reason="files have names there")


@pytest.fixture(scope="module")
def slow():
    """A pool of one worker that takes a while: what is asked for next waits in the meantime."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(worker, "BOOT", BOOT.replace("\nmain()", f"\n{SLOW}\nmain()"))
        pool = started(1)
        yield pool
        pool.close()


@pytest.fixture
def photo(tmp_path):
    """A file of the user."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(os.urandom(2000))
    return path


@pytest.mark.parametrize("too_early", [False, True])
def test_a_stream_that_is_closed_before_its_worker_has_begun_it_changes_no_other_file(items, slow, photo, too_early):
    content = photo.read_bytes()
    busy = ViewStream(slow, views_of(items), [items[:8]], 0)
    dropped = ViewStream(slow, views_of(items), [items[8:16]], 1)  # the worker is asked, and will know of it afterwards
    file = dropped._slots.file
    number = file._file.fileno()
    if too_early:  # even then the worker sees that this is another file
        file.close()
    dropped.close()
    assert file._file.closed is too_early
    with numbered(photo, number) if too_early else nullcontext():
        (batch,) = busy
        assert (batch.images == by_threads(items[:8], 0, 8)[0]).all()
        busy.close()
        until(lambda: not slow._closing_views)  # the worker has read everything
    assert photo.read_bytes() == content
    assert file._file.closed
    assert same(by_workers(slow, items[:3], 2), by_threads(items[:3], 2))  # and lives on


def test_files_are_let_go_when_the_worker_that_has_them_ends(items, slow):
    made = ViewStream(slow, views_of(items), chunked(items, 8), 0)
    made.close()
    assert not made._slots.file._file.closed
    slow._workers[0].process.kill()
    until(lambda: made._slots.file._file.closed)
    assert slow.wait(60)


def test_files_are_let_go_when_the_pool_has_ended(items):
    pool = started(1)
    made = ViewStream(pool, views_of(items), chunked(items, 8), 0)
    pool.close()
    made.close()
    until(lambda: made._slots.file._file.closed)


def test_files_that_no_worker_was_told_of_are_let_go_at_once(items):
    made = ViewStream(WorkerPool(0), views_of(items), chunked(items, 8), 0)
    made.close()
    made.close()
    assert made._slots.file._file.closed


def test_the_file_of_decoded_images_stays_open_as_long_as_a_worker_may_look_for_it(items, slow, tmp_path):
    views = views_of(items, cache=ImageCache(GEOMETRY, 0, 1 << 24, tmp_path))
    made = ViewStream(slow, views, [items[:8]], 0)
    file = views.cache.shared_file._file
    made.close()
    del made, views
    assert not file.closed
    until(lambda: file.closed)


def test_where_the_file_of_decoded_images_is_gone_images_are_decoded(items, tmp_path, photo):
    cache = ImageCache(GEOMETRY, 0, 1 << 24, tmp_path)
    image, content = cache.base(items[0]), photo.read_bytes()
    file, views = cache.shared_file, shared.SharedFile.create(in_memory=True)
    place, number = cache.place(items[0]), file._file.fileno()
    message = Opened(1, FLIPS.model_dump_json(), GEOMETRY, 5, None, views.address, file.address)
    asked = ViewStream(WorkerPool(0), views_of(items), [items[:1]], 0)._asked(items[0])._replace(place=place)
    file.close()
    with numbered(photo, number):
        opened = _open(message)
        assert isinstance(opened, _Opened)
        assert (opened.views._images.base(asked) == image).all()
    assert photo.read_bytes() == content
    views.close()
    assert isinstance(_open(message), FileNotFoundError)  # told when views are asked for
