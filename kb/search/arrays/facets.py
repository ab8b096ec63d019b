"""How many of some sections have each value of a field.

Two ways, and the cheaper is gone: of few sections the values are gathered; of many, their bits are laid over those of
each value, 64 sections at a time, so that it costs the same however many they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kb.search.arrays.matches import Flags, flags
from kb.search.arrays.packing import Integers
from kb.search.arrays.terms import NONE
from kb.text.columns import spread, sums

Words = NDArray[np.uint64]

#: Sections in a word of bits.
_WORD = 64

#: What it costs to gather the value of one section, counted in words of bits that are laid over each other (measured).
_GATHERED = 20

#: Values that fewer of the sections have are looked up one by one: a list of so few costs less than bits of all.
_RARE = 32


class Chosen:
    """Sections of which values are counted; what only one of the two ways needs is made when it is needed."""

    def __init__(self, numbers: Integers, size: int) -> None:
        """``size``: how many sections there are in all."""
        self.numbers = numbers
        self._size = size

    @cached_property
    def flags(self) -> Flags:
        """For each section whether it is one of them, and as many more as fill the last word."""
        return flags(self.numbers, -(-self._size // _WORD) * _WORD)

    @cached_property
    def words(self) -> Words:
        """The same as bits."""
        return np.packbits(self.flags).view(np.uint64)


class Facet:
    """The values of a field, and which sections have them."""

    def __init__(self, values: Sequence[str], found: Sequence[Integers], size: int) -> None:
        """``found``: for each value the sections that have it."""
        self._values = values
        sections, codes = _together(found)
        of_section = np.argsort(sections, kind="stable")
        each = np.bincount(sections, minlength=size if len(sections) else 0)  # most fields may have no values at all
        self._starts = sums(each).astype(np.uint32)
        self._codes = codes[of_section].astype(np.min_scalar_type(len(values)))
        self._common = [code for code, sections in enumerate(found) if len(sections) * _RARE >= size]
        self._rare = [code for code, sections in enumerate(found) if 0 < len(sections) * _RARE < size]
        self._bits = np.stack([Chosen(found[code], size).words for code in self._common] or [NONE.view(np.uint64)])
        self._list, of_rare = _together([found[code] for code in self._rare])
        self._begins = np.flatnonzero(np.diff(of_rare, prepend=-1))

    def counts(self, chosen: Chosen) -> Mapping[str, int]:
        """The values that any of these sections have, each with how many do."""
        if not len(self._codes) or not len(chosen.numbers):
            return {}
        few = len(chosen.numbers) * _GATHERED < self._bits.size + len(self._list)
        counts = self._gathered(chosen.numbers) if few else self._laid_over(chosen)
        return {value: count for value, count in zip(self._values, counts.tolist(), strict=True) if count}

    def _gathered(self, numbers: Integers) -> Integers:
        starts = self._starts[numbers].astype(np.int64)
        each = self._starts[numbers + 1] - starts
        return np.bincount(self._codes[spread(starts, each)], minlength=len(self._values))

    def _laid_over(self, chosen: Chosen) -> Integers:
        counts = np.zeros(len(self._values), dtype=np.int64)
        if self._common:
            both = np.bitwise_count(self._bits & chosen.words)
            counts[self._common] = np.add.reduce(both, axis=1, dtype=np.uint32)
        if self._rare:
            there = chosen.flags[self._list].view(np.uint8)
            counts[self._rare] = np.add.reduceat(there, self._begins, dtype=np.uint32)
        return counts


def _together(found: Sequence[Integers]) -> tuple[Integers, Integers]:
    """The sections of all values in a row, and which value each is of."""
    codes = np.repeat(np.arange(len(found)), [len(sections) for sections in found])
    return np.concatenate([NONE, *found]), codes
