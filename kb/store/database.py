"""The database that holds the catalogue, the accounts and the audit log: one file of SQLite, or a PostgreSQL server."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, OperationalError

from kb.errors import ConfigError, DamagedError, KbError, StorageError, told
from kb.store import migrate, wal
from kb.store.files import make_folder
from kb.store.transactions import WRITES, writer

FILE = "catalogue.sqlite3"
"""The name of the SQLite file in the folder of the store."""

#: An acknowledged document survives a power cut (FULL), readers never wait for a writer (WAL).
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000")

#: What SQLite says when its file is not what it wrote (sqlite.org/rescode.html, SQLITE_CORRUPT and SQLITE_NOTADB).
_DAMAGE = ("malformed", "not a database")

__all__ = ["FILE", "open_database", "writer"]

#: The one lock that all writing transactions on PostgreSQL take: the same order as SQLite gives by itself.
_ADVISORY_LOCK = 0x6B62


def open_database(store: Path, url: str = "") -> Engine:
    """Connect, and bring the tables to the present schema. The caller disposes of it.

    Args:
        store: the folder in which the SQLite file lies.
        url: the address of another database, as SQLAlchemy writes it (``postgresql+psycopg://...``).

    Raises:
        DamagedError: the catalogue is damaged, or gone while there are originals: it is never begun anew by itself.
        StorageError: the database cannot be reached or written.
        ConfigError: the address is none, or its driver is not installed.

    """
    with told(store, "保管場所を作れません"):
        make_folder(store)
    if not url:
        _check_writable(store)
        _check_file(store)
    where = _parsed(url) if url else URL.create("sqlite", database=str(store / FILE))
    engine = _engine(where)
    try:
        if migrate.revision(engine) is None:
            _check_new(store, subject(engine))
        migrate.upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def subject(engine: Engine) -> str:
    """The database as errors name it: its file or its address, without a password."""
    url = engine.url
    return str(url.database) if engine.dialect.name == "sqlite" else url.render_as_string(hide_password=True)


def _check_file(store: Path) -> None:
    if not (store / FILE).exists() or not (store / FILE).stat().st_size:
        _check_new(store, str(store / FILE))
    if wal.is_damaged(store / FILE):
        raise _damaged(str(store / FILE))


def _damaged(name: str) -> DamagedError:
    fix = "使うのをやめ、「kb restore」でバックアップから戻してください。元のファイルは残っています。"
    return DamagedError(name, "目録のファイルが壊れています。", fix)


def _check_writable(store: Path) -> None:
    """SQLite would only say that it is unable to open its file: it writes beside it even to read."""
    if not os.access(store, os.W_OK):
        fix = "書き込めるようにするか、フォルダーごと書き込める場所に写して --data で指定してください。"
        raise StorageError(str(store), "読み取り専用か、書き込む権限がありません。", fix)


def _check_new(store: Path, name: str) -> None:
    """An empty catalogue beside originals has been lost: beginning anew would sweep them all away."""
    if any((store / "originals").glob("??/*")):
        fix = "「kb restore」でバックアップから戻すか、目録のファイルと設定 database を確かめてください。"
        raise DamagedError(name, "元のファイルはあるのに、目録がありません。", fix)


def _parsed(url: str) -> URL:
    fix = "postgresql+psycopg://利用者:パスワード@ホスト/データベース の形で書いてください。"
    try:
        return make_url(url)
    except (ArgumentError, ValueError):  # its text would show the password
        raise ConfigError("database", "データベースのURLとして読めません。", fix) from None


def _engine(url: URL) -> Engine:
    try:
        engine = create_engine(
            url, json_serializer=lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        )
    except (ArgumentError, ImportError) as error:
        fix = "PostgreSQLには pip install 'kb-csw[postgres]' で入るドライバーが要ります。"
        raise ConfigError("database", f"{url.drivername} を使えません。", fix) from error
    event.listen(engine, "handle_error", _translate)
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
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _queue(connection: Connection) -> None:
    if connection.get_execution_options().get(WRITES):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")


def _translate(context: ExceptionContext) -> None:
    """What is the disk's or the server's doing is told in our words; mistakes of ours stay as they are."""
    error = context.sqlalchemy_exception
    engine = context.engine
    if engine is None or not isinstance(error, DatabaseError | InterfaceError):
        return
    told = _told(engine, error)
    if told:
        raise told from context.original_exception


def _told(engine: Engine, error: DatabaseError | InterfaceError) -> KbError | None:
    name, said = subject(engine), str(error.orig)
    if engine.dialect.name == "sqlite" and any(words in said for words in _DAMAGE):
        return _damaged(name)
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    if engine.dialect.name == "sqlite":
        fix = "空き容量と書き込みの権限を確かめて、やり直してください。"
        return StorageError(name, f"目録を読み書きできません（{said}）。", fix)
    # The driver's text may name the whole address, with the password.
    fix = "サーバーが動いているか、設定 database のURLを確かめて、やり直してください。"
    return StorageError(name, "データベースにつながらないか、答えがありません。", fix)
