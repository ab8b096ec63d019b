"""カレンダー: which of the dates in the texts are events and deadlines, by month and as a feed (iCalendar)."""

from __future__ import annotations

from collections.abc import Iterator

from kb import Annotation, Document, Kind, Section, View, hookimpl
from kb_calendar.find import find_events
from kb_calendar.views import VIEW


@hookimpl
def kb_kinds() -> list[Kind]:
    """Events and deadlines: values are days, times and intervals in ISO 8601."""
    return [Kind("event", "行事の日時"), Kind("deadline", "締切")]


@hookimpl
def kb_annotate(section: Section, document: Document) -> Iterator[Annotation]:
    """The dates of events and deadlines; incomplete ones are resolved from the document's date."""
    for found in find_events(section.heading, section.path[:-1], section.text, document.date):
        mention = found.mention
        yield Annotation(found.kind, found.value, mention.label, mention.start, mention.end, found.where)


@hookimpl
def kb_views() -> list[View]:
    """The calendar."""
    return [VIEW]
