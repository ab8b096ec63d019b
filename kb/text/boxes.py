"""Side boxes and closing words in a text without positions, told by the room left around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from kb.text.joining import em, ends_sentence
from kb.text.lines import BIG_VOID, NARROW, Line
from kb.text.paragraphs import Manner, Piece

_PROSE = 40


def boxes(pieces: Sequence[Piece], levels: Mapping[int, int], manner: Manner) -> dict[int, int]:
    """The pieces of side boxes: position -> number of the box, from 1.

    A floating box leaves its room behind as empty paragraphs, and its text follows them, up to the next heading or the
    next such room. Running text as wide as that of the article goes on with the article. Where blank lines are not
    known to be empty paragraphs, the box must be narrower than the text.
    """
    found: dict[int, int] = {}
    number, inside = 0, False
    for position, piece in enumerate(pieces):
        if position in levels:
            inside = False
        elif piece.void >= BIG_VOID and not piece.lines[0].placed and any(place < position for place in levels):
            inside = _may_be_box(pieces, levels, position, certain=manner.trusts_marks or manner.spaced)
            number += inside
        if inside:
            found[position] = number
    return found


def _may_be_box(pieces: Sequence[Piece], levels: Mapping[int, int], position: int, *, certain: bool) -> bool:
    narrow = _is_narrow(pieces, levels, position)
    return narrow or (certain and not (_is_prose(pieces[position]) and len(pieces[position].lines) > 2))


def _is_narrow(pieces: Sequence[Piece], levels: Mapping[int, int], position: int) -> bool:
    """Whether the piece and those down to the next room or heading are set narrower than the text."""
    box: list[Line] = []
    for place in range(position, len(pieces)):
        if place in levels or (place > position and pieces[place].void >= BIG_VOID):
            break
        box += pieces[place].lines
    measure = max((line.measure for piece in pieces for line in piece.lines), default=0.0)
    return bool(measure) and max(line.width for line in box) <= NARROW * measure


def closing_words(pieces: Sequence[Piece], levels: Mapping[int, int], boxed: Mapping[int, int]) -> frozenset[int]:
    """Paragraphs below the last sub-heading of an article that belong to the article as a whole.

    They are set off by an empty paragraph, which in the sub-sections of that article stands nowhere else but before
    sub-headings, and they are running text up to the article's end.
    """
    flow = [place for place in range(len(pieces)) if place not in boxed]
    found: set[int] = set()
    for article in _articles(flow, levels):
        found.update(_closing(pieces, levels, article))
    return frozenset(found)


def _articles(flow: Sequence[int], levels: Mapping[int, int]) -> Iterator[Sequence[int]]:
    starts = [index for index, place in enumerate(flow) if levels.get(place) == 1]
    for start, end in pairwise((*starts, len(flow))):
        yield flow[start:end]


def _closing(pieces: Sequence[Piece], levels: Mapping[int, int], article: Sequence[int]) -> Sequence[int]:
    subheads = [index for index, place in enumerate(article) if place in levels][1:]
    if len(subheads) < 2:
        return ()
    set_off = [
        index for index in range(subheads[0], len(article)) if pieces[article[index]].void and index not in subheads
    ]
    if len(set_off) != 1 or set_off[0] <= subheads[-1] + 1:
        return ()
    closing = article[set_off[0] :]
    return closing if all(_is_prose(pieces[place]) for place in closing) else ()


def _is_prose(piece: Piece) -> bool:
    return piece.mark is None and ends_sentence(piece.text) and em(piece.text) >= _PROSE
