"""Bring a catalogue to the present schema with Alembic."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from kb.store.transactions import writer

HEAD = "0011"
"""The revision that ``tables`` describes; later ones have greater numbers.

Alembic (a fifth of a second to import) is only loaded when a catalogue has another one.
"""


def upgrade(engine: Engine) -> None:
    """Run the migrations that a catalogue has not seen yet, all or none; of two processes, one does and one waits."""
    if revision(engine) == HEAD:
        return
    from alembic import command  # noqa: PLC0415 - only needed at the first start and after an update
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with writer(engine).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def revision(engine: Engine) -> str | None:
    """The last migration that a catalogue has seen; None for a database without one."""
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return None if found is None else str(found)
