"""What a case study says of itself, how it falls into parts or cases, and what is none."""

import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.lib.colors import black
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

import kb_cases
from kb import Block, Extraction, File
from kb.testing import a_document, extraction_of
from kb.text.repair import repair
from kb_cases import vocabulary
from kb_cases.names import BOXES, PARTS, box_of, part_of
from kb_formats import kb_extract

sys.path.insert(0, str(Path(__file__).parent))

from papers import COLUMNS, FORM, REGISTER, ROWS

(CONTENT_TYPE,) = kb_cases.kb_content_types()


def read(text):
    """Lines as an extractor gives them; those with tabs are rows."""
    blocks = (Block(line, "table" if "\t" in line else "line") for line in text.split("\n"))
    return repair(Extraction(tuple(blocks), "text/plain"))


def described(extraction, name="事例.txt"):
    return CONTENT_TYPE.describe(File(name, Path(name)), extraction)


def claim(extraction, name="資料.txt"):
    return CONTENT_TYPE.claims(File(name, Path(name)), extraction)


def sections(extraction, **fields):
    return list(CONTENT_TYPE.split(a_document(type="case", fields=fields), extraction))


def said(extraction):
    """The annotations of each section, as (section, kind, value, evidence)."""
    document = a_document(type="case", fields=described(extraction).fields)
    for section in CONTENT_TYPE.split(document, extraction):
        for one in kb_cases.kb_annotate(section, document):
            yield section.heading, one.kind, one.value, section.text[one.start : one.end]


# ----------------------------------------------------------------------------------------------------------- forms


def test_a_form_is_described_by_its_boxes():
    found = described(read(FORM))
    assert found.title == "暮らしの音が途絶えた団地の一室"
    assert (found.date, found.date_basis) == (date(2023, 3, 31), "作成日")
    assert found.fields == {
        "case_scope": "個別支援",
        "case_age": "70代",
        "case_town": "A市",
        "case_stage": "終結",
        "case_period": "令和４年４月～令和５年３月",
    }


def test_each_part_of_a_form_is_a_section():
    found = sections(read(FORM))
    assert [section.heading for section in found] == [
        "基本情報",
        "概要",
        "インテーク",
        "アセスメント",
        "支援計画",
        "支援経過記録",
        "終結",
    ]
    assert {section.level for section in found} == {1}
    assert "工具だけはきれいに" in found[3].text


def test_nothing_of_a_form_is_lost_but_its_title():
    text = "".join(section.heading + section.text for section in sections(read(FORM)))
    for line in FORM.split("\n")[1:]:
        assert line.strip("【】") in text


@pytest.mark.parametrize(
    "blocks",
    [
        (Block("概要", "heading", 1), Block("一人暮らし。"), Block("アセスメント", "heading", 1), Block("強み。")),
        (Block("１．概要", "heading", 2), Block("一人暮らし。"), Block("２．事前評価", "heading", 2), Block("強み。")),
        (Block("概要\t一人暮らし。", "table"), Block("アセスメント\t強み。", "table")),
        (Block("【概要】"), Block("一人暮らし。"), Block("【アセスメント】"), Block("強み。")),
        (Block("概要：一人暮らし。", "field"), Block("アセスメント：強み。", "field")),
    ],
)
def test_parts_are_found_however_a_form_is_laid_out(blocks):
    found = sections(Extraction((Block("団地の一室"), *blocks), "application/docx"))
    assert [part_of(section.heading) for section in found] == ["概要", "アセスメント"]
    assert [section.text for section in found] == ["一人暮らし。", "強み。"]


def test_an_item_of_a_list_begins_no_part():
    text = FORM.replace("若いころは大工だった。", "・支援\n・モニタリング\nの順に考える。")
    assert "・モニタリング" in sections(read(text))[3].text


def test_headings_within_a_part_stay_in_it():
    blocks = [
        Block("概要", "heading", 1),
        Block("一人暮らし。"),
        Block("支援経過", "heading", 1),
        Block("最初の訪問", "heading", 2),
        Block("玄関で話す。"),
        Block("終結", "heading", 1),
        Block("見守りへ。"),
    ]
    assert [section.heading for section in sections(Extraction(tuple(blocks), "text/markdown"))] == [
        "概要",
        "支援経過",
        "終結",
    ]


def test_dated_entries_stay_in_the_course_of_events():
    rows = ("年月日\t方法\t内容", "令和４年４月14日\t訪問\t玄関で話す。", "令和４年５月12日\t同行\t受診に同行。")
    head = (Block("事例番号\tR4-01\t区分\t個別支援", "table"), Block("支援期間\t一年\t段階\tモニタリング", "table"))
    blocks = (*head, Block("概要", "heading", 1), Block("一人暮らし。"), Block("支援経過", "heading", 1))
    found = sections(Extraction((*blocks, *(Block(row, "table") for row in rows)), "application/docx"))
    assert [section.heading for section in found] == ["基本情報", "概要", "支援経過"]
    assert found[2].text.count("\n") == 2


def test_a_part_whose_name_spans_several_rows_holds_them_all():
    rows = (
        "概要\t一人暮らし。",
        "支援経過\t令和４年４月14日\t玄関で話す。",
        "\t令和４年５月12日\t受診に同行。",
        "終結\t見守りへ。",
    )
    found = sections(Extraction((Block("団地の一室"), *(Block(row, "table") for row in rows)), "application/docx"))
    assert [(section.heading, section.text.count("\n")) for section in found] == [
        ("概要", 0),
        ("支援経過", 1),
        ("終結", 0),
    ]


def test_a_ruled_form_in_print_is_read(tmp_path):
    registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    style = ParagraphStyle("cell", fontName="HeiseiMin-W3", fontSize=10, leading=14, wordWrap="CJK")
    boxes = [("区分", "個別支援"), ("年齢", "78歳"), ("市町村", "A市"), ("概要", "団地で一人暮らしをする男性。" * 20)]
    rows = [*boxes, ("アセスメント", "工具だけはきれいに並べられている。" * 12), ("支援計画", "受診を支える。" * 15)]
    table = Table([[Paragraph(cell, style) for cell in row] for row in rows], colWidths=[90, 360])
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]))
    path = tmp_path / "form.pdf"
    SimpleDocTemplate(str(path)).build([Paragraph("団地の一室", style), table])
    extraction = repair(kb_extract(File("form.pdf", path)))
    assert [section.heading for section in sections(extraction)] == ["基本情報", "概要", "アセスメント", "支援計画"]
    assert described(extraction).fields["case_age"] == "70代"
    assert sections(extraction)[1].text == "団地で一人暮らしをする男性。" * 20


def test_a_register_in_the_encoding_of_old_computers_is_read(tmp_path):
    path = tmp_path / "register.csv"
    path.write_bytes("\r\n".join((COLUMNS, *ROWS)).replace("\t", ",").encode("cp932"))
    extraction = repair(kb_extract(File("register.csv", path)))
    assert [s.heading for s in sections(extraction)] == [
        "事例1　夜に出歩く男性",
        "事例2　家賃の滞納",
        "事例3　坂の上の買い物",
    ]
    assert ("事例3　坂の上の買い物", "case_town", "C市", "C市") in set(said(extraction))


def test_a_book_of_several_cases_is_split_at_its_headings():
    parts = [block for n in (1, 2, 3) for block in (
        Block(f"事例{n}", "heading", 1),
        Block("概要", "heading", 2), Block(f"概要{n}。"), Block("アセスメント", "heading", 2), Block(f"強み{n}。"),
    )]  # fmt: skip
    found = sections(Extraction((Block("事例集"), *parts), "text/markdown"))
    assert [(s.level, s.heading) for s in found if s.heading.startswith("事例")][-3:] == [
        (1, "事例1"),
        (1, "事例2"),
        (1, "事例3"),
    ]


def test_below_the_name_of_the_sheet_stands_that_of_the_case():
    assert described(read(f"支援事例シート\n{FORM}")).title == "暮らしの音が途絶えた団地の一室"
    assert described(read("支援事例シート\n区分：個別支援\n"), "団地.docx").title == "団地"


@pytest.mark.parametrize(
    ("box", "field", "value"),
    [
        ("支援の種別：個別支援から地域支援へ", "case_scope", "個別支援\n地域支援"),
        ("年齢：78歳", "case_age", "70代"),
        ("年齢・性別：９２歳・女性", "case_age", "90歳以上"),
        ("年代：五十代", "case_age", "50代"),
        ("年齢：８歳", "case_age", "10歳未満"),
        ("居住地：みどり県若葉市青葉町", "case_town", "若葉市"),
        ("市町村：Ａ市", "case_town", "Ａ市"),
        ("市町村：みどり県緑郡汐見町大字浜", "case_town", "汐見町"),
        ("居住地：十日町市", "case_town", "十日町市"),
        ("進捗：支援終了（令和５年３月）", "case_stage", "終結"),
        ("支援状況：継続中", "case_stage", "支援"),
        ("連携先：包括職員、ケアマネ、交番", "case_party", "地域包括支援センター\n介護支援専門員\n警察・消防"),
        ("主な課題：ゴミ屋敷、空き家の活用", "case_theme", "ごみ屋敷・ため込み\n空き家の活用"),
    ],
)
def test_boxes_are_read_by_the_vocabulary(box, field, value):
    assert described(read(f"団地の一室\n{box}\n【概要】\n男性。\n")).fields[field] == value


def test_without_a_box_the_age_comes_from_the_summary_and_the_period_from_the_events():
    lines = (
        FORM.replace("年代：70代\n", "").replace("支援期間：令和４年４月～令和５年３月\n", "").replace("作成日", "備考")
    )
    found = described(read(lines))
    assert found.fields["case_age"] == "70代"
    assert found.fields["case_period"] == "令和4年4月～令和5年3月"
    assert (found.date, found.date_basis) == (date(2023, 3, 9), "経過の最後の日")


def test_the_stage_is_the_last_part_that_says_something():
    unfinished = FORM.split("【終結】", maxsplit=1)[0]
    assert described(read(unfinished)).fields["case_stage"] == "プランニング"


# -------------------------------------------------------------------------------------------- themes and people


def test_themes_and_people_are_found_in_free_text_with_their_evidence():
    found = set(said(read(FORM)))
    assert ("概要", "case_party", "民生委員・児童委員", "民生委員") in found
    assert ("インテーク", "case_theme", "認知症", "物忘れ") in found
    assert ("支援計画", "case_party", "地域包括支援センター", "地域包括支援センター") in found
    assert ("終結", "case_theme", "見守り", "見守り") in found


def test_what_a_box_says_goes_before_what_is_found():
    named = FORM.replace("年代：70代", "年代：70代\nテーマ：社会的孤立\n関係機関：民生委員")
    assert described(read(named)).fields["case_theme"] == "社会的孤立"
    assert list(said(read(named))) == []


@pytest.mark.parametrize("text", ["家賃の滞納はない。", "虐待は見られなかった。", "借金なし。"])
def test_what_is_denied_is_no_theme(text):
    assert list(vocabulary.find("case_theme", text)) == []


def test_a_theme_that_is_denied_once_and_told_later_is_told():
    (found,) = vocabulary.find("case_theme", "家賃の滞納はない。電気代の滞納がある。")
    assert (found.value, found.start) == ("生活困窮", 13)


def test_other_documents_are_left_alone():
    extraction = read(FORM)
    document = a_document(type="newsletter")
    assert [a for s in CONTENT_TYPE.split(document, extraction) for a in kb_cases.kb_annotate(s, document)] == []


@given(
    st.lists(st.sampled_from(vocabulary.choices("case_party")), min_size=1, max_size=6), st.sampled_from("、，；／・")
)
def test_every_list_of_values_is_read_as_it_is(values, sign):
    found = [one.value for one in vocabulary.listed("case_party", sign.join(values))]
    assert found == list(dict.fromkeys(values))


@given(st.text(max_size=80))
def test_the_span_of_a_value_is_where_its_words_stand(text):
    for one in (*vocabulary.listed("case_theme", text), *vocabulary.find("case_party", text)):
        assert 0 <= one.start < one.end <= len(text)
        assert text[one.start : one.end].strip()


@given(st.integers(0, 119), st.booleans())
def test_every_age_has_its_band(years, wide):
    digits = str(years).translate(str.maketrans("0123456789", "０１２３４５６７８９")) if wide else str(years)
    band = vocabulary.age(f"本人は{digits}歳である。").value
    assert band == ("10歳未満" if years < 10 else "90歳以上" if years >= 90 else f"{years // 10}0代")


# ----------------------------------------------------------------------------------------------------------- names


@given(
    st.sampled_from([(part, name) for part, names in PARTS.items() for name in names]),
    st.sampled_from(
        [
            "{}",
            "【{}】",
            "■{}",
            "１．{}",
            "（２）{}",
            "③{}",
            "Ⅲ　{}",
            "第４章　{}",
            "〔{}〕",
            "５　{}",
            "{}（様式２）",
            "● {}",
        ]
    ),
)
def test_parts_are_known_by_all_their_names_and_marks(pair, form):
    part, name = pair
    assert part_of(form.format(name)) == part


@given(st.sampled_from([(box, name) for box, names in BOXES.items() for name in names]), st.sampled_from(["", "　"]))
def test_boxes_are_known_by_all_their_names(pair, space):
    box, name = pair
    assert box_of(name if name.isascii() else space.join(name)) == box


@pytest.mark.parametrize("text", ["支援会議が開かれた。", "概要を説明した後、質問があった", "家族の思い", "訪問", ""])
def test_other_lines_are_no_parts(text):
    assert part_of(text) == ""


# -------------------------------------------------------------------------------------------------------- registers


def test_each_row_of_a_register_is_a_section():
    found = sections(read(REGISTER))
    assert [s.heading for s in found] == ["事例1　夜に出歩く男性", "事例2　家賃の滞納", "事例3　坂の上の買い物"]
    assert "区分：個別支援" in found[0].text
    assert [b.text for b in found[0].blocks if b.kind == "heading"] == ["主訴", "支援内容"]


def test_a_register_is_described_as_a_whole():
    found = described(read(REGISTER))
    assert (found.title, found.date) == ("令和５年度 支援事例一覧", date(2024, 3, 31))
    assert found.fields == {"case_count": "3"}


def test_each_case_of_a_register_has_facets_of_its_own_with_evidence():
    found = [
        (kind, value, words) for heading, kind, value, words in said(read(REGISTER)) if heading.startswith("事例2")
    ]
    assert found == [
        ("case_scope", "個別支援", "個別支援"),
        ("case_theme", "生活困窮", "生活困窮"),
        ("case_theme", "就労", "就労"),
        ("case_age", "40代", "40代"),
        ("case_town", "B町", "B町"),
        ("case_party", "自立相談支援機関", "自立相談支援機関"),
        ("case_stage", "終結", "終了"),
    ]


def test_an_empty_cell_says_nothing():
    kinds = {kind for heading, kind, _, _ in said(read(REGISTER)) if heading.startswith("事例3")}
    assert "case_age" not in kinds
    assert "case_town" in kinds


@pytest.mark.parametrize("more", [f"{COLUMNS}\n{ROWS[0]}", "合計\t3", "\t\t", "以上"])
def test_heads_of_further_pages_and_totals_are_no_cases(more):
    found = sections(read(f"{REGISTER}\n{more}"))
    assert len(found) == 3 + (ROWS[0] in more)


def test_without_names_a_case_is_called_by_its_number_and_beginning():
    columns, *rows = (line.split("\t") for line in (COLUMNS, *ROWS))
    text = "\n".join("\t".join(row[:1] + row[2:]) for row in (columns, *rows))
    assert [s.heading for s in sections(read(text))] == [
        "事例1　夜中に出歩く",
        "事例2　退去を求められた",
        "事例3　スーパーが閉店した",
    ]


def test_one_row_below_the_names_of_boxes_is_a_form():
    found = described(read("団地の一室\n区分\tテーマ\t年代\n個別支援\t見守り\t70代\n【概要】\n男性。\n"))
    assert (found.fields["case_theme"], found.fields["case_age"]) == ("見守り", "70代")
    assert "case_count" not in found.fields


# ----------------------------------------------------------------------------------------------------------- claims


@pytest.mark.parametrize("text", [FORM, REGISTER, FORM.split("\n\n", maxsplit=1)[1]])
def test_forms_and_registers_are_claimed(text):
    assert claim(read(text)) > 0.5


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("みどり県社協だより 第12号\n令和4年2月15日発行\n■概要\n支援の概要です。\n■アセスメント\n学びました。\n■終結\n終わり。\n", "だより.txt"),
        ("相談援助の展開過程 研修テキスト\n■インテーク\n受理。\n■アセスメント\n評価。\n■プランニング\n計画。\n■モニタリング\n見直し。\n", "資料.txt"),
        ("地域福祉計画\n■概要\n計画の概要です。\n■目標\n目標です。\n■評価\n毎年行います。\n", "計画.txt"),
        ("会議録\n日時：令和5年4月1日\n出席：三名\n■議題\n予算。\n", "会議録.txt"),
    ],
)  # fmt: skip
def test_newsletters_lectures_and_other_papers_are_not_claimed(text, name):
    assert claim(read(text), name) == 0


def test_slides_about_case_work_are_not_claimed():
    titles = ("インテーク", "アセスメント", "プランニング", "モニタリング")
    blocks = [block for title in titles for block in (Block(title, "heading", 1), Block("説明です。"))]
    assert (
        claim(Extraction(tuple(blocks), "application/vnd.openxmlformats-officedocument.presentationml.presentation"))
        == 0
    )


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(text):
    extraction = repair(extraction_of(text))
    assert described(extraction).title
    assert 0 <= claim(extraction) <= 1
    assert sections(extraction) == sections(extraction)
    assert sorted(said(extraction)) == sorted(said(extraction))
