"""An empty catalogue's database, of either kind."""

import pytest

from kb.store.database import open_database


@pytest.fixture
def engine(tmp_path, database):
    opened = open_database(tmp_path, database)
    yield opened
    opened.dispose()
