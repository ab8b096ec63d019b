"""Text repair: from the visual lines of a file to headings, paragraphs, list items, fields, table rows and side boxes.

Extractors deliver lines as a page or a text file shows them: wrapped inside words, with blank lines between all of
them, with side boxes in the middle of an article. Nothing but spaces is ever removed, nothing changes places; what is
not text (page numbers, rules, remnants of links) becomes furniture.

The steps, each in a module of its own: lines are measured (``lines``), joined (``paragraphs``), given a meaning
(``headings``), and side boxes that the extractor did not see are found by the room left for them (``boxes``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kb.model import BBox, Block, BlockKind, Extraction
from kb.text.boxes import boxes, closing_words
from kb.text.breaks import cells
from kb.text.furniture import furniture
from kb.text.headings import heading_levels
from kb.text.joining import tidy
from kb.text.lines import Line, is_rule, read_lines
from kb.text.marks import label_of
from kb.text.paragraphs import Manner, Piece, join_lines, manner_of, with_valid_numbers


def repair(extraction: Extraction) -> Extraction:
    """Join the ``line`` blocks of an extraction into blocks with a meaning; blocks of other kinds stay as they are.

    Blocks of one flow (the main text, or one side box) keep their order, and no character but spaces is lost. Repairing
    twice is repairing once.

    The ``level`` of a paragraph is 0, or 1 where it stands below the last sub-heading of an article and yet belongs to
    the article as a whole: its closing words.
    """
    if not any(block.kind == "line" for block in extraction.blocks):
        return extraction
    extraction = replace(extraction, blocks=tuple(_one_line_each(extraction.blocks)))
    apart = furniture(extraction.blocks)
    flows = {aside: read_lines(flow) for aside, flow in _flows(extraction.blocks, apart).items()}
    manner = manner_of([line for flow in flows.values() for line in flow])
    repaired = [(place, _set_apart(extraction.blocks[place])) for place in apart]
    first_new = max(flows, default=0) + 1
    for flow in flows.values():
        pieces = tuple(join_lines(tuple(with_valid_numbers(flow)), manner))
        repaired += _with_meaning(pieces, manner, first_new)
    repaired.sort(key=lambda pair: pair[0])
    return replace(extraction, blocks=tuple(block for _, block in repaired))


def _one_line_each(blocks: Sequence[Block]) -> Iterator[Block]:
    """A paragraph of a Word file may hold several lines."""
    for block in blocks:
        if block.kind == "line" and "\n" in block.text:
            yield from (replace(block, text=line) for line in block.text.split("\n"))
        else:
            yield block


def _flows(blocks: Sequence[Block], apart: frozenset[int]) -> Mapping[int, list[tuple[int, Block]]]:
    """The main text and each side box on its own: a paragraph goes on below a box or across a page number."""
    flows: dict[int, list[tuple[int, Block]]] = defaultdict(list)
    for place, block in enumerate(blocks):
        if place not in apart or (block.kind == "line" and is_rule(block.text.strip())):
            flows[block.aside].append((place, block))
    return flows


def _set_apart(block: Block) -> Block:
    return block if block.kind == "furniture" else replace(block, kind="furniture", text=block.text.strip())


# ------------------------------------------------------------------------------------------------ meaning


def _with_meaning(pieces: Sequence[Piece], manner: Manner, first_new: int) -> Iterator[tuple[int, Block]]:
    """The blocks of one flow, each with the place of its first line."""
    levels = heading_levels(pieces, manner)
    main = bool(pieces) and pieces[0].lines[0].block.aside == 0
    boxed = boxes(pieces, levels, manner) if main else {}
    closing = closing_words(pieces, levels, boxed) if main else frozenset()
    rows = frozenset(_table_rows(pieces))
    for position, piece in enumerate(pieces):
        block = _block(piece, levels.get(position, 0), position in rows)
        if position in boxed:
            block = replace(block, aside=first_new + boxed[position] - 1)
        if position in closing:
            block = replace(block, level=1)
        yield piece.lines[0].place, block


def _block(piece: Piece, level: int, is_row: bool) -> Block:
    first = piece.lines[0].block
    if first.kind not in {"line", "heading"}:
        return first
    text = "\t".join(tidy(cell) for cell in cells(piece.text_as_written)) if is_row else piece.text
    return replace(first, text=text, kind=_kind(piece, level, is_row), level=level, bbox=_around(piece.lines))


def _kind(piece: Piece, level: int, is_row: bool) -> BlockKind:
    if level:
        return "heading"
    if is_row:
        return "table"
    if label_of(piece.text) or (piece.mark and piece.mark.family == "field"):
        return "field"
    return "list" if piece.mark and piece.mark.family != "plain" else "paragraph"


def _table_rows(pieces: Sequence[Piece]) -> Iterator[int]:
    """Rows drawn with tabs, and rows drawn with wide gaps if at least two of as many cells follow one another."""
    widths = [_cell_count(piece) for piece in pieces]
    for position, (piece, width) in enumerate(zip(pieces, widths, strict=True)):
        neighbours = widths[max(0, position - 1) : position] + widths[position + 1 : position + 2]
        if width > 1 and ("\t" in piece.text_as_written or width in neighbours):
            yield position


def _cell_count(piece: Piece) -> int:
    return len(cells(piece.text_as_written)) if len(piece.lines) == 1 and piece.mark is None else 0


def _around(lines: Sequence[Line]) -> BBox | None:
    """The box around all lines that stand on the page of the first."""
    first = lines[0].block
    found = [line.block.bbox for line in lines if line.block.bbox is not None and line.block.page == first.page]
    if first.bbox is None or not found:
        return None
    return BBox(
        min(box.left for box in found),
        min(box.top for box in found),
        max(box.right for box in found),
        max(box.bottom for box in found),
    )
