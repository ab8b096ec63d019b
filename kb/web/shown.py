"""The blocks of a section as a template shows them: neighbours of one kind together, words of the query marked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import Literal

from kb.model import Block, Section, Span

Mark = Callable[[str], tuple[Span, ...]]
"""Marks the words of the query in a text."""

Spans = tuple[Span, ...]

_COLON = re.compile(r"[:：]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Blocks of one kind that follow each other."""

    kind: Literal["paragraph", "heading", "list", "fields", "table"]
    rows: tuple[tuple[Spans, ...], ...]
    """A paragraph, heading or list has one cell a row, fields have label and value, a table has its columns."""
    headed: bool = False
    """True for a table whose first row names its columns."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A section as it stands on the reading page."""

    section: Section
    heading: Spans
    pieces: tuple[Piece, ...]
    depth: int
    """1 for the section that was asked for, 2 for those below it, and so on: the level of its heading on the page."""


def shown(section: Section, mark: Mark, depth: int = 1) -> Shown:
    """A section with the words of the query marked."""
    return Shown(section, mark(section.label), tuple(_pieces(section.blocks, mark)), depth)


def _pieces(blocks: Iterable[Block], mark: Mark) -> Iterable[Piece]:
    readable = (block for block in blocks if block.kind != "furniture" and block.text.strip())
    for kind, run in groupby(readable, key=lambda block: block.kind):
        texts = [block.text for block in run]
        if kind == "table":
            yield _table(texts, mark)
        elif kind == "field":
            yield Piece("fields", tuple(_field(text, mark) for text in texts))
        else:
            known: Literal["heading", "list", "paragraph"] = kind if kind in {"heading", "list"} else "paragraph"
            yield Piece(known, tuple((mark(text),) for text in texts))


def _field(text: str, mark: Mark) -> tuple[Spans, ...]:
    """Label and value; the colon stays with the label, as written."""
    colon = _COLON.search(text)
    if colon is None:
        return (), mark(text)
    return mark(text[: colon.end()]), mark(text[colon.end() :].strip())


def _table(texts: Sequence[str], mark: Mark) -> Piece:
    """Rows of cells, all of the same length."""
    cells = [text.split("\t") for text in texts]
    columns = zip_longest(*cells, fillvalue="")
    rows = tuple(tuple(mark(cell.strip()) for cell in row) for row in zip(*columns, strict=True))
    return Piece("table", rows, headed=_names_columns(cells))


def _names_columns(cells: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: there is a name for each, and no digit (not even １ or ①) in any."""
    first, others = cells[0], cells[1:]
    if len(first) < max(2, *map(len, cells)) or not others:
        return False
    return all(cell.strip() and not any(map(str.isdigit, cell)) for cell in first)
