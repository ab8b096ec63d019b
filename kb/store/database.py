"""The database that holds the catalogue, the accounts and the audit log: one file of SQLite, or a PostgreSQL server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url

from kb.store import migrate

FILE = "catalogue.sqlite3"
"""The name of the SQLite file in the folder of the store."""

#: An acknowledged document survives a power cut (FULL), readers never wait for a writer (WAL).
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000")

_WRITES = "kb_writes"
#: The one lock that all writing transactions on PostgreSQL take: the same order as SQLite gives by itself.
_ADVISORY_LOCK = 0x6B62


def open_database(store: Path, url: str = "") -> Engine:
    """Connect, and bring the tables to the present schema. The caller disposes of it.

    Args:
        store: the folder in which the SQLite file lies.
        url: the address of another database, as SQLAlchemy writes it (``postgresql+psycopg://...``).

    """
    store.mkdir(parents=True, exist_ok=True)
    engine = _engine(make_url(url) if url else URL.create("sqlite", database=str(store / FILE)))
    migrate.upgrade(engine)
    return engine


def writer(engine: Engine) -> Engine:
    """The same database for transactions that write what depends on what they read: one at a time."""
    return engine.execution_options(**{_WRITES: True})


def _engine(url: URL) -> Engine:
    engine = create_engine(
        url, json_serializer=lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    else:
        event.listen(engine, "begin", _queue)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    # The sqlite3 module would begin transactions by itself, and only before the first change.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A transaction that reads first and then writes fails at once if another has written in between, however long the
    # time-out is (sqlite.org/isolation.html): so it says at its beginning that it will.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _queue(connection: Connection) -> None:
    if connection.get_execution_options().get(_WRITES):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
