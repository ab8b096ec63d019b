"""目録: the truth about documents, sections and annotations. Every reading method filters by access class."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from kb.errors import ConflictError
from kb.model import AccessClass, Annotation, Document, Finding, Section, State, Version
from kb.store import outbox, rows, tables
from kb.store.database import writer
from kb.store.prepared import Prepared

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
class Content:
    """Everything that reading a file finds out, or editing changes."""

    document: Document
    """With its final id, version and state; its revision is counted here."""
    sections: Sequence[Section]
    """All of them, with ids."""
    annotations: Mapping[str, Sequence[Annotation]]
    """By section id."""
    findings: Sequence[Finding] = ()
    """What is still to be decided on."""


class Catalogue:
    """What documents say, in a database that ``open_database`` gave; safe to use from several threads.

    With ``unpublished``, its reading methods also know of drafts and of the bin: for staff, never for
    readers.
    """

    def __init__(self, engine: Engine, *, unpublished: bool = False) -> None:
        self._engine = engine
        self._unpublished = unpublished
        # Made once: to put such a statement together takes longer than to answer it.
        columns = (*rows.SECTION_COLUMNS, *rows.DOCUMENT_COLUMNS, rows.WITHHELD)
        self._with_documents = self._prepared(columns)
        self._texts = self._prepared(rows.TEXT_COLUMNS)

    # ------------------------------------------------------------------------------------------------- writing

    def save(
        self,
        content: Content,
        expected: int | None = None,
        version: Version | None = None,
        jobs: Iterable[outbox.Job] = (),
    ) -> Document:
        """Put a document with all that is in it in place of what there was of it, in one transaction.

        Args:
            content: all of it.
            expected: the revision that the content was made from; None if it depends on none.
            version: the file that was read for it.
            jobs: what has been done with it.

        Returns:
            The document with its new revision.

        Raises:
            ConflictError: the document has another revision now.

        """
        with writer(self._engine).begin() as connection:
            saved = save(connection, content, expected)
            if version:
                _mark_read(connection, version)
            outbox.remove(connection, jobs)
            return saved

    def fail(self, failure: Failure) -> None:
        """Record that a file could not be taken in."""
        with writer(self._engine).begin() as connection:
            connection.execute(delete(tables.failure).where(*_origin(tables.failure, failure.source, failure.uri)))
            connection.execute(insert(tables.failure), asdict(failure) | {"at": rows.now()})

    def keep_failures(self, source: str, uris: Collection[str]) -> None:
        """Forget the failures of what a source does not list any more."""
        f = tables.failure.c
        with self._engine.begin() as connection:
            failed = set(connection.scalars(select(f.uri).where(f.source == source)))
            for uri in failed - set(uris):
                connection.execute(delete(tables.failure).where(*_origin(tables.failure, source, uri)))

    # ------------------------------------------------------------------------------------------------- reading

    def document(self, document: str, access: frozenset[AccessClass]) -> Document | None:
        """One document, if it may be known of."""
        return next(self._documents(self._select(access).where(tables.document.c.id == document)), None)

    def documents(self, access: frozenset[AccessClass], content_type: str = "") -> list[Document]:
        """All documents (of one type), newest first, those without a date last."""
        query = self._select(access).order_by(
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

    def sections(self, ids: Sequence[str], access: frozenset[AccessClass]) -> dict[str, Section]:
        """The sections with these ids that may be read, in the order asked for."""
        found: dict[str, Section] = {}
        for some in _chunks(list(ids)):
            query = self._select_sections(tables.section.c, access).where(tables.section.c.id.in_(some))
            found |= {section.id: section for section in self._sections(query)}
        return {section: found[section] for section in ids if section in found}

    def with_documents(self, ids: Sequence[str], access: frozenset[AccessClass]) -> dict[str, tuple[Section, Document]]:
        """The same with their documents."""
        found: dict[str, tuple[Section, Document]] = {}
        for some in _chunks(list(ids)):
            for section, document in map(rows.section_with_document, _asked(self._with_documents, some, access)):
                found[section.id] = section, self._seen(document)
        return {section: found[section] for section in ids if section in found}

    def sections_of(self, document: str, access: frozenset[AccessClass]) -> list[Section]:
        """All sections of a document in reading order."""
        query = self._select_sections(tables.section.c, access).where(tables.section.c.document == document)
        return list(self._sections(query.order_by(tables.section.c.ordinal)))

    def contents(self, documents: Iterable[str], access: frozenset[AccessClass]) -> dict[str, list[Section]]:
        """All sections of several documents, by document id; of those that have any."""
        found: dict[str, list[Section]] = {}
        for some in _chunks(sorted(set(documents))):
            query = self._select_sections(tables.section.c, access).where(tables.section.c.document.in_(some))
            for section in self._sections(query.order_by(tables.section.c.document, tables.section.c.ordinal)):
                found.setdefault(section.document, []).append(section)
        return found

    def outline(self, document: str, access: frozenset[AccessClass]) -> list[Section]:
        """The same without their blocks: what a table of contents needs."""
        query = self._select_sections(rows.OUTLINE_COLUMNS, access).where(tables.section.c.document == document)
        return list(self._sections(query.order_by(tables.section.c.ordinal)))

    def texts(self, ids: Sequence[str], access: frozenset[AccessClass]) -> dict[str, str]:
        """Heading and text of the sections with these ids that may be read, in the order asked for.

        Half the cost of ``sections``, for whoever needs no more: every search does.
        """
        found: dict[str, str] = {}
        for some in _chunks(list(ids)):
            found |= dict(map(rows.id_and_text, _asked(self._texts, some, access)))
        return {section: found[section] for section in ids if section in found}

    def documents_by_id(self, ids: Iterable[str], access: frozenset[AccessClass]) -> dict[str, Document]:
        """Those of these documents that may be known of."""
        wanted = sorted(set(ids))
        queries = (self._select(access).where(tables.document.c.id.in_(some)) for some in _chunks(wanted))
        return {document.id: document for query in queries for document in self._documents(query)}

    def annotations(self, sections: Sequence[str]) -> dict[str, tuple[Annotation, ...]]:
        """Annotations by section id. Ask only for sections that have been read through this catalogue."""
        found: dict[str, tuple[Annotation, ...]] = {}
        order = (tables.annotation.c.section, tables.annotation.c.where, tables.annotation.c.start)
        for some in _chunks(list(sections)):
            query = select(*rows.ANNOTATION_COLUMNS).where(tables.annotation.c.section.in_(some)).order_by(*order)
            for section, found_rows in groupby(self._rows(query), key=lambda row: str(row.section)):
                found[section] = tuple(map(rows.annotation, found_rows))
        return found

    def mentions(  # noqa: PLR0913, PLR0917 - which of them, each by its own word
        self,
        kind: str,
        access: frozenset[AccessClass],
        first: str = "",
        last: str = "",
        limit: int | None = None,
        values: Collection[str] | None = None,
    ) -> list[tuple[str, Annotation]]:
        """Annotations of one kind with their section ids, in order of value: from ``first`` up to before ``last``."""
        a, s = tables.annotation.c, tables.section
        query = self._said(kind, access, *rows.ANNOTATION_COLUMNS)
        if values is not None:
            query = query.where(a.value.in_(values))
        if first:
            query = query.where(a.value >= first)
        if last:
            query = query.where(a.value < last)
        query = query.order_by(a.value, s.c.document, s.c.ordinal, a.where, a.start).limit(limit)
        return [(str(row.section), rows.annotation(row)) for row in self._rows(query)]

    def values(self, kind: str, access: frozenset[AccessClass]) -> dict[str, int]:
        """The values of a kind, each with the number of sections that say it."""
        a = tables.annotation.c
        query = self._said(kind, access, a.value, func.count(a.section.distinct()).label("sections"))
        return {str(row.value): int(row.sections) for row in self._rows(query.group_by(a.value))}

    def failures(self) -> list[Failure]:
        """Files that could not be taken in: first those of which not even the bytes are there, latest first."""
        lost = [column for column in tables.failure.c if column.name != "at"]
        v, d = tables.version.c, tables.document.c
        unread = (
            select(d.source, d.uri, v.file_name, v.sha256, v.reason, v.fix)
            .select_from(tables.version.join(tables.document))
            .where(v.state == "failed", d.binned_at.is_(None))
            .order_by(v.at.desc())
        )
        found = [*self._rows(select(*lost).order_by(tables.failure.c.at.desc())), *self._rows(unread)]
        return [Failure(*map(str, row)) for row in found]

    def shown_at(
        self,
        access: frozenset[AccessClass],
        ids: Iterable[str] | None = None,
        limit: int | None = None,
        since: datetime | None = None,
    ) -> dict[str, datetime]:
        """When readers were last given documents (all, these, or since a time) anew, by id, the latest first."""
        at = tables.document.c.shown_at
        query = select(tables.document.c.id, at).where(*self._shown(access), at.is_not(None))
        if since is not None:
            query = query.where(at > since)
        if ids is not None:
            query = query.where(tables.document.c.id.in_(sorted(set(ids))))
        return {
            row.id: row.shown_at for row in self._rows(query.order_by(at.desc(), tables.document.c.id).limit(limit))
        }

    def revisions(self) -> dict[str, int]:
        """Revision by document id: what the index should hold."""
        query = select(tables.document.c.id, tables.document.c.revision).where(*PUBLISHED)
        return {row.id: row.revision for row in self._rows(query)}

    def counts(self, access: frozenset[AccessClass]) -> tuple[int, int]:
        """How many documents and sections there are to read."""
        shown = self._shown(access)
        documents = select(func.count()).select_from(tables.document).where(*shown)
        sections = select(func.count()).select_from(tables.section.join(tables.document)).where(*shown)
        with self._engine.connect() as connection:
            return connection.scalar(documents) or 0, connection.scalar(sections) or 0

    def _rows(self, query: Select[Any]) -> list[Row[Any]]:
        with self._engine.connect() as connection:
            return list(connection.execute(query))

    def _documents(self, query: Select[Any]) -> Iterator[Document]:
        return map(self._seen, map(rows.document, self._rows(query)))

    def _seen(self, document: Document) -> Document:
        return document if self._unpublished else _discreet(document)

    def _sections(self, query: Select[Any]) -> Iterator[Section]:
        return map(rows.section, self._rows(query))

    def _shown(self, access: _Access) -> tuple[ColumnElement[bool], ...]:
        """The one place where it is decided which documents may be known of."""
        classes = access if isinstance(access, BindParameter) else [a.value for a in access]
        allowed = tables.document.c.access.in_(classes)
        return (allowed,) if self._unpublished else (allowed, *PUBLISHED)

    def _select(self, access: frozenset[AccessClass]) -> Select[Any]:
        return select(*rows.DOCUMENT_COLUMNS, rows.WITHHELD).where(*self._shown(access))

    def _said(self, kind: str, access: frozenset[AccessClass], *columns: Any) -> Select[Any]:
        a, s, d = tables.annotation, tables.section, tables.document
        joined = a.join(s).join(d, s.c.document == d.c.id)
        return select(*columns).select_from(joined).where(a.c.kind == kind, *self._shown(access))

    def _select_sections(self, columns: Iterable[Any], access: _Access) -> Select[Any]:
        joined = tables.section.join(tables.document)
        return select(*columns).select_from(joined).where(*self._shown(access))

    def _prepared(self, columns: Iterable[Any]) -> Prepared:
        """For sections by their ids."""
        return Prepared(self._engine, self._select_sections(columns, _ACCESS).where(tables.section.c.id.in_(_IDS)))


# -------------------------------------------------------------------------------------------------------- SQL

#: For statements that are made before it is known who asks for what.
_ACCESS: BindParameter[Any] = bindparam("access", expanding=True)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)

_Access = frozenset[AccessClass] | BindParameter[Any]


def _asked(prepared: Prepared, ids: Sequence[str], access: frozenset[AccessClass]) -> list[Sequence[Any]]:
    return prepared.rows(access=[a.value for a in access], ids=ids)


#: What readers may know of, their access classes apart.
PUBLISHED = (tables.document.c.state == State.PUBLISHED.value, tables.document.c.binned_at.is_(None))


def save(connection: Connection, content: Content, expected: int | None = None) -> Document:
    """``Catalogue.save`` in a writing transaction that is open."""
    before = _before(connection, content.document.id)
    if expected is not None and (before is None or before.revision != expected):
        raise ConflictError(content.document.title, "ほかの人が先に変更しました。", "開き直して、やり直してください。")
    document = replace(content.document, revision=before.revision + 1 if before else content.document.revision)
    connection.execute(delete(tables.section).where(tables.section.c.document == document.id))
    connection.execute(delete(tables.finding).where(tables.finding.c.document == document.id))
    _upsert(connection, document, before)
    for table, found in _contents(content):
        if found:
            connection.execute(insert(table), found)
    outbox.add(connection, "index", document.id, hides=before is not None and hides(before, document))
    connection.execute(delete(tables.failure).where(*_origin(tables.failure, document.source, document.uri)))
    return document


def _mark_read(connection: Connection, version: Version) -> None:
    v = tables.version.c
    read = {"state": "read", "reason": "", "fix": "", "tries": 0}
    connection.execute(
        update(tables.version).where(v.document == version.document, v.number == version.number).values(read)
    )
    passed_over = v.document == version.document, v.number < version.number, v.state == "waiting"
    connection.execute(update(tables.version).where(*passed_over).values(state="superseded"))


def hides(before: Document, after: Document) -> bool:
    """Whether somebody who could know of it cannot any more: searches must not wait for the index to forget it."""
    return is_shown(before) and (not is_shown(after) or before.access is not after.access)


def is_news(before: Document | None, after: Document) -> bool:
    """Whether readers are given something that they have not seen: a document, or another version of it."""
    if not is_shown(after):
        return False
    return before is None or not is_shown(before) or (before.access, before.version) != (after.access, after.version)


def is_shown(document: Document) -> bool:
    """Whether readers of its access class may know of it."""
    return document.state is State.PUBLISHED and document.binned_at is None


def _discreet(document: Document) -> Document:
    """A document as readers may know of it: a file is often called by the name that was replaced inside it."""
    return replace(document, file_name=document.title, uri="") if document.withheld else document


def _before(connection: Connection, document: str) -> Document | None:
    query = select(*rows.DOCUMENT_COLUMNS).where(tables.document.c.id == document)
    row = connection.execute(query).one_or_none()
    return rows.document(row) if row else None


def _contents(content: Content) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    """The rows below the document's own, by table."""
    yield tables.section, [rows.section_row(section) for section in content.sections]
    annotated = content.annotations.items()
    yield tables.annotation, [asdict(a) | {"section": section} for section, found in annotated for a in found]
    yield tables.finding, [asdict(f) | {"document": content.document.id} for f in content.findings]


def _upsert(connection: Connection, document: Document, before: Document | None) -> None:
    row = rows.document_row(document) | ({"shown_at": rows.now()} if is_news(before, document) else {})
    if before is None:
        connection.execute(insert(tables.document), row | {"held": False, "edits": {}})
    else:
        connection.execute(update(tables.document).where(tables.document.c.id == document.id).values(row))


def _origin(table: Any, source: str, uri: str) -> tuple[Any, Any]:
    return table.c.source == source, table.c.uri == uri


def _chunks(ids: list[Any]) -> Iterator[list[Any]]:
    return (ids[start : start + _MOST_IDS] for start in range(0, len(ids), _MOST_IDS))
