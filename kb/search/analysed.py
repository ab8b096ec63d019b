"""What analysis makes of an entry: all that an engine needs to write it, and nothing that it would have to look up."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

Places = Mapping[str, Sequence[int]]
"""For each term, the positions where it stands."""

#: What ``array`` calls the numbers of a row.
NUMBER = "I"


@dataclass(frozen=True, eq=False)
class Row:
    """The terms of a field in the order in which they stand, each with its position; positions ascend.

    They are numbers as long as can be: those of a hundred sections share a list of terms, and an engine that wants
    numbers needs no object for each word.
    """

    vocabulary: Sequence[str]
    numbers: bytes
    """For each term its place in the vocabulary, four bytes a number."""
    where: bytes
    """For each its position, likewise."""

    @classmethod
    def of(cls, terms: Sequence[str] = (), positions: Sequence[int] = ()) -> Row:
        """Terms, each with its position."""
        numbers = {term: number for number, term in enumerate(dict.fromkeys(terms))}
        return cls(tuple(numbers), _packed([numbers[term] for term in terms]), _packed(positions))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Row):
            return NotImplemented
        return (self.terms, self.positions) == (other.terms, other.positions)

    __hash__ = None  # type: ignore[assignment] # equal ones may be of different vocabularies

    def __len__(self) -> int:
        return len(self.numbers) // array(NUMBER).itemsize

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """The terms, for whoever wants them as words."""
        return tuple(map(self.vocabulary.__getitem__, array(NUMBER, self.numbers)))

    @cached_property
    def positions(self) -> tuple[int, ...]:
        """The position of each."""
        return tuple(array(NUMBER, self.where))

    def places(self) -> Places:
        """The same, by term."""
        found: dict[str, list[int]] = {}
        for term, position in zip(self.terms, self.positions, strict=True):
            found.setdefault(term, []).append(position)
        return found


def _packed(numbers: Sequence[int]) -> bytes:
    return array(NUMBER, numbers).tobytes()


@dataclass(frozen=True, slots=True)
class Analysed:
    """An entry's terms. Made anywhere, in another process too."""

    body: Row
    title: Row
    words: bytes
    """The tokens of its heading and text as ``kb.text.keeping`` encodes them: what marking a hit needs."""
