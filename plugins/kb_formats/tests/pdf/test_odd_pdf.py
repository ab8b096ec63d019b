"""PDFs as offices really have them: turned, cropped, filled in, with files attached; and what no reader should trust."""

import zlib

import pytest
from rawpdf import MINCHO, drawn, page, pdf, stream, utf16
from sheet import Sheet

from kb_formats.pdf.page import is_salad

FIRST, SECOND = "相談支援の会議録です。", "ひきこもりの方を訪ねました。"
TWO = drawn(50, 700, FIRST) + drawn(50, 680, SECOND)
UP, DOWN, OVER = "0 1 -1 0", "0 -1 1 0", "-1 0 0 -1"


def texts(extraction):
    return [block.text for block in extraction.blocks]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_page_that_is_shown_turned(read, rotation):
    assert texts(read(page(TWO, f"/Rotate {rotation}"))) == [FIRST, SECOND]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize(
    ("matrix", "second"), [(UP, (120, 100)), (DOWN, (80, 500)), (OVER, (500, 420))], ids=["up", "down", "over"]
)
def test_text_that_is_drawn_turned(read, rotation, matrix, second):
    first = {UP: (100, 100), DOWN: (100, 500), OVER: (500, 400)}[matrix]
    lines = drawn(*first, FIRST, matrix=matrix) + drawn(*second, SECOND, matrix=matrix)
    assert texts(read(page(lines, f"/Rotate {rotation}"))) == [FIRST, SECOND]


def test_a_label_on_the_edge_comes_after_the_text(read):
    label = drawn(30, 300, "予定表", matrix=UP)
    assert texts(read(page(label + TWO))) == [FIRST, SECOND, "予定表"]


def test_a_frame_on_a_turned_page_is_a_side_box(read):
    box = (
        "100 90 60 300 re S\n"
        + drawn(120, 100, "相談の窓口", matrix=UP)
        + drawn(140, 100, "会館の一階です。", matrix=UP)
    )
    text = "".join(drawn(200 + 20 * n, 100, f"{FIRST}{n}", matrix=UP) for n in range(4))
    boxed = [block.text for block in read(page(box + text, "/Rotate 90")).blocks if block.aside]
    assert boxed == ["相談の窓口", "会館の一階です。"]


@pytest.mark.parametrize("place", [(50, 100), (50, -200), (2000, 700)])
def test_what_is_cut_off_is_not_read(read, place):
    assert texts(read(page(TWO + drawn(*place, "見えない文です。"), "/CropBox[0 400 595 842]"))) == [FIRST, SECOND]


def test_a_page_that_does_not_begin_at_zero(read):
    data = page(drawn(1050, 1700, FIRST)).replace(b"[0 0 595 842]", b"[1000 1000 1595 1842]")
    assert texts(read(data)) == [FIRST]


@pytest.mark.parametrize(
    "change",
    [
        (b"%PDF-1.7", b"%PDF-2.0"),
        (b"startxref", b"startxxxx"),
        (b"0000000015", b"0000009999"),
        (b"/Count 1>", b"/Count 1000000000>"),
        (b"[0 0 595 842]", b"[0 0 99999999 99999999]"),
        (b"/Type/Page/", b"/UserUnit 10/Type/Page/"),
    ],
    ids=lambda change: change[1].decode(),
)
def test_what_other_readers_put_up_with(read, change):
    data = page(TWO)
    assert change[0] in data
    assert texts(read(data.replace(*change))) == [FIRST, SECOND]


def test_words_set_wide_with_spaces_are_one_line(read):
    sheet = Sheet()
    sheet.text(50, 100, "場　　所　　総合福祉会館")
    assert ["".join(text.split()) for text in texts(read(sheet.pdf()))] == ["場所総合福祉会館"]


# --------------------------------------------------------------------------------- forms, notes, attached files

FIELD = f"<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V{utf16('緑町の田中')}/Rect[50 500 300 520]/P 3 0 R/DA(/F1 10 Tf 0 g)/F 4"
FORM = "/AcroForm<</Fields[7 0 R]/DR<</Font<</F1 5 0 R>>>>/NeedAppearances true>>"


def test_a_form_comes_with_what_is_filled_in(read):
    assert texts(read(page(TWO, "/Annots[7 0 R]", FORM, more=[FIELD + ">>"]))) == [FIRST, SECOND, "緑町の田中"]


def test_a_field_with_a_picture_of_its_own_comes_once(read):
    picture = stream(
        drawn(2, 5, "緑町の田中"), "/Type/XObject/Subtype/Form/BBox[0 0 250 20]/Resources<</Font<</F1 5 0 R>>>>"
    )
    more = [FIELD + "/AP<</N 8 0 R>>>>", picture]
    assert texts(read(page(TWO, "/Annots[7 0 R]", FORM, more=more))) == [FIRST, SECOND, "緑町の田中"]


def test_a_dynamic_form_is_refused(refused):
    data = page(
        drawn(50, 700, "お待ちください"),
        catalog="/NeedsRendering true/AcroForm<</XFA 7 0 R/Fields[]>>",
        more=[stream("<xdp/>")],
    )
    assert "XFA" in refused(data).reason


NAMES = "/Names<</EmbeddedFiles<</Names[(a.docx) <</Type/Filespec/F(a.docx)/EF<</F 7 0 R>>>>]>>>>"


def test_attached_files_are_named(read, refused):
    more = [stream("abc", "/Type/EmbeddedFile")]
    (warning,) = read(page(TWO, catalog=NAMES, more=more)).warnings
    assert "a.docx" in warning
    assert "ポートフォリオ" in refused(page("", catalog=NAMES, more=more)).reason


# ------------------------------------------------------------------------------------------ damage and bombs


def test_pages_that_contain_themselves(refused):
    data = pdf(["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"])
    assert "壊れている" in refused(data).reason


def test_too_many_pages(refused):
    kids = "3 0 R " * 2_001
    data = pdf(
        [
            "<</Type/Catalog/Pages 2 0 R>>",
            f"<</Type/Pages/Kids[{kids}]/Count 2001>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        ]
    )
    assert "2001ページ" in refused(data).reason


@pytest.mark.parametrize("data", [b"x" * 2_000 + page(TWO), page(TWO)[20:]], ids=["junk", "headless"])
def test_the_source_of_a_broken_pdf_is_not_taken_for_text(refused, data):
    assert "PDFが壊れている" in refused(data).reason


def test_a_text_about_pdf_is_a_text(read):
    assert read("形式は %PDF-1.4 で始まります。".encode()).media_type == "text/plain"


def test_many_drawn_lines_do_not_take_the_text_away(read):
    grid = "".join(f"{8 * n} 100 m {8 * n} 600 l S\n10 {100 + 6 * n} m 560 {100 + 6 * n} l S\n" for n in range(80))
    assert texts(read(page(grid + TWO))) == [FIRST, SECOND]


@pytest.mark.parametrize("before", ["q " * 100_000, "/NoSuchThing gs\n", "BT ET " * 1_000])
def test_odd_drawing_does_not_take_the_text_away(read, before):
    assert texts(read(page(before + TWO))) == [FIRST, SECOND]


def test_text_drawn_as_outlines_needs_ocr(refused):
    outlines = "".join(f"{x} {y} m {x + 8} {y} l {x + 8} {y + 8} l f\n" for x in range(50, 500, 10) for y in (600, 620))
    assert "OCR" in refused(page(outlines)).fix


def unmapped(table):
    """A page in a font whose codes are numbers of glyphs, with a ToUnicode table that makes other characters of them."""
    font = (
        MINCHO.replace("90ms-RKSJ-H", "Identity-H")
        .replace("Japan1", "Identity")
        .replace("/Desc", "/ToUnicode 7 0 R/Desc")
    )
    cmap = f"begincmap 1 begincodespacerange <0000><ffff> endcodespacerange 1 beginbfrange {table} endbfrange endcmap"
    codes = "".join(f"{code:04x}" for code in range(1, 40))
    return page(f"BT /F1 10 Tf 50 700 Td <{codes}> Tj ET", font=font, more=[stream(cmap)])


def test_codes_mapped_to_signs_need_ocr(refused):
    assert "OCR" in refused(unmapped("<0001><0010><0021>")).fix


@pytest.mark.parametrize(
    ("text", "salad"),
    [
        ("ӒӓԱԲअआกขაბ" * 3, True),  # numbers of glyphs as characters: many scripts at once
        ("!\"#$%&'()*+,-./:;<=>?@" * 2, True),
        ("Уважаемые жители города, приходите на консультацию", False),
        ("ขอเชิญชวนประชาชนมาปรึกษา", False),
        ("Kính mời quý vị đến tư vấn tại hội quán thành phố", False),
        ("상담 창구는 종합복지회관 1층입니다", False),
        ("Tel 000-000-0000 / Fax 000-000-0001 (9:00-17:00)", False),
        ("相談支援の会議録です。", False),
    ],
)
def test_salad_is_told_from_other_languages(text, salad):
    assert is_salad(text) is salad


def test_a_stream_that_swells_is_survived(tmp_path):
    """In a process of its own, with its limits, as in production."""
    from kb import Config, ExtractionError, File
    from kb.ingest.sandbox import extract

    path = tmp_path / "bomb"
    bomb = zlib.compress(bytes(1 << 28))
    path.write_bytes(page("").replace(stream(""), stream(bomb, "/Filter/FlateDecode")))
    with pytest.raises(ExtractionError) as caught:
        extract(File("爆弾.pdf", path), [("kb_formats", "kb_formats")], Config(tmp_path, extract_megabytes=128))
    assert caught.value.fix


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Microsoft Word - 令和3年度事業報告.docx", "令和3年度事業報告"),
        ("Microsoft PowerPoint - 研修", "研修"),
        ("社協だより", "社協だより"),
        ("untitled", None),
        ("無題", None),
    ],
)
def test_titles_that_programs_make_up(read, title, shown):
    sheet = Sheet()
    sheet.canvas.setTitle(title)
    sheet.text(50, 100, "会議録です。")
    assert read(sheet.pdf()).metadata.get("title") == shown


def test_a_page_of_more_characters_than_a_newspaper_is_told(read, monkeypatch):
    monkeypatch.setattr("kb_formats.pdf.glyphs.MOST", 5)
    extraction = read(page(TWO))
    assert texts(extraction) == [FIRST[:5]]
    assert "1ページ" in extraction.warnings[0]
