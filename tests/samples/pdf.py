"""A PDF as a design office makes it: articles in two columns below a heading across both, side boxes with a frame."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfgen.canvas import Canvas

from tests.samples.source import Issue, Part
from tests.samples.wrapped import wrap

MINCHO, GOTHIC = "HeiseiMin-W3", "HeiseiKakuGo-W5"
WIDTH, HEIGHT = A4

#: Lengths in points.
MARGIN, TOP, BOTTOM = 45.0, 50.0, 790.0
GUTTER = 24.0
COLUMN = (WIDTH - 2 * MARGIN - GUTTER) / 2
BODY, LEADING = 9.5, 15.5
PADDING = 8.0


@dataclass(frozen=True, slots=True)
class Row:
    """Something that is drawn in one piece: text lines, a box with its lines, or a row of a table."""

    lines: tuple[str, ...]
    size: float = BODY
    font: str = MINCHO
    before: float = 0.0
    """Space above, in points."""
    boxed: bool = False
    cells: tuple[tuple[str, ...], ...] = ()
    heading: int | None = None
    """The position of the part that it is the heading of."""

    @property
    def height(self) -> float:
        """Points from its top to its bottom, the space above included."""
        count = max((len(cell) for cell in self.cells), default=len(self.lines))
        return self.before + count * self.leading + (2 * PADDING if self.boxed else 4 if self.cells else 0)

    @property
    def leading(self) -> float:
        """From line to line."""
        return self.size * LEADING / BODY


@dataclass
class _Press:
    """The canvas, and how far down the present page it is used."""

    issue: Issue
    stream: io.BytesIO = field(default_factory=io.BytesIO)
    page: int = 1
    down: float = TOP
    headings: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in (MINCHO, GOTHIC):
            registerFont(UnicodeCIDFont(name))
        self.canvas = Canvas(self.stream, pagesize=A4, invariant=1)
        self.canvas.setTitle(f"{self.issue.head['newsletter']} {self.issue.head['number']}")
        self.canvas.setAuthor(self.issue.head["publisher"])

    def next_page(self) -> None:
        self.finish_page()
        self.canvas.showPage()
        self.page += 1
        self.text(MARGIN, 28, f"{self.issue.head['newsletter']}　{self.issue.head['number']}", 7.5, GOTHIC)
        self.down = TOP

    def finish_page(self) -> None:
        self.text(WIDTH / 2 - 10, HEIGHT - 32, f"- {self.page} -", 8, MINCHO)

    def text(self, left: float, top: float, text: str, size: float, font: str) -> None:
        self.canvas.setFont(font, size)
        self.canvas.drawString(left, HEIGHT - top - 0.88 * size, text)

    def row(self, row: Row, left: float, top: float) -> None:
        """Draw a row; ``top`` is above its space."""
        if row.heading is not None:
            self.headings[row.heading] = self.page
        top += row.before
        if row.cells:
            self.cells(row, left, top)
            return
        if row.boxed:
            self.canvas.rect(left, HEIGHT - top - row.height + row.before, COLUMN, row.height - row.before)
            left, top = left + PADDING, top + PADDING
        for number, line in enumerate(row.lines):
            self.text(left, top + number * row.leading, line, row.size, row.font)

    def cells(self, row: Row, left: float, top: float) -> None:
        width = COLUMN / len(row.cells)
        for place, cell in enumerate(row.cells):
            x = left + place * width
            self.canvas.rect(x, HEIGHT - top - row.height, width, row.height)
            for number, line in enumerate(cell):
                self.text(x + 3, top + 3 + number * row.leading, line, row.size, row.font)


def pdf(issue: Issue) -> tuple[bytes, Mapping[int, int]]:
    """The issue as a PDF, and the page of each heading by its position among the parts."""
    press = _Press(issue)
    _masthead(press)
    for place, heading, rows in _articles(issue):
        _article(press, place, heading, rows)
    press.finish_page()
    press.canvas.save()
    return press.stream.getvalue(), press.headings


def _masthead(press: _Press) -> None:
    head = press.issue.head
    press.text(MARGIN, TOP - 8, head["newsletter"], 26, GOTHIC)
    press.text(WIDTH - MARGIN - 180, TOP - 6, f"{head['number']}　{head['published']}", 9, MINCHO)
    press.text(WIDTH - MARGIN - 180, TOP + 8, head["publisher"][:20], 9, MINCHO)
    press.canvas.line(MARGIN, HEIGHT - TOP - 28, WIDTH - MARGIN, HEIGHT - TOP - 28)
    press.down = TOP + 40


def _articles(issue: Issue) -> Iterator[tuple[int, str, list[Row]]]:
    """Each level-1 heading with its position and the rows of its article."""
    starts = [place for place, part in enumerate(issue.parts) if part.kind == "heading" and part.level == 1]
    for start, end in zip(starts, [*starts[1:], len(issue.parts)], strict=True):
        yield start, issue.parts[start].plain, list(_rows(issue.parts, start + 1, end))


def _rows(parts: Sequence[Part], start: int, end: int) -> Iterator[Row]:
    numbered = [(place, parts[place]) for place in range(start, end) if parts[place].kind != "break"]
    for box, run in groupby(numbered, key=lambda pair: pair[1].box):
        inside = list(run)
        if box:
            measure = (COLUMN - 2 * PADDING) / 9
            lines = [line for _, part in inside for line in wrap(part.plain, measure)]
            yield Row(tuple(lines), size=9, font=GOTHIC, before=8, boxed=True, heading=inside[0][0])
            continue
        for place, part in inside:
            yield from _flowing(place, part)


def _flowing(place: int, part: Part) -> Iterator[Row]:
    measure = COLUMN / BODY
    if part.kind == "heading":
        lines = tuple(wrap(part.plain, COLUMN / 12))
        yield Row(lines, size=12, font=GOTHIC, before=10, heading=place)
    elif part.kind == "row":
        width = (COLUMN / len(part.cells) - 6) / 8.5
        yield Row((), size=8.5, cells=tuple(tuple(wrap(cell, width)) for cell in part.cells))
    else:
        indent = "　" if part.kind in {"paragraph", "closing"} else ""
        yield from (Row((line,)) for line in wrap(indent + part.plain, measure))


def _article(press: _Press, place: int, heading: str, rows: list[Row]) -> None:
    lines = list(wrap(heading, (WIDTH - 2 * MARGIN - 16) / 17))
    bar = len(lines) * 24.0 + 6
    if press.down + bar + 8 * LEADING > BOTTOM:
        press.next_page()
    press.canvas.setFillColor(HexColor("#d9ece7"))
    press.canvas.rect(MARGIN, HEIGHT - press.down - bar, WIDTH - 2 * MARGIN, bar, stroke=0, fill=1)
    press.canvas.setFillColor(HexColor("#000000"))
    press.headings[place] = press.page
    for number, line in enumerate(lines):
        press.text(MARGIN + 8, press.down + 6 + number * 24, line, 17, GOTHIC)
    press.down += bar + 8
    while rows:
        rows = _columns(press, rows)
        if rows:
            press.next_page()
    press.down += 16


def _columns(press: _Press, rows: list[Row]) -> list[Row]:
    """Set as many rows as fit into two columns of about the same height; what is left over."""
    room = BOTTOM - press.down
    target = min(room, sum(row.height for row in rows) / 2 + LEADING)
    left, rest = _filled(rows, target, room)
    right, rest = _filled(rest, room, room)
    for column, x in ((left, MARGIN), (right, MARGIN + COLUMN + GUTTER)):
        down = press.down
        for row in column:
            press.row(row, x, down)
            down += row.height
    press.down += max(sum(row.height for row in column) for column in (left, right))
    return rest


def _filled(rows: list[Row], target: float, room: float) -> tuple[list[Row], list[Row]]:
    """The rows of one column, and the others. No heading stands at the foot of a column, no table is torn."""
    height, count = 0.0, 0
    for row in rows:
        in_table = count > 0 and row.cells and rows[count - 1].cells and height + row.height <= room
        if height + row.height > target and not in_table:
            break
        height += row.height
        count += 1
    while count and rows[count - 1].heading is not None and not rows[count - 1].boxed:
        count -= 1
    return rows[: max(count, 1)], rows[max(count, 1) :]
