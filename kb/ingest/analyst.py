"""What the index needs to know of a section's words; and the process that finds it out for others.

Started by ``kb.ingest.analysts`` as ``python -m kb.ingest.analyst``, it is given batches of sections and gives back
what it has found out, both plain tuples.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Sequence
from contextlib import suppress

from kb.helper import pipes, receive, send
from kb.model import AccessClass
from kb.search import fields
from kb.search.analysed import Analysed, Row
from kb.search.index import Entry
from kb.text import phrases, sudachi
from kb.text.analyze import Analyzer
from kb.text.phrases import Phrase

Given = tuple[str, str, str, str]
"""Of a section: its document's title, the headings above it, its own heading, its text."""

Columns = tuple[tuple[str, ...], tuple[int, ...]]
Answer = tuple[Columns, Columns, bytes, list[tuple[str, tuple[str, ...], tuple[str, ...]]]]
"""Body, title and words of ``Analysed``, and the phrases."""

#: Texts that are tokenised in a row; more gain nothing.
_IN_A_ROW = 8

#: How often a section says what it dwells on.
_DWELLS = 2


def analyse(given: Sequence[Given], analyzer: Analyzer) -> list[Answer]:
    """The terms of sections, and what of them can be offered to people who type."""
    answers: list[Answer] = []
    for start in range(0, len(given), _IN_A_ROW):
        some = given[start : start + _IN_A_ROW]
        sudachi.ahead(text for _, _, _, text in some)
        answers += [_answer(one, analyzer) for one in some]
    return answers


def _answer(given: Given, analyzer: Analyzer) -> Answer:
    title, above, heading, text = given
    entry = Entry("", "", 0, AccessClass.PUBLIC, title, heading, text, above=above)
    found = fields.analysed(entry, analyzer)
    offered = [(phrase.text, phrase.keys, phrase.inner) for phrase in _phrases(title, heading, text)]
    return (found.body.terms, found.body.positions), (found.title.terms, found.title.positions), found.words, offered


def understood(answer: Answer) -> tuple[Analysed, tuple[Phrase, ...]]:
    """An answer as values."""
    body, title, words, offered = answer
    return Analysed(Row(*body), Row(*title), words), tuple(Phrase(*phrase) for phrase in offered)


def _phrases(title: str, heading: str, text: str) -> list[Phrase]:
    """A section's headings, and the compounds that it dwells on."""
    found = {phrase.text: phrase for part in (title, heading) for phrase in phrases.of_heading(part)}
    for phrase in phrases.dwelling(text, _DWELLS):
        found.setdefault(phrase.text, phrase)
    return list(found.values())


def main() -> None:
    """Answer until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the process that asks: it ends this one
    questions, answers = pipes()
    analyzer = Analyzer()
    gc.disable()  # nothing that is made here refers to itself
    with suppress(BrokenPipeError):
        while (asked := receive(questions)) is not None:
            send(analyse(asked, analyzer), answers)


if __name__ == "__main__":
    main()
