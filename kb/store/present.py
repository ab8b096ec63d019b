"""What every search must know of the present state of the database, all of it in one statement."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, func, literal, select

from kb.store import tables
from kb.store.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Present:
    """The state at one moment. Whoever then looks at the index finds what has been hidden there, or gone already."""

    thesaurus: int
    """Grows with every change of the thesaurus: whoever has read the entries at it has the present ones."""
    hidden: frozenset[str]
    """Documents that the index may still show to somebody who must not see them any more."""


_ONCE = select(literal(1).label("once")).subquery()
_VERSION = select(func.max(tables.synonym_change.c.number)).scalar_subquery()
_QUERY = select(_VERSION.label("version"), tables.outbox.c.document).select_from(
    _ONCE.outerjoin(tables.outbox, tables.outbox.c.hides)
)


class Glance:
    """Looks at it; safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._asked = Prepared(engine, _QUERY)

    def now(self) -> Present:
        """The state now."""
        found = self._asked.rows()
        return Present(found[0][0] or 0, frozenset(document for _, document in found if document is not None))
