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
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.metadata import version
from threading import local

from sudachipy import (  # type: ignore[import-untyped] # it ships stubs, but not the marker that says so
    Dictionary,
    SplitMode,
    Tokenizer,
)
from sudachipy import Morpheme as SudachiMorpheme

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
class _Word:
    """A term and its place in the piece of the key that is being read."""

    term: str
    start: int
    end: int


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
        self._whole = lru_cache(maxsize=4096)(self._whole_verb)

    @cached_property
    def fingerprint(self) -> str:
        """Everything that terms depend on: an index made under another fingerprint must be rebuilt."""
        sudachi = "sudachipy {} sudachidict-core {}".format(version("sudachipy"), version("sudachidict-core"))
        return f"{sudachi} rules {RULES} unicode {unicodedata.unidata_version} folding {_folding()}"

    def terms(self, text: str) -> list[str]:
        """The terms of ``text`` in order."""
        return [token.term for token in self.tokens(text)]

    def tokens(self, text: str) -> list[Token]:
        """The terms of ``text`` in order, each with its place. A text of function words only has none."""
        folded = fold(text)
        # A lone surrogate is no character; Sudachi could not be handed it. One for one, so that places stay.
        key = _SURROGATE.sub("\ufffd", folded.key)
        return [
            Token(sys.intern(term), *_span(folded.origin, start, end), position)
            for term, start, end, position in self._terms_with_places(key)
        ]

    def morphemes(self, text: str) -> Iterator[Morpheme]:
        """The words of ``text`` in order, none left out, as long as the dictionary has them."""
        folded = fold(text)
        key = _SURROGATE.sub("\ufffd", folded.key)
        for offset, piece in _pieces(key):
            for word in self._tokenizer.tokenize(piece):
                if word.begin() == word.end():
                    continue
                start, end = _span(folded.origin, offset + word.begin(), offset + word.end())
                yield Morpheme(
                    text[start:end],
                    start,
                    end,
                    tuple(word.part_of_speech()),
                    word.normalized_form(),
                    "" if word.is_oov() else word.reading_form(),
                    not word.is_oov(),
                )

    def _terms_with_places(self, key: str) -> Iterator[tuple[str, int, int, int]]:
        position = 0
        for offset, piece in _pieces(key):
            for word in self._words(piece):
                if isinstance(word, _Word):
                    yield word.term, offset + word.start, offset + word.end, position
                    position += 1
                else:
                    position += bool(_SENTENCE_END.search(word))

    def _words(self, piece: str) -> Iterator[_Word | str]:
        """The terms of a piece with their places, and what is dropped as it stands."""
        morphemes = self._tokenizer.tokenize(piece)
        number = 0
        while number < len(morphemes):
            word = morphemes[number]
            number += 1
            if self._is_function_word(word) or self._points(word):
                yield word.surface()
            elif self._is_regardless(morphemes, number - 1):
                continue
            elif not self._is_auxiliary(word):
                yield from self._terms_of(word)
            elif number < len(morphemes) and (whole := self._whole(word.surface() + morphemes[number].surface())):
                yield _Word(whole, word.begin(), morphemes[number].end())
                number += 1

    def _points(self, word: SudachiMorpheme) -> bool:
        """Whether it is an adverb that only points or asks."""
        return bool(self._is_adverb(word)) and word.normalized_form() in _POINTING

    def _is_regardless(self, morphemes: Sequence[SudachiMorpheme], number: int) -> bool:
        """Whether it is the verb inside 「にかかわらず」."""
        if morphemes[number].normalized_form() not in _REGARDLESS or not 0 < number < len(morphemes) - 1:
            return False
        return bool(morphemes[number - 1].surface() == "に" and morphemes[number + 1].surface() == "ず")

    def _terms_of(self, word: SudachiMorpheme) -> Iterator[_Word]:
        """A verb as it is, anything else in short units."""
        if self._is_verb(word):
            yield _Word(self._term(word), word.begin(), word.end())
            return
        for part in word.split(SplitMode.A, add_single=True):
            if not self._is_function_word(part):
                yield from self._short(part)

    def _short(self, part: SudachiMorpheme) -> Iterator[_Word]:
        """One short unit; a municipality as its name and 市, 町 …, as most are: the dictionary has only some whole."""
        term, start, end = self._term(part), part.begin(), part.end()
        if self._is_place(part) and len(term) > 2 and term[-1] in _MUNICIPAL and part.surface()[-1] == term[-1]:
            yield _Word(term[:-1], start, end - 1)
            yield _Word(term[-1], end - 1, end)
        else:
            yield _Word(term, start, end)

    def _term(self, word: SudachiMorpheme) -> str:
        form: str = word.normalized_form().lower()
        return _noun_of(form, self._dictionary.pos_of(word.part_of_speech_id())[4]) if self._is_verb(word) else form

    def _whole_verb(self, surface: str) -> str:
        """The verb that was taken apart before a particle (見守りを is read as 見 and 守り); empty if it is none."""
        found = self._tokenizer.tokenize(surface)
        is_verb = len(found) == 1 and self._is_verb(found[0]) and not self._is_auxiliary(found[0])
        return self._term(found[0]) if is_verb else ""

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
    return list(_analyzer().morphemes(text))


def tokens(text: str) -> list[Token]:
    """The terms of ``text`` in order, each with its place, as the index has them. From any thread."""
    return _analyzer().tokens(text)


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


def _span(origin: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """``Folded.span`` for a span that is never empty, without copying the rest of the map for each token."""
    last = origin[end - 1]
    while origin[end] == last and end < len(origin) - 1:
        end += 1
    return origin[start], origin[end]


def _pieces(key: str) -> Iterator[tuple[int, str]]:
    """Cut what is too long for Sudachi: at the last end of a sentence that fits, else anywhere."""
    start = 0
    while len(key) - start > _LONGEST_PIECE:
        ends = [match.end() for match in _SENTENCE_END.finditer(key, start, start + _LONGEST_PIECE)]
        end = ends[-1] if ends else start + _LONGEST_PIECE
        yield start, key[start:end]
        start = end
    if start < len(key):
        yield start, key[start:]


def _folding() -> str:
    """What the search key makes of every character of the Basic Multilingual Plane, as a short digest."""
    characters = (chr(code) for code in (*range(0xD800), *range(0xE000, 0x10000)))
    key = search_key("\n".join(characters))
    return hashlib.sha256(key.encode()).hexdigest()[:12]
