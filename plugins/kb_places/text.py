"""A text in which places are looked for."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from kb import Morpheme, morphemes
from kb_places.gazetteer import Gazetteer, Place, fold

HONORIFIC = re.compile(r"[ \u3000]?(?:さん|さま|様|氏|くん|君|ちゃん|殿)")
"""What follows the name of a person."""


#: Characters before and after a name that tell what it is.
_NEAR = 30


@dataclass(frozen=True, slots=True)
class Found:
    """A place that a text names."""

    start: int
    end: int
    place: Place


@dataclass(frozen=True)
class Text:
    """A text that is being read."""

    written: str
    gazetteer: Gazetteer

    @cached_property
    def key(self) -> str:
        """The text with the spellings of names made the same, of the same length."""
        return fold(self.written)

    @cached_property
    def words(self) -> Sequence[Morpheme]:
        """Its words."""
        return morphemes(self.written)

    @cached_property
    def prefectures(self) -> frozenset[str]:
        """The prefectures that it names."""
        return frozenset(name for name in self.gazetteer.names if name in self.written)

    @cached_property
    def _starts(self) -> Sequence[int]:
        return [word.start for word in self.words]

    def straddling(self, place: int) -> Morpheme | None:
        """The word that lies across a place."""
        number = bisect_left(self._starts, place) - 1
        return self.words[number] if number >= 0 and self.words[number].end > place else None

    def within(self, start: int, end: int) -> Sequence[Morpheme]:
        """The words that touch a span, and those beside it: one before, two after (a space and what follows it)."""
        first = max(bisect_left(self._starts, start + 1) - 2, 0)
        return self.words[first : bisect_left(self._starts, end) + 2]

    def before(self, start: int) -> str:
        """What stands directly before a place."""
        return self.key[max(start - _NEAR, 0) : start]

    def after(self, end: int) -> str:
        """What stands directly after a place."""
        return self.key[end : end + _NEAR]
