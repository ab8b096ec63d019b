"""The engine that is used: Whoosh's files, our manifest around them, numpy to answer from them.

One physical index lies in a folder of its own for each access class, and a search opens exactly those that it may:
nothing that a search returns, no score and no completion, can depend on a section of another class.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from threading import RLock
from typing import Any

from kb.errors import BusyError, IndexBrokenError, StorageError, told
from kb.model import AccessClass, Sort
from kb.search import completion, manifest, whoosh_files
from kb.search.analysed import Analysed
from kb.search.arrays.cache import CACHE_BYTES, Cache
from kb.search.arrays.sections import Record
from kb.search.arrays.segment import Segment
from kb.search.arrays.view import SEPARATOR, View
from kb.search.completion import Completion
from kb.search.fields import analysed
from kb.search.index import Entry, Found
from kb.search.manifest import Manifest
from kb.search.nodes import IndexNode
from kb.text.analyze import Analyzer

SCHEMA_VERSION = 6
"""Number of what lies in the files: raise it with every change, and indexes are rebuilt."""

#: How often reading starts over because a writer has replaced the files meanwhile. Each time means a commit in between.
_ATTEMPTS = 10

Leaves = Mapping[AccessClass, Sequence[tuple[Segment, frozenset[int]]]]
"""The segments of each class, with the numbers of the sections in them that have been replaced."""


class _Snapshot:
    """One committed state, with a view for each set of access classes that has been asked for."""

    def __init__(self, stamp: manifest.Stamp | None, committed: Manifest, leaves: Leaves, cache: Cache) -> None:
        self.stamp = stamp
        self.manifest = committed
        self.leaves = leaves
        self._cache = cache
        self._views: dict[frozenset[AccessClass], View] = {}
        self._lock = RLock()

    def view(self, access: frozenset[AccessClass]) -> View:
        with self._lock:
            if access not in self._views:
                allowed = [leaf for name in AccessClass if name in access for leaf in self.leaves[name]]
                self._views[access] = View(allowed, self._cache)
            return self._views[access]

    def numbers(self, access: AccessClass, documents: Iterable[str]) -> list[int]:
        """The numbers that a writer knows the sections of some documents by."""
        wanted, found, start = list(documents), list[int](), 0
        for leaf, deleted in self.leaves[access]:
            several = (number for document in wanted for number in leaf.sections.of_document(document).tolist())
            found += [start + number for number in several if number not in deleted]
            start += len(leaf.sections)
        return found

    def documents(self) -> dict[str, int]:
        """The documents with their versions."""
        found: dict[str, int] = {}
        for leaf, deleted in (leaf for row in self.leaves.values() for leaf in row):
            found |= leaf.sections.versions(deleted)
        return found


class WhooshIndex:
    """An ``Index`` on disk. Make one with ``open`` or ``create``."""

    def __init__(self, folder: Path, analyzer: Analyzer, memory: int = CACHE_BYTES) -> None:
        self._folder = folder
        self._fingerprint = fingerprint(analyzer)
        self._reading, self._writing = RLock(), RLock()
        self._cache = Cache(memory)
        self._file_lock: Any = None
        self._pending: dict[str, Sequence[Entry]] = {}
        self._present: _Snapshot | None = None
        self._snapshot()

    @classmethod
    def open(cls, folder: Path, analyzer: Analyzer, memory: int = CACHE_BYTES) -> WhooshIndex:
        """The index in ``folder``, for reading and writing, with ``memory`` bytes for its cache; takes no lock.

        Raises:
            IndexBrokenError: there is none, a file is missing or damaged, or it was made by other rules.

        """
        return cls(folder, analyzer, memory)

    @classmethod
    def create(cls, folder: Path, analyzer: Analyzer) -> WhooshIndex:
        """A new, empty index in ``folder``, in the place of one that may be there.

        Raises:
            StorageError: the disk does not take it.

        """
        with _told(folder):
            for name in AccessClass:
                shutil.rmtree(folder / name, ignore_errors=True)
                whoosh_files.create(folder / name)
            _commit_files(folder, fingerprint(analyzer), {})
        return cls(folder, analyzer)

    # ---------------------------------------------------------------------------------------------- reading

    def search(  # noqa: PLR0913 - as in Index
        self,
        node: IndexNode,
        *,
        access: frozenset[AccessClass],
        sort: Sort = "relevance",
        offset: int = 0,
        limit: int = 10,
        facets: Sequence[str] = (),
    ) -> Found:
        """See ``Index``."""
        return self._snapshot().view(access).search(node, sort, offset, limit, facets)

    def scores(self, nodes: Sequence[IndexNode], section: str, *, access: frozenset[AccessClass]) -> list[float | None]:
        """See ``Index``."""
        return self._snapshot().view(access).scores_in(section, nodes)

    def frequencies(self, terms: Sequence[str], *, access: frozenset[AccessClass]) -> tuple[int, Mapping[str, int]]:
        """See ``Index``."""
        return self._snapshot().view(access).frequencies(terms)

    def completions(
        self, beginnings: Sequence[str], *, access: frozenset[AccessClass], hidden: frozenset[str], limit: int
    ) -> list[Completion]:
        """See ``Index``."""
        return self._snapshot().view(access).completions(beginnings, hidden, limit)

    def near(self, key: str, *, access: frozenset[AccessClass], hidden: frozenset[str], limit: int) -> list[Completion]:
        """See ``Index``."""
        return self._snapshot().view(access).near(key, hidden, limit)

    def words(self, sections: Sequence[str], *, access: frozenset[AccessClass]) -> Mapping[str, bytes]:
        """See ``Index``."""
        return self._snapshot().view(access).words(sections)

    def documents(self) -> Mapping[str, int]:
        """See ``Index``."""
        return self._snapshot().documents()

    def _snapshot(self) -> _Snapshot:
        """The present state. While there is none to be seen (a rebuilt index is being swapped in), the last one."""
        if present := self._current():
            return present
        with self._reading:
            if present := self._current():  # another thread has loaded it meanwhile
                return present
            self._present = self._load()
            return self._present

    def _current(self) -> _Snapshot | None:
        """What has been loaded, if nothing newer is to be seen."""
        stamp, present = manifest.stamp(self._folder), self._present
        return present if present is not None and stamp in {present.stamp, None} else None

    def _load(self) -> _Snapshot:
        """Read the committed state; where a commit takes away a file that was about to be read, start over."""
        for _ in range(_ATTEMPTS):
            stamp = manifest.stamp(self._folder)
            committed = manifest.read(self._folder)
            if committed.fingerprint != self._fingerprint:
                raise IndexBrokenError(str(self._folder), "索引が今の版のものではありません。", manifest.REBUILD)
            try:
                return _Snapshot(stamp, committed, self._open_leaves(committed), self._cache)
            except FileNotFoundError as error:
                missing = str(error.filename)
                if manifest.stamp(self._folder) == stamp:
                    break
        raise IndexBrokenError(missing, "索引のファイルがありません。", manifest.REBUILD)

    def _open_leaves(self, committed: Manifest) -> Leaves:
        """Open what is new; segments never change, so the ones that are open stay."""
        known = self._present
        manifest.verify(self._folder, committed, known.manifest.files if known else {})
        opened = {leaf.id: leaf for row in known.leaves.values() for leaf, _ in row} if known else {}
        leaves = {}
        for name in AccessClass:
            folder = self._folder / name
            found = whoosh_files.segments(folder, committed.generations[name])
            leaves[name] = [(opened.get(one) or Segment(folder, one), deleted) for one, deleted in found]
        return leaves

    # ---------------------------------------------------------------------------------------------- writing

    def replace(self, document: str, entries: Sequence[Entry]) -> None:
        """See ``Index``."""
        with self._writing, _told(self._folder):
            self._take_lock()
            self._pending[document] = tuple(entries)

    def commit(self) -> None:
        """See ``Index``."""
        with self._writing:
            if not self._pending:
                return
            try:
                with _told(self._folder):
                    self._write()
            finally:  # after a failure the old state stands, and whoever wanted another must replace again
                self._pending = {}
                self._let_go()
            self._snapshot()

    def settle(self) -> None:
        """See ``Index``: joins the segments of each class."""
        with self._writing:
            self.commit()
            try:
                with _told(self._folder):
                    self._take_lock()
                    self._join()
            finally:
                self._let_go()
            self._snapshot()

    def close(self) -> None:
        """See ``Index``."""
        with self._writing, self._reading:
            self._pending = {}
            self._let_go()
            self._present = None

    def _take_lock(self) -> None:
        """Become the one writer, and undo what a writer that was killed may have left half done."""
        if self._file_lock is not None:
            return
        lock = whoosh_files.try_lock(self._folder)
        if lock is None:
            raise BusyError(
                str(self._folder), "別の処理が索引に書き込み中です。", "終わるのを待って、やり直してください。"
            )
        self._file_lock = lock
        _remove_strangers(self._folder, self._snapshot().manifest)

    def _let_go(self) -> None:
        if self._file_lock is not None:
            self._file_lock.release()
            self._file_lock = None

    def _write(self) -> None:
        before = self._snapshot()
        for name in AccessClass:
            entries = [e for document in self._pending.values() for e in document if e.access is name]
            old = before.numbers(name, self._pending)
            if entries or old:
                self._write_class(self._folder / name, old, entries, whoosh_files.merging)
        self._publish(before)

    def _join(self) -> None:
        before = self._snapshot()
        several = [name for name in AccessClass if len(before.leaves[name]) > 1]
        for name in several:
            self._write_class(self._folder / name, (), (), whoosh_files.joining)
        if several:
            self._publish(before)

    def _publish(self, before: _Snapshot) -> None:
        committed = _commit_files(self._folder, self._fingerprint, before.manifest.files)
        _remove_strangers(self._folder, committed)

    def _write_class(
        self, folder: Path, old: Sequence[int], entries: Sequence[Entry], merging: Callable[..., list[Any]]
    ) -> None:
        writer = whoosh_files.writer(folder)
        try:
            for number in old:
                writer.delete_document(number)
            for entry, found in zip(entries, analysed(entries), strict=True):
                writer.add_document(**_fields(entry, found))
            writer.commit(mergetype=merging)
        except BaseException:
            with suppress(Exception):  # it cannot close what it could not write; the first reason is the one to tell
                writer.cancel()
            raise


def _fields(entry: Entry, found: Analysed) -> dict[str, Any]:
    """The entry as Whoosh's schema has it."""
    day = entry.date.toordinal() if entry.date else 0
    keywords = (f"{name}{SEPARATOR}{value}" for name, values in entry.keywords.items() for value in values)
    return {
        "body": found.body,
        "title": found.title,
        "keyword": tuple(dict.fromkeys(keywords)),
        "phrase": tuple(dict.fromkeys(completion.terms(entry.phrases))),
        "record": Record(entry.section, entry.document, entry.version, day, len(found.body), len(found.title)),
        "words": found.words,
    }


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        with told(folder, "索引に書き込めません"):
            yield
    except StorageError as error:
        if isinstance(error.__cause__, FileNotFoundError):  # not the disk's doing
            missing = str(error.__cause__.filename)
            raise IndexBrokenError(missing, "索引のファイルがありません。", manifest.REBUILD) from error
        raise


def fingerprint(analyzer: Analyzer) -> str:
    """What an index must have been made with to be used."""
    return " ".join(["whoosh", version("whoosh"), "schema", str(SCHEMA_VERSION), analyzer.fingerprint])


def _commit_files(folder: Path, made_with: str, known: Mapping[str, str]) -> Manifest:
    """Make the newest generation of each class the committed state of the index."""
    generations = {name.value: whoosh_files.generation(folder / name) for name in AccessClass}
    needed = [
        f"{name}/{file}" for name, number in generations.items() for file in whoosh_files.names(folder / name, number)
    ]
    checksums = manifest.sync(folder, [name for name in needed if name not in known])
    committed = Manifest(made_with, generations, {name: known.get(name) or checksums[name] for name in needed})
    manifest.write(folder, committed)
    return committed


def _remove_strangers(folder: Path, committed: Manifest) -> None:
    """Delete what the committed state does not need: files of older states, and of a writer that was killed."""
    for name in AccessClass:
        for path in (folder / name).iterdir():
            if f"{name}/{path.name}" not in committed.files:
                _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
        return
    with suppress(PermissionError):  # Windows: a reader still has it open; the next commit tries again
        path.unlink()
