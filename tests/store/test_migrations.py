"""The migrations lead to exactly the tables that the code uses, in either kind of database."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from kb.store import migrate, tables


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path):
    """An empty database."""
    if request.param == "sqlite":
        opened = create_engine(f"sqlite:///{tmp_path / 'catalogue.sqlite3'}")
        yield opened
        opened.dispose()
        return
    with request.getfixturevalue("postgresql").empty() as url:
        opened = create_engine(url)
        yield opened
        opened.dispose()


def test_migrated_schema_is_the_one_in_tables(engine):
    migrate.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
        assert context.get_current_revision() == migrate.HEAD


def test_head_names_the_last_migration():
    scripts = ScriptDirectory(str(Path(migrate.__file__).parent / "migrations"))
    assert scripts.get_current_head() == migrate.HEAD


def test_upgrading_twice_changes_nothing(engine):
    migrate.upgrade(engine)
    migrate.upgrade(engine)


def test_every_migration_can_be_taken_back(engine):
    migrate.upgrade(engine)
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
