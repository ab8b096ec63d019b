"""What a date in a text amounts to, and how it is written for people and for machines."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, time
from typing import Literal

Precision = Literal["day", "month", "year", "fiscal"]

#: First days of the eras (元号), newest first, and the Gregorian year before their first.
ERAS: tuple[tuple[str, date], ...] = (
    ("令和", date(2019, 5, 1)),
    ("平成", date(1989, 1, 8)),
    ("昭和", date(1926, 12, 25)),
    ("大正", date(1912, 7, 30)),
    ("明治", date(1868, 10, 23)),
)

WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date or a range of dates that a text names."""

    start: int
    end: int
    """``start:end`` is the span in the text as it was given."""
    first: date
    last: date
    """The last day it covers; equal to ``first`` for a single day."""
    precision: Precision
    start_time: time | None = None
    end_time: time | None = None
    weekday_ok: bool | None = None
    """Whether the written weekday is that of the date; None if none is written."""
    relative: bool = False
    """True if the year or month had to be worked out (昨年, 3月23日 without a year)."""
    yearless: bool = False
    """True if no word says which year it is (3月23日)."""

    @property
    def iso(self) -> str:
        """The value in ISO 8601: a date, month, year, or interval; with times where they are written."""
        if self.precision == "fiscal":
            return f"{self.first}/{self.last}"
        length = {"year": 4, "month": 7, "day": 10}[self.precision]
        first, last = self.first.isoformat()[:length], self.last.isoformat()[:length]
        if self.start_time is None:
            return first if first == last else f"{first}/{last}"
        begin = f"{first}T{self.start_time:%H:%M}"
        if self.end_time is None:
            return begin if first == last else f"{begin}/{last}"
        return f"{begin}/{last}T{self.end_time:%H:%M}"

    @property
    def label(self) -> str:
        """The value in Japanese: 令和3年12月21日（火）, 令和3年9月～11月, 令和3年度."""
        if self.precision == "fiscal":
            first, last = fiscal_year(self.first), fiscal_year(self.last)
            return f"{_fiscal(first)}" if first == last else f"{_fiscal(first)}～{_fiscal(last)}"
        if self.precision == "year":
            years = [era_year(self.first.year), era_year(self.last.year)]
            return years[0] if years[0] == years[1] else "～".join(years)
        return self._days() + self._times()

    def _days(self) -> str:
        begin = _written(self.first, self.precision)
        if self.precision == "day" and self.first == self.last:
            return begin
        if (self.first.year, self.first.month) == (self.last.year, self.last.month):
            return begin if self.precision == "month" else f"{begin}～{self.last.day}日"
        end = _written(self.last, self.precision)
        same_year = self.first.year == self.last.year
        return f"{begin}～{end.split('年')[-1] if same_year else end}"

    def _times(self) -> str:
        if self.start_time is None:
            return ""
        end = f"～{_clock(self.end_time)}" if self.end_time else ""
        return f" {_clock(self.start_time)}{end}"


def era_year(year: int) -> str:
    """The Japanese name of a calendar year by the era of its last day: 2019 is 令和元年."""
    name, first = next((era for era in ERAS if era[1].year <= year), ("西暦", date(1, 1, 1)))
    number = year - first.year + 1
    return f"{name}{'元' if number == 1 else number}年"


def era_date(day: date) -> str:
    """A day in Japanese: 令和3年12月21日."""
    name, first = next((era for era in ERAS if era[1] <= day), ("西暦", date(1, 1, 1)))
    number = day.year - first.year + 1
    return f"{name}{'元' if number == 1 else number}年{day.month}月{day.day}日"


def fiscal_year(day: date) -> int:
    """年度: the year in whose April the Japanese fiscal year of ``day`` began."""
    return day.year - (day.month < 4)


def last_day(year: int, month: int) -> date:
    """The last day of a month.

    Raises:
        ValueError: there is no such month.

    """
    if not 1 <= month <= 12:
        raise ValueError(month)
    return date(year, month, calendar.monthrange(year, month)[1])


def _fiscal(year: int) -> str:
    return f"{era_year(year)}度"


def _written(day: date, precision: Precision) -> str:
    if precision == "month":
        return era_date(day).split("月")[0] + "月"
    return f"{era_date(day)}（{WEEKDAYS[day.weekday()]}）"


def _clock(moment: time) -> str:
    return f"{moment.hour}時" + (f"{moment.minute}分" if moment.minute else "")
