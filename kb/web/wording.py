"""How values are written on the pages: filters for templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from markupsafe import Markup, escape

from kb.model import Document, Span, View
from kb.text.dates import era_date
from kb.web.site import current_library

#: Ahead of UTC. The people who use this are in Japan, where the server may well keep another time.
JAPAN = timedelta(hours=9)


def moment(at: datetime | None) -> str:
    """2026年11月24日 09:05, in Japan; of a time in UTC."""
    if at is None:
        return ""
    there = at + JAPAN
    return f"{there.year}年{there.month}月{there.day}日 {there.hour:02}:{there.minute:02}"


#: How browsers and systems call themselves; the first that is there: most call themselves by several names.
_BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad")),
    *(("Windows", "Windows"), ("Mac OS", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux")),
)


def device(agent: str) -> str:
    """Chrome（Windows）, of what a browser calls itself."""
    browser = next((label for sign, label in _BROWSERS if sign in agent), "不明なブラウザー")
    system = next((label for sign, label in _SYSTEMS if sign in agent), "不明な端末")
    return f"{browser}（{system}）"


def endpoint(view: View) -> str:
    """What the navigation links to."""
    return view.endpoint or f"{view.blueprint.name}.index"


def both_calendars(day: date) -> str:
    """2022年2月1日（令和4年）; before 明治 there is no era to give."""
    era = era_date(day).split("年")[0]
    western = f"{day.year}年{day.month}月{day.day}日"
    return western if era.startswith("西暦") else f"{western}（{era}年）"


def marked(spans: tuple[Span, ...]) -> Markup:
    """Spans as HTML: whatever they hold is escaped, the marks alone are ours."""
    template = Markup("<mark>{}</mark>")
    return Markup("").join(template.format(span.text) if span.marked else escape(span.text) for span in spans)


def type_label(document: Document) -> str:
    """The name of the document's type; its bare name if the plugin that brought it is gone."""
    kind = current_library().content_types.get(document.type)
    return kind.label if kind else document.type


def particulars(document: Document) -> list[tuple[str, str]]:
    """The fields that its type gives a document, with their labels: 号, 発行者."""
    kind = current_library().content_types.get(document.type)
    fields = kind.fields if kind else ()
    return [(field.label, "、".join(document.values(field.name))) for field in fields if document.values(field.name)]


def seconds(milliseconds: float) -> str:
    """A time that people can take in: 0.03秒, and 0.01秒未満 for anything shorter."""
    return f"{milliseconds / 1000:.2f}秒" if milliseconds >= 10 else "0.01秒未満"


FILTERS: Mapping[str, Callable[..., Any]] = {
    "both_calendars": both_calendars,
    "device": device,
    "endpoint": endpoint,
    "marked": marked,
    "moment": moment,
    "particulars": particulars,
    "seconds": seconds,
    "type_label": type_label,
}
"""The filters that every template has, those of plugins included."""
