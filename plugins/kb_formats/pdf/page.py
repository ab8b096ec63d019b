"""One page: its runs, side boxes and tables, in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, groupby, pairwise
from typing import Any

from kb import BBox
from kb_formats.pdf.drawing import Frame, frames
from kb_formats.pdf.glyphs import Glyph, Sheet, glyphs, is_too_full, main_turn
from kb_formats.pdf.order import Item, ordered
from kb_formats.pdf.runs import Run, runs

#: A frame with more than this share of a page's characters is the page's own.
_MOST_OF_PAGE = 0.6
#: A heading in a coloured bar is no side box: that has at least two lines.
_LEAST_LINES = 2

_JAPANESE = re.compile(r"[぀-ヿ㐀-鿿々〆ー、。（）「」]")
#: Kana and kanji, and what fonts without a ToUnicode table make of them.
_READABLE = re.compile(r"[぀-ヿ一-鿿豈-﫿]|[\U00020000-\U0003ffff]")
_SALAD = re.compile("[\x00-\x1f\x7f-\xff\ue000-\uf8ff\ufff0-\uffff]")
_FOREIGN = re.compile("[ɐ-\u1dffἀ-῿㐀-䶿ꀀ-ꯟ]")
_SIGNS = re.compile(r"[!-/:-@\[-`{-~]")
_LEAST_READABLE, _MOST_SALAD = 0.2, 0.3
_MANY_SCRIPTS, _MANY_SIGNS = 3, 8


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; ``box`` is 0 in the main flow and n in the n-th side box of the page."""

    run: Run
    box: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table."""

    cells: tuple[str, ...]
    bbox: BBox
    box: int = 0


Part = Line | Row


@dataclass(frozen=True, slots=True)
class PageText:
    """What can be read of one page."""

    parts: tuple[Part, ...]
    height: float
    """Of the sheet, in points, turned so that it can be read."""
    needs_ocr: bool = False
    """True if it shows something that cannot be read: an image, or characters without meaning."""
    is_cut: bool = False
    """True if there is more on it than is read of one page."""


def page_text(page: Any) -> PageText:
    """The text of a page in reading order."""
    found = glyphs(page)
    turn = main_turn(found)
    height = Sheet.of(page).height_turned(turn)
    if not found:
        return PageText((), height, needs_ocr=_shows_something(page))
    if is_salad("".join(glyph.text for glyph in found)):
        return PageText((), height, needs_ocr=True)
    parts = _parts(runs(glyph for glyph in found if glyph.turn == turn), frames(page, turn))
    # What stands across the rest (a label on the edge) is read after it.
    across = (runs(glyph for glyph in found if glyph.turn == other) for other in (0, 90, 180, 270) if other != turn)
    lines = (Line(run) for others in across for run in others)
    return PageText((*parts, *lines), height, is_cut=is_too_full(page))


def is_salad(text: str) -> bool:
    """Whether a text is what fonts without ToUnicode yield: few kana and kanji, many characters that make no text."""
    readable, salad = len(_READABLE.findall(text)), len(_SALAD.findall(text))
    foreign = _FOREIGN.findall(text)
    # One foreign script is a language (a flyer for residents from abroad); several mixed are numbers of glyphs.
    if len({ord(character) >> 7 for character in foreign}) >= _MANY_SCRIPTS:
        salad += len(foreign)
    if readable >= _LEAST_READABLE * len(text):
        return False
    signs = _SIGNS.findall(text)
    return salad > _MOST_SALAD * len(text) or (len(set(signs)) >= _MANY_SIGNS and 2 * len(signs) > len(text))


def _shows_something(page: Any) -> bool:
    return next(iter(page.get_objects(max_depth=3)), None) is not None


# ------------------------------------------------------------------------------------------------ frames


def _parts(found: Sequence[Run], drawn: Sequence[Frame]) -> Iterator[Part]:
    """The runs of the main flow with the tables and side boxes in their places."""
    total = sum(len(run.glyphs) for run in found)
    kept = [frame for frame in drawn if _holds(frame, found, total)]
    loose: list[int] = []
    homes: dict[int, list[int]] = {}
    for place, run in enumerate(found):
        home = next((n for n, frame in enumerate(kept) if _covers(frame.bbox, run.bbox)), None)
        (loose if home is None else homes.setdefault(home, [])).append(place)
    items = {place: _item(found[place], place) for place in range(len(found))}
    order = ordered([items[place] for place in loose])
    after = _anchored(found, order, loose, {kept[home]: places for home, places in homes.items()})
    boxes = count(1)
    for place in (-1, *order):
        if place >= 0:
            yield Line(found[place])
        for frame, inside in after.get(place, ()):
            if frame.is_table:
                yield from _rows(frame, [found[n] for n in inside])
            else:
                box = next(boxes)
                yield from (Line(found[n], box) for n in ordered([items[n] for n in inside]))


def _anchored(
    found: Sequence[Run], order: Sequence[int], loose: Sequence[int], groups: Mapping[Frame, list[int]]
) -> Mapping[int, list[tuple[Frame, list[int]]]]:
    """For each run (-1: the beginning of the page) the frames that are read after it.

    Where the page is read as it was drawn, a frame drawn between its text is read there. One drawn before or after
    everything, and any on a page that had to be sorted, is read where it stands.
    """
    as_drawn = list(order) == sorted(order)
    after: dict[int, list[tuple[Frame, list[int]]]] = {}
    for frame, inside in sorted(groups.items(), key=lambda group: (group[0].bbox.top, group[0].bbox.left)):
        between = as_drawn and loose and loose[0] < inside[0] < loose[-1]
        anchor = max(n for n in loose if n < inside[0]) if between else _above(frame.bbox, found, order)
        after.setdefault(anchor, []).append((frame, inside))
    return after


def _holds(frame: Frame, found: Sequence[Run], total: int) -> bool:
    """Whether a frame sets its text apart."""
    inside = [run for run in found if _covers(frame.bbox, run.bbox)]
    if sum(len(run.glyphs) for run in inside) > _MOST_OF_PAGE * total:
        return frame.is_table
    lines = {round(run.bbox.left if run.vertical else run.bbox.bottom) for run in inside}
    return len(lines) >= _LEAST_LINES or (frame.is_table and len(inside) > 1)


def _covers(frame: BBox, box: BBox) -> bool:
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return frame.left <= x <= frame.right and frame.top <= y <= frame.bottom


def _item(run: Run, place: int) -> Item:
    return Item(run.bbox, run.size, run.vertical, place)


def _above(frame: BBox, found: Sequence[Run], order: Sequence[int]) -> int:
    """The run after which a frame is read by its place: the lowest above it in its column; -1 for the beginning."""
    beside = [place for place in order if _beside(found[place].bbox, frame)]
    above = [place for place in beside if found[place].bbox.bottom <= frame.top + found[place].size / 2]
    if above:
        return max(above, key=lambda place: found[place].bbox.bottom)
    below = next((place for place in beside if found[place].bbox.top >= frame.bottom), None)
    position = order.index(below) if below is not None else len(order)
    return order[position - 1] if position else -1


def _beside(one: BBox, other: BBox) -> bool:
    return min(one.right, other.right) > max(one.left, other.left)


# ------------------------------------------------------------------------------------------------ tables


def _rows(frame: Frame, inside: Sequence[Run]) -> Iterator[Part]:
    for top, bottom in pairwise(frame.ys):
        row = [run for run in inside if top <= (run.bbox.top + run.bbox.bottom) / 2 <= bottom]
        cells = [_cell(_cut(row, left, right)) for left, right in pairwise(frame.xs)]
        if any(cells):
            yield Row(tuple(cells), BBox(frame.bbox.left, top, frame.bbox.right, bottom))


def _cut(row: Sequence[Run], left: float, right: float) -> list[Run]:
    """What lies between two rules: the text of neighbouring cells may be so close that it reads as one line."""
    return [
        Run(tuple(part), run.vertical)
        for run in row
        for inside, part in groupby(run.glyphs, lambda glyph: left <= glyph.middle < right)
        if inside
    ]


def _cell(found: Sequence[Run]) -> str:
    """The lines of a cell joined as Japanese is."""
    text = ""
    for run in sorted(found, key=lambda run: (round(run.bbox.top), run.bbox.left)):
        western = text and not (_JAPANESE.match(text[-1]) or _JAPANESE.match(run.text))
        text += f" {run.text}" if western else run.text
    return text.strip()


def characters(parts: Sequence[Part]) -> Iterator[Glyph]:
    """The characters of all lines outside of tables."""
    for part in parts:
        if isinstance(part, Line):
            yield from part.run.glyphs
