"""One field turned round: for each term the sections that have it, how often, and where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from kb.search.analysed import Row
from kb.search.arrays.file import Arrays, named, part
from kb.search.arrays.packing import Integers, Packed, join, pack, pack_row, unpack_row
from kb.search.arrays.strings import Strings, pack_strings
from kb.text.columns import differences, spread, sums

NONE: Integers = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Postings:
    """A field in memory: what is written, and what merging reads. A posting is one section that has one term."""

    terms: Sequence[bytes]
    """In the order of their bytes."""
    starts: Integers
    """Where the postings of each term begin; one more for the end."""
    numbers: Integers
    """For each posting the section's number, ascending within a term."""
    counts: Integers
    """For each posting how often the term stands there."""
    positions: Integers
    """For each of these occurrences where; ascending within a posting. Empty if the field keeps none."""

    @property
    def occurrences(self) -> Integers:
        """How often each term stands anywhere."""
        sums = np.append(0, np.cumsum(self.counts))[self.starts]
        found: Integers = np.diff(sums)
        return found

    def several(self, first: int, last: int) -> Postings:
        """The terms from ``first`` to before ``last`` with theirs."""
        low, high = self.starts[[first, last]].tolist()
        begin, end = int(self.counts[:low].sum()), int(self.counts[:high].sum())
        starts = self.starts[first : last + 1] - low
        positions = self.positions[begin:end]
        return Postings(self.terms[first:last], starts, self.numbers[low:high], self.counts[low:high], positions)


def build(rows: Sequence[tuple[int, Row]]) -> Postings:
    """Turn the rows of sections round.

    Args:
        rows: section numbers, ascending, each with its terms in the order of their positions.

    """
    vocabulary = _Vocabulary()
    found = [row for _, row in rows]
    # Sections that were analysed together share a list of terms, which is looked at once for all of them.
    together = [list(some) for _, some in groupby(found, key=lambda row: id(row.vocabulary))]
    ids = [vocabulary.ids(some[0].vocabulary)[_integers(row.numbers for row in some)] for some in together]
    where = _repeated(rows)
    terms, numbers = vocabulary.in_order(np.concatenate([NONE, *ids]))
    order = in_order(numbers)
    numbers, where = numbers[order], where[order]
    firsts = np.flatnonzero(np.diff(numbers, prepend=-1) | np.diff(where, prepend=-1))
    starts = np.searchsorted(numbers[firsts], np.arange(len(terms) + 1))
    positions = _integers(row.where for row in found)[order]
    return Postings(terms, starts, where[firsts], np.diff(firsts, append=len(numbers)), positions)


def build_sets(rows: Sequence[tuple[int, Sequence[str]]]) -> Postings:
    """The same for terms of which each is there once, without positions."""
    vocabulary = _Vocabulary()
    ids = np.array([vocabulary[term] for _, terms in rows for term in terms], dtype=np.int64)
    terms, numbers = vocabulary.in_order(ids)
    order = in_order(numbers)
    starts = np.searchsorted(numbers[order], np.arange(len(terms) + 1))
    return Postings(terms, starts, _repeated(rows)[order], np.ones_like(ids), NONE)


class _Vocabulary(defaultdict[str, int]):
    """Terms, numbered in the order in which they are first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.default_factory = self.__len__

    def ids(self, terms: Sequence[str]) -> Integers:
        """The numbers of some terms."""
        return np.fromiter(map(self.__getitem__, terms), np.int64, len(terms))

    def in_order(self, ids: Integers) -> tuple[list[bytes], Integers]:
        """Those terms that the numbers are of, in order, and the numbers as numbers of terms in that order."""
        used = np.zeros(len(self), dtype=bool)
        used[ids] = True
        terms = [term.encode() for term in self]
        order = sorted(np.flatnonzero(used).tolist(), key=terms.__getitem__)
        ranks = np.empty(len(terms), dtype=np.int64)
        ranks[order] = np.arange(len(order))
        return [terms[number] for number in order], ranks[ids]


def _repeated(rows: Sequence[tuple[int, Sized]]) -> Integers:
    """For each term of each row the section's number."""
    numbers = np.array([number for number, _ in rows], dtype=np.int64)
    return np.repeat(numbers, np.array([len(row) for _, row in rows], dtype=np.int64))


def _integers(several: Iterable[bytes]) -> Integers:
    return np.frombuffer(b"".join(several), dtype=np.uint32).astype(np.int64)


def in_order(ids: Integers) -> Integers:
    """The places of numbers below 2**32 in ascending order, those of equal ones in their own."""
    # numpy sorts 16 bits by their digits, which takes a tenth of what comparing takes.
    order = np.argsort(ids.astype(np.uint16), kind="stable")
    higher = (ids >> 16).astype(np.uint16)
    return order[np.argsort(higher[order], kind="stable")] if higher.any() else order


#: Occurrences that are merged at a time: unpacked, each takes a hundred bytes, packed about two.
CHUNK = 1_000_000


class Mergeable(Protocol):
    """A field that can be read a stretch of its terms at a time."""

    @property
    def terms(self) -> Sequence[bytes]: ...  # noqa: D102 - see Postings and Terms
    @property
    def occurrences(self) -> Integers: ...  # noqa: D102
    def several(self, first: int, last: int) -> Postings: ...  # noqa: D102


def merge(parts: Sequence[tuple[Mergeable, Integers]]) -> Iterator[Postings]:
    """Several as one, some terms at a time.

    Args:
        parts: each with the new number of each of its sections, -1 for one that is left out; numbers ascend within a
            part and from part to part.

    """
    each = [list(field.terms) for field, _ in parts]
    terms: list[bytes] = sorted(set[bytes]().union(*each))
    known = {term: number for number, term in enumerate(terms)}
    ranks = [np.fromiter(map(known.__getitem__, some), np.int64, len(some)) for some in each]
    sums = np.zeros(len(terms), dtype=np.int64)
    for (field, _), of_part in zip(parts, ranks, strict=True):
        sums[of_part] += field.occurrences
    # A stretch begins with each term at which the sum passes a multiple of the chunk.
    begins = np.flatnonzero(np.diff(np.cumsum(sums) // CHUNK)) + 1
    for first, last in pairwise([0, *begins.tolist(), len(terms)]):
        bounds = [np.searchsorted(of_part, (first, last)).tolist() for of_part in ranks]
        yield _joined(
            terms,
            [
                _kept(field.several(low, high), mapped, of_part[low:high])
                for (field, mapped), of_part, (low, high) in zip(parts, ranks, bounds, strict=True)
            ],
        )


def _joined(terms: Sequence[bytes], kept: Sequence[tuple[Integers, ...]]) -> Postings:
    """A stretch of what the parts keep: ids, numbers, counts and positions of each."""
    ids, numbers, counts, positions = (np.concatenate(arrays) for arrays in zip(*kept, strict=True))
    order = in_order(ids)
    if len(positions):
        positions = positions[spread((np.cumsum(counts) - counts)[order], counts[order])]
    starts = np.flatnonzero(np.diff(ids[order], prepend=-1))
    remaining = [terms[number] for number in ids[order][starts].tolist()]
    return Postings(remaining, np.append(starts, len(ids)), numbers[order], counts[order], positions)


def _kept(postings: Postings, mapped: Integers, ranks: Integers) -> tuple[Integers, ...]:
    """Ids, numbers, counts and positions of what is not left out."""
    ids, numbers = np.repeat(ranks, np.diff(postings.starts)), mapped[postings.numbers]
    kept = numbers >= 0
    if kept.all():
        return ids, numbers, postings.counts, postings.positions
    positions = postings.positions[np.repeat(kept, postings.counts)] if len(postings.positions) else NONE
    return ids[kept], numbers[kept], postings.counts[kept], positions


# ------------------------------------------------------------------------------------------------------ files


def to_arrays(stretches: Iterable[Postings]) -> dict[str, NDArray[np.generic]]:
    """The arrays that ``Terms`` reads, of the stretches of a field in order.

    Section numbers and positions are kept as differences. How often a term stands in each section is kept in unary:
    one bit for each occurrence, set for the first one in a section.
    """
    terms: list[bytes] = []
    parts: list[_Part] = []
    for postings in stretches:
        terms += postings.terms
        parts.append(_part(postings))
    arrays = {
        **named("terms.", pack_strings(terms)),
        **named("sections.", pack_row(np.concatenate([part.sections for part in parts]))),
        **named("numbers.", join([part.numbers for part in parts], [int(part.sections.sum()) for part in parts])),
    }
    placed = [part for part in parts if len(part.firsts)]  # a stretch may have lost all its sections
    if placed:
        arrays |= {
            **named("occurrences.", pack_row(np.concatenate([part.occurrences for part in placed]))),
            "firsts": np.packbits(np.concatenate([part.firsts for part in placed])),
            **named("positions.", join([part.positions for part in placed], [len(part.firsts) for part in placed])),
        }
    return arrays


class _Part(NamedTuple):
    """A stretch as it lies in the file."""

    sections: Integers
    numbers: dict[str, NDArray[np.generic]]
    occurrences: Integers
    firsts: NDArray[np.bool_]
    positions: dict[str, NDArray[np.generic]]


def _part(postings: Postings) -> _Part:
    begins = np.cumsum(postings.counts) - postings.counts
    ends = np.append(begins, postings.counts.sum())[postings.starts]
    firsts = np.zeros(len(postings.positions), dtype=bool)
    positions: dict[str, NDArray[np.generic]] = {}
    if len(postings.positions):
        firsts[begins] = True
        positions = pack(differences(postings.positions, begins), ends)
    numbers = pack(differences(postings.numbers, postings.starts[:-1]), postings.starts)
    return _Part(np.diff(postings.starts), numbers, np.diff(ends), firsts, positions)


#: Bytes of which the bits are counted at a time.
_WORD = 8


class Terms:
    """A field in a file: the terms, and the postings of any of them."""

    def __init__(self, arrays: Arrays) -> None:
        self.terms = Strings(part(arrays, "terms."))
        count = len(self.terms)
        self.sections = unpack_row(part(arrays, "sections."), count)
        """How many sections have each term."""
        self._numbers = Packed.of(part(arrays, "numbers."), sums(self.sections))
        self._positions: Packed | None = None
        if "firsts" in arrays:
            occurrences = unpack_row(part(arrays, "occurrences."), count)
            self._positions = Packed.of(part(arrays, "positions."), sums(occurrences))
            self._firsts = arrays["firsts"].view(np.uint8)

    def numbers(self, term: int) -> Integers:
        """The numbers of the sections that have a term."""
        found: Integers = np.cumsum(self._numbers.group(term))
        return found

    def counts(self, term: int) -> Integers:
        """How often each of these has it."""
        sections = int(self.sections[term])
        first, last = self._occurrences(term)
        if last - first == sections:
            return np.ones(sections, dtype=np.int64)
        return np.diff(np.flatnonzero(self._bits(first, last)), append=last - first)

    def some(self, term: int, which: Integers) -> tuple[Integers, Integers]:
        """Of some of the sections that have a term, how often it stands in all before each, and how often in each.

        The bits of the others are counted 64 at a time (rank and select: Jacobson 1989).

        Args:
            term: its number.
            which: the ascending places of these sections among ``numbers``.

        """
        sections = int(self.sections[term])
        first, last = self._occurrences(term)
        if last - first == sections:
            return which, np.ones(len(which), dtype=np.int64)
        begins, ends = self._nth_first(first, last, np.concatenate([which, which + 1])).reshape(2, -1)
        return begins, ends - begins

    def _nth_first(self, first: int, last: int, which: Integers) -> Integers:
        """Where among these occurrences is the n-th that is the first in a section; their number for one too many."""
        data = self._firsts[first >> 3 : (last + 7) >> 3]
        words = np.zeros(-(-len(data) // _WORD) * _WORD, dtype=np.uint8)
        words[: len(data)] = data
        words[0] &= 0xFF >> (first & 7)  # what is before belongs to another term
        until = np.cumsum(np.bitwise_count(words.view(np.uint64)), dtype=np.int64)
        at = np.minimum(np.searchsorted(until, which, side="right"), len(until) - 1)
        rest = which - np.append(0, until)[at]
        bits = np.cumsum(np.unpackbits(words.reshape(-1, _WORD)[at], axis=1), axis=1, dtype=np.uint8)
        found = at * _WORD * 8 + (bits > rest[:, None]).argmax(axis=1) - (first & 7)
        return np.where(which == until[-1], last - first, np.minimum(found, last - first))

    def postings(self, term: int) -> tuple[Integers, Integers]:
        """``numbers`` and ``counts``."""
        return self.numbers(term), self.counts(term)

    def together(self, first: int, last: int) -> tuple[Integers, Integers]:
        """The same of the terms from ``first`` to before ``last``, term after term."""
        starts = self._numbers.starts[first : last + 1] - self._numbers.starts[first]
        numbers = _sums(self._numbers.several(first, last), starts[:-1])
        if self._positions is None:
            return numbers, np.ones_like(numbers)
        low, high = (int(self._positions.starts[number]) for number in (first, last))
        return numbers, np.diff(np.flatnonzero(self._bits(low, high)), append=high - low)

    def positions(self, term: int, begins: Integers, counts: Integers) -> Integers:
        """Where a term stands in some of the sections that have it.

        Args:
            term: its number.
            begins: for each of them, ascending, how often the term stands in all sections before it.
            counts: how often it stands there.

        Returns:
            The positions, section after section.

        """
        if self._positions is None:
            return NONE
        steps = self._positions.some(term, spread(begins, counts))
        return _sums(steps, np.cumsum(counts) - counts)

    @property
    def occurrences(self) -> Integers:
        """How often each term stands anywhere."""
        return self.sections if self._positions is None else np.diff(self._positions.starts)

    def several(self, first: int, last: int) -> Postings:
        """The terms from ``first`` to before ``last`` as they were before they were written."""
        terms = self.terms.some(first, last)
        starts = self._numbers.starts[first : last + 1] - self._numbers.starts[first]
        numbers, counts = self.together(first, last)
        positions = NONE
        if self._positions is not None:
            positions = _sums(self._positions.several(first, last), np.cumsum(counts) - counts)
        return Postings(terms, starts, numbers, counts, positions)

    def _occurrences(self, term: int) -> tuple[int, int]:
        """From which to before which of all occurrences are a term's; a field without positions has one a section."""
        if self._positions is None:
            return 0, int(self.sections[term])
        first, last = self._positions.starts[term : term + 2]
        return int(first), int(last)

    def _bits(self, first: int, last: int) -> NDArray[np.bool_]:
        """Which occurrences are the first in a section; as flags, among which numpy finds what is set much faster."""
        return np.unpackbits(self._firsts[first >> 3 : (last + 7) >> 3])[first & 7 :][: last - first].view(np.bool_)


def _sums(steps: Integers, starts: Integers) -> Integers:
    """What ``differences`` was given."""
    sums = np.cumsum(steps)
    sizes = np.diff(starts, append=len(steps))
    found: Integers = sums - np.repeat(sums[starts] - steps[starts], sizes)
    return found
