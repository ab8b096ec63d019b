"""Answering a query: what it means, what the index finds, and what is to be marked in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from kb.model import AccessClass, Filter, Query, Section, Term
from kb.search import rerank
from kb.search.completion import SEPARATOR, Completion, beginnings, best
from kb.search.index import Found, Index
from kb.search.meaning import Meaning, dates
from kb.search.nodes import All, Any, Except, IndexNode
from kb.search.similar import LEAST, key_terms
from kb.search.similar import query as like
from kb.search.thesaurus import Thesaurus
from kb.search.why import Part, asked, of_pairs, parts
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


@dataclass(frozen=True, slots=True)
class Counted:
    """How many sections answer, and what was asked of the index for that."""

    found: Found
    partial: bool
    """As in ``Answer``."""
    node: IndexNode


class Searcher:
    """Answers queries from an index; safe to share between threads if the index is."""

    def __init__(
        self,
        index: Index,
        analyzer: Analyzer,
        thesaurus: Thesaurus,
        hidden: Callable[[], frozenset[str]] = frozenset,
        texts: rerank.Texts | None = None,
    ) -> None:
        """``hidden`` gives documents that the index has, and nobody may be told of (any more).

        ``texts`` gives what the best sections say, to rank them anew; without it, they stay in the engine's order.
        """
        self._hidden = hidden
        self._texts = texts
        self._index = index
        self._analyzer = analyzer
        self._thesaurus = thesaurus
        self._meaning = Meaning(analyzer, thesaurus)

    def search(self, query: Query, access: frozenset[AccessClass]) -> Answer:
        """The page of the answer that the query asks for, from the sections of these access classes."""
        pairs = self._pairs(query)
        answered = self._answered(query, access, partial(self._ranked, pairs) if pairs else self._ask)
        return Answer(answered.found, answered.partial, self.marker(query))

    def counted(self, query: Query, access: frozenset[AccessClass]) -> Counted:
        """How many sections answer, in all and by facet; the hits that come with it are in the engine's order."""
        return self._answered(query, access, self._ask)

    def _answered(
        self,
        query: Query,
        access: frozenset[AccessClass],
        ask: Callable[[IndexNode, Query, frozenset[AccessClass]], Found],
    ) -> Counted:
        strict = self._meaning.strict(query.node)
        found = ask(strict, query, access)
        if found.total:
            return Counted(found, partial=False, node=strict)
        loose = self._meaning.loose(query.node)
        if loose != strict:
            found = ask(loose, query, access)
        return Counted(found, partial=found.total > 0, node=loose)

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
        counts = ((word, self.counted(Query(Term(word), per_page=1, facets=()), access)) for word in words)
        more = [
            Completion(word, found.found.total) for word, found in counts if found.found.total and not found.partial
        ]
        return best([*found, *more], limit)

    def why(self, query: Query, section: str, access: frozenset[AccessClass]) -> list[Part]:
        """The parts of a section's score, as ``search`` counts it; none if it does not answer."""
        first = replace(query, page=1, per_page=rerank.TOP, facets=())
        answered = self._answered(first, access, self._ask)
        nodes = asked(answered.node)
        scores = dict(zip(nodes, self._index.scores(nodes, section, access=access), strict=True))
        found = parts(answered.node, scores.__getitem__)
        shares = self._shares(self._pairs(query), answered.found.hits, access) if found else {}
        return [*found, *of_pairs(shares.get(section, {}))]

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

    def _pairs(self, query: Query) -> tuple[str, ...]:
        """The pairs of characters to rank anew by; none where that is not to be done, or would change nothing."""
        if self._texts is None or query.sort != "relevance":
            return ()
        pairs = rerank.pairs(query.node)
        return pairs if len(pairs) >= rerank.LEAST else ()

    def _ranked(self, pairs: Sequence[str], node: IndexNode, query: Query, access: frozenset[AccessClass]) -> Found:
        """As ``_ask``, with the best sections ranked anew: the same ones whatever page is asked for.

        So pages neither overlap nor leave gaps, even the one that the last of them stands on.
        """
        first, last = (query.page - 1) * query.per_page, query.page * query.per_page
        if first >= rerank.TOP:
            return self._ask(node, query, access)
        found = self._ask(node, replace(query, page=1, per_page=max(last, rerank.TOP)), access)
        best, others = found.hits[: rerank.TOP], found.hits[rerank.TOP :]
        hits = (*rerank.ranked(best, self._shares(pairs, best, access)), *others)
        return replace(found, hits=hits[first:last])

    def _shares(
        self, pairs: Sequence[str], best: Sequence[tuple[str, float]], access: frozenset[AccessClass]
    ) -> Mapping[str, Mapping[str, float]]:
        """What each of the pairs adds to the scores of the best sections; one alone has nothing to be compared with."""
        if self._texts is None or not pairs or len(best) < 2:
            return {}
        return rerank.shares(pairs, self._texts([section for section, _ in best], access))

    def _shown(self, node: IndexNode) -> IndexNode:
        """The node without what nobody may be told of (any more)."""
        hidden = sorted(self._hidden())
        return All((node, Except(Any(tuple(Filter("document", one) for one in hidden))))) if hidden else node


def _dated(wanted: frozenset[str], text: str) -> list[tuple[int, int]]:
    """Where a text names one of the dates, in whatever form."""
    if not wanted:
        return []
    return [(mention.start, mention.end) for mention in find_dates(text) if wanted & set(date_terms(mention))]
