"""The migrations lead to exactly the tables that the code uses, in either kind of database."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from kb.store import migrate, tables
from kb.store.transactions import writer


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


def moved(engine, revision):
    """Bring a catalogue to another revision, later or earlier."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    with writer(engine).begin() as connection:
        config.attributes["connection"] = connection
        later = migrate.revision(engine) is None or revision > migrate.revision(engine)
        (command.upgrade if later else command.downgrade)(config, revision)


def test_published_documents_are_new_since_they_changed_and_reading_tokens_do_not_outlive_what_limits_them(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'catalogue.sqlite3'}")
    moved(engine, "0006")
    changed = "2026-11-01 09:00:00.000000"
    values = {column.name: "" for column in tables.document.c if column.name != "shown_at"}
    values |= {"updated_at": changed, "date": None, "binned_at": None, "fields": "{}", "warnings": "[]", "edits": "{}"}
    names, places = ", ".join(values), ", ".join(f":{name}" for name in values)
    with engine.begin() as connection:
        for number, state in enumerate(("published", "draft")):
            row = values | {"id": state, "uri": state, "state": state, "revision": number}
            connection.execute(text(f"INSERT INTO document ({names}) VALUES ({places})"), row)
    moved(engine, "0007")
    with engine.begin() as connection:
        shown = dict(connection.execute(text("SELECT id, shown_at FROM document")).all())
        assert shown == {"published": changed, "draft": None}
        account = (
            "INSERT INTO account (name, key, role, totp, totp_step, created_at) VALUES ('a', 'a', 'csw', '', 0, '')"
        )
        connection.execute(text(account))
        for hash_, reads in (("all", None), ("few", "public")):
            token = "INSERT INTO token (hash, account, created_at, reads) VALUES (:hash, 1, '', :reads)"
            connection.execute(text(token), {"hash": hash_, "reads": reads})
    moved(engine, "0006")
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT hash FROM token")).all() == ["all"]
    engine.dispose()
