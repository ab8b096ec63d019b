"""What is accepted is accepted once, and nobody can forget that it is to be read."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from kb.errors import ConflictError, NotFoundError
from kb.model import EVERYTHING, PUBLIC_ONLY, AccessClass, Edits, Finding, State
from kb.store import rows
from kb.store.catalogue import Content
from kb.store.register import Arrival
from kb.store.store import Store

pytestmark = pytest.mark.databases

ARRIVAL = Arrival("だより12.txt", "ab" * 32, 120, "folder", "newsletters/だより12.txt", by="山吹")


@pytest.fixture
def store(tmp_path, database):
    opened = Store(tmp_path, database)
    yield opened
    opened.close()


def read(store, receipt, findings=(), **changes):
    """What the worker does with a file, as far as the catalogue is concerned."""
    before = store.drafts.document(receipt.document, EVERYTHING)
    version = store.register.begin(receipt.document)
    state = {"state": State.PUBLISHED, "version": version.number, "sha256": version.sha256}
    content = Content(replace(before, **state | changes), (), {}, findings)
    store.drafts.save(content, None, version, store.outbox.of(receipt.document, "read"))


def test_an_accepted_file_is_to_be_read_and_nobody_knows_of_it_yet(store):
    receipt = store.register.accept(ARRIVAL)
    assert receipt.status == "accepted"
    assert [job.document for job in store.outbox.jobs("read")] == [receipt.document]
    assert store.catalogue.document(receipt.document, EVERYTHING) is None
    assert store.drafts.document(receipt.document, EVERYTHING).state is State.WAITING
    (entry,) = store.audit.entries()
    assert (entry.actor, entry.action, entry.subject) == ("山吹", "document.add", receipt.document)


def test_accepting_again_changes_nothing(store):
    first = store.register.accept(ARRIVAL)
    assert store.register.accept(ARRIVAL) == replace(first, again=True)  # before it has been read: it is still to be
    read(store, first)
    assert store.register.accept(ARRIVAL).status == "unchanged"
    assert len(store.register.versions(first.document)) == 1
    assert store.outbox.jobs("read") == []


def test_the_same_content_from_elsewhere_is_a_duplicate(store):
    first = store.register.accept(ARRIVAL)
    read(store, first)
    second = store.register.accept(replace(ARRIVAL, uri="写し.txt"))
    assert (second.status, second.document) == ("duplicate", first.document)


def test_content_that_has_been_replaced_is_no_duplicate(store):
    first = store.register.accept(ARRIVAL)
    read(store, first)
    read(store, store.register.accept(replace(ARRIVAL, sha256="cd" * 32)))
    second = store.register.accept(replace(ARRIVAL, uri="古い版.txt"))
    assert second.status == "accepted"
    assert second.document != first.document


def test_a_new_version_is_named_by_its_document(store):
    first = store.register.accept(ARRIVAL)
    read(store, first)
    second = store.register.accept(
        replace(ARRIVAL, sha256="cd" * 32, source="upload", uri="訂正版.txt", document=first.document)
    )
    assert (second.document, second.version) == (first.document, 2)
    with pytest.raises(NotFoundError):
        store.register.accept(replace(ARRIVAL, document="ないもの"))


def test_a_version_that_came_before_its_turn_is_passed_over(store):
    receipt = store.register.accept(ARRIVAL)
    store.register.accept(replace(ARRIVAL, sha256="cd" * 32))
    read(store, receipt)
    assert [(v.number, v.state) for v in store.register.versions(receipt.document)] == [(2, "read"), (1, "superseded")]
    assert store.outbox.jobs("read") == []


def test_what_cannot_be_read_says_why_and_can_be_tried_again(store):
    receipt = store.register.accept(ARRIVAL)
    version = store.register.begin(receipt.document)
    store.register.failed(version, "壊れています。", "作り直してください。", store.outbox.of(receipt.document, "read"))
    assert store.drafts.document(receipt.document, EVERYTHING).state is State.FAILED
    (failure,) = store.catalogue.failures()
    assert (failure.file_name, failure.reason, failure.sha256) == ("だより12.txt", "壊れています。", "ab" * 32)
    assert store.register.accept(ARRIVAL).status == "accepted"
    assert [job.document for job in store.outbox.jobs("read")] == [receipt.document]
    read(store, receipt)
    assert store.catalogue.failures() == []


def test_a_bad_new_version_leaves_the_old_one_to_readers(store):
    receipt = store.register.accept(ARRIVAL)
    read(store, receipt)
    store.register.accept(replace(ARRIVAL, sha256="cd" * 32))
    store.register.failed(store.register.begin(receipt.document), "壊れています。", "", ())
    found = store.catalogue.document(receipt.document, EVERYTHING)
    assert (found.version, found.sha256) == (1, "ab" * 32)


def test_the_bin_hides_at_once_and_gives_back(store):
    receipt = store.register.accept(ARRIVAL)
    read(store, receipt)
    store.register.bin(receipt.document, "山吹")
    assert store.catalogue.document(receipt.document, EVERYTHING) is None
    assert store.present().hidden == {receipt.document}
    assert [d.id for d in store.register.binned()] == [receipt.document]
    assert store.register.accept(ARRIVAL).status == "binned"  # its folder still has it: it does not come back by itself
    assert store.register.accept(replace(ARRIVAL, uri="写し.txt")).status == "binned"
    store.register.restore(receipt.document, "山吹")
    assert store.catalogue.document(receipt.document, EVERYTHING).binned_at is None
    assert [e.action for e in store.audit.entries(limit=2)] == ["document.restore", "document.bin"]


def test_only_what_has_been_in_the_bin_long_enough_is_forgotten(store):
    receipt = store.register.accept(ARRIVAL)
    store.register.bin(receipt.document, "山吹")
    assert store.register.forget(rows.now() - timedelta(days=30), "kb") == []
    assert store.register.forget(rows.now() + timedelta(seconds=1), "kb") == [receipt.document]
    assert store.register.blobs() == {}
    with pytest.raises(NotFoundError):
        store.register.restore(receipt.document, "山吹")


def test_nothing_is_published_before_it_is_read_or_while_something_is_to_be_decided_on(store):
    receipt = store.register.accept(replace(ARRIVAL, held=True))
    with pytest.raises(ConflictError, match="読み取り待ち"):
        store.register.publish(receipt.document, "山吹")
    finding = Finding("name", "氏名", "", 0, 2, "若葉", "氏名です。", where="title")
    read(store, receipt, state=State.DRAFT, findings=(finding,))
    with pytest.raises(ConflictError, match="1件"):
        store.register.publish(receipt.document, "山吹")
    read(store, receipt, state=State.DRAFT)
    store.register.publish(receipt.document, "山吹")
    assert store.catalogue.document(receipt.document, EVERYTHING).state is State.PUBLISHED
    assert not store.register.is_held(receipt.document)


def test_narrowing_hides_at_once(store):
    receipt = store.register.accept(ARRIVAL)
    read(store, receipt, access=AccessClass.PUBLIC)
    store.outbox.done(store.outbox.jobs("index"))
    store.register.set(receipt.document, {"access": "members"}, Edits("題名"), "山吹")
    assert store.present().hidden == {receipt.document}
    assert store.register.edits(receipt.document) == Edits("題名")


def shown_at(store):
    return store.catalogue.shown_at(EVERYTHING)


def test_readers_are_told_of_what_is_new_to_them_and_of_nothing_twice(store, monkeypatch):
    began = rows.now()
    times = (began + timedelta(minutes=minute) for minute in count())
    monkeypatch.setattr(rows, "now", lambda: next(times))
    first = store.register.accept(ARRIVAL)
    assert shown_at(store) == {}
    read(store, first, state=State.DRAFT, access=AccessClass.PUBLIC)
    assert shown_at(store) == {}
    store.register.publish(first.document, "山吹")
    published = shown_at(store)
    assert list(published) == [first.document]
    read_again = store.drafts.document(first.document, EVERYTHING)
    store.drafts.save(Content(read_again, (), {}))  # by a rule that has changed: nobody was given anything new
    store.register.set(first.document, {"title": "直した題"}, Edits(title="直した題"), "山吹")
    assert shown_at(store) == published
    store.register.set(first.document, {"access": "members"}, Edits(), "山吹")
    opened = shown_at(store)
    assert opened[first.document] > published[first.document]
    store.register.accept(replace(ARRIVAL, sha256="cd" * 32))
    read(store, first)
    assert shown_at(store)[first.document] > opened[first.document]


def test_what_is_new_comes_first_and_only_to_those_who_may_know_of_it(store):
    one, two = (store.register.accept(replace(ARRIVAL, sha256=sign * 64, uri=sign)) for sign in "ab")
    read(store, one, access=AccessClass.PUBLIC)
    read(store, two, access=AccessClass.MEMBERS)
    assert list(store.catalogue.shown_at(EVERYTHING)) == [two.document, one.document]
    assert list(store.catalogue.shown_at(EVERYTHING, limit=1)) == [two.document]
    assert list(store.catalogue.shown_at(EVERYTHING, [one.document])) == [one.document]
    assert list(store.catalogue.shown_at(PUBLIC_ONLY)) == [one.document]
