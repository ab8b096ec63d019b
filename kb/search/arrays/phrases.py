"""The phrases of a segment by the beginnings and by the ends of their keys."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property

import numpy as np

from kb.search.arrays.terms import Terms
from kb.search.completion import is_near, key_of

_LAST = chr(0x10FFFF)


class Phrases:
    """The terms of the field ``phrase``, which begin with keys."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms

    def __getitem__(self, number: int) -> str:
        return self.terms.terms[number].decode()

    def beginning(self, prefix: str) -> range:
        """The numbers of those whose keys begin so."""
        return self.terms.terms.beginning(prefix.encode())

    def ending(self, end: str) -> list[int]:
        """The numbers of those whose keys end so."""
        keys, numbers = self._backwards
        turned = end[::-1]
        return numbers[bisect_left(keys, turned) : bisect_left(keys, turned + _LAST)]

    @cached_property
    def _backwards(self) -> tuple[list[str], list[int]]:
        """The keys backwards, in order, with their numbers; made when a word is first looked for that nobody wrote."""
        keys = [key_of(term.decode())[::-1] for term in self.terms.terms]
        order = sorted(range(len(keys)), key=keys.__getitem__)
        return [keys[number] for number in order], order


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
