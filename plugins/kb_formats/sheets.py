"""Excel (xlsx): a sheet is a page with its name as heading, a row is a row."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl

from kb import Block, Extraction, File
from kb_formats import archive
from kb_formats.ooxml import DAMAGE, metadata
from kb_formats.refusals import damaged

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: Cells with content that are read of one file; what lies beyond is a database, not a document.
MOST_CELLS = 200_000
#: Digits of a number that Excel itself shows; the rest is noise of binary fractions.
_DIGITS = 15
_ERRORS = frozenset({"#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"})


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
            blocks = tuple(block for number, sheet in enumerate(sheets, 1) for block in _sheet(sheet, number, budget))
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


def _sheet(sheet: Any, number: int, budget: _Budget) -> Iterator[Block]:
    heading = [Block(sheet.title, kind="heading", level=1, page=number)]
    # The size that a sheet declares is wrong in files of other programs, and would cut rows off.
    sheet.reset_dimensions()
    for row in sheet.iter_rows(values_only=True):
        shown = [text for value in row if (text := _shown(value))]
        if not shown:
            continue
        if budget.is_spent or not budget.take(len(shown)):
            return
        if heading:
            yield heading.pop()
        yield Block("\t".join(shown), kind="table" if len(shown) > 1 else "paragraph", page=number)


def _shown(value: object) -> str:  # noqa: PLR0911 - a table, one row for each kind of value
    """A value as a Japanese reader would see it."""
    match value:
        case None:
            return ""
        case datetime() if value.time() == time():
            return _day(value)
        case datetime():
            return f"{_day(value)} {value.hour}:{value.minute:02}"
        case date():
            return _day(value)
        case time():
            return f"{value.hour}:{value.minute:02}"
        case timedelta():
            minutes = round(value.total_seconds() / 60)
            return f"{minutes // 60}:{minutes % 60:02}"
        case bool():
            return str(value).upper()
        case float():
            return f"{value:.{_DIGITS}g}"
        case _:
            text = " ".join(str(value).split())
            return "" if text in _ERRORS else text


def _day(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"
