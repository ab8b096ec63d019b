"""What sources have listed, and how looking through them went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update

from kb.store import rows, tables
from kb.store.database import writer


@dataclass(frozen=True, slots=True)
class Listed:
    """What is known of an item that a source has listed."""

    stamp: str
    document: str
    """The document it is in: its own, or the one that already had the same content."""
    gone: bool = False
    """True while it lies in the bin because the source lists it no more."""


@dataclass(frozen=True, slots=True)
class Run:
    """How a source was looked through last."""

    source: str
    began_at: datetime | None = None
    """In UTC without a zone; None if it never was."""
    ended_at: datetime | None = None
    """None while it is under way, or if the process has ended in the middle of it."""
    asked: bool = False
    """True if somebody wants it done now."""
    listed: int = 0
    accepted: int = 0
    """New items and changed ones."""
    binned: int = 0
    """Items that have gone."""
    failed: int = 0
    """Items that could not be opened or kept."""
    reason: str = ""
    """What went wrong with all of it, a Japanese sentence."""
    fix: str = ""


class Sources:
    """The sources' items and runs; safe to use from several threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def listed(self, source: str) -> dict[str, Listed]:
        """All that a source has listed so far, by the items' ids."""
        c = tables.source_item.c
        query = select(c.uri, c.stamp, c.document, c.gone).where(c.source == source)
        with self._engine.connect() as connection:
            return {row.uri: Listed(row.stamp, row.document, row.gone) for row in connection.execute(query)}

    def note(self, source: str, items: Mapping[str, Listed]) -> None:
        """Keep what is known of these items, in place of what was."""
        with writer(self._engine).begin() as connection:
            for uri, listed in items.items():
                _forget(connection, source, [uri])
                connection.execute(insert(tables.source_item), {"source": source, "uri": uri} | asdict(listed))

    def forget(self, source: str, uris: Iterable[str]) -> None:
        """Know nothing of these items any more."""
        with writer(self._engine).begin() as connection:
            _forget(connection, source, uris)

    def runs(self) -> dict[str, Run]:
        """How each source was looked through last, by its name."""
        with self._engine.connect() as connection:
            return {row.source: Run(*row) for row in connection.execute(select(tables.source_run))}

    def begin(self, source: str) -> datetime:
        """A source is being looked through from now on; returns the time."""
        began = rows.now()
        self._enter(Run(source, began))
        return began

    def end(self, run: Run) -> None:
        """It has been looked through."""
        self._enter(run)

    def ask(self, source: str) -> None:
        """Somebody wants it looked through now."""
        c = tables.source_run.c
        with writer(self._engine).begin() as connection:
            asked = connection.execute(update(tables.source_run).where(c.source == source).values(asked=True))
            if not asked.rowcount:
                connection.execute(insert(tables.source_run), asdict(Run(source, asked=True)))

    def _enter(self, run: Run) -> None:
        with writer(self._engine).begin() as connection:
            connection.execute(delete(tables.source_run).where(tables.source_run.c.source == run.source))
            connection.execute(insert(tables.source_run), asdict(run))


def _forget(connection: Connection, source: str, uris: Iterable[str]) -> None:
    c = tables.source_item.c
    for uri in uris:
        connection.execute(delete(tables.source_item).where(c.source == source, c.uri == uri))
