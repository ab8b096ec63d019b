"""A register: a table with one case a row, below the names of its columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb import Block, Section
from kb_cases.names import box_of, part_of

#: Columns by which a table is told to be a register, and cases that it must have: fewer is a form laid out wide.
_LEAST_COLUMNS, _LEAST_ROWS = 3, 2
#: Cells of a row that says something; a total has fewer.
_LEAST_CELLS = 3
#: Characters of a heading that is made of what a case says of itself.
_TITLE = 36


@dataclass(frozen=True, slots=True)
class Row:
    """One case."""

    cells: tuple[tuple[str, str], ...]
    """The names of the columns, and what stands in them; empty ones are left out."""
    page: int | None

    def of(self, box: str) -> str:
        """What stands in the first column that is this box of a form."""
        return next((value for column, value in self.cells if box_of(column) == box), "")


def read_register(blocks: Sequence[Block]) -> list[Row]:
    """The cases of a register; none if the blocks are no register."""
    rows = list(_rows(blocks))
    return rows if len(rows) >= _LEAST_ROWS else []


def _rows(blocks: Sequence[Block]) -> Iterator[Row]:
    columns: list[str] = []
    for block in blocks:
        if block.kind != "table":
            continue
        cells = [cell.strip() for cell in block.text.split("\t")]
        if _names_columns(cells):
            columns = cells
        elif columns and len(cells) <= len(columns):
            filled = tuple((name, cell) for name, cell in zip(columns, cells, strict=False) if cell)
            if len(filled) >= _LEAST_CELLS:
                yield Row(filled, block.page)


def _names_columns(cells: Sequence[str]) -> bool:
    """Whether most cells are names of boxes or parts, and not every other one with its value beside it."""
    boxes = [bool(box_of(cell)) for cell in cells]
    known = sum(box or bool(part_of(cell)) for box, cell in zip(boxes, cells, strict=True))
    is_label_and_value = all(boxes[::2]) and not any(boxes[1::2])
    return known >= _LEAST_COLUMNS and 2 * known > len(cells) and all(cells) and not is_label_and_value


def section_of(row: Row, place: int) -> Section:
    """One case: its boxes as fields, its parts below their names."""
    return Section(_title(row, place), tuple(_blocks(row)), level=1, page=row.page)


def _blocks(row: Row) -> Iterator[Block]:
    boxes = [(column, value) for column, value in row.cells if not part_of(column)]
    yield from (Block(f"{column}：{value}", kind="field", page=row.page) for column, value in boxes)
    for column, value in row.cells:
        if part_of(column):
            yield Block(column, kind="heading", level=2, page=row.page)
            yield Block(value, page=row.page)


def _title(row: Row, place: int) -> str:
    """事例3　ごみに囲まれて暮らすきょうだい: the number, and what the case is called or begins with."""
    number = row.of("number") or str(place)
    named = row.of("title") or next((value for column, value in row.cells if part_of(column)), "")
    begun = named.split("。", maxsplit=1)[0]
    short = begun if len(begun) <= _TITLE else f"{begun[: _TITLE - 1]}…"
    shown = number if number.startswith("事例") or not number.isdigit() else f"事例{number}"
    return f"{shown}　{short}" if short else shown
