"""What the marks of one document mean: which begin headings, which begin items, and how deep the headings are.

A mark has a usual rank, but documents differ: the ◎ of one is the ■ of another. So each style of mark is judged by what
its lines do in this document. A heading is short, is no sentence among sentences, and has something below it that is
not its own sibling.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby

from kb.text.bare import bare_headings, is_title, is_wordy
from kb.text.joining import em
from kb.text.levels import BARE, BY_TYPE, GIVEN, Style, levels
from kb.text.marks import PAIRS, label_of, undecorated
from kb.text.paragraphs import HEADING_FAMILIES, LONGEST, Manner, Piece

_LONGEST_WEAK = 50

_STRONG = frozenset("■□▣◼★☆◆◇●▼▲▶❖")
#: These point at a picture: the line is its caption, unless articles begin so.
_POINTING = frozenset("▲△")
_RULED_RANK = 0.8
_SHORT = 30


def heading_levels(pieces: Sequence[Piece], manner: Manner) -> dict[int, int]:
    """The headings among the pieces of the main flow: position -> level, from 1."""
    styles = {position: style for position in range(len(pieces)) if (style := _style(pieces, position, manner))}
    headings = dict(_marked_headings(pieces, styles))
    headings |= dict.fromkeys(bare_headings(pieces, headings), BARE)
    headings = {position: headings[position] for position in sorted(headings)}
    sizes = [pieces[position].lines[0].block.size for position in headings]
    touching = [order for order, position in enumerate(headings) if position + 1 in headings]
    found = levels(list(headings.values()), sizes, touching)
    return {position: found[style] for position, style in headings.items()}


# ------------------------------------------------------------------------------------------------ which are headings


def _style(pieces: Sequence[Piece], position: int, manner: Manner) -> Style | None:
    piece = pieces[position]
    line = piece.lines[0]
    mark = piece.mark
    if _is_ruled(pieces, position):
        return Style("ruled", _RULED_RANK)
    if mark is not None and mark.family in HEADING_FAMILIES and not label_of(piece.text):
        weak = mark.family == "number" or (mark.family == "symbol" and mark.style not in _STRONG)
        return Style(mark.style, mark.rank, weak)
    if line.block.kind == "heading":
        return Style(f"{GIVEN} {line.block.level}", 1 + line.block.level / 10)
    if mark is None and manner.is_large(line) and is_wordy(piece.text) and em(piece.text) > 1:
        return Style(f"{BY_TYPE} of {line.block.size:.0f} points", BARE.rank)
    return None


def _is_ruled(pieces: Sequence[Piece], position: int) -> bool:
    """A short line between two rules, or one that stands alone and is underlined."""
    piece = pieces[position]
    below = pieces[position + 1].lines[0] if position + 1 < len(pieces) else None
    if below is None or not below.ruled or not is_title(piece):
        return False
    return piece.lines[0].ruled or (piece.mark is None and below.blanks <= 1 and (position == 0 or piece.void > 0))


def _marked_headings(pieces: Sequence[Piece], styles: Mapping[int, Style]) -> Iterator[tuple[int, Style]]:
    entries = {position: _entry(pieces[position].text) for position in styles}
    contents = frozenset(_in_contents(pieces, entries))
    items = _in_runs(pieces, styles, entries) | contents
    by_style: dict[Style, list[int]] = defaultdict(list)
    for position, style in styles.items():
        if position not in contents:
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
    pieces: Sequence[Piece], styles: Mapping[int, Style], style: Style, places: Sequence[int], items: Collection[int]
) -> bool:
    heading_like = sum(
        place not in items and _may_head(pieces[place]) and styles.get(place + 1) != style and place + 1 < len(pieces)
        for place in places
    )
    if style.weak and all(_labels(pieces, styles, place) for place in places):
        return False
    return heading_like / len(places) >= (0.6 if style.weak else 0.5)


def _labels(pieces: Sequence[Piece], styles: Mapping[int, Style], place: int) -> bool:
    """Whether a single short line is all that stands below: the names or the place that the line is a label of."""
    below = pieces[place + 1 : place + 2]
    ends = place + 2 >= len(pieces) or place + 2 in styles or pieces[place + 2].void > 0
    if not below or place + 1 in styles or not ends:
        return False
    return below[0].mark is None and not below[0].void and "。" not in below[0].text and em(below[0].text) <= _SHORT


def _may_head(piece: Piece) -> bool:
    """Short enough, and not two sentences."""
    text = piece.text
    weak = piece.mark is not None and piece.mark.family == "number"
    return (
        em(text) <= (_LONGEST_WEAK if weak else LONGEST)
        and "。" not in text[:-1]
        and not (text.endswith("。") and (weak or em(text) > _SHORT))
    )


def _in_runs(pieces: Sequence[Piece], styles: Mapping[int, Style], entries: Mapping[int, str]) -> frozenset[int]:
    """Three or more pieces of one style right below one another are a list: a table of contents, dates, members.

    Two are one if nothing is below them that they could be headings of. The last may be the first heading itself, below
    a table of contents without a gap; then it stands in the list too.
    """
    found: set[int] = set()
    for _, run in groupby(_neighbours(pieces, styles), key=lambda pair: pair[0]):
        places = [place for _, place in run]
        if len(places) < 2 or (len(places) == 2 and not _is_empty(styles, places[-1], len(pieces))):
            continue
        repeated = entries[places[-1]] in {entries[place] for place in places[:-1]}
        found.update(places[:-1] if repeated else places)
    return frozenset(found)


def _is_empty(styles: Mapping[int, Style], place: int, end: int) -> bool:
    """Whether a heading there would have nothing below it."""
    below = styles.get(place + 1)
    return place + 1 == end or (below is not None and below.rank < styles[place].rank)


#: The page that an entry of a table of contents points to: … 3, ・・・３ページ.
_LEADER = re.compile(
    r"(?:[\s　]*[…‥・･.．─]{2,}[\s　]*|[\s　]+)[(（]?[PpＰｐ]?[.．]?[0-9０-９]{1,2}[)）]?(?:ページ|頁|面)?$"
)
_CONTENTS = re.compile("目次|もくじ|今(号|月)の(内容|もくじ)|contents|index", re.IGNORECASE)


#: No entry has more than so many dots before its page.
_LONGEST_LEADER = 80
_AROUND_CONTENTS = "".join((*PAIRS, *PAIRS.values(), "～〜~-― 　"))


def _entry(text: str) -> str:
    """The words of a heading, or of the entry of a table of contents that points to it."""
    return undecorated(text[:-_LONGEST_LEADER] + _LEADER.sub("", text[-_LONGEST_LEADER:]))


def _in_contents(pieces: Sequence[Piece], entries: Mapping[int, str]) -> Iterator[int]:
    """A table of contents: the word itself above the first heading, and neighbours whose words come again below."""
    last = {entry: position for position, entry in entries.items()}
    repeated = {position for position, entry in entries.items() if last[entry] > position}
    for position, entry in entries.items():
        pointing = position in repeated and _LEADER.search(pieces[position].text[-_LONGEST_LEADER:])
        together = position in repeated and {position - 1, position + 1} & repeated
        if pointing or together or _CONTENTS.fullmatch(entry.strip(_AROUND_CONTENTS)):
            yield position


def _neighbours(pieces: Sequence[Piece], styles: Mapping[int, Style]) -> Iterator[tuple[tuple[int, str], int]]:
    """Number the runs of adjacent pieces of one style: ((run, style), position)."""
    run, last = 0, -1
    for position in sorted(styles):
        same = position == last + 1 and position > 0 and styles.get(last) == styles[position]
        if not same or pieces[position].void or pieces[position].lines[0].block.kind == "heading":
            run += 1
        yield (run, styles[position].name), position
        last = position
