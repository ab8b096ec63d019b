"""Case studies as councils write them down: Word forms of three manners, one in print, and a register in Excel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import docx
import openpyxl

from tests.samples.source import Issue, Part
from tests.samples.training import Press, add_parts
from tests.samples.word import midnight, saved


def record(issue: Issue) -> bytes:
    """A form with a table of boxes, numbered headings, and dated entries in a table."""
    document = _document(issue)
    document.add_heading(issue.head["title"], 0)
    table = document.add_table(0, 4, style="Table Grid")
    boxes = _boxes(issue)
    for first, second in zip(boxes[::2], [*boxes[1::2], ("", "")], strict=False):
        for cell, text in zip(table.add_row().cells, (*first, *second), strict=True):
            cell.text = text
    add_parts(document, _body(issue))
    return saved(document)


def table(issue: Issue) -> bytes:
    """A form that is one table: what a box is called on the left, what stands in it on the right."""
    document = _document(issue)
    document.add_paragraph("支援事例シート")
    document.add_paragraph(issue.head["title"])
    grid = document.add_table(0, 2, style="Table Grid")
    for name, texts in (*((label, [value]) for label, value in _boxes(issue)), *_parts(issue)):
        left, right = grid.add_row().cells
        left.text, right.text = name, "\n".join(texts)
    return saved(document)


def brackets(issue: Issue) -> bytes:
    """A form without styles: boxes behind colons, parts in brackets."""
    document = _document(issue)
    document.add_paragraph(issue.head["title"])
    for label, value in _boxes(issue):
        document.add_paragraph(f"{label}：{value}")
    for name, texts in _parts(issue):
        document.add_paragraph(f"【{name}】")
        for text in texts:
            document.add_paragraph(f"　{text}")
    return saved(document)


def printed(issue: Issue) -> bytes:
    """A form in print: boxes behind colons, parts below headings in frames."""
    press = Press(issue)
    press.text(issue.head["title"], 16)
    for place, (label, value) in enumerate(_boxes(issue)):
        press.text(f"{label}：{value}", before=14 if place == 0 else 2)
    for number, (name, texts) in enumerate(_parts(issue), 1):
        press.band(f"{number}　{name}")
        for text in texts:
            press.text(text, indent="" if text[0:2] == "令和" else "　")
    return press.finished()


def register(issue: Issue) -> bytes:
    """A register: a title, the day, and a row for each case."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "支援事例"
    sheet.append([issue.head["title"]])
    sheet.append(["令和６年３月31日現在"])
    for part in issue.parts:
        sheet.append([int(cell) if cell.isdecimal() else cell or None for cell in part.cells])
    for column, width in zip("ABCDEFGHIJKL", (6, 30, 10, 24, 8, 8, 36, 36, 36, 30, 12, 22), strict=True):
        sheet.column_dimensions[column].width = width
    book.properties.title = issue.head["title"]
    book.properties.created = book.properties.modified = midnight(issue)
    return saved(book)


def _document(issue: Issue) -> Any:
    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.author = issue.head["title"], "みどり県社会福祉協議会"
    properties.created = properties.modified = midnight(issue)
    return document


def _boxes(issue: Issue) -> list[tuple[str, str]]:
    return [
        (label, value) for part in issue.parts if part.kind == "field" for label, value in [part.text.split(": ", 1)]
    ]


def _body(issue: Issue) -> Sequence[Part]:
    return [part for part in issue.parts if part.kind != "field"]


def _parts(issue: Issue) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for part in _body(issue):
        if part.kind == "heading":
            found.append((part.plain, []))
        else:
            found[-1][1].append(part.plain)
    return found
