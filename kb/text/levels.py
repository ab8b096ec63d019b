"""How deep the headings of one document are: by type size, else by the usual rank of their marks and by their order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

GIVEN, BY_TYPE = "given", "type"
"""How the names of styles begin that the extractor told, or the size of the type."""


@dataclass(frozen=True, slots=True)
class Style:
    """A way in which headings of one depth are written."""

    name: str
    rank: float
    """How high such headings usually stand, small is high (see ``marks.Mark.rank``)."""
    weak: bool = False
    """True if the same mark is as often used for list items."""


BARE = Style("bare", 1.0)
"""Headings without any mark."""

#: Sizes that differ by less are one, rounded.
_ONE_SIZE = 1.06

_Key = tuple[float, int]
_Keys = dict[Style, _Key]
"""Styles with a smaller key stand higher; with the same key, equally high."""


def levels(order: Sequence[Style], sizes: Sequence[float | None], touching: Sequence[int] = ()) -> Mapping[Style, int]:
    """The level of each style, from 1.

    Args:
        order: the styles of all headings as they follow one another.
        sizes: the type size of each heading in points, None where it is unknown.
        touching: the positions in ``order`` of headings with nothing between them and the next.

    """
    keys = _by_type_size(order, sizes) or _with_nesting_seen(order, _by_rank(order))
    if not _differ(sizes):
        keys = _articles_on_top(order, keys)
    keys = _touching_raised(order, _first_on_top(order, keys), touching)
    return _counted(order, _equals_nested(order, keys))


# ------------------------------------------------------------------------------------------------ type size and rank


def _by_type_size(order: Sequence[Style], sizes: Sequence[float | None]) -> _Keys | None:
    """Larger type stands higher; styles of one size (up to 6 %) are ordered by rank. None where a size is unknown.

    Headings that their type alone makes stand beside the highest marks of that size.
    """
    by_style: dict[Style, list[float]] = defaultdict(list)
    for style, size in zip(order, sizes, strict=True):
        if size is None:
            return None
        by_style[style].append(size)
    typical = {style: median(values) for style, values in by_style.items()}
    step, keys, last = 0, {}, float("inf")
    for style in sorted(typical, key=lambda style: -typical[style]):
        step += typical[style] < last / _ONE_SIZE
        last = typical[style]
        keys[style] = (step * 100 + (BARE.rank if style.name.startswith((GIVEN, BY_TYPE)) else style.rank), 0)
    return keys


def _differ(sizes: Sequence[float | None]) -> bool:
    """Whether headings are set in several sizes, which says more of their order than anything else."""
    known = [size for size in sizes if size]
    return len(known) == len(sizes) > 0 and max(known) > _ONE_SIZE * min(known)


def _by_rank(order: Sequence[Style]) -> _Keys:
    """Headings without a mark stand beside the highest of the others, or above them if they come first and return."""
    keys: _Keys = {style: (style.rank, 0) for style in order if style != BARE}
    if BARE in order:
        top = min(keys.values(), default=(BARE.rank, 0))
        highest = sum(keys.get(style) == top for style in order)
        encloses = order[0] == BARE and order.count(BARE) > 1 and 3 * order.count(BARE) >= highest
        keys[BARE] = (top[0] - 1, 0) if encloses else top
    return keys


# ------------------------------------------------------------------------------------------------ order

#: Ranks this close to one another are habits, not rules: one newsletter puts 【】 above ●, another below.
_SOFT = 1.0
_MUCH_ALIKE = 0.5
_LEAST_PARTS = 2


def _with_nesting_seen(order: Sequence[Style], keys: _Keys) -> _Keys:
    """Exchange two styles of similar rank where, in article after article, the lower one comes first."""
    count = Counter(order)
    common = sorted((style for style in keys if count[style] > 1 and style != BARE), key=lambda style: keys[style])
    for higher, lower in pairwise(common):
        if 0 < keys[lower][0] - keys[higher][0] <= _SOFT:
            firsts = Counter(_first_of(order, keys, higher, lower))
            if firsts[lower] >= 2 and firsts[lower] >= 2 * firsts[higher]:
                return keys | {higher: keys[lower], lower: keys[higher]}
    return keys


def _first_of(order: Sequence[Style], keys: _Keys, higher: Style, lower: Style) -> Iterator[Style]:
    """Which of the two comes first, for each part between headings above both in which both occur."""
    seen: list[Style] = []
    for style in (*order, None):
        if style is None or keys[style] < keys[higher]:
            if {higher, lower} <= set(seen):
                yield seen[0]
            seen = []
        elif style in {higher, lower}:
            seen.append(style)


def _articles_on_top(order: Sequence[Style], keys: _Keys) -> _Keys:
    """The heading that opens a document is one of its highest, if those of higher rank stand only between its like.

    They never come singly there: what divides an article divides it in two at least, while the headings of chapters
    have the headings of their articles between them.
    """
    first = order[0] if order else BARE
    between = [
        len(list(run)) for below, run in groupby(order, key=lambda style: keys[style] >= keys[first]) if not below
    ]
    returns = bool(between) and keys[order[-1]] >= keys[first] and order.count(first) > 1
    if first == BARE or not returns or min(between) < _LEAST_PARTS:
        return keys
    return keys | {first: (min(keys.values())[0] - 1, 0)}


def _first_on_top(order: Sequence[Style], keys: _Keys) -> _Keys:
    """The heading that opens a document is one of its highest, if its style returns and encloses higher-ranked ones."""
    if not order:
        return keys
    first = order[0]
    if first.name.startswith(GIVEN) and order.count(first) == 1 and len(keys) > 1:
        return keys | {first: (min(keys.values())[0] - 1, 0)}
    higher = [place for place, style in enumerate(order) if keys[style] < keys[first]]
    if not higher or order.count(first) < 2:
        return keys
    similar = keys[first][0] - min(keys.values())[0] <= _MUCH_ALIKE and first in order[higher[0] :]
    return keys | {first: (min(keys.values())[0] - 1, 0)} if higher[0] == 1 or similar else keys


def _touching_raised(order: Sequence[Style], keys: _Keys, touching: Sequence[int]) -> _Keys:
    """A heading with a mark of its own right above one of equal rank encloses it: ◆information◆ above ●.

    It stands beside those that enclose the lower one elsewhere.
    """
    raised, count = dict(keys), Counter(order)
    for place in touching:
        style, below = order[place], order[place + 1]
        if count[style] == 1 < count[below] and style != BARE and keys[style] == keys[below]:
            raised[style] = max((key for key in keys.values() if key < keys[below]), default=keys[below])
    return raised


def _equals_nested(order: Sequence[Style], keys: _Keys) -> _Keys:
    """Styles of equal rank under one parent: the one seen first encloses the other, unless one occurs only once.

    It encloses nothing if the other stands as often under parents without it.
    """
    nested, count = dict(keys), Counter(order)
    for key in sorted(set(keys.values())):
        equals = [style for style in dict.fromkeys(order) if keys[style] == key and count[style] > 1 and style != BARE]
        for first, second in pairwise(equals):
            deeper = nested[first][1] + _share_a_parent(order, keys, first, second)
            nested[second] = (key[0], deeper)
    return nested


def _share_a_parent(order: Sequence[Style], keys: _Keys, first: Style, second: Style) -> bool:
    seen: set[Style] = set()
    found: Counter[bool] = Counter()
    for style in order:
        if keys[style] < keys[first]:
            seen.clear()
        if style == second and second not in seen:
            found[first in seen] += 1
        seen.add(style)
    return found[True] > found[False]


# ------------------------------------------------------------------------------------------------ from keys to levels


def _counted(order: Sequence[Style], keys: _Keys) -> Mapping[Style, int]:
    """One level below the deepest heading that each style stands under: what never meets needs no order.

    A style that occurs once makes no level for the others, unless it opens the document and stands above all of them.
    """
    count = Counter(keys[style] for style in order)
    common = {key for key in count if count[key] > 1} or set(count)
    if order and all(keys[order[0]] <= key for key in common):
        common.add(keys[order[0]])
    above: dict[_Key, set[_Key]] = defaultdict(set)
    enclosing: list[_Key] = []
    for style in order:
        key = keys[style]
        while enclosing and enclosing[-1] >= key:
            enclosing.pop()
        above[key].update(other for other in enclosing if other in common or key not in common)
        enclosing.append(key)
    found: dict[_Key, int] = {}
    for key in sorted(above):
        found[key] = 1 + max((found[other] for other in above[key]), default=0)
    return {style: found[keys[style]] for style in order}
