"""What people and files bring in stays text; headers keep everything else out."""

import re

import pytest

from kb.model import EVERYTHING
from kb.testing import ingest_text

ATTACK = """<script>alert('題')</script>だより 第1号
令和4年2月15日発行
発行 社会福祉法人 <img src=x onerror=alert(1)>社会福祉協議会

■<b onmouseover="alert(2)">見出し</b>

民生委員は<script>alert('本文')</script>と書きました。{{ 7 * 7 }} javascript:alert(3)
"""


@pytest.fixture
def attacked(visitor):
    return ingest_text(visitor.library, "'><script>alert(4)</script>.txt".replace("/", "_"), ATTACK).document


def pages_of(visitor, document):
    sections = visitor.library.reader(EVERYTHING).outline(document.id)
    yield from ("/", "/search", "/documents/", f"/documents/{document.id}", "/nowhere")
    for words in ("民生委員", "<script>alert(5)</script>", '"><script>alert(6)</script>', "script"):
        for address in ("/search", *(f"/sections/{section.id}" for section in sections)):
            yield f"{address}?q={words}&type={words}&year={words}&publisher={words}"


def test_no_page_holds_markup_that_is_not_ours(visitor, attacked):
    for address in pages_of(visitor, attacked):
        page = visitor.get(address)
        assert page.html
        assert not re.search(r"<script(?! src=\"/static/)|<img(?! src=\"/static/)|<b\b", page.html), address
        for tag in re.findall(r"<[^>]*>", page.html):
            names = re.findall(r'([\w-]+)=(?:"[^"]*")', tag)
            assert not [name for name in names if name.startswith("on") or name == "style"], (address, tag)


def test_text_is_shown_as_it_is_written(visitor, attacked):
    page = visitor.get("/search?q=民生委員")
    assert "&lt;script&gt;alert(&#39;本文&#39;)&lt;/script&gt;" in re.sub("</?mark>", "", page.html)
    assert "{{ 7 * 7 }}" in page.text


def test_no_link_leads_anywhere_else(visitor, attacked):
    for address in pages_of(visitor, attacked):
        for link in visitor.get(address).links():
            assert link.startswith(("/", "#")), (address, link)
            assert not link.startswith("//"), (address, link)


@pytest.mark.parametrize("address", ["/", "/search?q=民生委員", "/help", "/health", "/nowhere", "/static/kb.css"])
def test_every_answer_carries_the_headers(visitor, issue, address):
    headers = visitor.get(address).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == policy["frame-ancestors"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "private" in headers["Cache-Control"] or address.startswith("/static")


def test_pages_need_nothing_inline_and_nothing_from_elsewhere(visitor, issue):
    for address in ("/", "/search?q=民生委員", "/help", "/documents/"):
        page = visitor.get(address)
        assert not re.search(r"<style|<script(?! src=\"/static/)|\sstyle=|\son\w+=", page.html)
        for source in re.findall(r'(?:src|href|action)="([^"]*)"', page.html):
            assert source.startswith(("/", "#")), source
        for source in re.findall(r'<link[^>]*href="([^"]*)"', page.html):
            assert visitor.get(source).status == 200


def test_no_cookie_is_set(visitor, issue):
    for address in ("/", "/search?q=民生委員", f"/documents/{issue.id}"):
        assert "Set-Cookie" not in visitor.get(address).headers
