"""Original files, kept for ever under the SHA-256 of their content and never changed.

Whoever brings one holds it (a shared lock on the open file, which ends with the process) until the catalogue names it;
the sweep removes only what nobody holds and the catalogue does not name. No clock is asked: clocks are set.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from filelock import FileLock, Timeout

if sys.platform != "win32":
    import fcntl

from kb.errors import BusyError, ExtractionError, NotFoundError, told
from kb.store.files import make_folder, sync_folder

CHUNK = 1 << 20

_CANNOT = "保管場所に書き込めません"


@dataclass(frozen=True, slots=True)
class Stored:
    """An original in the store."""

    sha256: str
    size: int
    path: Path


class Originals:
    """The folder ``originals/ab/<sha256>`` with its landing place ``.incoming``."""

    def __init__(self, root: Path) -> None:
        self._root = root / "originals"
        self._incoming = root / ".incoming"
        self._placing = FileLock(root / "originals.lock")
        self._keeping_all = FileLock(root / "sweep.lock")

    def path(self, sha256: str) -> Path:
        """Where the content with this hash lies.

        Raises:
            NotFoundError: there is none.

        """
        path = self._place(sha256)
        if not path.is_file():
            raise NotFoundError(sha256[:12], "元のファイルが保管場所にありません。", "バックアップから戻してください。")
        return path

    def put(self, name: str, stream: BinaryIO, limit: int) -> Stored:
        """``holding`` without holding: for originals that the catalogue names already."""
        with self.holding(name, stream, limit) as stored:
            return stored

    @contextmanager
    def holding(self, name: str, stream: BinaryIO, limit: int) -> Iterator[Stored]:
        """Copy a stream into the store; inside, the bytes are on the disk for good, and nobody sweeps them away.

        A damaged original is replaced by the same content as it comes anew.

        Args:
            name: the file's name, for the error message.
            stream: the bytes; read to its end, not closed.
            limit: largest size in bytes.

        Raises:
            ExtractionError: the file is larger than ``limit``.
            StorageError: the disk does not take it.

        """
        with told(self._root, _CANNOT):
            make_folder(self._incoming)
        landing = self._incoming / uuid4().hex
        try:
            with _created(landing) as out:
                sha256, size = self._receive(name, stream, out, limit)
                held = self._put_in_place(out, landing, sha256)
            with held:
                yield Stored(sha256, size, self._place(sha256))
        finally:
            with suppress(OSError):  # the sweep will
                landing.unlink(missing_ok=True)

    def _put_in_place(self, out: BinaryIO, landing: Path, sha256: str) -> BinaryIO:
        """Make the landed file the original, durably; the original, open and held."""
        place = self._place(sha256)
        with told(self._root, _CANNOT):
            is_there = self.is_whole(sha256)
            make_folder(place.parent)
            with self._placing:
                if not (is_there and place.exists()):
                    if sys.platform == "win32":  # there, an open file cannot be moved
                        out.close()
                    landing.replace(place)
                held = place.open("rb")
                _hold(held)
            # Also where it was there before: whoever put it there may have been killed before this step.
            sync_folder(place.parent)
            return held

    @contextmanager
    def all_kept(self) -> Iterator[None]:
        """Inside, no original is swept: a backup reads them one after the other.

        Raises:
            BusyError: somebody else is sweeping or backing up.

        """
        try:
            self._keeping_all.acquire(timeout=0)
        except Timeout as error:
            fix = "終わるのを待って、もう一度実行してください。"
            raise BusyError(str(self._root), "バックアップか片付けが動いています。", fix) from error
        try:
            yield
        finally:
            self._keeping_all.release()

    def sweep(self, named: Callable[[], Collection[str]]) -> list[str]:
        """Remove what no document needs: what killed processes were receiving, and originals that nothing names.

        An original that is held is left alone, because its document is about to be entered; all are during a backup.

        Args:
            named: gives the hashes that the catalogue names.

        Returns:
            The names of the removed files.

        """
        removed = [path.name for path in self._incoming.glob("*") if _remove_leftover(path)]
        with suppress(BusyError), self.all_kept():
            needed = set(named())
            for path in [path for path in self._root.glob("??/*") if path.name not in needed]:
                with self._placing:
                    if _remove_leftover(path, partial(_is_named, path.name, named)):
                        removed.append(path.name)
        return removed

    def leftovers(self) -> list[Path]:
        """What killed processes were receiving, and what others are receiving now."""
        return sorted(self._incoming.glob("*"))

    def hashes(self) -> Iterator[str]:
        """The hashes of all originals, as their names say."""
        return (path.name for path in self._root.glob("??/*"))

    def is_whole(self, sha256: str) -> bool:
        """Whether an original is there and is what its name says."""
        try:
            with self._place(sha256).open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest() == sha256
        except FileNotFoundError:
            return False

    def _receive(self, name: str, stream: BinaryIO, out: BinaryIO, limit: int) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > limit:
                megabytes = limit // (1 << 20)
                raise ExtractionError(
                    name,
                    f"大きすぎます（上限は{megabytes}MiBです）。",
                    "分けるか、画像を小さくして保存し直してください。",
                )
            digest.update(chunk)
            with told(self._root, _CANNOT):
                out.write(chunk)
        with told(self._root, _CANNOT):
            out.flush()
            os.fsync(out.fileno())
        return digest.hexdigest(), size

    def _place(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256


def _is_named(sha256: str, named: Callable[[], Collection[str]]) -> bool:
    return sha256 in named()


@contextmanager
def _created(landing: Path) -> Iterator[BinaryIO]:
    with told(landing.parent, _CANNOT):
        out = landing.open("xb")
    try:
        _hold(out)
        yield out
    finally:
        with suppress(OSError):  # it has been flushed, or has failed to be: that error is the one to tell
            out.close()


def _hold(stream: BinaryIO) -> None:
    """Show other processes that somebody needs this file; ends with the process, however it ends."""
    if sys.platform != "win32":  # there, a file that is open cannot be removed anyway
        fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)


def _never() -> bool:
    return False


def _remove_leftover(path: Path, is_needed: Callable[[], bool] = _never) -> bool:
    """Remove a file that nobody holds and that is not needed after all; False if it stays."""
    try:
        if sys.platform != "win32":
            with path.open("rb") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if is_needed():
                    return False
                path.unlink()
        elif is_needed():
            return False
        else:
            path.unlink()
    except (BlockingIOError, PermissionError, FileNotFoundError):
        return False
    return True
