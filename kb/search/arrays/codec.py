"""Our codec for Whoosh: its documented way to keep an index in files of another kind.

Whoosh goes on to number sections, to keep the list of segments and of what has been deleted in them, and to say when
what is written; what a segment is made of is ours. ``whoosh.index.open_dir`` and Whoosh's own searcher read such an
index, too (tests/search/test_array_codec.py).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kb.search.analysed import Row
from kb.search.arrays import file, sections, terms
from kb.search.arrays.file import named, part
from kb.search.arrays.packing import Integers
from kb.search.arrays.phrases import backwards
from kb.search.arrays.segment import FIELDS, Segment, files
from kb.search.arrays.strings import Strings, pack_strings

with warnings.catch_warnings():
    # Frozen upstream: escapes and `is` comparisons that newer Pythons warn about when they first compile it.
    warnings.simplefilter("ignore")
    from whoosh.codec import base
    from whoosh.codec.whoosh3 import W3Codec, W3TermInfo
    from whoosh.fields import STORED, FieldType, Schema
    from whoosh.formats import Existence, Positions
    from whoosh.matching import ListMatcher
    from whoosh.reading import TermNotFound

Value = Row | tuple[str, ...]
"""The terms of a field: with positions, or each once."""


class Terms(FieldType):  # type: ignore[misc] # Whoosh has no types
    """A field whose terms are given prepared (``whoosh_files.Writer``): Whoosh sees no words."""

    scorable = True

    def __init__(self, name: str) -> None:
        super().__init__(Positions() if FIELDS[name] else Existence(), analyzer=None)


SCHEMA = Schema(**{name: Terms(name) for name in FIELDS}, record=STORED, words=STORED)


class ArrayCodec(W3Codec):  # type: ignore[misc] # Whoosh has no types
    """Whoosh's default codec with other files for terms and for what is kept of sections."""

    length_stats = False

    def per_document_writer(self, storage: Any, segment: Any) -> SectionWriter:
        """See Whoosh's ``Codec``."""
        return SectionWriter(_folder(storage), segment.segment_id())

    def field_writer(self, storage: Any, segment: Any) -> TermWriter:
        """See Whoosh's ``Codec``."""
        return TermWriter(_folder(storage), segment.segment_id())

    def terms_reader(self, storage: Any, segment: Any) -> TermReader:
        """See Whoosh's ``Codec``."""
        return TermReader(Segment(_folder(storage), segment.segment_id()))

    def per_document_reader(self, storage: Any, segment: Any) -> SectionReader:
        """See Whoosh's ``Codec``."""
        return SectionReader(Segment(_folder(storage), segment.segment_id()), segment)


def _folder(storage: Any) -> Path:
    return Path(storage.folder)


# --------------------------------------------------------------------------------------------------- writing


class Pool:
    """What has been handed to Whoosh and is not yet written: rows of sections, and segments to be merged."""

    def __init__(self) -> None:
        self.rows: dict[str, list[tuple[int, Any]]] = {name: [] for name in FIELDS}
        self.merged: list[tuple[Segment, Integers]] = []

    def add(self, name: str, number: int, value: Value) -> None:
        """The terms of a field in a section."""
        self.rows[name].append((number, value))

    def iter_postings(self) -> Iterable[Pool]:
        """All of it as it is: ``TermWriter`` takes it from here."""
        return [self]

    def cleanup(self) -> None:
        """See Whoosh's ``PostingPool``: there is nothing on the disk."""


class TermWriter(base.FieldWriter):  # type: ignore[misc] # Whoosh has no types
    """Writes the terms of a segment."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = files(folder, name).terms
        self.is_closed = False

    def add_postings(self, _schema: object, _lengths: object, items: Iterable[Pool]) -> None:
        """See Whoosh's ``FieldWriter``."""
        arrays: dict[str, Any] = {}
        (pool,) = items
        for name, positional in FIELDS.items():
            build = terms.build if positional else terms.build_sets
            built = build(pool.rows[name])
            parts: list[tuple[terms.Mergeable, Integers]] = [(built, np.arange(_last(pool.rows) + 1))]
            parts += [(segment.field(name), mapped) for segment, mapped in pool.merged]
            arrays |= named(f"{name}.", terms.to_arrays(terms.merge(parts) if pool.merged else [built]))
        arrays["phrase.backwards"] = backwards(Strings(part(arrays, "phrase.terms.")))
        file.write(self._path, arrays)

    def close(self) -> None:
        """See Whoosh's ``FieldWriter``."""
        self.is_closed = True


def _last(rows: Mapping[str, Sequence[tuple[int, Value]]]) -> int:
    return max((some[-1][0] for some in rows.values() if some), default=-1)


class SectionWriter(base.PerDocumentWriter):  # type: ignore[misc] # Whoosh has no types
    """Writes what is kept of the sections of a segment."""

    def __init__(self, folder: Path, name: str) -> None:
        self._files = files(folder, name)
        self._records: list[sections.Record] = []
        self._words: list[bytes] = []
        self.is_closed = False

    def add_section(self, record: sections.Record, words: bytes) -> None:
        """What is kept of the next section."""
        self._records.append(record)
        self._words.append(words)

    def add_segment(self, segment: Segment, kept: Integers) -> None:
        """Take over some sections of another segment."""
        self._records += segment.sections.records(kept)
        self._words += [segment.words(number) for number in kept.tolist()]

    def close(self) -> None:
        """See Whoosh's ``PerDocumentWriter``."""
        if self._records:
            file.write(self._files.sections, sections.to_arrays(self._records))
            file.write(self._files.words, pack_strings(self._words))
        self.is_closed = True


# --------------------------------------------------------------------------------------------------- reading


class TermReader(base.TermsReader):  # type: ignore[misc] # Whoosh has no types
    """The terms of a segment as Whoosh's own searcher wants them: for comparison, and slow as it is."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._number(*term) >= 0

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """See Whoosh's ``TermsReader``."""
        return ((name, term) for name in sorted(FIELDS) for term in self._segment.field(name).terms)

    def terms_from(self, name: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        """See Whoosh's ``TermsReader``."""
        return ((field, term) for field, term in self.terms() if (field, term) >= (name, prefix))

    def items(self) -> Iterator[tuple[tuple[str, bytes], Any]]:
        """See Whoosh's ``TermsReader``."""
        return (((name, term), self.term_info(name, term)) for name, term in self.terms())

    def items_from(self, name: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], Any]]:
        """See Whoosh's ``TermsReader``."""
        return (((field, term), self.term_info(field, term)) for field, term in self.terms_from(name, prefix))

    def term_info(self, name: str, term: bytes) -> Any:
        """See Whoosh's ``TermsReader``."""
        numbers, counts = self._postings(name, term)
        return W3TermInfo(
            float(counts.sum()), len(numbers), 1, 1, float(counts.max()), int(numbers[0]), int(numbers[-1])
        )

    def matcher(self, name: str, term: bytes, form: Any, scorer: Any = None) -> Any:
        """See Whoosh's ``TermsReader``."""
        numbers, counts = self._postings(name, term)
        field = self._segment.field(name)
        positions = field.positions(self._number(name, term), np.cumsum(counts) - counts, counts)
        several = np.split(positions, np.cumsum(counts)[:-1])
        values = [form.encode(some.tolist()) for some in several] if len(positions) else [b""] * len(numbers)
        info = self.term_info(name, term)
        return ListMatcher(
            numbers.tolist(), counts.astype(float).tolist(), values, form, scorer, term=(name, term), terminfo=info
        )

    def indexed_field_names(self) -> list[str]:
        """See Whoosh's ``TermsReader``."""
        return sorted(FIELDS)

    def _postings(self, name: str, term: bytes) -> tuple[Integers, Integers]:
        number = self._number(name, term)
        if number < 0:
            raise TermNotFound(f"{name}:{term!r}")
        return self._segment.field(name).postings(number)

    def _number(self, name: str, term: bytes) -> int:
        return self._segment.field(name).terms.find(term) if name in FIELDS else -1


class SectionReader(base.PerDocumentReader):  # type: ignore[misc] # Whoosh has no types
    """What is kept of sections as Whoosh's own searcher wants it."""

    def __init__(self, segment: Segment, listed: Any) -> None:
        self._segment = segment
        self._listed = listed

    def doc_count(self) -> int:
        """See Whoosh's ``PerDocumentReader``."""
        return int(self._listed.doc_count())

    def doc_count_all(self) -> int:
        """See Whoosh's ``PerDocumentReader``."""
        return len(self._segment.sections)

    def has_deletions(self) -> bool:
        """See Whoosh's ``PerDocumentReader``."""
        return bool(self._listed.has_deletions())

    def is_deleted(self, number: int) -> bool:
        """See Whoosh's ``PerDocumentReader``."""
        return bool(self._listed.is_deleted(number))

    def deleted_docs(self) -> Iterable[int]:
        """See Whoosh's ``PerDocumentReader``."""
        return list(self._listed.deleted_docs())

    def stored_fields(self, number: int) -> dict[str, Any]:
        """See Whoosh's ``PerDocumentReader``."""
        (record,) = self._segment.sections.records(np.array([number]))
        return {"record": record, "words": self._segment.words(number)}

    def doc_field_length(self, number: int, name: str, default: int = 0) -> int:
        """See Whoosh's ``PerDocumentReader``."""
        lengths = self._segment.sections.lengths.get(name)
        return default if lengths is None else int(lengths[number])

    def field_length(self, name: str) -> int:
        """See Whoosh's ``PerDocumentReader``."""
        return int(self._lengths(name).sum())

    def min_field_length(self, name: str) -> int:
        """See Whoosh's ``PerDocumentReader``."""
        return int(self._lengths(name).min(initial=0))

    def max_field_length(self, name: str) -> int:
        """See Whoosh's ``PerDocumentReader``."""
        return int(self._lengths(name).max(initial=0))

    def _lengths(self, name: str) -> Integers:
        return self._segment.sections.lengths.get(name, terms.NONE)

    def supports_columns(self) -> bool:
        """See Whoosh's ``PerDocumentReader``."""
        return False

    def has_column(self, _name: str) -> bool:
        """See Whoosh's ``PerDocumentReader``."""
        return False
