"""Which terms stand where in a section: what every engine indexes of an entry."""

from __future__ import annotations

from collections.abc import Iterable

from kb.search.analysed import Analysed, Row
from kb.search.index import Entry
from kb.search.ranking import HEADING
from kb.text import words
from kb.text.analyze import Analyzer
from kb.text.sudachi import Terms


def analysed(entry: Entry, analyzer: Analyzer) -> Analysed:
    """The terms of each field of ``ranking.FIELDS``; those that the entry brings along, if it does.

    A section's own heading is part of its text, ``HEADING`` times; one that was only taken from the beginning of the
    text (of a box without heading, say) is there already. A section that says nothing but its heading (a masthead, an
    article that is all sub-articles) has no text: it is found by its title, and ranks below those that say something.
    """
    if entry.analysed is not None:
        return entry.analysed
    heading = analyzer.read(entry.heading).terms
    text = analyzer.read(entry.text).terms
    taken = entry.text.strip().startswith(entry.heading.rstrip("…"))
    says_more = len(text.terms) > len(heading.terms) or not taken
    own = [] if taken else [heading] * HEADING
    above = (analyzer.read(part).terms for part in (entry.title, entry.above))
    return Analysed(
        body=_in_a_row([*own, text] if text.terms and says_more else []),
        title=_in_a_row([*above, heading]),
        words=words.encode({entry.heading: heading, entry.text: text}),
    )


def _in_a_row(texts: Iterable[Terms]) -> Row:
    """The terms of several texts as if they were one, with a gap between so that nothing is adjacent across it."""
    terms: list[str] = []
    positions: list[int] = []
    start = 0
    for found in texts:
        terms += found.terms
        positions += [start + position for position in found.positions] if start else found.positions
        start += found.positions[-1] + 2 if found.positions else 0
    return Row(tuple(terms), tuple(positions))
