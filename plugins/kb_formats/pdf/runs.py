"""From characters to runs: what stands side by side on one line, or below one another in vertical writing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from kb import BBox
from kb_formats.pdf.glyphs import Glyph

#: Distances in parts of the font size. A gap of more than a full-width space divides: columns lie no closer.
_GAP = 1.3
#: … unless spaces were drawn: 場　　所, 開　催　日.
_SPACED_GAP = 4.5
_OVERLAP = 0.6
_OFF_LINE = 0.45
#: Type of so many times the size beside it is something else: the publisher beside the newsletter's name.
_OTHER_SIZE = 2.2
_OFF_COLUMN = 0.35
#: A first step down must be tight: lines of horizontal text lie further apart.
_FIRST_STEP = 0.25
#: Gaps that are a space between western words, and a full-width space.
_SPACE, _FULL_SPACE = 0.18, 0.75

#: Runs that may still go on: ruby and fallback fonts interrupt a line.
_OPEN = 4

#: Ruby is set in half the size (JIS X 4051, 4.12); a little more in practice.
_RUBY = 0.62
_KANA = re.compile(r"[ぁ-ゖァ-ヺー・゛゜\s]+")


@dataclass(frozen=True, slots=True)
class Run:
    """Characters on one line."""

    glyphs: tuple[Glyph, ...]
    vertical: bool

    @property
    def bbox(self) -> BBox:
        """The box around all of them."""
        return BBox(
            min(g.left for g in self.glyphs),
            min(g.top for g in self.glyphs),
            max(g.right for g in self.glyphs),
            max(g.bottom for g in self.glyphs),
        )

    @property
    def size(self) -> float:
        """The font size of most of it, in points."""
        return median(g.size for g in self.glyphs)

    @property
    def text(self) -> str:
        """The characters, with spaces where there are gaps."""
        pieces = [self.glyphs[0].text]
        for before, glyph in pairwise(self.glyphs):
            pieces += [self._between(before, glyph), glyph.text]
        return "".join(pieces)

    def _between(self, before: Glyph, glyph: Glyph) -> str:
        gap = glyph.top - before.bottom if self.vertical else glyph.left - before.right
        size = max(before.size, glyph.size)
        if gap > _FULL_SPACE * size and before.wide:
            return "　"
        western = not (before.wide and glyph.wide)
        return " " if glyph.spaced or gap > (_SPACE if western else _FULL_SPACE) * size else ""


def runs(glyphs: Iterable[Glyph]) -> tuple[Run, ...]:
    """The runs in the order in which they begin; ruby is left out: it would tear the words it stands beside."""
    opened: list[list[Glyph]] = []
    vertical: dict[int, bool] = {}
    for glyph in glyphs:
        for place in range(len(opened) - 1, max(-1, len(opened) - 1 - _OPEN), -1):
            direction = _direction(opened[place], vertical.get(place), glyph)
            if direction is not None:
                opened[place].append(glyph)
                vertical[place] = direction
                break
        else:
            opened.append([glyph])
    found = [Run(tuple(run), vertical.get(place, False)) for place, run in enumerate(opened)]
    return tuple(_without_ruby(_rejoined(found)))


def _direction(run: Sequence[Glyph], vertical: bool | None, glyph: Glyph) -> bool | None:
    """Whether the glyph goes on below (True) or to the right (False) of a run, or not at all (None)."""
    last = run[-1]
    size = max(last.size, glyph.size)
    on_line = abs(glyph.bottom - last.bottom) < _OFF_LINE * size and size < _OTHER_SIZE * min(last.size, glyph.size)
    widest = _SPACED_GAP if glyph.spaced else _GAP
    if vertical is not True and on_line and -_OVERLAP * size <= glyph.left - last.right <= widest * size:
        return False
    if vertical and on_line and not last.wide and not glyph.wide and 0 <= glyph.left - last.left <= size:
        return True  # upright figures side by side in a vertical line (縦中横)
    step = glyph.top - last.bottom
    most = widest if vertical else _FIRST_STEP
    in_column = abs(glyph.middle - last.middle) < _OFF_COLUMN * size
    if vertical is not False and in_column and -_OVERLAP * size / 2 <= step <= most * size:
        return True if vertical or (last.wide and glyph.wide) else None
    return None


def _rejoined(found: Sequence[Run]) -> list[Run]:
    """Two or three upright figures in a vertical line (縦中横) are a horizontal run of their own: put them back."""
    columns = [run for run in found if run.vertical]
    if not columns:
        return list(found)
    kept: list[Run] = []
    for run in found:
        before = kept[-1] if kept and kept[-1].vertical else None
        inside = before is not None and len(run.glyphs) <= 3 and not run.vertical and _within(run, before)
        goes_on = before is not None and run.vertical and _below(before, run)
        if before is not None and (inside or goes_on):
            kept[-1] = Run((*before.glyphs, *run.glyphs), vertical=True)
        else:
            kept.append(run)
    return kept


def _within(figures: Run, column: Run) -> bool:
    box, around = figures.bbox, column.bbox
    middle = (box.left + box.right) / 2
    step = box.top - around.bottom
    return around.left <= middle <= around.right and -0.3 * column.size <= step <= 0.6 * column.size


def _below(column: Run, rest: Run) -> bool:
    box, around = rest.bbox, column.bbox
    same = abs((box.left + box.right) - (around.left + around.right)) / 2 < _OFF_COLUMN * column.size
    return same and -0.3 * column.size <= box.top - around.bottom <= 0.6 * column.size


def _without_ruby(found: Sequence[Run]) -> Iterator[Run]:
    small = median([run.size for run in found for _ in run.glyphs]) * 0.8 if found else 0
    large = [run for run in found if run.size >= small]
    for run in found:
        if run.size >= small or not _KANA.fullmatch(run.text) or not any(_is_ruby(run, base) for base in large):
            yield run


def _is_ruby(run: Run, base: Run) -> bool:
    if run.size > _RUBY * base.size:
        return False
    box, around = run.bbox, base.bbox
    slack = base.size * 0.5
    if base.vertical:
        beside = -slack <= box.left - around.right <= slack
        return beside and around.top - slack <= (box.top + box.bottom) / 2 <= around.bottom + slack
    above = -slack <= around.top - box.bottom <= slack
    return above and around.left - slack <= (box.left + box.right) / 2 <= around.right + slack
