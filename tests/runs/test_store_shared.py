"""The store's file: shared by threads and programs, unusable, full, opened twice."""

import subprocess
import sys
import threading

import pytest

from core.errors import RunConflict, StorageFailed
from core.runs.status import Status
from core.runs.store import RunStore
from tests.runs import stored
from tests.runs.stored import ROOT, a_run

store = stored.store


WRITER = """
import sys
from pathlib import Path
from core.runs.store import RunStore
from tests.runs.stored import a_step
store = RunStore(Path(sys.argv[1]))
for n in range(50):
    store.record("r-1", steps=[a_step(int(sys.argv[2]) * 1000 + n)])
"""


def test_four_writers_and_two_readers_lose_nothing(tmp_path):
    path = tmp_path / "graft.db"
    store = RunStore(path)
    store.add(a_run())
    # programs of their own: multiprocessing would run the __main__ that a page test left behind
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, path, str(n)], cwd=ROOT) for n in range(4)]
    reads, errors = [], []

    def read():
        try:
            while any(process.poll() is None for process in writers):
                reads.append(len(store.steps("r-1")))
        except Exception as error:
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for thread in readers:
        thread.start()
    for reader in readers:
        reader.join()
    assert errors == []
    assert len(store.steps("r-1")) == 200
    assert all(process.wait() == 0 for process in writers)


def test_a_folder_that_is_not_writable_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailed):
        RunStore(tmp_path / "file" / "graft.db")


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "graft.db").write_bytes(b"not a database at all, but long enough to be read as one" * 20)
    with pytest.raises(StorageFailed, match=r"could not be used.*another workspace"):
        RunStore(tmp_path / "graft.db")


def test_opening_twice_migrates_once(tmp_path):
    RunStore(tmp_path / "graft.db").add(a_run())
    assert RunStore(tmp_path / "graft.db").run("r-1") == a_run()


OPENER = """
import sys
from pathlib import Path
from core.runs.store import RunStore
sys.stdin.readline()
for number in range(20):
    RunStore(Path(sys.argv[1]) / f"{number}.db")
"""


def test_processes_that_open_a_fresh_workspace_at_once_all_succeed(tmp_path):
    command = [sys.executable, "-c", OPENER, str(tmp_path)]
    children = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        _, errors = child.communicate(timeout=120)
        assert child.returncode == 0, errors


def test_a_full_disk_is_said_as_such(store):
    store.add(a_run())
    with store._database.writing() as db:
        db.execute("PRAGMA max_page_count = 20")
    lines = ["x" * 4000] * 100

    def fill():
        for line in lines:
            store.log("r-1", line)

    with pytest.raises(StorageFailed, match="disk is full"):
        fill()
    assert store.run("r-1") == a_run()


def test_a_run_that_is_added_after_another_was_removed_is_still_the_newest(store):
    for run in ("r-1", "r-2", "r-3"):
        store.add(a_run(run, status=Status.COMPLETED, created_at=5.0))
    store.remove("r-1")
    store.add(a_run("r-0", created_at=1.0))  # a clock that was set back, and a name that sorts first
    assert [run.id for run in store.runs()] == ["r-0", "r-3", "r-2"]
    assert len({run.number for run in store.runs()}) == 3


@pytest.mark.parametrize("status", [status for status in Status if status.live])
def test_no_live_run_is_removed_whatever_it_is_doing(store, status):
    store.add(a_run(status=status))
    with pytest.raises(RunConflict):
        store.remove("r-1")
    assert store.run("r-1").status is status
