"""Statements that are put to the driver as they are give what SQLAlchemy gives, and fail as it does."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import bindparam, event, insert, select, text

from kb.store import tables
from kb.store.prepared import Prepared
from kb.store.rows import document_row
from kb.testing import a_document

pytestmark = pytest.mark.databases

COLUMNS = (*tables.document.c, tables.document.c.pages.is_not(None).label("paged"))
NAMES = [f"だより{number}" for number in range(300)]


@pytest.fixture
def statement(engine):
    asked = bindparam("ids", expanding=True)
    return select(*COLUMNS).where(tables.document.c.id.in_(asked), tables.document.c.type == "newsletter")


@pytest.fixture
def prepared(engine, statement):
    return Prepared(engine, statement)


@pytest.fixture(autouse=True)
def documents(engine):
    plain = {"type": "newsletter", "fields": {"発行者": "緑市社協"}}
    rich = plain | {"date": date(2022, 2, 15), "pages": 4, "warnings": ("3頁は画像です。",), "sensitive": True}
    rich["binned_at"] = datetime(2026, 11, 3, 9, 5, 12, 345, tzinfo=UTC).replace(tzinfo=None)
    with engine.begin() as connection:
        for name in NAMES:
            document = a_document(id=name, uri=name, **(rich if name.endswith("7") else plain))
            connection.execute(insert(tables.document), document_row(document) | {"held": False, "edits": {}})


def ordinary(engine, statement, ids):
    with engine.connect() as connection:
        return sorted(map(tuple, connection.execute(statement, {"ids": ids})), key=repr)


@pytest.mark.parametrize("ids", [[], NAMES[7:8], NAMES[:10], NAMES, ["だより0", "' OR 1=1 --", "だより\x007"]])
def test_rows_are_those_that_sqlalchemy_gives(engine, statement, prepared, ids):
    expected = ordinary(engine, statement, ids)
    assert len(expected) == len([one for one in ids if one in NAMES])
    for _ in range(2):
        assert sorted(map(tuple, prepared.rows(ids=ids)), key=repr) == expected


def test_what_is_wrong_is_told_as_ever(engine, statement, prepared):
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE document RENAME TO elsewhere"))
    with pytest.raises(Exception, match="document") as expected:
        ordinary(engine, statement, NAMES[:3])
    with pytest.raises(type(expected.value)) as told:
        prepared.rows(ids=NAMES[:3])
    assert str(told.value) == str(expected.value)


def test_no_connection_is_kept(engine, prepared):
    """Given back by whoever took it, not when somebody happens to collect garbage."""
    taken, given = [], []
    event.listen(engine.pool, "checkout", lambda connection, record, proxy: taken.append((record, proxy)))
    event.listen(engine.pool, "checkin", lambda connection, record: given.append(record))
    for _ in range(10):
        prepared.rows(ids=["だより7"])
        assert given == [record for record, _ in taken]
    assert len(taken) == 10
