"""/glossary/ and the terms beside an article, within what whoever asks may read."""

import re
from urllib.parse import unquote

import pytest

from kb.testing import headings, ingest_text, search

PUBLIC = """みどり県社協だより 第12号
令和4年2月15日発行

■見守りの会議

ヤングケアラーとは、家族の世話を日常的に行っている子どものことです。参加支援は広がっています。

■ある家族

この記事でも、ヤングケアラーの生徒と８０５０問題の世帯の話をします。
"""
MEMBERS = "■用語\n\n8050問題とは、高齢の親が中高年の子の暮らしを支える課題です。\n"
CASE = (
    "■事例の用語\n\n参加支援とは、秘密の仕事につなぐ支援です。ヤングケアラーとは、秘密の意味をもつ子どものことです。\n"
)


@pytest.fixture
def glossary(visitor):
    ingest_text(visitor.library, "だより12.txt", PUBLIC)
    ingest_text(visitor.library, "用語.txt", MEMBERS, access="members")
    ingest_text(visitor.library, "事例.txt", CASE, access="cases")
    return visitor


def terms(page):
    return re.findall(r'<dt id="t-[^"]*">([^<]*)', page.html)


def article(visitor):
    (hit,) = [hit for hit in search(visitor.library, "ある家族 ヤングケアラー").hits if hit.section.label == "ある家族"]
    return visitor.get(f"/sections/{hit.section.id}")


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (None, ["ヤングケアラー"]),
        ("reader", ["ヤングケアラー", "8050問題"]),
        ("csw", ["参加支援", "ヤングケアラー", "8050問題"]),
        ("staff", ["参加支援", "ヤングケアラー", "8050問題"]),
        ("admin", ["参加支援", "ヤングケアラー", "8050問題"]),
    ],
)
def test_terms_stand_in_the_order_of_their_readings_for_those_who_may_read_them(glossary, who, expected):
    visitor = glossary.as_(who) if who else glossary
    page = visitor.get("/glossary/")
    assert terms(page) == expected
    assert ("秘密" in page.text) == (who in {"csw", "staff", "admin"})
    assert f"{len(expected)}の言葉" in page.text


def test_a_term_has_its_reading_its_definitions_and_their_articles(glossary):
    page = glossary.get("/glossary/")
    assert "ヤングケアラー （やんぐけあらー）" in page.text
    assert "や行" in page.text
    assert "家族の世話を日常的に行っている子どものことです。" in page.text
    (link,) = page.links("^/sections/")
    assert "見守りの会議" in glossary.get(link).text


def test_a_term_defined_twice_is_one_with_both_definitions(glossary):
    page = glossary.as_("csw").get("/glossary/")
    assert terms(page).count("ヤングケアラー") == 1
    assert page.html.count("<dd>") == 4


def test_of_very_many_terms_each_row_is_a_page_that_articles_lead_to(glossary, monkeypatch):
    monkeypatch.setattr("kb_glossary.views.ONE_PAGE", 2)
    visitor = glossary.as_("csw")
    first = visitor.get("/glossary/")
    assert terms(first) == ["参加支援"]
    assert "3の言葉" in first.text
    assert [terms(visitor.get(link)) for link in first.links("row=")] == [
        ["参加支援"],
        ["ヤングケアラー"],
        ["8050問題"],
    ]
    (link,) = {link for link in article(visitor).links("^/glossary/") if "ヤングケアラー" in unquote(link)}
    assert terms(visitor.get(link.split("#")[0])) == ["ヤングケアラー"]
    assert terms(visitor.get("/glossary/?row=无")) == ["参加支援"]
    assert terms(glossary.get("/glossary/")) == ["ヤングケアラー"]


@pytest.mark.parametrize(("who", "is_member"), [(None, False), ("reader", True), ("csw", True)])
def test_an_article_has_the_terms_that_it_uses_beside_it(glossary, who, is_member):
    page = article(glossary.as_(who) if who else glossary)
    assert "この記事の用語" in page.text
    box = page.html.split("data-kb-terms", maxsplit=1)[1].split("</dl>", maxsplit=1)[0]
    assert "ヤングケアラー" in box
    assert ("8050問題" in box) == is_member  # written ８０５０問題 in the article
    assert "参加支援" not in box


def test_the_box_brings_its_script_as_a_file(glossary):
    page = article(glossary)
    (script,) = re.findall(r'<script src="([^"]*glossary[^"]*)" defer></script>', page.html)
    assert glossary.get(script).status == 200
    assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", page.html)


def test_an_article_without_terms_has_no_box(glossary):
    ingest_text(glossary.library, "別.txt", "■買い物\n\n移動販売の日です。\n", access="public")
    page = search(glossary.library, "移動販売")
    assert headings(page) == ["買い物"]
    assert "この記事の用語" not in glossary.get(f"/sections/{page.hits[0].section.id}").text


def test_without_definitions_the_page_says_where_they_come_from(visitor):
    assert "〜とは、…をいいます" in visitor.get("/glossary/").text
