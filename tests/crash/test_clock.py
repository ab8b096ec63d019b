"""A clock that is set forward or back by a day: order, bin and what is found do not hang on it."""

import io
from datetime import timedelta

import pytest

from kb.ingest.intake import Origin
from kb.ingest.worker import BIN_DAYS
from kb.model import EVERYTHING, OPERATOR, AccessClass
from kb.store import rows
from kb.testing import extraction_of, open_library, search

DAY = timedelta(days=1)


class Clock:
    """The machine's clock, as somebody sets it."""

    def __init__(self):
        self.off = timedelta()
        self._right = rows.now

    def __call__(self):
        return self._right() + self.off


@pytest.fixture
def clock(monkeypatch):
    turned = Clock()
    for place in ("kb.store.rows.now", "kb.ingest.worker.now", "kb.library.now"):
        monkeypatch.setattr(place, turned)
    return turned


@pytest.fixture
def library(tmp_path, monkeypatch, clock):
    monkeypatch.setattr("kb.library.extract", lambda file, *_: extraction_of(file.read().decode()))
    with open_library(tmp_path) as opened:
        yield opened


def bring(library, words, document=""):
    text = f"■集いの記録\n\n若葉町の公民館に集まり、{words}を決めました。\n"
    origin = Origin("upload", content_type="document", access=AccessClass.PUBLIC, document=document)
    return library.accept(f"{words}.txt", io.BytesIO(text.encode()), origin)


@pytest.mark.parametrize("turn", [DAY, -DAY])
def test_the_version_that_came_last_is_the_one_that_counts(library, clock, turn):
    first = bring(library, "合言葉")
    library.work_off()
    clock.off = turn
    second = bring(library, "名前", document=first.document)
    library.work_off()
    clock.off = timedelta()
    versions = library.store.register.versions(first.document)
    assert [(version.number, version.state) for version in versions] == [(2, "read"), (1, "read")]
    assert library.store.register.latest([first.document])[first.document].number == second.version
    assert (search(library, "名前").total, search(library, "合言葉").total) == (1, 0)


def test_files_are_read_in_the_order_in_which_they_came(library, clock):
    brought = []
    for off in (timedelta(), DAY, -DAY, timedelta()):
        clock.off = off
        brought.append(bring(library, f"{len(brought)}つ目").document)
    assert [job.document for job in library.store.outbox.jobs("read")] == brought
    library.work_off()
    assert {hit.document.id for hit in search(library, "公民館").hits} == set(brought)
    assert dict(library.index().documents()) == library.store.catalogue.revisions()


@pytest.mark.parametrize("turn", [DAY, -DAY])
def test_the_bin_keeps_its_documents_for_its_days_give_or_take_the_one(library, clock, turn):
    receipt = bring(library, "合言葉")
    library.work_off()
    clock.off = turn
    library.desk(OPERATOR).bin(receipt.document)
    clock.off = timedelta()
    for days in (-1, 0, 1, BIN_DAYS - 2):
        clock.off = timedelta(days=days)
        library._worker.clean()
        assert [document.id for document in library.desk(OPERATOR).binned()] == [receipt.document]
    clock.off = timedelta(days=BIN_DAYS + 2)
    library._worker.clean()
    assert library.desk(OPERATOR).binned() == []


@pytest.mark.parametrize("turn", [DAY, -DAY])
def test_what_was_acknowledged_before_is_there_at_a_start_after_it(tmp_path, monkeypatch, clock, turn):
    monkeypatch.setattr("kb.library.extract", lambda file, *_: extraction_of(file.read().decode()))
    with open_library(tmp_path) as library:
        read = bring(library, "合言葉").document
        library.work_off()
        waiting = bring(library, "名前").document
    clock.off = turn
    with open_library(tmp_path) as library:
        library._worker.clean()
        library.work_off()
        assert {document.id for document in library.reader(EVERYTHING).documents()} == {read, waiting}
        assert {hit.document.id for hit in search(library, "公民館").hits} == {read, waiting}
