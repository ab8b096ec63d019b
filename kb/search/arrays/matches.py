"""Sets of sections with scores, and what conditions make of them.

Sections are numbered from 0 to before ``size``. Where a set is small its numbers are looked up one by one, where it is
large an array of flags as long as the library does it: both cost what they must.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.search.arrays.packing import Integers
from kb.search.arrays.terms import NONE

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: If one array is so much shorter than another, its numbers are looked up there one by one (measured: at 100,000
#: sections bisection and an array of flags cost the same at about 1 to 20).
_SPARSE = 20

#: Two arrays are merged if one is so much shorter than the other and both together than the library (measured: two to
#: three times faster than sorting them, or than arrays as long as the library).
_FEWER, _SHORT = 10, 8

#: From arrays of such lengths on, what is in both is found by merging (measured: half the time at 3,000 to 3,500).
_ALIKE = 4

#: As many matches as a byte can count.
_BYTE = 256


@dataclass(frozen=True, slots=True)
class Matches:
    """Which sections match, by ascending number, and their scores."""

    numbers: Integers
    scores: Floats

    def score(self, number: int) -> float | None:
        """The score of one section; None if it is not among them."""
        at = int(np.searchsorted(self.numbers, number))
        there = at < len(self.numbers) and self.numbers[at] == number
        return float(self.scores[at]) if there else None

    def only(self, kept: Flags) -> Matches:
        """Some of them."""
        return Matches(self.numbers[kept], self.scores[kept])


def unscored(numbers: Integers) -> Matches:
    """Sections that match something that is worth nothing."""
    return Matches(numbers, np.zeros(len(numbers)))


def both(fewer: Matches, more: Matches, size: int) -> Matches:
    """What is in both, with the sum of the scores."""
    if len(fewer.numbers) * _SPARSE < len(more.numbers):
        at, found = places(fewer.numbers, more.numbers)
        return Matches(fewer.numbers[found], fewer.scores[found] + more.scores[at[found]])
    found = flags(more.numbers, size)[fewer.numbers]
    numbers = fewer.numbers[found]
    return Matches(numbers, fewer.scores[found] + _spread(more, size)[numbers])


def any_of(found: Sequence[Matches], at_least: int, size: int) -> Matches:
    """What so many of them have, with the sum of the scores."""
    several = [one for one in found if len(one.numbers)]
    if len(several) < at_least:
        return unscored(NONE)
    if len(several) == 1:
        return several[0]
    total = sum(len(one.numbers) for one in several)
    if at_least == 1 and len(several) == 2 and total * _SHORT < size:
        fewer, more = sorted(several, key=lambda one: len(one.numbers))
        if len(fewer.numbers) * _FEWER < len(more.numbers):
            return _merged(fewer, more)
    if total * _SPARSE < size:
        return _any_of_few(several, at_least)
    scores = _spread(several[0], size)
    for one in several[1:]:
        scores[one.numbers] += one.scores
    numbers = np.flatnonzero(_any_flags(several, size) if at_least == 1 else _times(several, size) >= at_least)
    return Matches(numbers, scores[numbers])


def _merged(fewer: Matches, more: Matches) -> Matches:
    """What either has: as titles have a word seldom beside texts, most of the fewer are among the more."""
    at, found = places(fewer.numbers, more.numbers)
    scores = more.scores.copy()
    scores[at[found]] += fewer.scores[found]
    numbers = fewer.numbers[~found]
    if not len(numbers):
        return Matches(more.numbers, scores)
    where = np.searchsorted(more.numbers, numbers)
    return Matches(np.insert(more.numbers, where, numbers), np.insert(scores, where, fewer.scores[~found]))


def _any_flags(found: Sequence[Matches], size: int) -> Flags:
    """Which sections any of them has."""
    there = np.zeros(size, dtype=bool)
    for one in found:
        there[one.numbers] = True
    return there


def _times(found: Sequence[Matches], size: int) -> NDArray[Any]:
    """How many of them each section is in."""
    times: NDArray[Any] = np.zeros(size, dtype=np.uint8 if len(found) < _BYTE else np.int64)
    for one in found:
        times[one.numbers] += 1
    return times


def _any_of_few(found: Sequence[Matches], at_least: int) -> Matches:
    """The same without an array as long as the library."""
    numbers, at, times = np.unique(
        np.concatenate([one.numbers for one in found]), return_inverse=True, return_counts=True
    )
    weights = np.concatenate([one.scores for one in found])
    scores = np.bincount(at, weights=weights, minlength=len(numbers)).astype(np.float64)
    return Matches(numbers, scores).only(times >= at_least)


def prefer(found: Matches, bonus: Matches, size: int) -> Matches:
    """The same sections, with the scores of the bonus on top where it has them."""
    if not len(bonus.numbers):
        return found
    if len(bonus.numbers) * _SPARSE < len(found.numbers):
        at, shared = places(bonus.numbers, found.numbers)
        scores = found.scores.copy()
        scores[at[shared]] += bonus.scores[shared]
        return Matches(found.numbers, scores)
    return Matches(found.numbers, found.scores + _spread(bonus, size)[found.numbers])


def among(numbers: Integers, others: Integers, size: int) -> Flags:
    """Which of the numbers are among the others; both ascend."""
    if len(numbers) * _SPARSE < len(others):
        return places(numbers, others)[1]
    return flags(others, size)[numbers]


def flags(numbers: Integers, size: int) -> Flags:
    """The numbers as an array as long as the library."""
    found = np.zeros(size, dtype=bool)
    found[numbers] = True
    return found


def _spread(matches: Matches, size: int) -> Floats:
    """The scores by section number."""
    scores = np.zeros(size)
    scores[matches.numbers] = matches.scores
    return scores


def in_both(fewer: Integers, more: Integers) -> Integers:
    """What is in both; both ascend, and nothing is in one twice."""
    if len(more) < len(fewer):
        fewer, more = more, fewer
    if len(fewer) * _ALIKE < len(more):
        found: Integers = fewer[places(fewer, more)[1]]
        return found
    every = np.concatenate([fewer, more])
    every.sort(kind="stable")  # two runs that ascend are merged, which is faster than bisection from about 1 to 4 on
    same: Integers = every[1:][every[1:] == every[:-1]]
    return same


def shared(fewer: Integers, more: Integers, size: int) -> tuple[Integers, Integers]:
    """Where in each of two stands what is in both; both ascend, and nothing is in one twice."""
    if len(fewer) * _SPARSE < len(more):
        at, found = places(fewer, more)
        return np.flatnonzero(found), at[found]
    return np.flatnonzero(flags(more, size)[fewer]), np.flatnonzero(flags(fewer, size)[more])


def places(fewer: Integers, more: Integers) -> tuple[Integers, Flags]:
    """For each of the fewer where it is among the more, and whether it is; both ascend."""
    if not len(more):
        return np.zeros(len(fewer), dtype=np.int64), np.zeros(len(fewer), dtype=bool)
    at = np.minimum(np.searchsorted(more, fewer), len(more) - 1)
    return at, more[at] == fewer
