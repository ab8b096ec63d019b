"""ニュースレター: the issues, newest first, each with its articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request

from kb import Document, Section, View
from kb.web import current_library

blueprint = Blueprint("newsletters", __name__, url_prefix="/newsletters", template_folder="templates")

#: Issues on one page: a year of a monthly newsletter.
PER_PAGE = 12


@dataclass(frozen=True, slots=True)
class Issue:
    """One number of a newsletter with its articles."""

    document: Document
    articles: Sequence[Section]

    @property
    def year(self) -> int:
        """The year it came out; 0 if nobody knows."""
        return self.document.date.year if self.document.date else 0


@blueprint.get("/")
def index() -> str:
    """The issues of all newsletters, or of those with one publisher."""
    library = current_library()
    everything = library.documents("newsletter")
    publishers = sorted({document.fields.get("publisher", "") for document in everything} - {""})
    chosen = request.args.get("publisher", "")
    found = [d for d in everything if chosen not in publishers or d.fields.get("publisher") == chosen]
    pages = max(-(-len(found) // PER_PAGE), 1)
    page = min(_number(request.args.get("page", "")), pages)
    issues = [
        Issue(document, [section for section in library.outline(document.id) if is_article(section, document)])
        for document in found[(page - 1) * PER_PAGE : page * PER_PAGE]
    ]
    return render_template(
        "kb_newsletters/issues.html",
        issues=issues,
        total=len(found),
        publishers=publishers,
        chosen=chosen if chosen in publishers else "",
        page=page,
        pages=pages,
    )


def is_article(section: Section, document: Document) -> bool:
    """Whether it is worth a line in the list: not a part of an article, and not the masthead."""
    return section.level == 1 and section.label != document.title


def _number(text: str) -> int:
    """A page number; 1 for whatever is none."""
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1


VIEW = View("ニュースレター", blueprint, order=10)
