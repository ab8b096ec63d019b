"""What analysis makes of an entry: all that an engine needs to write it, and nothing that it would have to look up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Places = Mapping[str, Sequence[int]]
"""For each term, the positions where it stands."""


@dataclass(frozen=True, slots=True)
class Row:
    """The terms of a field in the order in which they stand, each with its position; positions ascend."""

    terms: tuple[str, ...] = ()
    positions: tuple[int, ...] = ()

    def places(self) -> Places:
        """The same, by term."""
        found: dict[str, list[int]] = {}
        for term, position in zip(self.terms, self.positions, strict=True):
            found.setdefault(term, []).append(position)
        return found


@dataclass(frozen=True, slots=True)
class Analysed:
    """An entry's terms. Made anywhere, in another process too."""

    body: Row
    title: Row
    words: bytes
    """The tokens of its heading and text as ``kb.text.words`` encodes them: what marking a hit needs."""
