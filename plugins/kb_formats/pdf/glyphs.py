"""The characters of a page with their places, in the order in which they were drawn."""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2.raw as pdfium

from kb import BBox

#: Where the em square of a CJK font lies around its baseline (OpenType BASE recommends 880/-120 for ideographic boxes).
_BELOW = 0.12

#: Characters of one page. A full page of a newspaper has about 12,000.
MOST = 60_000

_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character; lengths in points from the top-left corner of the page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    spaced: bool = False
    """Whether a space was drawn before it; what else parts words is only a gap."""
    turn: int = 0
    """By how many degrees the page has to be turned clockwise to read it; its place is that on the turned page."""

    @property
    def wide(self) -> bool:
        """Whether it fills an em square, as kana and kanji do."""
        return unicodedata.east_asian_width(self.text[0]) in "WFA"

    @property
    def middle(self) -> float:
        """The middle from left to right."""
        return (self.left + self.right) / 2


def glyphs(page: Any) -> tuple[Glyph, ...]:
    """All visible characters of a page, each once: text drawn twice for bold or shadow is one text."""
    sheet = Sheet.of(page)
    found = [glyph for glyph in _whole(_read(page.get_textpage(), sheet)) if sheet.shows(glyph)]
    return tuple(_once(found))


def is_too_full(page: Any) -> bool:
    """Whether a page has more characters than are read."""
    return bool(page.get_textpage().count_chars() > MOST)


def main_turn(found: Iterable[Glyph]) -> int:
    """How the page has to be turned to read most of it, in degrees clockwise: not always as the file says."""
    turns = Counter(glyph.turn for glyph in found)
    return max(turns, key=lambda turn: turns[turn], default=0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The part of a page that is shown; lengths in points."""

    left: float
    top: float
    width: float
    height: float
    rotation: int
    """As the file says, in degrees clockwise."""

    @classmethod
    def of(cls, page: Any) -> Sheet:
        """The sheet of a page: what it is cropped to, if it is."""
        left, bottom, right, top = page.get_bbox()
        return cls(left, top, right - left, top - bottom, page.get_rotation())

    def height_turned(self, turn: int) -> float:
        """How high it is when it is turned."""
        return self.width if turn in {90, 270} else self.height

    def shows(self, glyph: Glyph) -> bool:
        """Whether a character is not cut off: what lies beyond the edge nobody sees."""
        width, height = self.height_turned(glyph.turn + 90), self.height_turned(glyph.turn)
        slack = glyph.size
        across = -slack <= glyph.left and glyph.right <= width + slack
        return across and -slack <= glyph.top and glyph.bottom <= height + slack

    def turned(self, box: BBox, turn: int) -> BBox:
        """Where something is on the sheet turned clockwise."""
        left, top, right, bottom = box.left, box.top, box.right, box.bottom
        match turn:
            case 90:
                return BBox(self.height - bottom, left, self.height - top, right)
            case 180:
                return BBox(self.width - right, self.height - bottom, self.width - left, self.height - top)
            case 270:
                return BBox(top, self.width - right, bottom, self.width - left)
        return box


def _once(found: Iterable[Glyph]) -> Iterator[Glyph]:
    """The visible characters, without those that lie on themselves."""
    seen: set[tuple[str, int, int]] = set()
    spaced = False
    for glyph in found:
        grain = max(glyph.size / 4, 0.5)
        key = (glyph.text, round(glyph.left / grain), round(glyph.top / grain))
        if key in seen:
            continue
        if not glyph.text.isspace():
            seen.add(key)
            yield replace(glyph, spaced=True) if spaced else glyph
        spaced = glyph.text.isspace()


def _whole(found: Iterable[Glyph]) -> Iterator[Glyph]:
    """Put characters together that are drawn as one shape (fi, in some fonts ました): they share their place."""
    last: Glyph | None = None
    for glyph in found:
        if last and glyph.text not in last.text and (glyph.left, glyph.top) == (last.left, last.top):
            last = replace(last, text=last.text + glyph.text, right=max(last.right, glyph.right))
            continue
        if last:
            yield last
        last = glyph
    if last:
        yield last


def _read(text: Any, sheet: Sheet) -> Iterator[Glyph]:
    matrix, box = pdfium.FS_MATRIX(), pdfium.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    high = 0
    for index in range(min(text.count_chars(), MOST)):
        code = pdfium.FPDFText_GetUnicode(text, index)
        if pdfium.FPDFText_IsGenerated(text, index) == 1:
            continue  # spaces and line ends that pdfium guesses; the places of the characters say more
        if code in _HIGH:
            high = code
            continue
        if code in _LOW:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
        high = 0
        pdfium.FPDFText_GetMatrix(text, index, ctypes.byref(matrix))
        pdfium.FPDFText_GetLooseCharBox(text, index, ctypes.byref(box))
        pdfium.FPDFText_GetCharOrigin(text, index, ctypes.byref(x), ctypes.byref(y))
        turn = _turn(matrix, sheet)
        left, top = sheet.left, sheet.top
        loose = sheet.turned(BBox(box.left - left, top - box.top, box.right - left, top - box.bottom), turn)
        point = sheet.turned(BBox(x.value - left, top - y.value, x.value - left, top - y.value), turn)
        size = max(abs(pdfium.FPDFText_GetFontSize(text, index)) * math.hypot(matrix.c, matrix.d), 0.1)
        upright = turn > 0 or (abs(matrix.b) < abs(matrix.a) / 4 and matrix.d > 0)
        origin = (point.left, point.top) if upright else None
        yield _glyph(chr(code), size, _stretch(matrix), loose, origin, turn)


def _turn(matrix: Any, sheet: Sheet) -> int:
    """By how many degrees clockwise the sheet has to be turned for a character to stand upright.

    Text that runs down is not turned: it is vertical writing in a font with lying characters, as Word exports it,
    unless the file says that the page is to be turned so.
    """
    if matrix.b > 2 * abs(matrix.a):
        return 90
    if -matrix.b > 2 * abs(matrix.a):
        return 270 if sheet.rotation == 270 else 0
    return 180 if matrix.a < 0 and matrix.d < 0 else 0


def _glyph(  # noqa: PLR0913, PLR0917 - everything that pdfium tells of one character
    text: str, size: float, stretch: float, loose: BBox, origin: tuple[float, float] | None, turn: int
) -> Glyph:
    """Loose boxes of thin characters (。 一 月) are tight all the same: em squares are drawn around the origin."""
    if origin is None or unicodedata.east_asian_width(text) not in "WF":
        return Glyph(text, loose.left, loose.top, loose.right, loose.bottom, size, turn=turn)
    x, y = origin
    # A font in vertical writing mode has its origin at the top middle of the square, any other at the left.
    if loose.left < x - size * 0.2 and loose.right < x + size * 0.7:
        return Glyph(text, x - size / 2, y, x + size / 2, y + size, size, turn=turn)
    floor = y + _BELOW * size
    return Glyph(text, x, floor - size, x + size * stretch, floor, size, turn=turn)


def _stretch(matrix: Any) -> float:
    """How much wider than high a font is set (長体・平体)."""
    return min(max(math.hypot(matrix.a, matrix.b) / max(math.hypot(matrix.c, matrix.d), 0.01), 0.4), 2.0)
