"""Connections to the run store are a few, whatever the number of threads, and none is left when it is closed."""

import os
import threading

import pytest

from core.errors import WorkspaceGone
from core.runs.database import MOST_IDLE
from core.runs.store import RunStore
from core.runs.workspace import Workspace
from tests.runs.stored import a_run

pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="only Linux lists open files there")


def handles(folder):
    """Open files of this process in `folder`, and the folder itself where it is held."""
    return [path for fd in os.listdir("/proc/self/fd") if (path := _target(fd)).startswith(str(folder))]


def _target(fd):
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except OSError:  # that of the listing itself
        return ""


def at_once(number, work):
    """`work` in so many threads that are all inside at the same moment."""
    threads = [threading.Thread(target=work) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("number", [3, 17])
def test_threads_that_ended_leave_no_connection(tmp_path, number):
    store = RunStore(tmp_path / "graft.db")
    store.add(a_run())

    def wave():
        inside = threading.Barrier(number)

        def read_beside_others():
            with store._database.reading():
                inside.wait(30)
            store.log("r-1", "x")

        at_once(number, read_beside_others)
        return handles(tmp_path).count(str(store.path))

    # SQLite itself keeps the handles of a closed connection for the next one, as POSIX locks want it
    first = wave()
    assert 1 <= first <= number + 1
    assert max(wave() for _ in range(5)) <= first
    assert len(store._database._idle) <= MOST_IDLE
    assert len(store.lines("r-1")) == 6 * number
    store.close()
    assert handles(tmp_path) == []


def test_a_connection_that_is_in_use_when_the_store_closes_is_closed_when_it_comes_back(tmp_path):
    store, reading, closed = RunStore(tmp_path / "graft.db"), threading.Event(), threading.Event()

    def read():
        with store._database.reading() as db:
            reading.set()
            closed.wait(30)
            assert db.execute("SELECT 1").fetchone()[0] == 1

    thread = threading.Thread(target=read)
    thread.start()
    reading.wait(30)
    store.close()
    store.close()
    assert handles(tmp_path) != []
    closed.set()
    thread.join()
    assert handles(tmp_path) == []


def test_a_block_closes_what_it_opened_also_after_an_error(tmp_path):
    with RunStore(tmp_path / "graft.db") as store:
        store.add(a_run())
        assert handles(tmp_path) != []
    with pytest.raises(WorkspaceGone):
        store.runs()

    def fails():
        with Workspace(tmp_path) as workspace:
            assert [run.id for run in workspace.store.runs()] == ["r-1"]
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert handles(tmp_path) == []
