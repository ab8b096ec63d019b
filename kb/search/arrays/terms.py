"""One field turned round: for each term the sections that have it, how often, and where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from kb.search.analysed import Row
from kb.search.arrays.file import Arrays, named, part
from kb.search.arrays.packing import Integers, Packed, pack, pack_row, unpack_row
from kb.search.arrays.strings import Strings, pack_strings

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


def build(rows: Iterable[tuple[int, Row]], *, positional: bool) -> Postings:
    """Turn the rows of sections round.

    Args:
        rows: section numbers, ascending, each with its terms in the order of their positions.
        positional: whether positions are kept; if not, each term of a row counts once.

    """
    numbers, found = zip(*rows, strict=True) if rows else ((), ())
    vocabulary: defaultdict[str, int] = defaultdict()
    vocabulary.default_factory = vocabulary.__len__
    ids = np.array([vocabulary[term] for row in found for term in row.terms], dtype=np.int64)
    where = np.repeat(np.array(numbers, dtype=np.int64), [len(row.terms) for row in found])
    terms, ids = _in_order([term.encode() for term in vocabulary], ids)
    order = np.argsort(ids, kind="stable")
    ids, where = ids[order], where[order]
    firsts = np.flatnonzero(np.diff(ids, prepend=-1) | np.diff(where, prepend=-1))
    counts = np.diff(firsts, append=len(ids))
    positions = NONE
    if positional:
        every = chain.from_iterable(row.positions for row in found)
        positions = np.fromiter(every, dtype=np.int64, count=len(ids))[order]
    else:
        counts = np.ones_like(counts)
    return Postings(terms, np.searchsorted(ids[firsts], np.arange(len(terms) + 1)), where[firsts], counts, positions)


def _in_order(terms: Sequence[bytes], ids: Integers) -> tuple[list[bytes], Integers]:
    """The terms in order, and the ids as numbers of terms in that order."""
    order = sorted(range(len(terms)), key=terms.__getitem__)
    ranks = np.empty(len(terms), dtype=np.int64)
    ranks[order] = np.arange(len(terms))
    return [terms[number] for number in order], ranks[ids]


def merge(parts: Sequence[tuple[Postings, Integers]]) -> Postings:
    """Several as one.

    Args:
        parts: each with the new number of each of its sections, -1 for one that is left out; numbers ascend within a
            part and from part to part.

    """
    terms = sorted(set().union(*(postings.terms for postings, _ in parts)))
    known = {term: number for number, term in enumerate(terms)}
    kept = [_kept(postings, mapped, known) for postings, mapped in parts]
    ids, numbers, counts, positions = (np.concatenate(arrays) for arrays in zip(*kept, strict=True))
    del kept
    order = np.argsort(ids, kind="stable")
    if len(positions):
        positions = positions[spread((np.cumsum(counts) - counts)[order], counts[order])]
    present, starts = np.unique(ids[order], return_index=True)
    remaining = [terms[number] for number in present.tolist()]
    return Postings(remaining, np.append(starts, len(ids)), numbers[order], counts[order], positions)


def _kept(postings: Postings, mapped: Integers, known: dict[bytes, int]) -> tuple[Integers, ...]:
    """Ids, numbers, counts and positions of what is not left out."""
    ranks = np.fromiter((known[term] for term in postings.terms), dtype=np.int64, count=len(postings.terms))
    ids, numbers = np.repeat(ranks, np.diff(postings.starts)), mapped[postings.numbers]
    if (mapped >= 0).all():
        return ids, numbers, postings.counts, postings.positions
    kept = numbers >= 0
    positions = postings.positions[np.repeat(kept, postings.counts)] if len(postings.positions) else NONE
    return ids[kept], numbers[kept], postings.counts[kept], positions


def spread(starts: Integers, counts: Integers) -> Integers:
    """The numbers start, start + 1 …, ``count`` of them, for each pair."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    found: Integers = np.arange(total) + np.repeat(starts - (ends - counts), counts)
    return found


# ------------------------------------------------------------------------------------------------------ files


def to_arrays(postings: Postings) -> dict[str, NDArray[np.generic]]:
    """The arrays that ``Terms`` reads.

    Section numbers and positions are kept as differences. How often a term stands in each section is kept in unary:
    one bit for each occurrence, set for the first one in a section.
    """
    begins = np.cumsum(postings.counts) - postings.counts
    ends = np.append(begins, postings.counts.sum())[postings.starts]
    arrays = {
        **named("terms.", pack_strings(postings.terms)),
        **named("sections.", pack_row(np.diff(postings.starts))),
        **named("numbers.", pack(_differences(postings.numbers, postings.starts[:-1]), postings.starts)),
    }
    if len(postings.positions):
        firsts = np.zeros(len(postings.positions), dtype=bool)
        firsts[begins] = True
        arrays |= {
            **named("occurrences.", pack_row(np.diff(ends))),
            "firsts": np.packbits(firsts),
            **named("positions.", pack(_differences(postings.positions, begins), ends)),
        }
    return arrays


def _differences(values: Integers, starts: Integers) -> Integers:
    """Each number less the one before it; the first of each run as it is."""
    found = np.diff(values, prepend=0)
    found[starts] = values[starts]
    return found


class Terms:
    """A field in a file: the terms, and the postings of any of them."""

    def __init__(self, arrays: Arrays) -> None:
        self.terms = Strings(part(arrays, "terms."))
        count = len(self.terms)
        self.sections = unpack_row(part(arrays, "sections."), count)
        """How many sections have each term."""
        self._numbers = Packed.of(part(arrays, "numbers."), np.append(0, np.cumsum(self.sections)))
        self._positions: Packed | None = None
        if "firsts" in arrays:
            occurrences = unpack_row(part(arrays, "occurrences."), count)
            self._positions = Packed.of(part(arrays, "positions."), np.append(0, np.cumsum(occurrences)))
            self._firsts = arrays["firsts"].view(np.uint8)

    def postings(self, term: int) -> tuple[Integers, Integers]:
        """The numbers of the sections that have a term, and how often each does."""
        return np.cumsum(self._numbers.group(term)), self._counts(term)

    def positions(self, term: int, counts: Integers, which: Integers) -> Integers:
        """Where a term stands in some of the sections that have it.

        Args:
            term: its number.
            counts: how often each section has it, as ``postings`` gives it.
            which: the ascending places of these sections in ``counts``.

        Returns:
            The positions, section after section.

        """
        if self._positions is None:
            return NONE
        begins, several = np.cumsum(counts) - counts, counts[which]
        steps = self._positions.some(term, spread(begins[which], several))
        sums = np.cumsum(steps)
        firsts = np.cumsum(several) - several
        found: Integers = sums - np.repeat(sums[firsts] - steps[firsts], several)
        return found

    def whole(self) -> Postings:
        """All of it, as it was before it was written."""
        numbers = _sums(self._numbers.every(), self._numbers.starts[:-1])
        if self._positions is None:
            return Postings(list(self.terms), self._numbers.starts, numbers, np.ones_like(numbers), NONE)
        begins = np.flatnonzero(np.unpackbits(self._firsts, count=int(self._positions.starts[-1])).view(np.bool_))
        positions = _sums(self._positions.every(), begins)
        counts = np.diff(begins, append=len(positions))
        return Postings(list(self.terms), self._numbers.starts, numbers, counts, positions)

    def _counts(self, term: int) -> Integers:
        sections = int(self.sections[term])
        if self._positions is None:
            return np.ones(sections, dtype=np.int64)
        first, last = (int(place) for place in self._positions.starts[term : term + 2])
        if last - first == sections:
            return np.ones(sections, dtype=np.int64)
        bits = np.unpackbits(self._firsts[first >> 3 : (last + 7) >> 3])[first & 7 :][: last - first]
        # As flags: numpy finds what is set among them six times faster than among numbers (measured).
        return np.diff(np.flatnonzero(bits.view(np.bool_)), append=last - first)


def _sums(steps: Integers, starts: Integers) -> Integers:
    """What ``_differences`` was given."""
    sums = np.cumsum(steps)
    sizes = np.diff(starts, append=len(steps))
    found: Integers = sums - np.repeat(sums[starts] - steps[starts], sizes)
    return found
