"""The database file: its connections, how long they wait, and what is said of SQLite's errors."""

import os
import sqlite3
from contextlib import ExitStack

import pytest

from core import files
from core.errors import StorageFailed, StorageLocked, WorkspaceGone
from core.runs.database import BUSY_TIMEOUT_S, MOST_IDLE, Database
from core.runs.status import Status
from core.runs.store import RunStore
from tests.runs.stored import a_run


@pytest.fixture
def database(tmp_path):
    return Database(tmp_path / "graft.db")


def fail(database, code):
    error = sqlite3.OperationalError("it went wrong")
    error.sqlite_errorcode = code
    with database.reading():
        raise error


LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_BUSY_SNAPSHOT, sqlite3.SQLITE_BUSY_RECOVERY,
          sqlite3.SQLITE_LOCKED_SHAREDCACHE)  # fmt: skip


@pytest.mark.parametrize("code", LOCKED)
def test_every_kind_of_lock_is_another_program_s_until_something_was_written(database, code):
    with pytest.raises(StorageLocked, match=r"graft\.db is locked by another program"):
        fail(database, code)
    assert database.locked
    with database.reading():
        pass
    assert database.locked, "a reader waits for nobody"
    with database.writing():
        pass
    assert not database.locked


@pytest.mark.parametrize(
    ("code", "said"),
    [(sqlite3.SQLITE_FULL, "is full"), (sqlite3.SQLITE_READONLY, "is not writable"),
     (sqlite3.SQLITE_CANTOPEN, "is not writable"),
     (sqlite3.SQLITE_CORRUPT, r"could not be used: it went wrong\. Choose another workspace"),
     (sqlite3.SQLITE_IOERR, "could not be used: it went wrong"), (None, "could not be used: it went wrong")],
)  # fmt: skip
def test_what_is_no_lock_is_told_as_what_it_is(database, code, said):
    with pytest.raises(StorageFailed, match=said) as failed:
        fail(database, code)
    assert not isinstance(failed.value, StorageLocked)
    assert not database.locked


def setting(db, name):
    return db.execute(f"PRAGMA {name}").fetchone()[0]


def test_connections_wait_as_long_as_they_are_told_and_keep_what_belongs_together(database):
    for wait_s, expected in ((0.25, 250), (0.0, 0), (-1.0, 0)):
        with database.writing(wait_s) as db:
            assert setting(db, "busy_timeout") == expected
    with database.writing() as db:
        assert setting(db, "busy_timeout") == 1000 * BUSY_TIMEOUT_S
    with database.reading() as db:
        assert setting(db, "busy_timeout") == 1000 * BUSY_TIMEOUT_S
        assert (setting(db, "foreign_keys"), setting(db, "journal_mode")) == (1, "wal")


def test_no_more_connections_than_a_few_stay_open(database):
    with ExitStack() as stack:
        used = [stack.enter_context(database.reading()) for _ in range(MOST_IDLE + 2)]
        assert len(set(map(id, used))) == MOST_IDLE + 2
    assert len(database._idle) == MOST_IDLE
    for db in set(used) - set(database._idle):
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            db.execute("SELECT 1")


def test_a_connection_that_is_in_use_when_all_is_closed_is_closed_after_it(database):
    with database.reading() as db:
        database.close()
        assert db.execute("SELECT 1").fetchone()[0] == 1
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        db.execute("SELECT 1")
    assert database._idle == []
    with pytest.raises(WorkspaceGone), database.reading():
        pass


def test_what_is_read_within_a_write_is_what_was_just_written(database):
    with database.writing() as outer:
        with database.reading() as inner:
            assert inner is outer
        with database.writing() as inner:
            assert inner is outer
        assert outer.in_transaction
    with database.reading() as db:
        assert not db.in_transaction


def test_the_folder_is_let_go_when_the_file_is_closed(database, monkeypatch):
    held, let_go = database._folder, []
    monkeypatch.setattr(files, "let_go", let_go.append)
    database.close()
    assert let_go == [held]
    os.close(held)
    database.close()
    assert let_go == [held, None]


def test_what_is_written_together_waits_as_long_as_it_is_told(tmp_path):
    with RunStore(tmp_path / "other.db") as store:
        for wait_s in (0.25, 2.0):
            with store.together(wait_s), store._database.reading() as db:
                assert setting(db, "busy_timeout") == 1000 * wait_s


def test_each_look_counts_and_is_of_the_run_that_was_looked_at(tmp_path):
    with RunStore(tmp_path / "other.db") as store:
        store.add(a_run("r-1", test_key="key"))
        for _ in range(3):
            store.look_at_test(store.run("r-1"))
        assert store.test_looks("key") == 3
        with store._database.reading() as db:
            assert [tuple(row) for row in db.execute("SELECT test_key, run_id FROM test_looks")] == [("key", "r-1")] * 3


def test_a_run_does_not_end_before_it_began_and_two_hundred_lines_are_shown(tmp_path):
    with RunStore(tmp_path / "other.db") as store:
        store.add(a_run("r-1"))
        store.move("r-1", Status.RUNNING, at=100.0)
        store.move("r-1", Status.STOPPED, at=40.0)
        assert (store.run("r-1").started_at, store.run("r-1").ended_at) == (100.0, 100.0)
        with store.together():
            for number in range(203):
                store.log("r-1", str(number))
        assert [line.message for line in store.lines("r-1")] == [str(number) for number in range(3, 203)]
