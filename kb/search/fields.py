"""Which terms stand where in a section: what every engine indexes of an entry."""

from __future__ import annotations

from collections.abc import Sequence

from kb.search.analysed import Analysed, Row
from kb.search.index import Entry
from kb.search.ranking import HEADING
from kb.text import batch, keeping


def analysed(entries: Sequence[Entry]) -> list[Analysed]:
    """The terms of each field of ``ranking.FIELDS``; those that an entry brings along, if it does.

    A section's own heading is part of its text, ``HEADING`` times; one that was only taken from the beginning of the
    text (of a box without heading, say) is there already. A section that says nothing but its heading (a masthead, an
    article that is all sub-articles) has no text: it is found by its title, and ranks below those that say something.
    """
    new = [entry for entry in entries if entry.analysed is None]
    made = iter(Texts(new).analysed(new))
    return [entry.analysed or next(made) for entry in entries]


class Texts:
    """The texts of some sections, each read once."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        every = (text for e in entries for text in (e.title, e.above, e.heading, e.text))
        self.numbers = {text: number for number, text in enumerate(dict.fromkeys(every))}
        self.texts = list(self.numbers)
        self.read = batch.read(self.texts)

    def analysed(self, entries: Sequence[Entry]) -> list[Analysed]:
        """See ``analysed`` above."""
        numbers, counts = self.numbers, self.read.counts.tolist()
        bodies, titles, kept = [], [], []
        for entry in entries:
            heading, text = numbers[entry.heading], numbers[entry.text]
            taken = entry.text.strip().startswith(entry.heading.rstrip("…"))
            says_more = counts[text] > counts[heading] or not taken
            own = [] if taken else [heading] * HEADING
            bodies.append([*own, text] if counts[text] and says_more else [])
            titles.append([numbers[entry.title], numbers[entry.above], heading])
            kept.append(list(dict.fromkeys((heading, text))))
        rows = (self.read.in_a_row(several) for several in (bodies, titles))
        terms, words = self.read.vocabulary, keeping.encode(self.texts, self.read, kept)
        return [
            Analysed(Row(terms, *body), Row(terms, *title), some)
            for body, title, some in zip(*rows, words, strict=True)
        ]
