"""What somebody may not know of leaves no trace on any page, and every page is for those whom it is declared for."""

import json

import pytest

from kb.model import EVERYTHING
from kb.testing import ingest_text

SECRET = """秘密の連絡会だより 第7号
平成元年3月1日発行

■蒼井さんの事例

蒼井さんは民生委員とともにゴミ屋敷の片付けに取り組みました。
"""


@pytest.fixture(params=["members", "cases"])
def secret(request, visitor, issue):
    """A document that the visitor may not know of, beside one that is public."""
    return ingest_text(visitor.library, "秘密.txt", SECRET, access=request.param).document


PAGES = (
    "/",
    "/search",
    "/search?q=民生委員",
    "/search?q=蒼井",
    "/search?q=蒼*",
    "/search?q=蒼井 ヘリコプター",
    "/search?q=民生委員&year=1989",
    "/search?q=-ヤングケアラー&sort=date",
    "/documents/",
    "/documents/?type=newsletter",
    "/help",
)


@pytest.mark.parametrize("address", PAGES)
def test_no_page_names_it(visitor, secret, address):
    page = visitor.get(address)
    assert page.status == 200
    traces = {"蒼井さん", "秘密", "平成元年", secret.id}
    assert not {trace for trace in traces if trace in page.text}


def test_nothing_can_be_opened_by_its_id(visitor, secret):
    (section, *_) = visitor.library.reader(EVERYTHING).outline(secret.id)
    for address in (
        f"/documents/{secret.id}",
        f"/documents/{secret.id}/original",
        f"/documents/{secret.id}/original?download=1",
        f"/sections/{section.id}",
        f"/sections/{section.id}?q=蒼井",
    ):
        page = visitor.get(address)
        assert page.status == 404
        assert "蒼井さん" not in page.text


def test_what_is_hidden_and_what_is_not_there_look_the_same(visitor, secret):
    hidden, absent = visitor.get(f"/documents/{secret.id}"), visitor.get("/documents/ffffffffffff")
    assert hidden.text.replace(secret.id, "ID") == absent.text.replace("ffffffffffff", "ID")


def test_counts_leave_it_out(visitor, secret):
    public = [
        s
        for d in visitor.library.reader(EVERYTHING).documents()
        if d.id != secret.id
        for s in visitor.library.reader(EVERYTHING).outline(d.id)
    ]
    health = json.loads(visitor.get("/health").data)
    assert (health["documents"], health["sections"]) == (1, len(public))
    assert f"資料 1 件・記事 {len(public)} 件" in visitor.get("/").text
    page = visitor.get("/search?q=民生委員")
    assert "2022年（令和4年） 1 件" in page.text
    assert page.titles == ["民生委員との見守り"]


def test_nothing_is_found_by_words_that_only_it_has(visitor, secret):
    page = visitor.get("/search?q=蒼井さんの事例")
    assert page.titles == []
    assert "0 件" in page.text
