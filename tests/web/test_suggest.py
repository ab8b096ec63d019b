"""Phrases while typing and 「もしかして」, as the browser gets them."""

import pytest

from kb.testing import ingest_text

CASE = """ヤングケアラーの家庭への支援

■経過

ヤングケアラーの生徒について、中学校から相談があった。ヤングケアラーの会につないだ。
"""


@pytest.fixture
def server(visitor, issue):
    ingest_text(visitor.library, "事例.txt", CASE.replace("ヤングケアラー", "ダブルケア"), "document", "cases")
    return visitor


def offered(visitor, typed):
    with visitor.client.get("/suggest", query_string={"q": typed}) as response:
        assert response.mimetype == "application/json"
        return [one["text"] for one in response.get_json()["suggestions"]]


def test_what_is_read_may_be_offered_in_whatever_form_it_is_begun(server):
    assert offered(server, "gomiyas")[0] == "ゴミ屋敷"
    assert offered(server, "みんせい")[0] == "民生委員"


def test_the_last_word_is_completed_and_the_query_kept(server):
    with server.client.get("/suggest", query_string={"q": "片付け　みんせ"}) as response:
        first = response.get_json()["suggestions"][0]
    assert (first["text"], first["query"], first["count"]) == ("民生委員", "片付け 民生委員", 1)


def test_case_studies_are_offered_to_those_who_may_read_them_only(server):
    assert offered(server, "ダブル") == []
    assert offered(server.as_("reader"), "ダブル") == []
    assert "ダブルケア" in offered(server.as_("csw"), "ダブル")


def test_what_goes_to_the_bin_is_offered_no_more_at_once(server, issue):
    assert offered(server, "ヤング")
    server.library.store.register.bin(issue.id, "山吹")
    assert offered(server, "ヤング") == []


@pytest.mark.parametrize("typed", ["", " ", "。", "あ" * 3000, "\x00", "🙂"])
def test_whatever_is_typed_is_answered(server, typed):
    assert offered(server, typed) == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ヤングケアラ", "ヤングケアラー"),
        ("ごみやしき 片付け", "ゴミ屋敷 片付け"),
        ("yangukearaa", "ヤングケアラー"),
        ("民政委員", "民生委員"),
    ],
)
def test_a_word_that_finds_nothing_is_put_right(server, typed, meant):
    page = server.get("/search", q=typed)
    assert f"もしかして： {meant}" in page.text or f"もしかして：{meant}" in page.text
    assert server.get("/search", q=meant).titles


def test_nothing_is_proposed_that_would_find_nothing_here(server):
    assert "もしかして" not in server.get("/search", q="ダブルケヤ").text
    assert "もしかして" in server.as_("csw").get("/search", q="ダブルケヤ").text


def test_nothing_is_proposed_where_something_is_found(server):
    assert "もしかして" not in server.get("/search", q="ゴミ屋敷").text


def test_nonsense_stays_nonsense(server):
    assert "もしかして" not in server.get("/search", q="ぴよぽよぷよ").text


def test_programs_get_the_same(server):
    with server.client.get("/api/suggest", query_string={"q": "片付け みんせ"}) as response:
        (first, *_) = response.get_json()["suggestions"]
    assert first == {"text": "民生委員", "query": "片付け 民生委員", "count": 1}
    with server.client.get("/api/suggest", query_string={"q": "ダブル"}) as response:
        assert response.get_json() == {"suggestions": []}


@pytest.mark.parametrize("typed", ["ヤングケアラ 片付け", "ヤングケアラ", "民生委員 ぴよぽよぷよ"])
def test_what_a_page_without_a_full_answer_offers_costs_each_search_once(server, monkeypatch, typed):
    index, asked = server.library.index(), []
    search = index.search
    monkeypatch.setattr(index, "search", lambda node, **more: asked.append(node) or search(node, **more))
    assert server.get("/search", q=typed).status == 200
    assert asked
    assert len(set(asked)) == len(asked)
