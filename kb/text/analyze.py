"""From text to terms: what two texts must have in common for one to find the other.

This is the only file that knows Sudachi. Which forms are kept and which parts of speech dropped was measured on
Japanese question-answering sets (ARCHITECTURE.md, "Tokens matter more than the engine"): short units (mode A) in their
normalized form, without function words, gain more than any choice of engine.

Verbs stay whole (見守る is not 守る), and in the form in which they are nouns: headings say 関わり, 見守り, 支え合い
where texts say 関わる, 見守る, 支え合う, and Sudachi's normalized forms of the two differ.
"""

from __future__ import annotations

import hashlib
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.metadata import version
from itertools import accumulate, pairwise
from threading import local

from sudachipy import (  # type: ignore[import-untyped] # it ships stubs, but not the marker that says so
    Dictionary,
    SplitMode,
    Tokenizer,
)
from sudachipy import Morpheme as SudachiMorpheme

from kb.text.lexemes import AUXILIARY, BREAK, DROPPED, REGARDLESS, TERM, Lexeme, Part, letter
from kb.text.normalize import fold, search_key

RULES = 4
"""Number of this file's rules: raise it with every change that changes terms, and indexes are rebuilt."""

#: Parts of speech that say nothing of what a text is about.
_FUNCTION_WORDS = [
    *((part,) for part in ("助詞", "助動詞", "補助記号", "空白", "記号", "代名詞", "接続詞", "連体詞", "感動詞")),
    ("形状詞", "助動詞語幹"),  # よう, そう, みたい
]

#: The adverbs among the こそあど words, of which pronouns and 連体詞 go anyway, and those that ask: a question with
#: 「どうすればよいか」 is not about anything that a text with 「かどうか」 says.
_ADVERBS = [("副詞",), ("形状詞",)]
_POINTING = frozenset({"こう", "そう", "ああ", "どう", "如何", "何故", "どうして", "幾ら", "そうして", "こうして"})

#: 「にかかわらず」 is a particle of three words, and not about 関わり.
_REGARDLESS = frozenset({"関わる", "係わる", "拘わる"})

#: する, いる, ある, よい, ない …: words that mostly help another word along.
_AUXILIARIES = [("動詞", "非自立可能"), ("形容詞", "非自立可能")]

_PLACES = [("名詞", "固有名詞", "地名")]
#: What names of municipalities end with. 汐見町 is one word to Sudachi, but in 汐見町の中学校 it is two.
_MUNICIPAL = frozenset("都道府県郡市区町村")

#: Sudachi refuses more than 49,149 bytes (0.6.11). No character has more than 4, so this many never reach it.
_LONGEST_PIECE = 49_149 // 4

#: Words, and titles and headings, that are remembered: 20 MB and 5 MB in a process that has met that many.
_MOST_LEXEMES, _MOST_SHORT = 1 << 15, 2048
#: Characters of a text that is short: a heading, whose like comes again with each section below it.
_SHORT = 80
#: Texts whose morphemes are remembered: one section passes through several plugins, one after the other.
_LATEST = 4

#: The number of words that Sudachi makes of several that are a number: 二十三. What they are depends on those.
_JOINED = 0xFFFF_FFFF

_SENTENCE_END = re.compile(r"[。!?\n]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


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


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a text in order, a column for each thing that a ``Token`` says: bulk work needs no objects."""

    terms: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    positions: Sequence[int]

    def tokens(self) -> list[Token]:
        """The same, one by one."""
        return list(map(Token, self.terms, self.starts, self.ends, self.positions))


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text that has been read once: its words, for what depends on parts of speech, and its terms."""

    text: str
    words: Sequence[Lexeme]
    """In order, none left out, as long as the dictionary has them (mode C)."""
    starts: Sequence[int]
    ends: Sequence[int]
    """``text[starts[n]:ends[n]]`` is ``words[n]``."""
    terms: Terms

    def surface(self, number: int) -> str:
        """A word as the text has it."""
        return self.text[self.starts[number] : self.ends[number]]

    def morphemes(self) -> Iterator[Morpheme]:
        """The words as values of their own."""
        for word, start, end in zip(self.words, self.starts, self.ends, strict=True):
            surface = self.text[start:end]
            yield Morpheme(surface, start, end, word.part_of_speech, word.normalized, word.reading, word.known)


@dataclass(slots=True)
class _Columns:
    """Terms in the making, with their places in the search key."""

    terms: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    position: int = 0
    """Of the next term."""


class Analyzer:
    """Turns texts and queries into terms, the same way for both; safe to share between threads.

    The dictionary is shared. A tokenizer must not be ("Already borrowed"), so each thread has one of its own.
    """

    def __init__(self) -> None:
        self._dictionary = _dictionary()
        self._is_function_word = self._dictionary.pos_matcher(_FUNCTION_WORDS)
        self._is_auxiliary = self._dictionary.pos_matcher(_AUXILIARIES)
        self._is_adverb = self._dictionary.pos_matcher(_ADVERBS)
        self._is_place = self._dictionary.pos_matcher(_PLACES)
        self._is_verb = self._dictionary.pos_matcher([("動詞",)])
        self._of_thread = local()
        self._lexemes: dict[tuple[object, ...], Lexeme] = {}
        self._part_of_speech = lru_cache(maxsize=None)(self._dictionary.pos_of)
        self._whole = lru_cache(maxsize=4096)(self._whole_verb)
        self._read_short = lru_cache(maxsize=_MOST_SHORT)(self._read)

    @cached_property
    def fingerprint(self) -> str:
        """Everything that terms depend on: an index made under another fingerprint must be rebuilt."""
        sudachi = "sudachipy {} sudachidict-core {}".format(version("sudachipy"), version("sudachidict-core"))
        return f"{sudachi} rules {RULES} unicode {unicodedata.unidata_version} folding {_folding()}"

    def terms(self, text: str) -> list[str]:
        """The terms of ``text`` in order."""
        return list(self.read(text).terms.terms)

    def tokens(self, text: str) -> list[Token]:
        """The terms of ``text`` in order, each with its place. A text of function words only has none."""
        return self.read(text).terms.tokens()

    def read(self, text: str) -> Parsed:
        """A text with its words and its terms; of short ones the latest are remembered."""
        return self._read_short(text) if len(text) <= _SHORT else self._read(text)

    def _read(self, text: str) -> Parsed:
        folded = fold(text)
        # A lone surrogate is no character; Sudachi could not be handed it. One for one, so that places stay.
        key = _SURROGATE.sub("\ufffd", folded.key)
        words: list[Lexeme] = []
        places = [0]
        found = _Columns()
        for piece in _pieces(key):
            some, borders = self._words(piece, places[-1])
            self._add_terms(found, some, borders)
            words += some
            places += borders[1:]
        spans = (places[:-1], places[1:]), (found.starts, found.ends)
        if not folded.is_even:
            spans = _spans(folded.origin, *spans[0]), _spans(folded.origin, *spans[1])
        return Parsed(text, words, *spans[0], Terms(found.terms, *spans[1], found.positions))

    def _words(self, piece: str, start: int) -> tuple[list[Lexeme], list[int]]:
        """The words of a piece that begins at ``start``, and their borders: each begins where the last one ends."""
        morphemes = list(self._tokenizer.tokenize(piece))
        borders = list(accumulate(map(len, morphemes), initial=0))
        surfaces = [piece[begin:end] for begin, end in pairwise(borders)]
        words = list(map(self._lexemes.get, zip(surfaces, map(SudachiMorpheme.word_id, morphemes), strict=True)))
        if not all(words):
            known = zip(words, surfaces, morphemes, strict=True)
            words = [word or self._lexeme(surface, morpheme) for word, surface, morpheme in known]
        return words, [start + border for border in borders] if start else borders

    def _add_terms(self, columns: _Columns, words: Sequence[Lexeme], starts: Sequence[int]) -> None:
        """Append the terms of some words that stand at ``starts``. The inmost loop of bulk loads."""
        terms, begins, ends, positions = columns.terms, columns.starts, columns.ends, columns.positions
        position = columns.position
        rows = zip((None, *words), words, (*words[1:], None), starts, strict=False)
        for before, word, after, start in rows:
            role = word.role
            if role is DROPPED:
                continue
            if role is BREAK:
                position += 1
                continue
            if role is REGARDLESS and before and after and before.surface == "に" and after.surface == "ず":
                continue
            parts = word.parts
            if role is AUXILIARY:
                parts = self._halves(word, after) if after else ()
                if parts:
                    next(rows)
            for term, first, last in parts:
                terms.append(term)
                begins.append(start + first)
                ends.append(start + last)
                positions.append(position)
                position += 1
        columns.position = position

    def _halves(self, word: Lexeme, after: Lexeme) -> tuple[Part, ...]:
        """The verb that two words are together, if they are one."""
        both = word.surface + after.surface
        whole = self._whole(both)
        return ((whole, 0, len(both)),) if whole else ()

    def _whole_verb(self, surface: str) -> str:
        """The verb that was taken apart before a particle (見守りを is read as 見 and 守り); empty if it is none."""
        found = self._tokenizer.tokenize(surface)
        is_verb = len(found) == 1 and self._is_verb(found[0]) and not self._is_auxiliary(found[0])
        return self._term(found[0]) if is_verb else ""

    # ------------------------------------------------------------------------------------------------- one word

    def _lexeme(self, surface: str, word: SudachiMorpheme) -> Lexeme:
        """A word that has not been met, or is one of ``_JOINED``."""
        key: tuple[object, ...] = surface, word.word_id()
        if key[1] == _JOINED:
            key = *key, word.normalized_form(), word.reading_form(), word.part_of_speech_id()
            if known := self._lexemes.get(key):
                return known
        if len(self._lexemes) >= _MOST_LEXEMES:
            self._lexemes.clear()
        made = self._lexemes[key] = self._made(surface, word)
        return made

    def _made(self, surface: str, word: SudachiMorpheme) -> Lexeme:
        part_of_speech = self._part_of_speech(word.part_of_speech_id())
        normalized = word.normalized_form()
        parts: tuple[Part, ...] = ()
        if self._is_function_word(word) or (self._is_adverb(word) and normalized in _POINTING):
            role = BREAK if _SENTENCE_END.search(surface) else DROPPED
        elif self._is_auxiliary(word):
            role = AUXILIARY
        else:
            role = REGARDLESS if normalized in _REGARDLESS else TERM
            parts = tuple(self._terms_of(word))
        reading = "" if word.is_oov() else word.reading_form()
        known = not word.is_oov()
        return Lexeme(surface, part_of_speech, normalized, reading, known, role, parts, letter(part_of_speech))

    def _terms_of(self, word: SudachiMorpheme) -> Iterator[Part]:
        """A verb as it is, anything else in short units."""
        if self._is_verb(word):
            yield self._term(word), 0, len(word)
            return
        for part in word.split(SplitMode.A, add_single=True):
            if not self._is_function_word(part):
                yield from self._short(part, part.begin() - word.begin())

    def _short(self, part: SudachiMorpheme, start: int) -> Iterator[Part]:
        """One short unit; a municipality as its name and 市, 町 …, as most are: the dictionary has only some whole."""
        term, end = self._term(part), start + len(part)
        if self._is_place(part) and len(term) > 2 and term[-1] in _MUNICIPAL and part.surface()[-1] == term[-1]:
            yield sys.intern(term[:-1]), start, end - 1
            yield sys.intern(term[-1]), end - 1, end
        else:
            yield term, start, end

    def _term(self, word: SudachiMorpheme) -> str:
        form: str = word.normalized_form().lower()
        is_verb = self._is_verb(word)
        return sys.intern(_noun_of(form, self._part_of_speech(word.part_of_speech_id())[4]) if is_verb else form)

    @property
    def _tokenizer(self) -> Tokenizer:
        tokenizer: Tokenizer | None = getattr(self._of_thread, "tokenizer", None)
        if tokenizer is None:
            tokenizer = self._of_thread.tokenizer = self._dictionary.create(mode=SplitMode.C)
        return tokenizer


def morphemes(text: str) -> list[Morpheme]:
    """The words of ``text`` in order, none left out, as long as the dictionary has them (mode C).

    For what depends on parts of speech, such as the names of people. From any thread, for a text of any length. The
    spans are those of the text as written; a character that folds to several (㍿) may belong to more than one word.
    """
    return list(_morphemes(text))


def tokens(text: str) -> list[Token]:
    """The terms of ``text`` in order, each with its place, as the index has them. From any thread."""
    return _analyzer().tokens(text)


def read(text: str) -> Parsed:
    """A text with its words and its terms. From any thread."""
    return _analyzer().read(text)


@lru_cache(maxsize=_LATEST)
def _morphemes(text: str) -> tuple[Morpheme, ...]:
    return tuple(read(text).morphemes())


@lru_cache(maxsize=1)
def _analyzer() -> Analyzer:
    return Analyzer()


@lru_cache(maxsize=1)
def _dictionary() -> Dictionary:
    """One for the process: a second one takes another 56 MB (measured with dictionary core 20260723)."""
    return Dictionary(dict="core")


#: The last syllable of a verb of five rows (五段) and what it is in the verb's noun: 関わる, 関わり.
_FIVE_ROWS = str.maketrans("うくぐすつぬぶむる", "いきぎしちにびみり")


def _noun_of(verb: str, conjugation: str) -> str:
    """The form in which a verb is a noun (連用形); verbs that conjugate in other ways stay as they are."""
    if "五段" in conjugation:
        return verb[:-1] + verb[-1].translate(_FIVE_ROWS)
    return verb.removesuffix("る") or verb if "一段" in conjugation else verb


def _spans(origin: Sequence[int], starts: Sequence[int], ends: Sequence[int]) -> tuple[list[int], list[int]]:
    """``Folded.span`` for many spans that are never empty."""
    return [origin[start] for start in starts], [_after(origin, end) for end in ends]


def _after(origin: Sequence[int], end: int) -> int:
    """Where in the text what the key has before ``end`` ends: behind the character that it was made of."""
    last = origin[end - 1]
    while origin[end] == last and end < len(origin) - 1:
        end += 1
    return origin[end]


def _pieces(key: str) -> Iterator[str]:
    """Cut what is too long for Sudachi: at the last end of a sentence that fits, else anywhere."""
    start = 0
    while len(key) - start > _LONGEST_PIECE:
        ends = [match.end() for match in _SENTENCE_END.finditer(key, start, start + _LONGEST_PIECE)]
        end = ends[-1] if ends else start + _LONGEST_PIECE
        yield key[start:end]
        start = end
    if start < len(key):
        yield key[start:]


def _folding() -> str:
    """What the search key makes of every character of the Basic Multilingual Plane, as a short digest."""
    characters = (chr(code) for code in (*range(0xD800), *range(0xE000, 0x10000)))
    key = search_key("\n".join(characters))
    return hashlib.sha256(key.encode()).hexdigest()[:12]
