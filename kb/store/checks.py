"""Questions to the database about itself, for ``kb doctor``."""

from __future__ import annotations

from sqlalchemy import Engine, select

from kb.store import tables


def integrity(engine: Engine) -> list[str]:
    """What SQLite finds wrong with its file; PostgreSQL looks after itself."""
    if engine.dialect.name != "sqlite":
        return []
    with engine.connect() as connection:
        said = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
        broken = [f"{row[0]} {row[1]}" for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]
    return [one for one in said if one != "ok"] + broken


def forgotten(engine: Engine) -> list[str]:
    """Documents whose file is to be read, while nothing says so in the outbox."""
    v, jobs = tables.version.c, select(tables.outbox.c.document).where(tables.outbox.c.kind == "read")
    query = select(v.document).where(v.state == "waiting", v.document.not_in(jobs)).distinct().order_by(v.document)
    with engine.connect() as connection:
        return list(connection.scalars(query))
