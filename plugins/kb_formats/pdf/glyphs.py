"""The characters of a page with their places, in the order in which they were drawn."""

from __future__ import annotations

import ctypes
import math
import unicodedata
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
    text = page.get_textpage()
    left, bottom, right, top = page.get_bbox()
    turn = page.get_rotation()
    found = [_turned(g, turn, right - left, top - bottom) for g in _whole(_read(text, left, top))]
    return tuple(_once(found))


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


def _read(text: Any, left: float, top: float) -> Iterator[Glyph]:
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
        loose = BBox(box.left - left, top - box.top, box.right - left, top - box.bottom)
        size = max(abs(pdfium.FPDFText_GetFontSize(text, index)) * math.hypot(matrix.c, matrix.d), 0.1)
        yield _glyph(chr(code), size, matrix, loose, (x.value - left, top - y.value))


def _glyph(text: str, size: float, matrix: Any, loose: BBox, origin: tuple[float, float]) -> Glyph:
    """Loose boxes of thin characters (。 一 月) are tight all the same: em squares are drawn around the origin."""
    upright = abs(matrix.b) < abs(matrix.a) / 4 and matrix.d > 0
    if not upright or unicodedata.east_asian_width(text) not in "WF":
        return Glyph(text, loose.left, loose.top, loose.right, loose.bottom, size)
    x, y = origin
    # A font in vertical writing mode has its origin at the top middle of the square, any other at the left.
    if loose.left < x - size * 0.2 and loose.right < x + size * 0.7:
        return Glyph(text, x - size / 2, y, x + size / 2, y + size, size)
    floor = y + _BELOW * size
    return Glyph(text, x, floor - size, x + size * _stretch(matrix), floor, size)


def _stretch(matrix: Any) -> float:
    """How much wider than high a font is set (長体・平体)."""
    return min(max(math.hypot(matrix.a, matrix.b) / max(math.hypot(matrix.c, matrix.d), 0.01), 0.4), 2.0)


def _turned(glyph: Glyph, turn: int, width: float, height: float) -> Glyph:
    """A character on a page that is shown turned clockwise by 90, 180 or 270 degrees."""
    left, top, right, bottom = glyph.left, glyph.top, glyph.right, glyph.bottom
    if turn == 90:
        left, top, right, bottom = height - bottom, left, height - top, right
    elif turn == 180:
        left, top, right, bottom = width - right, height - bottom, width - left, height - top
    elif turn == 270:
        left, top, right, bottom = top, width - right, bottom, width - left
    return replace(glyph, left=left, top=top, right=right, bottom=bottom)
