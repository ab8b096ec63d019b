"""The library as a whole: what goes in is found, once, and survives."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from kb.errors import ConfigError, NotFoundError
from kb.library import Library
from kb.model import EVERYTHING, OPERATOR, PUBLIC_ONLY, AccessClass, Filter, Query
from kb.testing import headings, ingest_text, open_library, search

pytestmark = pytest.mark.databases

ISSUE = """みどり県社協だより 第12号
令和4年2月15日発行

■ゴミ屋敷の片付けから始まったつながり

若葉市では、ひとり暮らしの高齢者の家にごみが積み上がり、近所から相談が寄せられました。CSWは片付けを急がず、まず話を聞くことにしました。

●民生委員との見守り

民生委員と社協が週に一度訪ね、本人の困りごとを一緒に整理しました。

■ヤングケアラーを支える

汐見町の中学校では、家族の世話をする生徒に気付くための研修を開きました。
"""


def everything(library):
    return library.reader(EVERYTHING)


def test_an_article_is_found_not_the_whole_issue(library):
    ingest_text(library, "だより12.txt", ISSUE)
    page = search(library, "ごみ 近所")
    assert headings(page) == ["ゴミ屋敷の片付けから始まったつながり"]
    (hit,) = page.hits
    assert "汐見町" not in hit.section.text
    assert any(span.marked and span.text == "近所" for span in hit.snippet)


def test_taking_in_twice_changes_nothing(library):
    first = ingest_text(library, "だより12.txt", ISSUE)
    second = ingest_text(library, "だより12.txt", ISSUE)
    assert (first.status, second.status) == ("added", "unchanged")
    assert second.document == first.document
    assert search(library, "民生委員").total == 1


def test_the_same_content_under_another_name_is_a_duplicate(library):
    first = ingest_text(library, "だより12.txt", ISSUE)
    second = ingest_text(library, "だより12（写し）.txt", ISSUE)
    assert (second.status, second.document.id) == ("duplicate", first.document.id)
    assert search(library, "民生委員").total == 1


def test_a_changed_file_is_a_new_version_of_the_same_document(library):
    first = ingest_text(library, "だより12.txt", ISSUE)
    second = ingest_text(library, "だより12.txt", ISSUE.replace("民生委員", "福祉委員"))
    assert (second.status, second.document.id, second.document.version) == ("updated", first.document.id, 2)
    assert search(library, "民生委員").total == 0
    assert search(library, "福祉委員").total > 0


def test_old_content_under_a_new_name_does_not_overwrite_the_document_that_once_had_it(library):
    first = ingest_text(library, "だより12.txt", ISSUE)
    ingest_text(library, "だより12.txt", ISSUE + "\n■追記\n\n会場が変わりました。\n")
    third = ingest_text(library, "古い版.txt", ISSUE)
    assert third.status == "added"
    assert third.document.id != first.document.id
    assert len(everything(library).documents()) == 2


def test_choosing_another_type_or_access_class_reads_an_unchanged_file_again(library):
    ingest_text(library, "だより12.txt", ISSUE)
    again = ingest_text(library, "だより12.txt", ISSUE, content_type="document", access="cases")
    assert (again.status, again.document.type, again.document.access) == ("updated", "document", AccessClass.CASES)
    assert library.reader(PUBLIC_ONLY).search(Query()).total == 0


def test_an_unknown_type_is_refused_with_the_known_ones(library):
    with pytest.raises(ConfigError, match=r"newsletter（ニュースレター）"):
        ingest_text(library, "だより12.txt", ISSUE, content_type="newspaper")


def test_a_file_that_cannot_be_read_is_reported_and_harms_nothing_else(library, tmp_path):
    good, bad = tmp_path / "だより.txt", tmp_path / "壊れた.pdf"
    good.write_text(ISSUE, encoding="utf-8")
    bad.write_bytes(b"%PDF-1.7\n\x00\x01broken")
    outcomes = list(library.ingest_files([bad, good, tmp_path / "ない.txt"]))
    assert [outcome.status for outcome in outcomes] == ["failed", "added", "failed"]
    assert search(library, "民生委員").total == 1
    failures = {failure.file_name: failure for failure in library.failures()}
    assert failures["壊れた.pdf"].reason
    assert failures["壊れた.pdf"].fix
    kept = library.config.store / "originals" / failures["壊れた.pdf"].sha256[:2] / failures["壊れた.pdf"].sha256
    assert kept.read_bytes() == bad.read_bytes()


def test_a_removed_document_is_gone_everywhere(library):
    document = ingest_text(library, "だより12.txt", ISSUE).document
    library.desk(OPERATOR).bin(document.id)
    assert search(library, "民生委員").total == 0
    with pytest.raises(NotFoundError):
        everything(library).document(document.id)


def test_what_may_not_be_read_leaves_no_trace(library):
    secret = ingest_text(library, "事例.txt", ISSUE, access="cases").document
    public = library.reader(PUBLIC_ONLY)
    page = public.search(Query(facets=("type", "year")))
    assert (page.total, page.hits) == (0, ())
    assert not any(page.facets.values())
    assert public.documents() == []
    assert public.counts() == (0, 0)
    (section, *_) = everything(library).sections(secret.id)
    for attempt in (
        lambda: public.document(secret.id),
        lambda: public.section(section.id),
        lambda: public.original(secret),
    ):
        with pytest.raises(NotFoundError):
            attempt()


def test_hits_vanish_with_the_catalogue_even_before_the_index_catches_up(library):
    ingest_text(library, "だより12.txt", ISSUE)
    document = everything(library).find("だより12")
    library.desk(OPERATOR).bin(document.id)  # as a crash between catalogue and index would leave it
    assert search(library, "民生委員").hits == ()


def test_everything_is_found_again_after_a_restart(tmp_path):
    with open_library(tmp_path) as first:
        ingest_text(first, "だより12.txt", ISSUE)
    with open_library(tmp_path) as second:
        assert search(second, "民生委員").total == 1


def test_the_index_may_be_deleted_at_any_time(tmp_path):
    import shutil

    with open_library(tmp_path) as first:
        ingest_text(first, "だより12.txt", ISSUE)
        before = [(hit.section.id, hit.score) for hit in search(first, "社協 民生委員").hits]
    shutil.rmtree(tmp_path / "search_index")
    with open_library(tmp_path) as second:
        assert [(hit.section.id, hit.score) for hit in search(second, "社協 民生委員").hits] == before


def test_whatever_a_killed_process_left_unindexed_is_indexed_at_the_next_start(tmp_path):
    script = (
        "import os, sys, signal\nfrom pathlib import Path\nfrom kb.testing import open_library, ingest_text\n"
        "from kb.ingest import indexer\nfrom kb import library as module\n"
        "indexer.drain = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)\n"
        "home, text = sys.argv[1:]\n"
        "ingest_text(open_library(Path(home)), 'だより12.txt', text)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), ISSUE], check=False, env={**os.environ, "PYTHONUTF8": "1"}
    )
    assert run.returncode == -9
    with open_library(tmp_path) as library:
        assert headings(search(library, "民生委員 訪ね")) == ["民生委員との見守り"]


def test_what_is_accepted_while_another_process_is_at_work_is_read_by_that_one(tmp_path):
    from threading import Thread

    with open_library(tmp_path) as one, open_library(tmp_path) as two:
        stopped = []
        worker = Thread(target=one.work, args=(lambda: bool(stopped),))
        one.store.outbox.add("index", ["ない"])
        worker.start()
        try:
            while one.store.outbox.jobs("index"):  # it has the lock
                pass
            outcome = ingest_text(two, "だより12.txt", ISSUE)
        finally:
            stopped.append(True)
            worker.join()
        assert (outcome.status, outcome.sections > 0) == ("added", True)
        assert search(two, "民生委員").total > 0


def test_whoever_waits_for_a_worker_that_has_ended_does_the_work(tmp_path, monkeypatch):
    with open_library(tmp_path) as one, open_library(tmp_path) as two:
        one._lock.acquire()
        monkeypatch.setattr("kb.library.sleep", lambda _seconds: one._lock.release(force=True))
        assert ingest_text(two, "だより12.txt", ISSUE).status == "added"


def test_another_process_sees_new_documents_and_a_swapped_index(tmp_path):
    with open_library(tmp_path) as reading, open_library(tmp_path) as writing:
        ingest_text(writing, "だより12.txt", ISSUE)
        assert search(reading, "民生委員").total == 1
        writing.reindex()
        assert search(reading, "民生委員").total == 1
        ingest_text(writing, "だより13.txt", ISSUE.replace("第12号", "第13号"))
        assert search(reading, "民生委員").total == 2


def test_reading_all_originals_again_keeps_ids(library):
    document = ingest_text(library, "だより12.txt", ISSUE).document
    before = [section.id for section in everything(library).sections(document.id)]
    (outcome,) = library.reread()
    assert (outcome.status, outcome.document.version) == ("updated", 1)
    assert [section.id for section in everything(library).sections(document.id)] == before


def test_folders_under_documents_are_a_source(tmp_path):
    folder = tmp_path / "documents" / "newsletters"
    folder.mkdir(parents=True)
    (folder / "memo.txt").write_text("見出しのない短い文章です。", encoding="utf-8")
    with open_library(tmp_path) as library:
        (outcome,) = library.ingest_offers(library.offers())
        assert (outcome.status, outcome.document.type) == ("added", "newsletter")
        assert [o.status for o in library.ingest_offers(library.offers())] == ["unchanged"]


def test_filters_and_facets(library):
    ingest_text(library, "だより12.txt", ISSUE)
    page = everything(library).search(Query(facets=("type", "year")))
    assert [(facet.label, facet.count) for facet in page.facets["type"]] == [("ニュースレター", page.total)]
    assert [facet.label for facet in page.facets["year"]] == ["2022年（令和4年）"]
    assert everything(library).search(Query().narrowed(Filter("year", "2021"))).total == 0
    assert (
        everything(library).search(Query().narrowed(Filter("year", "2021"), Filter("year", "2022"))).total == page.total
    )


def test_a_library_survives_a_document_that_was_filled_by_hand(library):
    document = ingest_text(library, "だより12.txt", ISSUE).document
    with pytest.raises(NotFoundError):
        everything(library).document(replace(document, id="ない").id)


def test_the_memory_engine_answers_the_same(tmp_path):
    with open_library(tmp_path, engine="memory") as library:
        ingest_text(library, "だより12.txt", ISSUE)
        assert headings(search(library, "ごみ 近所")) == ["ゴミ屋敷の片付けから始まったつながり"]
    with open_library(tmp_path, engine="memory") as again:
        assert search(again, "民生委員").total == 1


def test_the_engine_can_be_switched_and_switched_back(tmp_path):
    with open_library(tmp_path, engine="whoosh") as library:
        ingest_text(library, "だより12.txt", ISSUE)
        answer = search(library, "ごみ 近所")
    for engine in ("stock", "whoosh"):
        with open_library(tmp_path, engine=engine) as again:
            assert headings(search(again, "ごみ 近所")) == headings(answer)


def test_a_library_can_be_opened_where_nothing_is(tmp_path):
    with open_library(tmp_path) as first:
        elsewhere = replace(first.config, home=tmp_path / "new")
    with Library(elsewhere) as library:
        assert search(library, "民生委員").total == 0
