"""The database that holds the catalogue, the accounts and the audit log: one file of SQLite, or a PostgreSQL server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url

from kb.store import migrate

FILE = "catalogue.sqlite3"
"""The name of the SQLite file in the folder of the store."""

#: An acknowledged document survives a power cut (FULL), readers never wait for a writer (WAL).
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000")


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


def _engine(url: URL) -> Engine:
    engine = create_engine(
        url, json_serializer=lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
