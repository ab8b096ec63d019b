"""Dates in Japanese texts: found in every form, resolved, and not seen where there are none."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.dates import (
    date_terms,
    era_date,
    era_year,
    find_dates,
    fiscal_year,
    parse_date_range,
    parse_query_date,
    query_terms,
    terms_of,
)

ISSUED = date(2022, 2, 15)


def found(text, base=ISSUED):
    return [(text[m.start : m.end], m.iso) for m in find_dates(text, base)]


@pytest.mark.parametrize(
    ("text", "written", "iso"),
    [
        ("令和３年１２月２１日に開催", "令和３年１２月２１日", "2021-12-21"),
        ("令和 3年 12月 21日", "令和 3年 12月 21日", "2021-12-21"),
        ("支援の研修(R3.10.8)", "R3.10.8", "2021-10-08"),
        ("R3/10/8", "R3/10/8", "2021-10-08"),
        ("R3-10-8", "R3-10-8", "2021-10-08"),
        ("Ｒ３．１０．８", "Ｒ３．１０．８", "2021-10-08"),
        ("R3.10の研修", "R3.10", "2021-10"),
        ("H31.4開始", "H31.4", "2019-04"),
        ("令3.10.8", "令3.10.8", "2021-10-08"),
        ("S63年設立", "S63年", "1988"),
        ("㋿4年2月", "㋿4年2月", "2022-02"),
        ("㍻30年", "㍻30年", "2018"),
        ("令和元年5月1日", "令和元年5月1日", "2019-05-01"),
        ("昭和六十三年一月七日", "昭和六十三年一月七日", "1988-01-07"),
        ("二〇二一年十二月", "二〇二一年十二月", "2021-12"),
        ("2021年12月21日", "2021年12月21日", "2021-12-21"),
        ("２０２１／１２／２１", "２０２１／１２／２１", "2021-12-21"),
        ("2021-12-21", "2021-12-21", "2021-12-21"),
        ("2021.12", "2021.12", "2021-12"),
        ("平成32年4月に", "平成32年4月", "2020-04"),
        ("令和3年度の取組", "令和3年度", "2021-04-01/2022-03-31"),
        ("R3年度", "R3年度", "2021-04-01/2022-03-31"),
        ("2021年度末", "2021年度", "2021-04-01/2022-03-31"),
        ("令和3年度の2月に", "令和3年度の2月", "2022-02"),
        ("昨年の９～11 月に", "昨年の９～11 月", "2021-09/2021-11"),
        ("昨年度", "昨年度", "2020-04-01/2021-03-31"),
        ("来年3月", "来年3月", "2023-03"),
        ("先月の例会", "先月", "2022-01"),
        ("来月5日", "来月5日", "2022-03-05"),
        ("去る12月8日に", "12月8日", "2021-12-08"),
        ("3月23日に", "3月23日", "2022-03-23"),
        ("3月3日～5日", "3月3日～5日", "2022-03-03/2022-03-05"),
        ("12月28日から1月4日まで休み", "12月28日から1月4日", "2021-12-28/2022-01-04"),
        ("令和3年10月～令和4年3月", "令和3年10月～令和4年3月", "2021-10/2022-03"),
        ("2021年4月から9月まで", "2021年4月から9月", "2021-04/2021-09"),
        (
            "令和４年３月２３日（水）  \n１０～１２時",
            "令和４年３月２３日（水）  \n１０～１２時",
            "2022-03-23T10:00/2022-03-23T12:00",
        ),
        ("3月3日（木）13:30〜15:00", "3月3日（木）13:30〜15:00", "2022-03-03T13:30/2022-03-03T15:00"),
        ("3月3日 午後1時30分～3時", "3月3日 午後1時30分～3時", "2022-03-03T13:30/2022-03-03T15:00"),
        ("3月3日 午後1時半", "3月3日 午後1時半", "2022-03-03T13:30"),
        ("3月3日10時から12時", "3月3日10時から12時", "2022-03-03T10:00/2022-03-03T12:00"),
    ],
)
def test_a_date_is_found_in_every_form(text, written, iso):
    assert found(text) == [(written, iso)]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "3.11を忘れない",
            "電話 045-312-4813",
            "鶴の町2-24-2",
            "市内 13 地区",
            "第3号",
            "No.3",
            "1/2の補助",
            "24時間対応",
        ),
        *(
            "18歳未満",
            "小学3年生",
            "Ver 2.10.3",
            "192.168.1.10",
            "3年間の歩み",
            "5か月",
            "5ヶ月",
            "2021円",
            "型番R1-3",
            "S53 型",
        ),
        *(
            "8050問題",
            "一日も早く",
            "十分に",
            "二十日余り",
            "創立五十年",
            "2021-2022",
            "午前9時集合",
            "13月1日",
            "2021年13月の",
            "32日",
        ),
        *(
            "令和99年",
            "昭和80年",
            "三人四脚",
            "第12回",
            "12名",
            "A4判4頁",
            "1.5倍",
            "同年代",
            "本年齢",
            "R2D2",
            "月水金",
            "毎月第2火曜日",
        ),
    ],
)
def test_look_alikes_are_not_dates(text):
    assert [pair for pair in found(text) if len(pair[1]) > 4] == []


def test_several_days_of_one_month():
    assert found("10月8日(金)・9日(土)、10日(日)") == [
        ("10月8日(金)", "2021-10-08"),
        ("9日(土)", "2021-10-09"),
        ("10日(日)", "2021-10-10"),
    ]


def test_words_that_refer_back():
    assert found("令和元年5月1日に始まり、同年12月に終わった。翌年3月に報告した。") == [
        ("令和元年5月1日", "2019-05-01"),
        ("同年12月", "2019-12"),
        ("翌年3月", "2020-03"),
    ]


def test_without_a_day_of_issue_incomplete_dates_mean_nothing():
    assert found("昨年の9月と3月23日、先月", base=None) == []
    assert found("令和4年3月3日のあと、3月10日に", base=None) == [
        ("令和4年3月3日", "2022-03-03"),
        ("3月10日", "2022-03-10"),
    ]


@pytest.mark.parametrize(
    ("text", "ok"), [("令和4年3月23日（水）", True), ("令和4年3月23日（木）", False), ("令和4年3月23日", None)]
)
def test_the_written_weekday_is_checked(text, ok):
    (mention,) = find_dates(text)
    assert mention.weekday_ok is ok


def test_the_weekday_tells_the_year_that_is_not_written():
    (mention,) = find_dates("8月20日（日）", date(2022, 9, 1))  # a Saturday in 2022, a Sunday in 2023
    assert (mention.iso, mention.weekday_ok, mention.relative) == ("2023-08-20", True, True)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("R3.12.21", "令和3年12月21日（火）"),
        ("R4.3.23 10～12時", "令和4年3月23日（水） 10時～12時"),
        ("昨年の9～11月", "令和3年9月～11月"),
        ("2021年12月～2022年1月", "令和3年12月～令和4年1月"),
        ("2021年度", "令和3年度"),
        ("2019年", "令和元年"),
        ("3月3日～5日", "令和4年3月3日（木）～5日"),
    ],
)
def test_label_for_people(text, label):
    assert [mention.label for mention in find_dates(text, ISSUED)] == [label]


FORMS = [
    era_date,
    lambda d: f"{d.year}年{d.month}月{d.day}日",
    lambda d: f"{d.year}/{d.month}/{d.day}",
    lambda d: d.isoformat(),
    lambda d: f"{d.year}.{d.month:02}.{d.day:02}",
    lambda d: f"R{d.year - 2018}.{d.month}.{d.day}",
    lambda d: f"令和{d.year - 2018}年{d.month}月{d.day}日（{'月火水木金土日'[d.weekday()]}）",
    lambda d: f"{d.year}年{d.month}月{d.day}日".translate(str.maketrans("0123456789", "０１２３４５６７８９")),
]


@given(
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.sampled_from(FORMS),
    st.sampled_from(FORMS),
    st.sampled_from(["", "（", "研修は", "①"]),
)
def test_a_date_typed_in_any_form_finds_the_others(day, form, other, before):
    (mention,) = find_dates(f"{before}{form(day)}に開催")
    assert (mention.first, mention.last, mention.precision) == (day, day, "day")
    typed = parse_query_date(other(day), ISSUED)
    assert set(query_terms(typed)) <= set(date_terms(mention))


@given(
    st.text(
        alphabet="令和平成昭年度月日時分第前昨来同~～.-/:()（）0123456789０１２一二十〇rRhHsS 　\nあ支援、", max_size=60
    ),
    st.none() | st.dates(),
)
def test_any_text_gives_ordered_spans_and_consistent_values(text, base):
    mentions = find_dates(text, base)
    assert [m.start for m in mentions] == sorted(m.start for m in mentions)
    for before, after in pairwise(mentions):
        assert before.end <= after.start
    for mention in mentions:
        assert 0 <= mention.start < mention.end <= len(text)
        assert mention.first <= mention.last
        assert mention.label
        assert terms_of(mention.iso) == date_terms(mention)
        if not (mention.precision == "day" and mention.last - mention.first > timedelta(days=30)):
            assert set(query_terms(mention)) & set(date_terms(mention))


@given(st.text())
def test_no_text_raises(text):
    find_dates(text, ISSUED)
    parse_query_date(text, ISSUED)
    parse_date_range(text, ISSUED)
    assert terms_of(text) == () or text[:4].isdecimal()


def test_a_hundred_thousand_digits_end():
    for text in ("1" * 100_000, "令和" * 50_000, "3月" * 30_000, "2021年" * 20_000, "・9日" * 30_000):
        find_dates(text, ISSUED)


def test_index_terms_of_days_months_years_and_fiscal_years():
    assert terms_of("2022-03-23T10:00/2022-03-23T12:00") == ("d2022-03-23", "a03-23", "m2022-03", "y2022", "f2021")
    assert terms_of("2021-12/2022-01") == ("m2021-12", "m2022-01", "y2021", "y2022", "f2021")
    assert terms_of("2021") == ("y2021",)
    assert terms_of("2021-04-01/2022-03-31") == ("f2021",)
    assert terms_of("2022-03-03/2022-03-05")[:3] == ("d2022-03-03", "d2022-03-04", "d2022-03-05")
    assert terms_of("2022-13") == terms_of("若葉市") == terms_of("2022-03/2021-03") == ()


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("2021年12月21日", ("d2021-12-21",)),
        ("令和3年12月", ("m2021-12",)),
        ("2021", ("y2021",)),
        ("R3", ("y2021",)),
        ("R3年度", ("f2021",)),
        ("２０２１年度", ("f2021",)),
        ("昨年の9～11月", ("m2021-09", "m2021-10", "m2021-11")),
    ],
)
def test_a_query_that_is_a_date(typed, terms):
    assert query_terms(parse_query_date(typed, ISSUED)) == terms


@pytest.mark.parametrize("typed", ["8050", "3", "12", "ゴミ屋敷", "2021年の研修", "", "3月の", "CSW", "R"])
def test_a_query_that_is_no_date(typed):
    assert parse_query_date(typed, ISSUED) is None


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("R3年度", "2021-04-01", "2022-03-31"),
        ("2021", "2021-01-01", "2021-12-31"),
        ("令和3年10月..令和4年3月", "2021-10-01", "2022-03-31"),
        ("令和３年１０月～令和４年３月", "2021-10-01", "2022-03-31"),
        ("..R4.3.31", None, "2022-03-31"),
        ("2021-04..", "2021-04-01", None),
        ("2021年度〜2022年度", "2021-04-01", "2023-03-31"),
        ("2022..2021", "2021-01-01", "2022-12-31"),
        ("令和4年3月..令和3年10月", "2021-10-01", "2022-03-31"),
    ],
)
def test_a_range_of_dates(typed, first, last):
    parsed = parse_date_range(typed, ISSUED)
    assert tuple(day.isoformat() if day else None for day in parsed) == (first, last)


@pytest.mark.parametrize("typed", ["..", "", "abc", "abc..2021", "2021..abc"])
def test_a_range_that_is_none(typed):
    assert parse_date_range(typed, ISSUED) is None


def test_eras_and_fiscal_years():
    assert era_date(date(2019, 4, 30)) == "平成31年4月30日"
    assert era_date(date(2019, 5, 1)) == "令和元年5月1日"
    assert era_date(date(1867, 1, 1)) == "西暦1867年1月1日"
    assert (era_year(2019), era_year(2018)) == ("令和元年", "平成30年")
    assert (fiscal_year(date(2022, 3, 31)), fiscal_year(date(2022, 4, 1))) == (2021, 2022)


def test_days_of_a_calendar_belong_to_the_month_above_if_their_weekday_agrees():
    above = find_dates("７月の行事予定", date(2024, 7, 1))[-1]
    found = find_dates("２日（火）　心配ごと相談\n13日（土）　おもちゃ病院\n15日（土）　休み", date(2024, 7, 1), above)
    assert [mention.iso for mention in found] == ["2024-07-02", "2024-07-13"]
    assert find_dates("13日（土）　おもちゃ病院", date(2024, 7, 1)) == ()


def test_date_typed_without_a_year_finds_that_day_of_every_year():
    asked = parse_query_date("12月14日", date(2026, 11, 24))
    assert set(query_terms(asked)) & set(terms_of("2024-12-14"))
    assert not set(query_terms(asked)) & set(terms_of("2024-12-15"))
    dated = parse_query_date("令和6年12月14日", date(2026, 11, 24))
    assert not set(query_terms(dated)) & set(terms_of("2023-12-14"))
