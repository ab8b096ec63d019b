"""What the index needs to know of a section's words; and the process that finds it out for others.

Started by ``kb.ingest.analysts`` as ``python -m kb.ingest.analyst``, it is given batches of sections and gives back
what it has found out, both plain tuples.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import chain

from kb.helper import pipes, receive, send
from kb.model import AccessClass
from kb.search.analysed import Analysed, Row
from kb.search.fields import Texts
from kb.search.index import Entry
from kb.text import sudachi
from kb.text.dwelling import dwelling
from kb.text.phrases import Phrase, of_heading

Given = tuple[str, str, str, str]
"""Of a section: its document's title, the headings above it, its own heading, its text."""

Packed = tuple[bytes, bytes, bytes, bytes, bytes, list[tuple[str, tuple[str, ...], tuple[str, ...]]]]
"""Of a section: body, title and words of ``Analysed``, and the phrases."""

Answer = tuple[Sequence[str], list[Packed]]
"""The terms that the sections share, and each section."""

#: How often a section says what it dwells on.
_DWELLS = 2


def analyse(given: Sequence[Given]) -> Answer:
    """The terms of sections, and what of them can be offered to people who type."""
    entries = [
        Entry("", "", 0, AccessClass.PUBLIC, title, heading, text, above=above) for title, above, heading, text in given
    ]
    texts = Texts(entries)
    return texts.read.vocabulary, list(map(_packed, texts.analysed(entries), offered(texts, entries)))


def _packed(found: Analysed, phrases: Sequence[Phrase]) -> Packed:
    told = [(phrase.text, phrase.keys, phrase.inner) for phrase in phrases]
    return found.body.numbers, found.body.where, found.title.numbers, found.title.where, found.words, told


def understood(answer: Answer) -> Iterator[tuple[Analysed, tuple[Phrase, ...]]]:
    """An answer as values."""
    terms, sections = answer
    for body, places, title, places_in_title, words, told in sections:
        found = Analysed(Row(terms, body, places), Row(terms, title, places_in_title), words)
        yield found, tuple(Phrase(*phrase) for phrase in told)


def offered(texts: Texts, entries: Sequence[Entry]) -> list[list[Phrase]]:
    """What of sections can be offered: the headings of each, and the compounds that it dwells on."""
    told = lru_cache(maxsize=None)(lambda text: of_heading(texts.read.spoken(texts.numbers[text], text)))
    dwelt = dwelling(texts.texts, texts.read, [texts.numbers[entry.text] for entry in entries], _DWELLS)
    several = (
        chain(told(entry.title), told(entry.heading), compounds)
        for entry, compounds in zip(entries, dwelt, strict=True)
    )
    return [_distinct(phrases) for phrases in several]


def _distinct(phrases: Iterable[Phrase]) -> list[Phrase]:
    found: dict[str, Phrase] = {}
    for phrase in phrases:
        found.setdefault(phrase.text, phrase)
    return list(found.values())


def main() -> None:
    """Answer until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the process that asks: it ends this one
    questions, answers = pipes()
    sudachi.load()
    gc.disable()  # nothing that is made here refers to itself
    with suppress(BrokenPipeError):
        while (asked := receive(questions)) is not None:
            send(analyse(asked), answers)


if __name__ == "__main__":
    main()
