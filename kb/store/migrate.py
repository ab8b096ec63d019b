"""Bring a catalogue to the present schema with Alembic."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text

HEAD = "0003"
"""The revision that ``tables`` describes. Alembic (a fifth of a second to import) is only loaded when it differs."""


def upgrade(engine: Engine) -> None:
    """Run the migrations that a catalogue has not seen yet, in one transaction each."""
    if _revision(engine) == HEAD:
        return
    from alembic import command  # noqa: PLC0415 - only needed at the first start and after an update
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _revision(engine: Engine) -> str | None:
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return None if revision is None else str(revision)
