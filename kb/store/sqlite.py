"""What is SQLite's own: its pragmas, how its writers wait, how it tells of damage."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from kb.store.transactions import WRITES

OPTIONS: dict[str, Any] = {}
"""For ``create_engine``."""

#: An acknowledged document survives a power cut (FULL), readers never wait for a writer (WAL).
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000")

#: What SQLite says when its file is not what it wrote (sqlite.org/rescode.html, SQLITE_CORRUPT and SQLITE_NOTADB).
_DAMAGE = ("malformed", "not a database")


def prepare(connection: Any, _record: object) -> None:
    """Make a new connection ready."""
    # The sqlite3 module would begin transactions by itself, and only before the first change.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def begin(connection: Connection) -> None:
    """Begin a transaction; one that writes waits for the others."""
    # A transaction that reads first and then writes fails at once if another has written in between, however long the
    # time-out is (sqlite.org/isolation.html): so it says at its beginning that it will.
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def is_damage(said: str) -> bool:
    """Whether an error tells of a damaged file."""
    return any(words in said for words in _DAMAGE)
