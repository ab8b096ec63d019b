"""What every search must know of the present state of the database, all of it in one statement."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, func, literal, select

from kb.store import tables


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


def present(engine: Engine) -> Present:
    """The state now."""
    with engine.connect() as connection:
        found = connection.execute(_QUERY).all()
    return Present(found[0].version or 0, frozenset(row.document for row in found if row.document is not None))
