"""/: what there is, and a way to search it; and /help."""

import re

from kb.search.query import parse
from kb.testing import ingest_text


def test_the_home_page_leads_to_search_and_to_what_is_new(visitor, issue):
    page = visitor.get("/")
    assert re.search(r'<form[^>]*action="/search"[^>]*method="get"[^>]*role="search"', page.html)
    assert '<label class="visually-hidden" for="q">検索する言葉</label>' in page.html
    assert f"/documents/{issue.id}" in page.links()
    assert "資料 1 件・記事 3 件" in page.text
    assert "ニュースレター 1件" in page.text


def test_examples_are_offered_only_if_they_find_something(visitor, issue):
    page = visitor.get("/")
    offered = page.links("^/search")
    assert offered
    assert "ヤングケアラー" in page.text
    assert "重層的支援" not in page.text
    assert all(visitor.get(link).titles for link in offered)


def test_the_newest_documents_come_first_and_are_few(visitor, issue_of):
    for number in range(1, 9):
        ingest_text(visitor.library, f"だより{number}.txt", issue_of(number, 2010 + number))
    page = visitor.get("/")
    assert re.findall(r"第(\d)号</a>", page.html) == ["8", "7", "6", "5", "4", "3"]


def test_each_example_of_the_help_page_is_a_query_that_means_what_it_says(visitor, issue):
    page = visitor.get("/help")
    assert page.status == 200
    examples = page.links(r"^/search\?q=")
    assert len(examples) >= 10
    for example in examples:
        assert visitor.get(example).status == 200
    assert "type:newsletter" in page.text
    assert "「ニュースレター」の記事" in page.text
    assert type(parse("見守り date:2021年10月..2022年3月").node).__name__ == "And"


def test_the_current_page_is_marked_in_the_navigation(visitor):
    for address in ("/", "/documents/", "/help"):
        nav = visitor.get(address).html.partition("kb-nav")[2].partition("</nav>")[0]
        assert re.findall(r'href="([^"]*)" aria-current="page"', nav) == [address]
