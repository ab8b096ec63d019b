"""What we use of Whoosh: its segment files. Writing is Whoosh's own; reading takes its posting blocks as arrays.

Private doors of Whoosh 2.7.4 are used, which is why it is pinned exactly and why tests compare the answers with the
memory engine's and with stock Whoosh's: ``SegmentWriter._commit_toc`` (so that old files stay until our manifest has
changed) and the matcher's ``_read_data``/``_data`` (so that a posting costs no Python call: measured 15 times faster at
100,000 sections).
"""

from __future__ import annotations

import struct
import warnings
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.search.completion import key_of

with warnings.catch_warnings():
    # Frozen upstream: escapes and `is` comparisons that newer Pythons warn about when they first compile it.
    warnings.simplefilter("ignore")
    from whoosh.codec.whoosh3 import W3Codec
    from whoosh.columns import VarBytesColumn
    from whoosh.fields import COLUMN, FieldType, Schema
    from whoosh.filedb.filestore import FileStorage
    from whoosh.formats import Format
    from whoosh.index import TOC, FileIndex
    from whoosh.reading import TermNotFound
    from whoosh.util.filelock import FileLock
    from whoosh.writing import SegmentWriter

#: Postings in one block of a posting list: fewer, larger blocks are read 20 % faster at the same size (measured).
BLOCK = 1024

#: Megabytes of postings that a writer keeps in memory before it spills them to a file.
WRITER_MEGABYTES = 256

PREFIX = "MAIN"
"""Whoosh's name for an index; part of its file names."""

Integers = NDArray[np.int64]


class Positions(Format):  # type: ignore[misc] # Whoosh has no types
    """Positions as 32-bit numbers side by side: a whole block of them is one array (Whoosh would pickle each)."""


class Existence(Format):  # type: ignore[misc] # Whoosh has no types
    """Nothing but that the term is there."""

    posting_size = 0


class Terms(FieldType):  # type: ignore[misc] # Whoosh has no types
    """Terms that are given with their encoded positions: ``{term: bytes}``. Whoosh analyses nothing."""

    def __init__(self, encoding: Format) -> None:
        super().__init__(encoding, analyzer=None)

    def index(self, value: Mapping[str, bytes], **_options: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        """What Whoosh is to write: term, frequency, weight, value."""
        return ((term.encode(), 1, 1.0, places) for term, places in value.items())


SCHEMA = Schema(
    body=Terms(Positions()),
    title=Terms(Positions()),
    keyword=Terms(Existence()),
    phrase=Terms(Existence()),
    record=COLUMN(VarBytesColumn()),
)


def encode_positions(positions: Sequence[int]) -> bytes:
    """A posting value of ``Positions``."""
    return np.asarray(positions, dtype="<u4").tobytes()


# --------------------------------------------------------------------------------------------------- records

#: Version, day (0 is undated), terms in the body, terms in the title; then the two ids.
_NUMBERS = struct.Struct("!IIII")


@dataclass(frozen=True, slots=True)
class Record:
    """What the index keeps of a section besides its terms. The catalogue keeps the text."""

    section: str
    document: str
    version: int
    day: int
    """Ordinal of the document's date; 0 if it has none."""
    body: int
    """How many terms the text has."""
    title: int
    """How many terms title and headings have."""

    def encode(self) -> bytes:
        """As it lies in the index."""
        ids = f"{self.section}\0{self.document}".encode()
        return _NUMBERS.pack(self.version, self.day, self.body, self.title) + ids

    @classmethod
    def decode(cls, data: bytes) -> Record:
        """The record that ``encode`` made ``data`` of."""
        version, day, body, title = _NUMBERS.unpack_from(data)
        section, document = data[_NUMBERS.size :].decode().split("\0")
        return cls(section, document, version, day, body, title)


# --------------------------------------------------------------------------------------------------- writing


class Writer(SegmentWriter):  # type: ignore[misc] # Whoosh has no types
    """A Whoosh writer that deletes no file: what a manifest names must stay until the next one is in its place."""

    def _commit_toc(self, segments: Sequence[Any]) -> None:
        TOC(self.schema, segments, self.generation).write(self.storage, self.indexname)


def create(folder: Path) -> None:
    """Make an empty Whoosh index."""
    folder.mkdir(parents=True, exist_ok=True)
    FileIndex.create(FileStorage(str(folder)), SCHEMA, PREFIX)


def writer(folder: Path) -> Writer:
    """Write to the newest generation in ``folder``. The caller holds the lock: Whoosh's leaks when a disk is full."""
    index = FileIndex(FileStorage(str(folder)), schema=SCHEMA, indexname=PREFIX)
    return Writer(index, _lk=False, limitmb=WRITER_MEGABYTES, codec=W3Codec(blocklimit=BLOCK))


def try_lock(folder: Path) -> Any | None:
    """The lock of an index folder, held until its ``release`` is called; None if somebody else has it."""
    lock = FileLock(str(folder / "write.lock"))
    return lock if lock.acquire(blocking=False) else None


# --------------------------------------------------------------------------------------------------- reading


class Leaf:
    """One Whoosh segment, which never changes, with what has been decoded of it.

    Whoosh's readers seek in files that they share, so reading takes the segment's lock; arrays are handed out as they
    are and must not be changed.
    """

    def __init__(self, folder: Path, segment: Any) -> None:
        files = segment.open_compound_file(FileStorage(str(folder)))
        self.id: str = segment.segment_id()
        self._terms = segment.codec().terms_reader(files, segment)
        self._lock = Lock()
        # Closed when the last search that uses it has let go of it.
        weakref.finalize(self, _close, self._terms, files)
        self.size: int = segment.doc_count_all()
        self.records = _records(segment, files)
        self._phrases: tuple[list[str], Integers] | None = None
        self._backwards: tuple[list[str], Integers] | None = None

    def beginning(self, name: str, prefix: str) -> list[str]:
        """All terms of a field that begin so."""
        with self._lock:
            found = takewhile(
                lambda item: item[0] == name and item[1].startswith(prefix.encode()),
                self._terms.terms_from(name, prefix.encode()),
            )
            return [term.decode() for _, term in found]

    def phrases(self) -> tuple[list[str], Integers]:
        """The terms of the phrases in order, and how many sections have each, those replaced since included."""
        with self._lock:
            if self._phrases is None:
                found = list(takewhile(lambda item: item[0][0] == "phrase", self._terms.items_from("phrase", b"")))
                counts = [info.doc_frequency() for _, info in found]
                self._phrases = [term.decode() for (_, term), _ in found], np.array(counts, dtype=np.int64)
            return self._phrases

    def backwards(self) -> tuple[list[str], Integers]:
        """The keys of the phrases backwards, in order, and the place of each in ``phrases``."""
        terms, _ = self.phrases()
        with self._lock:
            if self._backwards is None:
                keys = [key_of(term)[::-1] for term in terms]
                order = sorted(range(len(keys)), key=keys.__getitem__)
                self._backwards = [keys[number] for number in order], np.array(order, dtype=np.int64)
            return self._backwards

    def postings(self, name: str, term: str) -> tuple[Integers, Integers]:
        """Where the term stands: for each section that has it its number, and how often."""
        numbers, counts, _ = self._read(name, term)
        return numbers, counts

    def positions(self, name: str, term: str) -> tuple[Integers, Integers]:
        """Where the term stands: for each occurrence the section's number, and the position in it; both ascending."""
        numbers, counts, positions = self._read(name, term)
        return np.repeat(numbers, counts), positions

    def _read(self, name: str, term: str) -> tuple[Integers, Integers, Integers]:
        with self._lock:
            try:
                matcher = self._terms.matcher(name, term.encode(), SCHEMA[name].format)
            except TermNotFound:
                return _NONE, _NONE, _NONE
            blocks = [_block(*data) for data in _blocks(matcher)]
        numbers, counts, positions = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
        return numbers, counts, positions


_NONE: Integers = np.empty(0, dtype=np.int64)


def _records(segment: Any, files: Any) -> list[Record]:
    if not segment.doc_count_all():
        return []  # merged from segments with nothing but what has been deleted: it has no columns at all
    reader = segment.codec().per_document_reader(files, segment)
    column = reader.column_reader("record", SCHEMA["record"].column_type)
    records = [Record.decode(column[number]) for number in range(segment.doc_count_all())]
    reader.close()
    return records


def _close(terms: Any, files: Any) -> None:
    terms.close()
    files.close()


def _blocks(matcher: Any) -> Iterator[tuple[tuple[int, ...], tuple[bytes, ...] | None]]:
    """The posting blocks as Whoosh stored them: differences of section numbers, and values."""
    while matcher.is_active():
        matcher._read_data()  # noqa: SLF001 - see the top of this file
        differences, _weights, values = matcher._data  # noqa: SLF001
        yield differences, values
        matcher._next_block()  # noqa: SLF001


def _block(differences: tuple[int, ...], values: tuple[bytes, ...] | None) -> tuple[Integers, Integers, Integers]:
    numbers = np.cumsum(np.asarray(differences, dtype=np.int64))
    if values is None:
        return numbers, np.ones_like(numbers), _NONE
    counts = np.fromiter(map(len, values), dtype=np.int64, count=len(values)) // 4
    return numbers, counts, np.frombuffer(b"".join(values), dtype="<u4").astype(np.int64)


def segments(folder: Path, generation: int) -> list[tuple[str, frozenset[int], Any]]:
    """The segments of one generation: id, numbers of deleted sections, and Whoosh's own object for ``Leaf``."""
    toc = TOC.read(FileStorage(str(folder)), PREFIX, gen=generation, schema=SCHEMA)
    return [(s.segment_id(), frozenset(s.deleted_docs()), s) for s in toc.segments]


def generation(folder: Path) -> int:
    """The newest generation in ``folder``, committed or not."""
    return int(TOC._latest_generation(FileStorage(str(folder)), PREFIX))  # noqa: SLF001 - no public way to ask


def names(generation: int, segments: Sequence[Any]) -> list[str]:
    """The files of a generation."""
    return [TOC._filename(PREFIX, generation), *(s.make_filename(s.COMPOUND_EXT) for s in segments)]  # noqa: SLF001 - as above
