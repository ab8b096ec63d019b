"""類語辞書: other words for what somebody typed, looked up when a query is read.

The index knows nothing of it, so an entry works from the next search on.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from kb.model import Synonyms
from kb.text.analyze import Analyzer
from kb.text.normalize import search_key
from kb.text.phrases import Phrase, whole
from kb.text.readings import loose

#: What a synonym is worth beside the word that was typed: the same thing, but it should not push aside who says it
#: in the same words.
SYNONYM = 0.6

#: What a narrower word is worth: only a part of what was asked for.
NARROWER = 0.4

#: Something in kana only, and long enough to be hardly ever read like another word.
_KANA = re.compile(r"[ぁ-ゖァ-ヺー]{4,}")

Terms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Terms that may stand, side by side, for others."""

    terms: Terms
    weight: float


#: Behind every string that goes on from another.
_LAST = chr(0x10FFFF)


@dataclass(frozen=True, slots=True)
class Segment:
    """Some of the terms of a word as typed, and what may stand for them."""

    terms: Terms
    alternatives: tuple[Alternative, ...] = ()


class Thesaurus:
    """Knows the other words for a run of terms.

    Entries are analysed as texts are, so each may be written in any spelling and be several terms long, on both sides.
    An entry of function words only is passed over.
    """

    def __init__(self, entries: Sequence[Synonyms], analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._alternatives: dict[Terms, dict[Terms, float]] = {}
        for entry in entries:
            words = [terms for word in entry.words if (terms := tuple(analyzer.terms(word)))]
            broader = [terms for word in entry.broader if (terms := tuple(analyzer.terms(word)))]
            for typed in words:
                self._add(typed, words, SYNONYM)
            for typed in broader:
                self._add(typed, words, NARROWER)
        self._longest = max(map(len, self._alternatives), default=0)
        self._entries = tuple(entries)

    def _add(self, typed: Terms, others: Sequence[Terms], weight: float) -> None:
        known = self._alternatives.setdefault(typed, {})
        for other in others:
            if other != typed:
                known[other] = max(weight, known.get(other, 0.0))

    def beginning(self, starts: Sequence[str]) -> list[str]:
        """The words of entries that can be begun so (``completion.beginnings``), the shortest first."""
        keys = self._keys
        bounds = ((bisect_left(keys, (start,)), bisect_left(keys, (start + _LAST,))) for start in starts)
        found = {word for first, last in bounds for _, word in keys[first:last]}
        return sorted(found, key=lambda word: (len(word), word))

    @cached_property
    def _keys(self) -> list[tuple[str, ...]]:
        """The keys of all words in order, each with its word."""
        return sorted((key, phrase.text) for phrase in self._phrases for key in phrase.keys)

    @cached_property
    def _phrases(self) -> list[Phrase]:
        words = dict.fromkeys(word for entry in self._entries for word in (*entry.words, *entry.broader))
        return [phrase for word in words if (phrase := whole(word))]

    def as_read(self, text: str) -> tuple[Alternative, ...]:
        """The words of entries that are read as ``text`` is, with all that may stand for them.

        For kana that is no entry itself: analysis takes やんぐけあらー for pieces of other words.
        """
        key = search_key(text).strip()
        if not _KANA.fullmatch(key) or tuple(self._analyzer.terms(key)) in self._alternatives:
            return ()
        found: dict[Terms, float] = {}
        for word in self._readings.get(loose(key), ()):
            for terms, weight in ((word, SYNONYM), *self._alternatives.get(word, {}).items()):
                found[terms] = max(weight, found.get(terms, 0.0))
        return tuple(Alternative(*item) for item in found.items())

    @cached_property
    def _readings(self) -> dict[str, list[Terms]]:
        readings: dict[str, list[Terms]] = {}
        for phrase in self._phrases:
            readings.setdefault(phrase.keys[-1], []).append(tuple(self._analyzer.terms(phrase.text)))
        return readings

    def segments(self, terms: Sequence[str]) -> tuple[Segment, ...]:
        """Cut terms where entries begin and end, from the left, the longest first; what is in none, one by one."""
        found = []
        start = 0
        while start < len(terms):
            length = self._length(terms, start)
            run = tuple(terms[start : start + length])
            others = self._alternatives.get(run, {})
            found.append(Segment(run, tuple(Alternative(*item) for item in others.items())))
            start += length
        return tuple(found)

    def _length(self, terms: Sequence[str], start: int) -> int:
        """How many terms the longest entry at ``start`` has; 1 if there is none."""
        longest = min(self._longest, len(terms) - start)
        return next((n for n in range(longest, 1, -1) if tuple(terms[start : start + n]) in self._alternatives), 1)
