"""What is left to be done. Whoever does it removes it when the result is on the disk for good."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, Engine, delete, func, insert, select

from kb.store import tables

Kind = Literal["read", "index", "rebuild"]
"""``read``: the latest file of a document; ``index``: what the catalogue says of it; ``rebuild``: the whole index."""

#: Entries removed in one statement.
_AT_A_TIME = 10_000


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to be done."""

    seq: int
    kind: Kind
    document: str
    """Empty for ``rebuild``."""


def add(connection: Connection, kind: Kind, document: str = "", *, hides: bool = False) -> None:
    """Note something to be done, in the transaction that makes it necessary."""
    connection.execute(insert(tables.outbox), {"kind": kind, "document": document, "hides": hides})


def remove(connection: Connection, jobs: Iterable[Job]) -> None:
    """Forget what has been done."""
    seqs = [job.seq for job in jobs]
    for start in range(0, len(seqs), _AT_A_TIME):
        connection.execute(delete(tables.outbox).where(tables.outbox.c.seq.in_(seqs[start : start + _AT_A_TIME])))


class Outbox:
    """The list of what is to be done, in the order in which it came."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def jobs(self, kind: Kind, limit: int = 1000) -> list[Job]:
        """The oldest entries of one kind."""
        c = tables.outbox.c
        query = select(c.seq, c.kind, c.document).where(c.kind == kind).order_by(c.seq).limit(limit)
        with self._engine.connect() as connection:
            return [Job(*row) for row in connection.execute(query)]

    def of(self, document: str, kind: Kind) -> list[Job]:
        """All entries of one kind for one document."""
        c = tables.outbox.c
        query = select(c.seq, c.kind, c.document).where(c.kind == kind, c.document == document).order_by(c.seq)
        with self._engine.connect() as connection:
            return [Job(*row) for row in connection.execute(query)]

    def add(self, kind: Kind, documents: Iterable[str] = ("",)) -> None:
        """Note what is to be done."""
        with self._engine.begin() as connection:
            for document in documents:
                add(connection, kind, document)

    def done(self, jobs: Iterable[Job]) -> None:
        """These have been done, durably."""
        with self._engine.begin() as connection:
            remove(connection, jobs)

    def count(self) -> int:
        """How much there is to be done."""
        with self._engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(tables.outbox)) or 0
