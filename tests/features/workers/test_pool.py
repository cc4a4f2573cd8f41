"""The processes: light, gone with their program, and as many as are asked for."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.errors import InvalidInput
from core.features.batches import chunked
from core.features.workers import count as counting
from core.features.workers import pool as module
from core.features.workers.count import VARIABLE, usual_count
from core.features.workers.pool import WorkerPool, WorkersUnavailable
from core.features.workers.stream import ViewStream
from core.features.workers.upcoming import Upcoming
from core.runs.workspace import Workspace
from tests.features.workers.conftest import SLOW, kill_one, started
from tests.features.workers.test_stream import by_threads, by_workers, same, views_of
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
    ("", 1, 0), ("", 2, 1), ("", 16, 15), ("", 17, 16), ("", 64, 16), ("3", 64, 3), ("0", 64, 0), ("16", 2, 16),
    (" 2 ", 4, 2),
])  # fmt: skip
def test_one_fewer_than_the_cores_or_as_many_as_are_asked_for(monkeypatch, asked, cores, count):
    monkeypatch.setattr(counting, "cores", lambda: cores)
    monkeypatch.setenv(VARIABLE, asked)
    assert usual_count() == count


@pytest.mark.parametrize("asked", ["abc", "-1", "17", "1.5", "9" * 5000])
def test_a_number_that_is_none_is_refused(tmp_path, monkeypatch, asked):
    monkeypatch.setenv(VARIABLE, asked)
    with Workspace(tmp_path) as workspace:
        assert workspace.workers("cpu") is None  # nobody asks for it there
        with pytest.raises(InvalidInput, match=r"GRAFT_VIEW_WORKERS.*from 0 .* to 16") as refused:
            workspace.workers("cuda")
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    ("files", "seen", "cores"),
    [({"max": "max 100000\n"}, 8, 8), ({"max": "250000 100000\n"}, 8, 3), ({"max": "250000 100000\n"}, 2, 2),
     ({"quota": "-1\n", "period": "100000\n"}, 8, 8), ({"quota": "100000\n", "period": "100000\n"}, 8, 1),
     ({"quota": "100000\n"}, 8, 8), ({"max": "none of this\n"}, 8, 8), ({}, 4, 4)],
)  # fmt: skip
def test_a_container_s_share_of_the_processor_is_what_counts(tmp_path, monkeypatch, files, seen, cores):
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    monkeypatch.setattr(counting, "QUOTAS", ((tmp_path / "max",), (tmp_path / "quota", tmp_path / "period")))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(seen)), raising=False)
    assert counting.cores() == cores
    assert usual_count() == cores - 1


def test_a_module_of_the_folder_one_is_in_is_none_of_a_worker_s(tmp_path, monkeypatch):
    (tmp_path / "pickle.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    pool = started(1)
    assert len(pool.processes) == 1
    pool.close()


def test_an_answer_that_cannot_be_taken_ends_the_worker_and_another_makes_the_views(items, monkeypatch):
    pool, real, failing = started(1), WorkerPool._answered, [MemoryError("no room for it")]

    def answered(self, worker, made):
        if failing:
            raise failing.pop()
        real(self, worker, made)

    monkeypatch.setattr(WorkerPool, "_answered", answered)
    (before,) = pool.processes
    assert same(by_workers(pool, items, 1), by_threads(items, 1))
    assert before not in pool.processes
    pool.close()


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


def refusing():
    """Stands for `Worker` where no process can be started."""
    raise OSError("Resource temporarily unavailable")


class Waits(threading.Event):
    """Keeps for how long it was waited for."""

    def __init__(self):
        super().__init__()
        self.timeouts = []

    def wait(self, timeout=None):
        self.timeouts.append(timeout)
        return super().wait(timeout)


def test_a_process_that_cannot_be_started_is_no_end_of_the_program(monkeypatch, caplog):
    monkeypatch.setattr(module, "Worker", refusing)
    pool = WorkerPool(3)
    pool.start()
    assert not pool.usable
    assert "Resource temporarily unavailable" in caplog.text
    assert "Resource temporarily unavailable" in pool.trouble


def test_workers_that_cannot_be_used_are_given_to_runs_which_say_so(tmp_path, monkeypatch, items):
    monkeypatch.setenv(VARIABLE, "2")
    monkeypatch.setattr(module, "Worker", refusing)
    with Workspace(tmp_path) as workspace:
        for _ in range(2):
            upcoming = Upcoming(workspace.workers("cuda"), views_of(items))
            assert same([batch.images for batch in upcoming.batches([items[:5]], 1)], by_threads(items[:5], 1))
            assert len(upcoming.notes) == 1
            assert "Resource temporarily unavailable" in upcoming.notes[0]


def test_where_the_last_worker_ends_and_none_can_be_started_the_views_are_made_here(monkeypatch, items, booted):
    booted(SLOW)
    pool = started(1)
    made = ViewStream(pool, views_of(items), chunked(items, 8), 1)
    waits = [Waits() for _ in made._making]
    for making, done in zip(made._making, waits, strict=True):
        (part,) = making.parts
        part.done = done
    monkeypatch.setattr(module, "Worker", refusing)
    kill_one(pool)
    assert same([batch.images.copy() for batch in made], by_threads(items, 1, 8))
    assert not pool.usable
    assert not pool.processes
    assert all(timeout > 0 for done in waits for timeout in done.timeouts)
    assert any(done.timeouts for done in waits)
    with pytest.raises(WorkersUnavailable):
        pool.order(made._making)


def test_workers_that_are_left_do_without_one_that_cannot_be_replaced(monkeypatch, items):
    pool, real = started(2), module.Worker
    with monkeypatch.context() as patched:
        patched.setattr(module, "Worker", refusing)
        kill_one(pool)
        until(lambda: len(pool.processes) == 1)
        assert pool.usable
        assert same(by_workers(pool, items, 1), by_threads(items, 1))
    assert module.Worker is real
    assert same(by_workers(pool, items, 2), by_threads(items, 2))  # there is memory again: it is replaced now
    assert len(pool.processes) == 2
    pool.close()


def test_an_image_that_ended_its_workers_is_not_tried_here_and_not_taken_for_read(items):
    made = ViewStream(WorkerPool(0), views_of(items), [items[:5]], 1)
    order = made._making[0].parts[0].order
    order.unit = order.unit._replace(left_out=frozenset({3}))
    (batch,) = made
    assert [item for item, _ in batch.failed] == [items[3]]
    assert len(batch.images) == 4


def test_a_worker_whose_end_is_known_but_not_yet_mended_loses_nothing(pool, items):
    """Between the end of a worker and its replacement it may still be asked."""
    for worker in list(pool._workers):
        worker.leave()  # as the thread that listens does first
    chunks = chunked(items, 5)
    found = [batch.images.copy() for batch in ViewStream(pool, views_of(items), chunks, 1)]
    assert same(found, by_threads(items, 1, 5))
    assert pool.wait(60)


def test_each_worker_has_a_session_of_its_own(pool):
    assert all(os.getsid(process) == process for process in pool.processes), "Ctrl-C is for the program alone"


def test_a_want_that_is_over_is_no_reason_for_the_next_run(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, "1")
    with Workspace(tmp_path) as workspace:
        pool = workspace.workers("cuda")
        pool.give_up("no memory left")
        assert not pool.usable
        assert workspace.workers("cuda") is pool
        assert (pool.usable, pool.trouble) == (True, "")
