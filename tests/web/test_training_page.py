"""/training/: the programme by fiscal year and course."""

import re

import pytest

from kb.testing import ingest_text

DECK = """{year}年度 {course}
日時：{day}
講師：柏木 智子 氏
対象：市町村社協の職員

■プログラム
13:30　開会
13:40　講義　断らない相談

■第１章　出会う
用件を持たずに訪ねます。
"""


@pytest.fixture
def materials(visitor):
    for year, day, course in (
        ("令和5", "令和5年6月13日", "CSW養成研修"),
        ("令和5", "令和6年2月8日", "権利擁護講座"),
        ("令和4", "令和4年6月7日", "CSW養成研修"),
    ):
        text = DECK.format(year=year, day=day, course=course)
        assert ingest_text(visitor.library, f"{course}{year}.txt", text).document.type == "training"
    return visitor.as_("reader")


def courses(page):
    return re.findall(r'<h3 class="kb-course"[^>]*>(.*?)</h3>', page.html)


def test_the_latest_fiscal_year_comes_first_with_its_courses(materials):
    page = materials.get("/training/")
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", page.html) == ["令和5年度（2023年度）"]
    assert courses(page) == ["CSW養成研修", "権利擁護講座"]
    assert "講師：柏木 智子 氏" in page.text
    assert "13:40 講義 断らない相談" in page.text
    assert "2024年2月8日（令和6年）" in page.text


def test_the_materials_lead_to_their_sections(materials):
    (address, *_) = materials.get("/training/").links("^/sections/")
    assert materials.get(address).status == 200


def test_another_year_and_one_course_through_the_years(materials):
    page = materials.get("/training/")
    (earlier,) = page.links("year=2022")
    assert courses(materials.get(earlier)) == ["CSW養成研修"]
    (course,) = page.links("course=CSW")
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", materials.get(course).html) == [
        "令和5年度（2023年度）",
        "令和4年度（2022年度）",
    ]
    assert courses(materials.get("/training/?year=1999&course=誰も知らない")) == courses(page)


def test_without_a_day_the_cover_says_the_year(visitor):
    text = DECK.format(year="令和3", day="未定", course="地域福祉研修")
    ingest_text(visitor.library, "未定.txt", text, content_type="training")
    ingest_text(visitor.library, "別.txt", "覚え書き\n本文です。\n", content_type="training")
    page = visitor.as_("reader").get("/training/")
    assert "令和3年度（2021年度）" in page.text
    assert page.links("year=0")


def test_a_visitor_learns_nothing_and_is_told_to_sign_in(materials):
    visitor = materials.other()
    for query in ({}, {"year": "2023"}, {"course": "CSW養成研修"}):
        page = visitor.get("/training/", **query)
        assert page.links(r"^/login\?next=/training/$")
        assert not re.findall("柏木|養成研修|2023|令和5", page.text.split("印刷元：", maxsplit=1)[0])
