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
            start = self.terms.find(f"{EDGE}{term}{EDGE}")
            number = self._known[term] = self.terms.count(EDGE, 0, start) if start >= 0 else -1
        return number

    def beginning(self, prefix: str) -> Iterator[int]:
        """Those of the terms that begin so."""
        start = self.terms.find(EDGE + prefix)
        while start >= 0:
            yield self.terms.count(EDGE, 0, start)
            start = self.terms.find(EDGE + prefix, start + 1)


class Kept:
    """What ``keeping.encode`` made."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        length, self._width, texts = HEAD.unpack_from(data)
        start = HEAD.size + texts * TEXT.size
        self._texts = [*TEXT.iter_unpack(data[HEAD.size : start])]
        self._start = start + length
        self._vocabulary = _Vocabulary(data[start : self._start].decode(ENCODING))

    def words(self, text: str) -> Words | None:
        """The tokens of a text; None if it is not one of those."""
        start = self._start
        for length, checksum, count in self._texts:
            size = count * self._width
            if length == len(text) and (length, checksum) == identity(text):
                rows = [self._data[start + row * size : start + (row + 1) * size] for row in range(ROWS)]
                return Words(self._vocabulary, self._width, rows)
            start += ROWS * size
        return None


class Words:
    """The tokens of one text, looked up by their terms."""

    def __init__(self, vocabulary: _Vocabulary, width: int, rows: Sequence[bytes]) -> None:
        """``of`` and ``Kept.words`` make them."""
        self._vocabulary = vocabulary
        self._width = width
        self._code = CODES[width]
        self._numbers, self._steps, self._both = rows
        # Read when the first word is found. Most headings have none; ``cached_property`` takes a lock each time.
        self._places: tuple[list[int], list[int]] | None = None
        self._positions: list[int] | None = None

    @classmethod
    def of(cls, found: Terms) -> Words:
        """Those of a text that has just been analysed."""
        numbers = {term: number for number, term in enumerate(dict.fromkeys(found.terms))}
        rows = (
            map(numbers.__getitem__, found.terms),
            _differences(found.starts),
            map(_both, map(sub, found.ends, found.starts), _differences(found.positions)),
        )
        return cls(_Vocabulary(edged(numbers)), _WIDE, [array(CODES[_WIDE], row).tobytes() for row in rows])

    def tokens(self) -> list[Token]:
        """All of them in order, as analysis gave them."""
        terms = self._vocabulary.terms.split(EDGE)[1:]
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
            lower = (1 << half(self._width)) - 1
            lengths = [number & lower for number in self._read(self._both)]
            self._places = [*accumulate(self._read(self._steps))], lengths
        starts, lengths = self._places
        return [(starts[token], starts[token] + lengths[token]) for token in found]

    def _position(self) -> list[int]:
        if self._positions is None:
            bits = half(self._width)
            self._positions = [*accumulate(number >> bits for number in self._read(self._both))]
        return self._positions

    def _read(self, row: bytes) -> array[int]:
        return array(self._code, row)


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
