"""Finding dates in running text: a small grammar over the folded text, and what incomplete dates refer to.

The grammar, read from left to right at each place where a date may begin:

    mention  = point [weekday] [time | range]
    point    = year [month [day]] | relative [month [day]] | month [day] | numeric
    range    = ("~" | "から" | "-") point [weekday]
    entry    = day weekday                                   in a calendar, below the month that it belongs to

What a point leaves out is taken from the point before it (3月3日～5日), from the words 昨年, 同年, 先月, or from the
day the text was published: dates in a newsletter lie near its issue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time

from kb.text.dates_value import ERAS, WEEKDAYS, DateMention, Precision, last_day
from kb.text.normalize import fold

_ERA_START = {name: first.year for name, first in ERAS}
_ERA_ABBREVIATED = {
    "r": "令和",
    "h": "平成",
    "s": "昭和",
    "t": "大正",
    "m": "明治",
    "令": "令和",
    "平": "平成",
    "昭": "昭和",
}

#: Highest year of an era that a text can mean. Plans of 2018 speak of 平成32年 (2020), so the end of 平成 is no bound.
_ERA_YEARS = {"令和": 60, "平成": 45, "昭和": 70, "大正": 15, "明治": 45}

_KANJI = "〇零一二三四五六七八九"
_NUMBER = rf"(?:\d{{1,2}}|[{_KANJI}十]{{1,3}})"
_WESTERN = rf"(?:(?:1[89]|20)\d\d|[一二][{_KANJI}]{{3}})"
_ERA = r"(?:令和|平成|昭和|大正|明治)"
_SHORT = r"(?:[rhs令平昭])"
_GAP = r"[ \u3000]{0,2}"

_YEAR = (
    rf"(?:(?P<era>{_ERA}){_GAP}(?P<era_year>元|{_NUMBER}{{1,2}})"
    rf"|(?P<short>{_SHORT})\.?{_GAP}(?P<short_year>元|\d{{1,2}})|(?P<western>{_WESTERN})){_GAP}年"
)
_RELATIVE = (
    r"(?P<relative>(?:一昨年|昨年|前年|今年|本年|来年|翌年|再来年|同年)度?|去年|先月|今月|本月|来月|翌月|同月)"
    r"(?![齢代間輩次額])"
)
_DAY = rf"(?P<day>{_NUMBER}){_GAP}日(?![間本中目数程前後])"
#: 9~11月: the first 月 is left out, so a number counts as a month if the second follows.
_MONTH = rf"(?P<month>{_NUMBER})(?:{_GAP}月(?![間曜])|(?={_GAP}~{_GAP}\d{{1,2}}{_GAP}月(?![間曜])))"
_MONTH_DAY = rf"{_MONTH}(?:{_GAP}{_DAY})?(?!{_GAP}\d{{1,2}}{_GAP}日)"
_ERA_NUMBER = rf"(?:(?P<era>{_ERA})|(?P<short>[rhstm令平昭]))\.?(?P<era_year>元|\d{{1,2}})"
_NUMBER_ENDS = r"(?!\d|[./-]\d)"

#: Each part of a point may be missing, but not all.
_POINTS = (
    # 令和4年3月23日, 2021年12月, 令和3年度
    re.compile(rf"{_YEAR}(?P<fiscal>度)?(?!間)(?:{_GAP}の?{_GAP}{_MONTH_DAY})?"),
    # 昨年, 昨年の9月, 来月5日
    re.compile(rf"{_RELATIVE}(?:{_GAP}の?{_GAP}(?:{_MONTH_DAY}|{_DAY.replace('<day>', '<day_alone>')}))?"),
    # R3.10.8, H31.4, 令3.10.8; with hyphens only if all three numbers are there: R1-3 is a part number.
    re.compile(rf"{_ERA_NUMBER}(?P<mark>[./])(?P<month>\d{{1,2}})(?:(?P=mark)(?P<day>\d{{1,2}}))?{_NUMBER_ENDS}"),
    re.compile(rf"{_ERA_NUMBER}-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}}){_NUMBER_ENDS}"),
    # 2021/12/21, 2021-12, 2021.12.21
    re.compile(
        rf"(?P<western>(?:19|20)\d\d)(?P<mark>[./-])(?P<month>\d{{1,2}})(?:(?P=mark)(?P<day>\d{{1,2}}))?{_NUMBER_ENDS}"
    ),
    # 3月23日, 9~11月
    re.compile(_MONTH_DAY),
)

#: ①2021年: NFKC would make 12021年 of it. Numbers in circles and brackets are marks, never part of a date.
_ENCLOSED = dict.fromkeys((*range(0x2460, 0x24EB), *range(0x24F5, 0x2500), *range(0x3251, 0x3260)), "*")

#: Where a point may begin; everything else is skipped quickly.
_START = re.compile(r"[0-9〇零一二十三四五六七八九rhstm令平昭大明昨去前今本来翌再同先]")

_KANJI_BEFORE = re.compile(rf"[{_KANJI}十百千第約]")

_WEEKDAY = re.compile(
    rf"{_GAP}[(\[]{_GAP}(?P<weekday>[{WEEKDAYS}])(?:曜日?)?(?:[・,、]?[祝休振]日?)?{_GAP}[)\]]"
    rf"|{_GAP}(?P<named>[{WEEKDAYS}])曜日?"
)
_JOIN = re.compile(r"[ \u3000\n]{0,2}(?:~|から|-|より)[ \u3000\n]{0,2}")
_LIST = re.compile(r"[ \u3000]{0,2}[・,、][ \u3000]{0,2}(?:同月)?")
_DAY_ALONE = re.compile(_DAY)
_LINE_BEGINS = re.compile(r"(?:^|\n|\t)[ \u3000・*○●]*\Z")

_CLOCK = (
    r"(?P<{0}half>午前|午後|am|pm)?{1}(?P<{0}hour>\d{{1,2}})"
    r"(?:{1}時(?:{1}(?P<{0}minute>\d{{1,2}}){1}分|(?P<{0}thirty>半))?|:(?P<{0}colon>\d\d))"
)
_TIME_GAP = r"[ \u3000\n、,]{0,4}"
_TIME = re.compile(
    rf"{_TIME_GAP}{_CLOCK.format('a', _GAP)}(?![間\d限])"
    rf"(?:{_GAP}(?:~|から|-){_GAP}{_CLOCK.format('b', _GAP)}(?![間\d限]))?"
)
#: 10~12時, 13:30~15:00: the first 時 may be missing if the second is there.
_SHORT_TIME = re.compile(
    rf"{_TIME_GAP}(?P<half>午前|午後)?{_GAP}(?P<hour>\d{{1,2}}){_GAP}(?:~|-){_GAP}"
    rf"{_CLOCK.format('b', _GAP)}(?!間)"
)


@dataclass(frozen=True, slots=True)
class _Point:
    """One end of a date as written: any part may be missing."""

    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    fiscal: bool = False
    relative: bool = False
    resolved: bool = True
    """False for a relative word that nothing tells the meaning of."""


def find_dates(text: str, base: date | None = None, above: DateMention | None = None) -> tuple[DateMention, ...]:
    """All dates that ``text`` names, in order, none overlapping.

    Args:
        text: any text, as written.
        base: the day it was published; without it, 昨年 and a month alone mean nothing and are left out.
        above: what was named before the text begins, as the 7月の行事 in its heading: 13日（土） refers to it.

    """
    folded = fold(text.translate(_ENCLOSED))
    return tuple(_unfolded(mention, folded.span) for mention in _Scanner(folded.key, base, above).mentions())


def _unfolded(mention: DateMention, span: object) -> DateMention:
    start, end = span(mention.start, mention.end)  # type: ignore[operator]
    return replace(mention, start=start, end=end)


class _Scanner:
    """One pass over one folded text. What has been found so far tells what the next incomplete date refers to."""

    def __init__(self, key: str, base: date | None, above: DateMention | None) -> None:
        self._key = key
        self._base = base
        self._before = above

    def mentions(self) -> Iterator[DateMention]:
        position = 0
        while start := _START.search(self._key, position):
            mention = self._mention(start.start())
            if mention is None:
                position = self._after_number(start.start())
                continue
            yield mention
            self._before = mention
            position = mention.end
            for further in self._listed(mention):
                yield further
                self._before = further
                position = further.end

    def _after_number(self, position: int) -> int:
        """Where to look on: never inside of a number, whose tail could look like a date."""
        while position < len(self._key) and self._key[position].isdecimal():
            position += 1
            if position == len(self._key) or not self._key[position].isdecimal():
                return position
        return position + 1

    # ---------------------------------------------------------------------------------------------- points

    def _mention(self, start: int) -> DateMention | None:
        if self._glued(start):
            return None
        first = self._point(start)
        if first is None:
            return self._entry(start)
        if not first.resolved:
            return None
        covered = self._resolve(first, None)
        if covered is None:
            return None
        begin, end, precision = covered
        position, weekday = self._weekday(first.end, begin if precision == "day" else None)
        mention = DateMention(start, position, begin, end, precision, weekday_ok=weekday, relative=first.relative)
        mention = self._refit(mention, first)
        return self._with_range(mention, first) or self._with_time(mention)

    def _entry(self, start: int) -> DateMention | None:
        """A day of a calendar, at the beginning of a line; the weekday must show that the month is the right one."""
        found = _DAY_ALONE.match(self._key, start)
        if found is None or self._before is None or self._before.precision not in {"day", "month"}:
            return None
        point = self._read_day(found) if _LINE_BEGINS.search(self._key, 0, start) else None
        covered = self._resolve(point, self._before) if point else None
        if point is None or covered is None:
            return None
        position, weekday = self._weekday(point.end, covered[0])
        if not weekday:
            return None
        entry = DateMention(start, position, covered[0], covered[1], "day", weekday_ok=True, relative=True)
        return self._with_time(entry)

    def _glued(self, start: int) -> bool:
        if start == 0:
            return False
        before = self._key[start - 1]
        if before.isascii() and before.isalnum() and self._key[start].isascii():
            return True
        if before in "./:-" and start > 1 and self._key[start - 2].isdecimal():
            return True
        return self._key[start] in _KANJI + "十" and _KANJI_BEFORE.match(before) is not None

    def _point(self, start: int) -> _Point | None:
        for pattern in _POINTS:
            if found := pattern.match(self._key, start):
                point = self._read(found)
                if point is not None:
                    return point
        return None

    def _read(self, found: re.Match[str]) -> _Point | None:
        parts = found.groupdict()
        month, day = _value(parts.get("month")), _value(parts.get("day") or parts.get("day_alone"))
        if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 31):
            return None
        if parts.get("relative"):
            return self._relative(parts["relative"], month, day, found.end())
        year = _year(parts)
        if year is None and (parts.get("era") or parts.get("short") or parts.get("western")):
            return None
        fiscal = bool(parts.get("fiscal"))
        if fiscal and month is not None and year is not None:
            year += month < 4  # 令和3年度の2月 is February 2022
        return _Point(found.end(), year, month, day, fiscal and month is None)

    def _relative(self, word: str, month: int | None, day: int | None, end: int) -> _Point | None:
        fiscal = word.endswith("度")
        stem = word.removesuffix("度")
        refers_back = stem in {"同年", "翌年", "前年", "同月", "翌月"} and self._before is not None
        anchor = self._before.first if refers_back and self._before else self._base
        if anchor is None or (stem in {"同年", "同月"} and not refers_back):
            return _Point(end, relative=True, resolved=False)
        if stem.endswith("月"):
            shift = {"先月": -1, "来月": 1, "翌月": 1}.get(stem, 0)
            index = anchor.year * 12 + anchor.month - 1 + shift
            return _Point(end, index // 12, index % 12 + 1, day, relative=True)
        if day is not None and month is None:
            return None
        shift = {"一昨年": -2, "昨年": -1, "去年": -1, "前年": -1, "来年": 1, "翌年": 1, "再来年": 2}.get(stem, 0)
        year = anchor.year - (fiscal and anchor.month < 4) + shift
        if fiscal and month is not None:
            year += month < 4
        return _Point(end, year, month, day, fiscal and month is None, relative=True)

    # ------------------------------------------------------------------------------------------ what it means

    def _resolve(self, point: _Point, previous: DateMention | None) -> tuple[date, date, Precision] | None:
        year, month = point.year, point.month
        if month is None and point.day is not None and previous is not None:
            year, month = previous.first.year, previous.first.month
        if year is None and month is not None:
            year = self._likely_year(month, point.day or 1, previous)
        if year is None or not 1 <= year <= 9998:
            return None
        try:
            if point.fiscal:
                return date(year, 4, 1), date(year + 1, 3, 31), "fiscal"
            if month is None:
                return date(year, 1, 1), date(year, 12, 31), "year"
            if point.day is None:
                return date(year, month, 1), last_day(year, month), "month"
            day = date(year, month, point.day)
        except ValueError:
            return None
        return day, day, "day"

    def _likely_year(self, month: int, day: int, previous: DateMention | None) -> int | None:
        """The year that puts a month and day nearest to what the text speaks of."""
        if previous is not None:  # the end of a range comes after its beginning
            return previous.first.year + ((month, day) < (previous.first.month, previous.first.day))
        anchor = self._base or (self._before.first if self._before else None)
        if anchor is None:
            return None
        candidates = [
            date(year, month, min(day, 28))
            for year in (anchor.year, anchor.year + 1, anchor.year - 1)
            if 1 <= year <= 9998
        ]
        return min(candidates, key=lambda candidate: abs(candidate - anchor)).year

    def _weekday(self, position: int, day: date | None) -> tuple[int, bool | None]:
        found = _WEEKDAY.match(self._key, position)
        if day is None or not found:
            return position, None
        written = found["weekday"] or found["named"]
        return found.end(), WEEKDAYS[day.weekday()] == written

    def _refit(self, mention: DateMention, point: _Point) -> DateMention:
        """A year that was guessed gives way to one in which the written weekday is right."""
        if point.year is not None or mention.weekday_ok is not False:
            return replace(mention, relative=mention.relative or point.year is None, yearless=point.year is None)
        written = _WEEKDAY.match(self._key, point.end)
        assert written is not None  # noqa: S101 - weekday_ok is False: one is written
        for shift in (1, -1):
            other = _moved(mention.first, shift)
            if other and WEEKDAYS[other.weekday()] == (written["weekday"] or written["named"]):
                return replace(mention, first=other, last=other, weekday_ok=True, relative=True, yearless=True)
        return replace(mention, relative=True, yearless=True)

    # ------------------------------------------------------------------------------------ ranges, lists, times

    def _with_range(self, mention: DateMention, first: _Point) -> DateMention | None:
        joined = _JOIN.match(self._key, mention.end)
        if not joined:
            return None
        place = joined.end()
        found = _DAY_ALONE.match(self._key, place) if mention.precision == "day" else None
        second = self._read_day(found) if found else self._point(place)
        if second is None or not second.resolved:
            return None
        if (
            second.year is None
            and first.year is None
            and first.month is not None
            and second.month is None
            and not second.day
        ):
            return None
        covered = self._resolve(second, mention)
        if covered is None or covered[2] != mention.precision or covered[1] < mention.first:
            return None
        position, weekday = self._weekday(second.end, covered[0] if covered[2] == "day" else None)
        agreed = mention.weekday_ok if weekday is None else weekday and mention.weekday_ok is not False
        return self._with_time(replace(mention, end=position, last=covered[1], weekday_ok=agreed))

    def _read_day(self, found: re.Match[str]) -> _Point | None:
        day = _value(found["day"])
        return _Point(found.end(), day=day) if day and 1 <= day <= 31 else None

    def _listed(self, mention: DateMention) -> Iterator[DateMention]:
        """10月8日(金)・9日(土): further days of the same month."""
        while mention.precision == "day" and (mark := _LIST.match(self._key, mention.end)):
            found = _DAY_ALONE.match(self._key, mark.end())
            point = self._read_day(found) if found else None
            covered = self._resolve(point, mention) if point else None
            if not found or point is None or covered is None:
                return
            position, weekday = self._weekday(point.end, covered[0])
            further = DateMention(
                found.start(), position, covered[0], covered[1], "day", weekday_ok=weekday, relative=True
            )
            mention = self._with_time(further)
            yield mention

    def _with_time(self, mention: DateMention) -> DateMention:
        if mention.precision != "day":
            return mention
        if found := _SHORT_TIME.match(self._key, mention.end):
            begin = _time(found["half"], found["hour"], None)
            end = _time(found["bhalf"], found["bhour"], _minutes(found, "b"), begin, found["half"])
        elif found := _TIME.match(self._key, mention.end):
            begin = _time(found["ahalf"], found["ahour"], _minutes(found, "a"))
            end = _time(found["bhalf"], found["bhour"], _minutes(found, "b"), begin, found["ahalf"])
        else:
            return mention
        if begin is None or (found["bhour"] and end is None):
            return mention
        return replace(mention, end=found.end(), start_time=begin, end_time=end)


def _year(parts: dict[str, str | None]) -> int | None:
    """The Gregorian year of what is written, if it makes sense."""
    if parts.get("western"):
        written = parts["western"] or ""
        return int("".join(_digit(character) for character in written))
    era = parts.get("era") or _ERA_ABBREVIATED.get(parts.get("short") or "")
    number = parts.get("era_year") or parts.get("short_year")
    if not era or not number:
        return None
    value = 1 if number == "元" else _value(number)
    if value is None or not 1 <= value <= _ERA_YEARS[era]:
        return None
    return _ERA_START[era] + value - 1


def _value(written: str | None) -> int | None:
    """12, 十二, 二十一 and 二一 as numbers."""
    if not written:
        return None
    if written.isdecimal():
        return int(written)
    tens, ten, ones = written.rpartition("十")
    if not ten:
        return int("".join(_digit(character) for character in written))
    if len(tens) > 1 or len(ones) > 1 or "十" in tens:
        return None
    return (int(_digit(tens)) if tens else 1) * 10 + (int(_digit(ones)) if ones else 0)


def _digit(character: str) -> str:
    return character if character.isdecimal() else str(max(_KANJI.index(character) - 1, 0))


def _minutes(found: re.Match[str], prefix: str) -> str | None:
    return "30" if found[f"{prefix}thirty"] else found[f"{prefix}minute"] or found[f"{prefix}colon"]


def _time(
    half: str | None, hour: str | None, minute: str | None, begin: time | None = None, begin_half: str | None = None
) -> time | None:
    """A time of day; 午後 goes on for the end of a range (午後1時30分～3時)."""
    if hour is None:
        return None
    value = int(hour)
    afternoon = half in {"午後", "pm"} or (half is None and begin_half in {"午後", "pm"})
    if afternoon and value < 12:
        value += 12
    if value == 24:  # 24時 is the end of the day; datetime has no such time
        value = 0
    try:
        moment = time(value, int(minute or 0))
    except ValueError:
        return None
    return moment if begin is None or moment > begin or value == 0 else None


def _moved(day: date, years: int) -> date | None:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return None
