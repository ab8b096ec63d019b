"""What the marks of one document mean: which begin headings, which begin items, and how deep the headings are.

A mark has a usual rank, but documents differ: the ◎ of one is the ■ of another. So each style of mark is judged by what
its lines do in this document. A heading is short, is no sentence among sentences, and has something below it that is
not its own sibling.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from kb.text.joining import em, ends_sentence
from kb.text.lines import BIG_VOID
from kb.text.marks import label_of, undecorated
from kb.text.paragraphs import HEADING_FAMILIES, LONGEST, Manner, Piece

_LONGEST_WEAK = 50
_LONGEST_BARE = 40

_STRONG = frozenset("■□▣◼★☆◆◇●▼▲▶❖")
#: These point at a picture: the line is its caption, unless articles begin so.
_POINTING = frozenset("▲△")
_RULED_RANK = 0.8
_SHORT = 30


@dataclass(frozen=True, slots=True)
class _Style:
    """A way in which headings of one depth are written."""

    name: str
    rank: float
    weak: bool = False
    """True if the same mark is as often used for list items."""


def heading_levels(pieces: Sequence[Piece], manner: Manner) -> dict[int, int]:
    """The headings among the pieces of the main flow: position -> level, from 1."""
    styles = {position: style for position in range(len(pieces)) if (style := _style(pieces, position, manner))}
    headings = dict(_marked_headings(pieces, styles))
    headings |= dict.fromkeys(_bare_headings(pieces, headings), _BARE)
    headings = {position: headings[position] for position in sorted(headings)}
    levels = _levels(pieces, headings)
    return {position: levels[style] for position, style in headings.items()}


_BARE = _Style("bare", 1.0)
_GIVEN = "given"


# ------------------------------------------------------------------------------------------------ which are headings


def _style(pieces: Sequence[Piece], position: int, manner: Manner) -> _Style | None:
    piece = pieces[position]
    line = piece.lines[0]
    mark = piece.mark
    if _is_ruled(pieces, position):
        return _Style("ruled", _RULED_RANK)
    if mark is not None and mark.family in HEADING_FAMILIES and not label_of(piece.text):
        weak = mark.family == "number" or (mark.family == "symbol" and mark.style not in _STRONG)
        return _Style(mark.style, mark.rank, weak)
    if line.block.kind == "heading":
        return _Style(f"{_GIVEN} {line.block.level}", 1 + line.block.level / 10)
    if mark is None and manner.is_large(line) and _is_wordy(piece.text) and em(piece.text) > 1:
        return _Style(f"type of {line.block.size:.0f} points", _BARE.rank)
    return None


def _is_ruled(pieces: Sequence[Piece], position: int) -> bool:
    """A short line between two rules, or one that stands alone and is underlined."""
    piece = pieces[position]
    below = pieces[position + 1].lines[0] if position + 1 < len(pieces) else None
    if below is None or not below.ruled or not _is_title(piece):
        return False
    return piece.lines[0].ruled or (piece.mark is None and below.blanks <= 1 and (position == 0 or piece.void > 0))


def _marked_headings(pieces: Sequence[Piece], styles: Mapping[int, _Style]) -> Iterator[tuple[int, _Style]]:
    items = _in_runs(pieces, styles) | frozenset(_in_contents(pieces, styles))
    by_style: dict[_Style, list[int]] = defaultdict(list)
    for position, style in styles.items():
        by_style[style].append(position)
    chosen = {style for style, places in by_style.items() if _heads(pieces, styles, style, places, items)}
    if any(not style.weak for style in chosen):
        chosen -= {style for style in chosen if style.weak and len(by_style[style]) == 1}
        first = min((by_style[style][0] for style in chosen), default=0)
        chosen -= {style for style in chosen if style.name in _POINTING and by_style[style][0] != first}
    for position, style in styles.items():
        given = pieces[position].lines[0].block.kind == "heading" or style.name == "ruled"
        if given or (style in chosen and position not in items and _may_head(pieces[position])):
            yield position, style


def _heads(
    pieces: Sequence[Piece], styles: Mapping[int, _Style], style: _Style, places: Sequence[int], items: Collection[int]
) -> bool:
    heading_like = sum(
        place not in items and _may_head(pieces[place]) and styles.get(place + 1) != style and place + 1 < len(pieces)
        for place in places
    )
    return heading_like / len(places) >= (0.6 if style.weak else 0.5)


def _may_head(piece: Piece) -> bool:
    """Short enough, and not two sentences."""
    text = piece.text
    weak = piece.mark is not None and piece.mark.family == "number"
    return (
        em(text) <= (_LONGEST_WEAK if weak else LONGEST)
        and "。" not in text[:-1]
        and not (text.endswith("。") and em(text) > _SHORT)
    )


def _in_runs(pieces: Sequence[Piece], styles: Mapping[int, _Style]) -> frozenset[int]:
    """Three or more pieces of one style right below one another are a list: a table of contents, dates, members.

    The last may be the first heading itself, below a table of contents without a gap; then it stands in the list too.
    """
    found: set[int] = set()
    for _, run in groupby(_neighbours(pieces, styles), key=lambda pair: pair[0]):
        places = [place for _, place in run]
        if len(places) < 3:
            continue
        repeated = pieces[places[-1]].text in {pieces[place].text for place in places[:-1]}
        found.update(places[:-1] if repeated else places)
    return frozenset(found)


#: The page that an entry of a table of contents points to: … 3, ・・・３ページ.
_LEADER = re.compile(r"(?:[\s　]*[…‥・･.．─]{2,}[\s　]*|[\s　]+)[(（]?[PpＰｐ]?[.．]?[0-9０-９]{1,2}[)）]?(?:ページ|頁|面)?$")


def _in_contents(pieces: Sequence[Piece], styles: Mapping[int, _Style]) -> Iterator[int]:
    """Entries of a table of contents: neighbours whose words come again further down."""
    entries = {position: _LEADER.sub("", undecorated(pieces[position].text)) for position in styles}
    last = {entry: position for position, entry in entries.items()}
    repeated = {position for position, entry in entries.items() if last[entry] > position}
    for position in repeated:
        if {position - 1, position + 1} & repeated or _LEADER.search(pieces[position].text):
            yield position


def _neighbours(pieces: Sequence[Piece], styles: Mapping[int, _Style]) -> Iterator[tuple[tuple[int, str], int]]:
    """Number the runs of adjacent pieces of one style: ((run, style), position)."""
    run, last = 0, -1
    for position in sorted(styles):
        same = position == last + 1 and position > 0 and styles.get(last) == styles[position]
        if not same or pieces[position].void or pieces[position].lines[0].block.kind == "heading":
            run += 1
        yield (run, styles[position].name), position
        last = position


# ------------------------------------------------------------------------------------------------ how deep


def _levels(pieces: Sequence[Piece], headings: Mapping[int, _Style]) -> dict[_Style, int]:
    order = list(headings.values())
    keys = _by_type_size(pieces, headings) or _by_rank(order)
    keys = _first_on_top(order, keys)
    keys = _nested(order, keys)
    ranks = sorted(set(keys.values()))
    return {style: ranks.index(key) + 1 for style, key in keys.items()}


_Keys = dict[_Style, tuple[float, int]]


def _by_rank(order: Sequence[_Style]) -> _Keys:
    """Headings without a mark stand beside the highest of the others, or above them if they come first and return."""
    keys: _Keys = {style: (style.rank, 0) for style in order if style != _BARE}
    if _BARE in order:
        top = min(keys.values(), default=(_BARE.rank, 0))
        highest = sum(key == top and style != _BARE for style, key in ((style, keys.get(style)) for style in order))
        encloses = order[0] == _BARE and order.count(_BARE) > 1 and 3 * order.count(_BARE) >= highest
        keys[_BARE] = (top[0] - 1, 0) if encloses else top
    return keys


def _by_type_size(pieces: Sequence[Piece], headings: Mapping[int, _Style]) -> _Keys | None:
    """Larger type stands higher; styles of one size (up to 6 %) are ordered by rank. None where a size is unknown."""
    sizes: dict[_Style, list[float]] = defaultdict(list)
    for position, style in headings.items():
        size = pieces[position].lines[0].block.size
        if size is None:
            return None
        sizes[style].append(size)
    typical = {style: median(values) for style, values in sizes.items()}
    step, keys, last = 0, {}, float("inf")
    for style in sorted(typical, key=lambda style: -typical[style]):
        step += typical[style] < last / 1.06
        last = typical[style]
        keys[style] = (step * 100 + style.rank, 0)
    return keys


def _first_on_top(order: Sequence[_Style], keys: _Keys) -> _Keys:
    """The heading that opens a document is one of its highest, if its style returns and encloses higher-ranked ones."""
    if not order:
        return keys
    first = order[0]
    if first.name.startswith(_GIVEN) and order.count(first) == 1 and len(keys) > 1:
        return keys | {first: (min(keys.values())[0] - 1, 0)}
    position = next((place for place, style in enumerate(order) if keys[style] < keys[first]), None)
    if position != 1 or order.count(first) < 2:
        return keys
    return keys | {first: (min(keys.values())[0] - 1, 0)}


def _nested(order: Sequence[_Style], keys: _Keys) -> _Keys:
    """Styles of equal rank under one parent: the one seen first encloses the other, unless one occurs only once."""
    nested = dict(keys)
    for key in sorted(set(keys.values())):
        equals = [style for style in dict.fromkeys(order) if keys[style] == key and order.count(style) > 1]
        equals = [style for style in equals if style != _BARE]
        for first, second in pairwise(equals):
            if _share_a_parent(order, keys, first, second):
                nested[second] = (key[0], nested[first][1] + 1)
            else:
                nested[second] = nested[first]
    return nested


def _share_a_parent(order: Sequence[_Style], keys: _Keys, first: _Style, second: _Style) -> bool:
    seen: set[_Style] = set()
    for style in order:
        if keys[style] < keys[first]:
            seen.clear()
        seen.add(style)
        if {first, second} <= seen:
            return True
    return False


# ------------------------------------------------------------------------------------------------ without any marks

_NO_TITLE = re.compile(
    r"[。、，,：:；;]$|^[（(「『].*[）)」』]$|^[\d０-９\s./:：年月日（）()～〜\-月火水木金土日令和平成]+$"
    r"|(各位|様|殿|御中|敬具|敬白|以上|拝啓|前略|記|草々|(さん|さま|様)へ|様子|風景|皆さん|みなさん|参加者)$|(協議会|委員会|センター|係|担当|課)$"
)


def _is_title(piece: Piece) -> bool:
    text = piece.text
    return len(piece.lines) <= 2 and 1 < em(text) <= _LONGEST_BARE and not _NO_TITLE.search(text) and _is_wordy(text)


def _is_wordy(text: str) -> bool:
    return sum(character.isalpha() for character in text) * 2 >= len(text)


#: Parts of every newsletter that need no mark to be known.
_KNOWN = re.compile("[〈《【＜]?(編集後記|あとがき|編集室(から|より|だより)?|編集(部|委員|担当)(から|より))[〉》】＞]?")


def _bare_headings(pieces: Sequence[Piece], marked: Collection[int]) -> Iterator[int]:
    """Short lines of their own above running text.

    Beside marked headings they need room above, unless they open the text: then all articles may begin so. More room
    would make them side boxes, and a line right below a heading is its subtitle.
    """
    found = {place for place in range(len(pieces) - 1) if place not in marked and _titles(pieces, place, marked)}
    opens = marked and any(place < min(marked) for place in found)
    least = 0 if opens or not marked else _usual_void(pieces) + 1
    most = BIG_VOID if marked else math.inf
    for place in range(len(pieces) - 1):
        known = place not in marked and _KNOWN.fullmatch(pieces[place].text)
        set_off = place - 1 not in marked and least <= pieces[place].void < most
        if known or (place in found and set_off):
            yield place


def _usual_void(pieces: Sequence[Piece]) -> int:
    """The empty paragraphs between two paragraphs."""
    voids = [below.void for above, below in pairwise(pieces) if _is_prose(above) and _is_prose(below)]
    return int(median(voids)) if voids else 0


def _titles(pieces: Sequence[Piece], position: int, marked: Collection[int]) -> bool:
    piece, below = pieces[position], pieces[position + 1]
    opens = position == 0 and below.void > 0 and not marked
    if not _stands_alone(pieces, position) or not _is_title(piece) or em(piece.text) > _SHORT + 10 * opens:
        return False
    return opens or (_is_prose(below) and below.void <= max(piece.void, 1) and not ends_sentence(piece.text))


def _stands_alone(pieces: Sequence[Piece], position: int) -> bool:
    """Without a mark, and visibly not the last line of what stands above."""
    piece, above = pieces[position], pieces[position - 1]
    if piece.mark is not None:
        return False
    if position == 0 or piece.void > 0:
        return True
    return (above.lines[-1].fill < 0.9 and _is_prose(above)) or (not _is_title(above) and em(above.text) <= _SHORT)


def _is_prose(piece: Piece) -> bool:
    text = piece.text
    return piece.mark is None and "。" in text and em(text) >= 15
