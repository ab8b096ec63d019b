"""Dates: annotates every date that a section names, and lists them beside the article.

The values are ISO 8601, so that a date typed in any form finds the others.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import render_template, url_for
from markupsafe import Markup

from kb import Annotation, Document, Kind, Panel, PanelPlace, Section, find_dates, hookimpl
from kb.web import current_library

MOST = 12
"""Dates shown beside one article; a long table of events would push everything else off the screen."""


@hookimpl
def kb_kinds() -> list[Kind]:
    """Dates: found by their form, and so many that nobody is asked about each."""
    return [Kind("date", "日付", judged=False)]


@hookimpl
def kb_annotate(section: Section, document: Document) -> Iterator[Annotation]:
    """The dates in heading and text; incomplete ones are resolved from the document's date."""
    above = None
    for mention in find_dates(section.heading, document.date):
        above = mention
        yield Annotation("date", mention.iso, mention.label, mention.start, mention.end, "heading")
    for mention in find_dates(section.text, document.date, above):
        yield Annotation("date", mention.iso, mention.label, mention.start, mention.end)


def dates_of(section: Section) -> Markup | str:
    """The dates of a section, each a search for the articles that name it too."""
    found = current_library().annotations([section]).get(section.id, ())
    labels = dict.fromkeys(
        annotation.label for annotation in sorted(found, key=lambda a: a.value) if a_date(annotation)
    )
    links = [(label, url_for("search.search", q=query_of(label))) for label in list(labels)[:MOST]]
    return Markup(render_template("kb_dates/panel.html", links=links)) if links else ""  # noqa: S704 - an escaping template


def a_date(annotation: Annotation) -> bool:
    """Whether the annotation is one of ours."""
    return annotation.kind == "date"


def query_of(label: str) -> str:
    """What to type to find the same date: 令和4年3月23日（水） 10時～12時 without the weekday and the times."""
    return label.split("（", maxsplit=1)[0].split(" ", maxsplit=1)[0]


@hookimpl
def kb_panels(place: PanelPlace) -> list[Panel]:
    """「この記事の日付」 beside an article."""
    return [Panel("この記事の日付", dates_of)] if place == "reading" else []
