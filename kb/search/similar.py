"""Sections that are about the same: those that share the words that are rare elsewhere and frequent here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from math import log

from kb.search.nodes import Any, Weighted, Word
from kb.search.ranking import HEADING, idf

#: Words of a section that are weighed, the most frequent ones, and those of them that are looked for. Twenty-five is
#: what Lucene's MoreLikeThis takes by default; a section is shorter than what that is made for.
WEIGHED, LOOKED_FOR = 80, 16

#: How many of them a section must share: with fewer, it shares a word and not a subject.
LEAST = 3

Frequencies = Callable[[Sequence[str]], tuple[int, Mapping[str, int]]]
"""How many sections there are, and how many have each of these terms."""


def key_terms(heading: Sequence[str], text: Sequence[str], frequencies: Frequencies) -> dict[str, float]:
    """The terms that a section is about, with weights; only such as other sections have, too."""
    counts = Counter(text)
    for term in heading:
        counts[term] += HEADING
    weighed = [term for term, _ in counts.most_common() if len(term) > 1][:WEIGHED]
    sections, having = frequencies(weighed)
    worth = {t: (1 + log(counts[t])) * idf(sections, having[t]) for t in weighed if having.get(t, 0) > 1}
    best = sorted(worth, key=lambda term: (-worth[term], term))[:LOOKED_FOR]
    return {term: 1 + log(counts[term]) for term in best}


def query(terms: Mapping[str, float]) -> Any:
    """What sections about the same must have."""
    return Any(tuple(Weighted(Word(term), weight) for term, weight in terms.items()), min(LEAST, len(terms)))
