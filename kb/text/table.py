"""Words as rows of a table: what ``Lexeme`` says of each as numbers, to be looked up for thousands of words at a time.

A text of 400 characters has 250 words. An object of Python's for each, with its terms and its places, takes longer than
Sudachi takes to find the words; a row of numbers takes next to nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from kb.text.columns import Column, Integers, Marks, code_points, sums
from kb.text.lexemes import AUXILIARY, BREAK, DROPPED, NEITHER, REGARDLESS, Lexeme

#: What words are that need a closer look; ``PLAIN`` are all others.
PLAIN, ENDING, HELPING, ABOUT = range(4)
_ROLES = {BREAK: ENDING, AUXILIARY: HELPING, REGARDLESS: ABOUT}

#: The row of a word that is not known, and of one that is left out: no letters and no terms.
NOTHING = 0
_NOTHING = Lexeme("", (), "", "", known=False, role=DROPPED, parts=(), letter=NEITHER)


class Table:
    """Rows are added and never change; what it says of some rows is ``table.column[rows]``."""

    def __init__(self) -> None:
        self.lexemes: list[Lexeme] = []
        """By row."""
        self.vocabulary: list[str] = []
        """Terms by number."""
        self.length, self.role, self.letter = Column(np.uint16), Column(np.uint8), Column(np.uint8)
        self.mark = Column(np.uint64)
        """A number made of its letters, see ``marks``."""
        self.character, self.part, self.parts = Column(np.int32), Column(np.int32), Column(np.uint16)
        """Its first character among ``characters``, its first part among those below, how many it has."""
        self.characters = Column(np.uint32)
        """Of all rows, one after the other, as code points."""
        self.term, self.begin, self.end = Column(np.int32), Column(np.uint16), Column(np.uint16)
        """Of a part: the number of its term, and its place in the word."""
        self.unknown: defaultdict[int, dict[Hashable, int]] = defaultdict(dict)
        """The rows of words that the dictionary does not have: by number, of which there are as many as kinds of such
        words, and by what tells words of one number apart."""
        self.wholes: dict[tuple[int, int], int] = {}
        """For two rows that of the verb which they are together; ``NOTHING`` if they are none."""
        self._rows: dict[Lexeme, int] = {}
        self._terms: dict[str, int] = {}
        self._by_number = np.zeros(1 << 16, dtype=np.int32)
        self._extend([_NOTHING])

    def __len__(self) -> int:
        return len(self.lexemes)

    def rows(self, numbers: NDArray[np.uint32]) -> Integers:
        """The rows of words by their numbers in the dictionary; ``NOTHING`` for those that have not been met."""
        return self._by_number[np.minimum(numbers, len(self._by_number) - 1)].astype(np.int64)

    def know(self, number: int, row: int) -> None:
        """Words of this number are that row from now on."""
        if number >= len(self._by_number) - 1:  # the last place stands for all numbers beyond, and stays empty
            grown = np.zeros(max(number + 2, 2 * len(self._by_number)), dtype=np.int32)
            grown[: len(self._by_number)] = self._by_number
            self._by_number = grown
        self._by_number[number] = row

    def add(self, lexemes: Sequence[Lexeme]) -> list[int]:
        """The rows of some words."""
        if new := [lexeme for lexeme in dict.fromkeys(lexemes) if lexeme not in self._rows]:
            self._extend(new)
        return list(map(self._rows.__getitem__, lexemes))

    def number(self, term: str) -> int:
        """That of a term."""
        number = self._terms.setdefault(term, len(self.vocabulary))
        if number == len(self.vocabulary):
            self.vocabulary.append(term)
        return number

    def _extend(self, new: Sequence[Lexeme]) -> None:
        self._rows |= {word: row for row, word in enumerate(new, len(self.lexemes))}
        self.lexemes += new
        self.role.extend([_ROLES.get(word.role, PLAIN) for word in new])
        self.letter.extend([ord(word.letter) for word in new])
        self._extend_letters([word.surface for word in new])
        self._extend_parts(new)

    def _extend_letters(self, surfaces: Sequence[str]) -> None:
        letters, bounds = code_points(surfaces), sums(np.array(list(map(len, surfaces))))
        self.length.extend(np.diff(bounds))
        self.mark.extend(_marks(letters, bounds))
        self.character.extend(len(self.characters) + bounds[:-1])
        self.characters.extend(letters)

    def _extend_parts(self, new: Sequence[Lexeme]) -> None:
        counts = np.array([len(word.parts) for word in new])
        self.part.extend(len(self.term) + sums(counts)[:-1])
        self.parts.extend(counts)
        parts = [part for word in new for part in word.parts]
        self.term.extend([self.number(term) for term, _, _ in parts])
        self.begin.extend([begin for _, begin, _ in parts])
        self.end.extend([end for _, _, end in parts])


# ------------------------------------------------------------------------------------------------------- marks

#: Powers of an odd number and of its inverse modulo 2**64: for each place that a letter can have in a text that is read
#: as one piece (``kb.text.sudachi.piece``).
_BASE, _PLACES = 0x9E3779B97F4A7C15, 1 << 14


def _powers(base: int) -> Marks:
    factors = np.full(_PLACES, base, dtype=np.uint64)
    factors[0] = 1
    found: Marks = np.multiply.accumulate(factors)
    return found


_UP, _DOWN = _powers(_BASE), _powers(pow(_BASE, -1, 1 << 64))


def _marks(letters: NDArray[np.uint32], bounds: Integers) -> Marks:
    """For each word, the sum of its letters times the powers of their places."""
    places = np.arange(len(letters)) - np.repeat(bounds[:-1], np.diff(bounds))
    found: Marks = np.diff(_sums(letters * _UP[places])[bounds])
    return found


def marks(table: Table, rows: Integers, starts: Integers, firsts: Integers, afters: Integers) -> Marks:
    """A number for each of some runs of words; runs of the same letters have the same (Karp & Rabin 1987).

    Args:
        table: the words.
        rows: words, one text after the other.
        starts: the place of each in its text.
        firsts: the first word of each run.
        afters: the word after its last.

    """
    before = _sums(table.mark.raw(rows) * _UP[starts])
    found: Marks = (before[afters] - before[firsts]) * _DOWN[starts[firsts]]
    return found


def _sums(numbers: Marks) -> Marks:
    found = np.zeros(len(numbers) + 1, dtype=np.uint64)
    np.cumsum(numbers, out=found[1:])
    return found
