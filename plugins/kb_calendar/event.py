"""An event as the calendar shows it: when, what, where, and which articles tell of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from kb import Mention, search_key
from kb_calendar.find import HELD, first_row

_VENUE = re.compile(
    r"(?:会[ \u3000]*場|場[ \u3000]*所|と[ \u3000]*こ[ \u3000]*ろ)[】\]〕]?[ \u3000]*[:：／][ \u3000]*([^\n]{1,60})"
)
_NAME_COLUMN = re.compile(r"行事|事業名|名称|催し|活動|講座|研修|イベント|会議|内容|項目|テーマ")
_PLACE_COLUMN = re.compile(r"会場|場所|ところ|開催地")
_NAMED = re.compile(r"(?:名称|行事名|事業名|講座名|研修名|催し|演題)[ \u3000]*[:：][ \u3000]*([^\n]{2,60})")
_LABELLED = re.compile(r"[^\s:：]{1,10}[ \u3000]*[:：]")
_GENERAL = re.compile(
    r"(?:お知らせ|ご?案内|予定|行事予定|今後の予定|これからの予定|募集|日時|日程|その他|.月の(?:行事|予定))\Z"
)
_NUMBER = re.compile(r"\A[（(]?[0-9０-９①-⑳]{1,2}[）).．][ \u3000]*(?=.)")
_MARKS = " \u3000・※●○◎■□★☆◆◇▼▽♪"

#: Where a venue may stand after its date, in characters: after the time, the fee and who may come.
_NEAR = 200

_LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class When:
    """The days and times of an event, both ends included."""

    first: date
    last: date
    start: time | None = None
    """None: all day."""
    end: time | None = None

    @property
    def days(self) -> int:
        """How many days it covers."""
        return (self.last - self.first).days + 1

    def covers(self, day: date) -> bool:
        """Whether it takes place on a day."""
        return self.first <= day <= self.last

    @property
    def clock(self) -> str:
        """The times as people write them: 10:00～12:00; empty for all day."""
        if self.start is None:
            return ""
        return f"{self.start:%H:%M}～{self.end:%H:%M}" if self.end else f"{self.start:%H:%M}～"


@dataclass(frozen=True, slots=True)
class Event:
    """One event; several articles may tell of it."""

    when: When
    title: str
    place: str
    is_deadline: bool
    mentions: Sequence[Mention]

    @property
    def value(self) -> str:
        """When, as the annotations have it."""
        return self.mentions[0].annotation.value

    @property
    def label(self) -> str:
        """The title as the calendar shows it."""
        return f"締切：{self.title}" if self.is_deadline else self.title


def parse(value: str) -> When | None:
    """The days and times of an annotation's value; None if it is none that we gave."""
    begin, _, finish = value.partition("/")
    try:
        first, start = _point(begin)
        last, end = _point(finish) if finish else (first, None)
    except ValueError:
        return None
    if first > last or (first == last and start and end and end <= start):
        return When(first, max(first, last), start)
    return When(first, last, start, end)


def _point(text: str) -> tuple[date, time | None]:
    day, _, clock = text.partition("T")
    return date.fromisoformat(day), time.fromisoformat(clock) if clock else None


def events(mentions: Iterable[Mention]) -> list[Event]:
    """The events in order of time; what several articles tell alike is one."""
    groups: dict[tuple[str, str, str], list[Mention]] = {}
    titles: dict[str, str] = {}
    for mention in mentions:
        name, annotation = title(mention), mention.annotation
        key = search_key(name)
        titles.setdefault(key, name)
        groups.setdefault((annotation.kind, annotation.value, key), []).append(mention)
    found = []
    for (kind, value, key), told in groups.items():
        when = parse(value)
        if when is not None:
            place = next((place for mention in told if (place := venue(mention))), "")
            found.append(Event(when, titles[key], place, kind == "deadline", told))
    return sorted(found, key=_order)


def _order(event: Event) -> tuple[date, time, str]:
    return event.when.first, event.when.start or time.min, event.title


def title(mention: Mention) -> str:
    """What the event is called: by its row, by a line above it, or by the heading."""
    return _shortened(_NUMBER.sub("", _title(mention).strip(_MARKS), count=1)) or mention.document.title


def _title(mention: Mention) -> str:
    section, annotation = mention.section, mention.annotation
    if annotation.where == "heading":
        rest = section.heading[: annotation.start] + section.heading[annotation.end :]
        return re.sub(r"[（(〔\[][ \u3000]*[）)〕\]]", "", rest)
    cell = _cell(section.text, annotation.start, _NAME_COLUMN, first=True)
    return cell or _line_above(section.text, annotation.start) or _heading(mention)


def _heading(mention: Mention) -> str:
    """The heading; one that fits everything (お知らせ) only where the sentence names nothing."""
    section = mention.section
    if not _GENERAL.search(section.heading):
        return section.heading
    quoted = re.search(rf"「([^「」\n]{{2,40}})」|([^\s、。（）()「」]{{0,20}}{HELD})", mention.evidence)
    parent = section.path[-2] if len(section.path) > 1 else ""
    return (quoted[1] or quoted[2] if quoted else "") or parent or section.heading


def _line_above(text: str, start: int) -> str:
    """A short line that names something held, above the labelled lines that the date is one of."""
    lines = text[: text.rfind("\n", 0, start) + 1].split("\n")[:-1]
    if named := _NAMED.search("\n".join(lines[-4:])):
        return named[1]
    for line in reversed(lines[-4:]):
        plain = line.strip(_MARKS)
        if _LABELLED.match(plain):
            continue
        return plain if len(plain) <= 40 and "。" not in plain and re.search(HELD, plain) else ""
    return ""


def _cell(text: str, start: int, column: re.Pattern[str], *, first: bool = False) -> str:
    """The cell of the date's row that stands under a column; else the first one without the date, if asked for."""
    begin = text.rfind("\n", 0, start) + 1
    end = text.find("\n", start)
    row = text[begin : len(text) if end < 0 else end]
    if "\t" not in row:
        return ""
    cells, heads = row.split("\t"), first_row(text, begin).split("\t")
    own = text.count("\t", begin, start)
    under = (cell for n, (cell, head) in enumerate(zip(cells, heads, strict=False)) if n != own and column.search(head))
    others = (cell for n, cell in enumerate(cells) if n != own and cell.strip())
    return next(under, "").strip() or (next(others, "").strip() if first else "")


def venue(mention: Mention) -> str:
    """Where it takes place; empty if that is not said near by."""
    if mention.annotation.where == "heading":
        return ""
    text, end = mention.section.text, mention.annotation.end
    if cell := _cell(text, mention.annotation.start, _PLACE_COLUMN):
        return cell
    near = text[end : end + _NEAR]
    following = re.search(r"日[ \u3000]*時[ \u3000]*[:：]", near)
    found = _VENUE.search(near[: following.start()] if following else near)
    return _shortened(found[1].strip()) if found else ""


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_TITLE else text[: _LONGEST_TITLE - 1] + "…"


def month_after(month: date) -> date:
    """The first day of the next month."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def month_before(month: date) -> date:
    """The first day of the month before."""
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)
