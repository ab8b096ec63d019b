"""Which terms stand where in a section: what every engine indexes of an entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kb.search.index import Entry
from kb.search.ranking import HEADING
from kb.text.analyze import Analyzer, Token

Places = Mapping[str, Sequence[int]]
"""For each term, the positions where it stands."""


def places(entry: Entry, analyzer: Analyzer) -> Mapping[str, Places]:
    """The terms of each field of ``ranking.FIELDS``.

    A section's own heading is part of its text, ``HEADING`` times; one that was only taken from the beginning of the
    text (of a box without heading, say) is there already. A section that says nothing but its heading (a masthead, an
    article that is all sub-articles) has no text: it is found by its title, and ranks below those that say something.
    """
    heading = analyzer.tokens(entry.heading)
    text = entry.text.strip()
    taken = text.startswith(entry.heading.rstrip("…"))
    tokens = analyzer.tokens(text)
    says_more = len(tokens) > len(heading) or not taken
    own = [] if taken else [heading] * HEADING
    return {
        "body": _in_a_row([*own, tokens] if tokens and says_more else []),
        "title": _in_a_row([analyzer.tokens(entry.title), analyzer.tokens(entry.above), heading]),
    }


def length(found: Places) -> int:
    """How many terms a field has."""
    return sum(map(len, found.values()))


def _in_a_row(texts: Iterable[Sequence[Token]]) -> Places:
    """The terms of several texts as if they were one, with a gap between so that nothing is adjacent across it."""
    found: dict[str, list[int]] = {}
    start = 0
    for tokens in texts:
        for token in tokens:
            found.setdefault(token.term, []).append(start + token.position)
        start += tokens[-1].position + 2 if tokens else 0
    return found
