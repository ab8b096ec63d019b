"""Typesetting in reverse: known trees, set in the manners of many offices, so that repair can be held to the tree.

The newsletters in ``issues/`` are fictional. Each line is ``kind|text``: 1 2 3 a heading of that level, p a paragraph,
q what somebody says, l an item, f a field, c a caption, t any other line of its own, r a rule or page number, ``x{``
the title of a side box, bt bf its text, ``x}`` its end, o an empty line.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from types import SimpleNamespace

import pytest

from kb.model import BBox, Block, Extraction
from kb.text.joining import em
from kb.text.marks import undecorated
from kb.text.outline import outline
from kb.text.repair import repair

FOLDER = Path(__file__).parent / "issues"
NEVER_FIRST = "、。，．・ー」』）】？！っゃゅょッャュョァィゥェォ々ゞ〉》"


@dataclass(frozen=True)
class Manner:
    """How an office writes text files. Widths are counted in full-width characters."""

    width: int = 36
    box: int = 18
    indent: str = ""
    within: int = 0
    """Blank lines between the lines of a paragraph."""
    between: int = 0
    """Blank lines between paragraphs."""
    empty: int = 1
    """Lines for an empty line of the source."""
    room: int = 4
    """Empty lines above a side box."""
    marked: bool = False
    """A space after each paragraph, as Word leaves it."""


@dataclass(frozen=True)
class Sheet:
    """How an office sets pages. Lengths in points, widths in full-width characters."""

    width: int = 22
    columns: int = 2
    rows: int = 40
    size: float = 10.0
    leading: float = 16.0
    sizes: tuple[float, float] = (10.0, 10.0)
    """Of headings of the first and of deeper levels."""
    air: float = 0.0
    """Above headings."""
    indent: str = ""
    plain: bool = False
    """Headings without their marks."""
    gap: float = 1.0
    """Lines for an empty line of the source."""
    vertical: bool = False
    told: bool = False
    """The extractor says what is a heading."""


def read(name):
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("|", 1)) for line in lines if line and not line.startswith("#")]


def wrapped(text, width):
    """``text`` broken as a layout program would: no line begins with a character that must not stand there."""
    lines, rest = [], text
    while em(rest) > width:
        cut = next(place for place in range(len(rest), 0, -1) if em(rest[:place]) <= width)
        best = cut
        while best > 1 and (rest[best] in NEVER_FIRST or (rest[best - 1] + rest[best]).strip("　（）").isascii()):
            best -= 1
        cut = best if best > 1 else cut
        lines.append(rest[:cut])
        rest = rest[cut:]
    return [*lines, rest] if rest.strip() else lines


def as_text(source, manner):
    """The lines of a text file."""
    out, width = [], manner.width

    def empty(count):
        for _ in range(count):
            out.extend([" " if manner.marked else "", *[""] * manner.within])

    for kind, text in source:
        if kind == "o":
            empty(manner.empty)
        elif kind == "x}":
            width = manner.width
            empty(min(manner.room, 1))
        else:
            if kind == "x{":
                width = manner.box
                empty(manner.room)
            lines = wrapped(manner.indent * (kind == "p") + text, width)
            lines[-1] += " " * manner.marked
            for line in lines:
                out.extend([line, *[""] * manner.within])
            out.extend([""] * manner.between)
    return Extraction(tuple(Block(line, "line") for line in out), "text/plain")


def as_pages(source, sheet):
    """Lines with boxes, columns filled one after the other; side boxes told by the extractor."""
    blocks, column, down, box, boxes = [], 0, 0.0, 0, 0
    for kind, text in source:
        size = sheet.size if kind not in "123" else sheet.sizes[kind != "1"]
        if kind == "x{":
            boxes += 1
            box = boxes
        down += sheet.leading * (sheet.gap if kind == "o" else kind in {"x{", "x}"})
        if kind in {"o", "x}"}:
            box = 0
            continue
        down += sheet.air * (kind in "123" and down > 0)
        lines = wrapped(sheet.indent * (kind == "p") + text, sheet.width * sheet.size / size)
        for place, line in enumerate(lines):
            shown = line.lstrip("　 ")
            whole = len(lines) if kind in "123" and not place else 1  # headings are not cut by the end of a column
            if down + size * 1.5 * whole > sheet.rows * sheet.leading:
                column, down = column + 1, 0.0
            page, across_page = divmod(column, sheet.columns)
            start = across_page * (sheet.width + 3) * sheet.size + size * (em(line) - em(shown))
            across, below = (50 + start, 50 + start + size * em(shown)), (60 + down, 60 + down + size)
            edges = BBox(across[0], below[0], across[1], below[1])
            if sheet.vertical:  # turned by 90 degrees: lines run down, columns stand below one another
                edges = BBox(760 - below[1], across[0], 760 - below[0], across[1])
            level = int(kind) if sheet.told and kind in "123" else 0
            told = "heading" if level else "line"
            blocks.append(Block(shown, told, level, page + 1, size, edges, vertical=sheet.vertical, aside=box))
            down += max(sheet.leading, size * 1.5)
    return Extraction(tuple(blocks), "application/pdf", pages=blocks[-1].page)


def without_marks(source):
    return [(kind, undecorated(text) if kind in {"1", "2", "3"} else text) for kind, text in source]


def squashed(text):
    return "".join(text.split())


def tree_of(source):
    """What a person would draw: (level, kind, heading) of each section below the masthead."""
    shapes = {"1": (1, "article"), "2": (2, "article"), "3": (3, "article"), "x{": (2, "box")}
    return [(*shapes[kind], squashed(undecorated(text))) for kind, text in source if kind in shapes]


def tree(extraction):
    sections = outline(repair(extraction).blocks)
    return [(section.level, section.kind, squashed(section.heading)) for section in sections]


def ends(texts):
    """Where blocks end, counted in characters that are no spaces."""
    return set(accumulate(len(squashed(text)) for text in texts))


def boundaries(extraction, source):
    """(precision, recall) of the ends of the blocks after repair."""
    found = ends(block.text for block in repair(extraction).blocks if block.kind != "furniture")
    true = ends(text for kind, text in source if kind not in {"o", "x}", "r"})
    return len(found & true) / len(found), len(found & true) / len(true)


@pytest.fixture
def lines():
    """A text file of these lines, or a page of one."""

    def make(text, page=None):
        return Extraction(tuple(Block(line, "line", page=page) for line in text.split("\n")), "text/plain")

    return make


@pytest.fixture
def repaired(lines):
    """(kind, level, text) of each block of a text after repair."""

    def make(text):
        return [(block.kind, block.level, block.text) for block in repair(lines(text)).blocks]

    return make


@pytest.fixture(scope="session")
def setting():
    """The typesetter: everything above."""
    doors = (Manner, Sheet, read, as_text, as_pages, without_marks, tree_of, tree, boundaries)
    return SimpleNamespace(**{door.__name__: door for door in doors})
