"""The tokens of texts as a few bytes, so that what was analysed once can be marked without doing it again.

The bytes hold the tokens of a few texts (a section's heading and text) and say of each text what it was: tokens of
another text, however similar, are never taken for its own. They are searched as they lie, and hardly decoded: the
terms, each once, with a line's end between; then for each text four rows of numbers, one number a token in each.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from operator import sub
from struct import Struct

from kb.text.analyze import Token
from kb.text.sudachi import Terms

Place = tuple[int, int]
"""Start and end in a text."""

#: Stands around terms: no term has one, for a line's end is no word.
_EDGE = "\n"

#: zlib's fastest: the slower ones save a tenth and take three times as long (texts of 400 characters).
_LEVEL = 1

#: At the beginning: bytes of the terms, bytes of one number of the rows, how many texts.
_HEAD = Struct("=III")

#: For each text: its length and checksum, and how many tokens it has.
_TEXT = Struct("=III")

#: Rows of each text: which term a token has, how far it starts after the one before, how long it is, how many positions
#: it is after the one before.
_ROWS = 4

#: Bytes of one number of the rows, the first that the largest one fits into, and what ``array`` calls such.
_CODES = {1: "B", 2: "H", 4: "I"}
_WIDE = 4


def columns(tokens: Sequence[Token]) -> Terms:
    """Tokens in columns."""
    rows = ((token.term, token.start, token.end, token.position) for token in tokens)
    return Terms(*zip(*rows, strict=True)) if tokens else Terms((), (), (), ())


def encode(texts: Mapping[str, Terms]) -> bytes:
    """Texts with their tokens as bytes, without the texts."""
    numbers: dict[str, int] = {}
    body = [number for found in texts.values() for row in _rows(found, numbers) for number in row]
    terms = _edged(numbers).encode()
    largest = max(body, default=0)
    width = next(width for width in _CODES if largest < 1 << 8 * width)
    heads = (_TEXT.pack(*_identity(text), len(found.terms)) for text, found in texts.items())
    head = _HEAD.pack(len(terms), width, len(texts)) + b"".join(heads)
    return zlib.compress(head + terms + array(_CODES[width], body).tobytes(), _LEVEL)


class _Vocabulary:
    """The terms of texts that were encoded together, and the number of each."""

    def __init__(self, terms: str) -> None:
        self.terms = terms
        # All texts are searched for the same few terms.
        self._known: dict[str, int] = {}

    def number(self, term: str) -> int:
        """That of a term; -1 if no token has it."""
        number = self._known.get(term)
        if number is None:
            start = self.terms.find(f"{_EDGE}{term}{_EDGE}")
            number = self._known[term] = self.terms.count(_EDGE, 0, start) if start >= 0 else -1
        return number

    def beginning(self, prefix: str) -> Iterator[int]:
        """Those of the terms that begin so."""
        start = self.terms.find(_EDGE + prefix)
        while start >= 0:
            yield self.terms.count(_EDGE, 0, start)
            start = self.terms.find(_EDGE + prefix, start + 1)


class Kept:
    """What ``encode`` made."""

    def __init__(self, data: bytes) -> None:
        self._data = zlib.decompress(data)
        length, self._width, texts = _HEAD.unpack_from(self._data)
        start = _HEAD.size + texts * _TEXT.size
        self._texts = [*_TEXT.iter_unpack(self._data[_HEAD.size : start])]
        self._start = start + length
        self._vocabulary = _Vocabulary(self._data[start : self._start].decode())

    def words(self, text: str) -> Words | None:
        """The tokens of a text; None if it is not one of those."""
        start = self._start
        for length, checksum, count in self._texts:
            size = count * self._width
            if length == len(text) and (length, checksum) == _identity(text):
                rows = [self._data[start + row * size : start + (row + 1) * size] for row in range(_ROWS)]
                return Words(self._vocabulary, self._width, rows)
            start += _ROWS * size
        return None


class Words:
    """The tokens of one text, looked up by their terms."""

    def __init__(self, vocabulary: _Vocabulary, width: int, rows: Sequence[bytes]) -> None:
        """``of`` and ``Kept.words`` make them."""
        self._vocabulary = vocabulary
        self._width = width
        self._code = _CODES[width]
        self._numbers, self._steps, self._lengths, self._gaps = rows
        # Read when the first word is found. Most headings have none; ``cached_property`` takes a lock each time.
        self._places: tuple[list[int], array[int]] | None = None
        self._positions: list[int] | None = None

    @classmethod
    def of(cls, found: Terms) -> Words:
        """Those of a text that has just been analysed."""
        numbers: dict[str, int] = {}
        rows = [array(_CODES[_WIDE], row).tobytes() for row in _rows(found, numbers)]
        return cls(_Vocabulary(_edged(numbers)), _WIDE, rows)

    def tokens(self) -> list[Token]:
        """All of them in order, as analysis gave them."""
        terms = self._vocabulary.terms.split(_EDGE)[1:]
        places, positions = self._placed(range(len(self._read(self._numbers)))), self._position()
        return [
            Token(terms[number], *place, position)
            for number, place, position in zip(self._read(self._numbers), places, positions, strict=True)
        ]

    def runs(self, terms: Sequence[str]) -> list[Place]:
        """Where these terms stand side by side: token by token, for analysis may have dropped a の between them."""
        numbers = [self._vocabulary.number(term) for term in terms]
        if -1 in numbers:
            return []
        found = self._found(array(self._code, numbers).tobytes())
        length = len(numbers)
        if not found or length == 1:
            return self._placed(found)
        positions = self._position()
        whole = (first for first in found if positions[first + length - 1] - positions[first] == length - 1)
        return self._placed(token for first in whole for token in range(first, first + length))

    def beginning(self, prefix: str) -> list[Place]:
        """Where terms stand that begin so."""
        numbers = self._vocabulary.beginning(prefix)
        found = (self._found(array(self._code, [number]).tobytes()) for number in numbers)
        return self._placed(token for tokens in found for token in tokens)

    def _found(self, numbers: bytes) -> list[int]:
        """Which tokens have terms with these numbers one after the other; the first of each, and they may overlap."""
        found = []
        place = self._numbers.find(numbers)
        while place >= 0:
            if place % self._width == 0:
                found.append(place // self._width)
            place = self._numbers.find(numbers, place + 1)
        return found

    def _placed(self, tokens: Iterable[int]) -> list[Place]:
        """Where tokens stand."""
        found = [*tokens]
        if not found:
            return []
        if self._places is None:
            self._places = [*accumulate(self._read(self._steps))], self._read(self._lengths)
        starts, lengths = self._places
        return [(starts[token], starts[token] + lengths[token]) for token in found]

    def _position(self) -> list[int]:
        if self._positions is None:
            self._positions = [*accumulate(self._read(self._gaps))]
        return self._positions

    def _read(self, row: bytes) -> array[int]:
        return array(self._code, row)


def _identity(text: str) -> tuple[int, int]:
    """What tells a text from another that may have taken its place in the meantime."""
    return len(text), zlib.crc32(text.encode(errors="surrogatepass"))


def _rows(found: Terms, numbers: dict[str, int]) -> list[list[int]]:
    """Tokens as ``_ROWS`` rows of numbers; terms that are not numbered yet are given the next."""
    for term in dict.fromkeys(found.terms):
        numbers.setdefault(term, len(numbers))
    return [
        [*map(numbers.__getitem__, found.terms)],
        [*_steps(found.starts)],
        [*map(sub, found.ends, found.starts)],
        [*_steps(found.positions)],
    ]


def _edged(terms: Iterable[str]) -> str:
    return f"{_EDGE}{_EDGE.join(terms)}{_EDGE}"


def _steps(numbers: Sequence[int]) -> Iterator[int]:
    """The first number, then how much greater each is than the one before it; they never fall."""
    return map(sub, numbers, chain((0,), numbers))
