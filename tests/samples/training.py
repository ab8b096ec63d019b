"""Training materials: slides with notes, a handout in print, and one in Word."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import docx
import pptx
from pptx.util import Cm, Pt
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfgen.canvas import Canvas

from tests.samples.pdf import GOTHIC, MINCHO
from tests.samples.source import Issue, Part
from tests.samples.word import midnight, saved
from tests.samples.wrapped import wrap

#: Layouts of python-pptx's own template.
_TITLE, _CONTENT, _TITLE_ONLY = 0, 1, 5


def slides(issue: Issue) -> bytes:
    """A presentation: one slide for each heading, lists as bullets, rows as a table, closing words as notes."""
    show = pptx.Presentation()
    for number, (heading, parts) in enumerate(_chapters(issue.parts)):
        _slide(show, number, heading.plain if heading else "", parts)
    properties = show.core_properties
    properties.title, properties.author = issue.head["title"], "みどり県社会福祉協議会"
    properties.created = properties.modified = midnight(issue)
    return saved(show)


def _slide(show: Any, number: int, heading: str, parts: Sequence[Part]) -> None:
    texts = [part.plain.removeprefix("・") for part in parts if part.kind in {"paragraph", "list", "field"}]
    rows = [part for part in parts if part.kind == "row"]
    layout = _TITLE if number == 0 else _CONTENT if texts else _TITLE_ONLY
    slide = show.slides.add_slide(show.slide_layouts[layout])
    slide.shapes.title.text = heading
    if texts:
        slide.placeholders[1].text_frame.text = "\n".join(texts)
    if rows:
        table = slide.shapes.add_table(len(rows), len(rows[0].cells), Cm(2), Cm(5), Cm(21), Cm(1 + len(rows))).table
        for row, part in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, part.cells, strict=True):
                cell.text = text
                cell.text_frame.paragraphs[0].font.size = Pt(16)
    notes = [part.plain for part in parts if part.kind == "closing"]
    if notes:
        slide.notes_slide.notes_text_frame.text = "\n".join(notes)


def _chapters(parts: Sequence[Part]) -> Iterator[tuple[Part | None, list[Part]]]:
    """Each heading of the first level with what stands below it; without a heading what stands above the first."""
    inside: list[Part] = []
    heading: Part | None = None
    for part in parts:
        if part.kind == "heading" and part.level == 1:
            if heading or inside:
                yield heading, inside
            heading, inside = part, []
        else:
            inside.append(part)
    yield heading, inside


def word(issue: Issue) -> bytes:
    """A handout with heading styles, its particulars in a table."""
    document = docx.Document()
    document.core_properties.title = issue.head["title"]
    document.core_properties.author = "みどり県社会福祉協議会"
    document.core_properties.created = document.core_properties.modified = midnight(issue)
    add_parts(document, issue.parts)
    return saved(document)


def add_parts(document: Any, parts: Sequence[Part]) -> None:
    """Headings, paragraphs, list items, fields, and the rows that follow each other as one table."""
    table: Any = None
    for part in parts:
        if part.kind != "row":
            table = None
            style = {"heading": f"Heading {part.level}", "list": "List Bullet"}.get(part.kind)
            document.add_paragraph(part.plain, style=style)
            continue
        if table is None:
            table = document.add_table(0, len(part.cells), style="Table Grid")
        for cell, text in zip(table.add_row().cells, part.cells, strict=True):
            cell.text = text


# ------------------------------------------------------------------------------------------------------------ print

_LEFT, _TOP, _BOTTOM = 62.0, 70.0, 780.0
_SIZE, _LEADING = 10.5, 18.0
_WIDTH, _HEIGHT = A4


class Press:
    """A page that is filled from top to bottom in one column; lengths in points."""

    def __init__(self, issue: Issue) -> None:
        for font in (MINCHO, GOTHIC):
            registerFont(UnicodeCIDFont(font))
        self._stream = io.BytesIO()
        self._canvas = Canvas(self._stream, pagesize=A4, invariant=1)
        self._canvas.setTitle(issue.head["title"])
        self._down, self._page = _TOP, 1

    def text(self, text: str, size: float = _SIZE, font: str = MINCHO, before: float = 0.0, indent: str = "") -> None:
        """A paragraph, wrapped; with space above it."""
        self._down += before
        for line in wrap(indent + text, (_WIDTH - 2 * _LEFT) / size):
            leading = size * _LEADING / _SIZE
            if self._down + leading > _BOTTOM:
                self._turn()
            self._canvas.setFont(font, size)
            self._canvas.drawString(_LEFT, _HEIGHT - self._down - 0.88 * size, line)
            self._down += leading

    def row(self, cells: Sequence[str], widths: Sequence[float]) -> None:
        """A ruled row; its cells are short."""
        left = _LEFT
        self._canvas.setFont(MINCHO, _SIZE)
        for cell, width in zip(cells, widths, strict=True):
            self._canvas.rect(left, _HEIGHT - self._down - _LEADING, width, _LEADING)
            self._canvas.drawString(left + 5, _HEIGHT - self._down - 13, cell)
            left += width
        self._down += _LEADING

    def band(self, text: str) -> None:
        """A heading in a frame across the page."""
        self._down += 12
        if self._down + 4 * _LEADING > _BOTTOM:
            self._turn()
        self._canvas.rect(_LEFT, _HEIGHT - self._down - 22, _WIDTH - 2 * _LEFT, 22)
        self.text(text, 12.5, GOTHIC, before=3, indent=" ")
        self._down += 6

    def finished(self) -> bytes:
        """The file."""
        self._foot()
        self._canvas.save()
        return self._stream.getvalue()

    def _turn(self) -> None:
        self._foot()
        self._canvas.showPage()
        self._down, self._page = _TOP, self._page + 1

    def _foot(self) -> None:
        self._canvas.setFont(MINCHO, 9)
        self._canvas.drawString(_WIDTH / 2 - 8, 40, f"- {self._page} -")


def handout(issue: Issue) -> bytes:
    """A handout in print: title, particulars, programme in a ruled table, chapters."""
    press = Press(issue)
    press.text(issue.head["title"], 17, GOTHIC)
    fields = [part for part in issue.parts if part.kind == "field"]
    for place, part in enumerate(fields):
        press.text(part.plain.replace(": ", "："), 11, before=14 if place == 0 else 2)
    rows = [part for part in issue.parts if part.kind == "row"]
    press.text("プログラム", 12.5, GOTHIC, before=16)
    for part in rows:
        press.row(part.cells, (110, 320))
    for part in issue.parts:
        if part.kind == "heading":
            press.text(part.plain, 15 if part.level == 1 else 12, GOTHIC, before=22 if part.level == 1 else 10)
        elif part.kind == "list":
            press.text(part.plain.removeprefix("・"), indent="・")
        elif part.kind == "paragraph":
            press.text(part.plain, indent="　")
    return press.finished()
