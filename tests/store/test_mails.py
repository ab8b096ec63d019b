"""Addresses and claims, in either kind of database."""

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest

from kb.model import OPERATOR, Role
from kb.store.mails import MOST_FAILURES, MailRun
from kb.store.store import Store

pytestmark = pytest.mark.databases

NOW = datetime(2026, 11, 27, 3)  # noqa: DTZ001 - in UTC without a zone, as all times of the catalogue
BEGAN = {"daily": NOW - timedelta(hours=5), "weekly": NOW - timedelta(days=4)}


@pytest.fixture
def store(tmp_path, database):
    opened = Store(tmp_path, database)
    yield opened
    opened.close()


@pytest.fixture
def account(store, monkeypatch):
    """Somebody with an address and two searches that are told of, since two days ago."""
    monkeypatch.setattr("kb.store.rows.now", lambda: NOW - timedelta(days=2))
    account = store.accounts.add("若葉", "若葉", Role.READER, OPERATOR)
    store.mails.ask(account.id, "wakaba@example.jp", "nonce", account.actor)
    assert store.mails.confirm(account.id, "nonce", account.actor, NOW - timedelta(days=2))
    for words, how in (("見守り", "daily"), ("配食", "weekly"), ("集い", None)):
        store.lists.save(account.id, words, f"q={words}")
        store.lists.tell(account.id, store.lists.saved(account.id)[0].id, how)
    return account.id


def test_a_new_address_waits_beside_the_old_one_and_takes_its_place(store, account):
    owner = store.accounts.get(account).actor
    store.mails.ask(account, "new@example.jp", "second", owner)
    found = store.mails.of(account)
    assert (found.address, found.waiting) == ("wakaba@example.jp", "new@example.jp")
    assert not store.mails.confirm(account, "nonce", owner, NOW)
    assert store.mails.confirm(account, "second", owner, NOW)
    assert not store.mails.confirm(account, "second", owner, NOW)
    found = store.mails.of(account)
    assert (found.address, found.waiting) == ("new@example.jp", "")
    assert store.mails.due(BEGAN, NOW) == []  # counted from now


def test_what_is_claimed_is_due_no_more_until_it_is_given_back(store, account):
    assert store.mails.due(BEGAN, NOW) == [account]
    claim = store.mails.claim(account, BEGAN, NOW)
    assert [one.name for one in claim.searches] == ["見守り"]  # the week has not begun anew
    assert claim.searches[0].since == NOW - timedelta(days=2)
    assert store.mails.due(BEGAN, NOW) == []
    store.mails.give_back(claim)
    assert store.mails.claim(account, BEGAN, NOW + timedelta(seconds=1)).searches == claim.searches


def test_what_has_been_claimed_anew_is_not_given_back_by_somebody_who_is_late(store, account):
    late = store.mails.claim(account, BEGAN, NOW)
    store.mails.give_back(late)
    assert store.mails.claim(account, BEGAN, NOW + timedelta(seconds=1))
    store.mails.give_back(late)
    assert store.mails.due(BEGAN, NOW) == []


def test_of_many_who_claim_at_once_one_gets_it(store, account):
    start, claims = Barrier(6), []

    def claim():
        start.wait()
        claims.append(store.mails.claim(account, BEGAN, NOW))

    threads = [Thread(target=claim) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in claims if one]) == 1


def test_refusals_make_it_wait_longer_each_time_and_end(store, account):
    waits, now = [], NOW
    for _ in range(MOST_FAILURES):
        store.mails.refuse(store.mails.claim(account, BEGAN, now), now)
        refused = now
        while now < refused + timedelta(days=2) and store.mails.due(BEGAN, now) == []:
            now += timedelta(minutes=15)
        waits.append((now - refused) // timedelta(minutes=15))
    assert waits == [1, 2, 4, 8, 16, 32, 64, 96, 96, 192]  # the last one: for good
    assert store.mails.counts() == (1, 1, 2)


def test_how_it_went_is_kept_once(store):
    assert store.mails.run() is None
    for run in (MailRun(NOW, failures=2, reason="つながりません。", fix="確かめてください。"), MailRun(NOW, NOW, 3, 1)):
        store.mails.note(run)
        assert store.mails.run() == run


def test_a_number_that_no_account_has_is_nobody(store):
    assert store.mails.of(99).address == ""
    assert store.mails.recipient(99) is None
    assert store.mails.claim(99, BEGAN, NOW) is None
    assert not store.mails.remove(99, OPERATOR)
