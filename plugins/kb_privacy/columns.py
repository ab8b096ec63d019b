"""Registers: what stands in a column is what the first row says of it, however far above."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell below the first row of a table. Cells of a row are separated by tabs, rows by line ends."""

    column: str
    """What the first row says of the column."""
    start: int
    end: int


def cells(plain: str) -> Iterator[Cell]:
    """The cells of all tables but their first rows. A row with another number of cells begins another table."""
    first: list[str] = []
    place = 0
    for line in plain.split("\n"):
        row = line.split("\t")
        if len(row) == len(first):
            yield from _row(first, row, place)
        else:
            first = row if len(row) > 1 else []
        place += len(line) + 1


def _row(first: list[str], row: list[str], place: int) -> Iterator[Cell]:
    for column, text in zip(first, row, strict=True):
        yield Cell(column.strip(), place, place + len(text))
        place += len(text) + 1
