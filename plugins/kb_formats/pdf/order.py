"""Reading order: as drawn, unless the drawing hops about; then column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from kb import BBox

#: Jumps to and fro across a gutter, or back up in a column, from which on the drawing is not the reading order.
_MOST_HOPS = 2

#: The narrowest gutter between columns, in parts of the font size.
_GUTTER = 0.9

_EDGE = 1e9


@dataclass(frozen=True, slots=True)
class Item:
    """Something to be put in order: a run, a table, a side box."""

    bbox: BBox
    size: float
    vertical: bool
    place: int
    """Its place in the caller's list."""


def ordered(items: Sequence[Item]) -> list[int]:
    """The places of the items in reading order."""
    if len(items) < 2:
        return [item.place for item in items]
    if 2 * sum(item.vertical for item in items) > len(items):
        return _mirrored(items) if _hops([_turned(item) for item in items]) else [item.place for item in items]
    if _hops(items):
        return [item.place for item in _by_columns(list(items))]
    return [item.place for item in items]


def _hops(items: Sequence[Item]) -> bool:
    """Whether the order of drawing is not that of reading: it crosses a gutter on one line, or goes back up."""
    across = up = 0
    for before, item in pairwise(items):
        box, last = item.bbox, before.bbox
        size = max(item.size, before.size)
        level = abs(box.bottom - last.bottom) < size / 2
        across += level and box.left - last.right > _GUTTER * size
        overlap = min(box.right, last.right) - max(box.left, last.left)
        up += overlap > size and box.bottom < last.top - size / 2
    return across > _MOST_HOPS or up > 0


# ------------------------------------------------------------------------------------------------ columns


def _by_columns(items: list[Item]) -> list[Item]:
    """Bands from top to bottom, in each band columns from left to right, in each column the same again."""
    found: list[Item] = []
    for band in _bands(items):
        columns = _columns(band)
        if len(columns) > 1:
            for column in columns:
                found += _by_columns(column)
        else:
            found += sorted(band, key=lambda item: (round(item.bbox.top / max(item.size, 1)), item.bbox.left))
    return found


def _bands(items: Sequence[Item]) -> list[list[Item]]:
    """Rows put together as long as one gutter runs through them; a heading across all columns divides."""
    typical = median(item.size for item in items)
    bands: list[list[Item]] = []
    for row in _rows(items):
        band = bands[-1] if bands else []
        if band and not _divides(band, row, typical):
            band += row
        else:
            bands.append(list(row))
    return bands


def _divides(band: Sequence[Item], row: Sequence[Item], typical: float) -> bool:
    together, above, here = (len(_columns(part)) > 1 for part in ([*band, *row], band, row))
    if above and len(row) == 1 and row[0].size >= 1.3 * typical and _alone(row[0], band):
        return True  # a large heading below the ends of all columns, though it is no wider than one
    return not together and (above or here)


def _alone(heading: Item, band: Sequence[Item]) -> bool:
    return all(item.bbox.bottom <= heading.bbox.top + heading.size / 2 for item in band)


def _rows(items: Sequence[Item]) -> list[list[Item]]:
    """Items side by side, from top to bottom."""
    rows: list[list[Item]] = []
    floor = -_EDGE
    for item in sorted(items, key=lambda item: (item.bbox.top, item.bbox.left)):
        if rows and item.bbox.top < floor - item.size / 3:
            rows[-1].append(item)
            floor = max(floor, item.bbox.bottom)
        else:
            rows.append([item])
            floor = item.bbox.bottom
    return rows


def _columns(items: Sequence[Item]) -> list[list[Item]]:
    """The items parted at every gutter that runs through all of them."""
    typical = median(item.size for item in items)
    columns: list[list[Item]] = []
    edge = -_EDGE
    for item in sorted(items, key=lambda item: item.bbox.left):
        if columns and item.bbox.left - edge < _GUTTER * typical:
            columns[-1].append(item)
        else:
            columns.append([item])
        edge = max(edge, item.bbox.right)
    return columns


# ------------------------------------------------------------------------------------------------ vertical writing


def _turned(item: Item) -> Item:
    """A vertical line as a horizontal one: down becomes right, and to the left becomes down."""
    box = item.bbox
    return Item(BBox(box.top, -box.right, box.bottom, -box.left), item.size, False, item.place)


def _mirrored(items: Sequence[Item]) -> list[int]:
    return [item.place for item in _by_columns([_turned(item) for item in items])]
