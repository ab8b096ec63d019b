"""Original files, kept for ever under the SHA-256 of their content and never changed."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import BinaryIO
from uuid import uuid4

if sys.platform != "win32":
    import fcntl

from kb.errors import ExtractionError, NotFoundError

CHUNK = 1 << 20

#: Originals younger than this are never swept, in seconds: longer than any upload waits for its transaction.
_GRACE_SECONDS = 3600


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
        """Copy a stream into the store; when this returns, the bytes are on the disk for good.

        Args:
            name: the file's name, for the error message.
            stream: the bytes; read to its end, not closed.
            limit: largest size in bytes.

        Raises:
            ExtractionError: the file is larger than ``limit``.

        """
        self._incoming.mkdir(parents=True, exist_ok=True)
        landing = self._incoming / uuid4().hex
        try:
            sha256, size = self._receive(name, stream, landing, limit)
            place = self._place(sha256)
            if place.exists():
                os.utime(place)  # it is needed again: see ``sweep``
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                landing.replace(place)
                sync_folder(place.parent)
                sync_folder(self._root)
        finally:
            landing.unlink(missing_ok=True)
        return Stored(sha256, size, place)

    def sweep(self, named: Callable[[], Collection[str]]) -> list[str]:
        """Remove what no document needs: what killed processes were receiving, and originals that nothing names.

        An original that has just come is left alone, because its document may be about to be entered.

        Args:
            named: gives the hashes that the catalogue names; asked after the originals have been listed.

        Returns:
            The names of the removed files.

        """
        removed = [path.name for path in self._incoming.glob("*") if _remove_leftover(path)]
        old = [path for path in self._root.glob("??/*") if time() - path.stat().st_mtime > _GRACE_SECONDS]
        needed = set(named())
        for path in old:
            if path.name not in needed:
                path.unlink()
                removed.append(path.name)
        return removed

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

    def _receive(self, name: str, stream: BinaryIO, landing: Path, limit: int) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        with landing.open("xb") as out:
            _hold(out)
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
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        return digest.hexdigest(), size

    def _place(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256


def _hold(stream: BinaryIO) -> None:
    """Show other processes that somebody is writing this file; ends with the process, however it ends."""
    if sys.platform != "win32":  # there, a file that is open cannot be removed anyway
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_leftover(path: Path) -> bool:
    """Remove a file that nobody is writing any more; False if somebody is."""
    try:
        if sys.platform != "win32":
            with path.open("rb") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
        else:
            path.unlink()
    except (BlockingIOError, PermissionError, FileNotFoundError):
        return False
    return True


def sync_folder(path: Path) -> None:
    """Make the entries of a folder durable, where the system can (Windows does it by itself)."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
