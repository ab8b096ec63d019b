"""Text files as PDF extractors leave them: hard wraps, blank lines between lines, boxes in the midst of the flow."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, groupby

from tests.samples.source import Issue, Part

#: What Word's standard line breaking keeps from beginning, and from ending, a line (JIS X 4051, the lenient level).
NEVER_FIRST = "、。，．・：；？！”’」』）】》〉〕％～々)."
NEVER_LAST = "「『（【《〈〔“‘("

_ATOM = re.compile(r"[A-Za-z0-9@.:/+-]+|.", re.DOTALL)
_MEETING = re.compile(r"(?<=[ぁ-んァ-ヶー一-鿿])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[ぁ-んァ-ヶー一-鿿])")

MEASURE = 32.0
HEADING_MEASURE = 24.0
BOX_MEASURE = 14.0
CELL_MEASURE = 15.0
PLAIN_MEASURE = 34.0
PAGE_LINES = 46
"""Lines on a page of the plain manner."""


def em(text: str) -> float:
    """Width in full-width characters."""
    return sum(1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.5 for character in text)


def wrap(text: str, measure: float) -> Iterator[str]:
    """Break ``text`` into lines of at most ``measure`` full-width characters, but not within a western word."""
    line: list[str] = []
    for atom in _ATOM.findall(text):
        if line and em("".join(line)) + em(atom) > measure:
            kept = _last_break(line, atom)
            yield "".join(line[:kept])
            line = line[kept:]
        line.append(atom)
    yield "".join(line)


def _last_break(line: Sequence[str], following: str) -> int:
    """How many atoms of a full line stay on it."""
    atoms = [*line, following]
    for kept in range(len(line), 1, -1):
        if atoms[kept] not in NEVER_FIRST and atoms[kept - 1] not in NEVER_LAST:
            return kept
    return len(line)


def marked_text(issue: Issue) -> str:
    """The manner of a PDF made with Word: a space ends each paragraph, and a blank line follows nearly every line."""
    lines = _Marked()
    lines.paragraph(issue.head["newsletter"], HEADING_MEASURE)
    lines.paragraph(f"{issue.head['number']}　{issue.head['published']}", MEASURE)
    for (kind, box), run in groupby(issue.parts, key=lambda part: (part.kind, part.box)):
        parts = list(run)
        if kind == "row":
            lines.table(parts)
            continue
        for part in parts:
            lines.part(part, box)
    return "\n".join(lines.out) + "\n"


class _Marked:
    """The lines written so far, and what decides the next ones."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self._gaps = count()
        self._headings = count()
        self._last_box = 0

    def part(self, part: Part, box: int) -> None:
        """One line of the source."""
        if box != self._last_box:
            self.empty_paragraphs(4 if box else 1)
            self._last_box = box
        measure = BOX_MEASURE if box else MEASURE
        if part.kind == "heading" and not box:
            self.heading(part)
        else:
            if part.kind == "closing":
                self.empty_paragraphs(1)
            self.paragraph(part.plain, measure)

    def heading(self, part: Part) -> None:
        if part.level == 1:
            # A new page begins with a space where the page before it ended.
            self.paragraph(" " + part.plain, HEADING_MEASURE)
            return
        self.empty_paragraphs(1)
        self.paragraph(part.plain, MEASURE)
        if next(self._headings) % 3 == 1:
            self.out.pop()

    def paragraph(self, text: str, measure: float) -> None:
        for line in wrap(self._loosened(text), measure):
            self.out += [line, ""]
        self.out[-2] += " "

    def empty_paragraphs(self, number: int) -> None:
        if self.out and not self.out[-1]:
            self.out.pop()
        self.out += [" ", ""] * number

    def table(self, rows: Sequence[Part]) -> None:
        self.paragraph(" ".join(rows[0].cells), MEASURE)
        for row in rows[1:]:
            for cell in row.cells:
                for piece in re.split("[　]", cell):
                    self.paragraph(piece, CELL_MEASURE)
        self.empty_paragraphs(1)

    def _loosened(self, text: str) -> str:
        """Word sets a quarter space where western meets Japanese text; extractors make a space of most of them."""
        return _MEETING.sub(lambda _: "" if next(self._gaps) % 3 == 2 else " ", text)


def plain_text(issue: Issue) -> str:
    """The manner of an extractor that drops spaces: paragraphs are indented, pages end with a number and a form feed."""
    head = [
        issue.head["newsletter"],
        f"{issue.head['number']}　　{issue.head['published']}",
        issue.head["publisher"],
        "",
    ]
    return "\n".join(_paged([*head, *_plain_lines(issue.parts)])) + "\n"


def _plain_lines(parts: Iterable[Part]) -> Iterator[str]:
    last_box = 0
    for part in parts:
        if part.box != last_box:
            yield from [""] * (4 if part.box else 2)
            last_box = part.box
        if part.box:
            yield from wrap(part.plain, BOX_MEASURE)
        elif part.kind == "heading":
            yield ""
            yield from wrap(part.plain, HEADING_MEASURE if part.level == 1 else PLAIN_MEASURE)
        elif part.kind == "row":
            yield "  ".join(part.cells)
        else:
            indent = "　" if part.kind in {"paragraph", "closing"} else ""
            yield from wrap(indent + part.plain, PLAIN_MEASURE)


def _paged(lines: Sequence[str]) -> Iterator[str]:
    for page, start in enumerate(range(0, len(lines), PAGE_LINES), 1):
        yield from lines[start : start + PAGE_LINES]
        yield f"- {page} -"
        if start + PAGE_LINES < len(lines):
            lines = [*lines[: start + PAGE_LINES], "\f" + lines[start + PAGE_LINES], *lines[start + PAGE_LINES + 1 :]]
