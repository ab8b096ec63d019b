"""/search: what a person sees and can do with it."""

import re
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import event

from kb.ingest.worker import Worker
from kb.model import EVERYTHING, Block
from kb.store.catalogue import Content
from kb.testing import ingest_text
from kb.text.analyze import Analyzer


@pytest.fixture
def three_years(visitor, issue_of):
    for number, year in ((10, 2020), (11, 2021), (12, 2022)):
        ingest_text(visitor.library, f"だより{number}.txt", issue_of(number, year))
    return visitor


def test_a_hit_shows_the_article_where_it_stands_and_why_it_was_found(visitor, issue):
    page = visitor.get("/search", q="民生委員 訪ね")
    assert page.titles == ["民生委員との見守り"]
    body = page.html
    assert "<mark>民生委員</mark>と社協が令和3年12月21日から週に一度<mark>訪ね</mark>" in body
    assert "<mark>民生委員</mark>との見守り" in body
    shown = page.text
    assert "見出しの位置： ゴミ屋敷の片付けから始まったつながり" in shown
    assert "みどり県社協だより 第12号" in shown
    assert "2022年2月15日（令和4年）" in shown
    assert '<time datetime="2022-02-15">' in body


def test_title_box_and_count_tell_what_was_asked_and_found(visitor, issue):
    body = visitor.get("/search?q=ヤングケアラー").html
    assert re.search(r"<title>「ヤングケアラー」の検索結果（1件）｜", body)
    assert 'value="ヤングケアラー"' in body
    assert re.search(r"<strong>1</strong>件", body)
    assert re.search(r"秒(未満)?）", body)


def test_the_page_of_a_pdf_is_named(visitor, issue_text):
    ingest_text(visitor.library, "だより.pdf", "%PDF\n" + issue_text.replace("■ヤング", "\f■ヤング"))
    assert "2ページ" in visitor.get("/search?q=家族の世話").text


def test_facets_count_types_and_years_and_each_is_a_link(three_years):
    page = three_years.get("/search?q=民生委員")
    shown = page.text
    assert re.search(r"2022年（令和4年） 1 件 .*2021年（令和3年） 1 件 .*2020年（令和2年） 1 件", shown)
    assert "ニュースレター 3 件" in shown
    assert page.links("year=2021") == ["/search?q=民生委員&year=2021"]
    narrowed = three_years.get(page.links("year=2021")[0])
    assert "みどり県社協だより 第11号" in narrowed.text
    assert len(narrowed.titles) == 1


def test_several_years_can_be_chosen_and_taken_away_again(three_years):
    one = three_years.get("/search?q=民生委員&year=2021")
    assert "2022年（令和4年） 1 件" in one.text  # what there would be more
    address = next(link for link in one.links("year=2022") if "year=2021" in link)
    two = three_years.get(address)
    assert len(two.titles) == 2
    removing = [link for link in two.links("^/search") if parse_qs(urlsplit(link).query).get("year") == ["2022"]]
    assert len(three_years.get(removing[0]).titles) == 1
    assert two.text.count("の絞り込みを外す") == 2
    everything = [link for link in two.links("^/search") if parse_qs(urlsplit(link).query) == {"q": ["民生委員"]}]
    assert len(three_years.get(everything[0]).titles) == 3


def test_a_filter_that_finds_nothing_can_still_be_taken_away(three_years):
    page = three_years.get("/search?q=民生委員&type=nothing_of_the_kind&year=1985")
    assert page.titles == []
    assert "nothing_of_the_kind の絞り込みを外す" in page.text.replace(" ×", "")
    assert "絞り込みを外して検索する" in page.text
    assert "一般資料 × の絞り込みを外す" in three_years.get("/search?q=民生委員&type=document").text


def test_fields_that_a_content_type_calls_facets_are_facets(visitor, issue):
    page = visitor.get("/search?q=民生委員")
    assert "発行者" in page.text
    (address,) = set(page.links("publisher="))
    assert visitor.get(address).titles == ["民生委員との見守り"]
    assert visitor.get("/search?q=民生委員&publisher=別の社協").titles == []


def test_many_values_of_a_facet_fold_away_and_can_still_be_chosen(visitor, issue_of):
    for year in range(2010, 2021):
        ingest_text(visitor.library, f"だより{year}.txt", issue_of(year - 2000, year))
    page = visitor.get("/search?q=民生委員")
    folded = page.html.partition("<details>")[2].partition("</details>")[0]
    assert "<summary>ほか3件</summary>" in folded
    assert [year for year in range(2010, 2021) if f"year={year}" in folded] == [2010, 2011, 2012]


def test_of_very_many_values_the_page_offers_the_first_and_those_that_are_chosen(visitor, issue_of, monkeypatch):
    monkeypatch.setattr("kb.web.search.MOST_OFFERED", 9)
    for year in range(2010, 2022):
        ingest_text(visitor.library, f"だより{year}.txt", issue_of(1, year))
    page = visitor.get("/search?q=民生委員")
    assert "このほか3件は省きました" in page.text
    assert [bool(page.links(f"year={year}")) for year in (2012, 2013)] == [False, True]
    chosen = visitor.get("/search?q=民生委員&year=2010")
    assert "このほか2件は省きました" in chosen.text
    assert "2010年（平成22年） 1 件、選択中" in chosen.text
    (everything,) = set(chosen.links(r"^/search\?q=民生委員$"))
    assert len(visitor.get(everything).titles) == 10


# --------------------------------------------------------------------------------------------------- what a page costs


@contextmanager
def asked_of_the_database(library):
    """The statements that the database is asked meanwhile."""
    statements = []

    def note(statement):
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            statements.append(statement)

    def watch(connection, _record, _proxy):
        connection.set_trace_callback(note)  # SQLite's own: not everything is asked by way of SQLAlchemy

    def leave(connection, _record):
        connection.set_trace_callback(None)

    pool = library.store.database.pool
    event.listen(pool, "checkout", watch)
    event.listen(pool, "checkin", leave)
    yield statements
    event.remove(pool, "checkout", watch)
    event.remove(pool, "checkin", leave)


def test_the_database_is_asked_twice_however_many_hits_there_are_and_once_more_to_rank_them_anew(three_years):
    three_years.get("/search?q=はじめ")  # the thesaurus is read once
    for text, hits, times in (("民生委員", 3, 3), ("民生*", 3, 2), ("", 9, 2)):
        with asked_of_the_database(three_years.library) as statements:
            page = three_years.get("/search", q=text)
        assert len(page.titles) == hits
        assert len(statements) == times, statements


def test_nothing_of_the_sections_is_analysed_for_their_snippets(three_years, monkeypatch):
    before, analysed = Analyzer.tokens, []
    monkeypatch.setattr(Analyzer, "tokens", lambda self, text: analysed.append(text) or before(self, text))
    page = three_years.get("/search?q=民生委員")
    assert "<mark>民生委員</mark>と社協が令和3年12月21日から" in page.html
    assert "<mark>民生委員</mark>との見守り" in page.html
    assert not [text for text in analysed if text != "民生委員"]


def test_an_index_that_lags_behind_marks_the_present_text(three_years, monkeypatch):
    monkeypatch.setattr(Worker, "index", lambda *_args, **_kwargs: None)
    library = three_years.library
    for document in library.store.drafts.documents(EVERYTHING):
        found = library.store.drafts.sections_of(document.id, EVERYTHING)
        changed = [replace(s, blocks=(Block("あとから、民生委員と社協が訪ねたと改めました。"),)) for s in found]
        library.store.drafts.save(Content(document, changed, {}))
    page = three_years.get("/search?q=民生委員")
    assert page.html.count("あとから、<mark>民生委員</mark>と社協が訪ねたと改めました。") == 3


def test_results_can_be_sorted_by_date(three_years, issue_of):
    ingest_text(three_years.library, "だより9.txt", issue_of(9, 2019, "\n民生委員、民生委員、民生委員。\n"))
    page = three_years.get("/search?q=民生委員&sort=date")
    years = re.findall(r'<time datetime="(\d{4})', page.html)
    assert years == ["2022", "2021", "2020", "2019", "2019"]
    assert any("sort=" not in link for link in page.links("^/search"))


def test_pages_neither_overlap_nor_leave_gaps(make, issue_of):
    visitor = make(per_page=2)
    for number in range(1, 6):
        ingest_text(visitor.library, f"だより{number}.txt", issue_of(number, 2020))
    seen, address, pages = [], "/search?q=中学校", 0
    while address:
        page = visitor.get(address)
        seen += page.links("^/sections/")
        pages += 1
        address = next(iter(re.findall(r'rel="next" href="([^"]*)"', page.html)), "").replace("&amp;", "&")
    assert pages == 3
    assert len(seen) == len({link.split("?")[0] for link in seen}) == 5


def test_the_pager_keeps_to_a_window(make, issue_of):
    visitor = make(per_page=1)
    for number in range(1, 13):
        ingest_text(visitor.library, f"だより{number}.txt", issue_of(number, 2020))
    body = visitor.get("/search?q=家族の世話&page=6").html
    numbers = [int(n) for n in re.findall(r'aria-label="(\d+)ページ目', body)]
    assert numbers == [1, 4, 5, 6, 7, 8, 12]
    assert body.count('aria-hidden="true">…') == 2
    assert 'aria-current="page" aria-label="6ページ目（今のページ）"' in body


@pytest.mark.parametrize("page", ["abc", "-3", "0", "", "１", "9" * 5000, "1e3", "99999", "2.5", "null"])
def test_any_page_number_gives_a_page(visitor, issue, page):
    answer = visitor.get("/search", q="民生委員", page=page)
    assert answer.status == 200
    assert answer.titles == ["民生委員との見守り"]


@pytest.mark.parametrize(
    "text",
    [
        "あ" * 100_000,
        "\x00\x1b[31m民生委員\r\n\u2028",
        "((((((((((((((((((((" * 50,
        "OR AND NOT - \" ' ( ) | *",
        "%00%ff",
        "{{7*7}} {% raise %} ${7*7}",
        "' OR 1=1 --",
        "date:9999999年 type: title:",
        "\ud7ff\ue000\U0010ffff\ufdd0",
    ],
)
def test_any_query_gives_a_page(visitor, issue, text):
    for args in ({"q": text}, {"q": "民生委員", "year": text, "type": text, "sort": text}):
        answer = visitor.get("/search", **args)
        assert answer.status == 200
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", answer.html)


def test_bytes_that_are_no_utf8_give_a_page(visitor, issue):
    assert visitor.get("/search?q=%FF%FE%8E&year=%80").status == 200


def test_very_many_filters_give_a_page(visitor, issue):
    assert visitor.get("/search?q=a&" + "&".join(f"year={n}" for n in range(3000))).status == 200


def test_an_address_can_be_shared(three_years):
    address = "/search?q=民生委員+見守り&year=2020&year=2022&sort=date"
    assert three_years.get(address).titles == three_years.get(address).titles
    assert len(three_years.get(address).titles) == 2


def test_partial_answers_say_so_and_give_the_words_apart(visitor, issue):
    page = visitor.get("/search", q="民生委員 ヘリコプター")
    shown = page.text
    assert "すべての言葉を含む記事は見つかりませんでした" in shown
    assert page.titles == ["民生委員との見守り"]
    assert "民生委員 1件" in shown
    assert "ヘリコプター 0" not in shown


def test_nothing_found_offers_each_word_any_word_and_help(visitor, issue):
    page = visitor.get("/search", q="ゴミ屋敷 -片付け")
    shown = page.text
    assert page.titles == []
    assert "記事が見つかりませんでした" in shown
    assert "ゴミ屋敷 2件" in shown
    assert page.links("^/help")
    assert "言葉を減らす" in shown


def test_either_word_is_offered_where_several_find_something(visitor, issue):
    page = visitor.get("/search", q="民生委員 ヤングケアラー", year="1990")
    assert page.titles == []
    either = next(link for link in page.links() if "+OR+" in link or "%20OR%20" in link)
    assert set(visitor.get(either).titles) == {"民生委員との見守り", "ヤングケアラーを支える"}


def test_excluded_words_are_not_offered(visitor, issue):
    shown = visitor.get("/search", q="民生委員 -訪ね").text
    assert "民生委員 1件" in shown
    assert "訪ね 1件" not in shown


def test_a_date_is_offered_as_it_was_typed(visitor, issue):
    page = visitor.get("/search", q="令和4年2月15日 民生委員", year="1990")
    assert "民生委員 1件" in page.text
    assert '"令和4年2月15日"' not in page.text.replace("「令和4年2月15日", "")


def test_an_empty_query_lists_everything(visitor, issue):
    page = visitor.get("/search")
    assert "すべての記事" in page.text
    assert "ヤングケアラーを支える" in page.titles


def test_an_empty_library_says_so_without_an_error(visitor):
    for address in ("/", "/search", "/search?q=民生委員", "/documents/", "/health", "/help"):
        assert visitor.get(address).status == 200
