"""``/search``: the articles that answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from flask import Blueprint, render_template

from kb.errors import StorageError
from kb.model import And, FacetCount, Filter, Node, Or, Page, Phrase, Prefix, Term
from kb.search.why import Origin
from kb.web.access import open_to_all
from kb.web.addresses import query_string, url_for
from kb.web.asking import SORTS, Asked, asked, current_facets
from kb.web.relay import in_any_process
from kb.web.site import current_library, current_site, visitor_access
from kb.web.toggles import toggles

blueprint = Blueprint("search", __name__)

log = logging.getLogger(__name__)

#: Single words offered, each with its count, where all of them together find nothing.
MOST_WORDS = 6

#: Values of a facet shown at once; the others fold out.
MOST_CHOICES = 8

#: Values of a facet on the page at all, folded or not: hundreds of places would be most of it, and are found by typing.
MOST_OFFERED = 50

#: Pages linked on either side of the present one.
AROUND = 2


class Choice(NamedTuple):
    """One value of a facet; a page has a hundred of them."""

    value: str
    label: str
    number: int
    """How many sections there are with it."""
    chosen: bool
    address: str
    """Of the results with it if it is not chosen, without it if it is."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A field to narrow by, with the values that there are."""

    field: str
    label: str
    choices: tuple[Choice, ...]
    others: int = 0
    """How many more values there are."""

    @property
    def shown(self) -> tuple[Choice, ...]:
        """The first values."""
        return self.choices[:MOST_CHOICES]

    @property
    def folded(self) -> tuple[Choice, ...]:
        """The rest."""
        return self.choices[MOST_CHOICES:]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another query, and how many articles it finds."""

    text: str
    count: int


@blueprint.get("/search")
@open_to_all
@in_any_process
def search() -> str:
    """One page of the answer, with facets, or help where there is none."""
    question = asked()
    question, page = answered(question)
    facets = facets_of(question, page, MOST_OFFERED)
    _count(question, page)
    totals = totals_of(question, page)
    first = results(question.at(1))
    return render_template(
        "views/search.html",
        asked=question,
        page=page,
        facets=facets,
        chosen=[choice for facet in facets for choice in facet.choices if choice.chosen],
        window=window(question.page, page.pages),
        address=partial(numbered, first),
        again=f"?{query_string(args)}" if (args := question.args) else "",
        sorts=SORTS,
        corrections=corrections(question, totals),
        alternatives=alternatives(question, totals),
        either=either(question) if page.partial or not page.total else "",
    )


def results(question: Asked) -> str:
    """The address of a results page."""
    return url_for("search.search", **question.args)


def numbered(first: str, number: int) -> str:
    """The address of a page of the answer, made from that of its first page."""
    return first if number == 1 else f"{first}{'&' if '?' in first else '?'}page={number}"


def _count(question: Asked, page: Page) -> None:
    """Count a search that found too little, for staff: the words, and never who it was."""
    if question.text and not question.filters and question.page == 1 and (page.partial or not page.total):
        searches = current_site().library.store.searches
        try:
            searches.miss(question.text, visitor_access(), empty=not page.total)
        except StorageError as error:
            # Whoever searches is not to be told that the disk is full: they have their answer.
            log.warning("a search could not be counted: %s", error.reason)


FIELDS = {"body": "本文・見出し", "title": "題名・見出しの並び", "": "日付"}
ORIGINS: Mapping[Origin, str] = {
    "typed": "入力のとおり",
    "variant": "別の書き方",
    "synonym": "類語",
    "narrower": "より狭い語",
    "beside": "並び（隣り合う語）",
    "date": "日付",
    "beginning": "語のはじめ",
    "characters": "文字の並び（2文字ずつ）",
}
"""What a reason is called on the page."""


@blueprint.get("/why/<section>")
@open_to_all
@in_any_process
def why(section: str) -> str:
    """Which words a section was found by, and what each is worth."""
    library, question = current_library(), asked()
    found = library.section(section)
    reasons = library.why(question.query(), found)
    return render_template(
        "views/why.html",
        asked=question,
        section=found,
        document=library.document(found.document),
        reasons=reasons,
        total=sum(reason.score for reason in reasons),
        fields=FIELDS,
        origins=ORIGINS,
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


def facets_of(question: Asked, page: Page, most: int | None = None) -> list[Facet]:
    """The facets of an answer.

    A facet that is itself chosen from counts what there would be without that choice, so that more can be added to it.

    Args:
        question: what was asked.
        page: what was found.
        most: how many values of each, those apart that are chosen; None for all.

    """
    names = current_facets().items()
    narrowed = {one.field for one in question.filters}
    return [
        facet
        for name, label in names
        if (name in narrowed or page.facets.get(name)) and (facet := _facet(question, name, label, page, most)).choices
    ]


def _facet(question: Asked, name: str, label: str, page: Page, most: int | None) -> Facet:
    chosen = {one.value for one in question.filters if one.field == name}
    if chosen:
        page = current_library().counted(question.without(name).query(facets=(name,)))
    counts = page.facets.get(name, ())
    offered = counts if most is None else [*counts[:most], *(one for one in counts[most:] if one.value in chosen)]
    # A filter that finds nothing is not counted, and must be shown all the same: it can be taken away.
    absent = chosen - {one.value for one in counts} if chosen else chosen
    unknown = [FacetCount(one.value, _label(one), 0) for one in question.filters if one.value in absent]
    choices = _choices((*offered, *unknown), chosen, url_for("search.search"), toggles(question, name))
    return Facet(name, label, choices, len(counts) - len(offered))


def _choices(
    counts: Sequence[FacetCount], chosen: Collection[str], page: str, toggled: Callable[[str], str]
) -> tuple[Choice, ...]:
    return tuple(
        Choice(one.value, one.label, one.count, one.value in chosen, page + toggled(one.value)) for one in counts
    )


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


def totals_of(question: Asked, page: Page) -> Mapping[str, int]:
    """How many articles each word of the query finds by itself; nothing where all of them together find some."""
    if page.total and not page.partial:
        return {}
    words = words_of(question)
    if words == [question.text] and not question.filters:
        return {question.text: page.total}
    return current_library().totals(words)


def alternatives(question: Asked, totals: Mapping[str, int]) -> list[Alternative]:
    """The single words of the query that find something, with their counts; none if there is but one word."""
    is_all_there_is = [*totals] == [question.text] and not question.filters
    return [] if is_all_there_is else [Alternative(text, count) for text, count in totals.items() if count]


def corrections(question: Asked, totals: Mapping[str, int]) -> list[str]:
    """The query with words that find nothing put right; nothing for what is more than words."""
    words = list(totals)
    is_words = bool(words) and " ".join(words) == " ".join(question.text.split())
    return current_library().corrections(words, totals) if is_words else []


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
