"""Integers in few bytes that decode a whole array at a time.

Numbers come in groups (all of one term), and a group takes 1, 2 or 4 bytes a number: as many as most of its numbers
need. What a number has beyond is kept apart, as patched frame-of-reference codings do (PFOR, Zukowski et al. 2006).
Bit-wise codings are up to a third smaller and cannot be read by numpy without a loop over the bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Arrays = Mapping[str, NDArray[np.generic]]

#: The widths of a group in bytes, and what a number costs that does not fit: its place and its rest.
_WIDTHS, _EXCEPTION = (1, 2, 4), 8


def pack(values: Integers, starts: Integers) -> dict[str, NDArray[np.generic]]:
    """Pack groups of numbers from 0 to 2**32 - 1.

    Args:
        values: all numbers, group after group.
        starts: where each group begins in ``values``; one more for the end of the last.

    Returns:
        The arrays that ``Packed`` reads.

    """
    sizes = np.diff(starts)
    costs = [sizes * width + _EXCEPTION * _beyond(values, starts, width) for width in _WIDTHS]
    widths = np.array(_WIDTHS, dtype=np.uint8)[np.argmin(costs, axis=0)] if len(sizes) else np.empty(0, np.uint8)
    each = np.repeat(widths, sizes)
    ends = np.cumsum(each, dtype=np.int64)
    data = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    begins = ends - each
    for byte in range(max(_WIDTHS)):
        long_enough = slice(None) if byte == 0 else np.flatnonzero(each > byte)
        data[begins[long_enough] + byte] = (values[long_enough] >> (8 * byte)) & 0xFF
    rests = values >> (8 * each.astype(np.int64))
    places = np.flatnonzero(rests)
    return {
        "data": data,
        "widths": widths,
        "places": places.astype("<u4"),
        "rests": rests[places].astype("<u4"),
    }


def _beyond(values: Integers, starts: Integers, width: int) -> Integers:
    """How many numbers of each group do not fit into so many bytes."""
    if width == max(_WIDTHS):
        return np.zeros(len(starts) - 1, dtype=np.int64)
    sums = np.concatenate([[0], np.cumsum(values >> (8 * width) != 0)])
    counted: Integers = np.diff(sums[starts])
    return counted


def join(parts: Sequence[dict[str, NDArray[np.generic]]], sizes: Sequence[int]) -> dict[str, NDArray[np.generic]]:
    """What ``pack`` would have returned for all groups of the parts, ``sizes`` numbers each."""
    if len(parts) == 1:
        return parts[0]
    bases = np.cumsum([0, *sizes])
    moved = [part["places"].astype("<u4") + np.uint32(base) for part, base in zip(parts, bases, strict=False)]
    whole = [part | {"places": places} for part, places in zip(parts, moved, strict=True)]
    return {name: np.concatenate([part[name] for part in whole]) for name in whole[0]}


@dataclass(frozen=True, slots=True)
class Packed:
    """Groups that ``pack`` made: read one, or some numbers of one."""

    data: NDArray[np.uint8]
    widths: NDArray[np.uint8]
    places: NDArray[np.uint32]
    rests: NDArray[np.uint32]
    starts: Integers
    """Where each group begins among the numbers; one more for the end."""
    bytes_: Integers
    """The same in ``data``."""

    @classmethod
    def of(cls, arrays: Arrays, starts: Integers) -> Packed:
        """From what ``pack`` returned."""
        widths = arrays["widths"].astype(np.int64)
        ends = np.concatenate([[0], np.cumsum(widths * np.diff(starts))])
        return cls(**arrays, starts=starts, bytes_=ends)  # type: ignore[arg-type] # the names are pack's

    def group(self, number: int) -> Integers:
        """All numbers of a group."""
        first, last = self.bytes_[number], self.bytes_[number + 1]
        values = self.data[first:last].view(f"<u{self.widths[number]}").astype(np.int64)
        start = self.starts[number]
        low, high = np.searchsorted(self.places, (start, self.starts[number + 1]))
        if low < high:
            values[self.places[low:high] - start] += self.rests[low:high].astype(np.int64) << self._shift(number)
        return values

    def some(self, number: int, at: Integers) -> Integers:
        """Some numbers of a group, by their ascending places in it."""
        first, last = self.bytes_[number], self.bytes_[number + 1]
        values = self.data[first:last].view(f"<u{self.widths[number]}")[at].astype(np.int64)
        start = self.starts[number]
        low, high = np.searchsorted(self.places, (start, self.starts[number + 1]))
        if low < high and len(at):
            exceptions = self.places[low:high].astype(np.int64) - start
            found = np.minimum(np.searchsorted(at, exceptions), len(at) - 1)
            hit = at[found] == exceptions
            values[found[hit]] += self.rests[low:high][hit].astype(np.int64) << self._shift(number)
        return values

    def several(self, first: int, last: int) -> Integers:
        """The numbers of the groups from ``first`` to before ``last``."""
        each = np.repeat(self.widths[first:last], np.diff(self.starts[first : last + 1]))
        begins = self.bytes_[first] + np.cumsum(each, dtype=np.int64) - each
        values = np.zeros(len(each), dtype=np.int64)
        for byte in range(max(_WIDTHS)):
            long_enough = slice(None) if byte == 0 else np.flatnonzero(each > byte)
            values[long_enough] |= self.data[begins[long_enough] + byte].astype(np.int64) << (8 * byte)
        low, high = np.searchsorted(self.places, self.starts[[first, last]])
        places = self.places[low:high].astype(np.int64) - self.starts[first]
        values[places] += self.rests[low:high].astype(np.int64) << (8 * each[places].astype(np.int64))
        return values

    def _shift(self, number: int) -> int:
        return 8 * int(self.widths[number])


def pack_row(values: Integers) -> dict[str, NDArray[np.generic]]:
    """Pack numbers that are always read together."""
    return pack(values, np.array([0, len(values)]))


def unpack_row(arrays: Arrays, count: int) -> Integers:
    """What ``pack_row`` was given."""
    return Packed.of(arrays, np.array([0, count])).group(0)
