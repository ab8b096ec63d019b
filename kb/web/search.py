"""``/search``: the articles that answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, render_template

from kb.model import And, Filter, Node, Or, Page, Phrase, Prefix, Term
from kb.web.access import open_to_all
from kb.web.asking import SORTS, Asked, asked, current_facets
from kb.web.site import current_library, current_site

blueprint = Blueprint("search", __name__)

#: Single words offered, each with its count, where all of them together find nothing.
MOST_WORDS = 6

#: Values of a facet shown at once; the others fold out.
MOST_CHOICES = 8

#: Pages linked on either side of the present one.
AROUND = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet."""

    filter: Filter
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A field to narrow by, with the values that there are."""

    label: str
    choices: tuple[Choice, ...]

    @property
    def shown(self) -> tuple[Choice, ...]:
        """The first values."""
        return self.choices[:MOST_CHOICES]

    @property
    def folded(self) -> tuple[Choice, ...]:
        """The others."""
        return self.choices[MOST_CHOICES:]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another query, and how many articles it finds."""

    text: str
    count: int


@blueprint.get("/search")
@open_to_all
def search() -> str:
    """One page of the answer, with facets, or help where there is none."""
    question = asked()
    question, page = answered(question)
    facets = facets_of(question, page)
    return render_template(
        "views/search.html",
        asked=question,
        page=page,
        facets=facets,
        chosen=[choice for facet in facets for choice in facet.choices if choice.chosen],
        window=window(question.page, page.pages),
        sorts=SORTS,
        alternatives=alternatives(question) if page.partial or not page.total else [],
        either=either(question),
    )


def answered(question: Asked) -> tuple[Asked, Page]:
    """The page that was asked for; the last one, if there are fewer."""
    library, settings = current_library(), current_site().library.config
    fields = current_facets()
    page = library.search(question.query(settings.per_page, fields))
    if question.page > max(page.pages, 1):
        question = question.at(max(page.pages, 1))
        page = library.search(question.query(settings.per_page, fields))
    return question, page


def facets_of(question: Asked, page: Page) -> list[Facet]:
    """The facets of an answer.

    A facet that is itself chosen from counts what there would be without that choice, so that more can be added to it.
    """
    library = current_library()
    fields = current_facets()
    facets = []
    for name, label in fields.items():
        narrowed = [one for one in question.filters if one.field == name]
        counted = library.search(question.without(name).query(facets=(name,))) if narrowed else page
        found = [
            Choice(Filter(name, f.value), f.label, f.count, Filter(name, f.value) in narrowed)
            for f in counted.facets.get(name, ())
        ]
        # A filter that finds nothing is not counted, and must be shown all the same: it can be taken away.
        absent = [one for one in narrowed if one not in {choice.filter for choice in found}]
        unknown = [Choice(one, _label(one), 0, chosen=True) for one in absent]
        facets.append(Facet(label, (*found, *unknown)))
    return [facet for facet in facets if facet.choices]


def _label(absent: Filter) -> str:
    """What to call a filter that finds nothing, so that the library says no label."""
    kind = current_library().content_types.get(absent.value) if absent.field == "type" else None
    return kind.label if kind else absent.value


def window(page: int, pages: int) -> list[int | None]:
    """The numbers in the pager: first, last and those around the present one; None stands for a gap."""
    numbers = sorted({1, pages} | set(range(max(page - AROUND, 1), min(page + AROUND, pages) + 1)))
    shown: list[int | None] = []
    for before, number in zip([0, *numbers], numbers, strict=False):
        if number - before == 2:
            shown.append(number - 1)  # a gap of one page is that page
        elif number - before > 2:
            shown.append(None)
        shown.append(number)
    return shown


def alternatives(question: Asked) -> list[Alternative]:
    """The single words of the query that find something, with their counts; none if there is but one word."""
    words = words_of(question)
    texts = words if len(words) > 1 or question.filters or words != [question.text] else []
    library = current_library()
    found = (Alternative(text, library.search(question.about(text).query()).total) for text in texts)
    return [alternative for alternative in found if alternative.count]


def either(question: Asked) -> str:
    """The query that asks for any of the words; empty if there is but one."""
    words = words_of(question)
    return " OR ".join(words) if len(words) > 1 else ""


def words_of(question: Asked) -> list[str]:
    """The words of the query as they can be typed again: no filters, nothing that was excluded."""
    node = replace(question, filters=()).query().node
    return list(dict.fromkeys(_typed(node)))[:MOST_WORDS]


def _typed(node: Node) -> Iterator[str]:
    if isinstance(node, Or) and isinstance(node.nodes[0], Phrase) and _is_date(node.nodes[-1]):
        yield node.nodes[0].text
    elif isinstance(node, And | Or):
        nodes: Sequence[Node] = node.nodes
        for child in nodes:
            yield from _typed(child)
    elif isinstance(node, Phrase):
        yield f'"{node.text}"'
    elif isinstance(node, Prefix):
        yield f"{node.text}*"
    elif isinstance(node, Term) and node.field in {"", "title"}:
        yield node.text


def _is_date(node: Node) -> bool:
    """Whether it is one of the terms into which ``parse`` turns a date."""
    return isinstance(node, Term) and node.field == "dates"
