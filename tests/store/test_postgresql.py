"""What only a server does: it refuses, goes away, comes back. Its password is never told to anybody."""

import sys
import traceback

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from kb.config import load
from kb.errors import ConfigError, DamagedError, KbError, StorageError
from kb.model import OPERATOR, Role
from kb.store.accounts import Accounts
from kb.store.catalogue import Catalogue, Failure
from kb.store.database import open_database, subject, writer
from kb.store.postgres import _TURN

PASSWORD = "hibari-3-canal"
PASSAGE = "緑川さんを訪ねた"

only_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def engine(tmp_path, database):
    opened = open_database(tmp_path, database)
    yield opened
    opened.dispose()


def refused(folder, url):
    """The error with which a database is not opened, and all that a log would have of it."""
    with pytest.raises(KbError) as caught:
        open_database(folder, url if isinstance(url, str) else url.render_as_string(hide_password=False))
    return caught.value, "".join(traceback.format_exception(caught.value))


def end_all_connections(server, engine):
    server.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{engine.url.database}'")


# ---------------------------------------------------------------------------------------- what the server refuses


@only_postgresql
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"password": PASSWORD}, "利用者の名前かパスワードが違う"),
        ({"username": "nobody", "password": PASSWORD}, "利用者の名前かパスワードが違う"),
        ({"database": "kb_absent"}, "データベースか利用者がありません"),
        ({"port": 1}, "つながらない"),
        ({"host": "nowhere.invalid"}, "つながらない"),
        ({"query": {"sslmode": "bogus"}}, "つながらない"),
        ({"query": {"nonsense": "1"}}, "つながらない"),
    ],
)
def test_why_a_database_cannot_be_opened_is_told_without_its_password(tmp_path, database, changes, said):
    url = make_url(database).set(**changes)
    error, logged = refused(tmp_path, url)
    assert isinstance(error, StorageError)
    assert said in error.reason
    assert "設定 database" in error.fix
    assert url.password not in logged + repr(error)


def test_a_password_among_the_options_is_not_told_either(tmp_path):
    error, logged = refused(tmp_path, f"postgresql+psycopg://kb@127.0.0.1:1/kb?password={PASSWORD}")
    assert (error.subject, PASSWORD in logged) == ("postgresql+psycopg://kb@127.0.0.1:1/kb", False)


def test_an_address_that_is_none_is_not_repeated(tmp_path):
    for url in (f"kb:{PASSWORD}@", f"postgresql+psycopg://kb:{PASSWORD}@127.0.0.1:port/kb"):
        error, logged = refused(tmp_path, url)
        assert isinstance(error, ConfigError)
        assert PASSWORD not in logged + repr(error)


def test_a_database_of_another_kind_is_refused(tmp_path):
    error, logged = refused(tmp_path, f"mysql+pymysql://kb:{PASSWORD}@127.0.0.1/kb")
    assert (error.reason, PASSWORD in logged) == ("mysql+pymysql は使えません。", False)


def test_without_its_driver_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    error, _ = refused(tmp_path, f"postgresql+psycopg://kb:{PASSWORD}@127.0.0.1:1/kb")
    assert isinstance(error, ConfigError)
    assert "kb-csw[postgres]" in error.fix


def test_the_settings_do_not_show_the_password(tmp_path):
    config = load(tmp_path, environ={"KB_DATABASE": f"postgresql+psycopg://kb:{PASSWORD}@127.0.0.1/kb"})
    assert PASSWORD in config.database
    assert PASSWORD not in repr(config)


@only_postgresql
def test_a_database_that_cannot_hold_every_text_is_refused(tmp_path, database, postgresql):
    name = f"{make_url(database).database}_euc"
    postgresql.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'EUC_JP' LOCALE 'C'")
    try:
        error, _ = refused(tmp_path, make_url(database).set(database=name))
    finally:
        postgresql.run(f"DROP DATABASE {name} WITH (FORCE)")
    assert (error.reason, "createdb" in error.fix) == ("データベースの文字コードが EUC_JP です。", True)


@only_postgresql
def test_an_empty_database_beside_originals_is_not_begun_anew(tmp_path, database, postgresql):
    (tmp_path / "originals" / "00").mkdir(parents=True)
    (tmp_path / "originals" / "00" / ("0" * 64)).write_bytes(b"x")
    with postgresql.empty() as empty:
        error, logged = refused(tmp_path, empty)
    assert isinstance(error, DamagedError)
    assert make_url(database).password not in logged


# ------------------------------------------------------------------------------------------- a server that goes away


@only_postgresql
def test_a_server_that_has_been_restarted_is_no_error(engine, postgresql):
    accounts = Accounts(engine)
    accounts.add("山吹", "山吹", Role.READER, OPERATOR)
    end_all_connections(postgresql, engine)
    assert [account.name for account in accounts.all()] == ["山吹"]
    end_all_connections(postgresql, engine)
    accounts.add("若葉", "若葉", Role.READER, OPERATOR)


@only_postgresql
def test_what_is_being_written_when_the_connection_is_lost_is_not_kept(engine, postgresql):
    def write():
        with writer(engine).begin() as connection:
            connection.execute(text("DELETE FROM alembic_version"))
            end_all_connections(postgresql, engine)
            connection.execute(text("SELECT 1"))

    with pytest.raises(StorageError, match="つながらないか"):
        write()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1


@only_postgresql
def test_whoever_waits_too_long_for_a_turn_is_told_so(engine):
    with writer(engine).begin(), engine.connect() as second:
        second.exec_driver_sql("SET LOCAL lock_timeout = '1ms'")
        with pytest.raises(StorageError, match="順番が来ません"):
            second.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")


@only_postgresql
def test_nobody_waits_for_a_lock_for_ever(engine):
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW lock_timeout")) == "30s"
        assert connection.scalar(text("SHOW idle_in_transaction_session_timeout")) == "1min"


@only_postgresql
def test_a_commit_is_on_the_disk_whatever_the_server_is_set_to(tmp_path, database, postgresql):
    postgresql.run(f"ALTER DATABASE {make_url(database).database} SET synchronous_commit = off")
    engine = open_database(tmp_path, database)
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW synchronous_commit")) == "on"
    engine.dispose()


@only_postgresql
def test_what_a_column_has_no_room_for_is_told(engine):
    failure = Failure("folder", "長い名前/" * 200 + "だより.pdf", "だより.pdf", "", "読めません。", "")
    with pytest.raises(StorageError, match="長すぎる"):
        Catalogue(engine).fail(failure)


@only_postgresql
def test_a_mistake_of_ours_is_logged_without_what_was_to_be_written(engine):
    row = {"passage": PASSAGE}
    with pytest.raises(ProgrammingError, match="no_such_table") as caught, engine.connect() as connection:
        connection.execute(text("INSERT INTO no_such_table VALUES (:passage)"), row)
    assert "緑川" not in "".join(traceback.format_exception(caught.value))


@only_postgresql
def test_errors_name_the_database_but_not_its_password(engine):
    url = engine.url
    assert subject(engine) == f"postgresql+psycopg://{url.username}@{url.host}:{url.port}/{url.database}"
    assert engine.url.password not in subject(engine) + repr(engine)
