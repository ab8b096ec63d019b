"""Word files as Word shows them: numbers before paragraphs, fields, styles, notes, revisions; and files gone wrong."""

import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml

from kb_formats.word_numbering import numeral

NS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def saved(document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def rewritten(data: bytes, parts) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename not in parts:
                new.writestr(entry.filename, old.read(entry))
        for name, content in parts.items():
            new.writestr(name, content)
    return stream.getvalue()


def word(*elements, parts=None, document=None) -> bytes:
    """A Word file of XML elements, with some parts in place of its own."""
    document = document or docx.Document()
    for element in elements:
        document.element.body.insert(-1, parse_xml(element))
    return rewritten(saved(document), {name: xml.encode() for name, xml in (parts or {}).items()})


def run(text):
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(inner, properties=""):
    inner = inner if inner.startswith("<") else run(inner)
    return f"<w:p {NS}><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def field(instruction, result=""):
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'.format
    shown = char("separate") + result if result else ""
    return f"{char('begin')}<w:r><w:instrText>{instruction}</w:instrText></w:r>{shown}{char('end')}"


def texts(extraction):
    return [block.text for block in extraction.blocks if block.text.strip()]


# --------------------------------------------------------------------------------------------------- numbering


def level(place, form, text, more=""):
    return f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>'


def numbering(*levels, more="", override=""):
    return {
        "word/numbering.xml": f'<w:numbering {NS}><w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>'
        f'{more}<w:num w:numId="7"><w:abstractNumId w:val="0"/>{override}</w:num></w:numbering>'
    }


def item(text, place=0, number="7"):
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{place}"/><w:numId w:val="{number}"/></w:numPr>')


def test_chapters_and_their_parts(read):
    parts = numbering(
        level(0, "japaneseCounting", "第%1章"),
        level(1, "decimalFullWidth", "（%2）"),
        level(2, "decimalEnclosedCircle", "%3"),
    )
    items = [
        item("目的"),
        item("背景", 1),
        item("経過", 1),
        item("一点目", 2),
        item("二点目", 2),
        item("計画"),
        item("体制", 1),
    ]
    assert texts(read(word(*items, parts=parts))) == [
        *("第一章 目的", "（１）背景", "（２）経過", "①一点目", "②二点目", "第二章 計画", "（１）体制"),
    ]


@pytest.mark.parametrize(
    ("form", "signs"),
    [
        ("decimal", "1 2 3 4 12"),
        ("decimalZero", "01 02 03 04 12"),
        ("decimalFullWidth", "１ ２ ３ ４ １２"),
        ("decimalEnclosedCircle", "① ② ③ ④ ⑫"),
        ("decimalEnclosedParen", "⑴ ⑵ ⑶ ⑷ ⑿"),
        ("japaneseCounting", "一 二 三 四 十二"),
        ("aiueo", "ア イ ウ エ シ"),
        ("aiueoFullWidth", "ア イ ウ エ シ"),
        ("iroha", "イ ロ ハ ニ ヲ"),
        ("upperLetter", "A B C D L"),
        ("lowerLetter", "a b c d l"),
        ("upperRoman", "I II III IV XII"),
        ("lowerRoman", "i ii iii iv xii"),
        ("ideographTraditional", "甲 乙 丙 丁 乙"),
        ("ideographZodiac", "子 丑 寅 卯 亥"),
        ("somethingNew", "1 2 3 4 12"),
    ],
)
def test_numerals(form, signs):
    assert " ".join(numeral(number, form) for number in (1, 2, 3, 4, 12)) == signs


@pytest.mark.parametrize(
    ("number", "form", "sign"),
    [
        (20, "japaneseCounting", "二十"),
        (99, "japaneseCounting", "九十九"),
        (105, "japaneseCounting", "一〇五"),
        (0, "japaneseCounting", "〇"),
        (21, "decimalEnclosedCircle", "21"),
        (0, "decimalEnclosedCircle", "0"),
        (28, "upperLetter", "BB"),
        (1994, "upperRoman", "MCMXCIV"),
        (10**11, "upperRoman", str(10**11)),
        (10**11, "lowerLetter", str(10**11)),
        (47, "aiueo", "ア"),
    ],
)
def test_numerals_at_their_ends(number, form, sign):
    assert numeral(number, form).startswith(sign)


def test_a_list_of_dots_and_one_without_numbers(read):
    parts = numbering(level(0, "bullet", "\uf06c"), level(1, "none", ""))
    assert texts(read(word(item("灯油"), item("声かけ", 1), parts=parts))) == ["・灯油", "声かけ"]


def test_numbers_that_show_those_above_them(read):
    parts = numbering(
        level(0, "upperRoman", "%1"), level(1, "decimal", "%1-%2"), level(2, "decimal", "%1.%3", "<w:isLgl/>")
    )
    assert texts(read(word(item("章"), item("節", 1), item("項", 2), parts=parts))) == ["I 章", "I-1 節", "1.1 項"]


def test_a_list_that_begins_again(read):
    again = '<w:num w:numId="8"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    parts = numbering(level(0, "decimal", "%1."))
    parts = {name: xml.replace("</w:numbering>", f"{again}</w:numbering>") for name, xml in parts.items()}
    items = [item("甲"), item("乙"), item("丙", number="8"), item("丁", number="8")]
    assert texts(read(word(*items, parts=parts))) == ["1. 甲", "2. 乙", "1. 丙", "2. 丁"]


def test_numbers_of_headings_come_from_their_styles(read, outlined):
    parts = numbering(
        level(0, "decimal", "第%1章", '<w:pStyle w:val="Heading1"/>'),
        level(1, "decimal", "%1.%2", '<w:pStyle w:val="Heading2"/>'),
    )
    document = docx.Document()
    for style in ("Heading 1", "Heading 2"):
        properties = document.styles[style].element.get_or_add_pPr()
        properties.insert(0, parse_xml(f'<w:numPr {NS}><w:numId w:val="7"/></w:numPr>'))
    for text, depth in (("目的", 1), ("背景", 2), ("計画", 1)):
        document.add_heading(text, depth)
    assert outlined(read(word(document=document, parts=parts))) == [
        "heading1 第1章 目的",
        "heading2 1.1 背景",
        "heading1 第2章 計画",
    ]


@pytest.mark.parametrize("place", ["x", "-1", "9", "50", "99999999999"])
def test_a_list_level_that_cannot_be_is_no_level(read, place):
    parts = numbering(level(0, "decimal", "%1."), level(place, "decimal", "%1."))
    assert texts(read(word(item("甲", place), item("乙"), parts=parts)))[-1].endswith("乙")


def test_a_list_that_begins_at_a_number_without_end(read):
    for form in ("upperRoman", "upperLetter", "japaneseCounting", "aiueo"):
        lvl = level(0, form, "%1.").replace('w:start w:val="1"', 'w:start w:val="99999999999"')
        (text,) = texts(read(word(item("甲"), parts=numbering(lvl))))
        assert text.endswith("甲")
        assert len(text) < 30


# ---------------------------------------------------------------------------------------------------- in the line


def test_ruby_of_old_files_is_its_base(read):
    ruby = field('EQ \\* jc2 \\* "Font:ＭＳ 明朝" \\* hps10 \\o\\ad(\\s\\up 9(じょせつ),除雪)')
    assert texts(read(word(paragraph(run("町で") + ruby + run("する"))))) == ["町で除雪する"]


def test_enclosed_characters_are_what_they_enclose(read):
    assert texts(read(word(paragraph(field("EQ \\o\\ac(○,秘)") + run("名簿"))))) == ["秘名簿"]


def test_an_instruction_without_end_is_passed_over(read):
    assert texts(read(word(paragraph(field("EQ " + "\\o(" * 20_000) + run("本文"))))) == ["本文"]


def test_the_result_of_a_field_is_text_and_its_instruction_is_not(read):
    link = field('HYPERLINK "http://example.org"', run("案内"))
    simple = f'<w:fldSimple w:instr="DATE">{run("令和4年2月1日")}</w:fldSimple>'
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'.format
    asked = (
        "<w:r><w:instrText>IF </w:instrText></w:r>"
        + field("PAGE", run("1"))
        + "<w:r><w:instrText> = 1</w:instrText></w:r>"
    )
    inner = char("begin") + asked + char("separate") + run("初めの頁") + char("end")
    assert texts(read(word(paragraph(link + simple + inner)))) == ["案内令和4年2月1日初めの頁"]


@pytest.mark.parametrize(
    ("font", "char", "sign"),
    [
        ("Wingdings", "F06E", "■"),
        ("Wingdings", "F06C", "●"),
        ("Wingdings", "F081", "①"),
        ("Symbol", "F0B7", "・"),
        ("謎", "F0", ""),
    ],
)
def test_signs_of_symbol_fonts(read, font, char, sign):
    assert texts(read(word(paragraph(f'<w:r><w:sym w:font="{font}" w:char="{char}"/></w:r>' + run("見守り"))))) == [
        f"{sign}見守り"
    ]


@pytest.mark.parametrize("char", ["", "zz", "F"])
def test_a_sign_that_is_none(read, char):
    assert texts(read(word(paragraph(f'<w:r><w:sym w:font="Wingdings" w:char="{char}"/></w:r>' + run("本文"))))) == [
        "本文"
    ]


def test_revisions_as_they_stand(read):
    moved = f"<w:moveFrom>{run('元の所')}</w:moveFrom><w:moveTo>{run('移した所')}</w:moveTo>"
    deleted = "<w:del><w:r><w:delText>消した</w:delText></w:r></w:del>"
    assert texts(read(word(paragraph(moved + deleted + f"<w:ins>{run('足した')}</w:ins>")))) == ["移した所足した"]


def test_what_wraps_runs_does_not_hide_them(read):
    wrapped = "".join(
        f"<w:{tag}>{run(text)}</w:{tag}>" for tag, text in (("smartTag", "緑町"), ("customXml", "の"), ("bdo", "会館"))
    )
    control = f"<w:sdt><w:sdtContent>{run('です')}</w:sdtContent></w:sdt>"
    assert texts(read(word(paragraph(wrapped + control)))) == ["緑町の会館です"]


def test_a_field_that_nobody_filled_in_is_no_text(read):
    asks = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('ここをクリックして入力')}</w:sdtContent></w:sdt>"
    assert texts(read(word(paragraph(run("氏名：") + asks)))) == ["氏名："]


def test_tabs_breaks_and_hyphens(read):
    inner = f"{run('日時')}<w:r><w:tab/></w:r>{run('3月')}<w:r><w:noBreakHyphen/></w:r>{run('4月')}<w:r><w:br/></w:r>{run('会館')}"
    assert texts(read(word(paragraph(inner)))) == ["日時\t3月-4月\n会館"]


# ------------------------------------------------------------------------------------- styles, notes, tables, boxes


def test_a_heading_by_outline_level_and_one_by_a_style_based_on_a_heading(read, outlined):
    document = docx.Document()
    style = document.styles.add_style("社協の見出し", 1)
    style.base_style = document.styles["Heading 2"]
    document.add_paragraph("これから", style="社協の見出し")
    data = word(
        paragraph("一章", '<w:outlineLvl w:val="0"/>'),
        paragraph("本文", '<w:outlineLvl w:val="9"/>'),
        document=document,
    )
    assert outlined(read(data)) == ["heading2 これから", "heading1 一章", "paragraph 本文"]


def test_the_table_of_contents_is_furniture(read, outlined):
    document = docx.Document()
    document.styles.add_style("toc 1", 1)
    document.add_paragraph("見守り\t3", style="toc 1")
    document.add_heading("見守り", 1)
    assert outlined(read(saved(document))) == ["furniture 見守り\t3", "heading1 見守り"]


def test_footnotes_follow_their_paragraph(read):
    note = f'<w:footnotes {NS}><w:footnote w:id="2"><w:p>{run("県の調べによる。")}</w:p></w:footnote></w:footnotes>'
    relation = f'<Relationship Id="rId90" Type="{OFFICE}/footnotes" Target="footnotes.xml"/></Relationships>'
    content = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    data = word(paragraph(run("増えました。") + '<w:r><w:footnoteReference w:id="2"/></w:r>'), paragraph("続きです。"))
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        relations = old.read("word/_rels/document.xml.rels").decode().replace("</Relationships>", relation)
        types = old.read("[Content_Types].xml").decode()
    types = types.replace("</Types>", f'<Override PartName="/word/footnotes.xml" ContentType="{content}"/></Types>')
    parts = {"word/footnotes.xml": note, "word/_rels/document.xml.rels": relations, "[Content_Types].xml": types}
    assert texts(read(rewritten(data, parts))) == ["増えました。", "（注1）県の調べによる。", "続きです。"]


def table(*rows):
    cells = ["".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows]
    return f"<w:tbl {NS}>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def p(text):
    return f"<w:p>{run(text)}</w:p>"


def test_a_table_of_one_cell_is_a_side_box(read):
    extraction = read(word(paragraph("本文"), table([p("相談の窓口") + p("会館の一階")])))
    assert [(block.aside, block.text) for block in extraction.blocks] == [
        (0, "本文"),
        (1, "相談の窓口"),
        (1, "会館の一階"),
    ]


def test_a_table_that_lays_out_the_page_is_read_cell_by_cell(read, outlined):
    long = "社協の職員が訪ねました。" * 30
    assert outlined(read(word(table([p(long), p("囲み")])))) == [f"line {long}", "line 囲み"]


def test_a_table_in_a_table_is_one_cell(read):
    inner = table([p("午前"), p("午後")]).replace(NS, "")
    assert texts(read(word(table([p("家族会"), inner + p("")], [p("配食"), p("毎週")])))) == [
        "家族会\t午前 午後",
        "配食\t毎週",
    ]


def test_rows_and_cells_in_content_controls(read):
    row = f"<w:tr><w:tc>{p('甲')}</w:tc><w:sdt><w:sdtContent><w:tc>{p('乙')}</w:tc></w:sdtContent></w:sdt></w:tr>"
    data = word(f"<w:tbl {NS}><w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt></w:tbl>")
    assert texts(read(data)) == ["甲\t乙"]


def test_a_page_break_and_a_section_on_the_same_page(read):
    broken = paragraph(run("一枚目") + '<w:r><w:br w:type="page"/></w:r>')
    same = paragraph("二枚目", '<w:sectPr><w:type w:val="continuous"/></w:sectPr>')
    extraction = read(word(broken, same, paragraph("続き"), paragraph("三枚目", "<w:pageBreakBefore/>")))
    assert [(block.text, block.page) for block in extraction.blocks][:2] == [("一枚目", 1), ("二枚目", 2)]
    assert extraction.blocks[-1].page == extraction.pages


def test_vertical_writing_reads_like_any_other(read):
    vertical = paragraph("縦書きの本文です。", '<w:sectPr><w:textDirection w:val="tbRl"/></w:sectPr>')
    assert texts(read(word(vertical, paragraph("横書きです。")))) == ["縦書きの本文です。", "横書きです。"]


# ------------------------------------------------------------------------------------------------ files gone wrong


@pytest.mark.parametrize(
    "kind",
    [
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
        "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
    ],
)
def test_macro_enabled_files_and_templates(read, kind):
    data = word(paragraph("会議録"))
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        types = old.read("[Content_Types].xml").decode()
    types = types.replace("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", kind)
    assert texts(read(rewritten(data, {"[Content_Types].xml": types}))) == ["会議録"]


def test_the_strict_variant_is_refused_by_name(refused):
    data = word(paragraph("会議録"))
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        relations = old.read("_rels/.rels").decode()
    strict = relations.replace(OFFICE, "http://purl.oclc.org/ooxml/officeDocument/relationships")
    assert "完全Open XML" in refused(rewritten(data, {"_rels/.rels": strict})).reason


@pytest.mark.parametrize("program", ["Word.Document", "Excel.Sheet"])
def test_xml_of_office_2003_is_refused(refused, program):
    data = (
        f'<?xml version="1.0"?>\n<?mso-application progid="{program}"?><w:wordDocument>会議録</w:wordDocument>'.encode()
    )
    assert "2003" in refused(data, "古い.doc").reason


def test_a_document_put_in_whole_is_told(read):
    extraction = read(word(f'<w:altChunk {NS} r:id="rId99"/>', paragraph("本文")))
    assert "差し込まれた別の文書1個" in extraction.warnings[0]


def nested(tag, depth):
    opening, closing = {
        "tbl": ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"),
        "sdt": ("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>"),
    }[tag]
    return f"<w:document {NS}><w:body>{opening * depth}{p('奥の文')}{closing * depth}</w:body></w:document>"


@pytest.mark.parametrize("tag", ["tbl", "sdt"])
def test_nesting_as_deep_as_files_have_it_is_read_and_deeper_is_refused(read, refused, tag):
    assert texts(read(word(parts={"word/document.xml": nested(tag, 40)}))) == ["奥の文"]
    assert refused(word(parts={"word/document.xml": nested(tag, 10_000)})).fix


@pytest.mark.parametrize("target", ["../../../../etc/passwd", "../NULL", "/word/none.xml", ""])
def test_relations_that_lead_nowhere_do_not_cost_the_text(read, target):
    relations = f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{OFFICE}/styles" Target="{target}"/></Relationships>'
    assert texts(read(word(paragraph("会議録"), parts={"word/_rels/document.xml.rels": relations}))) == ["会議録"]


def test_external_relations_are_not_followed(read):
    relations = f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{OFFICE}/styles" Target="http://127.0.0.1:9/x" TargetMode="External"/></Relationships>'
    assert texts(read(word(paragraph("会議録"), parts={"word/_rels/document.xml.rels": relations}))) == ["会議録"]


def test_an_entry_that_climbs_out_is_never_written(read, tmp_path):
    assert texts(read(word(paragraph("会議録"), parts={"../../外.xml": "<x/>"}))) == ["会議録"]
    assert [path.name for path in tmp_path.iterdir()] == ["original"]
