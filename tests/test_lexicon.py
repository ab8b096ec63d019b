"""類語辞書: what staff enter is used by the next search, and shown before it is saved."""

import pytest

from kb.errors import ConfigError, ConflictError, ForbiddenError, NotFoundError
from kb.model import EVERYTHING, VISITOR, AccessClass, Actor, Role, Synonyms
from kb.plugins import Plugins
from kb.search.query import parse
from kb.store.lexicon import Entry
from kb.testing import extraction_of, ingest_text, open_library, search

TEXT = """みどり県社協だより 第12号
令和4年2月15日発行

■あいあいサロンの一年

毎月第二火曜日に、だれでも立ち寄れるサロンを開いています。

■通いの場を広げる

民生委員と一緒に、歩いて行ける通いの場をつくりました。

■配食サービスの見守り

お弁当を届けるときに、声をかけています。
"""


@pytest.fixture(autouse=True)
def _read_here(monkeypatch):
    monkeypatch.setattr("kb.library.extract", lambda file, *_: extraction_of(file.read().decode()))


@pytest.fixture
def library(tmp_path):
    with open_library(tmp_path, Plugins.load(("kb_formats", "kb_privacy")), engine="memory") as opened:
        ingest_text(opened, "だより12.txt", TEXT)
        yield opened


@pytest.fixture
def lexicon(library):
    return library.lexicon(Actor("山吹", Role.STAFF))


SALON = Synonyms(("立ち寄り処", "サロン"))


def found(library, words):
    return [hit.section.heading for hit in search(library, words).hits]


def test_a_new_entry_is_used_by_the_next_search(library, lexicon):
    assert found(library, "立ち寄り処") == []
    lexicon.save(SALON)
    assert found(library, "立ち寄り処") == ["あいあいサロンの一年"]


def test_what_it_would_do_is_shown_before_and_changes_nothing(library, lexicon):
    preview = lexicon.preview(SALON)
    assert preview.is_good
    (effect, other) = preview.effects
    assert (effect.word, effect.before, effect.after) == ("立ち寄り処", 0, 1)
    assert [section.heading for section, _ in effect.new] == ["あいあいサロンの一年"]
    assert (other.before, other.after, other.new) == (1, 1, ())
    assert found(library, "立ち寄り処") == []


def test_a_broader_word_finds_the_narrower_and_not_the_other_way_round(library, lexicon):
    lexicon.save(Synonyms(("配食サービス",), ("生活の支え合い",)))
    assert found(library, "生活の支え合い") == ["配食サービスの見守り"]
    lexicon.save(Synonyms(("あいあいサロン",), ("通いの場",)))
    assert set(found(library, "通いの場")) == {"通いの場を広げる", "あいあいサロンの一年"}
    assert found(library, "あいあいサロン") == ["あいあいサロンの一年"]


def test_what_is_excluded_means_exactly_what_was_typed(library, lexicon):
    lexicon.save(SALON)
    assert found(library, "サロン -立ち寄り処") == ["あいあいサロンの一年"]


def test_an_entry_is_changed_and_removed(library, lexicon):
    entry = lexicon.save(SALON)
    changed = lexicon.save(Synonyms(("立ち寄り処", "通いの場")), "直した", entry)
    assert found(library, "立ち寄り処") == ["通いの場を広げる"]
    lexicon.remove(changed)
    assert found(library, "立ち寄り処") == []
    assert lexicon.entries() == []


def test_whoever_comes_second_is_told(lexicon):
    entry = lexicon.save(SALON)
    lexicon.save(Synonyms(("立ち寄り処", "通いの場")), "", entry)
    with pytest.raises(ConflictError):
        lexicon.save(Synonyms(("立ち寄り処", "居場所")), "", entry)
    with pytest.raises(ConflictError):
        lexicon.remove(entry)


def test_every_change_can_be_undone_the_undoing_too(library, lexicon):
    entry = lexicon.save(SALON)
    lexicon.remove(entry)
    removal, addition = lexicon.changes()
    assert (removal.after, addition.before, removal.by) == (None, None, "山吹")
    lexicon.undo(removal.number)
    assert lexicon.entries() == [entry]
    assert found(library, "立ち寄り処") == ["あいあいサロンの一年"]
    lexicon.undo(lexicon.changes()[0].number)
    assert lexicon.entries() == []


def test_what_was_changed_again_is_not_undone(lexicon):
    entry = lexicon.save(SALON)
    first = lexicon.changes()[0].number
    lexicon.save(Synonyms(("立ち寄り処", "通いの場")), "", entry)
    with pytest.raises(ConflictError):
        lexicon.undo(first)
    with pytest.raises(NotFoundError):
        lexicon.undo(999)


def test_an_entry_of_a_plugin_can_be_done_without_and_used_again(library, lexicon):
    given = next(entry for entry in lexicon.given if "社協" in entry.words)
    ingest_text(library, "窓口.txt", "若葉市の社会福祉協議会の窓口です。", access="public")
    before = found(library, "社協")
    lexicon.do_without(given)
    after = found(library, "社協")
    assert len(after) == len(before) - 1
    (entry,) = lexicon.entries()
    lexicon.remove(entry)
    assert found(library, "社協") == before


def test_only_entries_that_there_are_can_be_done_without(lexicon):
    with pytest.raises(NotFoundError):
        lexicon.do_without(SALON)


@pytest.mark.parametrize(
    ("words", "broader", "told"),
    [
        ((), (), "二つ以上"),
        (("サロン",), (), "二つ以上"),
        (("サロン", "を"), (), "検索に使える語が含まれていません"),
        (("サロン", "　"), (), "検索に使える語が含まれていません"),
        (("子ども", "子供"), (), "もともと同じ語"),
        (("サロン", "居場所"), ("サロン",), "両方にあります"),
        (("サロン", "見守り" * 21), (), "長すぎます"),
        (tuple(f"サロン{n}号館" for n in range(31)), (), "語が多すぎます"),
        (("社協", "社会福祉協議会"), (), "既にあります"),
    ],
)
def test_what_is_wrong_with_an_entry_is_told_and_stops_it(lexicon, words, broader, told):
    entry = Synonyms(words, broader)
    preview = lexicon.preview(entry)
    assert not preview.is_good
    assert any(told in problem.text for problem in preview.problems)
    with pytest.raises(ConfigError):
        lexicon.save(entry)
    assert lexicon.entries() == []


def test_a_word_does_not_become_broader_than_itself(lexicon):
    lexicon.save(Synonyms(("あいあいサロン",), ("サロン",)))
    lexicon.save(Synonyms(("サロン", "立ち寄り処")))
    with pytest.raises(ConfigError, match="もとの語に戻って"):
        lexicon.save(Synonyms(("立ち寄り処",), ("あいあいサロン",)))


def test_a_word_that_is_everywhere_is_worth_knowing_about(library, lexicon):
    lines = "\n\n".join(f"■第{n}回の記録\n\n地域の話し合いの記録、その{n}です。" for n in range(60))
    ingest_text(library, "記録.txt", lines, access="public")
    preview = lexicon.preview(Synonyms(("寄り合い", "記録")))
    assert preview.is_good
    assert any("「記録」は全体の" in problem.text and not problem.stops for problem in preview.problems)


def test_the_preview_tells_nothing_of_what_staff_may_not_read(library):
    # Staff may read everything; whoever may not is not let in at all.
    for actor in (VISITOR, Actor("山吹", Role.READER), Actor("山吹", Role.CSW)):
        with pytest.raises(ForbiddenError):
            library.lexicon(actor)


def test_the_table_goes_out_and_comes_back(lexicon):
    lexicon.save(SALON, "=1+1")
    lexicon.save(Synonyms(("配食サービス",), ("生活の支え合い",)))
    lexicon.do_without(lexicon.given[0])
    table = lexicon.export()
    assert table.startswith("\ufeff同じ意味の語,より広い語,メモ,使わない\r\n")
    assert "'=1+1" in table
    before = {(e.synonyms, e.note, e.off) for e in lexicon.entries()}
    for entry in lexicon.entries():
        lexicon.remove(entry)
    lexicon.add_all(lexicon.read_table(table.encode()))
    assert {(e.synonyms, e.note, e.off) for e in lexicon.entries()} == before
    assert lexicon.read_table(table.encode()) == []


def test_a_table_of_excel_in_shift_jis_is_read(lexicon):
    table = "同じ意味の語,より広い語\r\n立ち寄り処、サロン,\r\n".encode("cp932")
    assert lexicon.read_table(table) == [Entry(0, SALON)]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("サロン,,", "1行目"),
        ("立ち寄り処、サロン\n社協、社会福祉協議会", "2行目"),
        ('"立ち寄り処、サロン', "CSVとして読めません"),
        (b"\xff\xfe\xff\xff\x81", "文字コード"),
    ],
)
def test_a_table_with_a_line_that_is_none_is_refused_with_its_number(lexicon, table, told):
    with pytest.raises(ConfigError) as refused:
        lexicon.read_table(table if isinstance(table, bytes) else table.encode())
    assert told in str(refused.value)


def test_another_process_uses_the_new_entry_too(library, lexicon):
    with open_library(library.config.home, Plugins.load(("kb_formats", "kb_privacy")), engine="memory") as other:
        ingest_text(other, "サロン.txt", "毎月のサロンのお知らせ", access="public")
        lexicon.save(SALON)
        page = other.reader(frozenset({AccessClass.PUBLIC})).search(parse("立ち寄り処"))
        assert page.total
        assert other.reader(EVERYTHING).search(parse("立ち寄り処")).total


def test_words_of_the_thesaurus_are_offered_where_they_find_something(library, lexicon):
    def offered(typed):
        return [one.text for one in library.reader(EVERYTHING).completions(typed)]

    assert "立ち寄り処" not in offered("たちよ")
    lexicon.save(SALON)
    assert "立ち寄り処" in offered("たちよ")
    lexicon.save(Synonyms(("寄合処", "無い語")))
    assert offered("寄合") == []
