"""Strings side by side in one array, found by number or, if they are in order, by bisection."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kb.search.arrays.file import Arrays, named, part
from kb.search.arrays.packing import pack_row, unpack_row


def pack_strings(strings: Sequence[bytes]) -> dict[str, NDArray[np.generic]]:
    """The arrays that ``Strings`` reads."""
    lengths = np.fromiter(map(len, strings), dtype=np.int64, count=len(strings))
    return {
        "text": np.frombuffer(b"".join(strings), dtype=np.uint8),
        "count": np.array([len(strings)], dtype="<u4"),
        **named("lengths.", pack_row(lengths)),
    }


class Strings(Sequence[bytes]):
    """UTF-8 texts by number, decoded when they are asked for."""

    def __init__(self, arrays: Arrays) -> None:
        """From what ``pack_strings`` returned."""
        lengths = unpack_row(part(arrays, "lengths."), int(arrays["count"][0]))
        # Bisection asks for single numbers, which memory views give three times faster than arrays (measured).
        self._text = arrays["text"].data
        self._starts = np.concatenate([[0], np.cumsum(lengths)]).data

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, number: int) -> bytes:  # type: ignore[override] # no slices
        """One text.

        Raises:
            IndexError: there are fewer.

        """
        return bytes(self._text[self._starts[number] : self._starts[number + 1]])

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.some(0, len(self)))

    def some(self, first: int, last: int) -> list[bytes]:
        """Those from ``first`` to before ``last``."""
        text, begin = bytes(self._text[self._starts[first] : self._starts[last]]), self._starts[first]
        return [text[start - begin : end - begin] for start, end in pairwise(self._starts[first : last + 1])]

    def find(self, wanted: bytes) -> int:
        """The number of a text among texts in order; -1 if it is not there."""
        number = bisect_left(self, wanted)
        return number if number < len(self) and self[number] == wanted else -1

    def beginning(self, prefix: bytes) -> range:
        """The numbers of those that begin so, among texts in order."""
        # No UTF-8 text has the byte 0xFF: behind all that begin so.
        return range(bisect_left(self, prefix), bisect_left(self, prefix + b"\xff"))
