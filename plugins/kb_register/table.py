"""Reading a table: the cells of a CSV or Excel file as text, line breaks within a cell included."""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl

from kb import ExtractionError, File
from kb_formats import archive
from kb_formats.charset import decode
from kb_formats.sheet_values import shown

READABLE = frozenset({".csv", ".tsv", ".xlsx", ".xlsm"})
"""Names of tables that are read."""
OLD = frozenset({".xls", ".xlsb", ".ods"})
"""Names of tables that are not: whoever puts one there is told so."""

Cells = tuple[str, ...]

#: Bytes of a register; it is read in this process.
_MOST_BYTES = 50 << 20
#: Rows of a register, each of which becomes a document, and its columns.
_MOST_ROWS, _MOST_COLUMNS = 20_000, 200
#: Characters that tell what parts the cells.
_LOOKED_AT = 4_096


def read_table(path: Path) -> list[list[Cells]]:
    """The rows of each sheet (a CSV file has one), empty ones left out.

    Raises:
        ExtractionError: it is damaged, too large, or of a format that is not read.

    """
    if path.stat().st_size > _MOST_BYTES:
        raise _too_large(path, f"{_MOST_BYTES >> 20}MiBを超えています。")
    if path.suffix.lower() in OLD:
        fix = "Excelで開き、「名前を付けて保存」で「Excelブック（.xlsx）」にしてください。"
        raise ExtractionError(path.name, "この形式の台帳は読み取れません。", fix)
    sheets = _values(path) if path.suffix.lower() in {".csv", ".tsv"} else _workbook(path)
    return [list(_counted(path, sheet)) for sheet in sheets]


def _counted(path: Path, rows: Iterable[Cells]) -> Iterator[Cells]:
    count = 0
    for row in rows:
        if any(row):
            count += 1
            if count > _MOST_ROWS:
                raise _too_large(path, f"行が{_MOST_ROWS:,}を超えています。")
            yield row


def _values(path: Path) -> Iterator[Iterable[Cells]]:
    decoded = decode(path.read_bytes())
    if decoded is None:
        raise ExtractionError(path.name, "文字コードが分かりません。", "UTF-8のCSVで保存し直してください。")
    # Excel writes the separator in a line of its own before some files.
    text = decoded.text.removeprefix("sep=,").lstrip("\r\n")
    delimiter = max(",\t;", key=text[:_LOOKED_AT].count)
    yield _separated(path, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def _separated(path: Path, rows: Iterable[list[str]]) -> Iterator[Cells]:
    try:
        for row in rows:
            yield tuple(_tidy(cell) for cell in row[:_MOST_COLUMNS])
    except csv.Error as error:  # a quotation mark left open: rows would be taken for one cell
        reason = f"CSVとして読めない行があります（{error}）。"
        raise ExtractionError(path.name, reason, '引用符（"）の閉じ忘れを直してください。') from error


def _workbook(path: Path) -> Iterator[Iterable[Cells]]:
    """The visible sheets, one after the other.

    Raises:
        ExtractionError: it is damaged or a bomb.

    """
    archive.check(File(path.name, path))
    try:
        # By a stream, which is closed here; openpyxl warns of drop-down lists that it does not read: neither do we.
        with path.open("rb") as stream, warnings.catch_warnings(action="ignore", category=UserWarning):
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            for sheet in book.worksheets:
                if sheet.sheet_state == "visible":
                    # The size that a sheet declares is wrong in files of other programs.
                    sheet.reset_dimensions()
                    yield _sheet(sheet)
    except (*archive.DAMAGE, KeyError) as error:
        raise ExtractionError(path.name, "壊れていて読み取れません。", "Excelで開き、保存し直してください。") from error


def _sheet(sheet: Any) -> Iterator[Cells]:
    for row in sheet.iter_rows():
        yield tuple(_cell(cell) for cell in islice(row, _MOST_COLUMNS))


def _cell(cell: Any) -> str:
    if isinstance(cell.value, str) and "\n" in cell.value:
        return _tidy(cell.value.replace("_x000D_", ""))
    return shown(cell.value, cell.number_format or "") if cell.value is not None else ""


def _tidy(cell: str) -> str:
    lines = (" ".join(line.split()) for line in cell.splitlines())
    return "\n".join(line for line in lines if line)


def _too_large(path: Path, reason: str) -> ExtractionError:
    return ExtractionError(path.name, reason, "年度などで分けて保存してください。")
