"""Answering a query: what it means, what the index finds, and what is to be marked in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from kb.model import AccessClass, Filter, Query, Section, Term
from kb.search.completion import SEPARATOR, Completion, beginnings, best
from kb.search.index import Found, Index
from kb.search.meaning import Meaning, dates
from kb.search.nodes import All, Any, Except, IndexNode
from kb.search.similar import LEAST, key_terms
from kb.search.similar import query as like
from kb.search.thesaurus import Thesaurus
from kb.search.why import Part, parts
from kb.text.analyze import Analyzer, morphemes
from kb.text.dates import date_terms, find_dates
from kb.text.normalize import search_key
from kb.text.phrases import reading
from kb.text.readings import kana_of
from kb.text.snippet import Marker
from kb.text.words import Kept

__all__ = ["Answer", "Marker", "Searcher"]


#: Characters of a key from which on a slip of the pen is told from another word.
_LONG_ENOUGH = 4


#: Words of the thesaurus that are looked for while somebody types; each costs a search.
_MOST_WORDS = 3


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
        self._thesaurus = thesaurus
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

    def kept(self, sections: Sequence[str], access: frozenset[AccessClass]) -> Mapping[str, Kept]:
        """The tokens of sections, by id, as far as the index keeps them: with them a ``Marker`` need not analyse."""
        found = self._index.words(sections, access=access)
        return {section: Kept(data) for section, data in found.items()}

    def completions(self, typed: str, access: frozenset[AccessClass], limit: int) -> list[Completion]:
        """What somebody may mean who has typed the beginning of it, from the sections of these access classes."""
        starts = beginnings(typed)
        if not starts:
            return []
        found = self._index.completions(starts, access=access, hidden=self._hidden(), limit=limit)
        known = {one.text for one in found}
        words = [word for word in self._thesaurus.beginning(starts) if word not in known][:_MOST_WORDS]
        # A word of the thesaurus is offered only where it finds something for this person.
        counts = ((word, self.search(Query(Term(word), per_page=1, facets=()), access)) for word in words)
        more = [
            Completion(word, found.found.total) for word, found in counts if found.found.total and not found.partial
        ]
        return best([*found, *more], limit)

    def why(self, query: Query, section: str, access: frozenset[AccessClass]) -> list[Part]:
        """The parts of a section's score, as ``search`` counts it; none if it does not answer."""
        strict = self._meaning.strict(query.node)
        is_partial = not self._ask(strict, replace(query, page=1, per_page=1, facets=()), access).total

        def score(node: IndexNode) -> float | None:
            return self._index.scores([node], section, access=access)[0]

        return parts(self._meaning.loose(query.node) if is_partial else strict, score)

    def similar(self, section: Section, access: frozenset[AccessClass], limit: int) -> tuple[tuple[str, float], ...]:
        """Ids and scores of sections of other documents that are about the same, best first."""
        found = key_terms(
            self._analyzer.terms(section.heading),
            self._analyzer.terms(section.text),
            lambda terms: self._index.frequencies(terms, access=access),
        )
        if len(found) < LEAST:
            return ()
        others = Except(Filter("document", section.document))
        return self._index.search(self._shown(All((like(found), others))), access=access, limit=limit).hits

    def corrections(self, word: str, access: frozenset[AccessClass], limit: int) -> list[str]:
        """What somebody may have meant by a word that finds nothing: what is read alike, then what is one slip away."""
        key = search_key(word).strip()
        read = reading(morphemes(kana_of(word)[0]))
        keys = [one for one in dict.fromkeys((key, read)) if one]
        hidden = self._hidden()
        alike = self._index.completions(
            [f"{one}{SEPARATOR}" for one in keys], access=access, hidden=hidden, limit=limit
        )
        slips = [
            found
            for one in keys
            if len(one) >= _LONG_ENOUGH
            for found in self._index.near(one, access=access, hidden=hidden, limit=limit)
        ]
        texts = dict.fromkeys(found.text for found in (*alike, *slips))
        return [text for text in texts if search_key(text) != key][:limit]

    def _ask(self, node: IndexNode, query: Query, access: frozenset[AccessClass]) -> Found:
        offset = (query.page - 1) * query.per_page
        return self._index.search(
            self._shown(node), access=access, sort=query.sort, offset=offset, limit=query.per_page, facets=query.facets
        )

    def _shown(self, node: IndexNode) -> IndexNode:
        """The node without what nobody may be told of (any more)."""
        hidden = sorted(self._hidden())
        return All((node, Except(Any(tuple(Filter("document", one) for one in hidden))))) if hidden else node


def _dated(wanted: frozenset[str], text: str) -> list[tuple[int, int]]:
    """Where a text names one of the dates, in whatever form."""
    if not wanted:
        return []
    return [(mention.start, mention.end) for mention in find_dates(text) if wanted & set(date_terms(mention))]
