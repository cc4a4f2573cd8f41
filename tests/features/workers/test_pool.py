"""The processes: light, gone with their program, and as many as are asked for."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.features.batches import chunked
from core.features.workers import pool as module
from core.features.workers.pool import VARIABLE, WorkerPool, usual_count
from core.features.workers.stream import ViewStream
from core.runs.workspace import Workspace
from tests.features.workers.conftest import started
from tests.features.workers.test_stream import by_threads, same, views_of
from tests.waiting import until

PROGRAM = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it, and so would this one
from core.features.workers.pool import WorkerPool
pool = WorkerPool(2)
pool.start()
pool.wait(60)
print(*pool.processes, flush=True)
time.sleep(3600)
"""


def alive(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(("asked", "cores", "count"), [
    ("", 1, 0), ("", 2, 1), ("", 16, 15), ("", 17, 16), ("", 64, 16), ("3", 64, 3), ("0", 64, 0), ("99", 2, 16),
    ("many", 4, 3),
])  # fmt: skip
def test_one_fewer_than_the_cores_or_as_many_as_are_asked_for(monkeypatch, asked, cores, count):
    monkeypatch.setattr(module, "cores", lambda: cores)
    monkeypatch.setenv(VARIABLE, asked)
    assert usual_count() == count


def test_workers_load_no_torch_and_take_little_memory(pool):
    for process in pool.processes:
        assert "libtorch" not in Path(f"/proc/{process}/maps").read_text()
        resident = int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        assert resident < 250 << 20


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_their_program_however_it_ends(how):
    program = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    processes = [int(one) for one in program.stdout.readline().split()]
    assert len(processes) == 2
    assert all(map(alive, processes))
    program.send_signal(how)
    try:
        program.wait(30)
    finally:
        program.kill()
        program.stdout.close()
    until(lambda: not any(map(alive, processes)))


def test_a_pool_that_nobody_holds_ends_its_workers():
    pool = started(1)
    (process,) = pool.processes
    del pool
    until(lambda: not alive(process))


def test_closing_ends_the_workers_and_starts_none_again():
    pool = started(1)
    (process,) = pool.processes
    pool.close()
    assert not alive(process)
    pool.start()
    assert not pool.usable
    assert not pool.wait(0.1)


def test_a_worker_that_is_killed_at_rest_is_replaced(pool):
    before = set(pool.processes)
    os.kill(min(before), signal.SIGKILL)
    until(lambda: len(set(pool.processes) - {min(before)}) == 2)
    assert pool.wait(60)


def test_a_workspace_has_one_pool_for_what_computes_beside_the_processor(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, "1")
    with Workspace(tmp_path) as workspace:
        assert workspace.workers("cpu") is None
        pool = workspace.workers("cuda")
        assert pool.wait(60)
        assert workspace.workers("mps") is pool
        (process,) = pool.processes
    assert not alive(process)


def test_no_pool_where_none_is_wanted(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, "0")
    with Workspace(tmp_path) as workspace:
        assert workspace.workers("cuda") is None


def test_a_process_that_cannot_be_started_is_no_end_of_the_program(monkeypatch, caplog):
    def refuse():
        raise OSError("Resource temporarily unavailable")

    monkeypatch.setattr(module, "Worker", refuse)
    pool = WorkerPool(3)
    pool.start()
    assert not pool.usable
    assert "Resource temporarily unavailable" in caplog.text


def test_a_worker_whose_end_is_known_but_not_yet_mended_loses_nothing(pool, items):
    """Between the end of a worker and its replacement it may still be asked."""
    for worker in list(pool._workers):
        worker.leave()  # as the thread that listens does first
    chunks = chunked(items, 5)
    found = [batch.images.copy() for batch in ViewStream(pool, views_of(items), chunks, 1)]
    assert same(found, by_threads(items, 1, 5))
    assert pool.wait(60)
