"""Excel (xlsx): a sheet is a page with its name as heading, a row is a row."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import openpyxl

from kb import Block, Extraction, File
from kb_formats import archive
from kb_formats.ooxml import DAMAGE, metadata
from kb_formats.refusals import damaged
from kb_formats.sheet_drawings import drawn_on
from kb_formats.sheet_values import shown

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: Cells with content that are read of one file; what lies beyond is a database, not a document.
MOST_CELLS = 200_000
#: Rows of a sheet, by Excel's own specification: openpyxl makes up the empty ones up to whatever number a row claims.
_MOST_ROWS = 1_048_576


def extract(file: File) -> Extraction:
    """The values that Excel showed last (formulas are not computed) of all visible sheets.

    Raises:
        ExtractionError: it is damaged or a bomb.

    """
    archive.check(file)
    try:
        # From a stream: by a path, openpyxl goes by the name's extension, and stored originals have none. It warns of
        # drop-down lists and print settings that it does not read: neither do we.
        with file.path.open("rb") as stream, warnings.catch_warnings(action="ignore", category=UserWarning):
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            budget = _Budget(MOST_CELLS)
            with zipfile.ZipFile(stream) as container:
                blocks = tuple(
                    block
                    for number, sheet in enumerate(sheets, 1)
                    for block in _sheet(sheet, number, container, budget)
                )
            properties = metadata(book.properties)
    except DAMAGE as error:
        raise damaged(file) from error
    hidden = len(book.worksheets) - len(sheets)
    notes = (
        *((f"セルが多いため、最初の{MOST_CELLS:,}個だけを取り込みました。",) if budget.is_spent else ()),
        *((f"非表示のシート{hidden}枚は取り込みませんでした。",) if hidden else ()),
    )
    return Extraction(blocks, MEDIA_TYPE, pages=len(sheets), metadata=properties, warnings=notes)


@dataclass
class _Budget:
    """How many cells may still be read, over all sheets."""

    left: int
    is_spent: bool = False

    def take(self, cells: int) -> bool:
        """Whether there is room for so many."""
        self.left -= cells
        self.is_spent = self.left < 0
        return not self.is_spent


def _sheet(sheet: Any, number: int, container: zipfile.ZipFile, budget: _Budget) -> Iterator[Block]:
    heading = Block(sheet.title, kind="heading", level=1, page=number)
    # openpyxl tells the part's path nowhere else.
    boxes = list(drawn_on(container, sheet._worksheet_path))  # noqa: SLF001
    rows = _rows(sheet, number, budget)
    first = next(rows, None)
    if first or boxes:
        yield heading
    if first:
        yield first
    yield from rows
    yield from (Block(text, page=number, aside=number) for text in boxes)


def _rows(sheet: Any, number: int, budget: _Budget) -> Iterator[Block]:
    # The size that a sheet declares is wrong in files of other programs, and would cut rows off.
    sheet.reset_dimensions()
    columns: tuple[int, ...] = ()
    for row in islice(sheet.iter_rows(), _MOST_ROWS):
        cells = {place: text for place, cell in enumerate(row) if (text := _shown(cell))}
        if not cells:
            continue
        if budget.is_spent or not budget.take(len(cells)):
            return
        if not cells.keys() <= set(columns):
            columns = tuple(cells)
        yield Block(_row(cells, columns), kind="table" if len(cells) > 1 else "paragraph", page=number)


def _row(cells: Mapping[int, str], columns: Sequence[int]) -> str:
    """The cells of a row; below the names of its columns, an empty one keeps its place."""
    last = max(cells)
    return "\t".join(cells.get(column, "") for column in columns if column <= last) if len(cells) > 1 else cells[last]


def _shown(cell: Any) -> str:
    return shown(cell.value, cell.number_format or "") if cell.value is not None else ""
