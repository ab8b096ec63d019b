"""受付簿: which files have been accepted for which documents. A commit in here is the acknowledgement."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, case, delete, func, insert, select, update

from kb.errors import ConflictError, NotFoundError
from kb.model import AccessClass, Document, Edits, State, Version
from kb.store import audit, outbox, rows, tables
from kb.store.audit import AuditEntry
from kb.store.catalogue import hides
from kb.store.database import writer

Status = Literal["accepted", "unchanged", "duplicate", "binned"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file whose bytes are in the store for good, and all that is known about it before it is read."""

    file_name: str
    sha256: str
    size: int
    source: str
    uri: str
    folder: str = ""
    content_type: str = ""
    """A content type that somebody chose; empty to find out."""
    access: AccessClass | None = None
    """An access class that somebody chose; None for the content type's own."""
    document: str = ""
    """The document whose new version it is, where somebody says so; else that is told by ``source`` and ``uri``."""
    held: bool = False
    """True if somebody wants to look at it before readers do."""
    by: str = ""
    """Name of the account that brought it."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The acknowledgement: what an arrival is to the catalogue."""

    document: str
    """The document that it is part of; for a duplicate the one that was there before."""
    version: int
    status: Status


@dataclass(frozen=True, slots=True)
class Lying:
    """A document on the desk."""

    document: str
    held: bool
    findings: int


class Register:
    """Accepts files and keeps account of them; safe to use from several threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = writer(engine)

    # ---------------------------------------------------------------------------------------------- accepting

    def accept(self, arrival: Arrival) -> Receipt:
        """Enter a file, and note that it is to be read: all of it, or nothing. Accepting it again changes nothing.

        Raises:
            NotFoundError: there is no document of the id that it names.

        """
        with self._writer.begin() as connection:
            known = _document_of(connection, arrival)
            settled = _settled(connection, arrival, known)
            if settled:
                return settled
            identity = known.id if known else _new_identity(connection, arrival)
            number = _latest_number(connection, identity) + 1
            if known is None:
                connection.execute(insert(tables.document), _new_row(identity, arrival))
            connection.execute(insert(tables.version), _version_row(identity, number, arrival))
            outbox.add(connection, "read", identity)
            action = "document.replace" if known else "document.add"
            _log(connection, arrival.by, action, identity, {"version": number, "sha256": arrival.sha256})
            return Receipt(identity, number, "accepted")

    def read_again(self, documents: Sequence[str], by: str = "") -> None:
        """Note that the latest files of these documents are to be read once more."""
        with self._writer.begin() as connection:
            for document in documents:
                _retry(connection, document)
                _log(connection, by, "document.reread", document)

    # ------------------------------------------------------------------------------------------------ reading

    def begin(self, document: str) -> Version | None:
        """The latest file of a document, which is about to be read; counts the try. None without such a document."""
        with self._writer.begin() as connection:
            found = _latest(connection, document)
            if found is None:
                return None
            connection.execute(update(tables.version).where(*_key(found)).values(tries=found.tries + 1))
            return replace(found, tries=found.tries + 1)

    def spare(self, version: Version) -> None:
        """Do not count the last try: it came to its end, and was in vain for reasons that are not the file's."""
        with self._writer.begin() as connection:
            connection.execute(update(tables.version).where(*_key(version)).values(tries=max(version.tries - 1, 0)))

    def failed(self, version: Version, reason: str, fix: str, jobs: Sequence[outbox.Job] = ()) -> None:
        """A file cannot be read: say why. What readers see of an older version stays."""
        with self._writer.begin() as connection:
            values = {"state": "failed", "reason": reason, "fix": fix}
            connection.execute(update(tables.version).where(*_key(version)).values(values))
            waiting = tables.document.c.id == version.document, tables.document.c.state == State.WAITING.value
            connection.execute(update(tables.document).where(*waiting).values(state=State.FAILED.value))
            outbox.remove(connection, jobs)

    def versions(self, document: str) -> list[Version]:
        """All files of a document, the latest first."""
        query = select(tables.version).where(tables.version.c.document == document)
        with self._engine.connect() as connection:
            return [rows.version(row) for row in connection.execute(query.order_by(tables.version.c.number.desc()))]

    def version(self, document: str, number: int) -> Version | None:
        """One file of a document."""
        return next((v for v in self.versions(document) if v.number == number), None)

    def latest(self, documents: Sequence[str]) -> dict[str, Version]:
        """The latest file of each of these documents."""
        query = select(tables.version).where(tables.version.c.document.in_(documents), _IS_LATEST)
        with self._engine.connect() as connection:
            return {row.document: rows.version(row) for row in connection.execute(query)}

    def lying(self, states: Collection[State] = (), limit: int | None = None, offset: int = 0) -> list[Lying]:
        """What is not in the bin (in one of these states, that of a newer file first), what came last first."""
        d, f = tables.document.c, tables.finding.c
        findings = select(func.count()).select_from(tables.finding).where(f.document == d.id).scalar_subquery()
        query = select(d.id, d.held, findings).select_from(_WITH_LATEST).where(d.binned_at.is_(None))
        if states:
            query = query.where(_STATE.in_([state.value for state in states]))
        query = query.order_by(tables.version.c.at.desc(), d.id).limit(limit).offset(offset)
        with self._engine.connect() as connection:
            return [Lying(*row) for row in connection.execute(query)]

    def counts(self) -> dict[State, int]:
        """How many documents there are in each state, those in the bin apart."""
        query = select(_STATE, func.count()).select_from(_WITH_LATEST).where(tables.document.c.binned_at.is_(None))
        with self._engine.connect() as connection:
            found = {State(state): count for state, count in connection.execute(query.group_by(_STATE))}
        return {state: found.get(state, 0) for state in State}

    def brought(self, by: str, since: datetime) -> int:
        """How many bytes an account has brought since a time."""
        v = tables.version.c
        query = select(func.sum(v.size)).where(v.by == by, v.at >= since)
        with self._engine.connect() as connection:
            return int(connection.scalar(query) or 0)

    def blobs(self) -> dict[str, int]:
        """SHA-256 and size of every original that a version names."""
        with self._engine.connect() as connection:
            return {
                row.sha256: row.size
                for row in connection.execute(select(tables.version.c.sha256, tables.version.c.size))
            }

    def of(self, source: str, uri: str) -> Document | None:
        """The document that has come from an item of a source, wherever it lies now."""
        with self._engine.connect() as connection:
            return _find(connection, tables.document.c.source == source, tables.document.c.uri == uri)

    # ----------------------------------------------------------------------------------------------- handling

    def edits(self, document: str) -> Edits:
        """What staff have set."""
        with self._engine.connect() as connection:
            found = connection.scalar(select(tables.document.c.edits).where(tables.document.c.id == document))
        return Edits(**(found or {}))

    def is_held(self, document: str) -> bool:
        """Whether somebody wants to look at it before readers do."""
        with self._engine.connect() as connection:
            return bool(connection.scalar(select(tables.document.c.held).where(tables.document.c.id == document)))

    def bin(self, document: str, by: str) -> None:
        """Put a document in the bin: readers know of it no more, at once.

        Raises:
            NotFoundError: there is none.

        """
        self._handle(document, by, "document.bin", {"binned_at": rows.now()})

    def restore(self, document: str, by: str) -> None:
        """Take a document out of the bin.

        Raises:
            NotFoundError: there is none.

        """
        self._handle(document, by, "document.restore", {"binned_at": None})

    def move(self, document: str, uri: str, by: str) -> None:
        """Its source calls it by another name now.

        Raises:
            NotFoundError: there is none.

        """
        self._handle(document, by, "document.move", {"uri": uri})

    def hold(self, document: str, by: str) -> None:
        """Take a document back from readers until somebody publishes it again.

        Raises:
            NotFoundError: there is none.

        """
        self._handle(document, by, "document.unpublish", {"held": True, "state": State.DRAFT.value})

    def publish(self, document: str, by: str, expected: int | None = None) -> None:
        """Let readers of its access class know of it.

        Raises:
            NotFoundError: there is none.
            ConflictError: it has not been read yet, something in it is still to be decided on, or it is not the
                revision that was expected.

        """
        with self._writer.begin() as connection:
            before = _required(connection, document, expected)
            if before.state not in {State.DRAFT, State.PUBLISHED}:
                fix = "読み取りが済んでから公開してください。"
                raise ConflictError(before.title, f"まだ公開できません（{before.state.label}）。", fix)
            count = select(func.count()).select_from(tables.finding).where(tables.finding.c.document == document)
            if undecided := connection.scalar(count):
                fix = "一つずつ、置き換えるか、理由を付けて残すかを選んでください。"
                raise ConflictError(before.title, f"確認の済んでいない指摘が{undecided}件あります。", fix)
            values = {"held": False, "state": State.PUBLISHED.value}
            _change(connection, before, values, by, "document.publish")

    def set(self, document: str, values: Mapping[str, Any], edits: Edits, by: str, expected: int | None = None) -> None:
        """Set columns of a document (its access class, …) and what staff have edited.

        Raises:
            NotFoundError: there is none.
            ConflictError: it is not the revision that was expected.

        """
        kept = {"title": edits.title, "date": edits.date, "fields": dict(edits.fields)}
        with self._writer.begin() as connection:
            before = _required(connection, document, expected)
            _change(connection, before, {**values, "edits": kept}, by, "document.edit")
            # What was chosen for the file, too: reading it again would bring the old choice back.
            names = {"type": "content_type", "access": "access"}
            chosen = {names[name]: value for name, value in values.items() if name in names}
            latest = _latest(connection, document)
            if chosen and latest:
                connection.execute(update(tables.version).where(*_key(latest)).values(chosen))

    def binned(self) -> list[Document]:
        """Everything in the bin, the latest first."""
        query = select(*rows.DOCUMENT_COLUMNS).where(tables.document.c.binned_at.is_not(None))
        with self._engine.connect() as connection:
            found = connection.execute(query.order_by(tables.document.c.binned_at.desc()))
            return [rows.document(row) for row in found]

    def forget(self, before: datetime, by: str) -> list[str]:
        """Forget documents that were put in the bin before a time, for good; their ids."""
        old = tables.document.c.binned_at < before
        with self._writer.begin() as connection:
            documents = list(connection.scalars(select(tables.document.c.id).where(old)))
            for document in documents:
                connection.execute(delete(tables.document).where(tables.document.c.id == document))
                outbox.add(connection, "index", document)
                _log(connection, by, "document.forget", document)
            return documents

    def _handle(self, document: str, by: str, action: str, values: Mapping[str, Any]) -> None:
        with self._writer.begin() as connection:
            _change(connection, _required(connection, document), values, by, action)


# ----------------------------------------------------------------------------------------------------------- SQL

_OTHER = tables.version.alias("other")
_NEWEST = select(func.max(_OTHER.c.number)).where(_OTHER.c.document == tables.version.c.document).scalar_subquery()
_IS_LATEST = tables.version.c.number == _NEWEST
_WITH_LATEST = tables.document.join(tables.version, (tables.version.c.document == tables.document.c.id) & _IS_LATEST)

#: How far the latest file has come, else the document: a newer file that cannot be read is to be seen to.
_STATE = case(
    (tables.version.c.state.in_(["waiting", "failed"]), tables.version.c.state), else_=tables.document.c.state
)


def _change(connection: Connection, before: Document, values: Mapping[str, Any], by: str, action: str) -> None:
    counted = {**values, "revision": before.revision + 1, "updated_at": rows.now()}
    connection.execute(update(tables.document).where(tables.document.c.id == before.id).values(counted))
    after = _required(connection, before.id)
    outbox.add(connection, "index", before.id, hides=hides(before, after))
    told = {name: str(value) for name, value in values.items() if name != "edits"}
    _log(connection, by, action, before.id, told)


def _log(connection: Connection, by: str, action: str, subject: str, detail: Mapping[str, Any] | None = None) -> None:
    audit.write(connection, AuditEntry(by, action, subject, detail or {}))


def _find(connection: Connection, *conditions: Any) -> Document | None:
    query = select(*rows.DOCUMENT_COLUMNS).where(*conditions).order_by(tables.document.c.id).limit(1)
    row = connection.execute(query).one_or_none()
    return rows.document(row) if row else None


def _required(connection: Connection, document: str, expected: int | None = None) -> Document:
    found = _find(connection, tables.document.c.id == document)
    if found is None:
        raise NotFoundError(document, "この資料は見つかりません。", "資料の一覧から選び直してください。")
    if expected is not None and found.revision != expected:
        fix = "資料のページを開き直して、今の内容を確かめてから、やり直してください。"
        raise ConflictError(found.title, "この資料は、開いている間にほかの人が変更しました。", fix)
    return found


def _document_of(connection: Connection, arrival: Arrival) -> Document | None:
    """The document that a file belongs to; None for a new one."""
    if arrival.document:
        return _required(connection, arrival.document)
    return _find(connection, tables.document.c.source == arrival.source, tables.document.c.uri == arrival.uri)


def _settled(connection: Connection, arrival: Arrival, known: Document | None) -> Receipt | None:
    """The receipt for what needs no reading; None for everything else."""
    if known is None:
        return _twin(connection, arrival)
    latest = _latest(connection, known.id)
    if known.binned_at is not None:
        return Receipt(known.id, known.version, "binned")
    if latest is None or latest.sha256 != arrival.sha256:
        return None
    if latest.state == "waiting":
        return Receipt(known.id, latest.number, "accepted")
    if latest.state == "read" and not _rearranged(known, arrival):
        return Receipt(known.id, latest.number, "unchanged")
    chosen = {"content_type": arrival.content_type or latest.content_type}
    chosen |= {"access": arrival.access.value} if arrival.access else {}
    connection.execute(update(tables.version).where(*_key(latest)).values(chosen))
    _retry(connection, known.id)
    _log(connection, arrival.by, "document.reread", known.id)
    return Receipt(known.id, latest.number, "accepted")


def _twin(connection: Connection, arrival: Arrival) -> Receipt | None:
    """The receipt for content that another document has now."""
    now = _find(connection, _has_as_latest(arrival.sha256))
    if now is None:
        return None
    return Receipt(now.id, now.version, "binned" if now.binned_at else "duplicate")


def _has_as_latest(sha256: str) -> Any:
    """The documents whose latest file is this one."""
    newest = (
        select(tables.version.c.document, func.max(tables.version.c.number).label("number"))
        .group_by(tables.version.c.document)
        .subquery()
    )
    same = select(tables.version.c.document).join(
        newest,
        (tables.version.c.document == newest.c.document) & (tables.version.c.number == newest.c.number),
    )
    return tables.document.c.id.in_(same.where(tables.version.c.sha256 == sha256))


def _rearranged(known: Document, arrival: Arrival) -> bool:
    """True if somebody now chooses another type or access class for a file that has not changed."""
    other_type = bool(arrival.content_type) and arrival.content_type != known.type
    return other_type or (arrival.access is not None and arrival.access is not known.access)


def _new_identity(connection: Connection, arrival: Arrival) -> str:
    """An id that derives from the content, so that two data folders agree on it."""
    identity = arrival.sha256[:12]
    if _find(connection, tables.document.c.id == identity):  # that content has since been replaced by a newer version
        identity = hashlib.sha256(f"{arrival.sha256}\x1f{arrival.source}\x1f{arrival.uri}".encode()).hexdigest()[:12]
    return identity


def _new_row(identity: str, arrival: Arrival) -> dict[str, Any]:
    """A document of which nothing is known yet, not even that it is no case study."""
    document = Document(
        identity,
        type=arrival.content_type,
        title=arrival.file_name,
        file_name=arrival.file_name,
        access=arrival.access or AccessClass.CASES,
        sha256=arrival.sha256,
        source=arrival.source,
        uri=arrival.uri,
        state=State.WAITING,
    )
    return rows.document_row(document) | {"held": arrival.held, "edits": {}}


def _version_row(identity: str, number: int, arrival: Arrival) -> dict[str, Any]:
    return {
        "document": identity,
        "number": number,
        "sha256": arrival.sha256,
        "size": arrival.size,
        "file_name": arrival.file_name,
        "state": "waiting",
        "reason": "",
        "fix": "",
        "tries": 0,
        "folder": arrival.folder,
        "content_type": arrival.content_type,
        "access": arrival.access.value if arrival.access else None,
        "at": rows.now(),
        "by": arrival.by,
    }


def _latest_number(connection: Connection, document: str) -> int:
    query = select(func.max(tables.version.c.number)).where(tables.version.c.document == document)
    return connection.scalar(query) or 0


def _latest(connection: Connection, document: str) -> Version | None:
    query = select(tables.version).where(tables.version.c.document == document)
    row = connection.execute(query.order_by(tables.version.c.number.desc()).limit(1)).one_or_none()
    return rows.version(row) if row else None


def _retry(connection: Connection, document: str) -> None:
    latest = _latest(connection, document)
    if latest:
        again = {"state": "waiting", "reason": "", "fix": "", "tries": 0}
        connection.execute(update(tables.version).where(*_key(latest)).values(again))
        was_failed = tables.document.c.id == document, tables.document.c.state == State.FAILED.value
        connection.execute(update(tables.document).where(*was_failed).values(state=State.WAITING.value))
        outbox.add(connection, "read", document)


def _key(version: Version) -> tuple[Any, Any]:
    return tables.version.c.document == version.document, tables.version.c.number == version.number
