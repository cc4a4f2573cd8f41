"""What is announced is made while what comes before is used, and what never comes costs nothing."""

import pytest

from core.features.batches import chunked, shuffled
from core.features.pixels import Pixels
from core.features.workers import stream
from core.features.workers import upcoming as module
from core.features.workers.pool import WorkerPool
from core.features.workers.upcoming import Upcoming
from tests.features.helpers import Counting, some_features, some_pixels
from tests.features.workers.test_stream import by_threads, same, views_of
from tests.waiting import until


@pytest.fixture
def begun(monkeypatch):
    """The streams that were begun, in their order, as (number, images)."""
    found, real = [], stream.ViewStream.__init__

    def noted(self, pool, views, chunks, number):
        found.append((number, sum(map(len, chunks))))
        real(self, pool, views, chunks, number)

    monkeypatch.setattr(stream.ViewStream, "__init__", noted)
    return found


def taken(upcoming, chunks, number):
    return [batch.images.copy() for batch in upcoming.batches(chunks, number)]


def test_the_next_views_are_made_before_they_are_asked_for(pool, items, begun):
    upcoming, chunks = Upcoming(pool, views_of(items)), chunked(items, 4)
    upcoming.announce(chunks[:2], None)
    upcoming.announce(chunks, 1)
    made = upcoming.batches(chunks, 0)
    assert begun == []
    first = [next(made).images.copy() for _ in chunks[:-1]]
    assert begun == [(0, 24), (None, 8), (1, 24)]  # all of the first one is ordered, as is all of the second one
    waiting = upcoming._announced[1].stream[0]
    until(lambda: all(part.done.is_set() for part in waiting._making[0].parts))
    assert same([*first, *(batch.images.copy() for batch in made)], by_threads(items, 0, 4))
    assert same(taken(upcoming, chunks[:2], None), by_threads(items[:8], None, 4))
    assert same(taken(upcoming, chunks, 1), by_threads(items, 1, 4))
    assert len(begun) == 3


def test_how_many_processes_can_make_views_is_known_once_they_can(items):
    pool = WorkerPool(2)
    pixels = Pixels(views_of(items), some_pixels()._normalise, pool)
    assert pixels.ready(60) == 2
    assert pool.ready
    pool.close()
    assert pixels.ready(60) == 1
    assert Pixels(views_of(items), some_pixels()._normalise, WorkerPool(0)).ready(60) == 1
    assert some_pixels().ready(60) == 1


def test_nothing_is_begun_while_there_is_still_something_to_order(pool, items, begun):
    upcoming, chunks = Upcoming(pool, views_of(items)), chunked(list(items) * 6, 4)
    upcoming.announce(chunks[:1], 1)
    made = upcoming.batches(chunks, 0)
    next(made)
    assert begun == [(0, 144)]
    made.close()
    upcoming.forget()


def test_what_never_came_is_dropped_when_what_follows_it_is_asked_for(pool, items, begun):
    upcoming, chunks = Upcoming(pool, views_of(items)), chunked(items, 4)
    upcoming.announce(chunks, 1)
    upcoming.announce(chunks, 2)
    assert same(taken(upcoming, chunks, 0), by_threads(items, 0, 4))
    never = upcoming._announced[0].stream[0]
    assert same(taken(upcoming, chunks, 2), by_threads(items, 2, 4))
    assert begun == [(0, 24), (1, 24), (2, 24)]
    assert not upcoming._announced
    assert not never._making


def test_another_order_of_the_same_images_is_something_else(pool, items, begun):
    upcoming, chunks = Upcoming(pool, views_of(items)), chunked(items, 4)
    other = chunked(shuffled(items, 0, 1), 4)
    upcoming.announce(chunks, 1)
    upcoming.announce(other, 1)
    list(upcoming.batches(chunks, 1))
    assert same(taken(upcoming, chunks, 1), by_threads(items, 1, 4))
    assert begun == [(1, 24)] * 3  # the announced one is still to come
    assert len(upcoming._announced) == 1
    upcoming.forget()


def test_forgetting_gives_the_memory_back(pool, items):
    upcoming, chunks = Upcoming(pool, views_of(items)), chunked(items, 4)
    upcoming.announce(chunks, 1)
    list(upcoming.batches(chunks, 0))
    held = upcoming._announced[0].stream[0] if upcoming._announced else None
    upcoming.forget()
    assert held is None or not held._making
    assert not upcoming._announced


def test_threads_do_it_where_there_are_no_processes(items):
    upcoming = Upcoming(WorkerPool(0), views_of(items))
    assert same(taken(upcoming, chunked(items, 7), 3), by_threads(items, 3))
    assert len(upcoming.notes) == 1
    taken(upcoming, chunked(items, 7), 3)
    assert len(upcoming.notes) == 1  # told once
    assert "Threads make them" in upcoming.notes[0]


def with_workers(pool, pixels):
    return Pixels(pixels.image_views, pixels._normalise, pool)


def test_features_announce_the_images_that_they_lack(pool, items, begun):
    pixels = with_workers(pool, some_pixels())
    features, chunks = some_features(Counting(), pixels=pixels), chunked(items, 7)
    features.announce(chunks, 0, items)
    wanted = [inputs.tensor for inputs in features.batches(chunks, 0, items)]
    assert begun == [(0, 24)]
    features.announce(chunks, 0, items)  # kept by now
    assert all(
        (found.tensor == one).all() for found, one in zip(features.batches(chunks, 0, items), wanted, strict=True)
    )
    assert begun == [(0, 24)]
    assert not pixels._upcoming._announced


def test_features_that_are_not_kept_announce_all_images(pool, items, begun):
    pixels = with_workers(pool, some_pixels())
    features, chunks = some_features(Counting(), pixels=pixels, keep=False), chunked(items, 7)
    for number in (0, 1):
        features.announce(chunks, number, items)
        plain = some_features(Counting(), keep=False)
        for found, one in zip(
            features.batches(chunks, number, items), plain.batches(chunks, number, items), strict=True
        ):
            assert (found.tensor == one.tensor).all()
    assert begun == [(0, 24), (1, 24)]


def test_what_comes_third_waits_until_all_of_the_second_is_ordered(pool, items, begun):
    upcoming, chunks = Upcoming(pool, views_of(items)), chunked(list(items) * 6, 4)
    upcoming.announce(chunks, 1)
    upcoming.announce(chunks[:1], 2)
    made = upcoming.batches(chunks[:1], 0)
    next(made)
    assert begun == [(0, 4), (1, 144)]
    made.close()
    upcoming.forget()


def test_where_there_is_no_memory_to_share_threads_do_it_and_it_is_not_tried_again(items, monkeypatch):
    tried = []

    def none_left(*_):
        tried.append(None)
        raise OSError("no room for views")

    monkeypatch.setattr(module, "ViewStream", none_left)
    upcoming = Upcoming(WorkerPool(2), views_of(items))
    for number in (3, 4):
        assert same(taken(upcoming, chunked(items, 7), number), by_threads(items, number))
    assert len(tried) == 1
    assert upcoming.pool.trouble == "no room for views"
    assert [note.split(")")[0] for note in upcoming.notes] == [
        "Processes that make views beside the device cannot be used here (no room for views"
    ]
