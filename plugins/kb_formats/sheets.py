"""Excel (xlsx): a sheet is a page with its name as heading, a row is a row."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from kb import Block, Extraction, File
from kb_formats import archive
from kb_formats.ooxml import metadata
from kb_formats.refusals import damaged

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: Cells with content that are read of one file; what lies beyond is a database, not a document.
MOST_CELLS = 200_000
#: Empty rows in a row after which a sheet ends: formatted but empty ones go on for a million.
_END = 1_000


def extract(file: File) -> Extraction:
    """The values that Excel showed last (formulas are not computed) of all visible sheets.

    Raises:
        ExtractionError: it is damaged or a bomb.

    """
    archive.check(file)
    try:
        # From a stream: by a path, openpyxl goes by the name's extension, and stored originals have none.
        with file.path.open("rb") as stream:
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            rows = [(sheet.title, number, row) for number, sheet in enumerate(sheets, 1) for row in _rows(sheet)]
            properties = metadata(book.properties)
    except (InvalidFileException, zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError) as error:
        raise damaged(file) from error
    blocks, left = _blocks(rows)
    warnings = (f"セルが多いため、最初の{MOST_CELLS:,}個だけを取り込みました。",) if left else ()
    return Extraction(tuple(blocks), MEDIA_TYPE, pages=len(sheets), metadata=properties, warnings=warnings)


def _blocks(rows: list[tuple[str, int, list[str]]]) -> tuple[list[Block], bool]:
    """The blocks, and whether some rows were too many."""
    blocks: list[Block] = []
    sheet, cells = 0, 0
    for title, number, row in rows:
        cells += len(row)
        if cells > MOST_CELLS:
            return blocks, True
        if number != sheet:
            blocks.append(Block(title, kind="heading", level=1, page=number))
            sheet = number
        blocks.append(Block("\t".join(row), kind="table" if len(row) > 1 else "paragraph", page=number))
    return blocks, False


def _rows(sheet: Any) -> Iterator[list[str]]:
    """The rows that have content, without the empty cells."""
    empty, cells = 0, 0
    for row in sheet.iter_rows(values_only=True):
        shown = [text for value in row if (text := _shown(value))]
        empty = 0 if shown else empty + 1
        cells += len(shown)
        if empty > _END or cells > MOST_CELLS + len(shown):
            return
        if shown:
            yield shown


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
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return " ".join(str(value).split())


def _day(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"
