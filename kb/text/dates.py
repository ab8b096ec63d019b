"""Dates in Japanese texts: one value for every way of writing it.

令和4年3月23日（水）10～12時, R4.3.23, 2022/3/23 and 昨年の3月 all become a ``DateMention``: the days it covers, how
precise it is, and where it stands in the text (``dates_find``). The mention's ISO 8601 form is what annotations store;
the index terms that make one form find the others derive from it alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from kb.text.dates_find import find_dates
from kb.text.dates_value import DateMention, Precision, era_date, era_year, fiscal_year, last_day
from kb.text.normalize import search_key

__all__ = [
    "DateMention",
    "Precision",
    "date_terms",
    "era_date",
    "era_year",
    "find_dates",
    "fiscal_year",
    "parse_date_range",
    "parse_query_date",
    "query_terms",
    "terms_of",
]

#: A range of at most this many days is indexed by its days; a longer one says nothing about any single day.
MOST_DAYS = 31


# ------------------------------------------------------------------------------------------------- index terms


def both_calendars(day: date) -> str:
    """2022年2月1日（令和4年）; before 明治 there is no era to give."""
    era = era_date(day).split("年")[0]
    western = f"{day.year}年{day.month}月{day.day}日"
    return western if era.startswith("西暦") else f"{western}（{era}年）"


def date_terms(mention: DateMention) -> tuple[str, ...]:
    """The exact index terms of a mention: its days, months, calendar year and fiscal year (``d2021-12-21``, …).

    Each day stands there without its year too (``a12-21``), for those who type no year.
    """
    return terms_of(mention.iso)


def terms_of(value: str) -> tuple[str, ...]:
    """The index terms of an annotation's ISO 8601 value; none for a value that is not a date."""
    covered = _covered(value)
    if covered is None:
        return ()
    first, last, precision = covered
    if precision == "fiscal":
        return tuple(f"f{year}" for year in range(fiscal_year(first), fiscal_year(last) + 1))
    if precision == "year":
        return tuple(f"y{year}" for year in range(first.year, last.year + 1))
    days = _days(first, last) if precision == "day" else ()
    months = tuple(_months(first, last))
    years = [f"y{year}" for year in range(first.year, last.year + 1)]
    fiscals = [f"f{year}" for year in range(fiscal_year(first), fiscal_year(last) + 1)]
    return (*days, *map(_any_year, days), *(f"m{month}" for month in months), *years, *fiscals)


def _any_year(day: str) -> str:
    """``a12-21`` for ``d2021-12-21``."""
    return f"a{day[-5:]}"


def query_terms(mention: DateMention) -> tuple[str, ...]:
    """The terms that somebody looks for who types this date; any one of them is enough."""
    first, last = mention.first, mention.last
    if mention.precision == "fiscal":
        return tuple(f"f{year}" for year in range(fiscal_year(first), fiscal_year(last) + 1))
    if mention.precision == "year":
        return tuple(f"y{year}" for year in range(first.year, last.year + 1))
    if mention.precision == "day":
        if mention.yearless:  # 12月21日 of any year: people look for what happened more often than for what is next
            return tuple(map(_any_year, _days(first, last)))
        return _days(first, last) or tuple(f"m{month}" for month in _months(first, last))
    return tuple(f"m{month}" for month in _months(first, last))


def _days(first: date, last: date) -> tuple[str, ...]:
    count = (last - first).days + 1
    return tuple(f"d{first + timedelta(days=n)}" for n in range(count)) if count <= MOST_DAYS else ()


def _months(first: date, last: date) -> Iterator[str]:
    for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield f"{month // 12}-{month % 12 + 1:02}"


_ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T[\d:]+)?\Z")


def _covered(value: str) -> tuple[date, date, Precision] | None:
    """First day, last day and precision of an ISO 8601 date, month, year or interval."""
    parts = [_ISO.match(part) for part in value.split("/")]
    if len(parts) > 2 or not all(parts):
        return None
    spans = [_span(*(int(group) if group else None for group in part.groups())) for part in parts if part]
    if not all(spans):
        return None
    (first, _, precision), (_, last, _) = spans[0], spans[-1]  # type: ignore[misc]
    if last < first:
        return None
    is_fiscal = precision == "day" and (first.month, first.day, last.month, last.day) == (4, 1, 3, 31)
    return first, last, "fiscal" if is_fiscal and (last - first).days > MOST_DAYS else precision


def _span(year: int | None, month: int | None, day: int | None) -> tuple[date, date, Precision] | None:
    try:
        if year is None:
            return None
        if month is None:
            return date(year, 1, 1), date(year, 12, 31), "year"
        if day is None:
            return date(year, month, 1), last_day(year, month), "month"
        return date(year, month, day), date(year, month, day), "day"
    except ValueError:
        return None


# ------------------------------------------------------------------------------------------------- queries

_BARE_YEAR = re.compile(r"(?:19|20)\d\d")
_BARE_MONTH = re.compile(r"((?:19|20)\d\d)[-/.](\d{1,2})")
_BARE_ERA = re.compile(r"(令和|平成|昭和|大正|明治|[rhstm])\.?(元|\d{1,2})(年度|年|年?fy)?")
_RANGE = re.compile(r"\s*(?:\.\.+|…|~|から)\s*")


def parse_query_date(text: str, today: date) -> DateMention | None:
    """Read a text that is a date as a whole, such as a word of a query; None if it is anything else.

    A bare year such as ``2021`` counts here, though not in running text. ``today`` resolves 昨年度 and 12月21日.
    """
    key = search_key(text).strip()
    for spelled in (key, f"{key}年" if _BARE_YEAR.fullmatch(key) else "", _spelled_era(key)):
        found = find_dates(spelled, today) if spelled else ()
        if len(found) == 1 and (found[0].start, found[0].end) == (0, len(spelled)):
            return found[0]
    return None


def _spelled_era(key: str) -> str:
    found = _BARE_ERA.fullmatch(key)
    if not found or (len(found[1]) == 1 and not found[2].isdigit()):
        return ""
    return f"{found[1]}{found[2]}{found[3] or '年'}"


def parse_date_range(text: str, today: date) -> tuple[date | None, date | None] | None:
    """Read the value of ``date:``: one date, or two joined by ``..`` or ``～`` of which one may be left out.

    Returns:
        First and last day, both inclusive, None where the range is open; None if the text is no date.

    """
    whole = parse_query_date(text, today)
    if whole:
        return whole.first, whole.last
    ends = _RANGE.split(search_key(text).strip())
    if len(ends) != 2 or not any(ends):
        return None
    first, last = (parse_query_date(end, today) if end else None for end in ends)
    if (ends[0] and not first) or (ends[1] and not last):
        return None
    if first and last:  # whichever was typed first: 2022..2021 is the same two years
        return min(first.first, last.first), max(first.last, last.last)
    return first.first if first else None, last.last if last else None
