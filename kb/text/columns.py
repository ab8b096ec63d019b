"""Numbers of many things at a time, as numpy has them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Integers = NDArray[np.int64]
Marks = NDArray[np.uint64]
Flags = NDArray[np.bool_]

NONE: Integers = np.empty(0, dtype=np.int64)


class Column:
    """Numbers that grow at their end, kept as small as ``kind`` says and looked up as long ones."""

    def __init__(self, kind: DTypeLike) -> None:
        self._data: NDArray[np.integer] = np.zeros(1 << 10, dtype=kind)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, places: Integers) -> Integers:
        return self.raw(places).astype(np.int64)  # sums of shorter ones would overflow, or become floats

    def raw(self, places: Integers) -> NDArray[Any]:
        """Some of them as they are kept, which is enough to compare them."""
        return self._data[places]

    def extend(self, values: Sequence[int] | NDArray[np.integer]) -> None:
        """Append numbers."""
        end = self._length + len(values)
        if end > len(self._data):
            grown = np.zeros(max(end, 2 * len(self._data)), dtype=self._data.dtype)
            grown[: self._length] = self._data[: self._length]
            self._data = grown
        self._data[self._length : end] = values
        self._length = end


def sums(numbers: Integers) -> Integers:
    """The sum of all numbers before each; one more for all."""
    found = np.zeros(len(numbers) + 1, dtype=np.int64)
    np.cumsum(numbers, out=found[1:])
    return found


def differences(numbers: Integers, firsts: Integers) -> Integers:
    """How much greater each number is than the one before it; the first of each run as it is."""
    found = np.diff(numbers, prepend=0)
    found[firsts] = numbers[firsts]
    return found


def spread(starts: Integers, counts: Integers) -> Integers:
    """The numbers start, start + 1 …, ``count`` of them, for each pair."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    found: Integers = np.arange(total) + np.repeat(starts - (ends - counts), counts)
    return found


def flat(several: Sequence[Sequence[int]]) -> tuple[Integers, Integers]:
    """Rows of numbers as one, and where each of them begins; one more for the end."""
    sizes = np.array(list(map(len, several)), dtype=np.int64)
    bounds = sums(sizes)
    return np.fromiter(chain.from_iterable(several), np.int64, int(bounds[-1])), bounds


def code_points(texts: Iterable[str]) -> NDArray[np.uint32]:
    """The characters of texts, one after the other."""
    return np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4")
