"""Either kind of database: what is written by several at once, and what only one of the two could take."""

from dataclasses import replace
from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from kb.errors import AccountError, ConfigError
from kb.model import EVERYTHING, OPERATOR, AccessClass, Role
from kb.store.audit import AuditEntry
from kb.store.catalogue import Failure
from kb.store.database import open_database
from kb.store.register import Arrival
from kb.store.store import Store

pytestmark = pytest.mark.databases

ARRIVAL = Arrival("だより12.txt", "ab" * 32, 120, "folder", "newsletters/だより12.txt", by="山吹")


@pytest.fixture
def store(tmp_path, database):
    opened = Store(tmp_path, database)
    yield opened
    opened.close()


def at_once(*tasks):
    """Do them all in threads that begin together; what each gave, or the error that it ended with."""
    start, given = Barrier(len(tasks)), {}

    def run(number, task):
        start.wait()
        try:
            given[number] = task()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            given[number] = error

    threads = [Thread(target=run, args=one) for one in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [given[number] for number in range(len(tasks))]


def test_the_same_file_brought_by_many_at_once_is_accepted_once(store):
    arrivals = [replace(ARRIVAL, uri=f"{number}.txt") for number in range(8)]
    receipts = at_once(*[lambda one=one: store.register.accept(one) for one in arrivals])
    assert sorted(receipt.status for receipt in receipts) == ["accepted"] + ["duplicate"] * 7
    assert len({receipt.document for receipt in receipts}) == 1
    assert len(store.outbox.jobs("read")) == 1


def test_new_versions_brought_at_once_have_different_numbers(store):
    document = store.register.accept(ARRIVAL).document
    arrivals = [replace(ARRIVAL, sha256=f"{number:064x}", document=document) for number in range(6)]
    receipts = at_once(*[lambda one=one: store.register.accept(one) for one in arrivals])
    assert sorted(receipt.version for receipt in receipts) == [2, 3, 4, 5, 6, 7]


def test_of_two_administrators_who_disable_each_other_at_once_one_stays(store):
    accounts = [store.accounts.add(name, name, Role.ADMIN, OPERATOR) for name in ("山吹", "若葉")]
    for account in accounts:
        store.accounts.set_password(account.id, "hash", OPERATOR)
    given = at_once(*[lambda one=one: store.accounts.disable(one.id, OPERATOR) for one in accounts])
    assert sorted(isinstance(one, AccountError) for one in given) == [False, True]
    assert store.accounts.has_admin()


def test_the_same_name_added_at_once_is_one_account(store):
    given = at_once(*[lambda: store.accounts.add("山吹", "山吹", Role.READER, OPERATOR)] * 4)
    assert [str(one) for one in given if isinstance(one, AccountError)] == [
        "山吹：この名前のアカウントは既にあります。別の名前にしてください。"
    ] * 3
    assert [account.name for account in store.accounts.all()] == ["山吹"]


def test_a_file_that_fails_twice_at_once_is_told_once(store):
    failure = Failure("folder", "だより.pdf", "だより.pdf", "", "読めません。", "確かめてください。")
    assert at_once(*[lambda: store.catalogue.fail(failure)] * 4) == [None] * 4
    assert store.catalogue.failures() == [failure]


def test_a_new_database_that_several_open_at_once_gets_its_tables_once(tmp_path, database, request):
    def opened(url):
        engine = open_database(tmp_path / "new", url)
        engine.dispose()
        return engine.dialect.name

    if not database:
        assert at_once(*[lambda: opened("")] * 3) == ["sqlite"] * 3
        return
    with request.getfixturevalue("postgresql").empty() as url:
        assert at_once(*[lambda: opened(url)] * 3) == ["postgresql"] * 3


def test_an_id_that_nothing_can_have_finds_nothing(store):
    assert store.drafts.document("0123\0", EVERYTHING) is None
    assert store.catalogue.sections(["\0"], EVERYTHING) == {}
    assert store.accounts.by_key("山\0吹") is None


def test_a_number_that_no_account_can_have_finds_nothing(store):
    assert [store.accounts.get(number) for number in (0, -1, 2**31, 2**63, 10**30)] == [None] * 5


def test_a_name_with_a_character_that_is_none_is_kept_all_the_same(store):
    receipt = store.register.accept(replace(ARRIVAL, file_name="だより\0.txt", access=AccessClass.PUBLIC))
    (version,) = store.register.versions(receipt.document)
    assert version.file_name in {"だより\0.txt", "だより\ufffd.txt"}
    store.audit.record(AuditEntry("山吹", "test", "\0", {"検索": "\0"}))
    assert store.audit.entries(limit=1)[0].action == "test"


def test_a_catalogue_of_a_later_version_is_left_alone(tmp_path, database):
    """Whoever goes back to an older program is told so."""
    store = Store(tmp_path, database)
    with store.database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(ConfigError, match="新しい版の kb で使われた目録です（9999"):
        Store(tmp_path, database)
