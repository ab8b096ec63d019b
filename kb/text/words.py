"""The tokens of texts as a few bytes, so that what was analysed once can be marked without doing it again.

The bytes hold the tokens of a few texts (a section's heading and text) and say of each text what it was: tokens of
another text, however similar, are never taken for its own. They are searched as they lie, and hardly decoded: the
terms, each once, with a line's end between; then for each text three rows of numbers, one number a token in each.
``kb.text.keeping`` writes them.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, chain
from operator import sub
from struct import Struct

from kb.text.analyze import Token
from kb.text.sudachi import Terms

Place = tuple[int, int]
"""Start and end in a text."""

#: Stands around terms: no term has one, for a line's end is no word.
EDGE = "\n"

#: Of the terms: two bytes for nearly every character, where UTF-8 takes three for Japanese ones.
ENCODING = "utf-16-le"

#: At the beginning: bytes of the terms, bytes of one number of the rows, how many texts.
HEAD = Struct("=III")

#: For each text: its length and checksum, and how many tokens it has.
TEXT = Struct("=III")

#: Rows of each text: which term a token has; how far it starts after the one before; how long it is and, above the
#: lower half of the bits, how many positions it is after the one before.
ROWS = 3

#: Bytes of one number of the rows, the first that all fit into, and what ``array`` calls such.
CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}
_WIDE = 8


def columns(tokens: Sequence[Token]) -> Terms:
    """Tokens in columns."""
    rows = ((token.term, token.start, token.end, token.position) for token in tokens)
    return Terms(*zip(*rows, strict=True)) if tokens else Terms((), (), (), ())


class Kept:
    """What ``keeping.encode`` made."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._length, self._width, self._texts = HEAD.unpack_from(self._data)

    def words(self, text: str) -> Words | None:
        """The tokens of a text; None if it is not one of those."""
        start = HEAD.size + self._texts * TEXT.size + self._length
        for number in range(self._texts):
            length, checksum, count = TEXT.unpack_from(self._data, HEAD.size + number * TEXT.size)
            size = count * self._width
            if length == len(text) and (length, checksum) == identity(text):
                rows = [self._data[start + row * size : start + (row + 1) * size] for row in range(ROWS)]
                return Words(self._terms, self._width, rows)
            start += ROWS * size
        return None

    @cached_property
    def _terms(self) -> str:
        start = HEAD.size + self._texts * TEXT.size
        return self._data[start : start + self._length].decode(ENCODING)


class Words:
    """The tokens of one text, looked up by their terms."""

    def __init__(self, terms: str, width: int, rows: Sequence[bytes]) -> None:
        """``of`` and ``Kept.words`` make them."""
        self._terms = terms
        self._width = width
        self._numbers, self._steps, self._both = rows

    @classmethod
    def of(cls, found: Terms) -> Words:
        """Those of a text that has just been analysed."""
        numbers = {term: number for number, term in enumerate(dict.fromkeys(found.terms))}
        rows = (
            map(numbers.__getitem__, found.terms),
            _differences(found.starts),
            map(_both, map(sub, found.ends, found.starts), _differences(found.positions)),
        )
        return cls(edged(numbers), _WIDE, [array(CODES[_WIDE], row).tobytes() for row in rows])

    def tokens(self) -> list[Token]:
        """All of them in order, as analysis gave them."""
        terms = self._terms.split(EDGE)[1:]
        return [
            Token(terms[number], *self._place(token), self._positions[token])
            for token, number in enumerate(self._read(self._numbers))
        ]

    def runs(self, terms: Sequence[str]) -> Iterator[Place]:
        """Where these terms stand side by side: token by token, for analysis may have dropped a の between them."""
        numbers = [self._number(term) for term in terms]
        if -1 in numbers:
            return
        length = len(numbers)
        for first in self._found(array(CODES[self._width], numbers).tobytes()):
            last = first + length - 1
            if length == 1 or self._positions[last] - self._positions[first] == length - 1:
                yield from map(self._place, range(first, last + 1))

    def beginning(self, prefix: str) -> Iterator[Place]:
        """Where terms stand that begin so."""
        start = self._terms.find(EDGE + prefix)
        while start >= 0:
            number = self._terms.count(EDGE, 0, start)
            yield from map(self._place, self._found(array(CODES[self._width], [number]).tobytes()))
            start = self._terms.find(EDGE + prefix, start + 1)

    def _number(self, term: str) -> int:
        """That of a term; -1 if no token has it."""
        start = self._terms.find(f"{EDGE}{term}{EDGE}")
        return self._terms.count(EDGE, 0, start) if start >= 0 else -1

    def _found(self, numbers: bytes) -> Iterator[int]:
        """Which tokens have terms with these numbers one after the other; the first of each, and they may overlap."""
        place = self._numbers.find(numbers)
        while place >= 0:
            if place % self._width == 0:
                yield place // self._width
            place = self._numbers.find(numbers, place + 1)

    def _place(self, token: int) -> Place:
        start = self._starts[token]
        return start, start + self._lengths[token]

    @cached_property
    def _starts(self) -> list[int]:
        return [*accumulate(self._read(self._steps))]

    @cached_property
    def _lengths(self) -> list[int]:
        lower = (1 << half(self._width)) - 1
        return [number & lower for number in self._read(self._both)]

    @cached_property
    def _positions(self) -> list[int]:
        bits = half(self._width)
        return [*accumulate(number >> bits for number in self._read(self._both))]

    def _read(self, row: bytes) -> array[int]:
        return array(CODES[self._width], row)


def identity(text: str) -> tuple[int, int]:
    """What tells a text from another that may have taken its place in the meantime."""
    return len(text), zlib.crc32(text.encode(errors="surrogatepass"))


def half(width: int) -> int:
    """The bits that a length takes in a number of so many bytes."""
    return 4 * width


def _both(length: int, step: int) -> int:
    return length + (step << half(_WIDE))


def edged(terms: Iterable[str]) -> str:
    """Terms with edges around each."""
    return f"{EDGE}{EDGE.join(terms)}{EDGE}"


def _differences(numbers: Sequence[int]) -> Iterator[int]:
    """The first number, then how much greater each is than the one before it; they never fall."""
    return map(sub, numbers, chain((0,), numbers))
