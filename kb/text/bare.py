"""Headings without any mark: short lines of their own above the text that they title."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from statistics import median

from kb.text.breaks import cells
from kb.text.joining import em, ends_sentence
from kb.text.lines import BIG_VOID
from kb.text.marks import KNOWN_TITLE, label_of
from kb.text.paragraphs import Piece

_LONGEST = 40
_SHORT = 30
_LEAST_PROSE = 15
_LONGEST_BYLINE = 24

#: 会長　山田　太郎; 若葉市社協　土屋さん.
_BYLINE = re.compile(
    r"(?:会長|理事長|局長|所長|部長|課長|係長|委員長|代表|知事|[市町村区校園]長|施設長)[\s　]+\S{1,4}[\s　]?\S{1,4}$"
    r"|[\s　]\S{1,6}(?:さん|氏|先生)$"
)
#: What is no title by itself: the beginning of a sentence or list, a remark, a date, an address, a caption, an office.
_NO_TITLE = re.compile(
    r"[。、，,：:；;]$|^[（(「『].*[）)」』]$|^[\d０-９\s./:：年月日（）()～〜\-月火水木金土日令和平成]+$"
    r"|(各位|様|殿|御中|敬具|敬白|以上|拝啓|前略|記|草々|(さん|さま|様)へ|様子|風景|皆さん|みなさん|参加者)$"
    r"|(?<!と)は$|[がを]$|(協議会|委員会|センター|事務局|係|担当|課|発行)$|協議会.*[部課係室局]$"
)
_ROW = re.compile(r"^[\d０-９]|[\d０-９]円|[\d０-９]{2,4}[-－][\d０-９]{2,4}")


def is_title(piece: Piece) -> bool:
    """Whether it may be a title: short, of words, and no sentence's beginning."""
    text = piece.text
    plain = not _NO_TITLE.search(text) and not _is_byline(piece) and not label_of(text)
    return len(piece.lines) <= 2 and 1 < em(text) <= _LONGEST and plain and is_wordy(text)


def is_wordy(text: str) -> bool:
    """Whether at least half of the characters are letters."""
    return sum(character.isalpha() for character in text) * 2 >= len(text)


def bare_headings(pieces: Sequence[Piece], marked: Collection[int]) -> Iterator[int]:
    """Where headings without a mark stand; ``marked`` are those with one.

    Beside marked headings they need room above, unless they open the text: then all articles may begin so. More room
    would make them side boxes, and a line right below a heading is its subtitle.
    """
    found = {place for place in range(len(pieces) - 1) if place not in marked and _titles(pieces, place, marked)}
    opens = marked and any(place < min(marked) for place in found)
    if opens or not marked:
        found |= set(_above_notices(pieces, found, marked))
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
    if not _stands_alone(pieces, position) or not is_title(piece) or em(piece.text) > _SHORT + 10 * opens:
        return False
    return opens or (not ends_sentence(piece.text) and _has_text_below(pieces, position))


def _has_text_below(pieces: Sequence[Piece], position: int) -> bool:
    """Running text below, with the name of its writer between or not."""
    piece, below = pieces[position], pieces[position + 1]
    if _is_byline(below) and position + 2 < len(pieces):
        below = pieces[position + 2]
        return _is_prose(below) and below.void <= max(piece.void, 1) + 1
    return _is_prose(below) and below.void <= max(piece.void, 1)


def _above_notices(pieces: Sequence[Piece], found: Collection[int], marked: Collection[int]) -> Iterator[int]:
    """Titles above a few lines that are no running text, where titles have room above and none below."""
    habit = [pieces[place].void > 0 and not pieces[place + 1].void for place in sorted(found)]
    if len(habit) < 2 or not all(habit[1:]):
        return
    for place in range(1, len(pieces) - 2):
        piece, *below = pieces[place : place + 3]
        alone = piece.mark is None and piece.void > 0 and is_title(piece) and em(piece.text) <= _SHORT
        notice = not any(one.void or _is_prose(one) for one in below) and not {place, place + 1} & set(marked)
        if alone and notice and not _ROW.search(piece.text) and len(cells(piece.text_as_written)) == 1:
            yield place


def _stands_alone(pieces: Sequence[Piece], position: int) -> bool:
    """Without a mark, and visibly not the last line of what stands above."""
    piece, above = pieces[position], pieces[position - 1]
    if piece.mark is not None:
        return False
    if position == 0 or piece.void > 0:
        return True
    return (above.lines[-1].fill < 0.9 and _is_prose(above)) or (not is_title(above) and em(above.text) <= _SHORT)


def _is_byline(piece: Piece) -> bool:
    return em(piece.text) <= _LONGEST_BYLINE and _BYLINE.search(piece.text) is not None


def _is_prose(piece: Piece) -> bool:
    text = piece.text
    return piece.mark is None and "。" in text and em(text) >= _LEAST_PROSE
