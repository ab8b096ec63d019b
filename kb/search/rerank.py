"""The best sections ranked anew by the pairs of characters that they share with what was typed.

Terms are what analysis makes of a text. Where it cuts a query and a section differently, or drops what both say
(どう関わればよいか), pairs of characters still agree. Looking for them everywhere costs more than the search itself
(ARCHITECTURE.md), so they only order the first sections that an engine has found.

A section's share is BM25 over pairs, added to its score at a low weight, as if pairs were one more field beside title
and text (a linear combination of scores: Fox & Shaw 1994, CombSUM). How rare a pair is and how long a section is are
taken among the sections that are ranked: what all of them have tells none from another, and no other section has a part
in it. Shares are never negative, so who is ranked anew stays before who is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice

from kb.model import AccessClass, And, Boost, Node, Or, Phrase, Term
from kb.search.meaning import DATES
from kb.search.ranking import DECIMALS, idf, norm, saturation
from kb.text.normalize import fold, search_key

#: How many sections are ranked anew, and what a pair weighs beside a term of the text (ARCHITECTURE.md: measured).
TOP, WEIGHT = 30, 0.1

#: With fewer pairs than these there is one word of two characters, which has been scored as a term.
LEAST = 2

#: Pairs that are counted, and characters of a section that they are counted in: a bound on what a query can cost.
MOST, LONGEST = 100, 4_000

#: Texts that are kept with their keys: 33 MB if all were as long as can be, 5 MB at 600 characters each.
_KEPT = 2_048

Texts = Callable[[Sequence[str], frozenset[AccessClass]], Mapping[str, str]]
"""Gives headings and texts of sections, by id: of those that there are in these access classes."""

_PAIR = re.compile(r"(?=(\w\w))")


def pairs(node: Node) -> tuple[str, ...]:
    """The pairs of characters that were typed as words: not what was excluded, asked of titles alone, or is a date."""
    found = (match[1] for text in _typed(node) for match in _PAIR.finditer(search_key(text)))
    return tuple(islice(dict.fromkeys(found), MOST))


def shares(wanted: Sequence[str], texts: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """What each pair that a section has adds to its score, by section; the texts are those of all that are ranked."""
    keys = {section: _key(text[:LONGEST]) for section, text in texts.items()}
    average = sum(map(len, keys.values())) / max(len(keys), 1) or 1.0
    counts = {section: [key.count(pair) for pair in wanted] for section, key in keys.items()}
    worth = [WEIGHT * idf(len(keys), sum(map(bool, column))) for column in zip(*counts.values(), strict=True)]
    found = {}
    for section, row in counts.items():
        length = norm(float(len(keys[section])), average)
        found[section] = {
            pair: rarity * saturation(count, length)
            for pair, rarity, count in zip(wanted, worth, row, strict=True)
            if count
        }
    return found


def ranked(
    hits: Sequence[tuple[str, float]], found: Mapping[str, Mapping[str, float]]
) -> tuple[tuple[str, float], ...]:
    """The hits with their shares, best first; those with equal scores stay in the order that they were in."""
    scored = [(section, round(score + sum(found.get(section, {}).values()), DECIMALS)) for section, score in hits]
    return tuple(sorted(scored, key=lambda hit: -hit[1]))


@lru_cache(maxsize=_KEPT)
def _key(text: str) -> str:
    """The search key of a section; ``fold`` makes it in a quarter of the time that ``search_key`` takes for prose."""
    return fold(text).key


def forget() -> None:
    """Let go of the texts that are kept: for whoever measures what it costs without them."""
    _key.cache_clear()


def _typed(node: Node) -> Iterator[str]:
    match node:
        case Or(nodes) if any(isinstance(one, Term) and one.field == DATES for one in nodes):
            return  # a date in any of its forms: the one that was typed is no better
        case And(nodes) | Or(nodes):
            for one in nodes:
                yield from _typed(one)
        case Boost(inner, _):
            yield from _typed(inner)
        case Term(text, "") | Phrase(text, ""):
            yield text
        case _:
            return
