"""What people looked for in vain, and what staff say should have come up: texts and counts, never who it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, select, update

from kb.model import AccessClass
from kb.store import audit, rows, tables
from kb.store.audit import AuditEntry
from kb.store.database import writer

#: Texts that are kept: those that were looked for least and longest ago go first. Nobody reads through more.
MOST = 1000

#: Characters of a text that is kept; what is longer was pasted.
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Miss:
    """A search that found nothing, or nothing with all of its words."""

    text: str
    access: frozenset[AccessClass]
    """What those who searched were allowed to read: somebody else may find it."""
    empty: bool
    """False if there were sections with some of the words."""
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Expectation:
    """A section that should come up for a query."""

    query: str
    section: str
    by: str = ""
    at: datetime | None = None


class Searches:
    """Safe to use from several threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def miss(self, text: str, access: Iterable[AccessClass], *, empty: bool) -> None:
        """Count a search that found too little."""
        text, names = text.strip(), _names(access)
        if not text or len(text) > LONGEST:
            return
        with writer(self._engine).begin() as connection:
            values = {"empty": empty, "last_at": rows.now()}
            again = values | {"times": tables.search_miss.c.times + 1}
            found = connection.execute(update(tables.search_miss).where(*_key(text, names)).values(again))
            if not found.rowcount:
                connection.execute(insert(tables.search_miss), values | {"text": text, "access": names, "times": 1})
                _shorten(connection)

    def misses(self, limit: int = 100) -> list[Miss]:
        """What was looked for in vain, most often first."""
        c = tables.search_miss.c
        query = select(c.text, c.access, c.empty, c.times, c.last_at).order_by(c.times.desc(), c.last_at.desc(), c.text)
        with self._engine.connect() as connection:
            return [_miss(*row) for row in connection.execute(query.limit(limit))]

    def forget(self, misses: Iterable[Miss]) -> None:
        """These are found now, or nobody wants to see them."""
        with writer(self._engine).begin() as connection:
            for one in misses:
                connection.execute(delete(tables.search_miss).where(*_key(one.text, _names(one.access))))

    def expect(self, query: str, section: str, by: str) -> None:
        """A section should come up for a query from now on."""
        e = tables.expectation.c
        with writer(self._engine).begin() as connection:
            connection.execute(delete(tables.expectation).where(e.query == query, e.section == section))
            row = {"query": query, "section": section, "by": by, "at": rows.now()}
            connection.execute(insert(tables.expectation), row)
            audit.write(connection, AuditEntry(by, "expectation.add", section, {"query": query}))

    def expectations(self) -> list[Expectation]:
        """All of them, in order of the query."""
        e = tables.expectation.c
        query = select(e.query, e.section, e.by, e.at).order_by(e.query, e.at)
        with self._engine.connect() as connection:
            return [Expectation(*row) for row in connection.execute(query)]

    def give_up(self, query: str, section: str, by: str) -> None:
        """It need not come up any more."""
        e = tables.expectation.c
        with writer(self._engine).begin() as connection:
            connection.execute(delete(tables.expectation).where(e.query == query, e.section == section))
            audit.write(connection, AuditEntry(by, "expectation.remove", section, {"query": query}))


def _names(access: Iterable[AccessClass]) -> str:
    return " ".join(sorted(one.value for one in access))


def _miss(text: str, access: str, empty: bool, times: int, last_at: datetime) -> Miss:
    return Miss(text, frozenset(map(AccessClass, access.split())), empty, times, last_at)


def _key(text: str, access: str) -> tuple[ColumnElement[bool], ...]:
    return tables.search_miss.c.text == text, tables.search_miss.c.access == access


def _shorten(connection: Connection) -> None:
    c = tables.search_miss.c
    count = connection.scalar(select(func.count()).select_from(tables.search_miss)) or 0
    if count > MOST:
        old = select(c.text, c.access).order_by(c.times, c.last_at).limit(count - MOST)
        for text, access in connection.execute(old).all():
            connection.execute(delete(tables.search_miss).where(*_key(text, access)))
