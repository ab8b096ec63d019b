"""Answering a query: what it means, what the index finds, and what is to be marked in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from kb.model import AccessClass, Filter, Query
from kb.search.index import Found, Index
from kb.search.meaning import Meaning, dates
from kb.search.nodes import All, Any, Except, IndexNode
from kb.search.thesaurus import Thesaurus
from kb.text.analyze import Analyzer
from kb.text.dates import date_terms, find_dates
from kb.text.snippet import Marker

__all__ = ["Answer", "Marker", "Searcher"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found."""

    found: Found
    partial: bool
    """True if no section has all of what was asked for, and sections with some of it are shown."""
    marker: Marker


class Searcher:
    """Answers queries from an index; safe to share between threads if the index is."""

    def __init__(
        self, index: Index, analyzer: Analyzer, thesaurus: Thesaurus, hidden: Callable[[], frozenset[str]] = frozenset
    ) -> None:
        """``hidden`` gives documents that the index has, and nobody may be told of (any more)."""
        self._hidden = hidden
        self._index = index
        self._analyzer = analyzer
        self._meaning = Meaning(analyzer, thesaurus)

    def search(self, query: Query, access: frozenset[AccessClass]) -> Answer:
        """The page of the answer that the query asks for, from the sections of these access classes."""
        strict = self._meaning.strict(query.node)
        found = self._ask(strict, query, access)
        marker = self.marker(query)
        if found.total:
            return Answer(found, partial=False, marker=marker)
        loose = self._meaning.loose(query.node)
        if loose != strict:
            found = self._ask(loose, query, access)
        return Answer(found, partial=found.total > 0, marker=marker)

    def marker(self, query: Query) -> Marker:
        """Marks the words of a query, whatever is excluded apart, in any text."""
        finder = partial(_dated, dates(query.node))
        return Marker(self._analyzer, self._meaning.marks(query.node), [finder])

    def _ask(self, node: IndexNode, query: Query, access: frozenset[AccessClass]) -> Found:
        offset = (query.page - 1) * query.per_page
        hidden = sorted(self._hidden())
        shown = All((node, Except(Any(tuple(Filter("document", one) for one in hidden))))) if hidden else node
        return self._index.search(
            shown, access=access, sort=query.sort, offset=offset, limit=query.per_page, facets=query.facets
        )


def _dated(wanted: frozenset[str], text: str) -> list[tuple[int, int]]:
    """Where a text names one of the dates, in whatever form."""
    if not wanted:
        return []
    return [(mention.start, mention.end) for mention in find_dates(text) if wanted & set(date_terms(mention))]
