"""What is drawn around text: side boxes, and the grids of tables."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from kb import BBox
from kb_formats.pdf.glyphs import Sheet

#: Lines thinner than this many points are rules; ends that lie so close to one another meet.
_THIN = 3.0
_MEETS = 3.0
#: No cell and no box is narrower or lower.
_LEAST = 8.0
#: Drawn objects looked at on one page; maps and charts have more, and no boxes that matter.
_MOST = 4_000
#: Fills lighter than this (of 255, in each colour) are paper.
_PAPER = 252


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle that is drawn, and the lines inside it: one cell is a side box, several are a table."""

    bbox: BBox
    xs: tuple[float, ...]
    ys: tuple[float, ...]

    @property
    def is_table(self) -> bool:
        """Whether lines divide it both ways."""
        return len(self.xs) > 2 and len(self.ys) > 2


@dataclass(frozen=True, slots=True)
class _Rule:
    """A straight line, horizontal or vertical."""

    start: float
    end: float
    at: float


def frames(page: Any, turn: int = 0) -> tuple[Frame, ...]:
    """All rectangles and grids on a page turned by so many degrees clockwise, the larger first."""
    sheet = Sheet.of(page)
    shapes = [(sheet.turned(box, turn), filled) for box, filled in _shapes(page, sheet.left, sheet.top)]
    ruled = list(_grids([box for box, filled in shapes if not filled]))
    filled = [Frame(box, (box.left, box.right), (box.top, box.bottom)) for box, filled in shapes if filled]
    solid = [frame for frame in filled if not any(_inside(frame.bbox, other.bbox) for other in ruled)]
    return tuple(sorted((*ruled, *solid), key=lambda frame: -_area(frame.bbox)))


def _area(box: BBox) -> float:
    return (box.right - box.left) * (box.bottom - box.top)


def _inside(inner: BBox, outer: BBox) -> bool:
    return (
        inner.left >= outer.left - _MEETS
        and inner.right <= outer.right + _MEETS
        and inner.top >= outer.top - _MEETS
        and inner.bottom <= outer.bottom + _MEETS
    )


def _shapes(page: Any, left: float, top: float) -> Iterator[tuple[BBox, bool]]:
    """The bounds of each path, and whether it is an area filled with a colour that is seen."""
    for count, shape in enumerate(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=1)):
        if count > _MOST:
            return
        x0, y0, x1, y1 = shape.get_bounds()
        box = BBox(x0 - left, top - y1, x1 - left, top - y0)
        thin = min(box.right - box.left, box.bottom - box.top) < _THIN
        filled, stroked = _paint(shape)
        if stroked or thin:
            yield box, False
        elif filled and not _is_paper(shape):
            yield box, True


def _paint(shape: Any) -> tuple[bool, bool]:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(shape, ctypes.byref(mode), ctypes.byref(stroke))
    return mode.value != 0, stroke.value != 0


def _is_paper(shape: Any) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    pdfium.FPDFPageObj_GetFillColor(shape, *map(ctypes.byref, (red, green, blue, alpha)))
    return alpha.value == 0 or min(red.value, green.value, blue.value) >= _PAPER


# --------------------------------------------------------------------------------------------------- grids


def _grids(boxes: Sequence[BBox]) -> Iterator[Frame]:
    """Rules that meet one another, as far as they enclose something."""
    across, down = _rules(boxes)
    for group in _meeting(across, down):
        xs = _distinct(rule.at for rule in group if rule in down)
        ys = _distinct(rule.at for rule in group if rule in across)
        if len(xs) > 1 and len(ys) > 1 and xs[-1] - xs[0] > _LEAST and ys[-1] - ys[0] > _LEAST:
            yield Frame(BBox(xs[0], ys[0], xs[-1], ys[-1]), tuple(xs), tuple(ys))


def _rules(boxes: Iterable[BBox]) -> tuple[frozenset[_Rule], frozenset[_Rule]]:
    """Horizontal and vertical lines; a drawn rectangle is four."""
    across: set[_Rule] = set()
    down: set[_Rule] = set()
    for box in boxes:
        low, narrow = box.bottom - box.top < _THIN, box.right - box.left < _THIN
        if low and not narrow:
            across.add(_Rule(box.left, box.right, (box.top + box.bottom) / 2))
        elif narrow and not low:
            down.add(_Rule(box.top, box.bottom, (box.left + box.right) / 2))
        elif not low:
            across |= {_Rule(box.left, box.right, at) for at in (box.top, box.bottom)}
            down |= {_Rule(box.top, box.bottom, at) for at in (box.left, box.right)}
    return frozenset(across), frozenset(down)


def _meeting(across: frozenset[_Rule], down: frozenset[_Rule]) -> Iterator[set[_Rule]]:
    """Groups of rules connected by touching or crossing."""
    left = set(across | down)
    while left:
        group, edge = set[_Rule](), {left.pop()}
        while edge:
            group |= edge
            reached = {rule for rule in left if any(_touch(rule, other, across) for other in edge)}
            left -= reached
            edge = reached
        yield group


def _touch(one: _Rule, other: _Rule, across: frozenset[_Rule]) -> bool:
    if (one in across) == (other in across):
        meets = one.start <= other.end + _MEETS and other.start <= one.end + _MEETS
        return abs(one.at - other.at) <= _MEETS and meets
    return one.start - _MEETS <= other.at <= one.end + _MEETS and other.start - _MEETS <= one.at <= other.end + _MEETS


def _distinct(places: Iterable[float]) -> list[float]:
    found: list[float] = []
    for place in sorted(places):
        if not found or place - found[-1] > _LEAST / 2:
            found.append(place)
    return found
