"""What an OLE2 container (old Office, 一太郎, encrypted Office) says it is: the names of its outermost streams.

Layout by [MS-CFB] 2.2 to 2.6: a header, sectors chained by an allocation table, a directory of entries of 128 bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_ENTRY = 128
_LAST = 0xFFFFFFFA  # this and greater numbers are marks, not sectors
_NONE = 0xFFFFFFFF


def root_names(data: bytes) -> frozenset[str]:
    """Names of the streams and storages that lie directly in the root, not in embedded objects; none if damaged."""
    try:
        return frozenset(_children_of_root(_directory(data)))
    except (struct.error, IndexError):
        return frozenset()


def _directory(data: bytes) -> bytes:
    (shift,) = struct.unpack_from("<H", data, 30)
    size = 1 << min(shift, 16)
    (first,) = struct.unpack_from("<I", data, 48)
    table = b"".join(_sector(data, number, size) for number in struct.unpack_from("<109I", data, 76) if number < _LAST)
    return b"".join(_sector(data, number, size) for number in _chain(first, table))


def _sector(data: bytes, number: int, size: int) -> bytes:
    return data[(number + 1) * size : (number + 2) * size]


def _chain(first: int, table: bytes) -> Iterator[int]:
    seen: set[int] = set()
    while first < _LAST and first not in seen:
        seen.add(first)
        yield first
        (first,) = struct.unpack_from("<I", table, first * 4)


def _children_of_root(directory: bytes) -> Iterator[str]:
    """The children of a storage are a tree: each entry has a left and a right neighbour."""
    (child,) = struct.unpack_from("<I", directory, 76)
    waiting, seen = [child], set[int]()
    while waiting:
        number = waiting.pop()
        if number == _NONE or number in seen:
            continue
        seen.add(number)
        entry = directory[number * _ENTRY : (number + 1) * _ENTRY]
        length, left, right = *struct.unpack_from("<H", entry, 64), *struct.unpack_from("<II", entry, 68)
        yield entry[: max(length - 2, 0)].decode("utf-16-le", "replace")
        waiting += [left, right]
