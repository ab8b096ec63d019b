"""/calendar/ and /calendar.ics: events with their articles, within what whoever asks may read."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from kb.testing import ingest_text

PUBLIC = """みどり県社協だより 第12号
令和4年2月15日発行

■意思決定支援研修

日時：令和4年3月23日（水）10時～12時
会場：県福祉会館, 大研修室; 2階
申込み締切：3月16日（水）

■福祉まつり

3月26日（土）に福祉まつりを開催します。

■作品展

期間：令和4年3月30日～4月2日
"""

CASE = "■事例検討会\n\n日時：令和4年3月24日（木）18時\n\n■秘密の訪問\n\n日時：令和5年7月1日（土）\n"

WHO = [(None, False), ("reader", False), ("csw", True), ("staff", True), ("admin", True)]


@pytest.fixture
def calendar(visitor):
    ingest_text(visitor.library, "だより12.txt", PUBLIC)
    ingest_text(visitor.library, "事例.txt", CASE, access="cases")
    return visitor


def agenda(page):
    """Dates and titles of the list."""
    found = re.findall(
        r'<p class="kb-when"><time[^>]*>(.*?)</time>(.*?)</p>\s*<div>\s*<h3>(.*?)</h3>', page.html, re.DOTALL
    )
    return [(day, clock.strip(), title) for day, clock, title in found]


def unfolded(answer):
    """The lines of the feed, as a calendar reads them."""
    text = answer.data.decode("utf-8")
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    return text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def feed_events(answer):
    events, inside = [], None
    for line in unfolded(answer):
        if line == "BEGIN:VEVENT":
            inside = {}
        elif line == "END:VEVENT":
            events.append(inside)
            inside = None
        elif inside is not None:
            name, _, value = line.partition(":")
            inside[name] = value
    return {event["SUMMARY"]: event for event in events}


def test_a_month_has_its_events_with_times_titles_places_and_articles(calendar):
    page = calendar.get("/calendar/?month=2022-03")
    assert agenda(page) == [
        ("3月16日（水）", "", "締切：意思決定支援研修"),
        ("3月23日（水）", "10:00～12:00", "意思決定支援研修"),
        ("3月26日（土）", "", "福祉まつり"),
        ("3月30日（水）～4月2日（土）", "", "作品展"),
    ]
    assert "会場：県福祉会館, 大研修室; 2階" in page.text
    (article, *_) = page.links("^/sections/")
    assert "意思決定支援研修" in calendar.get(article).text


def test_what_lasts_into_the_next_month_stands_in_both(calendar):
    assert [title for _, _, title in agenda(calendar.get("/calendar/?month=2022-04"))] == ["作品展"]


def test_the_table_of_the_month_has_each_event_on_each_of_its_days(calendar):
    html = calendar.get("/calendar/?month=2022-03").html
    cells = dict(re.findall(r'<p class="kb-day">(\d+)</p>(.*?)</td>', html, re.DOTALL))
    assert len(cells) == 31
    assert "意思決定支援研修" in cells["23"]
    assert [day for day, cell in cells.items() if "作品展" in cell] == ["30", "31"]


def test_months_lead_to_their_neighbours_and_to_the_nearest_with_events(calendar):
    page = calendar.get("/calendar/?month=2021-01")
    assert {"/calendar/?month=2020-12", "/calendar/?month=2021-02", "/calendar/?month=2022-03"} <= set(page.links())
    assert "行事は、資料に見つかりません" in page.text


@pytest.mark.parametrize("month", ["2022-13", "1066-10", "2022", "2022-03-01", "١٢٣٤-٠١", "x" * 7, ""])
def test_what_is_no_month_is_the_usual_one(calendar, month):
    page = calendar.get("/calendar/", month=month)
    assert page.status == 200
    assert "2022年3月の行事の一覧" in page.text


def test_where_something_is_to_come_the_usual_month_is_this_one(calendar):
    today = datetime.now(UTC) + timedelta(hours=9)
    text = f"■交流会\n\n日時：{today.year + 1}年5月1日\n"
    ingest_text(calendar.library, "これから.txt", text, access="public")
    assert f"{today.year}年{today.month}月の行事の一覧" in calendar.get("/calendar/").text


@pytest.mark.parametrize(("who", "seen"), WHO)
def test_events_of_case_studies_are_for_those_who_may_read_them(calendar, who, seen):
    visitor = calendar.as_(who) if who else calendar
    page = visitor.get("/calendar/?month=2022-03")
    assert ("事例検討会" in page.text) == seen
    assert ("2023年7月" in page.text) == seen
    assert ("事例検討会" in feed_events(visitor.get("/calendar.ics"))) == seen
    assert ("秘密" in visitor.get("/calendar.ics").data.decode()) == seen


def test_the_feed_has_exact_times_whole_days_and_ranges(calendar):
    answer = calendar.get("/calendar.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    events = feed_events(answer)
    assert set(events) == {"意思決定支援研修", "締切：意思決定支援研修", "福祉まつり", "作品展"}
    timed = events["意思決定支援研修"]
    assert timed["DTSTART;TZID=Asia/Tokyo"] == "20220323T100000"
    assert timed["DTEND;TZID=Asia/Tokyo"] == "20220323T120000"
    assert timed["LOCATION"] == "県福祉会館\\, 大研修室\\; 2階"
    assert timed["DTSTAMP"] == "20220215T000000Z"
    assert timed["URL"].startswith("http://localhost/sections/")
    lasting = events["作品展"]
    assert (lasting["DTSTART;VALUE=DATE"], lasting["DTEND;VALUE=DATE"]) == ("20220330", "20220403")
    day = events["福祉まつり"]
    assert (day["DTSTART;VALUE=DATE"], day["DTEND;VALUE=DATE"]) == ("20220326", "20220327")
    assert events["締切：意思決定支援研修"]["CATEGORIES"] == "締切"


def test_the_feed_says_what_time_it_is_in_japan(calendar):
    lines = unfolded(calendar.get("/calendar.ics"))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    zone = lines[lines.index("BEGIN:VTIMEZONE") : lines.index("END:VTIMEZONE")]
    assert {"TZID:Asia/Tokyo", "TZOFFSETFROM:+0900", "TZOFFSETTO:+0900"} <= set(zone)
    assert lines.count("VERSION:2.0") == 1
    assert len([line for line in lines if line.startswith("PRODID:")]) == 1


def test_the_feed_is_the_same_after_everything_has_been_read_again(calendar):
    before = calendar.get("/calendar.ics").data
    calendar.library.reread()
    assert calendar.get("/calendar.ics").data == before
    assert len({event["UID"] for event in feed_events(calendar.get("/calendar.ics")).values()}) == 4


def test_an_event_that_two_articles_tell_of_is_one(calendar):
    again = PUBLIC.replace("第12号", "第13号").replace("2月15日発行", "3月1日発行")
    ingest_text(calendar.library, "だより13.txt", again)
    page = calendar.get("/calendar/?month=2022-03")
    assert len(agenda(page)) == 4
    assert page.html.count('<span class="kb-from">') == 8
    assert feed_events(calendar.get("/calendar.ics"))["意思決定支援研修"]["DTSTAMP"] == "20220301T000000Z"


def test_without_any_document_there_is_this_month_and_an_empty_feed(visitor):
    assert visitor.get("/calendar/").status == 200
    assert feed_events(visitor.get("/calendar.ics")) == {}
