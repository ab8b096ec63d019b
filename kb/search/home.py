"""Where the index lives: open it, notice that another process has replaced it, rebuild it beside and swap."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from uuid import uuid4

from kb.errors import told
from kb.search.engines import create_index, open_index
from kb.search.index import Index
from kb.text.analyze import Analyzer

STAMP = "build"
"""A file in each index with a random name of that build: another file means that the index was swapped."""

Stamp = tuple[int, int]
"""Identity of that file: the next one is written while the last one is still there, so it is another on the disk."""


class IndexHome:
    """The folder ``search_index/`` with its one present index in ``current``."""

    def __init__(self, folder: Path, engine: str, analyzer: Analyzer, memory: int) -> None:
        """``memory``: bytes that may be taken to remember what has been read of it."""
        self._folder = folder
        self._engine = engine
        self._analyzer = analyzer
        self._memory = memory
        self._stamped = self._current / STAMP  # looked at for each search: putting a path together takes longer
        self._lock = Lock()
        self._index: Index | None = None
        self._stamp: Stamp | None = None

    @property
    def _current(self) -> Path:
        return self._folder / "current"

    def index(self) -> Index:
        """The present index, opened once and again whenever it has been swapped.

        Raises:
            IndexBrokenError: there is none, it is damaged, or it was made by other rules: rebuild it.

        """
        with self._lock:
            stamp = self._read_stamp()
            if self._index is None or stamp != self._stamp:
                self._index = self._opened()
                self._stamp = stamp
            return self._index

    def rebuild(self, fill: Callable[[Index], None]) -> Index:
        """Make a new index beside the present one, fill it, and put it in its place.

        Until the swap, readers go on with the present index; when ``fill`` raises, it stays.

        Raises:
            StorageError: the disk does not take it.

        """
        beside = self._folder / "new"
        shutil.rmtree(beside, ignore_errors=True)
        index = create_index(self._engine, beside, self._analyzer)
        try:
            fill(index)
            index.commit()
            index.settle()
        except BaseException:
            index.close()
            raise
        with told(self._folder, "索引を作れません"):
            beside.mkdir(parents=True, exist_ok=True)  # the memory engine leaves no files of its own
            (beside / STAMP).write_text(uuid4().hex, encoding="ascii")
            return self._swap(beside, index)

    def _swap(self, beside: Path, built: Index) -> Index:
        with self._lock:
            if self._index is not None:
                self._index.close()
                self._index = None
            if self._engine != "memory":
                built.close()
            old = self._folder / "old"
            shutil.rmtree(old, ignore_errors=True)
            if self._current.exists():
                self._current.rename(old)
            beside.rename(self._current)
            shutil.rmtree(old, ignore_errors=True)
            self._stamp = self._read_stamp()
            self._index = built if self._engine == "memory" else self._opened()
            return self._index

    def close(self) -> None:
        """Let go of all files."""
        with self._lock:
            if self._index is not None:
                self._index.close()
                self._index = None

    def _opened(self) -> Index:
        return open_index(self._engine, self._current, self._analyzer, self._memory)

    def _read_stamp(self) -> Stamp | None:
        try:
            status = self._stamped.stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns
