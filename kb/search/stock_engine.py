"""The engine to check with: stock Whoosh 2.7.4, its own schema, searcher, matchers and collectors.

It answers as the engine that is used does, and shares nothing with it but what is to be indexed (``fields``), the
formula (``ranking``) and the manifest. It is slow, for Python walks the postings one by one.
"""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from threading import RLock
from typing import Any

from kb.errors import BusyError, IndexBrokenError, told
from kb.model import AccessClass, Sort
from kb.search import completion, manifest
from kb.search.analysed import Places
from kb.search.completion import Completion, best, is_near
from kb.search.fields import analysed
from kb.search.index import Entry, Found
from kb.search.manifest import Manifest
from kb.search.nodes import IndexNode
from kb.search.ranking import FIELDS
from kb.search.stock_query import SEPARATOR, Keywords, Ranking, Translator, Unscored
from kb.text.analyze import Analyzer

with warnings.catch_warnings():
    # Frozen upstream: escapes and `is` comparisons that newer Pythons warn about when they first compile it.
    warnings.simplefilter("ignore")
    from whoosh import columns, fields, formats, index, query, sorting
    from whoosh.reading import MultiReader
    from whoosh.searching import Searcher
    from whoosh.util.filelock import FileLock

SCHEMA_VERSION = 3
"""Number of what lies in the files: raise it with every change, and indexes are rebuilt."""

#: How often reading starts over because a writer has replaced the files meanwhile. Each time means a commit in between.
_ATTEMPTS = 10

_LOCK = "write.lock"


class _Terms(fields.FieldType):  # type: ignore[misc] # Whoosh has no types
    """Terms that are given with their positions. Whoosh stores them in its own way, and analyses nothing."""

    def __init__(self) -> None:
        super().__init__(formats.Positions(), analyzer=None)

    def index(self, value: Places, **_options: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        """What Whoosh is to write: term, frequency, weight, value."""
        return ((term.encode(), len(at), float(len(at)), self.format.encode(at)) for term, at in value.items())


class _Values(fields.FieldType):  # type: ignore[misc] # Whoosh has no types
    """Exact values."""

    def __init__(self) -> None:
        super().__init__(formats.Existence(), analyzer=None)

    def index(self, value: Sequence[str], **_options: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        """What Whoosh is to write: term, frequency, weight, value."""
        return ((term.encode(), 1, 1.0, b"") for term in dict.fromkeys(value))


SCHEMA = fields.Schema(
    section=fields.ID(stored=True, sortable=True),
    document=fields.ID(stored=True),
    version=fields.STORED,
    words=fields.STORED,
    day=fields.NUMERIC(int, sortable=True),
    keyword=_Values(),
    phrase=_Values(),
    **{name: _Terms() for name in FIELDS},
    **{f"{name}_length": fields.COLUMN(columns.NumericColumn("I")) for name in FIELDS},
)


class _View:
    """The sections that one set of access classes may read, through one reader of all their segments."""

    def __init__(self, readers: Sequence[Any]) -> None:
        leaves = [leaf for reader in readers for leaf, _ in reader.leaf_readers() if leaf.doc_count_all()]
        self.reader = MultiReader(leaves)
        self._is_empty = not leaves
        if leaves:
            ranking = Ranking(self.reader)
            self._facet = cache(partial(Keywords, self.reader))
            self._searcher = Searcher(self.reader, weighting=ranking)
            self._translator = Translator(self.reader, ranking)

    def search(self, node: IndexNode, sort: Sort, offset: int, limit: int, facets: Sequence[str]) -> Found:
        if self._is_empty:
            return Found(0, (), {name: {} for name in facets})
        found = self._collected(self._translator.query(node), sort, facets)
        hits = tuple((key[-1].decode(), _score(key, sort)) for _, key in [*found.items()][offset : offset + limit])
        return Found(len(found), hits, {name: dict(found.groups(name)) for name in facets})

    def _collected(self, asked: Any, sort: Sort, facets: Sequence[str]) -> Any:
        newest, best_first = sorting.FieldFacet("day", reverse=True), sorting.ScoreFacet()
        first, second = (newest, best_first) if sort == "date" else (best_first, newest)
        order = sorting.MultiFacet([first, second, sorting.FieldFacet("section")])
        groups = {name: self._facet(name) for name in facets}
        return self._searcher.search(asked, limit=None, sortedby=order, groupedby=groups or None)

    def score_in(self, section: str, node: IndexNode) -> float | None:
        """The score of one section; None if it does not match."""
        if self._is_empty:
            return None
        asked = query.And([Unscored(query.Term("section", section)), self._translator.query(node)])
        return next((_score(key, "relevance") for _, key in self._collected(asked, "relevance", ()).items()), None)

    def words(self, sections: Sequence[str]) -> Mapping[str, bytes]:
        numbers = {section: self._numbers("section", section) for section in sections}
        return {one: self.reader.stored_fields(found[0])["words"] for one, found in numbers.items() if found}

    def frequencies(self, terms: Sequence[str]) -> Mapping[str, int]:
        return {term: len(self._numbers("body", term)) for term in terms}

    def phrases(self, wanted: Callable[[str], bool], hidden: frozenset[str], limit: int) -> list[Completion]:
        """Those whose term is wanted, with the number of sections that have them."""
        numbers: dict[tuple[str, bool], set[int]] = {}
        terms = [] if self._is_empty else [term.decode() for term in self.reader.lexicon("phrase")]
        for term in filter(wanted, terms):
            numbers.setdefault(completion.read(term), set()).update(self._numbers("phrase", term))
        counts = {phrase: self._shown(found, hidden) for phrase, found in numbers.items()}
        return best((Completion(text, count, inner) for (text, inner), count in counts.items() if count), limit)

    def _shown(self, numbers: set[int], hidden: frozenset[str]) -> int:
        return sum(self.reader.stored_fields(number)["document"] not in hidden for number in numbers)

    def _numbers(self, name: str, term: str) -> list[int]:
        """The sections that have a term."""
        if self._is_empty or (name, term.encode()) not in self.reader:
            return []
        return list(self.reader.postings(name, term).all_ids())


def _score(key: tuple[float, float, bytes], sort: Sort) -> float:
    """Whoosh's sorting keys have scores with the sign turned."""
    first, second, _ = key
    return 0.0 - (second if sort == "date" else first)


class _Snapshot:
    """One committed state, with a view for each set of access classes that has been asked for."""

    def __init__(self, folder: Path, stamp: manifest.Stamp | None, committed: Manifest) -> None:
        self.stamp = stamp
        self.manifest = committed
        self._readers: dict[AccessClass, Any] = {}
        self._views: dict[frozenset[AccessClass], _View] = {}
        try:
            for name in AccessClass:
                opened = index.open_dir(str(folder / _part(name, committed.generations[name])), schema=SCHEMA)
                self._readers[name] = opened.reader()
        except BaseException:
            self.close()
            raise

    def view(self, access: frozenset[AccessClass]) -> _View:
        if access not in self._views:
            self._views[access] = _View([self._readers[name] for name in AccessClass if name in access])
        return self._views[access]

    def stored(self, access: AccessClass) -> list[Mapping[str, Any]]:
        """What is kept of each section of a class."""
        return list(self._readers[access].all_stored_fields())

    def close(self) -> None:
        for reader in self._readers.values():
            reader.close()


class StockIndex:
    """An ``Index`` on disk. Make one with ``open`` or ``create``.

    A commit copies the folder of each class that changes (links, as Whoosh never changes a file), lets Whoosh write to
    the copy, and names it in a new manifest. One thread searches at a time: Whoosh's readers seek in shared files.
    """

    def __init__(self, folder: Path, analyzer: Analyzer) -> None:
        self._folder = folder
        self._analyzer = analyzer
        self._lock = RLock()
        self._file_lock: Any = None
        self._pending: dict[str, Sequence[Entry]] = {}
        self._present: _Snapshot | None = None
        self._snapshot()

    @classmethod
    def open(cls, folder: Path, analyzer: Analyzer) -> StockIndex:
        """The index in ``folder``, for reading and writing; takes no lock.

        Raises:
            IndexBrokenError: there is none, a file is missing or damaged, or it was made by other rules.

        """
        return cls(folder, analyzer)

    @classmethod
    def create(cls, folder: Path, analyzer: Analyzer) -> StockIndex:
        """A new, empty index in ``folder``, in the place of one that may be there.

        Raises:
            StorageError: the disk does not take it.

        """
        with told(folder, "索引を作れません"):
            shutil.rmtree(folder, ignore_errors=True)
            for name in AccessClass:
                (folder / _part(name, 0)).mkdir(parents=True)
                index.create_in(str(folder / _part(name, 0)), SCHEMA)
            _publish(folder, fingerprint(analyzer), dict.fromkeys(AccessClass, 0), {})
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
        with self._lock:
            return self._snapshot().view(access).search(node, sort, offset, limit, facets)

    def scores(self, nodes: Sequence[IndexNode], section: str, *, access: frozenset[AccessClass]) -> list[float | None]:
        """See ``Index``."""
        with self._lock:
            view = self._snapshot().view(access)
            return [view.score_in(section, node) for node in nodes]

    def frequencies(self, terms: Sequence[str], *, access: frozenset[AccessClass]) -> tuple[int, Mapping[str, int]]:
        """See ``Index``."""
        with self._lock:
            view = self._snapshot().view(access)
            return view.reader.doc_count(), view.frequencies(terms)

    def words(self, sections: Sequence[str], *, access: frozenset[AccessClass]) -> Mapping[str, bytes]:
        """See ``Index``."""
        with self._lock:
            return self._snapshot().view(access).words(sections)

    def completions(
        self, beginnings: Sequence[str], *, access: frozenset[AccessClass], hidden: frozenset[str], limit: int
    ) -> list[Completion]:
        """See ``Index``."""
        return self._phrases(lambda term: term.startswith(tuple(beginnings)), access, hidden, limit)

    def near(self, key: str, *, access: frozenset[AccessClass], hidden: frozenset[str], limit: int) -> list[Completion]:
        """See ``Index``."""
        return self._phrases(lambda term: is_near(term, key), access, hidden, limit)

    def _phrases(
        self, wanted: Callable[[str], bool], access: frozenset[AccessClass], hidden: frozenset[str], limit: int
    ) -> list[Completion]:
        with self._lock:
            return self._snapshot().view(access).phrases(wanted, hidden, limit)

    def documents(self) -> Mapping[str, int]:
        """See ``Index``."""
        with self._lock:
            snapshot = self._snapshot()
            return {kept["document"]: kept["version"] for name in AccessClass for kept in snapshot.stored(name)}

    def _snapshot(self) -> _Snapshot:
        """The present state. While there is none to be seen (a rebuilt index is being swapped in), the last one."""
        stamp = manifest.stamp(self._folder)
        present = self._present
        if present is not None and stamp in {present.stamp, None}:
            return present
        self._present = self._load(present.manifest.files if present else {})
        if present is not None:
            present.close()
        return self._present

    def _load(self, known: Mapping[str, str]) -> _Snapshot:
        """Open the committed state; where a commit takes away a file that was about to be read, start over."""
        missing = ""
        for _ in range(_ATTEMPTS):
            stamp = manifest.stamp(self._folder)
            committed = manifest.read(self._folder)
            if committed.fingerprint != fingerprint(self._analyzer):
                raise IndexBrokenError(str(self._folder), "索引が今の版のものではありません。", manifest.REBUILD)
            try:
                manifest.verify(self._folder, committed, known)
                return _Snapshot(self._folder, stamp, committed)
            except (FileNotFoundError, index.EmptyIndexError) as error:
                missing = str(getattr(error, "filename", None) or self._folder)
                if manifest.stamp(self._folder) == stamp:
                    break
        raise IndexBrokenError(missing, "索引のファイルがありません。", manifest.REBUILD)

    # ---------------------------------------------------------------------------------------------- writing

    def replace(self, document: str, entries: Sequence[Entry]) -> None:
        """See ``Index``."""
        with self._lock, told(self._folder, "索引に書き込めません"):
            self._take_lock()
            self._pending[document] = tuple(entries)

    def commit(self) -> None:
        """See ``Index``."""
        with self._lock:
            if not self._pending:
                return
            try:
                with told(self._folder, "索引に書き込めません"):
                    self._write()
            finally:  # after a failure the old state stands, and whoever wanted another must replace again
                self._forget()
            self._snapshot()

    def settle(self) -> None:
        """See ``Index``: nothing is faster than what is there."""

    def close(self) -> None:
        """See ``Index``."""
        with self._lock:
            self._forget()
            if self._present is not None:
                self._present.close()
                self._present = None

    def _take_lock(self) -> None:
        if self._file_lock is not None:
            return
        lock = FileLock(str(self._folder / _LOCK))
        if not lock.acquire(blocking=False):
            raise BusyError(
                str(self._folder), "別の処理が索引に書き込み中です。", "終わるのを待って、やり直してください。"
            )
        self._file_lock = lock

    def _forget(self) -> None:
        self._pending = {}
        if self._file_lock is not None:
            self._file_lock.release()
            self._file_lock = None

    def _write(self) -> None:
        before = self._snapshot()
        generations = {}
        for name in AccessClass:
            number = before.manifest.generations[name]
            entries = [e for document in self._pending.values() for e in document if e.access is name]
            changes = entries or any(kept["document"] in self._pending for kept in before.stored(name))
            generations[name] = self._write_class(name, number, entries) if changes else number
        _publish(self._folder, fingerprint(self._analyzer), generations, before.manifest.files)
        _remove_strangers(self._folder, generations)

    def _write_class(self, name: AccessClass, number: int, entries: Sequence[Entry]) -> int:
        """Make the next generation of a class."""
        folder = self._folder / _part(name, number + 1)
        shutil.rmtree(folder, ignore_errors=True)  # of a writer that was killed
        old = self._folder / _part(name, number)
        shutil.copytree(old, folder, copy_function=_link, ignore=shutil.ignore_patterns("*LOCK"))
        writer = index.open_dir(str(folder), schema=SCHEMA).writer()
        try:
            for document in self._pending:
                writer.delete_by_term("document", document)
            for entry in entries:
                writer.add_document(**self._fields(entry))
            writer.commit()
        except BaseException:
            with suppress(Exception):  # it cannot close what it could not write; the first reason is the one to tell
                writer.cancel()
            raise
        return number + 1

    def _fields(self, entry: Entry) -> dict[str, Any]:
        """The entry as the schema has it."""
        (found,) = analysed([entry])
        rows = {"body": found.body, "title": found.title}
        return {
            "section": entry.section,
            "document": entry.document,
            "version": entry.version,
            "day": entry.date.toordinal() if entry.date else 0,
            "keyword": [f"{name}{SEPARATOR}{value}" for name, values in entry.keywords.items() for value in values],
            "phrase": [*completion.terms(entry.phrases)],
            "words": found.words,
            **{name: rows[name].places() for name in FIELDS},
            **{f"{name}_length": len(rows[name]) for name in FIELDS},
        }


def fingerprint(analyzer: Analyzer) -> str:
    """What an index must have been made with to be used."""
    return " ".join(["stock whoosh", version("whoosh"), "schema", str(SCHEMA_VERSION), analyzer.fingerprint])


def _part(name: AccessClass, generation: int) -> str:
    return f"{name}.{generation}"


def _link(file: str, beside: str) -> None:
    try:
        os.link(file, beside)
    except OSError:  # a file system without links
        shutil.copy2(file, beside)


def _publish(folder: Path, made_with: str, generations: Mapping[AccessClass, int], known: Mapping[str, str]) -> None:
    """Make these generations of the classes the committed state."""
    parts = [folder / _part(name, number) for name, number in generations.items()]
    files = [f"{part.name}/{path.name}" for part in parts for path in part.iterdir() if not path.name.endswith("LOCK")]
    checksums = manifest.sync(folder, [name for name in files if name not in known])
    numbers = {name.value: number for name, number in generations.items()}
    manifest.write(folder, Manifest(made_with, numbers, {name: known.get(name) or checksums[name] for name in files}))


def _remove_strangers(folder: Path, generations: Mapping[AccessClass, int]) -> None:
    """Delete older generations."""
    present = {_part(name, number) for name, number in generations.items()}
    for path in folder.iterdir():
        if path.is_dir() and path.name not in present:
            shutil.rmtree(path, ignore_errors=True)
