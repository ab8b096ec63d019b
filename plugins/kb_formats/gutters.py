"""Columns of a page that a program wrote side by side into a text file, as ``pdftotext -layout`` does.

Read from left to right, every line of such a page jumps from one article into another. A gutter shows as spaces at one
place in line after line; a table has such places too, but no running text on both sides of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

Columns = Callable[[str], int]
"""How many columns of the page a text takes up."""

#: Spaces that may be a gutter; one full-width space is an indent or stands between words.
_GAP = re.compile(r"(?<=\S)(?: {2,}| ?　[ 　]+)(?=\S)|^[ 　]{4,}(?=\S)")
#: More than so many lines are left between the text and what stands at the head and foot of the page.
_ROOM = 2
_LONGEST_MARGIN = 30
#: What a paragraph may follow: nothing, a sentence, or a line too short to be wrapped.
_MAY_BEGIN = re.compile("[。！？」）】]$|^.{0,12}$")
_HIRAGANA = re.compile("[ぁ-ゖ]")

#: A column with fewer lines, or narrower text, is no column.
_LEAST_LINES = 6
_LEAST_WIDTH = 8
#: The first line of a paragraph stands a little further in than the column begins.
_INDENT = 2
#: Headings and pictures cross a gutter; on a page without columns most lines do.
_MOST_CROSSING = 0.25
#: Lines of running text use this much of their column.
_FULL = 0.8
#: A column of notices and names has at least so much running text.
_RUNNING = 0.15


def in_reading_order(lines: Sequence[str]) -> list[str]:
    """The lines of one page, with columns that stand side by side one below the other.

    Lines across all columns stay between what stands above and below them. Nothing but the spaces of gutters is lost.
    """
    for columns in (len, _display_width):
        start = _gutter(lines, columns)
        if start:
            return list(_unfolded(list(_with_margins([_cut(line, start, columns) for line in lines]))))
    return list(lines)


def _display_width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


@dataclass(frozen=True, slots=True)
class _Row:
    left: str
    right: str
    further: bool = False
    """The right part begins further in than its column: an indent, or a measure that half-width digits blur."""
    crosses: bool = False
    """The line runs across the gutter, and is all in ``left``."""


# ------------------------------------------------------------------------------------------------ finding a gutter


def _gutter(lines: Sequence[str], columns: Columns) -> int:
    """Where the text to the right of the leftmost gutter begins; 0 if there is none."""
    starts = Counter(start for line in lines for start in _starts(line, columns))
    likely = [start for start, count in starts.items() if count >= _LEAST_LINES / 2 and start >= _LEAST_WIDTH]
    return next((start for start in sorted(likely) if _parts(lines, start, columns)), 0)


def _starts(line: str, columns: Columns) -> Iterator[int]:
    """Where text begins behind a gap."""
    return (columns(line[: gap.end()]) for gap in _GAP.finditer(line))


def _parts(lines: Sequence[str], start: int, columns: Columns) -> bool:
    """Whether running text stands on both sides of the gutter, and little goes across it."""
    rows = [_cut(line, start, columns) for line in lines if line.strip()]
    crossing = sum(row.crosses for row in rows)
    left = [row.left for row in rows if not row.crosses and row.left.strip()]
    right = [row.right for row in rows if row.right.strip()]
    beside = sum(bool(row.left.strip() and row.right.strip()) for row in rows)
    enough = min(len(left), len(right), beside + 1) >= _LEAST_LINES
    return enough and crossing <= _MOST_CROSSING * len(rows) and _is_running(left) and _is_running(right)


def _is_running(column: Sequence[str]) -> bool:
    """Whether sentences are wrapped there: full lines that end in the middle of a word, and others that end in 。."""
    widths = sorted(_display_width(line.strip()) for line in column)
    measure = widths[-max(1, len(widths) // 10)]
    wrapped = [
        line
        for line in column
        if _display_width(line.strip()) >= _FULL * measure
        and _HIRAGANA.search(line)
        and not line.rstrip().endswith("。")
    ]
    ended = sum("。" in line for line in column)
    enough = max(_LEAST_LINES / 2, _RUNNING * len(column))
    return measure >= 2 * _LEAST_WIDTH and len(wrapped) >= enough and ended > 0


# ------------------------------------------------------------------------------------------------ cutting


def _cut(line: str, start: int, columns: Columns) -> _Row:
    """The line in two at the gap before ``start``, if it has one there."""
    for gap in _GAP.finditer(line):
        begin, end = columns(line[: gap.start()]), columns(line[: gap.end()])
        if begin < start <= end <= start + _INDENT:
            return _Row(line[: gap.start()], line[gap.end() :], further=end > start)
    return _Row(line, "", crosses=columns(line.rstrip()) > start)


def _with_margins(rows: Sequence[_Row]) -> Iterator[_Row]:
    """The running head and the page number are in no column: lines at the edges of the page, set off by room."""
    filled = [place for place, row in enumerate(rows) if row.left.strip() or row.right.strip()]
    margins = {
        edge
        for edge, inner in (filled[:2], filled[:-3:-1])
        if abs(edge - inner) > _ROOM and not rows[edge].right and len(rows[edge].left.strip()) <= _LONGEST_MARGIN
    }
    return (replace(row, crosses=row.crosses or place in margins) for place, row in enumerate(rows))


def _unfolded(rows: Sequence[_Row]) -> Iterator[str]:
    """Column after column, between the lines that run across; the right one may be parted again."""
    for crosses, band in groupby(rows, key=lambda row: row.crosses):
        parts = list(band)
        if crosses:
            yield from (row.left for row in parts)
        else:
            yield from _without_edges([row.left for row in parts])
            yield ""
            yield from in_reading_order(_without_edges(list(_indented(parts))))


def _indented(rows: Sequence[_Row]) -> Iterator[str]:
    """The right column, with an indent where a paragraph can begin."""
    above = ""
    for row in rows:
        yield "　" * (row.further and _MAY_BEGIN.search(above) is not None) + row.right
        above = row.right.rstrip()


def _without_edges(column: Sequence[str]) -> list[str]:
    """The column without the empty lines above and below it, which stand for the text beside it."""
    filled = [place for place, line in enumerate(column) if line.strip()]
    return list(column[filled[0] : filled[-1] + 1]) if filled else []
