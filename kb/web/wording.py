"""How values are written on the pages: filters for templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from kb.model import OPERATOR, Document, Span, View
from kb.text.dates import both_calendars
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


def marked(spans: tuple[Span, ...]) -> Markup:
    """Spans as HTML: whatever they hold is escaped, the marks alone are ours."""
    parts = ((f"<mark>{escape(span.text)}</mark>" if span.marked else escape(span.text)) for span in spans)
    return Markup("".join(parts))  # noqa: S704 - each part is escaped


def day(document: Document) -> Markup:
    """The day of a document in both calendars, for people and for programs."""
    return _day(document.date)


@lru_cache(maxsize=8192)
def _day(at: date | None) -> Markup:
    if at is None:
        return Markup("日付なし")
    return Markup(f'<time datetime="{at.isoformat()}">{both_calendars(at)}</time>')  # noqa: S704 - numbers and an era


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


def person(name: str) -> str:
    """Who did something, as people know them."""
    return "サーバーの管理用コマンド" if name == OPERATOR.name else name


FILTERS: Mapping[str, Callable[..., Any]] = {
    "both_calendars": both_calendars,
    "day": day,
    "device": device,
    "endpoint": endpoint,
    "marked": marked,
    "moment": moment,
    "particulars": particulars,
    "person": person,
    "seconds": seconds,
    "type_label": type_label,
}
"""The filters that every template has, those of plugins included."""
