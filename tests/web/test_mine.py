"""マイリスト: saved searches and lists of articles, each account's own."""

import re

import pytest

from kb.testing import ingest_text


@pytest.fixture
def reader(visitor, issue):
    return visitor.as_("reader", "若葉")


def article(visitor, words):
    return re.search(r"/sections/([0-9a-f-]+)", visitor.get("/search", q=words).html)[1]


def test_a_search_is_saved_with_its_filters_and_made_again(reader):
    assert "この検索を保存する" in reader.get("/search?q=民生委員&year=2022").text
    reader.post("/mine/searches?q=民生委員&year=2022&page=3&evil=<b>")
    (link,) = reader.get("/mine/").links(r"^/search\?.*year=2022")
    assert reader.get(link).titles == ["民生委員との見守り"]
    assert "evil" not in link
    (feed,) = reader.get("/mine/").links(r"^/search\.atom\?.*year=2022")
    assert "民生委員との見守り" in reader.get(feed).data.decode()
    reader.post("/mine/searches/1/remove")
    assert "保存した検索（0件）" in reader.get("/mine/").text


def test_articles_are_put_together_noted_ordered_and_taken_out(reader):
    first, second = article(reader, "ゴミ屋敷"), article(reader, "ヤングケアラー")
    reader.post("/mine/lists/add", article=first)
    reader.post("/mine/lists/add", article=second, list="1")
    reader.post("/mine/lists/add", article=second, list="1")
    page = reader.get("/mine/lists/1")
    assert re.findall(r'name="note-([0-9a-f-]+)"', page.html) == [first, second]
    assert "出典：みどり県社協だより 第12号" in page.text
    reader.post("/mine/lists/1", **{f"note-{first}": "会議で配る", "name": "四月の会議", "do": f"down:{first}"})
    page = reader.get("/mine/lists/1")
    assert re.findall(r'name="note-([0-9a-f-]+)"', page.html) == [second, first]
    assert "メモ：会議で配る" in page.text
    assert "四月の会議" in reader.get("/mine/").text
    reader.post("/mine/lists/1", do=f"out:{second}")
    assert re.findall(r'name="note-([0-9a-f-]+)"', reader.get("/mine/lists/1").html) == [first]


def test_nobody_reaches_the_list_of_somebody_else(reader, visitor):
    reader.post("/mine/lists", name="内緒")
    reader.post("/mine/searches?q=民生委員")
    other = visitor.as_("admin", "別の人")
    assert other.get("/mine/lists/1").status == 404
    assert other.post("/mine/lists/1", name="奪った").status == 404
    other.post("/mine/lists/1/remove")
    other.post("/mine/searches/1/remove")
    assert "内緒" in reader.get("/mine/").text
    assert "保存した検索（1件）" in reader.get("/mine/").text
    assert "内緒" not in other.get("/mine/").text
    assert visitor.get("/mine/").status == 303


def test_an_article_that_may_be_read_no_longer_is_not_shown(visitor, reader, issue):
    ingest_text(visitor.library, "事例.txt", "ダブルケアの家庭を支えた記録。", "document", "cases")
    csw = visitor.as_("csw", "相談員")
    case = article(csw, "ダブルケア")
    csw.post("/mine/lists/add", article=case)
    assert "ダブルケア" in csw.get("/mine/lists/1").text
    actions = [entry.action for entry in visitor.library.audit.entries(actor="相談員")]
    assert "section.read" in actions
    visitor.library.store.register.bin(case.split("-")[0], "山吹")
    page = csw.get("/mine/lists/1")
    assert "ダブルケア" not in page.text
    assert "1件は、今は読めない記事です" in page.text


def test_there_is_an_end_to_what_is_kept(reader, monkeypatch):
    monkeypatch.setattr("kb.store.lists.MOST", 2)
    for name in ("一", "二", "三"):
        reader.post("/mine/lists", name=name)
    page = reader.get("/mine/")
    assert "保存できるのは2件までです" in page.text
    assert "記事のリスト（2件）" in page.text


def test_what_was_typed_is_never_html(reader):
    reader.post("/mine/lists", name="<b>太字</b>")
    reader.post("/mine/searches?q=<b>見守り</b>", name="<i>斜体</i>")
    html = reader.get("/mine/").html
    assert "<b>" not in html
    assert "<i>" not in html
