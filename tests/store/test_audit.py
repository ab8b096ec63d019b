"""The audit log keeps what it is told, with what it tells of or not at all."""

import pytest

from kb.store import audit
from kb.store.audit import AuditEntry, AuditLog
from kb.store.database import open_database

pytestmark = pytest.mark.databases


@pytest.fixture
def engine(tmp_path, database):
    opened = open_database(tmp_path, database)
    yield opened
    opened.dispose()


def test_entries_come_back_latest_first(engine):
    log = AuditLog(engine)
    log.record(AuditEntry("山吹", "document.read", "0123456789ab"))
    log.record(AuditEntry("", "document.denied", "0123456789ab", {"why": "権限がありません"}))
    denied, read = log.entries()
    assert (denied.actor, denied.action, denied.detail) == ("", "document.denied", {"why": "権限がありません"})
    assert (read.actor, read.action, read.subject) == ("山吹", "document.read", "0123456789ab")
    assert read.at is not None
    assert denied.at >= read.at


def test_entries_can_be_narrowed_and_paged(engine):
    log = AuditLog(engine)
    for number in range(5):
        log.record(AuditEntry("山吹" if number % 2 else "若葉", "document.read", f"doc{number}"))
    log.record(AuditEntry("若葉", "user.disable", "山吹"))
    assert [entry.subject for entry in log.entries(actor="山吹")] == ["doc3", "doc1"]
    assert [entry.subject for entry in log.entries(actions=["user.disable"])] == ["山吹"]
    assert [entry.subject for entry in log.entries(subject="doc2")] == ["doc2"]
    assert [entry.subject for entry in log.entries(limit=2, offset=1)] == ["doc4", "doc3"]


def test_an_entry_goes_with_its_transaction(engine):
    with engine.begin() as connection:
        audit.write(connection, AuditEntry("山吹", "document.bin", "0123456789ab"))
        connection.rollback()
    assert AuditLog(engine).entries() == []
    with engine.begin() as connection:
        audit.write(connection, AuditEntry("山吹", "document.bin", "0123456789ab"))
    assert len(AuditLog(engine).entries()) == 1
