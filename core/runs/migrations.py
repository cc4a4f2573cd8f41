"""The database's history: each step is applied once, in order, in one transaction with the record that it ran."""

import sqlite3

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        status TEXT NOT NULL,
        experiment TEXT NOT NULL,
        digest TEXT NOT NULL,
        device TEXT NOT NULL,
        classes TEXT NOT NULL,
        test_key TEXT NOT NULL,
        created_at REAL NOT NULL,
        started_at REAL,
        ended_at REAL,
        message TEXT NOT NULL DEFAULT '',
        traceback TEXT NOT NULL DEFAULT '',
        progress TEXT NOT NULL DEFAULT '{}',
        results TEXT NOT NULL DEFAULT '{}'
    );
    CREATE INDEX runs_by_status ON runs (status);
    CREATE TABLE phases (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        phase INTEGER NOT NULL,
        record TEXT NOT NULL,
        PRIMARY KEY (run_id, phase)
    );
    CREATE TABLE steps (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        step INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        record TEXT NOT NULL,
        PRIMARY KEY (run_id, step)
    );
    CREATE TABLE epochs (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        epoch INTEGER NOT NULL,
        record TEXT NOT NULL,
        PRIMARY KEY (run_id, epoch)
    );
    CREATE TABLE log (
        id INTEGER PRIMARY KEY,
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        at REAL NOT NULL,
        level TEXT NOT NULL,
        message TEXT NOT NULL
    );
    CREATE INDEX log_by_run ON log (run_id);
    CREATE TABLE test_looks (
        id INTEGER PRIMARY KEY,
        test_key TEXT NOT NULL,
        run_id TEXT NOT NULL,
        at REAL NOT NULL
    );
    CREATE INDEX test_looks_by_key ON test_looks (test_key);
    """,
    # the order in which runs were made: a clock can be set back
    """
    ALTER TABLE runs ADD COLUMN number INTEGER;
    UPDATE runs SET number = (
        SELECT COUNT(*) FROM runs AS other
        WHERE other.created_at < runs.created_at OR (other.created_at = runs.created_at AND other.id >= runs.id)
    );
    CREATE INDEX runs_by_number ON runs (number);
    """,
)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a database up to date. Safe to call from several processes at once."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY)")
        (done,) = connection.execute("SELECT COUNT(*) FROM migrations").fetchone()
        for number, script in enumerate(MIGRATIONS[done:], start=done):
            for statement in filter(str.strip, script.split(";")):
                connection.execute(statement)
            connection.execute("INSERT INTO migrations VALUES (?)", (number,))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
