"""監査ログ: who did or tried what. Entries are added in the transaction of what they tell, and never changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, func, insert, select

from kb.model import NOTHING
from kb.store import tables


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that somebody did or tried."""

    actor: str
    """Name of the account; empty for a visitor without one, ``kb`` for the server's own command line."""
    action: str
    """What was done, in dotted words: ``document.read``, ``document.denied``, ``user.disable``."""
    subject: str
    """What it was done to: the id of a document or section, the name of an account."""
    detail: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    """Whatever else there is to know, as JSON: never a password, a token or a text that was read."""
    at: datetime | None = None
    """When, in UTC without a zone; None until it is written."""


def write(connection: Connection, entry: AuditEntry) -> None:
    """Add an entry in a transaction that is open, so that neither it nor what it tells is there without the other."""
    at = entry.at or datetime.now(UTC).replace(tzinfo=None)
    row = {"at": at, "actor": entry.actor, "action": entry.action, "subject": entry.subject}
    connection.execute(insert(tables.audit), row | {"detail": dict(entry.detail)})


class AuditLog:
    """The log, in a database that ``open_database`` gave; safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, entry: AuditEntry) -> None:
        """Add an entry in a transaction of its own."""
        with self._engine.begin() as connection:
            write(connection, entry)

    def entries(  # noqa: PLR0913 - each narrows by one thing
        self,
        *,
        actions: Collection[str] = (),
        subject: str = "",
        actor: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[AuditEntry]:
        """Entries, latest first; of these actions, on this subject, by this account, in this time, where given."""
        c = tables.audit.c
        query = select(c.actor, c.action, c.subject, c.detail, c.at).order_by(c.id.desc()).limit(limit).offset(offset)
        with self._engine.connect() as connection:
            rows = connection.execute(query.where(*_narrowing(actions, subject, actor, since, until)))
            return [AuditEntry(*row) for row in rows]

    def count(
        self,
        *,
        actions: Collection[str] = (),
        subject: str = "",
        actor: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """How many of them there are."""
        query = select(func.count()).select_from(tables.audit)
        with self._engine.connect() as connection:
            return connection.scalar(query.where(*_narrowing(actions, subject, actor, since, until))) or 0


def _narrowing(
    actions: Collection[str], subject: str, actor: str, since: datetime | None, until: datetime | None
) -> list[ColumnElement[bool]]:
    c = tables.audit.c
    conditions: list[ColumnElement[bool]] = [c.action.in_(actions)] if actions else []
    conditions += [column == value for column, value in ((c.subject, subject), (c.actor, actor)) if value]
    conditions += [c.at >= since] if since else []
    return conditions + ([c.at < until] if until else [])
