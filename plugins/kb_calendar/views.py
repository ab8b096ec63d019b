"""カレンダー: the events of a month, and all of them as a feed for other calendars."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import Blueprint, Response, render_template, request, url_for

from kb import Mention, View
from kb.web import current_library, open_to_all
from kb_calendar.event import Event, When, events, month_after, month_before, parse
from kb_calendar.ics import calendar as icalendar

blueprint = Blueprint(
    "calendar", __name__, template_folder="templates", static_folder="static", static_url_path="/calendar/static"
)

KINDS = ("event", "deadline")
"""The kinds of the annotations."""

#: Ahead of UTC: what day it is in Japan.
_JAPAN = timedelta(hours=9)

#: Years before and after which nothing is offered: an error in a document is no reason to page through centuries.
_FIRST, _LAST = 1900, 2199

WEEKDAYS = "日月火水木金土"


@dataclass(frozen=True, slots=True)
class Day:
    """A cell of the month."""

    day: date
    inside: bool
    """Whether it is of the month that is shown."""
    events: Sequence[Event]


@blueprint.get("/calendar/")
@open_to_all
def index() -> str:
    """One month: as a table, and as a list of its events with their articles."""
    today = (datetime.now(UTC) + _JAPAN).date()
    spans = _spans()
    month = _month(request.args.get("month", "")) or _usual(spans, today)
    found = _of_month(month, spans)
    weeks = _weeks(month, found)
    months = {when.first.replace(day=1) for when in spans}
    return render_template(
        "kb_calendar/month.html",
        month=month,
        today=today,
        weeks=weeks,
        weekdays=WEEKDAYS,
        events=found,
        before=month_before(month) if month > date(_FIRST, 1, 1) else None,
        after=month_after(month) if month < date(_LAST, 12, 1) else None,
        earlier=max((one for one in months if one < month), default=None),
        later=min((one for one in months if one > month), default=None),
    )


@blueprint.get("/calendar.ics")
@open_to_all
def feed() -> Response:
    """All events that may be read, for subscriptions: without a session, those of public documents."""
    found = events(mention for kind in KINDS for mention in current_library().mentions(kind))
    text = icalendar(found, _address, "社協ナレッジベース")
    response = Response(text, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    return response


def _address(mention: Mention) -> str:
    return url_for("reading.section", section=mention.section.id, _external=True)


def _spans() -> list[When]:
    """When there is anything."""
    found = (parse(value) for kind in KINDS for value in current_library().values(kind))
    return [when for when in found if when is not None]


def _of_month(month: date, spans: Sequence[When]) -> list[Event]:
    """The events of a month; those that began before it and last into it too."""
    end = month_after(month)
    began = min((when.first for when in spans if when.first < end and when.last >= month), default=month)
    library = current_library()
    told = (mention for kind in KINDS for mention in library.mentions(kind, began.isoformat(), end.isoformat()))
    return [event for event in events(told) if event.when.first < end and event.when.last >= month]


def _weeks(month: date, found: Sequence[Event]) -> list[list[Day]]:
    weeks = calendar.Calendar(firstweekday=calendar.SUNDAY).monthdatescalendar(month.year, month.month)
    return [
        [Day(day, day.month == month.month, [event for event in found if event.when.covers(day)]) for day in week]
        for week in weeks
    ]


def _usual(spans: Sequence[When], today: date) -> date:
    """This month; where there is nothing from now on, the last one with something."""
    if not spans or any(when.last >= today.replace(day=1) for when in spans):
        return today.replace(day=1)
    return max(when.first for when in spans).replace(day=1)


def _month(text: str) -> date | None:
    """The month of an address (2022-02); None for whatever is none."""
    try:
        month = date.fromisoformat(f"{text}-01") if len(text) == len("2022-02") else None
    except ValueError:
        return None
    return month if month and _FIRST <= month.year <= _LAST else None


VIEW = View("カレンダー", blueprint, order=20)
