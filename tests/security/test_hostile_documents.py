"""Files that attack whatever reads them: nothing is fetched, nothing of the server is told, nothing fills it up."""

import io
import struct
import threading
import zipfile
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import docx
import openpyxl
import pptx
import pytest
from docx.shared import Emu
from reportlab.pdfgen.canvas import Canvas

from kb.model import OPERATOR

SECRET = "蔵の鍵は縁側の下"


@pytest.fixture(scope="module")
def staff(make_site):
    return make_site(extract_seconds=30).as_("staff", "若葉")


@pytest.fixture(scope="module")
def listener():
    """A server on this machine that writes down what it is asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'<!ENTITY % all "x">')

        def log_message(self, *_):
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def saved(document):
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def office():
    """A small file of each kind, and its main part."""
    word = docx.Document()
    word.add_paragraph("会議の記録です。")
    slides = pptx.Presentation()
    slides.slides.add_slide(slides.slide_layouts[0]).shapes.title.text = "会議の記録です。"
    book = openpyxl.Workbook()
    book.active.append(["会議の記録です。", "二"])
    return {
        "docx": (saved(word), "word/document.xml"),
        "pptx": (saved(slides), "ppt/slides/slide1.xml"),
        "xlsx": (saved(book), "xl/worksheets/sheet1.xml"),
    }


def with_parts(data, **parts):
    """An Office file with other parts in place of its own, or beside them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename not in parts:
                new.writestr(entry.filename, old.read(entry))
        for name, content in parts.items():
            new.writestr(name, content)
    return stream.getvalue()


def doctypes(secret, address):
    """Declarations that fetch a file, an address, a DTD, or that grow without end."""
    yield "a file", f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>', "&e;"
    yield "an address", f'<!DOCTYPE x [<!ENTITY e SYSTEM "{address}/entity">]>', "&e;"
    yield "an external DTD", f'<!DOCTYPE x SYSTEM "{address}/external.dtd">', ""
    yield "a parameter entity", f'<!DOCTYPE x [<!ENTITY % p SYSTEM "{address}/parameter"> %p;]>', ""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    yield "a billion laughs", f'<!DOCTYPE x [<!ENTITY l0 "はは">{laughs}]>', "&l11;"
    yield "a quadratic blow-up", f'<!DOCTYPE x [<!ENTITY q "{"は" * 50_000}">]>', "&q;" * 10_000


@pytest.mark.parametrize("kind", ["docx", "pptx", "xlsx"])
@pytest.mark.parametrize("number", range(6))
def test_xml_external_entities_and_entity_expansion_in_office_files(staff, listener, tmp_path, kind, number):
    address, asked = listener
    secret = tmp_path / "秘密.txt"
    secret.write_text(SECRET, encoding="utf-8")
    what, doctype, use = list(doctypes(secret, address))[number]
    data, part = office()[kind]
    for where in (part, "[Content_Types].xml"):
        original = zipfile.ZipFile(io.BytesIO(data)).read(where).decode()
        body = original.partition("?>")[2] if original.startswith("<?xml") else original
        attack = f'<?xml version="1.0" encoding="UTF-8"?>{doctype}{body.replace("会議の記録です。", f"会議{use}")}<!-- {what} -->'
        document = staff.bring(f"{what}.{kind}", with_parts(data, **{where: attack}), type="document")
        state, reason = staff.state(document)
        assert (state, "DTD" in reason or "読み取" in reason) == ("failed", True)
    assert asked == []


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize(
    "frame",
    [
        "<svg xmlns='http://www.w3.org/2000/svg'><text>会議{}</text></svg>",
        "<html><p>会議{}の記録です。</p></html>",
        "<rss version='2.0'><channel><title>会議{}</title></channel></rss>",
    ],
)
def test_xml_external_entities_in_svg_html_and_feeds(staff, listener, tmp_path, frame, number):
    address, asked = listener
    secret = tmp_path / "秘密.txt"
    secret.write_text(SECRET, encoding="utf-8")
    what, doctype, use = list(doctypes(secret, address))[number]
    picture = f"<img src='{address}/picture'><link rel='stylesheet' href='{address}/style'>"
    text = f"<?xml version='1.0'?>{doctype}{frame.format(use + picture)}"
    document = staff.bring(f"{what}.xml", text, type="document")
    state, _ = staff.state(document)
    assert state in {"draft", "failed"}
    assert SECRET not in staff.text(document)
    assert len(staff.text(document)) < 2 * len(text)
    assert asked == []


def test_server_side_request_forgery_what_office_files_refer_to_is_not_fetched(staff, listener):
    address, asked = listener
    data, _ = office()["docx"]
    relations = f"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
    <Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="{address}/template.dotm" TargetMode="External"/>
    <Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="{address}/image.png" TargetMode="External"/>
    </Relationships>"""
    document = staff.bring(
        "会議.docx", with_parts(data, **{"word/_rels/document.xml.rels": relations}), type="document"
    )
    assert "会議の記録です。" in staff.text(document)
    assert asked == []


# ----------------------------------------------------------------------------------------------------------- bombs


def zipped(**entries):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in entries.items():
            container.writestr(name, content)
    return stream.getvalue()


def quine(levels):
    """A container in a container, each holding ten of the one below."""
    data = zipped(a="会議" * 10_000)
    for _ in range(levels):
        data = zipped(**{f"{n}.zip": data for n in range(10)})
    return data


def word_with(**parts):
    return with_parts(office()["docx"][0], **parts)


BOMBS = {
    "ratio": lambda: word_with(**{"word/media/image1.bin": bytes(200 << 20)}),
    "one XML part": lambda: word_with(**{"word/document.xml": b"<w:document>" + b"<w:p/>" * (40 << 20)}),
    "many entries": lambda: word_with(**{f"word/media/{n}": b"x" for n in range(20_001)}),
    "nested": lambda: quine(4),
    "nested in an Office file": lambda: word_with(**{f"word/embeddings/{n}.zip": quine(2) for n in range(10)}),
    "no Office file": lambda: zipped(**{f"{n}.txt": bytes(20 << 20) for n in range(10)}),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_decompression_bombs(staff, kind):
    document = staff.bring(f"{kind}.docx", BOMBS[kind](), type="document")
    state, reason = staff.state(document)
    if kind == "nested in an Office file":
        assert "会議の記録です。" in staff.text(document)  # nothing opens what is put in
    else:
        assert state == "failed"
        assert "極端に大きく" in reason or "圧縮" in reason


def a_png(width, height):
    """The head of a picture that would be so large; a reader that believes it takes so much memory."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def huge_word():
    word = docx.Document()
    word.add_paragraph("会議の記録です。")
    word.sections[0].page_width = word.sections[0].page_height = Emu(2**31 - 1)
    return with_parts(saved(word), **{"word/media/image1.png": a_png(2**31 - 1, 2**31 - 1)})


def huge_slides():
    slides = pptx.Presentation()
    slides.slide_width = slides.slide_height = 51_206_400  # the most that the format allows
    shapes = slides.slides.add_slide(slides.slide_layouts[6]).shapes
    shapes.add_textbox(-(2**31), -(2**31), 2**31 - 1, 2**31 - 1).text_frame.text = "会議の記録です。"
    return with_parts(saved(slides), **{"ppt/media/image1.png": a_png(2**31 - 1, 2**31 - 1)})


def huge_sheet():
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B1"] = "会議の記録です。", "二"
    book.active["XFD1048576"] = "端"
    return saved(book)


def huge_pdf(size):
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(size, size), invariant=True)
    canvas.drawString(72, 72, "Kaigi no kiroku desu. Mimamori katsudo no hokoku.")
    canvas.save()
    return stream.getvalue()


def flood_pdf():
    """A page with a picture of 60,000 by 60,000 points that packs to nearly nothing."""
    picture = zlib.compress(bytes(1 << 20))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>/Font<</F 6 0 R>>>>>>",
        b"<</Length 78>>stream\nq 500 0 0 500 0 0 cm /I Do Q BT /F 12 Tf 50 700 Td (Kaigi no kiroku desu.) Tj ET   \nendstream",
        b"<</Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/FlateDecode/Length %d>>stream\n%s\nendstream"
        % (len(picture), picture),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out = b"%PDF-1.7\n"
    for number, body in enumerate(objects, 1):
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    return out + b"trailer<</Root 1 0 R/Size 7>>\n%%EOF\n"


FLOODS = {
    "huge.docx": huge_word,
    "huge.pptx": huge_slides,
    "huge.xlsx": huge_sheet,
    "huge.pdf": lambda: huge_pdf(14_400),
    "beyond.pdf": lambda: huge_pdf(10**9),
    "flood.pdf": flood_pdf,
    "flood.png": lambda: a_png(2**31 - 1, 2**31 - 1),
}


@pytest.mark.parametrize("name", FLOODS)
def test_pixel_floods_and_huge_dimensions(staff, name):
    document = staff.bring(name, FLOODS[name](), type="document")
    state, reason = staff.state(document)
    if name == "flood.png":
        assert (state, "画像" in reason) == ("failed", True)
    elif state == "failed":
        assert "メモリー" not in reason  # it is refused for what it is, not because it has filled the server
        assert "秒以内" not in reason
        assert name == "beyond.pdf"
    else:
        assert "会議の記録です。" in staff.text(document) or "Kaigi no kiroku" in staff.text(document)
    after = staff.bring(f"次{name}.txt", f"■次の会議\n\n{name}のあとの会議です。\n", type="document")
    assert staff.state(after) == ("draft", "")
    assert staff.library.desk(OPERATOR).counts()
