"""Excel and PowerPoint as their programs show them: values in their formats, text boxes, charts, order; and bad files."""

import io
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import pptx
import pytest
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from kb_formats import sheets
from kb_formats.sheet_values import shown

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def saved(file) -> bytes:
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


def rewritten(data, parts) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename not in parts:
                new.writestr(entry.filename, old.read(entry))
        for name, content in parts.items():
            new.writestr(name, content)
    return stream.getvalue()


def texts(extraction):
    return [block.text for block in extraction.blocks if block.kind != "heading"]


def book(*rows) -> bytes:
    workbook = openpyxl.Workbook()
    for row in rows or [("会議",)]:
        workbook.active.append(row)
    return saved(workbook)


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (date(2022, 2, 1), "yyyy/m/d", "2022年2月1日"),
        (datetime.fromisoformat("2022-02-01"), '[$-411]ggge"年"m"月"d"日"', "2022年2月1日"),
        (datetime.fromisoformat("2022-02-01"), "yyyy/m", "2022年2月"),
        (datetime.fromisoformat("2022-02-01T09:05"), "yyyy/m/d h:mm", "2022年2月1日 9:05"),
        (time(9, 30), "h:mm", "9:30"),
        (timedelta(hours=30, minutes=5), "[h]:mm", "30:05"),
        (0.25, "0%", "25%"),
        (0.125, "0.0%", "12.5%"),
        (7, "000", "007"),
        (3, '"第"0"回"', "第3回"),
        (12, "0名", "12名"),
        (1234567, "#,##0", "1234567"),
        (1500, '#,##0"円"', "1500円"),
        (0.1 + 0.2, "General", "0.3"),
        (12.0, "General", "12"),
        (-5, "0_);[Red](0)", "-5"),
        (True, "General", "TRUE"),
        ("0123", "@", "0123"),
        (" 一行目\n二行目 ", "General", "一行目 二行目"),
        ("#N/A", "General", ""),
        (None, "General", ""),
    ],
)
def test_values_as_they_are_shown(value, form, text):
    assert shown(value, form) == text


def test_formats_reach_the_cells(read):
    workbook = openpyxl.Workbook()
    workbook.active["A1"], workbook.active["B1"] = 3, 0.25
    workbook.active["A1"].number_format, workbook.active["B1"].number_format = '"第"0"回"', "0%"
    assert texts(read(saved(workbook))) == ["第3回\t25%"]


def sheet_part(*cells):
    return {
        "xl/worksheets/sheet1.xml": f'<worksheet {MAIN}><sheetData><row r="1">{"".join(cells)}</row></sheetData></worksheet>'
    }


def test_formulas_as_their_program_left_them(read):
    cells = (
        '<c r="A1" t="str"><f>B1&amp;"件"</f><v>3件</v></c>',
        '<c r="B1"><f>1+2</f><v>3</v></c>',
        '<c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
        '<c r="D1"><f>X9</f></c>',
    )
    assert texts(read(rewritten(book(), sheet_part(*cells)))) == ["3件\t3"]


def test_readings_of_names_are_no_text_and_pieces_of_a_cell_are_one(read):
    strings = (
        f'<sst {MAIN}><si><t>除雪</t><rPh sb="0" eb="2"><t>ジョセツ</t></rPh></si>'
        '<si><r><t>当</t></r><r><t xml:space="preserve">番 表</t></r></si></sst>'
    )
    data = book()
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        types = old.read("[Content_Types].xml").decode()
        relations = old.read("xl/_rels/workbook.xml.rels").decode()
    if "sharedStrings" not in relations:
        content = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        types = types.replace(
            "</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{content}"/></Types>'
        )
        relation = (
            f'<Relationship Id="rId90" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
        )
        relations = relations.replace("</Relationships>", relation)
    parts = {"[Content_Types].xml": types, "xl/_rels/workbook.xml.rels": relations, "xl/sharedStrings.xml": strings}
    cells = sheet_part('<c r="A1" t="s"><v>0</v></c>', '<c r="B1" t="s"><v>1</v></c>')
    assert texts(read(rewritten(data, parts | cells))) == ["除雪\t当番 表"]


def test_merged_cells_come_once(read):
    workbook = openpyxl.Workbook()
    workbook.active.append(["令和3年度"])
    workbook.active.merge_cells("A1:C1")
    workbook.active.append(["甲", "乙", "丙"])
    assert texts(read(saved(workbook))) == ["令和3年度", "甲\t乙\t丙"]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_told_and_not_read(read, state):
    workbook = openpyxl.Workbook()
    workbook.active.append(["表"])
    workbook.create_sheet("極秘").append(["名簿"])
    workbook["極秘"].sheet_state = state
    extraction = read(saved(workbook))
    assert texts(extraction) == ["表"]
    assert "非表示のシート1枚" in extraction.warnings[0]


def drawing(target="../drawings/drawing1.xml"):
    shape = "<xdr:twoCellAnchor><xdr:sp><xdr:txBody>{}</xdr:txBody></xdr:sp></xdr:twoCellAnchor>"
    text = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in ("ご注意", "名簿は持ち出さないこと"))
    spaces = (
        'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
        ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    )
    return {
        "xl/worksheets/_rels/sheet1.xml.rels": f'<Relationships {RELATIONS}><Relationship Id="rId1" Type="{OFFICE}/drawing" Target="{target}"/></Relationships>',
        "xl/drawings/drawing1.xml": f"<xdr:wsDr {spaces}>{shape.format(text)}</xdr:wsDr>",
    }


@pytest.mark.parametrize("target", ["../drawings/drawing1.xml", "/xl/drawings/drawing1.xml"])
def test_text_boxes_on_a_sheet_are_a_side_box(read, target):
    found = [(block.aside, block.text) for block in read(rewritten(book(), drawing(target))).blocks[1:]]
    assert found == [(0, "会議"), (1, "ご注意"), (1, "名簿は持ち出さないこと")]


@pytest.mark.parametrize("target", ["../drawings/none.xml", "../../../../etc/passwd", "http://127.0.0.1:9/x"])
def test_drawings_that_are_not_there(read, target):
    assert texts(read(rewritten(book(), drawing(target)))) == ["会議"]


def test_wide_registers(read):
    extraction = read(book(*[[f"値{row}-{column}" for column in range(500)] for row in range(40)]))
    assert [block.text.count("\t") for block in extraction.blocks[1:]] == [499] * 40


def test_a_cell_in_the_farthest_corner(read):
    workbook = openpyxl.Workbook()
    workbook.active["A1"], workbook.active["XFD1048576"] = "始め", "終わり"
    assert texts(read(saved(workbook))) == ["始め", "終わり"]


def test_a_row_with_a_number_that_no_sheet_has_takes_no_time(read):
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>一</t></is></c></row><row r="900000000"><c><v>1</v></c></row>'
    part = {"xl/worksheets/sheet1.xml": f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"}
    assert texts(read(rewritten(book(), part))) == ["一"]


def test_cells_without_addresses(read):
    cells = [f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in "甲乙"]
    assert texts(read(rewritten(book(), sheet_part(*cells)))) == ["甲\t乙"]


def test_a_data_base_is_cut_with_a_word(read, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_CELLS", 10)
    extraction = read(book(*[("甲", "乙", "丙")] * 8))
    assert len(texts(extraction)) == 3
    assert "10個" in extraction.warnings[0]


@pytest.mark.parametrize(
    "cells", ['<c r="A1"><v>abc</v></c>', '<c r="!!"><v>1</v></c>', '<c r="A1" t="s"><v>99</v></c>']
)
def test_cells_that_contradict_themselves_are_damage(refused, cells):
    assert "壊れている" in refused(rewritten(book(), sheet_part(cells))).reason


# ---------------------------------------------------------------------------------------------------------- slides


def deck(*fillers) -> bytes:
    presentation = pptx.Presentation()
    for layout, fill in fillers:
        fill(presentation.slides.add_slide(presentation.slide_layouts[layout]))
    return saved(presentation)


def box(slide, left, top, text):
    slide.shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(1)).text_frame.text = text


def test_boxes_are_read_from_the_top_and_from_the_left(read):
    def fill(slide):
        for left, top, text in ((5, 1, "右上"), (0.5, 1.1, "左上"), (5, 3, "右下"), (0.5, 3, "左下")):
            box(slide, left, top, text)

    assert [block.text for block in read(deck((6, fill))).blocks] == ["左上", "右上", "左下", "右下"]


def test_groups_in_groups(read):
    def fill(slide):
        shapes = slide.shapes
        for _ in range(30):
            shapes = shapes.add_group_shape().shapes
        shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "奥の文"

    assert [block.text for block in read(deck((6, fill))).blocks] == ["奥の文"]


def test_a_title_of_two_lines_and_hidden_slides(read):
    def fill(slide):
        slide.shapes.title.text = "研修\v入門"
        slide.placeholders[1].text = "項目\v続き"

    def hide(slide):
        slide.shapes.title.text = "隠す"
        slide.element.set("show", "0")

    extraction = read(deck((1, fill), (5, hide)))
    assert [block.text for block in extraction.blocks] == ["研修 入門", "項目\n続き"]
    assert "非表示のスライド1枚" in extraction.warnings[0]


def test_charts_say_what_they_count(read):
    def fill(slide):
        data = CategoryChartData()
        data.categories = ["緑町", "若葉町"]
        data.add_series("相談件数", (3, 5))
        frame = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(3), Inches(3), data)
        frame.chart.has_title = True
        frame.chart.chart_title.text_frame.text = "地区別の相談"
        slide.shapes.title.text = "件数"

    assert [block.text for block in read(deck((5, fill))).blocks] == ["件数", "地区別の相談", "相談件数　緑町　若葉町"]


def test_notes_and_merged_cells(read):
    def fill(slide):
        table = slide.shapes.add_table(2, 2, 0, Inches(1), Inches(3), Inches(1)).table
        table.cell(0, 0).merge(table.cell(0, 1))
        table.cell(0, 0).text, table.cell(1, 0).text, table.cell(1, 1).text = "予定", "甲", "乙"
        slide.notes_slide.notes_text_frame.text = "話すこと"

    assert [block.text for block in read(deck((6, fill))).blocks] == ["予定\t", "甲\t乙", "話すこと"]


@pytest.mark.parametrize(
    "kind",
    [
        "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
        "application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml",
        "application/vnd.ms-powerpoint.template.macroEnabled.main+xml",
        "application/vnd.openxmlformats-officedocument.presentationml.template.main+xml",
        "application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml",
    ],
)
def test_shows_templates_and_macro_enabled_files(read, kind):
    data = deck((6, lambda slide: box(slide, 1, 1, "研修")))
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        types = old.read("[Content_Types].xml").decode()
    plain = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
    data = rewritten(data, {"[Content_Types].xml": types.replace(plain, kind)})
    assert [block.text for block in read(data).blocks] == ["研修"]
