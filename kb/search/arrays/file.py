"""Named arrays in one file that is mapped into memory: opening it reads nothing, and pages come as they are touched."""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[np.generic]]

_MAGIC = b"KBARRAY1"

#: Arrays begin at multiples of this: no number crosses a line of the processor's cache more than it must.
_ALIGNMENT = 64


def write(path: Path, arrays: Arrays) -> None:
    """Write a file. Whoever commits sees to it that it is on the disk (``manifest.sync``)."""
    place, listed = 0, []
    for name, array in arrays.items():
        listed.append((name, array.dtype.newbyteorder("<").str, place, len(array)))
        place = _aligned(place + array.nbytes)
    head = json.dumps(listed).encode()
    with path.open("wb") as stream:
        stream.write(_MAGIC + len(head).to_bytes(8, "little") + head)
        begin = _aligned(stream.tell())
        for (_, kind, offset, _), array in zip(listed, arrays.values(), strict=True):
            stream.seek(begin + offset)
            stream.write(np.ascontiguousarray(array, dtype=kind).data)
        # An empty array at the end would else lie behind the end of the file.
        stream.truncate(max(begin + place, stream.tell()))


def read(path: Path) -> dict[str, NDArray[np.generic]]:
    """The arrays of a file that has been verified; the mapping goes when the last of them has gone.

    Raises:
        FileNotFoundError: there is no such file (any more).
        ValueError: it is none that ``write`` made.

    """
    with path.open("rb") as stream:
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    begin = len(_MAGIC) + 8
    if mapped[: len(_MAGIC)] != _MAGIC:
        raise ValueError(path)
    length = int.from_bytes(mapped[len(_MAGIC) : begin], "little")
    data = _aligned(begin + length)
    return {
        name: np.frombuffer(mapped, dtype=kind, count=count, offset=data + place)
        for name, kind, place, count in json.loads(mapped[begin : begin + length])
    }


def part(arrays: Arrays, prefix: str) -> dict[str, NDArray[np.generic]]:
    """Those whose names begin so, by the rest of their names."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def named(prefix: str, arrays: Arrays) -> dict[str, NDArray[np.generic]]:
    """The same arrays, with names that begin so."""
    return {prefix + name: array for name, array in arrays.items()}


def _aligned(place: int) -> int:
    return -(-place // _ALIGNMENT) * _ALIGNMENT
