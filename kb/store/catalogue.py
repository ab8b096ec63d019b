"""目録: the truth about documents, sections and annotations. Every reading method filters by access class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, delete, func, insert, select, update

from kb.model import AccessClass, Annotation, BBox, Block, Document, Section
from kb.store import tables

_DOCUMENT_COLUMNS = tuple(column for column in tables.document.c if column.name != "updated_at")
_OUTLINE_COLUMNS = tuple(column for column in tables.section.c if column.name != "blocks")
_ANNOTATION_COLUMNS = tuple(column for column in tables.annotation.c if column.name != "id")

#: SQLite takes at most 32,766 variables in one statement (limits.html, SQLITE_MAX_VARIABLE_NUMBER).
_MOST_IDS = 10_000


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be taken in, and why."""

    source: str
    uri: str
    file_name: str
    sha256: str
    reason: str
    fix: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A document whose index entries are out of date."""

    seq: int
    document: str


class Catalogue:
    """What documents say, in a database that ``open_database`` gave; safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # ------------------------------------------------------------------------------------------------- writing

    def save(
        self, document: Document, sections: Sequence[Section], annotations: Mapping[str, Sequence[Annotation]]
    ) -> None:
        """Put a document with all its sections in place of what there was of it, in one transaction.

        Args:
            document: with its final id and version.
            sections: all of them, with ids.
            annotations: by section id.

        """
        with self._engine.begin() as connection:
            connection.execute(delete(tables.section).where(tables.section.c.document == document.id))
            _upsert(connection, document)
            if sections:
                connection.execute(insert(tables.section), [_section_row(section) for section in sections])
            rows = [asdict(a) | {"section": section} for section, found in annotations.items() for a in found]
            if rows:
                connection.execute(insert(tables.annotation), rows)
            connection.execute(insert(tables.outbox), {"document": document.id})
            connection.execute(delete(tables.failure).where(*_origin(tables.failure, document.source, document.uri)))

    def remove(self, document: str) -> None:
        """Forget a document; searching forgets it at once, because hits are checked against the catalogue."""
        with self._engine.begin() as connection:
            connection.execute(delete(tables.document).where(tables.document.c.id == document))
            connection.execute(insert(tables.outbox), {"document": document})

    def fail(self, failure: Failure) -> None:
        """Record that a file could not be taken in."""
        with self._engine.begin() as connection:
            connection.execute(delete(tables.failure).where(*_origin(tables.failure, failure.source, failure.uri)))
            connection.execute(insert(tables.failure), asdict(failure) | {"at": _now()})

    def done(self, pending: Iterable[Pending]) -> None:
        """The index has these now, durably."""
        seqs = [entry.seq for entry in pending]
        with self._engine.begin() as connection:
            for some in _chunks(seqs):
                connection.execute(delete(tables.outbox).where(tables.outbox.c.seq.in_(some)))

    # ------------------------------------------------------------------------------------------------- reading

    def document(self, document: str, access: frozenset[AccessClass]) -> Document | None:
        """One document, if it may be known of."""
        return next(self._documents(_documents(access).where(tables.document.c.id == document)), None)

    def documents(self, access: frozenset[AccessClass], content_type: str = "") -> list[Document]:
        """All documents (of one type), newest first, those without a date last."""
        query = _documents(access).order_by(
            tables.document.c.date.is_(None),
            tables.document.c.date.desc(),
            tables.document.c.title,
            tables.document.c.id,
        )
        if content_type:
            query = query.where(tables.document.c.type == content_type)
        return list(self._documents(query))

    def matching(self, name: str, access: frozenset[AccessClass]) -> list[Document]:
        """Documents that a person may mean: by id or the beginning of one, file name, its stem, or title."""
        exact = [
            d for d in self.documents(access) if name in {d.id, d.file_name, Path(d.file_name).stem, d.title, d.uri}
        ]
        return exact or [d for d in self.documents(access) if len(name) >= 4 and d.id.startswith(name)]

    def by_origin(self, source: str, uri: str) -> Document | None:
        """The document that a source has delivered under this name, whatever its access class."""
        return next(self._documents(select(*_DOCUMENT_COLUMNS).where(*_origin(tables.document, source, uri))), None)

    def by_sha256(self, sha256: str) -> Document | None:
        """A document with this very content, whatever its access class."""
        query = select(*_DOCUMENT_COLUMNS).where(tables.document.c.sha256 == sha256).order_by(tables.document.c.id)
        return next(self._documents(query), None)

    def sections(self, ids: Sequence[str], access: frozenset[AccessClass]) -> dict[str, Section]:
        """The sections with these ids that may be read, in the order asked for."""
        found: dict[str, Section] = {}
        for some in _chunks(list(ids)):
            query = _sections(tables.section.c, access).where(tables.section.c.id.in_(some))
            found |= {section.id: section for section in self._sections(query)}
        return {section: found[section] for section in ids if section in found}

    def sections_of(self, document: str, access: frozenset[AccessClass]) -> list[Section]:
        """All sections of a document in reading order."""
        query = _sections(tables.section.c, access).where(tables.section.c.document == document)
        return list(self._sections(query.order_by(tables.section.c.ordinal)))

    def outline(self, document: str, access: frozenset[AccessClass]) -> list[Section]:
        """The same without their blocks: what a table of contents needs."""
        query = _sections(_OUTLINE_COLUMNS, access).where(tables.section.c.document == document)
        return list(self._sections(query.order_by(tables.section.c.ordinal)))

    def documents_by_id(self, ids: Iterable[str], access: frozenset[AccessClass]) -> dict[str, Document]:
        """Those of these documents that may be known of."""
        wanted = sorted(set(ids))
        found = (self._documents(_documents(access).where(tables.document.c.id.in_(some))) for some in _chunks(wanted))
        return {document.id: document for some in found for document in some}

    def annotations(self, sections: Sequence[str]) -> dict[str, tuple[Annotation, ...]]:
        """Annotations by section id. Ask only for sections that have been read through this catalogue."""
        found: dict[str, tuple[Annotation, ...]] = {}
        order = (tables.annotation.c.section, tables.annotation.c.where, tables.annotation.c.start)
        for some in _chunks(list(sections)):
            query = select(*_ANNOTATION_COLUMNS).where(tables.annotation.c.section.in_(some)).order_by(*order)
            for section, rows in groupby(self._rows(query), key=lambda row: str(row.section)):
                found[section] = tuple(_annotation(row) for row in rows)
        return found

    def failures(self) -> list[Failure]:
        """Files that could not be taken in, latest first."""
        columns = [column for column in tables.failure.c if column.name != "at"]
        rows = self._rows(select(*columns).order_by(tables.failure.c.at.desc()))
        return [Failure(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name begins so

    def failed(self, source: str, uri: str, sha256: str) -> Failure | None:
        """The failure of this very content, if it has been tried before."""
        return next((f for f in self.failures() if (f.source, f.uri, f.sha256) == (source, uri, sha256)), None)

    def pending(self, limit: int = 1000) -> list[Pending]:
        """The oldest entries of the outbox."""
        rows = self._rows(
            select(tables.outbox.c.seq, tables.outbox.c.document).order_by(tables.outbox.c.seq).limit(limit)
        )
        return [Pending(row.seq, row.document) for row in rows]

    def versions(self) -> dict[str, int]:
        """Version by document id: what the index should hold."""
        return {row.id: row.version for row in self._rows(select(tables.document.c.id, tables.document.c.version))}

    def counts(self, access: frozenset[AccessClass]) -> tuple[int, int]:
        """How many documents and sections there are to read."""
        classes = [a.value for a in access]
        documents = select(func.count()).select_from(tables.document).where(tables.document.c.access.in_(classes))
        sections = (
            select(func.count())
            .select_from(tables.section.join(tables.document))
            .where(tables.document.c.access.in_(classes))
        )
        with self._engine.connect() as connection:
            return connection.scalar(documents) or 0, connection.scalar(sections) or 0

    def _rows(self, query: Select[Any]) -> list[Row[Any]]:
        with self._engine.connect() as connection:
            return list(connection.execute(query))

    def _documents(self, query: Select[Any]) -> Iterator[Document]:
        return map(_document, self._rows(query))

    def _sections(self, query: Select[Any]) -> Iterator[Section]:
        return map(_section, self._rows(query))


# -------------------------------------------------------------------------------------------------------- SQL


def _documents(access: frozenset[AccessClass]) -> Select[Any]:
    return select(*_DOCUMENT_COLUMNS).where(tables.document.c.access.in_([a.value for a in access]))


def _sections(columns: Iterable[Any], access: frozenset[AccessClass]) -> Select[Any]:
    joined = tables.section.join(tables.document)
    return select(*columns).select_from(joined).where(tables.document.c.access.in_([a.value for a in access]))


def _origin(table: Any, source: str, uri: str) -> tuple[Any, Any]:
    return table.c.source == source, table.c.uri == uri


def _upsert(connection: Connection, document: Document) -> None:
    row = asdict(document) | {
        "fields": dict(document.fields),
        "warnings": list(document.warnings),
        "updated_at": _now(),
    }
    changed = connection.execute(update(tables.document).where(tables.document.c.id == document.id).values(row))
    if changed.rowcount == 0:
        connection.execute(insert(tables.document), row)


def _chunks(ids: list[Any]) -> Iterator[list[Any]]:
    return (ids[start : start + _MOST_IDS] for start in range(0, len(ids), _MOST_IDS))


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)  # SQLite keeps no zone: all times in it are UTC


# ------------------------------------------------------------------------------------------------ rows and values


def _document(row: Row[Any]) -> Document:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name begins so
    return Document(**values | {"access": AccessClass(values["access"]), "warnings": tuple(values["warnings"])})


def _section(row: Row[Any]) -> Section:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name begins so
    blocks = tuple(_block(block) for block in values.get("blocks", ()))
    return Section(**values | {"path": tuple(values["path"]), "blocks": blocks})


def _section_row(section: Section) -> dict[str, Any]:
    row = {column.name: getattr(section, column.name) for column in _OUTLINE_COLUMNS}
    return row | {"path": list(section.path), "blocks": [_block_row(block) for block in section.blocks]}


def _annotation(row: Row[Any]) -> Annotation:
    return Annotation(row.kind, row.value, row.label, row.start, row.end, row.where)


_PLAIN = asdict(Block(""))


def _block_row(block: Block) -> dict[str, Any]:
    """A block as JSON without what is as usual: most blocks are a text and a page."""
    return {name: value for name, value in asdict(block).items() if name == "text" or value != _PLAIN[name]}


def _block(row: dict[str, Any]) -> Block:
    bbox = row.get("bbox")
    return Block(**row | {"bbox": BBox(**bbox) if bbox else None})
