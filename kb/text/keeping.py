"""Writing what ``kb.text.words`` reads: the tokens of texts as a few bytes, for many sections at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from kb.text.batch import Batch
from kb.text.columns import Flags, Integers, differences, flat, spread, sums
from kb.text.words import CODES, ENCODING, HEAD, ROWS, TEXT, edged, half, identity

#: The width that nearly all have, those that others have, and the widest, which holds anything.
_NARROW, *_OTHERS, _WIDEST = CODES


class _Tokens(NamedTuple):
    """What is written of tokens, a column for each thing."""

    numbers: Integers
    """Those of their terms."""
    steps: Integers
    lengths: Integers
    moves: Integers
    """How many positions each is after the one before."""

    def within(self, begin: int, end: int) -> _Tokens:
        """Some of them."""
        return _Tokens(*(column[begin:end] for column in self))

    def too_wide(self, width: int) -> Flags:
        """Which of them do not fit into so many bytes a number."""
        found: Flags = ((self.numbers | self.steps) >> 8 * width | (self.lengths | self.moves) >> half(width)) != 0
        return found


def encode(texts: Sequence[str], batch: Batch, several: Sequence[Sequence[int]]) -> Iterator[bytes]:
    """Some of the texts each time, with their tokens as bytes, without the texts themselves.

    Args:
        texts: what has been read.
        batch: as what.
        several: the texts that belong together, by number.

    """
    chosen, bounds = flat(several)
    counts = batch.counts[chosen]
    at = spread(batch.begins[chosen], counts)
    borders = sums(counts)[bounds]
    terms, numbers = _terms(batch, batch.numbers[at], borders)
    firsts = sums(counts)[:-1][counts > 0]
    lengths = (batch.ends - batch.starts)[at]
    tokens = _Tokens(numbers, differences(batch.starts[at], firsts), lengths, differences(batch.positions[at], firsts))
    heads = [TEXT.pack(*identity(texts[text]), count) for text, count in zip(chosen, counts.tolist(), strict=True)]
    narrow, widths = _rows(tokens, counts, _NARROW), _widths(tokens, borders)
    places = zip(terms, pairwise(bounds.tolist()), pairwise(borders.tolist()), strict=True)
    for number, (named, (first, last), (begin, end)) in enumerate(places):
        width = widths.get(number, _NARROW)
        rows = narrow[ROWS * begin : ROWS * end]
        if width != _NARROW:
            rows = _rows(tokens.within(begin, end), counts[first:last], width)
        yield b"".join((HEAD.pack(len(named), width, last - first), *heads[first:last], named, rows))


def _terms(batch: Batch, numbers: Integers, borders: Integers) -> tuple[list[bytes], Integers]:
    """The terms of each section in the order in which they come up, and for each token the number that its term has."""
    size, places = len(batch.vocabulary), np.arange(len(numbers))
    of_token = np.repeat(np.arange(len(borders) - 1), np.diff(borders))
    distinct, which = np.unique(of_token * size + numbers, return_inverse=True)
    first = np.empty(len(distinct), dtype=np.int64)
    first[which[::-1]] = places[::-1]  # where a place is written to several times, the last one stays
    before = sums(first[which] == places)
    names = list(map(batch.vocabulary.__getitem__, numbers[np.diff(before) > 0].tolist()))
    begins = before[borders]
    terms = [edged(names[begin:end]).encode(ENCODING) for begin, end in pairwise(begins.tolist())]
    return terms, before[first[which]] - begins[:-1][of_token]


def _widths(tokens: _Tokens, borders: Integers) -> dict[int, int]:
    """The widths of those sections that need more than most."""
    sections = np.searchsorted(borders, np.flatnonzero(tokens.too_wide(_NARROW)), side="right") - 1
    places = {number: tokens.within(*borders[number : number + 2].tolist()) for number in set(sections.tolist())}
    return {
        number: next((width for width in _OTHERS if not some.too_wide(width).any()), _WIDEST)
        for number, some in places.items()
    }


def _rows(tokens: _Tokens, counts: Integers, width: int) -> bytes:
    """The rows of texts that have so many tokens each, text after text."""
    each = np.repeat(counts, counts)
    places = np.arange(len(each)) + (ROWS - 1) * np.repeat(np.cumsum(counts) - counts, counts)
    rows = np.empty(ROWS * len(each), dtype=f"u{width}")
    rows[places] = tokens.numbers
    rows[places + each] = tokens.steps
    rows[places + 2 * each] = tokens.lengths + (tokens.moves << half(width))
    return rows.tobytes()
