"""PDFs come out in reading order, with headings, tables and side boxes; what cannot be read is said, never indexed."""

import re

import pytest
from sheet import GOTHIC, HEIGHT, Sheet, encrypted

from kb.text.repair import repair

LEFT = ["中学校の先生が、朝の眠そうな様子に", "気付いたのが始まりでした。家では、", "母親の通院に付き添っていました。"]
RIGHT = ["社協の職員は学校と一緒に、生徒の話", "を三回に分けて聞きました。その後、", "家事の支援が週に一度入りました。"]
L, R = 50, 310


def texts(extraction, *kinds):
    return [block.text for block in extraction.blocks if not kinds or block.kind in kinds]


def test_lines_have_page_size_and_place(read):
    sheet = Sheet()
    sheet.text(50, 100, "民生委員の見守り", size=12)
    sheet.next()
    sheet.text(60, 200, "次の頁です。", size=10)
    extraction = read(sheet.pdf(), "だより.pdf")
    first, second = extraction.blocks
    assert (first.text, first.page, first.size) == ("民生委員の見守り", 1, 12.0)
    assert (second.text, second.page, second.size) == ("次の頁です。", 2, 10.0)
    assert first.bbox.left == pytest.approx(50, abs=1)
    assert first.bbox.top == pytest.approx(100, abs=2)
    assert first.bbox.right == pytest.approx(50 + 8 * 12, abs=2)
    assert (extraction.media_type, extraction.pages) == ("application/pdf", 2)


def test_two_columns_drawn_one_after_the_other(read):
    sheet = Sheet()
    sheet.lines(L, 100, LEFT)
    sheet.lines(R, 100, RIGHT)
    assert texts(read(sheet.pdf())) == LEFT + RIGHT


def test_two_columns_drawn_line_by_line_across_the_gutter(read):
    sheet = Sheet()
    sheet.text(L, 60, "ヤングケアラーを支える、学校と地域のつながり", size=18)
    for number, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
        sheet.text(L, 100 + 17 * number, left)
        sheet.text(R, 100 + 17 * number, right)
    assert texts(read(sheet.pdf()))[1:] == LEFT + RIGHT


def test_two_articles_of_two_columns_drawn_line_by_line(read):
    sheet = Sheet()
    for start, heading in ((60, "一つ目の記事"), (260, "二つ目の記事")):
        sheet.text(L, start, heading, size=18)
        for number, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
            sheet.text(L, start + 40 + 17 * number, left)
            sheet.text(R, start + 40 + 17 * number, right)
    assert texts(read(sheet.pdf())) == ["一つ目の記事", *LEFT, *RIGHT, "二つ目の記事", *LEFT, *RIGHT]


def test_text_drawn_from_the_bottom_up_is_read_from_the_top_down(read):
    sheet = Sheet()
    for number in reversed(range(3)):
        sheet.text(L, 100 + 17 * number, LEFT[number])
    assert texts(read(sheet.pdf())) == LEFT


def test_a_side_box_stands_apart_and_does_not_tear_the_article(read):
    sheet = Sheet()
    sheet.text(L, 60, "ヤングケアラーを支える", size=16)
    sheet.lines(L, 100, LEFT)
    sheet.box(R - 10, 95, 220, 60)
    sheet.lines(R, 100, ["用語の説明", "家族の世話を日常的に担う子どものこと", "を指します。"])
    sheet.lines(L, 100 + 3 * 17, RIGHT)
    extraction = read(sheet.pdf())
    assert [b.text for b in extraction.blocks if b.aside == 1] == [
        "用語の説明",
        "家族の世話を日常的に担う子どものこと",
        "を指します。",
    ]
    assert [b.text for b in extraction.blocks if not b.aside] == ["ヤングケアラーを支える", *LEFT, *RIGHT]


def test_a_box_with_a_coloured_ground_stands_apart_and_a_heading_in_a_bar_does_not(read):
    sheet = Sheet()
    sheet.box(L - 5, 55, 500, 28, fill="lightblue")
    sheet.text(L, 60, "居場所をつくる", size=16)
    sheet.lines(L, 100, LEFT)
    sheet.box(R - 10, 95, 220, 40, fill="lightyellow")
    sheet.lines(R, 100, ["相談の窓口", "総合福祉会館の一階です。"])
    boxed = [(b.aside, b.text) for b in read(sheet.pdf()).blocks if b.kind != "heading"]
    assert boxed == [*((0, line) for line in LEFT), (1, "相談の窓口"), (1, "総合福祉会館の一階です。")]


def test_a_frame_around_the_page_is_no_side_box(read):
    sheet = Sheet()
    sheet.box(30, 30, 535, HEIGHT - 60)
    sheet.lines(L, 100, LEFT)
    assert {block.aside for block in read(sheet.pdf()).blocks} == {0}


def test_headings_by_type_size(read):
    sheet = Sheet()
    sheet.text(L, 40, "わかば社協だより", size=28, font=GOTHIC)
    for number, start in enumerate((90, 250, 410)):
        sheet.text(L, start, f"特集の見出し{number}", size=16, font=GOTHIC)
        sheet.text(L, start + 30, f"小さな見出し{number}", size=13, font=GOTHIC)
        sheet.lines(L, start + 55, LEFT * 2)
    headings = [(b.level, b.text) for b in read(sheet.pdf()).blocks if b.kind == "heading"]
    assert headings == [(n, f"{name}{k}") for k in range(3) for n, name in ((1, "特集の見出し"), (2, "小さな見出し"))]


@pytest.mark.parametrize("draw", ["tate", "upright"])
def test_vertical_writing_is_read_from_right_to_left(read, draw):
    sheet = Sheet()
    columns = [
        "雪の日の見守り",
        "十二月の大雪の朝、中学生が高齢者の家の",
        "前の雪をかきました。町では当番表を作り",
        "ました。",
    ]
    for number, column in enumerate(columns):
        getattr(sheet, draw)(500 - 22 * number, 80, column)
    extraction = read(sheet.pdf())
    assert texts(extraction) == columns
    assert all(block.vertical for block in extraction.blocks)


def test_vertical_lines_drawn_from_the_left_are_sorted(read):
    sheet = Sheet()
    columns = [
        "十二月の大雪の朝、中学生が高齢者の家の",
        "前の雪をかきました。町では当番表を作り",
        "二十三の班が順に回ることにしています。",
    ]
    for number, column in reversed(list(enumerate(columns))):
        sheet.upright(500 - 22 * number, 80, column)
    assert texts(read(sheet.pdf())) == columns


def test_figures_set_upright_in_a_vertical_line_stay_in_it(read):
    sheet = Sheet()
    sheet.upright(400, 80, "令和四年十")
    sheet.text(400 - 5.5, 80 + 5 * 11, "12", size=11)
    sheet.upright(400, 80 + 6 * 11, "月の集い")
    assert texts(read(sheet.pdf())) == ["令和四年十12月の集い"]


def test_a_ruled_table_is_rows_of_cells(read):
    sheet = Sheet()
    sheet.lines(L, 60, LEFT)
    rows = [("行事", "日時", "会場"), ("家族会", "2月3日（金）", "福祉会館"), ("配食", "毎週火曜日", "各地区")]
    for y in range(4):
        sheet.rule(50, 150 + 20 * y, 410, 150 + 20 * y)
    for x in range(4):
        sheet.rule(50 + 120 * x, 150, 50 + 120 * x, 210)
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            sheet.text(55 + 120 * x, 155 + 20 * y, cell)
    assert texts(read(sheet.pdf()), "table") == ["\t".join(row) for row in rows]


def test_a_cell_of_two_lines_is_one_cell(read):
    sheet = Sheet()
    for y in (100, 120, 160):
        sheet.rule(50, y, 350, y)
    for x in (50, 150, 350):
        sheet.rule(x, 100, x, 160)
    sheet.text(55, 104, "行事")
    sheet.text(155, 104, "内容")
    sheet.lines(55, 124, ["ボランティア", "入門講座"], leading=14)
    sheet.text(155, 130, "見守りの基本を学びます")
    assert texts(read(sheet.pdf()), "table") == ["行事\t内容", "ボランティア入門講座\t見守りの基本を学びます"]


def test_running_heads_and_page_numbers_are_furniture(read):
    sheet = Sheet()
    for number in range(1, 4):
        sheet.text(50, 20, f"わかば社協だより 第{number + 7}号", size=8)
        sheet.lines(L, 100 + number, [f"{line}{number}" for line in LEFT])
        sheet.text(290, HEIGHT - 30, f"- {number} -", size=8)
        sheet.next()
    extraction = read(sheet.pdf())
    assert len(texts(extraction, "furniture")) == 6
    assert texts(extraction, "line") == [f"{line}{n}" for n in (1, 2, 3) for line in LEFT]


def test_a_running_head_on_the_only_inner_page_is_known_by_the_name(read):
    sheet = Sheet()
    sheet.text(50, 40, "わかば社協だより", size=26, font=GOTHIC)
    sheet.lines(L, 100, LEFT)
    sheet.next()
    sheet.text(50, 28, "わかば社協だより　第８号", size=8)
    sheet.lines(L, 100, RIGHT)
    assert texts(read(sheet.pdf()), "furniture") == ["わかば社協だより　第８号"]


def test_ruby_does_not_tear_words(read):
    sheet = Sheet()
    sheet.text(50, 100, "町では除雪の当番を決めました。")
    sheet.text(80, 94, "じょせつ", size=5)
    sheet.text(50, 117, "声をかけ合っています。")
    assert texts(read(sheet.pdf())) == ["町では除雪の当番を決めました。", "声をかけ合っています。"]


def test_text_drawn_twice_for_bold_comes_once(read):
    sheet = Sheet()
    for offset in (0, 0.3):
        sheet.text(50 + offset, 100, "重要なお知らせ")
    assert texts(read(sheet.pdf())) == ["重要なお知らせ"]


def test_spaces_between_western_words_and_full_width_spaces(read):
    sheet = Sheet()
    sheet.text(50, 100, "Zoom を使います。第3号　令和4年")
    assert texts(read(sheet.pdf())) == ["Zoom を使います。第3号　令和4年"]


def test_english_is_no_character_salad(read):
    sheet = Sheet()
    sheet.text(50, 100, "Minutes of the regional welfare meeting", font="Helvetica")
    assert texts(read(sheet.pdf())) == ["Minutes of the regional welfare meeting"]


def test_lines_are_joined_to_paragraphs_by_the_repair(read):
    sheet = Sheet()
    sheet.text(L, 60, "ヤングケアラーを支える", size=16)
    sheet.lines(L, 100, ["　" + LEFT[0], *LEFT[1:], "　" + RIGHT[0], *RIGHT[1:]])
    paragraphs = [block.text for block in repair(read(sheet.pdf())).blocks if block.kind == "paragraph"]
    assert paragraphs == ["".join(LEFT), "".join(RIGHT)]


def test_title_and_date_of_the_file(read):
    sheet = Sheet()
    sheet.canvas.setTitle("会議録")
    sheet.canvas.setAuthor("事務局")
    sheet.text(50, 100, "会議録です。")
    metadata = read(sheet.pdf()).metadata
    assert (metadata["title"], metadata["author"]) == ("会議録", "事務局")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", metadata["created"])


# ------------------------------------------------------------------------------------------- what cannot be read


def salad() -> bytes:
    """A font whose codes mean nothing to anybody: what a subset without ToUnicode extracts as."""
    sheet = Sheet()
    sheet.text(50, 100, "".join(chr(code) for code in range(0xC0, 0x100)) * 2, font="Helvetica")
    return sheet.pdf()


def picture(sheet=None):
    sheet = sheet or Sheet()
    from PIL import Image

    sheet.canvas.drawInlineImage(Image.new("L", (20, 20), 90), 50, 300, 400, 400)
    return sheet


@pytest.mark.parametrize("make", [salad, lambda: picture().pdf()])
def test_pages_that_cannot_be_read_need_ocr(refused, make):
    error = refused(make(), "古い広報.pdf")
    assert "文字を読み取れません" in error.reason
    assert "OCR" in error.fix


def test_readable_pages_are_taken_and_the_others_named(read):
    sheet = Sheet()
    sheet.text(50, 100, "会議録です。")
    sheet.next()
    picture(sheet)
    sheet.next()
    sheet.next()  # a blank page is nothing to tell about
    sheet.text(50, 100, "続きです。")
    extraction = read(sheet.pdf())
    assert texts(extraction) == ["会議録です。", "続きです。"]
    (warning,) = extraction.warnings
    assert "4ページのうち2ページは" in warning
    assert "OCR" in warning


def test_a_blank_pdf_says_so(refused):
    sheet = Sheet()
    sheet.next()
    assert "何も書かれていません" in refused(sheet.pdf()).reason


def test_a_password_is_asked_for_in_words(refused, read):
    assert "パスワード" in refused(encrypted("secret")).reason
    assert texts(read(encrypted(""))) == ["鍵のかかった会議録です。"]


@pytest.mark.parametrize("keep", [20, 400])
def test_a_truncated_pdf_is_refused(refused, keep):
    sheet = Sheet()
    sheet.lines(50, 100, LEFT)
    assert "壊れている" in refused(sheet.pdf()[:keep], "だより.pdf").reason
