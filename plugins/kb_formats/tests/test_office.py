"""Word, PowerPoint and Excel: everything a reader sees arrives, once and in order; bombs and damage are refused."""

import io
import zipfile
from datetime import date

import docx
import openpyxl
import pptx
import pytest
from docx.oxml import parse_xml
from pptx.util import Inches

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BOX = (
    f'<w:p {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><w:r><mc:AlternateContent>'
    "<mc:Choice Requires='wps'><w:drawing><wps:txbx><w:txbxContent><w:p><w:r><w:t>ヤングケアラーとは</w:t></w:r></w:p>"
    "<w:p><w:r><w:t>家族の世話を担う子どもです。</w:t></w:r></w:p></w:txbxContent></wps:txbx></w:drawing></mc:Choice>"
    "<mc:Fallback><w:pict><v:textbox><w:txbxContent><w:p><w:r><w:t>ヤングケアラーとは</w:t></w:r></w:p></w:txbxContent>"
    "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
)
RUBY = (
    f"<w:p {W}><w:r><w:t>町では</w:t></w:r><w:r><w:ruby><w:rt><w:r><w:t>じょせつ</w:t></w:r></w:rt><w:rubyBase><w:r>"
    "<w:t>除雪</w:t></w:r></w:rubyBase></w:ruby></w:r><w:del><w:r><w:delText>消した語</w:delText></w:r></w:del>"
    "<w:ins><w:r><w:t>の当番を</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>隠した語</w:t></w:r>"
    "<w:r><w:t>決めました。</w:t></w:r></w:p>"
)


def saved(document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def with_xml(document, xml: str):
    document.element.body.insert(-1, parse_xml(xml))
    return document


def a_word_file():
    document = docx.Document()
    document.core_properties.title = "みどり県社協だより"
    document.core_properties.author = "事務局"
    document.add_heading("雪の日の見守り", 1)
    document.add_paragraph("民生委員と訪ねました。")
    document.add_heading("これから", 2)
    document.add_paragraph("灯油の配達", style="List Bullet")
    table = document.add_table(2, 3)
    for row, cells in zip(table.rows, [("行事", "日時", "会場"), ("家族会", "2月3日", "会館")], strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    return document


def test_word_headings_paragraphs_tables(read, outlined):
    extraction = read(saved(a_word_file()), "だより.docx")
    assert outlined(extraction) == [
        "heading1 雪の日の見守り",
        "paragraph 民生委員と訪ねました。",
        "heading2 これから",
        "list ・灯油の配達",
        "table 行事\t日時\t会場",
        "table 家族会\t2月3日\t会館",
    ]
    assert (extraction.metadata["title"], extraction.metadata["author"]) == ("みどり県社協だより", "事務局")
    assert extraction.media_type.endswith("wordprocessingml.document")


def test_word_text_as_a_reader_sees_it(read):
    """Ruby as its base text, insertions in, deletions and hidden text out."""
    text = read(saved(with_xml(a_word_file(), RUBY))).text
    assert "町では除雪の当番を決めました。" in text
    for absent in ("じょせつ", "消した語", "隠した語"):
        assert absent not in text


def test_word_text_box_is_a_side_box_and_comes_once(read):
    extraction = read(saved(with_xml(a_word_file(), BOX)))
    boxed = [block.text for block in extraction.blocks if block.aside == 1]
    assert boxed == ["ヤングケアラーとは", "家族の世話を担う子どもです。"]
    assert extraction.text.count("ヤングケアラーとは") == 1


def test_word_without_heading_styles_leaves_the_marks_to_the_repair(read):
    document = docx.Document()
    for text in ("■見守り", "訪ねました。", "", "■居場所"):
        document.add_paragraph(text)
    assert [(b.kind, b.text) for b in read(saved(document)).blocks] == [
        ("line", "■見守り"),
        ("line", "訪ねました。"),
        ("line", ""),
        ("line", "■居場所"),
    ]


def test_word_merged_cells_come_once(read):
    document = docx.Document()
    table = document.add_table(3, 2)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "相談会"
    table.cell(0, 1).text, table.cell(1, 1).text, table.cell(2, 1).text = "午前", "午後", "夜"
    text = read(saved(document)).text
    assert text.count("相談会") == 1
    assert "午後" in text


def test_word_pages_are_those_that_word_laid_out(read):
    document = docx.Document()
    document.add_heading("一枚目", 1)
    with_xml(document, f"<w:p {W}><w:r><w:lastRenderedPageBreak/><w:t>二枚目です。</w:t></w:r></w:p>")
    document.add_paragraph("続きです。")
    extraction = read(saved(document))
    assert [block.page for block in extraction.blocks if "続き" in block.text] == [2]
    assert extraction.pages == 2


def test_word_running_head_is_furniture(read):
    document = a_word_file()
    document.sections[0].header.paragraphs[0].text = "みどり県社協だより 第8号"
    (head,) = [block for block in read(saved(document)).blocks if block.kind == "furniture"]
    assert head.text == "みどり県社協だより 第8号"


def test_slides(read, outlined):
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "ヤングケアラー研修"
    slide.placeholders[1].text = "気付く\n聞く"
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(Inches(1), Inches(5), Inches(2), Inches(1)).text_frame.text = "組の中の文"
    table = slide.shapes.add_table(1, 2, Inches(1), Inches(6), Inches(4), Inches(1)).table
    table.cell(0, 0).text, table.cell(0, 1).text = "講師", "県立大学"
    slide.notes_slide.notes_text_frame.text = "事例は仮名です。"
    deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = "まとめ"
    extraction = read(saved(deck))
    assert outlined(extraction) == [
        "heading1 ヤングケアラー研修",
        "paragraph 気付く",
        "paragraph 聞く",
        "paragraph 組の中の文",
        "table 講師\t県立大学",
        "paragraph 事例は仮名です。",
        "heading1 まとめ",
    ]
    assert [block.page for block in extraction.blocks if block.kind == "heading"] == [1, 2]
    assert extraction.pages == 2


def test_sheets(read, outlined):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "相談件数"
    sheet.append(["月日", "件数", None, "備考"])
    sheet.append([date(2022, 2, 1), 12.0, None, "ひきこもり"])
    sheet.append([])
    book.create_sheet("隠し").sheet_state = "hidden"
    book["隠し"].append(["見えない"])
    book.create_sheet("地区別").append(["緑町", 3])
    extraction = read(saved(book))
    assert outlined(extraction) == [
        "heading1 相談件数",
        "table 月日\t件数\t備考",
        "table 2022年2月1日\t12\tひきこもり",
        "heading1 地区別",
        "table 緑町\t3",
    ]
    assert [block.page for block in extraction.blocks if block.kind == "heading"] == [1, 2]


def test_an_empty_cell_below_the_names_of_columns_keeps_its_place(read, outlined):
    book = openpyxl.Workbook()
    book.active.title = "台帳"
    for row in (["番号", "区分", "テーマ", "段階"], [1, None, "ひきこもり"], [2, "個別支援", None, "終結"], ["計", 2]):
        book.active.append(row)
    assert outlined(read(saved(book)))[1:] == [
        "table 番号\t区分\tテーマ\t段階",
        "table 1\t\tひきこもり",
        "table 2\t個別支援\t\t終結",
        "table 計\t2",
    ]


@pytest.mark.parametrize("make", [a_word_file, pptx.Presentation, openpyxl.Workbook])
def test_truncated_office_files_are_refused(refused, make):
    data = saved(make())
    assert "壊れている" in refused(data[: len(data) // 2]).reason


def rewritten(data: bytes, **parts: bytes) -> bytes:
    """The container with some parts in place of its own."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, parts.pop(entry.filename, None) or old.read(entry))
        for name, content in parts.items():
            new.writestr(name, content)
    return stream.getvalue()


def test_a_part_that_is_no_xml_is_damage(refused):
    assert "壊れている" in refused(rewritten(saved(a_word_file()), **{"word/document.xml": b"<w:document"})).reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_entities_are_refused_before_they_are_expanded(refused, encoding):
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'.encode(encoding)
    error = refused(rewritten(saved(a_word_file()), **{"word/document.xml": bomb}))
    assert "DTD" in error.reason


def test_a_bomb_is_refused_before_it_is_unpacked(refused):
    data = rewritten(saved(a_word_file()), **{"word/media/image1.bin": bytes(400 << 20)})
    assert len(data) < 1 << 20
    assert "極端に大きく" in refused(data).reason


def test_too_many_entries_are_refused(refused):
    entries = {f"word/media/{number}": b"x" for number in range(20_001)}
    assert "極端に大きく" in refused(rewritten(saved(a_word_file()), **entries)).reason


def test_a_header_that_lies_about_the_size_gives_no_more_than_it_declares(refused):
    data = bytearray(saved(a_word_file()))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = (5).to_bytes(4, "little")
    for place in [i for i in range(len(data)) if data[i : i + 4] == b"PK\x01\x02"]:
        data[place + 24 : place + 28] = (5).to_bytes(4, "little")
    assert "壊れている" in refused(bytes(data)).reason
