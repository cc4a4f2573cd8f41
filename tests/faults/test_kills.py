"""A few of the kills that `python -m tests.faults.kills` does by the hundred."""

import sys

import pytest

from tests.faults import kills


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc and /dev/shm")
def test_fourteen_kills_lose_nothing_and_leave_nothing_behind():
    assert kills.run(14, seed=3) == []
