"""Files that attack whoever opens them: served so that nothing runs, under names that lead nowhere."""

import io
import re
import unicodedata
from pathlib import Path
from zipfile import ZipFile

import pytest
from docx import Document as Word
from reportlab.pdfgen.canvas import Canvas
from werkzeug.http import parse_options_header

from kb.ingest.intake import plain_name
from kb.library import Origin
from kb.model import OPERATOR, AccessClass
from kb.testing import work_off
from tests.security.attacking import Tags

SCRIPT = "<script>fetch('/account')</script>"
HTML = f"<!doctype html><html><head><title>見守り</title>{SCRIPT}</head><body><h1>見守り</h1><p>週に一度訪ねます。</p></body></html>"
SVG = f"""<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">{SCRIPT}<text>見守り</text></svg>"""
XML = f"""<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body>{SCRIPT}見守り</body></html>"""


def a_pdf(path):
    """A PDF that is a web page too: the page stands before what a PDF reader looks for."""
    canvas = Canvas(str(path), invariant=True)
    canvas.drawString(72, 720, "Mimamori katsudo wa mainichi no aisatsu kara hajimarimasu.")
    canvas.save()
    return HTML.encode()[:900] + b"\n" + path.read_bytes()


FILES = {
    "頁.html": HTML.encode(),
    "頁.txt": HTML.encode(),
    "図.svg": SVG.encode(),
    "図.png": SVG.encode(),
    "頁.xhtml": XML.encode(),
    "頁.xml": XML.encode(),
    "絵.gif": b"GIF89a/*" + HTML.encode() + b"*/=1;" + SCRIPT.encode(),
    "頁.mht": b"MIME-Version: 1.0\nSubject: a\nContent-Type: text/html\n\n" + HTML.encode(),
    "頁.pdf": HTML.encode() + b"\n%PDF-1.7\n",
    "頁.hta": b"\xef\xbb\xbf" + HTML.encode(),
}


@pytest.fixture(scope="module")
def staff(make_site):
    return make_site().as_("staff", "若葉")


def served(staff, document):
    """The answers with which a file of a document is sent, to staff and to readers."""
    yield staff.get(f"/desk/{document}/versions/1")
    if staff.state(document)[0] == "draft":
        staff.library.desk(OPERATOR).publish(document)
        yield from (staff.get(f"/documents/{document}/original{more}") for more in ("", "?download=1"))


@pytest.mark.parametrize("name", FILES)
def test_active_content_html_svg_xml_and_polyglots_are_never_pages_of_ours(staff, name):
    document = staff.bring(name, FILES[name], type="document")
    for answer in served(staff, document):
        assert answer.status == 200
        assert answer.data == FILES[name]
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Type"].split(";")[0] in {"application/octet-stream", "text/plain"}
        assert {"default-src 'none'", "sandbox"} < set(answer.headers["Content-Security-Policy"].split("; "))


def test_active_content_a_pdf_that_is_a_page_too_is_shown_as_a_pdf_in_a_sandbox(staff, tmp_path):
    data = a_pdf(tmp_path / "a.pdf")
    document = staff.bring("だより.pdf", data, type="document")
    assert staff.state(document) == ("draft", "")
    _, shown, saved = served(staff, document)
    assert shown.headers["Content-Type"] == "application/pdf"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert saved.headers["Content-Disposition"].startswith("attachment;")


# ----------------------------------------------------------------------------------------------------------- names

NAMES = {
    "climbing out": "../../../../etc/cron.d/kb.txt",
    "climbing out of Windows": r"..\..\Windows\win.ini",
    "absolute": "/etc/passwd",
    "a drive": r"C:\Windows\win.ini",
    "a share": r"\\evil.example\share\a.txt",
    "a stream": "集い.txt:evil.exe",
    "a link": "file:///etc/passwd",
    "only dots": "...",
    "line ends": "集い\r\nSet-Cookie: kb=stolen\r\n\r\n<script>.txt",
    "other line ends": "集い\u2028\u2029\x85\x0b\x0c.txt",
    "NUL": "集い.txt\x00.exe",
    "escapes": "\x1b[2J\x1b]0;evil\x07集い.txt",
    "bidi": "集い\u202etxt.exe",
    "isolates": "\u2066集い\u2069\u200f.txt",
    "invisible": "集\u200bい\ufeff.txt",
    "quotes": "集い'; filename=evil.exe.txt",
    "percent": "%2e%2e%2f%0d%0aX-Evil: 1.txt",
    "over 255 bytes": "集" * 300 + ".txt",
    "a very long ending": "a." + "b" * 5_000,
    "a device": "CON",
    "a device with an ending": "nul.txt",
    "a device with two": "com1.tar.gz",
    "a device of Windows 11": "LPT¹.txt",
    "nothing": "\u200b",
}

DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def named(staff, name, text):
    """A file under a name that no form would send: all ways in lead through this one."""
    origin = Origin("upload", content_type="document", access=AccessClass.PUBLIC, held=True)
    receipt = staff.library.accept(name, io.BytesIO(text.encode()), origin)
    work_off(staff.library)
    return receipt.document


@pytest.mark.parametrize("kind", NAMES)
def test_header_injection_and_misleading_names_of_files(staff, kind):
    document = named(staff, NAMES[kind], f"■集い\n\n{kind}の集いです。\n")
    kept = staff.library.desk(OPERATOR).item(document).latest.file_name
    assert 1 <= len(kept) <= 200
    assert not [c for c in kept if unicodedata.category(c).startswith("C") or c in "/\\\u2028\u2029"]
    assert not DEVICE.fullmatch(unicodedata.normalize("NFKC", kept))
    for answer in served(staff, document):
        assert answer.status == 200
        assert {"Set-Cookie", "X-Evil"}.isdisjoint(answer.headers.keys())
        kind_, options = parse_options_header(answer.headers["Content-Disposition"])
        assert (kind_, options.keys()) == ("attachment", {"filename"})
        assert not set('\r\n\0"/\\:') & set(options["filename"])
        assert not answer.headers["Content-Type"].startswith("text/html")
    for address in (f"/desk/{document}", f"/documents/{document}", "/desk/?state=published"):
        page = staff.get(address)
        assert list(Tags(page.html).dangers()) == []
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", page.html)


@pytest.mark.parametrize("kind", NAMES)
def test_path_traversal_by_names_of_files_reaches_no_file_but_the_store_s_own(staff, kind):
    home = staff.library.config.home
    named(staff, NAMES[kind], f"■集い\n\n{kind}のもう一つの集いです。\n")
    originals = {path for path in home.rglob("*") if path.is_file() and "search_index" not in path.parts}
    names = {path.name for path in originals if path.parent.parent.name == "originals"}
    assert names
    assert all(re.fullmatch("[0-9a-f]{64}", name) for name in names)
    assert {path.parent for path in originals if path.name not in names} <= {home / "documents/.store", home}
    assert plain_name(plain_name(NAMES[kind])) == plain_name(NAMES[kind])


@pytest.mark.parametrize(
    "path",
    [
        "/documents/../../../../etc/passwd/original",
        "/documents/..%2f..%2f..%2fetc%2fpasswd/original",
        "/documents/%2e%2e/original",
        "/documents/....//original",
        "/static/../../config.py",
        "/static/..%2f..%2fconfig.py",
        "/static/%2fetc%2fpasswd",
        "/desk/..%2f/versions/1",
        "/sections/..%5c..%5cetc",
    ],
)
def test_path_traversal_by_addresses(staff, path):
    with staff.client.get(path, follow_redirects=True) as answer:
        assert answer.status_code == 404
        assert answer.request.host == "localhost"
        assert b"root:" not in answer.data
        assert b"import" not in answer.data


def test_zip_slip_entries_that_climb_out_are_never_written(staff, tmp_path):
    path = tmp_path / "a.docx"
    word = Word()
    word.add_paragraph("会議の記録です。")
    word.save(path)
    with ZipFile(path, "a") as container:
        for name in ("../../../outside.xml", "/tmp/kb-outside.xml", r"..\..\outside.xml", "word/../../../outside.rels"):
            container.writestr(name, "<x/>")
    document = staff.bring("会議.docx", path.read_bytes(), type="document")
    assert "会議の記録です。" in staff.text(document)
    home = staff.library.config.home
    assert not list(home.parent.rglob("*outside*"))
    assert not Path("/tmp/kb-outside.xml").exists()
