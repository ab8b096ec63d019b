"""The tokens of a text as a few bytes: what was analysed once can be marked later without doing it again."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Sequence
from itertools import accumulate, chain, count
from operator import sub

from kb.text.analyze import Token
from kb.text.sudachi import Terms

#: Stands between terms: no term has one, for a line's end is no word.
_BETWEEN = "\n"

#: zlib's fastest: the slower ones save a tenth and take three times as long (texts of 400 characters).
_LEVEL = 1

#: Arrays of one, two and four bytes a number, the first in which all have room: one, but for long texts.
_CODES = "BHI"


def encode(tokens: Sequence[Token]) -> bytes:
    """Tokens as bytes; ``decode`` gives back the same ones."""
    columns = zip(*((token.term, token.start, token.end, token.position) for token in tokens), strict=True)
    return pack(Terms(*columns) if tokens else Terms((), (), (), ()))


def pack(found: Terms) -> bytes:
    """The same of tokens that are still in columns."""
    numbers = dict(zip(dict.fromkeys(found.terms), count(), strict=False))
    terms = _BETWEEN.join(numbers).encode()
    rows = (
        [*map(numbers.__getitem__, found.terms)],
        _steps(found.starts),
        [*map(sub, found.ends, found.starts)],
        _steps(found.positions),
    )
    largest = max(map(max, rows)) if found.terms else 0
    code = next(code for code in _CODES if largest < 1 << 8 * array(code).itemsize)
    head = array("I", [len(found.terms), len(terms), ord(code)])
    body = [array(code, row).tobytes() for row in rows]
    return zlib.compress(b"".join([head.tobytes(), terms, *body]), _LEVEL)


def decode(data: bytes) -> list[Token]:
    """The tokens that ``encode`` was given."""
    plain = zlib.decompress(data)
    head = array("I", plain[: 3 * _WIDE])
    size, length, code = head
    body = array(chr(code), plain[3 * _WIDE + length :])
    terms = plain[3 * _WIDE : 3 * _WIDE + length].decode().split(_BETWEEN)
    starts, positions = accumulate(body[size : 2 * size]), accumulate(body[3 * size :])
    return [
        Token(terms[number], start, start + width, position)
        for number, start, width, position in zip(body, starts, body[2 * size : 3 * size], positions, strict=False)
    ]


#: Bytes of one number of the head.
_WIDE = array("I").itemsize


def _steps(numbers: Sequence[int]) -> list[int]:
    """The first number, then how much greater each is than the one before it; they never fall."""
    return [*map(sub, numbers, chain((0,), numbers))]
