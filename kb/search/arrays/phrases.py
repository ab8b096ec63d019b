"""The phrases of a segment by the beginnings and by the ends of their keys."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from kb.search.arrays.terms import Terms
from kb.search.completion import is_near, key_of

_LAST = chr(0x10FFFF)


def backwards(terms: Sequence[bytes]) -> NDArray[np.generic]:
    """The numbers of the terms in the order of their keys read backwards; ``Phrases`` looks ends up in it."""
    keys = [_turned(term) for term in terms]
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype="<u4")


def _turned(term: bytes) -> str:
    return key_of(term.decode())[::-1]


class Phrases:
    """The terms of the field ``phrase``, which begin with keys."""

    def __init__(self, terms: Terms, order: NDArray[np.uint32]) -> None:
        self.terms = terms
        self._order = order

    def __getitem__(self, number: int) -> str:
        return self.terms.terms[number].decode()

    def beginning(self, prefix: str) -> range:
        """The numbers of those whose keys begin so."""
        return self.terms.terms.beginning(prefix.encode())

    def ending(self, end: str) -> list[int]:
        """The numbers of those whose keys end so."""
        first, last = (bisect_left(self._order, turned, key=self._key) for turned in (end[::-1], end[::-1] + _LAST))
        found: list[int] = self._order[first:last].tolist()
        return found

    def _key(self, number: int) -> str:
        return _turned(self.terms.terms[int(number)])


def used(phrases: Phrases, beginning: str, most: int) -> Iterator[tuple[str, int]]:
    """The terms that begin so, each with how many sections have it; of very many those that most sections have."""
    found = phrases.beginning(beginning)
    numbers = np.arange(found.start, found.stop)
    counts = phrases.terms.sections
    if len(numbers) > most:
        numbers = found.start + np.argpartition(-counts[found.start : found.stop], most)[:most]
    for number in numbers.tolist():
        yield phrases[number], int(counts[number])


def near(phrases: Phrases, key: str) -> Iterator[tuple[str, int]]:
    """The terms whose key differs by one slip: they share its first half, or its second."""
    half = len(key) // 2
    for number in {*phrases.beginning(key[:half]), *phrases.ending(key[half:])}:
        if is_near(term := phrases[number], key):
            yield term, int(phrases.terms.sections[number])
