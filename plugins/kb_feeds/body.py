"""The body of an answer: unpacked bit by bit, and never more than may be."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

#: zlib's own number for "gzip, with its header".
_GZIP = 16 + zlib.MAX_WBITS


class TooLargeError(Exception):
    """There is more of it than may be."""


class BrokenError(Exception):
    """It ends too early, or is packed in a way that was not asked for."""


def whole(chunks: Iterable[bytes], encoding: str, most: int) -> bytes:
    """All bytes of a body.

    Args:
        chunks: the body as it comes.
        encoding: its Content-Encoding.
        most: the largest number of bytes, unpacked.

    Raises:
        TooLargeError: it is larger.
        BrokenError: it cannot be unpacked.

    """
    plain = {"": _as_it_is, "identity": _as_it_is, "gzip": _unpacked, "x-gzip": _unpacked}.get(encoding.strip().lower())
    if plain is None:
        raise BrokenError
    body = bytearray()
    for piece in plain(chunks, most):
        body += piece
        if len(body) > most:
            raise TooLargeError
    return bytes(body)


def _as_it_is(chunks: Iterable[bytes], _most: int) -> Iterator[bytes]:
    yield from chunks


def _unpacked(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    """At most ``most`` bytes and one at a time, however well they are packed."""
    packed = zlib.decompressobj(_GZIP)
    try:
        for chunk in chunks:
            yield packed.decompress(chunk, most + 1)
            if packed.unconsumed_tail:
                raise TooLargeError
            if packed.unused_data:  # zlib would keep all that comes behind the end
                raise BrokenError
    except zlib.error as error:
        raise BrokenError from error
    if not packed.eof:
        raise BrokenError
