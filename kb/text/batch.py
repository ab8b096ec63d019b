"""Many texts read at once, for bulk loads: the terms that ``kb.text.sudachi.read`` gives of each, in arrays.

Only Sudachi, and the step from Python to it for the number of each word, are work word by word; whatever follows from
the numbers is looked up and added up for all words of all texts together (``kb.text.table``). What is seldom is done
the other way, and the same comes out of it (tests/text/test_batch.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from threading import Lock
from typing import NamedTuple

import numpy as np

from kb.text import sudachi
from kb.text.columns import Integers, flat, spread, sums
from kb.text.cutting import cut
from kb.text.lexemes import NEITHER, TERM, Lexeme
from kb.text.sudachi import Parsed, Spoken
from kb.text.table import ABOUT, ENDING, HELPING, NOTHING, Table

#: Words that are remembered: as many take 25 MB.
_MOST = 1 << 15


@dataclass(frozen=True, slots=True)
class Words:
    """The words of texts, one text after the other; of one that has been read with care there are none."""

    table: Table
    rows: Integers
    """In the table."""
    starts: Integers
    """For each, its place in its text."""
    bounds: Integers
    """For each text, where its words begin; one more for the end."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts with their terms, which are numbers of a list."""

    vocabulary: Sequence[str]
    begins: Integers
    """For each text, where its terms begin among those of all texts."""
    counts: Integers
    """For each text, how many terms it has."""
    numbers: Integers
    """For each term its place in the vocabulary."""
    starts: Integers
    ends: Integers
    """For each term its place in its text."""
    positions: Integers
    words: Words
    with_care: Mapping[int, Parsed]
    """The texts that have been read one by one, by number."""

    def spoken(self, number: int, text: str) -> Spoken:
        """A text with its words."""
        if number in self.with_care:
            return self.with_care[number]
        words, (begin, end) = self.words, self.words.bounds[number : number + 2].tolist()
        rows, starts = words.rows[begin:end], words.starts[begin:end]
        ends = starts + words.table.length[rows]
        lexemes = list(map(words.table.lexemes.__getitem__, rows.tolist()))
        return Spoken(text, lexemes, starts.tolist(), ends.tolist(), is_even=True)

    def in_a_row(self, several: Sequence[Sequence[int]]) -> Iterator[tuple[bytes, bytes]]:
        """Some texts each time as if they were one, with a gap between so that nothing is adjacent across it.

        Args:
            several: texts by number.

        Yields:
            The terms of each row as numbers, and their positions, four bytes for each.

        """
        chosen, bounds = flat(several)
        begins, counts = self.begins[chosen], self.counts[chosen]
        before = sums(self._taken[chosen])
        shifts = before[:-1] - np.repeat(before[bounds[:-1]], np.diff(bounds))
        at = spread(begins, counts)
        numbers = self.numbers[at].astype(np.uint32).tobytes()
        positions = (self.positions[at] + np.repeat(shifts, counts)).astype(np.uint32).tobytes()
        for begin, end in pairwise((4 * sums(counts)[bounds]).tolist()):
            yield numbers[begin:end], positions[begin:end]

    @property
    def _taken(self) -> Integers:
        """For each text, how many positions it takes with the gap behind it; none if it has no terms."""
        found = np.zeros_like(self.counts)
        some = self.counts > 0
        found[some] = self.positions[(self.begins + self.counts)[some] - 1] + 2
        return found


def read(texts: Sequence[str]) -> Batch:
    """Read some texts. From any thread; threads take turns."""
    return _reader().read(texts)


@lru_cache(maxsize=1)
def _reader() -> _Reader:
    return _Reader()


class _Reader:
    """Reads texts, one thread at a time, with one table for all."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._table = Table()

    def read(self, texts: Sequence[str]) -> Batch:
        """See ``read`` above."""
        pieces = {number: sudachi.piece(text) for number, text in enumerate(texts)}
        quick = {number: piece for number, piece in pieces.items() if piece is not None}
        with_care = {number: sudachi.read(texts[number]) for number in pieces.keys() - quick.keys()}
        with self._lock:
            if max(len(self._table), len(self._table.wholes)) > _MOST:
                self._table = Table()
            words = _words(self._table, quick, len(texts))
            return _batch(words, with_care)


def _words(table: Table, pieces: Mapping[int, str], texts: int) -> Words:
    """The words of some of so many texts."""
    found = cut(table, list(pieces.values()))
    counts = np.zeros(texts, dtype=np.int64)
    counts[list(pieces)] = found.counts
    bounds, ends = sums(counts), sums(table.length[found.rows])
    return Words(table, found.rows, ends[:-1] - np.repeat(ends[bounds[:-1]], counts), bounds)


class _Terms(NamedTuple):
    """The terms of texts, as in ``Batch``; the numbers are those of the table."""

    counts: Integers
    numbers: Integers
    starts: Integers
    ends: Integers
    positions: Integers


def _batch(words: Words, with_care: Mapping[int, Parsed]) -> Batch:
    """What has been read in both ways."""
    quick, careful = _terms(words), _numbered(words.table, list(with_care.values()))
    begins, counts = sums(quick.counts)[:-1], quick.counts
    others = list(with_care)
    begins[others], counts[others] = len(quick.numbers) + sums(careful.counts)[:-1], careful.counts
    numbers, starts, ends, positions = map(np.concatenate, zip(quick[1:], careful[1:], strict=True))
    vocabulary, numbers = _named(words.table, numbers)
    return Batch(vocabulary, begins, counts, numbers, starts, ends, positions, words, with_care)


def _named(table: Table, numbers: Integers) -> tuple[Sequence[str], Integers]:
    """The terms that are there, and the numbers as numbers of these."""
    used = np.zeros(len(table.vocabulary), dtype=bool)
    used[numbers] = True
    kept = np.flatnonzero(used)
    ranks = np.empty(len(used), dtype=np.int64)
    ranks[kept] = np.arange(len(kept))
    return tuple(map(table.vocabulary.__getitem__, kept.tolist())), ranks[numbers]


def _numbered(table: Table, several: Sequence[Parsed]) -> _Terms:
    """The terms of texts that have been read one by one."""
    terms = [parsed.terms for parsed in several]
    numbers = [table.number(term) for found in terms for term in found.terms]
    places = ([at for found in terms for at in getattr(found, name)] for name in ("starts", "ends", "positions"))
    columns = ([len(found.terms) for found in terms], numbers, *places)
    return _Terms(*(np.array(column, dtype=np.int64) for column in columns))


def _terms(words: Words) -> _Terms:
    """The terms of words."""
    table, rows = words.table, _as_they_stand(words)
    each = table.parts[rows]
    part, of_word = spread(table.part[rows], each), np.repeat(np.arange(len(rows)), each)
    bounds = sums(each)[words.bounds]
    # The end of a sentence or a line leaves a gap.
    gaps = sums(table.role.raw(rows) == ENDING)
    before = bounds[:-1] + gaps[words.bounds[:-1]]
    counts = np.diff(bounds)
    positions = np.arange(len(part)) + gaps[of_word] - np.repeat(before, counts)
    starts = words.starts[of_word]
    return _Terms(counts, table.term[part], starts + table.begin[part], starts + table.end[part], positions)


def _as_they_stand(words: Words) -> Integers:
    """The rows whose terms count: two words that are one verb as that, and without the verb in 「にかかわらず」."""
    table, rows, role = words.table, words.rows, words.table.role.raw(words.rows)
    is_first = np.zeros(len(rows) + 1, dtype=bool)
    is_first[words.bounds] = True
    inside = ~is_first[1:]  # not the last one of its text
    found = rows.copy()
    for place in np.flatnonzero((role == ABOUT) & inside & ~is_first[:-1]).tolist():
        if [table.lexemes[row].surface for row in rows[[place - 1, place + 1]].tolist()] == ["に", "ず"]:
            found[place] = NOTHING
    helping, taken = np.flatnonzero((role == HELPING) & inside), -1
    pairs = zip(rows[helping].tolist(), rows[helping + 1].tolist(), strict=True)
    for place, pair in zip(helping.tolist(), pairs, strict=True):
        whole = table.wholes.get(pair)
        if whole is None:
            whole = table.wholes[pair] = _whole(table, *pair)
        if whole != NOTHING and place != taken:
            taken = place + 1
            found[place], found[taken] = whole, NOTHING
    return found


def _whole(table: Table, first: int, second: int) -> int:
    """The row of the verb that two words are together; ``NOTHING`` if they are none."""
    word, after = table.lexemes[first], table.lexemes[second]
    term, surface = sudachi.whole(word, after), word.surface + after.surface
    if not term:
        return NOTHING
    part = term, 0, len(surface)
    (row,) = table.add([Lexeme(surface, (), "", "", known=True, role=TERM, parts=(part,), letter=NEITHER)])
    return row
