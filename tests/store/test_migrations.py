"""The migrations lead to exactly the tables that the code uses."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from kb.store import migrate, tables


def test_migrated_schema_is_the_one_in_tables(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'catalogue.sqlite3'}")
    migrate.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
        assert context.get_current_revision() == migrate.HEAD
    engine.dispose()


def test_head_names_the_last_migration():
    from pathlib import Path

    scripts = ScriptDirectory(str(Path(migrate.__file__).parent / "migrations"))
    assert scripts.get_current_head() == migrate.HEAD


def test_upgrading_twice_changes_nothing(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'catalogue.sqlite3'}")
    migrate.upgrade(engine)
    migrate.upgrade(engine)
    engine.dispose()
