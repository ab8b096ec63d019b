"""What a training material says of itself, how it falls into sections, and what is none."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kb_training
from kb import Block, Extraction, File
from kb.testing import a_document, extraction_of
from kb.text.repair import repair
from kb_training.labels import LABELS, entries

(CONTENT_TYPE,) = kb_training.kb_content_types()
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

COVER = """令和5年度 地域福祉コーディネーター養成研修
日時：令和５年10月３日（火）13:30～16:30
講師：柏木 智子 氏（みどり福祉大学）
対象：市町村社会福祉協議会の職員
"""


def described(text, name="資料.txt"):
    return CONTENT_TYPE.describe(File(name, Path(name)), repair(extraction_of(text)))


def slide(page, *texts):
    title, *others = texts
    return (Block(title, "heading", 1, page=page), *(Block(text, page=page) for text in others))


def split(*blocks, media_type=SLIDES):
    return list(CONTENT_TYPE.split(a_document(type="training"), Extraction(blocks, media_type)))


# ------------------------------------------------------------------------------------------------------------ cover


def test_a_cover_is_read():
    found = described(COVER)
    assert found.title == "令和5年度 地域福祉コーディネーター養成研修"
    assert (found.date, found.date_basis) == (date(2023, 10, 3), "日時")
    assert found.fields == {
        "course": "地域福祉コーディネーター養成研修",
        "lecturer": "柏木 智子 氏（みどり福祉大学）",
        "audience": "市町村社会福祉協議会の職員",
        "fiscal_year": "令和5年度",
    }


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("講　師：柏木 智子 氏", "lecturer", "柏木 智子 氏"),
        ("【講師】柏木 智子 氏", "lecturer", "柏木 智子 氏"),
        ("■講師　柏木 智子 氏", "lecturer", "柏木 智子 氏"),
        ("〔対象者〕民生委員・児童委員", "audience", "民生委員・児童委員"),
        ("受講対象／相談支援員", "audience", "相談支援員"),
        ("テーマ：「断らない相談」", "topic", "断らない相談"),
        ("演題： ひきこもりの家族を支える", "topic", "ひきこもりの家族を支える"),
        ("研修名：権利擁護支援研修", "course", "権利擁護支援研修"),
        ("○対象　　新任のCSW", "audience", "新任のCSW"),
    ],
)
def test_labels_are_printed_in_many_ways(line, field, value):
    assert described(f"地域福祉研修\n{line}\n会場：若葉市民センター\n").fields[field] == value


def test_what_stands_alone_below_its_label_is_its_value():
    blocks = (Block("講師"), Block("柏木 智子 氏"), Block("対象"), Block("会場：若葉市民センター"))
    found = [(entry.field, entry.value) for entry in entries(blocks)]
    assert found == [("lecturer", "柏木 智子 氏"), ("audience", ""), ("other", "若葉市民センター")]


def test_a_table_of_particulars_is_read():
    rows = ("研修名\t権利擁護支援研修\t年度\t令和６年度", "日時\t11月７日（木）10時\t講師\t水野 佳代 氏")
    blocks = (Block("研修のご案内"), *(Block(row, "table") for row in rows))
    found = CONTENT_TYPE.describe(File("a.docx", Path("a.docx")), Extraction(blocks, "application/docx"))
    assert (found.date, found.date_basis) == (date(2024, 11, 7), "日時と年度")
    assert (found.fields["course"], found.fields["lecturer"]) == ("権利擁護支援研修", "水野 佳代 氏")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("令和５年６月13日（火）", date(2023, 6, 13)),
        ("２０２３年６月１３日", date(2023, 6, 13)),
        ("R5.6.13", date(2023, 6, 13)),
        ("2024/2/8", date(2024, 2, 8)),
        ("令和元年７月１日～２日", date(2019, 7, 1)),
        ("平成31年２月５日", date(2019, 2, 5)),
    ],
)
def test_days_are_read_in_any_era_and_width(written, day):
    assert described(f"地域福祉研修\n日時：{written}\n講師：柏木 智子 氏\n").date == day


@pytest.mark.parametrize(("month", "year"), [(4, 2023), (12, 2023), (1, 2024), (3, 2024)])
def test_a_day_without_a_year_is_in_the_fiscal_year_of_the_cover(month, year):
    found = described(f"令和5年度 地域福祉研修\n日時：{month}月8日\n講師：柏木 智子 氏\n")
    assert found.date == date(year, month, 8)
    assert found.fields["fiscal_year"] == "令和5年度"


def test_a_day_that_there_is_not_is_no_day():
    assert described("令和5年度 地域福祉研修\n日時：13月40日\n").date is None


@pytest.mark.parametrize(
    ("title", "course"),
    [
        ("令和5年度 CSW養成研修（基礎編）", "CSW養成研修（基礎編）"),
        ("令和５年度　第３回　地域福祉講座", "地域福祉講座"),
        ("2023年度 権利擁護セミナー 第2回 資料", "権利擁護セミナー"),
        ("地域福祉講座（第２回）", "地域福祉講座"),
        ("重層的支援の考え方", None),
    ],
)
def test_the_course_is_what_stays_the_same_from_year_to_year(title, course):
    assert described(f"{title}\n講師：柏木 智子 氏\n").fields.get("course") == course


def test_two_lecturers_are_two():
    found = described("地域福祉研修\n講師：柏木 智子 氏、水野 佳代 氏\n")
    assert found.fields["lecturer"].split("\n") == ["柏木 智子 氏", "水野 佳代 氏"]


@pytest.mark.parametrize(
    "blocks",
    [
        (Block("プログラム", "heading", 1), Block("13:30\t開会", "table"), Block("13:40\t講義", "table")),
        (Block("次第"), Block("13:30　開会"), Block("13:40　講義"), Block("会場：若葉市民センター")),
        (Block("研修の内容です。"), Block("13:30\t開会", "table"), Block("13:40\t講義", "table")),
        (Block("スケジュール\n13時30分　開会\n13時40分　講義"),),
    ],
)
def test_the_programme_is_what_happens_when(blocks):
    found = CONTENT_TYPE.describe(File("a.pptx", Path("a.pptx")), Extraction((Block("地域福祉研修"), *blocks), SLIDES))
    lines = [line.replace("時", ":").replace("分", "") for line in found.fields["programme"].split("\n")]
    assert lines == ["13:30 開会", "13:40 講義"]


PLAIN = st.text(
    st.sampled_from("研修地域福祉支援相談員民生委児童CSWあいうえおアイウ（）ー・0123１２"), min_size=1, max_size=20
)


@given(
    field=st.sampled_from(["lecturer", "audience", "topic"]),
    data=st.data(),
    value=PLAIN.filter(lambda text: text[0] not in "・）" and text[-1] not in "・（ー"),
    mark=st.sampled_from(["", "■", "●", "◇ ", "・"]),
    sign=st.sampled_from(["：", ": ", ":", "／", "　　"]),
)
def test_whatever_stands_behind_a_label_is_its_value(field, data, value, mark, sign):
    label = data.draw(st.sampled_from(LABELS[field]))
    spread = data.draw(st.sampled_from(["", "　", " "])).join(label)
    (entry,) = entries([Block(f"{mark}{spread}{sign}{value}")])
    assert (entry.field, entry.value) == (field, value.strip())


@given(
    st.dates(date(2019, 5, 1), date(2035, 12, 31)),
    st.sampled_from(["{e}年{m}月{d}日", "{y}年{m}月{d}日", "{y}/{m}/{d}", "R{n}.{m}.{d}"]),
    st.booleans(),
)
def test_every_day_is_read_in_every_form(day, form, wide):
    number = day.year - 2018
    era = "令和元" if number == 1 else f"令和{number}"
    written = form.format(e=era, n=number, y=day.year, m=day.month, d=day.day)
    if wide:
        written = written.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    found = described(f"地域福祉研修\n日　時：{written}\n講　師：柏木 智子 氏\n")
    assert found.date == day


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(text):
    extraction = repair(extraction_of(text))
    found = CONTENT_TYPE.describe(File("a.txt", Path("a.txt")), extraction)
    assert found.title
    assert 0 <= CONTENT_TYPE.claims(File("a.txt", Path("a.txt")), extraction) <= 1
    assert list(CONTENT_TYPE.split(a_document(), extraction)) == list(CONTENT_TYPE.split(a_document(), extraction))


# ----------------------------------------------------------------------------------------------------------- slides


def test_each_slide_is_a_section_with_its_notes_and_page():
    found = split(*slide(1, "研修の目的", "本文です。", "ノートです。"), *slide(2, "まとめ", "終わりです。"))
    assert [(s.heading, s.page, s.text) for s in found] == [
        ("研修の目的", 1, "本文です。\nノートです。"),
        ("まとめ", 2, "終わりです。"),
    ]


@pytest.mark.parametrize(
    "second",
    [
        "アセスメントの視点",
        "アセスメントの視点（続き）",
        "アセスメントの視点(2/3)",
        "アセスメントの視点②",
        "アセスメントの視点 その２",
    ],
)
def test_a_slide_that_goes_on_under_the_same_title_is_one_section(second):
    found = split(*slide(1, "アセスメントの視点", "強みを見る。"), *slide(2, second, "暮らしの全体を見る。"))
    assert [(s.heading, s.text) for s in found] == [("アセスメントの視点", "強みを見る。\n暮らしの全体を見る。")]


def test_slides_of_one_title_that_do_not_follow_each_other_stay_apart():
    found = split(*slide(1, "演習", "一回目"), *slide(2, "休憩", "10分"), *slide(3, "演習", "二回目"))
    assert [s.text for s in found] == ["一回目", "10分", "二回目"]


def test_a_slide_with_nothing_but_a_chapter_encloses_what_follows():
    found = split(
        *slide(1, "表紙", "研修"),
        *slide(2, "第１章　出会う"),
        *slide(3, "訪問", "用件を持たない。"),
        *slide(4, "第２章　続ける"),
    )
    assert [(s.level, s.heading) for s in found] == [
        (1, "表紙"),
        (1, "第１章　出会う"),
        (2, "訪問"),
        (1, "第２章　続ける"),
    ]


def test_a_pdf_of_pages_with_few_words_is_read_as_slides():
    pages = [slide(page, f"題{page}", f"短い言葉{page}") for page in range(1, 6)]
    assert len(split(*(block for page in pages for block in page), media_type="application/pdf")) == 5


def test_chapters_of_a_handout_stand_on_the_first_level():
    blocks = [
        Block("地域福祉研修 資料", "heading", 1, page=1),
        Block("第１章　出会う", "heading", 2, page=1),
        Block("長い文章です。" * 80, page=1),
        Block("第２章　続ける", "heading", 2, page=2),
        Block("長い文章です。" * 80, page=2),
    ]
    found = split(*blocks, media_type="application/pdf")
    assert [(s.level, s.heading) for s in found if s.text] == [(1, "第１章　出会う"), (1, "第２章　続ける")]


# ----------------------------------------------------------------------------------------------------------- claims


def claim(text, name="資料.txt"):
    return CONTENT_TYPE.claims(File(name, Path(name)), repair(extraction_of(text)))


def test_a_training_material_is_claimed():
    assert claim(COVER) > 0.6


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"みどり県社協だより 第12号\n令和4年2月15日発行\n■研修のお知らせ\n{COVER}", "だより.txt"),
        (f"研修つうしん No.3\n{COVER}", "通信.txt"),
        (COVER, "社協だより_第12号.txt"),
        (
            "支援事例シート\n区分：個別支援\n対象：80代の女性\n担当者研修で報告した事例。\n【概要】\n一人暮らし。\n",
            "事例.txt",
        ),
        ("フェイスシート\n日時：令和5年4月1日\n対象：本人\n", "様式.txt"),
        ("地域福祉計画 概要版\n日時：令和5年4月1日\n対象：市民\n", "計画.txt"),
        ("地域福祉研修のお知らせ\n会場が変わりました。\n", "お知らせ.txt"),
    ],
)
def test_newsletters_cases_and_other_papers_are_not_claimed(text, name):
    assert claim(text, name) == 0
