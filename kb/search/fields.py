"""Which terms stand where in a section: what every engine indexes of an entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kb.search.analysed import Analysed, Row
from kb.search.index import Entry
from kb.search.ranking import HEADING
from kb.text import words
from kb.text.analyze import Analyzer, Token


def analysed(entry: Entry, analyzer: Analyzer) -> Analysed:
    """The terms of each field of ``ranking.FIELDS``; those that the entry brings along, if it does.

    A section's own heading is part of its text, ``HEADING`` times; one that was only taken from the beginning of the
    text (of a box without heading, say) is there already. A section that says nothing but its heading (a masthead, an
    article that is all sub-articles) has no text: it is found by its title, and ranks below those that say something.
    """
    if entry.analysed is not None:
        return entry.analysed
    heading = analyzer.tokens(entry.heading)
    tokens = analyzer.tokens(entry.text)
    taken = entry.text.strip().startswith(entry.heading.rstrip("…"))
    says_more = len(tokens) > len(heading) or not taken
    own = [] if taken else [heading] * HEADING
    return Analysed(
        body=_in_a_row([*own, tokens] if tokens and says_more else []),
        title=_in_a_row([analyzer.tokens(entry.title), analyzer.tokens(entry.above), heading]),
        words=words.encode({entry.heading: words.columns(heading), entry.text: words.columns(tokens)}),
    )


def _in_a_row(texts: Iterable[Sequence[Token]]) -> Row:
    """The terms of several texts as if they were one, with a gap between so that nothing is adjacent across it."""
    terms: list[str] = []
    positions: list[int] = []
    start = 0
    for tokens in texts:
        terms += [token.term for token in tokens]
        positions += [start + token.position for token in tokens]
        start += tokens[-1].position + 2 if tokens else 0
    return Row(tuple(terms), tuple(positions))
