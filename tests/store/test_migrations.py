"""The migrations lead to exactly the tables that the code uses."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from kb.store import migrate, tables
from kb.store.transactions import writer


def test_migrated_schema_is_the_one_in_tables(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'catalogue.sqlite3'}")
    migrate.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
        assert context.get_current_revision() == migrate.HEAD
    engine.dispose()


def test_head_names_the_last_migration():
    scripts = ScriptDirectory(str(Path(migrate.__file__).parent / "migrations"))
    assert scripts.get_current_head() == migrate.HEAD


def test_upgrading_twice_changes_nothing(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'catalogue.sqlite3'}")
    migrate.upgrade(engine)
    migrate.upgrade(engine)
    engine.dispose()


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
    moved(engine, "0005")
    changed = "2026-11-01 09:00:00.000000"
    values = {column.name: "" for column in tables.document.c if column.name != "shown_at"}
    values |= {"updated_at": changed, "date": None, "binned_at": None, "fields": "{}", "warnings": "[]", "edits": "{}"}
    names, places = ", ".join(values), ", ".join(f":{name}" for name in values)
    with engine.begin() as connection:
        for number, state in enumerate(("published", "draft")):
            row = values | {"id": state, "uri": state, "state": state, "revision": number}
            connection.execute(text(f"INSERT INTO document ({names}) VALUES ({places})"), row)
    moved(engine, "0006")
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
    moved(engine, "0005")
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT hash FROM token")).all() == ["all"]
    engine.dispose()
