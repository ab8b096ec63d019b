"""From text to terms: what two texts must have in common for one to find the other.

Which forms are kept and which parts of speech dropped was measured on Japanese question-answering sets
(ARCHITECTURE.md, "Tokens matter more than the engine"): short units (mode A) in their normalized form, without function
words, gain more than any choice of engine. ``kb.text.sudachi`` does it.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.metadata import version

from kb.text import sudachi
from kb.text.normalize import search_key
from kb.text.sudachi import Parsed

RULES = 4
"""Number of the rules of this file and of ``kb.text.sudachi``: raise it with every change that changes terms, and
indexes are rebuilt."""


@dataclass(frozen=True, slots=True)
class Token:
    """One term of a text and where it stands."""

    term: str
    start: int
    end: int
    """``start:end`` is the span in the text as it was given."""
    position: int
    """The how-manieth term it is. Dropped words leave no gap (制度の狭間 is 制度 beside 狭間); the end of a sentence or
    a line leaves a gap of one, so that nothing is adjacent across it."""


@dataclass(frozen=True, slots=True)
class Morpheme:
    """One word of a text with what the dictionary says of it."""

    surface: str
    """As the text has it: ``text[start:end]``."""
    start: int
    end: int
    part_of_speech: tuple[str, ...]
    """Six levels, ``*`` where there is nothing to say: ``("名詞", "固有名詞", "人名", "姓", "*", "*")``."""
    normalized: str
    """The form that spellings have in common: 附属 is 付属."""
    reading: str
    """In katakana; empty for a word that the dictionary does not have."""
    known: bool
    """False for a word that the dictionary does not have, whose part of speech is a guess."""


class Analyzer:
    """Turns texts and queries into terms, the same way for both; safe to share between threads."""

    def __init__(self) -> None:
        sudachi.load()

    @cached_property
    def fingerprint(self) -> str:
        """Everything that terms depend on: an index made under another fingerprint must be rebuilt."""
        made_by = "sudachipy {} sudachidict-core {}".format(version("sudachipy"), version("sudachidict-core"))
        return f"{made_by} rules {RULES} unicode {unicodedata.unidata_version} folding {_folding()}"

    def terms(self, text: str) -> list[str]:
        """The terms of ``text`` in order."""
        return list(self.read(text).terms.terms)

    def tokens(self, text: str) -> list[Token]:
        """The terms of ``text`` in order, each with its place. A text of function words only has none."""
        found = self.read(text).terms
        return list(map(Token, found.terms, found.starts, found.ends, found.positions))

    def read(self, text: str) -> Parsed:
        """A text with its words and its terms, for bulk work."""
        return sudachi.read(text)


def morphemes(text: str) -> list[Morpheme]:
    """The words of ``text`` in order, none left out, as long as the dictionary has them (mode C).

    For what depends on parts of speech, such as the names of people. From any thread, for a text of any length. The
    spans are those of the text as written; a character that folds to several (㍿) may belong to more than one word.
    """
    return list(_each(sudachi.read(text)))


def tokens(text: str) -> list[Token]:
    """The terms of ``text`` in order, each with its place, as the index has them. From any thread."""
    return _analyzer().tokens(text)


@lru_cache(maxsize=1)
def _analyzer() -> Analyzer:
    return Analyzer()


def _each(parsed: Parsed) -> Iterator[Morpheme]:
    for word, start, end in zip(parsed.words, parsed.starts, parsed.ends, strict=True):
        surface = parsed.text[start:end]
        yield Morpheme(surface, start, end, word.part_of_speech, word.normalized, word.reading, word.known)


def _folding() -> str:
    """What the search key makes of every character of the Basic Multilingual Plane, as a short digest."""
    characters = (chr(code) for code in (*range(0xD800), *range(0xE000, 0x10000)))
    key = search_key("\n".join(characters))
    return hashlib.sha256(key.encode()).hexdigest()[:12]
