"""A text as the rules read it: the same length in one width, and its words, each made once."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from kb import Morpheme, morphemes
from kb_privacy.clue import Certainty, Clue, Kind

#: Everything that people type between the digits of a number. The mark of a long vowel (ー) is left alone: it is part
#: of words; the rules for numbers know it themselves.
_DASHES = dict.fromkeys("‐‑‒–—―−─━－", "-")

#: One character for one, so that places in the plain form are places in the text.
_PLAIN = str.maketrans(
    {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | _DASHES | {"　": " ", "\u00a0": " ", "〜": "~"}
)

_NOUNISH = frozenset({"名詞", "接頭辞", "接尾辞", "形状詞"})


@dataclass(frozen=True)
class Passage:
    """One text to be checked. Rules read it and never change it."""

    text: str
    letters: frozenset[str] = frozenset()
    """The letters that stand for people elsewhere in the same document."""

    @cached_property
    def plain(self) -> str:
        """The text with letters, digits and signs in one width; every character stays in its place."""
        return self.text.translate(_PLAIN)

    @cached_property
    def words(self) -> tuple[Morpheme, ...]:
        """The words with their parts of speech."""
        return tuple(morphemes(self.text))

    def words_around(self, place: int) -> tuple[Morpheme, ...]:
        """The words that the character at ``place`` belongs to: one, or none."""
        number = bisect_right(self._starts, place) - 1
        return (self.words[number],) if number >= 0 and place < self.words[number].end else ()

    @cached_property
    def _starts(self) -> list[int]:
        return [word.start for word in self.words]

    def clue(self, kind: Kind, span: tuple[int, int], why: str, certainty: Certainty = "sure") -> Clue:
        """A clue with its evidence."""
        start, end = span
        return Clue(kind, start, end, self.text[start:end], certainty, why)


def is_person(word: Morpheme) -> bool:
    """Whether the dictionary calls it a name of people; the letters of pseudonyms (A氏) are not."""
    return word.part_of_speech[2] == "人名" and not is_latin(word)


def is_place(word: Morpheme) -> bool:
    """Whether the dictionary calls it a place."""
    return word.part_of_speech[2] == "地名"


def is_nounish(word: Morpheme) -> bool:
    """Whether it can be part of a compound noun."""
    return word.part_of_speech[0] in _NOUNISH


def is_latin(word: Morpheme) -> bool:
    """Whether it is written in Latin letters, in either width."""
    folded = unicodedata.normalize("NFKC", word.surface)
    return folded.isascii() and folded.isalpha()
