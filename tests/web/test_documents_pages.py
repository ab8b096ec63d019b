"""/documents/: the list, one document, and its original file."""

import re

import pytest
from werkzeug.http import parse_options_header

from kb.model import PUBLIC_ONLY, Document
from kb.testing import ingest_text
from kb.web.documents import download_name


def test_the_list_is_newest_first_and_can_be_narrowed_by_type(visitor, issue_of):
    ingest_text(visitor.library, "だより1.txt", issue_of(1, 2020))
    ingest_text(visitor.library, "だより2.txt", issue_of(2, 2021))
    ingest_text(visitor.library, "要綱.txt", "見守り活動の要綱\n\n訪問は二人で行います。\n", "document", "public")
    page = visitor.get("/documents/")
    shown = page.text
    assert shown.index("第2号") < shown.index("第1号") < shown.index("要綱")
    assert "日付なし" in shown
    assert "すべて 3" in shown
    newsletters = visitor.get(next(iter(page.links("type=newsletter"))))
    assert "第1号" in newsletters.text
    assert "要綱" not in newsletters.text
    assert "要綱" in visitor.get("/documents/?type=unheard_of&page=99").text


def test_a_long_list_has_pages(visitor, monkeypatch, issue_of):
    monkeypatch.setattr("kb.web.documents.PER_PAGE", 2)
    for number in range(1, 6):
        ingest_text(visitor.library, f"だより{number}.txt", issue_of(number, 2020 + number))
    pages = [visitor.get("/documents/", page=page, type="newsletter") for page in (1, 2, 3)]
    found = [re.findall(r"第(\d)号</a>", page.html) for page in pages]
    assert found == [["5", "4"], ["3", "2"], ["1"]]
    assert pages[0].links("page=2") == ["/documents/?type=newsletter&page=2"] * 2


def test_a_document_shows_its_contents_and_what_is_known_about_it(visitor, issue):
    page = visitor.get(f"/documents/{issue.id}")
    for section in visitor.library.reader(PUBLIC_ONLY).outline(issue.id):
        assert f"/sections/{section.id}" in page.links()
        assert section.heading in page.text
    assert "社会福祉法人 みどり県社会福祉協議会" in page.text


def test_the_original_is_exactly_what_was_taken_in(visitor, issue, issue_text):
    answer = visitor.get(f"/documents/{issue.id}/original")
    assert answer.data.decode() == issue_text
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_pdf_is_shown_unless_it_is_to_be_saved(visitor, issue_text):
    document = ingest_text(visitor.library, "だより.pdf", "%PDF\n" + issue_text).document
    shown = visitor.get(f"/documents/{document.id}/original")
    assert shown.headers["Content-Type"] == "application/pdf"
    assert shown.headers["Content-Disposition"].startswith("inline;")
    assert {"default-src 'none'", "sandbox"} < set(shown.headers["Content-Security-Policy"].split("; "))
    saved = visitor.get(f"/documents/{document.id}/original?download=1")
    assert saved.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in saved.headers["Content-Security-Policy"]


def test_a_web_page_that_was_taken_in_is_never_run(visitor):
    text = "<html><script>alert(1)</script>\n\n見守りの記録\n\n週に一度訪ねます。\n"
    document = ingest_text(visitor.library, "だより.html", text, "document", "public").document
    answer = visitor.get(f"/documents/{document.id}/original")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    ("name", "saved_as"),
    [
        ("みどり県社協だより 第12号.txt", "みどり県社協だより 第12号.txt"),
        ('a"; filename=evil.exe; x=".txt', "a_; filename=evil.exe; x=_.txt"),
        ("改行\r\nSet-Cookie: a=b.txt", "改行Set-Cookie_ a=b.txt"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..\\..\\windows\\a.txt", "_.._windows_a.txt"),
        ("報告\u202etxt.exe", "報告txt.exe"),
        ("\x00\x1f", "0123456789ab"),
        ("あ" * 300 + ".txt", "あ" * 300 + ".txt"),
        ("100%25 'done'.txt", "100%25 'done'.txt"),
    ],
)
def test_nasty_file_names_cannot_break_out_of_the_header(visitor, monkeypatch, issue, name, saved_as):
    library = visitor.library
    nasty = Document(**{**{f: getattr(issue, f) for f in issue.__dataclass_fields__}, "file_name": name})
    monkeypatch.setattr(library.store.catalogue, "document", lambda *_: nasty)
    assert (download_name(name) or "0123456789ab") == saved_as
    answer = visitor.get(f"/documents/{issue.id}/original")
    assert answer.status == 200
    assert "Set-Cookie" not in answer.headers
    kind, options = parse_options_header(answer.headers["Content-Disposition"])
    assert kind == "attachment"
    assert options["filename"] == (saved_as if saved_as != "0123456789ab" else issue.id)


def test_a_part_of_the_original_can_be_asked_for(visitor, issue):
    address = f"/documents/{issue.id}/original"
    with visitor.client.get(address, headers={"Range": "bytes=0-2"}) as part:
        assert (part.status_code, part.data.decode()) == (206, "み")
    with visitor.client.get(address, headers={"Range": "bytes=999999-"}) as beyond:
        assert beyond.status_code == 416


def test_an_original_that_the_store_has_lost_is_a_page_in_japanese(visitor, issue):
    visitor.library.reader(PUBLIC_ONLY).original(issue).unlink()
    page = visitor.get(f"/documents/{issue.id}/original")
    assert page.status == 404
    assert "元のファイルが保管場所にありません" in page.text


def test_an_unknown_document_is_a_page_in_japanese(visitor):
    for address in ("/documents/ない", "/documents/0123456789ab/original", "/documents/%00"):
        page = visitor.get(address)
        assert page.status == 404
        assert "見つかりません" in page.text
