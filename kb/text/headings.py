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
from itertools import groupby, pairwise
from statistics import median

from kb.text.joining import em, ends_sentence
from kb.text.levels import BARE, BY_TYPE, GIVEN, Style, levels
from kb.text.lines import BIG_VOID
from kb.text.marks import KNOWN_TITLE, PAIRS, label_of, undecorated
from kb.text.paragraphs import HEADING_FAMILIES, LONGEST, Manner, Piece

_LONGEST_WEAK = 50
_LONGEST_BARE = 40

_STRONG = frozenset("■□▣◼★☆◆◇●▼▲▶❖")
#: These point at a picture: the line is its caption, unless articles begin so.
_POINTING = frozenset("▲△")
_RULED_RANK = 0.8
_SHORT = 30


def heading_levels(pieces: Sequence[Piece], manner: Manner) -> dict[int, int]:
    """The headings among the pieces of the main flow: position -> level, from 1."""
    styles = {position: style for position in range(len(pieces)) if (style := _style(pieces, position, manner))}
    headings = dict(_marked_headings(pieces, styles))
    headings |= dict.fromkeys(_bare_headings(pieces, headings), BARE)
    headings = {position: headings[position] for position in sorted(headings)}
    sizes = [pieces[position].lines[0].block.size for position in headings]
    found = levels(list(headings.values()), sizes)
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
    if mark is None and manner.is_large(line) and _is_wordy(piece.text) and em(piece.text) > 1:
        return Style(f"{BY_TYPE} of {line.block.size:.0f} points", BARE.rank)
    return None


def _is_ruled(pieces: Sequence[Piece], position: int) -> bool:
    """A short line between two rules, or one that stands alone and is underlined."""
    piece = pieces[position]
    below = pieces[position + 1].lines[0] if position + 1 < len(pieces) else None
    if below is None or not below.ruled or not _is_title(piece):
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


# ------------------------------------------------------------------------------------------------ without any marks

_NO_TITLE = re.compile(
    r"[。、，,：:；;]$|^[（(「『].*[）)」』]$|^[\d０-９\s./:：年月日（）()～〜\-月火水木金土日令和平成]+$"
    r"|(各位|様|殿|御中|敬具|敬白|以上|拝啓|前略|記|草々|(さん|さま|様)へ|様子|風景|皆さん|みなさん|参加者)$|(協議会|委員会|センター|係|担当|課)$"
    # 会長　山田　太郎
    r"|(会長|理事長|局長|所長|部長|課長|係長|委員長|代表|知事|[市町村区校園]長|施設長)[\s　]+\S{1,4}[\s　]?\S{1,4}$"
)


def _is_title(piece: Piece) -> bool:
    text = piece.text
    return len(piece.lines) <= 2 and 1 < em(text) <= _LONGEST_BARE and not _NO_TITLE.search(text) and _is_wordy(text)


def _is_wordy(text: str) -> bool:
    return sum(character.isalpha() for character in text) * 2 >= len(text)


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
        known = place not in marked and _is_known(pieces[place])
        set_off = place - 1 not in marked and least <= pieces[place].void < most
        if known or (place in found and set_off):
            yield place


def _is_known(piece: Piece) -> bool:
    return piece.mark is not None and piece.mark.style == KNOWN_TITLE


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
