"""Memory for views that wait, and units over which workers ended."""

from types import SimpleNamespace

import pytest

from core.features.workers import worker as worker_module
from core.features.workers.messages import Made, Unit
from core.features.workers.stream import _batches_ahead, _Slots
from core.features.workers.worker import LEFT_OUT, Order


def test_an_image_over_which_three_workers_ended_is_left_out_and_said():
    told = []
    order = Order(Unit(1, 2, 0, None, ("a", "b", "c")), told.append)
    for left_out in (frozenset(), frozenset(), {1}):
        order.trying = 1
        assert order.again() is order
        assert (order.unit.left_out, order.unit.careful, order.trying) == (left_out, True, None)
    order.again()
    assert order.lost == {1: 3}
    order.finish(Made(2, (None, None, "gone")))
    assert told == [Made(2, (None, LEFT_OUT, "gone"))]
    assert "ended 3 times" in LEFT_OUT
    assert worker_module.LOST == 3


@pytest.mark.parametrize(
    ("count", "batch", "view_bytes", "ahead"),
    [(1, 16, 10, 4), (1, 17, 10, 3), (4, 16, 10, 10), (4, 64, 10, 4), (3, 33, 10, 4), (0, 16, 10, 2), (2, 0, 10, 6),
     (16, 16, 1 << 22, 8), (16, 16, 1 << 24, 2), (16, 16, 1 << 26, 2)],
)  # fmt: skip
def test_so_many_batches_lie_in_memory_at_once(count, batch, view_bytes, ahead):
    assert _batches_ahead(SimpleNamespace(count=count), batch, view_bytes) == ahead


def test_slots_are_taken_in_turn_and_given_back_when_they_were_in_use():
    slots = _Slots(3, 12)
    try:
        assert (slots.take(), slots.take()) == (0, 1)
        slots.memory[12:24] = 7
        assert slots.views(1, 1, 2).tolist() == [[[[7] * 3] * 2] * 2]
        assert slots.free == [2]
        slots.give_back()
        assert slots.free == [2, 1]
        slots.give_back()
        assert slots.free == [2, 1]
        slots.release()
        assert slots.memory.size == 0
    finally:
        slots.file.close()
