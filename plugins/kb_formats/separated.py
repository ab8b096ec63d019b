"""Comma- and tab-separated values: told from plain text by regularity, which a name (.csv) only makes likelier."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

#: What parts cells, the likeliest first.
_DELIMITERS = (",", "\t", ";")
#: Rows by which a file is judged.
_LOOKED_AT = 200
#: Text under another name is a table if it has so many rows, all of so many cells; lines of prose with commas have not.
_LEAST_ROWS, _LEAST_CELLS = 3, 3
#: Under the name of a table, so many of its rows must be of one length: titles and totals have another.
_REGULAR = 0.6
#: Lines in one cell, from which on a quotation mark has been left open.
_MOST_LINES = 200

Row = Sequence[str]


def rows_in(text: str, *, named: bool) -> Iterator[Row] | None:
    """The rows of a table, each cell in one line; None if the text is none.

    Args:
        text: the whole file.
        named: whether its name says that it is a table.

    """
    # Excel writes the separator in a line of its own before some files.
    text = text.removeprefix("sep=,\r\n").removeprefix("sep=,\n")
    found = next((mark for mark in _DELIMITERS if _is_table(text, mark, named=named)), None)
    return (cells for row in _read(text, found) if any(cells := [_shown(cell) for cell in row])) if found else None


def _read(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _is_table(text: str, delimiter: str, *, named: bool) -> bool:
    try:
        # To the end: a quotation mark left open is an error only there.
        lines = Counter(
            max((cell.count("\n") for cell in row), default=0) > _MOST_LINES for row in _read(text, delimiter)
        )
        looked_at = [row for row in islice(_read(text, delimiter), _LOOKED_AT) if row]
    except csv.Error:  # a cell of more than 131,072 characters, above all
        return False
    if not looked_at or lines[True]:
        return False
    (width, times), *_ = Counter(map(len, looked_at)).most_common(1)
    if named:
        return width > 1 and times >= _REGULAR * len(looked_at)
    enough = _LEAST_CELLS - 1 if delimiter == "\t" else _LEAST_CELLS
    return width >= enough and times == len(looked_at) >= _LEAST_ROWS


def _shown(cell: str) -> str:
    return " ".join(cell.split())
