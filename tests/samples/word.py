"""A Word file with heading styles, text boxes, a table and ruby; the same bytes whenever it is made."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.oxml import parse_xml

from tests.samples.source import RUBY, Issue, Part

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_NAMES = (
    f'xmlns:w="{_W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
#: The earliest date that a ZIP entry can have.
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def docx_bytes(issue: Issue) -> bytes:
    """The issue as a Word file."""
    document = docx.Document()
    document.core_properties.title = f"{issue.head['newsletter']} {issue.head['number']}"
    document.core_properties.author = issue.head["publisher"]
    document.core_properties.created = document.core_properties.modified = midnight(issue)
    document.add_paragraph(issue.head["newsletter"], style="Subtitle")
    document.add_paragraph(f"{issue.head['number']}　{issue.head['published']}　{issue.head['publisher']}")
    for (box, kind), run in groupby(issue.parts, key=lambda part: (part.box, part.kind if not part.box else "")):
        _add(document, list(run), box, kind)
    return saved(document)


def saved(document: Any) -> bytes:
    """A Word file or a presentation, without the time at which it was made."""
    stream = io.BytesIO()
    document.save(stream)
    return _timeless(stream.getvalue())


def midnight(issue: Issue) -> Any:
    from datetime import datetime

    return datetime.combine(issue.date, datetime.min.time())


def _add(document: Any, parts: Sequence[Part], box: int, kind: str) -> None:
    if box:
        document.element.body.insert(-1, parse_xml(_text_box(parts)))
    elif kind == "row":
        _add_table(document, parts)
    else:
        for part in parts:
            _add_paragraph(document, part)


def _add_paragraph(document: Any, part: Part) -> None:
    style = {"heading": f"Heading {part.level}", "list": "List Bullet"}.get(part.kind)
    paragraph = document.add_paragraph(style=style)
    for piece in _runs(part.text):
        paragraph._p.append(parse_xml(piece))


def _runs(text: str) -> list[str]:
    """Runs of text, and of base text with ruby."""
    runs, end = [], 0
    for ruby in RUBY.finditer(text):
        runs += [_run(text[end : ruby.start()]), _ruby(ruby[1], ruby[2])]
        end = ruby.end()
    return [*runs, _run(text[end:])]


def _run(text: str) -> str:
    return f'<w:r xmlns:w="{_W}"><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _ruby(base: str, reading: str) -> str:
    return (
        f'<w:r xmlns:w="{_W}"><w:ruby><w:rubyPr><w:rubyAlign w:val="distributeSpace"/><w:hps w:val="10"/></w:rubyPr>'
        f"<w:rt><w:r><w:t>{reading}</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>{base}</w:t></w:r></w:rubyBase></w:ruby></w:r>"
    )


def _add_table(document: Any, rows: Sequence[Part]) -> None:
    table = document.add_table(len(rows), len(rows[0].cells), style="Table Grid")
    for row, part in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, part.cells, strict=True):
            cell.text = text


def _text_box(parts: Sequence[Part]) -> str:
    """A paragraph with a text box, as Word writes it: a drawing, and VML for old versions."""
    inside = "".join(f"<w:p><w:r><w:t>{escape(part.plain)}</w:t></w:r></w:p>" for part in parts)
    content = f"<w:txbxContent>{inside}</w:txbxContent>"
    shape = '<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
    return (
        f'<w:p {_NAMES}><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline>'
        f'<wp:extent cx="3600000" cy="1080000"/><wp:docPr id="1" name="囲み"/><a:graphic>{shape}<wps:wsp><wps:spPr/>'
        f"<wps:txbx>{content}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing>"
        f"</mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>{content}</v:textbox></v:shape></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )


def _timeless(data: bytes) -> bytes:
    """The same container with one date on all its entries."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(zipfile.ZipInfo(entry.filename, _LONG_AGO), old.read(entry), zipfile.ZIP_DEFLATED)
    return stream.getvalue()
