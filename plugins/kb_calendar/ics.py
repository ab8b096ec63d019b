"""The calendar as iCalendar (RFC 5545), for the calendars people have on their phones and desks."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta

from kb import Mention, search_key
from kb_calendar.event import Event

#: Octets of a line at most (RFC 5545, 3.1).
_LONGEST_LINE = 75

#: There has been no summer time in Japan since 1951.
_ZONE = (
    *("BEGIN:VTIMEZONE", "TZID:Asia/Tokyo", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0900"),
    *("TZOFFSETTO:+0900", "TZNAME:JST", "END:STANDARD", "END:VTIMEZONE"),
)


def calendar(events: Iterable[Event], address: Callable[[Mention], str], name: str) -> str:
    """The file.

    Args:
        events: what is in it.
        address: the address of the article that tells of an event.
        name: what the calendar is called.

    """
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//kb//kb_calendar//JA", "CALSCALE:GREGORIAN"),
        *(f"X-WR-CALNAME:{_text(name)}", "X-WR-TIMEZONE:Asia/Tokyo", "REFRESH-INTERVAL;VALUE=DURATION:PT12H"),
        *_ZONE,
        *(line for event in events for line in _event(event, address)),
        "END:VCALENDAR",
    ]
    return "".join(folded(line) for line in lines)


def _event(event: Event, address: Callable[[Mention], str]) -> Iterator[str]:
    mention = event.mentions[0]
    yield "BEGIN:VEVENT"
    yield f"UID:{uid(event)}"
    yield f"DTSTAMP:{_stamp(event)}"
    yield from _when(event)
    yield f"SUMMARY:{_text(event.label)}"
    if event.place:
        yield f"LOCATION:{_text(event.place)}"
    described = "\n".join((mention.evidence, mention.document.title, address(mention)))
    yield f"DESCRIPTION:{_text(described)}"
    yield f"URL:{address(mention)}"
    yield f"CATEGORIES:{'締切' if event.is_deadline else '行事'}"
    yield "END:VEVENT"


def _when(event: Event) -> Iterator[str]:
    when = event.when
    if when.start is None:
        yield f"DTSTART;VALUE=DATE:{when.first:%Y%m%d}"
        # The day after the last: the end is not a part of it (3.6.1).
        yield f"DTEND;VALUE=DATE:{when.last + timedelta(days=1):%Y%m%d}"
        yield "TRANSP:TRANSPARENT"
        return
    yield f"DTSTART;TZID=Asia/Tokyo:{_moment(when.first, when.start)}"
    if when.end is not None:
        yield f"DTEND;TZID=Asia/Tokyo:{_moment(when.last, when.end)}"


def _moment(day: date, clock: time) -> str:
    return f"{datetime.combine(day, clock):%Y%m%dT%H%M%S}"


def uid(event: Event) -> str:
    """The same whenever the same event is told of, whatever is read again in between."""
    told = "\n".join((event.value, str(event.is_deadline), search_key(event.title)))
    return f"{hashlib.sha256(told.encode(errors='replace')).hexdigest()[:32]}@kb-calendar"


def _stamp(event: Event) -> str:
    """When what is known of it was last changed (3.8.7.2): the date of the newest document that tells of it."""
    days = [mention.document.date for mention in event.mentions if mention.document.date]
    return f"{max(days):%Y%m%d}T000000Z" if days else "19700101T000000Z"


def _text(text: str) -> str:
    """A text value (3.3.11): what has a meaning in the format is escaped, what may not be in it left out."""
    kept = "".join(c for c in text.replace("\r\n", "\n") if c == "\n" or unicodedata.category(c) not in {"Cc", "Cs"})
    return kept.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> str:
    """A line with its end; what is too long goes on in further lines, no character torn apart (3.1)."""
    data = line.encode()
    parts, start, room = [], 0, _LONGEST_LINE
    while len(data) - start > room:
        end = start + room
        while data[end] & 0xC0 == 0x80:  # inside a character
            end -= 1
        parts.append(data[start:end])
        start, room = end, _LONGEST_LINE - 1
    return b"\r\n ".join([*parts, data[start:]]).decode() + "\r\n"
