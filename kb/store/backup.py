"""Backup and restore: the catalogue as of one moment, and exactly the originals that it names.

Taken while the server runs: the database gives a consistent state, and originals never change and are not swept
meanwhile. A backup holds the catalogue as a file of SQLite, wherever it comes from, and goes back into either kind.
The index is derived and not part of it; nor are the server's secret key, sessions, links and tokens: they end with a
restore.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from sqlalchemy import Engine

from kb.errors import BusyError, ConfigError, DamagedError
from kb.store import copying, rows
from kb.store.database import FILE, open_database, open_empty, subject
from kb.store.files import sync_folder
from kb.store.mails import Mails
from kb.store.store import Store
from kb.store.transactions import writer

MANIFEST = "manifest.json"
_ORIGINAL = re.compile(r"originals/([0-9a-f]{2})/(\1[0-9a-f]{62})")
_CHUNK = 1 << 20

#: What lets somebody in: whoever has a backup must not.
_SECRETS = ("session", "link", "token")

Progress = Callable[[int], None]
"""Called with the number of originals finished since the last call."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds."""

    documents: int
    originals: int


def write(store: Store, target: Path, progress: Progress) -> Backup:
    """Write a backup to a file that is not there yet; it is there whole and verified, or not at all.

    Raises:
        BusyError: another backup or a sweep is at work.
        ConfigError: the file is there.
        DamagedError: an original is missing or damaged, or what was written cannot be read again.

    """
    if target.exists():
        raise ConfigError(str(target), "このファイルは既にあります。", "別の名前を付けてください。")
    part = target.with_name(f"{target.name}.part")
    with TemporaryDirectory(dir=target.parent) as folder, store.originals.all_kept():
        catalogue = Path(folder) / FILE
        _snapshot(store.database, catalogue)
        try:
            with part.open("wb") as stream:
                part.chmod(0o600)  # it holds case studies
                _pack(stream, catalogue, store, progress)
                stream.flush()
                os.fsync(stream.fileno())
            held = verify(part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    sync_folder(target.parent)
    return held


def _snapshot(source: Engine, target: Path) -> None:
    """A consistent copy of the catalogue, whatever is being written to it, without what lets somebody in."""
    if source.dialect.name != "sqlite":
        with _disposed(open_database(target.parent)) as empty, writer(empty).begin() as connection:
            copying.copy(source, connection, _SECRETS)
    with closing(sqlite3.connect(target)) as copy:
        if source.dialect.name == "sqlite":
            with closing(sqlite3.connect(str(source.url.database))) as live:
                live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        for table in _SECRETS:
            copy.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        copy.commit()
        copy.execute("VACUUM")


def _pack(stream: IO[bytes], catalogue: Path, store: Store, progress: Progress) -> None:
    with closing(sqlite3.connect(catalogue)) as copy:
        hashes = sorted(row[0] for row in copy.execute("SELECT DISTINCT sha256 FROM version"))
    manifest = {FILE: _hash_of(catalogue)} | {f"originals/{one[:2]}/{one}": one for one in hashes}
    with tarfile.open(fileobj=stream, mode="w") as tar:
        content = json.dumps(manifest, indent=1).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
        tar.add(catalogue, FILE)
        for one in hashes:
            tar.add(store.originals.path(one), f"originals/{one[:2]}/{one}")
            progress(1)


def verify(path: Path) -> Backup:
    """Read a whole backup and compare every file in it with its hash.

    Raises:
        DamagedError: it is no backup, or damaged.

    """
    originals, documents = 0, 0
    with TemporaryDirectory() as folder:
        for name, stream in _members(path):
            with (Path(folder) / FILE if name == FILE else Path(os.devnull)).open("wb") as out:
                shutil.copyfileobj(stream, out, _CHUNK)
            originals += name != FILE
        documents = _documents(path, Path(folder) / FILE)
    return Backup(documents, originals)


def restore(path: Path, store: Path, *, force: bool, url: str = "") -> Backup:
    """Put what a backup holds in the place of a store; nothing is changed before all of it has been verified.

    Args:
        path: the backup.
        store: the folder ``documents/.store``.
        force: move a store that is there aside; without it, that is refused.
        url: the database for the catalogue, as in ``open_database``. It has to be empty, with ``force``, too.

    Raises:
        ConfigError: there is a store already, or something in the database.
        StorageError: the database cannot be reached or written.
        DamagedError: it is no backup, or damaged.
        BusyError: a restore is at work already.

    """
    if store.exists() and any(store.iterdir()) and not force:
        fix = "空のフォルダーを --data で指定するか、--force で今のデータを脇に移してください。"
        raise ConfigError(str(store), "ここには既にデータがあります。", fix)
    beside = store.with_name(f"{store.name}.restoring")
    try:
        beside.mkdir(parents=True)
    except FileExistsError as error:
        fix = "ほかに復元が動いていなければ、このフォルダーを消して、やり直してください。"
        raise BusyError(str(beside), "前の復元が途中で止まったか、動いています。", fix) from error
    try:
        originals = _unpack(path, beside)
        documents = _documents(path, beside / FILE)
        with _disposed(open_database(beside)) as engine:
            Mails(engine).begin_anew(rows.now())  # what came between backup and restore has been told already
        with _moved_into(url, beside) if url else nullcontext():
            _put_in_place(beside, store)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    sync_folder(store.parent)
    return Backup(documents, originals)


@contextmanager
def _moved_into(url: str, folder: Path) -> Iterator[None]:
    """The catalogue in a folder becomes that of another database once what follows has come to its end."""
    with _disposed(open_empty(url)) as target, writer(target).begin() as connection:
        if not copying.is_empty(connection):
            fix = "createdb で空のデータベースを作り、設定 database をそれに変えて、やり直してください。"
            raise ConfigError(subject(target), "このデータベースには既にデータがあります。", fix)
        with _disposed(open_database(folder)) as source:
            copying.copy(source, connection)
        (folder / FILE).unlink()
        yield


def _put_in_place(folder: Path, store: Path) -> None:
    if store.exists():
        aside = next(p for n in range(1, 10_000) if not (p := store.with_name(f"{store.name}.before-{n}")).exists())
        store.rename(aside)
    folder.rename(store)


@contextmanager
def _disposed(engine: Engine) -> Iterator[Engine]:
    try:
        yield engine
    finally:
        engine.dispose()


def _unpack(path: Path, folder: Path) -> int:
    count = 0
    for name, stream in _members(path):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            shutil.copyfileobj(stream, out, _CHUNK)
            out.flush()
            os.fsync(out.fileno())
        count += name != FILE
    for parent in {p.parent for p in folder.rglob("*")}:
        sync_folder(parent)
    return count


class _Hashed:
    """A stream that hashes what is read from it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """As of any stream."""
        chunk = self._stream.read(size)
        self.digest.update(chunk)
        return chunk


def _members(path: Path) -> Iterator[tuple[str, _Hashed]]:
    """The catalogue and the originals in a backup, each compared with its hash once it has been read to its end."""
    with _told(path), tarfile.open(path, mode="r:") as tar:
        first = tar.next()
        if first is None or first.name != MANIFEST or not (stream := tar.extractfile(first)):
            raise _damaged(path, "バックアップのファイルではありません。")
        missing: dict[str, str] = json.loads(stream.read())
        while member := tar.next():
            expected = missing.pop(member.name, None)
            known = member.name == FILE or _ORIGINAL.fullmatch(member.name)
            if expected is None or not known or not member.isreg() or not (stream := tar.extractfile(member)):
                raise _damaged(path, f"目録にないものが入っています（{member.name[:80]}）。")
            hashed = _Hashed(stream)
            yield member.name, hashed
            if hashed.digest.hexdigest() != expected:
                raise _damaged(path, f"{member.name} が壊れています。")
        if missing:
            raise _damaged(path, f"{len(missing)}個のファイルが足りません。")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, ValueError, AttributeError) as error:
        raise _damaged(path, "読み取れません。") from error
    except FileNotFoundError as error:
        raise ConfigError(str(path), "このファイルはありません。", "名前と場所を確かめてください。") from error


def _damaged(path: Path, reason: str) -> DamagedError:
    return DamagedError(str(path), reason, "別のバックアップを使ってください。")


def _documents(path: Path, catalogue: Path) -> int:
    try:
        with closing(sqlite3.connect(catalogue)) as copy:
            if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise _damaged(path, "目録が壊れています。")
            return int(copy.execute("SELECT count(*) FROM document").fetchone()[0])
    except sqlite3.DatabaseError as error:
        raise _damaged(path, "目録が壊れています。") from error


def _hash_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
