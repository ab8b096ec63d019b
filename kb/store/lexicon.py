"""The thesaurus entries of staff: what they added, which entries of plugins they do without, and who changed what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from kb.errors import ConflictError, NotFoundError
from kb.model import Synonyms
from kb.store import audit, rows, tables
from kb.store.audit import AuditEntry
from kb.store.database import writer


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of staff."""

    id: int
    synonyms: Synonyms
    note: str = ""
    off: bool = False
    """True: an entry of a plugin with these words is not used."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was done to the thesaurus."""

    number: int
    at: datetime
    by: str
    entry: int
    before: Entry | None
    """None for an entry that was added."""
    after: Entry | None
    """None for an entry that was removed."""


class LexiconStore:
    """Safe to use from several threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def entries(self) -> list[Entry]:
        """All entries, the latest first."""
        with self._engine.connect() as connection:
            found = connection.execute(select(tables.synonym).order_by(tables.synonym.c.id.desc()))
            return [_entry(dict(row._mapping)) for row in found]  # noqa: SLF001 - SQLAlchemy's public name begins so

    def changes(self, limit: int = 100, offset: int = 0) -> list[Change]:
        """What was done, the latest first."""
        c = tables.synonym_change.c
        query = select(tables.synonym_change).order_by(c.number.desc()).limit(limit).offset(offset)
        with self._engine.connect() as connection:
            return [_change(row) for row in connection.execute(query)]

    def add(self, entries: Sequence[Entry], by: str) -> list[Entry]:
        """Add entries, all or none; their ids are given here."""
        with writer(self._engine).begin() as connection:
            return [_put(connection, None, entry, by) for entry in entries]

    def change(self, before: Entry, after: Entry, by: str) -> Entry:
        """Put an entry in the place of what was looked at.

        Raises:
            ConflictError: it has been changed since.

        """
        with writer(self._engine).begin() as connection:
            _check(connection, before)
            return _put(connection, before, after, by)

    def remove(self, before: Entry, by: str) -> None:
        """Take an entry away.

        Raises:
            ConflictError: it has been changed since.

        """
        with writer(self._engine).begin() as connection:
            _check(connection, before)
            _put(connection, before, None, by)

    def undo(self, number: int, by: str) -> None:
        """Undo a change; that is a change of its own.

        Raises:
            NotFoundError: there is no such change.
            ConflictError: the entry has been changed again since.

        """
        with writer(self._engine).begin() as connection:
            c = tables.synonym_change.c
            row = connection.execute(select(tables.synonym_change).where(c.number == number)).one_or_none()
            if row is None:
                raise NotFoundError(str(number), "この変更の記録はありません。", "履歴を開き直してください。")
            done = _change(row)
            if done.after:
                _check(connection, done.after)
            elif _read(connection, done.entry):
                raise _conflict()
            _put(connection, done.after, done.before, by)


def _put(connection: Connection, before: Entry | None, after: Entry | None, by: str) -> Entry:
    """Make ``before`` into ``after``, and write it down; returns what there is now (or was, of what is taken away)."""
    t = tables.synonym
    if after is None and before:
        connection.execute(delete(t).where(t.c.id == before.id))
        number = before.id
    elif before is None and after:
        given = {"id": after.id} if after.id else {}
        number = connection.execute(insert(t).values(_row(after) | given)).inserted_primary_key[0]  # type: ignore[index]
        after = Entry(number, after.synonyms, after.note, after.off)
    elif before and after:
        number = before.id
        after = Entry(number, after.synonyms, after.note, after.off)
        connection.execute(update(t).where(t.c.id == number).values(_row(after)))
    row = {"at": rows.now(), "by": by, "entry": number, "before": _json(before), "after": _json(after)}
    connection.execute(insert(tables.synonym_change).values(row))
    action = "thesaurus.add" if before is None else "thesaurus.edit" if after else "thesaurus.remove"
    audit.write(connection, AuditEntry(by, action, "、".join((after or before or _NOBODY).synonyms.words)))
    return after or before or _NOBODY


_NOBODY = Entry(0, Synonyms(()))


def _check(connection: Connection, expected: Entry) -> None:
    if _read(connection, expected.id) != expected:
        raise _conflict()


def _conflict() -> ConflictError:
    return ConflictError("類語辞書", "この項目は、ほかの人が先に変更しました。", "開き直して、やり直してください。")


def _read(connection: Connection, number: int) -> Entry | None:
    row = connection.execute(select(tables.synonym).where(tables.synonym.c.id == number)).one_or_none()
    return _entry(dict(row._mapping)) if row else None  # noqa: SLF001 - as above


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(row["id"], Synonyms(tuple(row["words"]), tuple(row["broader"])), row["note"], row["off"])


def _row(entry: Entry) -> dict[str, Any]:
    synonyms = entry.synonyms
    return {"words": list(synonyms.words), "broader": list(synonyms.broader), "note": entry.note, "off": entry.off}


def _json(entry: Entry | None) -> dict[str, Any] | None:
    return {"id": entry.id} | _row(entry) if entry else None


def _change(row: Any) -> Change:
    before, after = (_entry(value) if value else None for value in (row.before, row.after))
    return Change(row.number, row.at, row.by, row.entry, before, after)
