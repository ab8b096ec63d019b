"""Sources that are looked through again and again: what is new comes in, what has gone goes to the bin, nothing is lost."""

import io
from datetime import timedelta

import pytest

from kb import Item, Source, SourceError
from kb.ingest.rounds import Rounds
from kb.model import EVERYTHING, AccessClass
from kb.plugins import Plugins
from kb.store.rows import now
from kb.testing import extraction_of, open_library, search, work_off


class Shelf:
    """A source whose files a test puts in and takes away."""

    def __init__(self, **how):
        self.files, self.read_names, self.error = {}, [], None
        self.source = Source(
            "shelf", "棚", self.items, self.read, **{"minutes": 5, "prunes": True, "content_type": "document"} | how
        )

    def items(self):
        if self.error:
            raise self.error
        return [Item(name, name, stamp=str(hash(text))) for name, text in self.files.items()]

    def read(self, name):
        self.read_names.append(name)
        if name not in self.files:
            raise FileNotFoundError(2, "No such file", name)
        return io.BytesIO(self.files[name].encode())


@pytest.fixture(autouse=True)
def _read_here(monkeypatch):
    monkeypatch.setattr("kb.library.extract", lambda file, *_: extraction_of(file.read().decode()))


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def library(tmp_path, shelf):
    from kb import hookimpl

    class Plugin:
        @hookimpl
        def kb_sources(self, config):
            return [shelf.source]

    plugins = Plugins.load(("kb_formats", "kb_privacy", "kb_folder"), {"shelf": Plugin()})
    with open_library(tmp_path, plugins, engine="memory") as opened:
        yield opened


def look(library):
    run = library.look_through("shelf")
    work_off(library)
    return run


def titles(library):
    return sorted(d.file_name for d in library.reader(EVERYTHING).documents())


def test_what_is_new_is_taken_in_and_found(library, shelf):
    shelf.files["見守り.txt"] = "見守り訪問の申し合わせ\n\n毎月第二火曜日に訪ねます。"
    run = look(library)
    assert (run.listed, run.accepted, run.binned, run.failed, run.reason) == (1, 1, 0, 0, "")
    assert search(library, "申し合わせ").total == 1


def test_what_has_not_changed_is_not_even_opened(library, shelf):
    shelf.files["見守り.txt"] = "見守り訪問の申し合わせ"
    look(library)
    shelf.read_names.clear()
    run = look(library)
    assert (run.accepted, shelf.read_names) == (0, [])


def test_what_has_changed_is_a_new_version(library, shelf):
    shelf.files["見守り.txt"] = "見守り訪問の申し合わせ"
    look(library)
    shelf.files["見守り.txt"] = "見守り訪問の取り決め"
    assert look(library).accepted == 1
    (document,) = library.reader(EVERYTHING).documents()
    assert document.version == 2
    assert search(library, "申し合わせ").total == 0


def test_what_has_gone_goes_to_the_bin_and_comes_back(library, shelf):
    shelf.files |= {"見守り.txt": "見守り訪問の申し合わせ", "会議.txt": "連絡会議の記録"}
    look(library)
    text = shelf.files.pop("見守り.txt")
    assert look(library).binned == 1
    assert titles(library) == ["会議.txt"]
    assert look(library).binned == 0
    shelf.files["見守り.txt"] = text
    look(library)
    assert titles(library) == ["会議.txt", "見守り.txt"]
    assert search(library, "申し合わせ").total == 1


def test_a_file_that_was_renamed_keeps_its_document(library, shelf):
    shelf.files |= {"見守り.txt": "見守り訪問の申し合わせ", "会議.txt": "連絡会議の記録"}
    look(library)
    before = search(library, "申し合わせ").hits[0].document.id
    shelf.files["令和7年度/見守り.txt"] = shelf.files.pop("見守り.txt")
    run = look(library)
    assert run.binned == 0
    (hit,) = search(library, "申し合わせ").hits
    assert (hit.document.id, hit.document.uri) == (before, "令和7年度/見守り.txt")
    shelf.files["令和7年度/見守り.txt"] = "見守り訪問の取り決め"
    look(library)
    assert library.reader(EVERYTHING).document(before).version == 2


def test_a_file_that_was_away_and_comes_back_under_another_name_is_found_again(library, shelf):
    shelf.files |= {"見守り.txt": "見守り訪問の申し合わせ", "会議.txt": "連絡会議の記録"}
    look(library)
    text = shelf.files.pop("見守り.txt")
    look(library)
    shelf.files["新しい名前.txt"] = text
    look(library)
    assert search(library, "申し合わせ").total == 1
    del shelf.files["新しい名前.txt"]
    assert look(library).binned == 1


def test_a_copy_stays_when_the_other_copy_goes(library, shelf):
    shelf.files |= {"一.txt": "見守り訪問の申し合わせ", "二.txt": "見守り訪問の申し合わせ"}
    look(library)
    assert search(library, "申し合わせ").total == 1
    del shelf.files["一.txt"]
    look(library)
    assert search(library, "申し合わせ").total == 1
    shelf.files |= {"三.txt": "連絡会議の記録"}
    del shelf.files["二.txt"]
    look(library)
    assert search(library, "申し合わせ").total == 0


def test_a_document_of_another_source_with_the_same_content_stays(library, shelf, tmp_path):
    from kb.testing import ingest_text

    ingest_text(library, "手で.txt", "見守り訪問の申し合わせ", content_type="document")
    shelf.files |= {"見守り.txt": "見守り訪問の申し合わせ", "会議.txt": "連絡会議の記録"}
    look(library)
    del shelf.files["見守り.txt"]
    look(library)
    assert search(library, "申し合わせ").total == 1


def test_an_empty_source_is_a_folder_that_is_not_there_rather_than_the_end_of_everything(library, shelf):
    shelf.files["見守り.txt"] = "見守り訪問の申し合わせ"
    look(library)
    shelf.files.clear()
    run = look(library)
    assert (run.binned, search(library, "申し合わせ").total) == (0, 1)
    assert "一つも見つかりません" in run.reason


def test_a_source_that_cannot_be_reached_changes_nothing_and_says_why(library, shelf):
    shelf.files["見守り.txt"] = "見守り訪問の申し合わせ"
    look(library)
    shelf.error = SourceError("shelf", "共有フォルダーにつながりません。", "接続を確かめてください。")
    look(library)
    ((source, run),) = library.runs()
    assert (source.label, run.reason, run.fix) == (
        "棚",
        "共有フォルダーにつながりません。",
        "接続を確かめてください。",
    )
    assert search(library, "申し合わせ").total == 1


def test_a_plugin_that_breaks_down_is_named(library, shelf):
    shelf.error = ZeroDivisionError("division by zero")
    assert "ZeroDivisionError" in look(library).reason


def test_one_item_that_cannot_be_opened_is_no_concern_of_the_others(library, shelf, monkeypatch):
    shelf.files |= {"見守り.txt": "見守り訪問の申し合わせ", "会議.txt": "連絡会議の記録"}
    read = shelf.source.read

    def fussy(name):
        if name == "会議.txt":
            raise PermissionError(13, "Permission denied", name)
        return read(name)

    object.__setattr__(shelf.source, "read", fussy)
    run = look(library)
    assert (run.listed, run.accepted, run.failed) == (2, 1, 1)
    (failure,) = library.failures()
    assert failure.uri == "会議.txt"
    object.__setattr__(shelf.source, "read", read)
    assert look(library).accepted == 1
    assert library.failures() == []


def test_the_failure_of_a_file_that_has_gone_is_forgotten(library, shelf):
    shelf.files |= {"見守り.txt": "見守り訪問の申し合わせ", "空.txt": ""}
    look(library)
    assert len(library.failures()) == 1
    del shelf.files["空.txt"]
    look(library)
    assert library.failures() == []


def test_what_staff_put_in_the_bin_stays_there(library, shelf):
    shelf.files |= {"見守り.txt": "見守り訪問の申し合わせ", "会議.txt": "連絡会議の記録"}
    look(library)
    library.store.register.bin(search(library, "申し合わせ").hits[0].document.id, "佐藤")
    look(library)
    shelf.files["見守り.txt"] += "（改）"
    look(library)
    assert search(library, "申し合わせ").total == 0


def test_without_pruning_what_has_gone_stays(tmp_path, library, shelf):
    object.__setattr__(shelf.source, "prunes", False)
    shelf.files |= {"見守り.txt": "見守り訪問の申し合わせ", "会議.txt": "連絡会議の記録"}
    look(library)
    del shelf.files["見守り.txt"]
    look(library)
    assert len(titles(library)) == 2


def test_all_items_have_the_access_class_of_the_source(library, shelf):
    object.__setattr__(shelf.source, "access", AccessClass.PUBLIC)
    shelf.files["見守り.txt"] = "見守り訪問の申し合わせ"
    look(library)
    assert library.reader(frozenset({AccessClass.PUBLIC})).documents()


@pytest.fixture
def rounds(library):
    return Rounds(library.sources, library._intake, library.store)


def test_a_source_is_due_at_first_and_then_after_its_minutes(library, shelf, rounds):
    assert rounds.due() == [shelf.source]
    look(library)
    assert rounds.due() == []
    assert rounds.due(now() + timedelta(minutes=5)) == [shelf.source]


def test_a_clock_that_was_set_back_keeps_no_source_waiting(library, shelf, rounds):
    look(library)
    assert rounds.due(now() - timedelta(days=1)) == [shelf.source]


def test_a_source_is_due_when_somebody_asks(library, shelf, rounds):
    look(library)
    library.ask("shelf")
    assert rounds.due() == [shelf.source]
    look(library)
    assert rounds.due() == []


def test_a_source_without_a_schedule_is_due_only_when_asked(library, shelf, rounds):
    object.__setattr__(shelf.source, "minutes", 0)
    assert rounds.due() == []
    library.ask("shelf")
    assert rounds.due() == [shelf.source]


def test_a_run_that_is_under_way_is_not_begun_twice_unless_it_is_lost(library, shelf, rounds):
    library.store.sources.begin("shelf")
    assert rounds.due(now() + timedelta(minutes=10)) == []
    assert rounds.due(now() + timedelta(hours=2)) == [shelf.source]


def test_watching_looks_through_what_is_due_until_it_is_told_to_stop(library, shelf):
    shelf.files["見守り.txt"] = "見守り訪問の申し合わせ"
    answers = iter([False, False, True])
    library.watch(lambda: next(answers))
    work_off(library)
    assert search(library, "申し合わせ").total == 1
