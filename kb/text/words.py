"""The tokens of a text as a few bytes: what was analysed once can be marked later without doing it again."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain
from operator import sub

from kb.text.analyze import Terms, Token

#: Stands between terms: no term has one, for a line's end is no word.
_BETWEEN = "\n"

#: zlib's fastest: the slower ones save a tenth and take three times as long (texts of 400 characters).
_LEVEL = 1

#: What two bytes hold: enough for all but the longest texts.
_NARROW = 0xFFFF


def encode(tokens: Sequence[Token]) -> bytes:
    """Tokens as bytes; ``decode`` gives back the same ones."""
    columns = zip(*((token.term, token.start, token.end, token.position) for token in tokens), strict=True)
    return pack(Terms(*columns) if tokens else Terms((), (), (), ()))


def pack(found: Terms) -> bytes:
    """The same of tokens that are still in columns."""
    numbers = {term: number for number, term in enumerate(dict.fromkeys(found.terms))}
    terms = _BETWEEN.join(numbers).encode()
    rows = (
        map(numbers.__getitem__, found.terms),
        _steps(found.starts),
        map(sub, found.ends, found.starts),
        _steps(found.positions),
    )
    body = [*chain.from_iterable(rows)]
    wide = bool(body) and max(body) > _NARROW
    head = array("I", [len(found.terms), len(terms), wide])
    return zlib.compress(head.tobytes() + terms + array("I" if wide else "H", body).tobytes(), _LEVEL)


def decode(data: bytes) -> list[Token]:
    """The tokens that ``encode`` was given."""
    plain = zlib.decompress(data)
    head = array("I", plain[: 3 * _WIDE])
    count, length, wide = head
    body = array("I" if wide else "H", plain[3 * _WIDE + length :])
    terms = plain[3 * _WIDE : 3 * _WIDE + length].decode().split(_BETWEEN)
    starts, positions = accumulate(body[count : 2 * count]), accumulate(body[3 * count :])
    return [
        Token(terms[number], start, start + width, position)
        for number, start, width, position in zip(body, starts, body[2 * count : 3 * count], positions, strict=False)
    ]


#: Bytes of one number of the head.
_WIDE = array("I").itemsize


def _steps(numbers: Sequence[int]) -> Iterator[int]:
    """The first number, then how much greater each is than the one before it; they never fall."""
    return map(sub, numbers, chain((0,), numbers))
