"""A text in which places are looked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from kb import Morpheme, morphemes
from kb_places.gazetteer import Gazetteer, Place, fold

HONORIFIC = re.compile(r"[ \u3000]?(?:さん|さま|様|氏|くん|君|ちゃん|殿)")
"""What follows the name of a person."""


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

    def straddling(self, place: int) -> Morpheme | None:
        """The word that lies across a place."""
        return next((word for word in self.words if word.start < place < word.end), None)
