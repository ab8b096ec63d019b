"""The timeline; which years and types are shown stands in its address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, render_template, request

from kb import Document, Section, View
from kb.web import current_library, open_to_all

blueprint = Blueprint("timeline", __name__, url_prefix="/timeline", template_folder="templates", static_folder="static")

#: Documents on one page: two years and a half of a monthly newsletter.
PER_PAGE = 30

#: Articles below one document; the others are in its own list.
MOST = 6

UNDATED = "none"
"""Stands for the year of documents without a date."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A year or type to choose, and how many documents there are with it and the other choice."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Line:
    """A document on the timeline."""

    document: Document
    articles: Sequence[Section]
    """Its main articles."""
    more: int
    """How many there are besides."""

    @property
    def year(self) -> str:
        """The year of the document."""
        return year_of(self.document)


@blueprint.get("/")
@open_to_all
def index() -> str:
    """Documents newest first, of one year and type or of all."""
    library = current_library()
    everything = library.documents()
    year, kind = request.args.get("year", ""), request.args.get("type", "")
    year = year if year in map(year_of, everything) else ""
    kind = kind if kind in {document.type for document in everything} else ""
    of_year = [document for document in everything if year in ("", year_of(document))]
    of_kind = [document for document in everything if kind in ("", document.type)]
    found = [document for document in of_year if kind in ("", document.type)]
    pages = max(-(-len(found) // PER_PAGE), 1)
    page = min(_number(request.args.get("page", "")), pages)
    lines = [line(document) for document in found[(page - 1) * PER_PAGE : page * PER_PAGE]]
    return render_template(
        "kb_timeline/timeline.html",
        lines=lines,
        groups=[(name, list(group)) for name, group in groupby(lines, key=lambda one: one.year)],
        total=len(found),
        years=_choices(year_of(document) for document in of_kind)[::-1],
        types=_choices(document.type for document in of_year),
        chosen={name: value for name, value in (("year", year), ("type", kind)) if value},
        page=page,
        pages=pages,
    )


def line(document: Document) -> Line:
    """A document with its main articles: those of the first level but the masthead."""
    outline = current_library().outline(document.id)
    articles = [one for one in outline if one.level == 1 and one.kind == "article" and one.label != document.title]
    return Line(document, articles[:MOST], max(len(articles) - MOST, 0))


def year_of(document: Document) -> str:
    """The year that a document stands under."""
    return str(document.date.year) if document.date else UNDATED


def _choices(values: Iterable[str]) -> list[Choice]:
    kinds = current_library().content_types
    labels = {name: kind.label for name, kind in kinds.items()}
    return [Choice(value, labels.get(value, value), count) for value, count in sorted(Counter(values).items())]


def _number(text: str) -> int:
    """A page number; 1 for whatever is none."""
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1


VIEW = View("年表", blueprint, order=50)
