"""Marking the words of a query in a text, and the part of a text that shows most of them.

The same for every engine: the words are looked for in the text itself, as analysis sees it, so a word is marked in
whatever spelling it was found.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from unicodedata import category

from kb.model import Span
from kb.text.analyze import Analyzer
from kb.text.words import Kept, Place, Words, columns

#: Characters of a snippet: two to three lines on a wide screen.
WIDTH = 160

ELLIPSIS = "…"

#: Places where a reader can begin: the start of a line or sentence, else of a part of one.
_SENTENCE_START = re.compile(r"(?<=[。！？!?\n])[\s」』）)]*(?=\S)")
_PART_START = re.compile(r"(?<=[、，,；：:;　 」』）)】》])(?=\S)")


@dataclass(frozen=True, slots=True)
class Mark:
    """Terms to be marked where they stand side by side; ``instead`` where they nowhere do."""

    terms: tuple[str, ...]
    instead: tuple[Mark, ...] = ()
    prefix: bool = False
    """True if the one term is only the beginning of those to be marked."""


class Marked(NamedTuple):
    """A place to be marked, and which word of the query stands there."""

    start: int
    end: int
    word: int


class Marker:
    """Marks the words of one query in any text."""

    def __init__(
        self, analyzer: Analyzer, marks: Sequence[Mark], finders: Sequence[Callable[[str], Iterable[Place]]] = ()
    ) -> None:
        """``finders`` give places to be marked that are not a matter of terms, such as dates."""
        self._analyzer = analyzer
        self._marks = marks
        self._finders = finders

    def mark(self, text: str, kept: Kept | None = None) -> tuple[Span, ...]:
        """The whole text in spans, with the words of the query marked; marks that touch are one.

        Args:
            text: to be shown.
            kept: its tokens, perhaps: where they are another text's, or there are none, it is analysed.

        """
        return _spans(text, (0, len(text)), _merged(self._found(text, kept)))

    def snippet(self, text: str, width: int = WIDTH, kept: Kept | None = None) -> tuple[Span, ...]:
        """The part of the text, about ``width`` characters, with most of the words; "…" stands for what is left out.

        Begins where a sentence or a part of one does if that is near, and never cuts a mark. ``kept``: as in ``mark``.
        """
        found = self._found(text, kept)
        places = _merged(found)
        window = _window(text, found, places, width)
        return _spans(text, window, places, ellipses=True)

    def _found(self, text: str, kept: Kept | None) -> list[Marked]:
        found = [Marked(*place, -1 - n) for n, finder in enumerate(self._finders) for place in finder(text)]
        if self._marks:
            words = (kept and kept.words(text)) or self._analysed(text)
            for word, mark in enumerate(self._marks):
                found += [Marked(start, end, word) for start, end in _places(words, mark)]
        return sorted(found)

    def _analysed(self, text: str) -> Words:
        return Words.of(columns(self._analyzer.tokens(text)))


def _places(words: Words, mark: Mark) -> list[Place]:
    found = words.beginning(mark.terms[0]) if mark.prefix else words.runs(mark.terms)
    return found or [place for other in mark.instead for place in _places(words, other)]


def _merged(found: Sequence[Marked]) -> list[Place]:
    """The places in order, those that touch or overlap as one."""
    merged: list[Place] = []
    for marked in found:
        if merged and marked.start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], marked.end))
        elif marked.start < marked.end:
            merged.append((marked.start, marked.end))
    return merged


def _spans(text: str, window: Place, places: Sequence[Place], *, ellipses: bool = False) -> tuple[Span, ...]:
    spans = []
    position, end = window
    if ellipses and position > 0:
        spans.append(Span(ELLIPSIS))
    for start, stop in places:
        if start >= position and stop <= end:
            if start > position:
                spans.append(Span(text[position:start]))
            spans.append(Span(text[start:stop], marked=True))
            position = stop
    if end > position:
        spans.append(Span(text[position:end]))
    if ellipses and end < len(text):
        spans.append(Span(ELLIPSIS))
    return tuple(spans)


# ---------------------------------------------------------------------------------------------------- window

#: Places that are tried as the middle of a snippet: the first ones of a text with very many.
_MOST_TRIED = 100


def _window(text: str, found: Sequence[Marked], places: Sequence[Place], width: int) -> Place:
    """The part of the text to show: of those that begin shortly before a mark, the one with most different words."""
    if len(text) <= width:
        return 0, len(text)
    starts = _Starts(text)
    tried = [_around(place, places, starts, text, width) for place in places[:_MOST_TRIED]]
    return max(tried, key=lambda window: _worth(window, found), default=(0, _whole(text, width)))


def _worth(window: Place, found: Sequence[Marked]) -> tuple[int, int]:
    """How many different words of the query a window shows, and how often; of equals, ``max`` takes the first."""
    inside = [marked.word for marked in found if window[0] <= marked.start and marked.end <= window[1]]
    return len(set(inside)), len(inside)


def _around(place: Place, places: Sequence[Place], starts: _Starts, text: str, width: int) -> Place:
    """A window that shows ``place``."""
    lowest = min(max(place[0] - width // 2, place[1] - width, 0), place[0])
    start = _uncut(starts.before(place[0], lowest, len(text) - width), places)[0]
    end = _whole(text, max(min(start + width, len(text)), place[1]))
    before, after = _uncut(end, places)
    return start, before if before >= place[1] else after


class _Starts:
    """Where in a text a reader can begin."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._sentences = [0, *[match.end() for match in _SENTENCE_START.finditer(text)]]

    @cached_property
    def _parts(self) -> list[int]:
        return sorted({*self._sentences, *(match.end() for match in _PART_START.finditer(self._text))})

    def before(self, place: int, lowest: int, tail: int) -> int:
        """The last start of a sentence, else of a part of one, from ``lowest`` to ``place``; else ``lowest``.

        Behind ``tail`` a window would be shorter than it need be, so it begins as soon after that as it can.
        """
        start = _last(self._sentences, place)
        if start < lowest:
            start = max(_last(self._parts, place), lowest)
        return next((part for part in self._parts if tail <= part <= start), start) if start > tail else start


def _last(starts: Sequence[int], place: int) -> int:
    """The last start that is not after ``place``; -1 if there is none."""
    index = bisect_right(starts, place) - 1
    return starts[index] if index >= 0 else -1


def _uncut(cut: int, places: Sequence[Place]) -> Place:
    """Where to cut instead of at ``cut`` so that no mark is cut: before the mark that it is in, or after it."""
    return next(((start, stop) for start, stop in places if start < cut < stop), (cut, cut))


def _whole(text: str, end: int) -> int:
    """``end``, moved past the marks of the character before it (か゚, 葛󠄀)."""
    while end < len(text) and category(text[end]) == "Mn":
        end += 1
    return end
