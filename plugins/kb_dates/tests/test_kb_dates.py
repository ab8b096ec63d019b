"""Dates in a section are annotated with their evidence, findable in any form, and listed beside the article."""

from datetime import date

import pytest

import kb_dates
from kb import Annotation, Section
from kb.testing import a_document, a_section, headings, ingest_text, search
from kb.web import create_app

ISSUE = """みどり県社協だより 第12号
令和4年2月15日発行

■困りごと会議を始めました

令和3年12月21日（火）、若葉市で第1回の困りごと会議を開きました。昨年の9～11月に行った聞き取りがきっかけです。

■移動販売の見守り

R3.10.8に商店と協定を結び、令和3年度のうちに12地区へ広げます。
"""


def annotate(section: Section, issued: date | None = None) -> list[Annotation]:
    return list(kb_dates.kb_annotate(section, a_document(date=issued)))


def test_each_date_has_its_value_and_its_evidence():
    section = a_section("日時：令和４年３月２３日（水） １０～１２時。申込みは2022年3月10日まで。")
    found = [(a.kind, a.value, section.text[a.start : a.end]) for a in annotate(section)]
    assert [kind for kind, _, _ in found] == ["date", "date"]
    assert found[0][1].startswith("2022-03-23")
    assert found[0][2].startswith("令和４年３月２３日")
    assert found[1][1:] == ("2022-03-10", "2022年3月10日")


def test_dates_in_the_heading_say_so():
    (annotation,) = annotate(a_section("研修を開きました。", "つなぐ役割を活かす（R3.10.8）"))
    assert (annotation.where, annotation.value) == ("heading", "2021-10-08")


def test_a_relative_date_needs_the_date_of_the_issue():
    section = a_section("昨年の9～11月に聞き取りを行いました。")
    assert [a.value for a in annotate(section, date(2022, 2, 15))] == ["2021-09/2021-11"]
    assert not [a for a in annotate(section) if a.value.startswith("2021")]


def test_a_text_without_dates_has_none():
    assert annotate(a_section("民生委員と一緒に訪ねました。")) == []


@pytest.mark.parametrize(
    "typed",
    ["令和3年12月21日", "2021年12月21日", "R3.12.21", "２０２１／１２／２１", "令和三年十二月二十一日", "2021-12-21"],
)
def test_a_date_typed_in_any_form_finds_the_article(library, typed):
    ingest_text(library, "だより12.txt", ISSUE)
    assert headings(search(library, typed)) == ["困りごと会議を始めました"]


def test_a_relative_date_is_found_by_what_it_means(library):
    ingest_text(library, "だより12.txt", ISSUE)
    assert headings(search(library, "2021年10月"))[0] in {"困りごと会議を始めました", "移動販売の見守り"}
    assert "移動販売の見守り" in headings(search(library, "R3年度"))


def test_the_reading_page_lists_the_dates_as_searches(library):
    ingest_text(library, "だより12.txt", ISSUE)
    (hit,) = search(library, "困りごと会議").hits
    page = create_app(library).test_client().get(f"/sections/{hit.section.id}").get_data(as_text=True)
    assert "この記事の日付" in page
    assert "令和3年12月21日" in page


def test_an_article_without_dates_has_no_box(library):
    ingest_text(library, "だより13.txt", "■見守り\n\n民生委員と一緒に訪ねました。\n")
    (hit,) = search(library, "見守り").hits
    page = create_app(library).test_client().get(f"/sections/{hit.section.id}").get_data(as_text=True)
    assert "この記事の日付" not in page
