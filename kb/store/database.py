"""The database that holds the catalogue, the accounts and the audit log: one file of SQLite, or a PostgreSQL server."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, InterfaceError, OperationalError

from kb.errors import ConfigError, DamagedError, KbError, StorageError, told
from kb.store import migrate, postgres, sqlite, wal
from kb.store.files import make_folder
from kb.store.transactions import writer

FILE = "catalogue.sqlite3"
"""The name of the SQLite file in the folder of the store."""

__all__ = ["FILE", "open_database", "open_empty", "subject", "writer"]

_KINDS = {"sqlite": sqlite, "postgresql": postgres}
"""What differs between them: how a connection is made ready, how writers wait, and what an error means."""


def open_database(store: Path, url: str = "") -> Engine:
    """Connect, and bring the tables to the present schema. The caller disposes of it.

    Args:
        store: the folder in which the SQLite file lies.
        url: the address of another database, as SQLAlchemy writes it (``postgresql+psycopg://...``).

    Raises:
        DamagedError: the catalogue is damaged, or gone while there are originals: it is never begun anew by itself.
        StorageError: the database cannot be reached or written.
        ConfigError: the address is none, its driver is not installed, or a later version of this program has used it.

    """
    with told(store, "保管場所を作れません"):
        make_folder(store)
    if not url:
        _check_writable(store)
        _check_file(store)
    where = _parsed(url) if url else URL.create("sqlite", database=str(store / FILE))
    return _upgraded(where, lambda engine: _check_new(store, subject(engine)))


def open_empty(url: str) -> Engine:
    """Connect to a database that is about to be filled, whatever lies in the folder of the store.

    Raises:
        StorageError: the database cannot be reached or written.
        ConfigError: the address is none, its driver is not installed, or a later version of this program has used it.

    """
    return _upgraded(_parsed(url), lambda _engine: None)


def _upgraded(where: URL, is_new: Callable[[Engine], None]) -> Engine:
    engine = _engine(where)
    try:
        found = migrate.revision(engine)
        if found is None:
            is_new(engine)
        else:
            _check_known(engine, found)
        migrate.upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _check_known(engine: Engine, revision: str) -> None:
    if revision > migrate.HEAD:
        reason = f"新しい版の kb で使われた目録です（{revision}。このプログラムが知っているのは {migrate.HEAD} まで）。"
        fix = (
            "新しい版の kb を使うか、前のバックアップから「kb restore --force」で戻してください"
            "（PostgreSQLでは、空のデータベースに）。"
        )
        raise ConfigError(subject(engine), reason, fix)


def subject(engine: Engine) -> str:
    """The database as errors name it: its file, or its address without a password or any options."""
    url = engine.url
    if engine.dialect.name == "sqlite":
        return str(url.database)
    bare = URL.create(url.drivername, url.username, None, url.host, url.port, url.database)
    return bare.render_as_string()


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


def _parsed(text: str) -> URL:
    fix = "postgresql+psycopg://利用者:パスワード@ホスト/データベース の形で書いてください。"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # its text would show the password
        raise ConfigError("database", "データベースのURLとして読めません。", fix) from None
    if url.get_backend_name() not in _KINDS:
        raise ConfigError("database", f"{url.drivername} は使えません。", fix)
    password = url.query.get("password")  # where SQLAlchemy would show it to everybody
    return url.difference_update_query(["password"]).set(password=str(password)) if password else url


def _engine(url: URL) -> Engine:
    kind = _KINDS[url.get_backend_name()]
    try:
        # Errors that are ours end in a log, and would bring passages of case studies with them.
        engine = create_engine(url, json_serializer=_json, hide_parameters=True, **kind.OPTIONS)
    except (ArgumentError, ImportError) as error:
        fix = "PostgreSQLには pip install 'kb-csw[postgres]' で入るドライバーが要ります。"
        raise ConfigError("database", f"{url.drivername} を使えません。", fix) from error
    event.listen(engine, "handle_error", _translate)
    event.listen(engine, "connect", kind.prepare)
    event.listen(engine, "begin", kind.begin)
    if kind is postgres:
        event.listen(engine, "before_cursor_execute", postgres.without_nul, retval=True)
    return engine


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _translate(context: ExceptionContext) -> None:
    """What is the disk's or the server's doing is told in our words; mistakes of ours stay as they are."""
    error = context.sqlalchemy_exception
    engine = context.engine
    if engine is None or not isinstance(error, DatabaseError | InterfaceError):
        return
    told = _told(engine, error, connecting=context.connection is None)
    if told:
        raise told from context.original_exception


def _told(engine: Engine, error: DatabaseError | InterfaceError, *, connecting: bool) -> KbError | None:
    name, said = subject(engine), str(error.orig)
    if engine.dialect.name == "sqlite" and sqlite.is_damage(said):
        return _damaged(name)
    if not (connecting or isinstance(error, OperationalError | InterfaceError | DataError)):
        return None
    if engine.dialect.name == "sqlite":
        fix = "空き容量と書き込みの権限を確かめて、やり直してください。"
        return StorageError(name, f"目録を読み書きできません（{said}）。", fix)
    return StorageError(name, *postgres.told(said, engine.url.password))
