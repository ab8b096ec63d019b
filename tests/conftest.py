"""Fixtures for all tests; and the two kinds of database, for tests that are to run on both."""

import os
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from kb.store.database import open_database

pytest_plugins = ["kb.testing"]

# How fast a machine is decides no test: a busy one draws slowly, too.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

SERVER = "KB_TEST_POSTGRES"
ADDRESS = os.environ.get(SERVER, "")

#: CI has a server: there, a test that is skipped for want of it is a failure.
REQUIRED = os.environ.get("KB_REQUIRE_POSTGRES") == "1"

ABSENT = f"NO POSTGRESQL TESTS: {SERVER} names no server (.ci/postgres start FOLDER prints an address)"


def pytest_generate_tests(metafunc):
    """Runs what is marked ``databases`` on SQLite and, where there is a server, on PostgreSQL."""
    if metafunc.definition.get_closest_marker("databases"):
        kinds = ["sqlite", "postgresql"] if ADDRESS or REQUIRED else ["sqlite"]
        metafunc.parametrize("database", kinds, indirect=True)


def pytest_terminal_summary(terminalreporter):
    """Says once, and not for each test, that half of them have not been run."""
    if not ADDRESS:
        terminalreporter.write_sep("!", ABSENT, yellow=True)


@pytest.fixture(autouse=True)
def database(request):
    """The setting ``database`` of this test: empty for SQLite, else the address of a database of its own.

    A library that is opened in ``tmp_path`` finds the setting in its kb.toml.
    """
    if getattr(request, "param", "sqlite") == "sqlite":
        yield ""
        return
    with request.getfixturevalue("postgresql").fresh() as url:
        (request.getfixturevalue("tmp_path") / "kb.toml").write_text(f'database = "{url}"\n', encoding="utf-8")
        yield url


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory):
    """The server that the environment names."""
    if not ADDRESS:
        (pytest.fail if REQUIRED else pytest.skip)(ABSENT)
    server = Server(ADDRESS)
    try:
        with server.empty() as template:
            open_database(tmp_path_factory.mktemp("template"), template).dispose()
            server.template = make_url(template).database
            yield server
    finally:
        server.engine.dispose()


class Server:
    """Makes databases, and removes them."""

    def __init__(self, address):
        self.engine = create_engine(address, isolation_level="AUTOCOMMIT")
        self.template = ""
        self._names = (f"kb_test_{os.getpid()}_{number}" for number in count())

    def empty(self):
        """A database without any tables."""
        return Database(self, "template0")

    def fresh(self):
        """A database with all tables, and nothing in them."""
        return Database(self, self.template)

    def run(self, statement):
        with self.engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def name(self):
        return next(self._names)


class Database:
    """A database for as long as it is needed; as a context manager, its address."""

    def __init__(self, server, template):
        self.server, self.template, self.name = server, template, server.name()

    def __enter__(self):
        self.server.run(f"CREATE DATABASE {self.name} TEMPLATE {self.template} ENCODING 'UTF8'")
        return self.server.engine.url.set(database=self.name).render_as_string(hide_password=False)

    def __exit__(self, *_error):
        self.server.run(f"DROP DATABASE {self.name} WITH (FORCE)")
