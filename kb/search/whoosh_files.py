"""What we use of Whoosh: its writer, its list of segments, its lock; the files of a segment are our codec's.

Private doors of Whoosh 2.7.4 are used, which is why it is pinned exactly: ``SegmentWriter._commit_toc`` (so that old
files stay until our manifest has changed), its ``pool`` (which takes whole rows here) and the names of its files.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from math import log
from pathlib import Path
from typing import Any

import numpy as np

from kb.search.arrays.codec import SCHEMA, ArrayCodec, Pool
from kb.search.arrays.segment import FIELDS, Segment, files

with warnings.catch_warnings():
    # Frozen upstream: escapes and `is` comparisons that newer Pythons warn about when they first compile it.
    warnings.simplefilter("ignore")
    from whoosh.filedb.filestore import FileStorage
    from whoosh.index import TOC, FileIndex
    from whoosh.util.filelock import FileLock
    from whoosh.writing import SegmentWriter

PREFIX = "MAIN"
"""Whoosh's name for an index; part of its file names."""

#: So many segments of about one size become one of the next size (logarithmic merging: Lester, Moffat & Zobel 2008).
#: A section is so written once for each size; with eight, the sizes up to 100,000 sections are five.
FANOUT = 8

#: Sections of a segment below which all are of one size: below it, a merge costs no more than a commit.
SMALLEST = 64


class Writer(SegmentWriter):  # type: ignore[misc] # Whoosh has no types
    """A Whoosh writer that deletes no file: what a manifest names must stay until the next one is in its place."""

    def __init__(self, index: Any) -> None:
        super().__init__(index, _lk=False, codec=ArrayCodec(), compound=False)
        self.pool = Pool()

    def add_document(self, **fields: Any) -> None:
        """Add a section, whose fields are prepared: to look at each of them is a fifth of what Whoosh does here."""
        for name in FIELDS:
            self.pool.add(name, self.docnum, fields[name])
        self.perdocwriter.add_section(fields["record"], fields["words"])
        self.docnum += 1
        self._added = True

    def add_reader(self, reader: tuple[Segment, frozenset[int]]) -> None:
        """Take over the sections of a segment that have not been replaced: whole arrays, no section by itself."""
        segment, deleted = reader
        live = np.ones(len(segment.sections), dtype=bool)
        live[np.fromiter(deleted, dtype=np.int64, count=len(deleted))] = False
        kept = np.flatnonzero(live)
        mapped = np.where(live, self.docnum - 1 + np.cumsum(live), -1)
        self.pool.merged.append((segment, mapped))
        self.perdocwriter.add_segment(segment, kept)
        self.docnum += len(kept)
        if len(kept):
            self._added = True

    def _commit_toc(self, segments: Sequence[Any]) -> None:
        TOC(self.schema, segments, self.generation).write(self.storage, self.indexname)


def merging(writer: Writer, segments: Sequence[Any]) -> list[Any]:
    """Whoosh's ``mergetype``: has the writer take over what is due to become one; returns the other segments."""
    present = _present(segments)
    return _taken(writer, present, due([(one.doc_count(), one.doc_count_all()) for one in present], writer.doc_count()))


def joining(writer: Writer, segments: Sequence[Any]) -> list[Any]:
    """Whoosh's ``mergetype``: has the writer take over all segments."""
    present = _present(segments)
    return _taken(writer, present, set(range(len(present))))


def _present(segments: Sequence[Any]) -> list[Any]:
    """Those of which anything is left."""
    return [segment for segment in segments if segment.doc_count()]


def _taken(writer: Writer, present: Sequence[Any], chosen: set[int]) -> list[Any]:
    for number in sorted(chosen):
        segment = present[number]
        opened = Segment(Path(writer.storage.folder), segment.segment_id())
        writer.add_reader((opened, frozenset(segment.deleted_docs())))
    return [segment for number, segment in enumerate(present) if number not in chosen]


def due(sizes: Sequence[tuple[int, int]], added: int) -> set[int]:
    """Which segments become part of the new one.

    Args:
        sizes: of each segment the sections that have not been replaced, and all.
        added: sections that are new.

    Returns:
        Those of which more has been replaced than not, and, from the smallest size up, all of a size of which there are
        ``FANOUT``, the new one among them.

    """
    chosen = {number for number, (live, every) in enumerate(sizes) if live * 2 < every}
    while True:
        size = added + sum(sizes[number][0] for number in chosen)
        level = _level(size)
        alike = {n for n, (live, _) in enumerate(sizes) if n not in chosen and _level(live) <= level}
        if sum(_level(sizes[n][0]) == level for n in alike) + bool(size) < FANOUT:
            return chosen
        chosen |= alike


def _level(sections: int) -> int:
    return int(log(max(sections / SMALLEST, 1), FANOUT) + 1e-9)


def create(folder: Path) -> None:
    """Make an empty Whoosh index."""
    folder.mkdir(parents=True, exist_ok=True)
    FileIndex.create(FileStorage(str(folder)), SCHEMA, PREFIX)


def writer(folder: Path) -> Writer:
    """Write to the newest generation in ``folder``. The caller holds the lock: Whoosh's leaks when a disk is full."""
    return Writer(FileIndex(FileStorage(str(folder)), schema=SCHEMA, indexname=PREFIX))


def try_lock(folder: Path) -> Any | None:
    """The lock of an index folder, held until its ``release`` is called; None if somebody else has it."""
    lock = FileLock(str(folder / "write.lock"))
    return lock if lock.acquire(blocking=False) else None


def segments(folder: Path, generation: int) -> list[tuple[str, frozenset[int]]]:
    """The segments of one generation: name, and the numbers of deleted sections."""
    return [(one.segment_id(), frozenset(one.deleted_docs())) for one in _listed(folder, generation)]


def generation(folder: Path) -> int:
    """The newest generation in ``folder``, committed or not."""
    return int(TOC._latest_generation(FileStorage(str(folder)), PREFIX))  # noqa: SLF001 - no public way to ask


def names(folder: Path, generation: int) -> Iterator[str]:
    """The files of a generation."""
    yield TOC._filename(PREFIX, generation)  # noqa: SLF001 - as above
    for one in _listed(folder, generation):
        yield from (path.name for path in files(folder, one.segment_id()))


def _listed(folder: Path, generation: int) -> Iterable[Any]:
    found: Iterable[Any] = TOC.read(FileStorage(str(folder)), PREFIX, gen=generation, schema=SCHEMA).segments
    return found
