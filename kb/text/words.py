"""The tokens of a text, by term; and as a few bytes, so that what was analysed once can be marked without doing it again.

The bytes hold the tokens of a few texts (a section's heading and text) and say of each text what it was: tokens of
another text, however similar, are never taken for its own.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, chain
from operator import sub
from typing import NamedTuple, Protocol

from kb.text.analyze import Token

Place = tuple[int, int]
"""Start and end in a text."""

#: Stands between terms: no term has one, for a line's end is no word.
_BETWEEN = "\n"

#: zlib's fastest: the slower ones save a tenth and take three times as long (texts of 400 characters).
_LEVEL = 1

#: Numbers of the head of each text: its length and checksum, and how many tokens it has.
_HEAD = 3

#: Numbers of each token: which term it has, how far it starts after the one before, how long it is, how many positions
#: it is after the one before.
_ROWS = 4

#: Bytes of a number of the heads, and of one of the rows where all are small, as they are in all but the longest texts.
_WIDE, _NARROW = array("I").itemsize, array("H").itemsize
_MOST_NARROW = 0xFFFF


class Columns(Protocol):
    """The tokens of a text in columns: the n-th token has the n-th of each."""

    @property
    def terms(self) -> Sequence[str]: ...  # noqa: D102 - as in Token, and so are the others

    @property
    def starts(self) -> Sequence[int]: ...  # noqa: D102

    @property
    def ends(self) -> Sequence[int]: ...  # noqa: D102

    @property
    def positions(self) -> Sequence[int]: ...  # noqa: D102


class _Columns(NamedTuple):
    terms: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    positions: Sequence[int]


def columns(tokens: Sequence[Token]) -> Columns:
    """Tokens in columns."""
    rows = ((token.term, token.start, token.end, token.position) for token in tokens)
    return _Columns(*zip(*rows, strict=True)) if tokens else _Columns((), (), (), ())


class Words:
    """The tokens of one text, looked up by their terms."""

    def __init__(self, numbers: Mapping[str, int], rows: Sequence[Sequence[int]]) -> None:
        """Args: see ``of`` and ``Kept.words``, which make them."""
        self._numbers = numbers
        self._terms, self._steps, self._widths, self._gaps = rows

    @classmethod
    def of(cls, found: Columns) -> Words:
        """Those of a text that has just been analysed."""
        numbers: dict[str, int] = {}
        return cls(numbers, _rows(found, numbers))

    def tokens(self) -> list[Token]:
        """All of them in order, as analysis gave them."""
        terms = {number: term for term, number in self._numbers.items()}
        return [
            Token(terms[number], start, start + width, position)
            for number, start, width, position in zip(
                self._terms, self._starts, self._widths, self._positions, strict=True
            )
        ]

    def runs(self, terms: Sequence[str]) -> Iterator[Place]:
        """Where these terms stand side by side: token by token, for analysis may have dropped a の between them."""
        wanted = [self._numbers.get(term, -1) for term in terms]
        if -1 in wanted:
            return
        length = len(wanted)
        for first in self._of_term(wanted[0]):
            last = first + length - 1
            if length == 1 or (
                list(self._terms[first : first + length]) == wanted
                and self._positions[last] - self._positions[first] == length - 1
            ):
                yield from map(self._place, range(first, last + 1))

    def beginning(self, prefix: str) -> Iterator[Place]:
        """Where terms stand that begin so."""
        for term, number in self._numbers.items():
            if term.startswith(prefix):
                yield from map(self._place, self._of_term(number))

    def _of_term(self, wanted: int) -> list[int]:
        return [place for place, number in enumerate(self._terms) if number == wanted]

    def _place(self, token: int) -> Place:
        start = self._starts[token]
        return start, start + self._widths[token]

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate(self._steps))

    @cached_property
    def _positions(self) -> list[int]:
        return list(accumulate(self._gaps))


def encode(texts: Mapping[str, Columns]) -> bytes:
    """Texts with their tokens as bytes, without the texts."""
    numbers: dict[str, int] = {}
    body = [number for found in texts.values() for row in _rows(found, numbers) for number in row]
    terms = _BETWEEN.join(numbers).encode()
    wide = bool(body) and max(body) > _MOST_NARROW
    head = [len(terms), wide, len(texts)]
    for text, found in texts.items():
        head += [*_identity(text), len(found.terms)]
    return zlib.compress(array("I", head).tobytes() + terms + array("I" if wide else "H", body).tobytes(), _LEVEL)


class Kept:
    """What ``encode`` made; only what is looked for is decoded."""

    def __init__(self, data: bytes) -> None:
        self._data = zlib.decompress(data)
        self._terms_end, self._wide, count = array("I", self._data[: _HEAD * _WIDE])
        self._heads = array("I", self._data[_HEAD * _WIDE : (1 + count) * _HEAD * _WIDE])
        self._terms_start = (1 + count) * _HEAD * _WIDE
        self._terms_end += self._terms_start

    def words(self, text: str) -> Words | None:
        """The tokens of a text; None if it is not one of those."""
        identity, start = _identity(text), self._terms_end
        width = _WIDE if self._wide else _NARROW
        for number in range(0, len(self._heads), _HEAD):
            *known, count = self._heads[number : number + _HEAD]
            size = _ROWS * count * width
            if tuple(known) == identity:
                rows = array("I" if self._wide else "H", self._data[start : start + size])
                return Words(self._numbers, [rows[n * count : (n + 1) * count] for n in range(_ROWS)])
            start += size
        return None

    @cached_property
    def _numbers(self) -> dict[str, int]:
        terms = self._data[self._terms_start : self._terms_end].decode().split(_BETWEEN)
        return dict(zip(terms, range(len(terms)), strict=True))


def _identity(text: str) -> tuple[int, int]:
    """What tells a text from another that may have taken its place in the meantime."""
    return len(text), zlib.crc32(text.encode(errors="surrogatepass"))


def _rows(found: Columns, numbers: dict[str, int]) -> list[list[int]]:
    """Tokens as ``_ROWS`` rows of numbers; terms that are not numbered yet are given the next."""
    return [
        [numbers.setdefault(term, len(numbers)) for term in found.terms],
        [*_steps(found.starts)],
        [*map(sub, found.ends, found.starts)],
        [*_steps(found.positions)],
    ]


def _steps(numbers: Sequence[int]) -> Iterator[int]:
    """The first number, then how much greater each is than the one before it; they never fall."""
    return map(sub, numbers, chain((0,), numbers))
