"""The only file that knows Sudachi: a text as words, and the terms that they give.

Verbs stay whole (見守る is not 守る), and in the form in which they are nouns: headings say 関わり, 見守り, 支え合い
where texts say 関わる, 見守る, 支え合う, and Sudachi's normalized forms of the two differ.

Each question to Sudachi is a step into another language, and a text of 400 characters has 250 words of which nearly all
have been met before: what the dictionary says of a word is asked once and remembered, in bounds.
"""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, chain
from threading import local
from typing import Any

from sudachipy import (  # type: ignore[import-untyped] # it ships stubs, but not the marker that says so
    Dictionary,
    SplitMode,
    Tokenizer,
)
from sudachipy import Morpheme as SudachiMorpheme

from kb.text.lexemes import AUXILIARY, BREAK, DROPPED, REGARDLESS, TERM, Lexeme, Part, letter
from kb.text.normalize import fold

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
#: Longer texts that are remembered: the index, and plugins one after the other, ask for the words of the same section.
_MOST_LONG = 4

#: The number of words that Sudachi makes of several that are a number: 二十三. What they are depends on those.
_JOINED = 0xFFFF_FFFF
#: From here on, numbers are not of words that the dictionary has (0.6.11).
UNKNOWN = 0x0FFF_FFFF

_SENTENCE_END = re.compile(r"[。!?\n]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a text in order, a column for each thing that a token says: an object for each would take longer."""

    terms: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    positions: Sequence[int]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text with its words, for what depends on parts of speech."""

    text: str
    words: Sequence[Lexeme]
    """In order, none left out, as long as the dictionary has them (mode C)."""
    starts: Sequence[int]
    ends: Sequence[int]
    """``text[starts[n]:ends[n]]`` is ``words[n]``."""
    is_even: bool
    """Whether each word stands where it does in the search key, and is as long."""


@dataclass(frozen=True, slots=True)
class Parsed(Spoken):
    """A text that has been read once: its words and its terms."""

    terms: Terms


@dataclass(slots=True)
class _Columns:
    """Terms in the making, with their places in the search key."""

    terms: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    """For each end of a sentence or a line, how many terms there are before it."""

    def positions(self) -> list[int]:
        """The position of each term."""
        found: list[int] = []
        for number, gap in enumerate([*self.gaps, len(self.terms)]):
            found += range(len(found) + number, gap + number)
        return found


class _Parser:
    """Reads texts. The dictionary is shared between threads; a tokenizer must not be ("Already borrowed").

    What is remembered may be lost or made twice when threads meet, and is the same each time.
    """

    def __init__(self) -> None:
        #: One for the process: a second one takes another 56 MB (measured with dictionary core 20260723).
        self._dictionary = Dictionary(dict="core")
        self._is_function_word = self._dictionary.pos_matcher(_FUNCTION_WORDS)
        self._is_auxiliary = self._dictionary.pos_matcher(_AUXILIARIES)
        self._is_adverb = self._dictionary.pos_matcher(_ADVERBS)
        self._is_place = self._dictionary.pos_matcher(_PLACES)
        self._is_verb = self._dictionary.pos_matcher([("動詞",)])
        self._of_thread = local()
        self._lexemes: dict[tuple[object, ...], Lexeme] = {}
        self._by_number: dict[int, Lexeme] = {}
        self._part_of_speech = lru_cache(maxsize=None)(self._dictionary.pos_of)
        self._whole = lru_cache(maxsize=4096)(self._whole_verb)
        self.short = lru_cache(maxsize=_MOST_SHORT)(self._read)
        self.long = lru_cache(maxsize=_MOST_LONG)(self._read)

    def cut(self, pieces: Iterable[str]) -> Iterator[tuple[Sequence[Any], array[int]]]:
        """See ``cut`` below."""
        tokenize, number = self._tokenizer.tokenize, SudachiMorpheme.word_id
        for piece in pieces:
            words = tokenize(piece)
            yield words, array("I", map(number, words))  # at once: these words are still in the processor's cache

    def lexemes(self, morphemes: Iterable[SudachiMorpheme]) -> list[Lexeme]:
        """See ``lexemes`` below."""
        return list(map(self._lexeme, morphemes))

    def whole(self, word: Lexeme, after: Lexeme) -> str:
        """See ``whole`` below."""
        return self._whole(word.surface + after.surface)

    def _read(self, text: str) -> Parsed:
        folded = fold(text)
        key = _tokenisable(folded.key)
        words: list[Lexeme] = []
        places = [0]
        found = _Columns()
        for piece in _pieces(key):
            some, lengths = self._words(piece)
            borders = list(accumulate(lengths, initial=places.pop()))
            self._add_terms(found, some, borders)
            words += some
            places += borders
        spans = (places[:-1], places[1:]), (found.starts, found.ends)
        if not folded.is_even:
            spans = _spans(folded.origin, *spans[0]), _spans(folded.origin, *spans[1])
        return Parsed(text, words, *spans[0], folded.is_even, Terms(found.terms, *spans[1], found.positions()))

    def _words(self, piece: str) -> tuple[list[Lexeme], Iterator[int]]:
        """The words of a piece of the key with their lengths; each begins where the last one ends."""
        morphemes = self._tokenizer.tokenize(piece)
        numbers: list[int] = list(map(SudachiMorpheme.word_id, morphemes))
        words: list[Any] = list(map(self._by_number.get, numbers))
        for place in [place for place, word in enumerate(words) if word is None]:
            morpheme = morphemes[place]
            words[place] = self._lexemes.get((morpheme.surface(), numbers[place])) or self._lexeme(morpheme)
        surfaces = [word.surface for word in words]
        if "".join(surfaces) != piece:
            # Sudachi reads スーーパー as スーパー: one word, and not all that have its number look the same.
            words = list(map(self._lexeme, morphemes))
            surfaces = [word.surface for word in words]
        return words, map(len, surfaces)

    def _add_terms(self, columns: _Columns, words: Sequence[Lexeme], starts: Sequence[int]) -> None:
        """Append the terms of some words that stand at ``starts``."""
        terms, begins, ends = columns.terms, columns.starts, columns.ends
        rows = zip(words, starts, chain(words[1:], (None,)), strict=False)
        for word, start, after in rows:
            parts = word.parts
            if not parts:
                role = word.role
                if role is DROPPED:
                    continue
                if role is BREAK:
                    columns.gaps.append(len(terms))
                    continue
                parts = self._halves(word, after) if after and role is AUXILIARY else ()
                if not parts:
                    continue
                next(rows)
            elif word.role is REGARDLESS and _is_regardless(words, starts.index(start)):
                continue
            for term, first, last in parts:
                terms.append(term)
                begins.append(start + first)
                ends.append(start + last)

    def _halves(self, word: Lexeme, after: Lexeme) -> tuple[Part, ...]:
        """The verb that two words are together, if they are one."""
        whole = self.whole(word, after)
        return ((whole, 0, len(word.surface + after.surface)),) if whole else ()

    def _whole_verb(self, surface: str) -> str:
        """The verb that was taken apart before a particle (見守りを is read as 見 and 守り); empty if it is none."""
        found = self._tokenizer.tokenize(surface)
        is_verb = len(found) == 1 and self._is_verb(found[0]) and not self._is_auxiliary(found[0])
        return self._term(found[0]) if is_verb else ""

    # ------------------------------------------------------------------------------------------------- one word

    def _lexeme(self, word: SudachiMorpheme) -> Lexeme:
        """A word that has not been met, or of which its number alone does not say what it is."""
        number = word.word_id()
        key: tuple[object, ...] = word.surface(), number
        if number == _JOINED:
            key = *key, *_of_joined(word)
        lexeme = self._lexemes.get(key)
        if lexeme is None:
            if len(self._lexemes) >= _MOST_LEXEMES:
                self._lexemes.clear()
                self._by_number.clear()
            lexeme = self._lexemes[key] = self._made(word)
        if number < UNKNOWN:
            self._by_number[number] = lexeme
        return lexeme

    def _made(self, word: SudachiMorpheme) -> Lexeme:
        surface = word.surface()
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


def cut(pieces: Iterable[str]) -> Iterator[tuple[Sequence[Any], array[int]]]:
    """The words of some pieces: each as Sudachi has it, and its number in the dictionary.

    From ``UNKNOWN`` on, the number alone does not say what the word is. One piece right after the other takes less than
    in turns with something else: Sudachi's tables and Python's objects drive each other out of the processor's cache.
    """
    return _parser().cut(pieces)


def distinct(words: Sequence[SudachiMorpheme], numbers: Sequence[int]) -> list[Hashable]:
    """For each word of ``cut`` what tells it from others that have its number."""
    found: list[Hashable] = list(map(SudachiMorpheme.surface, words))
    for place in [place for place, number in enumerate(numbers) if number == _JOINED]:
        found[place] = found[place], *_of_joined(words[place])
    return found


def _of_joined(word: SudachiMorpheme) -> tuple[object, ...]:
    return word.normalized_form(), word.reading_form(), word.part_of_speech_id()


def lexemes(words: Iterable[SudachiMorpheme]) -> list[Lexeme]:
    """What words of ``cut`` are."""
    return _parser().lexemes(words)


def whole(word: Lexeme, after: Lexeme) -> str:
    """The verb that two words are together; empty if they are none."""
    return _parser().whole(word, after)


def piece(text: str) -> str | None:
    """The search key of a text as one piece, character for character; None of a text that has to be read with care."""
    folded = fold(text)
    return _tokenisable(folded.key) if folded.is_even and len(folded.key) <= _LONGEST_PIECE else None


def _tokenisable(key: str) -> str:
    """A lone surrogate is no character; Sudachi could not be handed it. One for one, so that places stay."""
    try:
        key.encode()  # takes less than looking for one
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", key)
    return key


def _is_regardless(words: Sequence[Lexeme], number: int) -> bool:
    """Whether a verb is the one inside 「にかかわらず」."""
    if not 0 < number < len(words) - 1:
        return False
    return words[number - 1].surface == "に" and words[number + 1].surface == "ず"


@lru_cache(maxsize=1)
def _parser() -> _Parser:
    return _Parser()


def load() -> None:
    """Load the dictionary, so that nobody waits for it later (34 ms)."""
    _parser()


def read(text: str) -> Parsed:
    """A text with its words and its terms, from any thread; the latest are remembered, and shared: change nothing."""
    return _parser().short(text) if len(text) <= _SHORT else _parser().long(text)


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
