"""Our trees of nodes as queries of stock Whoosh, and our ranking as its weighting model.

Only what Whoosh 2.7.4 documents is used: queries, matchers, weighting models. Some of its queries do not do what they
say (read in its source, November 2026) and are gone round here: ``Require`` acts as AND NOT; ``Not`` gives a deleted
section that comes after the last one that is excluded; ``ConstantScoreQuery`` scores 1 where 0 is asked for, and not at
all where a collector needs the score; ``AndMaybe`` loses scores when it is skipped ahead, as an ``And`` around it does;
``WeightingQuery`` has no effect; ``Or`` may choose a matcher that drops what
scores 0, and has no ``minmatch`` yet.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any as Whatever

from kb.model import Everything, Filter, Range
from kb.search.nodes import All, Any, Beginning, Except, IndexNode, Keyword, Prefer, Run, Weighted, Word
from kb.search.ranking import DECIMALS, FIELDS, K1, fields, idf, norm, saturation

with warnings.catch_warnings():
    # Frozen upstream: escapes and `is` comparisons that newer Pythons warn about when they first compile it.
    warnings.simplefilter("ignore")
    from whoosh import matching, query, scoring, sorting

SEPARATOR = "\x1f"
"""Stands between name and value of a keyword (ASCII's unit separator: in no name)."""


#: Terms whose number of sections is kept until the next commit.
_TERMS = 10_000


class Ranking(scoring.WeightingModel):  # type: ignore[misc] # Whoosh has no types
    """``kb.search.ranking`` as Whoosh asks for it. Statistics are those of the sections not deleted."""

    use_final = True

    def __init__(self, reader: Whatever) -> None:
        self._reader = reader
        self.sections: int = reader.doc_count()
        self._averages = {name: self._average(name) for name in FIELDS}
        self._norms = cache(self._norms_in)
        # Whoosh's own document frequencies count what has been deleted, too.
        self._containing = lru_cache(_TERMS)(lambda name, text: sum(1 for _ in reader.postings(name, text).all_ids()))

    def _average(self, name: str) -> float:
        leaves = [(leaf, _lengths(leaf, name)) for leaf, _ in self._reader.leaf_readers()]
        total: int = sum(lengths[number] for leaf, lengths in leaves for number in leaf.all_doc_ids())
        return total / max(self.sections, 1)

    def _norms_in(self, leaf: Whatever, name: str) -> list[float]:
        average = self._averages[name] or 1.0  # where all that is left has no terms, nothing is scored
        return [norm(float(terms), average) for terms in _lengths(leaf, name)]

    def scorer(self, searcher: Whatever, fieldname: str, text: str | bytes, qf: float = 1) -> scoring.BaseScorer:  # noqa: ARG002 - Whoosh's names
        """What a term is worth in a section."""
        rarity = idf(self.sections, self._containing(fieldname, text))
        if fieldname not in FIELDS:
            return _Scorer(lambda _: rarity, rarity)
        worth = self.saturated(searcher, fieldname, rarity)
        return _Scorer(lambda matcher: worth(matcher.id(), matcher.weight()), most(fieldname, rarity))

    def saturated(self, searcher: Whatever, name: str, rarity: float) -> Callable[[int, float], float]:
        """The score of so many occurrences in a section of this segment."""
        if not searcher.is_atomic():  # Whoosh asks for one of all segments together, and does not use it
            return lambda _number, _frequency: 0.0
        worth, norms = FIELDS[name] * rarity, self._norms(searcher.reader(), name)
        return lambda number, frequency: worth * saturation(frequency, norms[number])

    def final(self, searcher: Whatever, docnum: int, score: float) -> float:  # noqa: ARG002 - Whoosh's names
        """Scores that differ by less than ``DECIMALS`` are the same."""
        return round(score, DECIMALS)


def most(name: str, rarity: float) -> float:
    """No section is worth more: Whoosh asks for it when it simplifies matchers, which it does every ten sections."""
    return FIELDS[name] * rarity * (K1 + 1)


def _lengths(leaf: Whatever, name: str) -> Whatever:
    """How many terms a field has in each section of a segment: exact, where Whoosh's own lengths are rounded."""
    return leaf.column_reader(f"{name}_length")


class _Scorer(scoring.BaseScorer):  # type: ignore[misc] # Whoosh has no types
    def __init__(self, score: Callable[[Whatever], float], most: float) -> None:
        self.score = score
        self._most = most

    def max_quality(self) -> float:
        return self._most


class Keywords(sorting.FacetType):  # type: ignore[misc] # Whoosh has no types
    """Counts the values of a keyword. What ``FieldFacet`` does for a field with several values, but read only once."""

    maptype = sorting.Count

    def __init__(self, reader: Whatever, name: str) -> None:
        self._values: list[list[str]] = [[] for _ in range(reader.doc_count_all())]
        prefix = name + SEPARATOR
        for term in reader.expand_prefix("keyword", prefix):
            for number in reader.postings("keyword", term).all_ids():
                self._values[number].append(term.decode().removeprefix(prefix))

    def categorizer(self, global_searcher: Whatever) -> Whatever:  # noqa: ARG002 - Whoosh's names
        """See Whoosh."""
        return _Categorizer(self._values)


class _Categorizer(sorting.Categorizer):  # type: ignore[misc] # Whoosh has no types
    allow_overlap = True

    def __init__(self, values: Sequence[Sequence[str]]) -> None:
        self._values = values
        self._start = 0

    def set_searcher(self, segment_searcher: Whatever, docoffset: int) -> None:  # noqa: ARG002 - Whoosh's names
        self._start = docoffset

    def keys_for(self, matcher: Whatever, segment_docnum: int) -> Sequence[str]:  # noqa: ARG002 - Whoosh's names
        return self._values[self._start + segment_docnum]


# --------------------------------------------------------------------------------------------------- queries


class _Or(query.Or):  # type: ignore[misc] # Whoosh has no types
    matcher_type = query.Or.DEFAULT_MATCHER


class _AtLeast(_Or):
    """What so many of the queries match."""

    def __init__(self, subqueries: Sequence[Whatever], least: int) -> None:
        super().__init__(subqueries)
        self._least = least

    def matcher(self, searcher: Whatever, context: Whatever = None) -> Whatever:
        times = Counter(number for one in self.subqueries for number in one.docs(searcher))
        enough = {number for number, count in times.items() if count >= self._least}
        return matching.FilterMatcher(super().matcher(searcher, context), enough)


class _PreferMatcher(matching.AndMaybeMatcher):  # type: ignore[misc] # Whoosh has no types
    def skip_to(self, id: int) -> bool:  # noqa: A002 - Whoosh's name
        moved: bool = self.a.skip_to(id)
        if self.a.is_active() and self.b.is_active():
            self.b.skip_to(self.a.id())
        return moved


class _Prefer(query.AndMaybe):  # type: ignore[misc] # Whoosh has no types
    matcherclass = _PreferMatcher


class Unscored(query.WrappingQuery):  # type: ignore[misc] # Whoosh has no types
    """What a query matches, without scores."""

    def matcher(self, searcher: Whatever, context: Whatever = None) -> Whatever:
        """See Whoosh."""
        return matching.ConstantScoreWrapperMatcher(self.child.matcher(searcher, context), score=0.0)


class _Times(query.WrappingQuery):  # type: ignore[misc] # Whoosh has no types
    def __init__(self, child: Whatever, factor: float) -> None:
        super().__init__(child)
        self._factor = factor

    def matcher(self, searcher: Whatever, context: Whatever = None) -> Whatever:
        return matching.WrappingMatcher(self.child.matcher(searcher, context), boost=self._factor)


class _AsOneTerm(query.WrappingQuery):  # type: ignore[misc] # Whoosh has no types
    """Whatever a query matches in a field, scored as if it were one term that stands there so many times."""

    def __init__(self, child: Whatever, name: str, ranking: Ranking, frequency: Callable[[Whatever], float]) -> None:
        super().__init__(child)
        self._name = name
        self._ranking = ranking
        self._frequency = frequency
        self._rarity = cache(self._count_sections)

    def _count_sections(self, searcher: Whatever) -> float:
        containing = sum(1 for leaf, _ in searcher.leaf_searchers() for _ in self._plain(leaf, None).all_ids())
        return idf(self._ranking.sections, containing)

    def _plain(self, searcher: Whatever, context: Whatever) -> Whatever:
        return self.child.matcher(searcher, (context or searcher.context()).set(weighting=scoring.Frequency()))

    def matcher(self, searcher: Whatever, context: Whatever = None) -> Whatever:
        rarity = self._rarity(searcher.get_parent())
        worth = self._ranking.saturated(searcher, self._name, rarity)
        return _OneTermMatcher(self._plain(searcher, context), worth, most(self._name, rarity), self._frequency)


class _OneTermMatcher(matching.WrappingMatcher):  # type: ignore[misc] # Whoosh has no types
    def __init__(
        self,
        child: Whatever,
        worth: Callable[[int, float], float],
        most: float,
        frequency: Callable[[Whatever], float],
    ) -> None:
        super().__init__(child)
        self._worth = worth
        self._most = most
        self._frequency = frequency

    def copy(self) -> Whatever:
        return self._replacement(self.child.copy())

    def _replacement(self, newchild: Whatever) -> Whatever:
        return _OneTermMatcher(newchild, self._worth, self._most, self._frequency)

    def max_quality(self) -> float:
        return self._most

    def score(self) -> float:
        return self._worth(self.child.id(), self._frequency(self.child))


def _occurrences(matcher: Whatever) -> float:
    return float(len(matcher.spans()))


def _weight(matcher: Whatever) -> float:
    return float(matcher.weight())


# ----------------------------------------------------------------------------------------------- translation


class Translator:
    """Makes queries for one reader of one or more indexes."""

    def __init__(self, reader: Whatever, ranking: Ranking) -> None:
        self._reader = reader
        self._ranking = ranking

    def query(self, node: IndexNode) -> Whatever:  # noqa: PLR0911, C901 - one line for each kind of node
        """The query that matches and scores as the node does."""
        match node:
            case Everything():
                return _EVERYTHING
            case Filter(name, value):
                return Unscored(keyword(name, value))
            case Range(_, first, last):
                return Unscored(_days(first, last))
            case Keyword(name, value):
                return keyword(name, value)
            case Word(term, name):
                return _Or([query.Term(f, term) for f in fields(name)])
            case Run(terms, name):
                return _Or([self._run(f, terms) for f in fields(name)])
            case Beginning(prefix, name):
                return _Or([self._beginning(f, prefix) for f in fields(name)])
            case Weighted(inner, factor):
                return _Times(self.query(inner), factor)
            case Except(inner):
                return Unscored(query.AndNot(query.Every(), self.query(inner)))
            case Prefer(inner, bonus):
                return _Prefer(self.query(inner), self.query(bonus))
            case All(nodes):
                return query.And([self.query(inner) for inner in nodes]) if nodes else _EVERYTHING
            case Any(nodes, at_least):
                return _AtLeast([self.query(inner) for inner in nodes], at_least)

    def _run(self, name: str, terms: tuple[str, ...]) -> Whatever:
        return _AsOneTerm(query.Phrase(name, list(terms)), name, self._ranking, _occurrences)

    def _beginning(self, name: str, prefix: str) -> Whatever:
        terms = [query.Term(name, term) for term in self._reader.expand_prefix(name, prefix)]
        return _AsOneTerm(_Or(terms), name, self._ranking, _weight)


_EVERYTHING = Unscored(query.Every())


def keyword(name: str, value: str) -> Whatever:
    """What has this exact value."""
    return query.Term("keyword", name + SEPARATOR + value)


def _days(first: date | None, last: date | None) -> Whatever:
    """What is dated so; undated sections have day 0."""
    start, end = (first or date.min).toordinal(), (last or date.max).toordinal()
    return query.NumericRange("day", start, end) if start <= end else query.NullQuery
