"""Which lines belong together: from visual lines to pieces (paragraphs, headings, items) still without a meaning."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kb.text.breaks import (
    DANGLING,
    FULL_COUNTED,
    FULL_HEADING,
    FULL_SENTENCE,
    JAPANESE,
    VERB_END,
    are_entries,
    are_rows,
    breaks_at_space,
    closes,
    hangs,
    is_in_brackets,
    is_number_or_date,
    never_begins,
    reaches,
    reset,
    resized,
)
from kb.text.joining import em, ends_sentence, join_all, tidy, unclosed
from kb.text.lines import Line, heads_next, normal_blanks, usual_size
from kb.text.marks import SPACED, Mark

HEADING_FAMILIES = frozenset({"symbol", "enclosed", "chapter", "number"})

_SAME_SCRIPT = re.compile("[一-鿿々]{2}|[ァ-ヺー]{2}")


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines that are one thing."""

    lines: tuple[Line, ...]
    text: str
    """The lines joined, without the spaces of the layout."""

    @property
    def text_as_written(self) -> str:
        """The first line with its inner spaces."""
        return self.lines[0].text

    @property
    def mark(self) -> Mark | None:
        """The mark that the piece begins with."""
        return self.lines[0].mark

    @property
    def void(self) -> int:
        """Empty paragraphs before it."""
        return self.lines[0].void


#: Headings are set in type larger than the text by at least a fifth; leads and emphasis by less.
_LARGE = 1.2


@dataclass(frozen=True, slots=True)
class Manner:
    """How the lines of one document are written, as far as it takes all of them to see it."""

    trusts_marks: bool
    """Trailing spaces are paragraph marks."""
    spaced: bool
    """A blank line stands between any two lines, so that more than one is an empty paragraph."""
    indented: bool
    """Paragraphs begin further in than their other lines."""
    size: float
    """The type size of the text, in points; 0.0 if it is unknown."""
    knitted: frozenset[str]
    """The two characters before and after line breaks that go through a word which stands unbroken elsewhere."""

    def is_large(self, line: Line) -> bool:
        """Whether the line is set in clearly larger type than the text: it may be a heading without any mark."""
        return self.size > 0 and (line.block.size or 0.0) >= _LARGE * self.size


def manner_of(lines: Sequence[Line]) -> Manner:
    """Look at all lines of a document, side boxes included."""
    lines = [line for line in lines if line.block.kind == "line"]
    return Manner(
        trusts_marks=_trusts_marks(lines),
        spaced=normal_blanks(lines) > 0,
        indented=_is_indented(lines),
        size=usual_size([line.block for line in lines]),
        knitted=frozenset(_knitted(lines)),
    )


def _is_indented(lines: Sequence[Line]) -> bool:
    after_sentences = [
        line.indent >= _INDENT for above, line in pairwise(lines) if ends_sentence(above.text) and line.mark is None
    ]
    return len(after_sentences) > 1 and 2 * sum(after_sentences) > len(after_sentences)


_LOOK_AHEAD = 3


def join_lines(lines: Sequence[Line], manner: Manner) -> Iterator[Piece]:
    """Join the lines of one flow."""
    together: list[Line] = []
    for position, line in enumerate(lines):
        if together and not _goes_on(together, line, lines[position + 1 : position + 1 + _LOOK_AHEAD], manner):
            yield _piece(together)
            together = []
        together.append(line)
    if together:
        yield _piece(together)


def _piece(lines: Sequence[Line]) -> Piece:
    return Piece(tuple(lines), tidy(join_all([line.text for line in lines])))


def with_valid_numbers(lines: Iterable[Line]) -> Iterator[Line]:
    """Drop number marks that do not count up from 1: a wrapped line may begin with ③ or 12、."""
    reached: dict[str, int] = {}
    for line in lines:
        mark = line.mark
        if mark is None or mark.family != "number" or mark.number is None:
            yield line
        elif mark.number in {1, reached.get(mark.style, -1) + 1}:
            reached[mark.style] = mark.number
            yield line
        else:
            yield replace(line, mark=None)


# ------------------------------------------------------------------------------------------------ trailing spaces

#: Trust trailing spaces if this share of lines has one and those lines end like sentences so much more often. Measured
#: on a newsletter made with Word: 30 % of the lines, 59 % against 4 %.
_SHARE = (0.02, 0.70)
#: In a text of short paragraphs more lines carry one; then no other line may end like a sentence.
_SHARE_IF_CLEAR = 0.90
_MORE_OFTEN = 0.15
_ENDS = re.compile(r"[。！？!?」』）)]$")


def _trusts_marks(lines: Sequence[Line]) -> bool:
    ends = {
        marked: [bool(_ENDS.search(line.text)) for line in lines if line.marked == marked] for marked in (True, False)
    }
    marked, plain = ends[True], ends[False]
    most = _SHARE[1] if any(plain) else _SHARE_IF_CLEAR
    if not marked or not plain or not _SHARE[0] <= len(marked) / len(lines) <= most:
        return False
    return sum(marked) / len(marked) >= sum(plain) / len(plain) + _MORE_OFTEN


# ------------------------------------------------------------------------------------------------ joining

_LONGEST_HEADING_LINES = 3

#: In type half as large again, a full line has two thirds of the characters.
_FULL_LARGE = 0.6

LONGEST = 64
"""No heading is wider than this many full-width characters."""

#: A bracket that is still open after so many lines is a slip of the pen.
_LONGEST_BRACKET = 6


def _goes_on(together: Sequence[Line], line: Line, following: Sequence[Line], manner: Manner) -> bool:
    above = together[-1]
    if above.block.kind != "line" or line.block.kind != "line":
        return _given_heading_goes_on(above, line)
    if len(together) == 1 and heads_next(above, line):
        return True
    if manner.is_large(above) or manner.is_large(line):
        return _large_goes_on(together, line)
    if _stands_apart(together, line, manner):
        return _encloses(together, line)
    goes_on = _heading_goes_on if _is_heading_mark(together[0].mark) else _plain_goes_on
    return goes_on(together, line, following, manner)


def _stands_apart(together: Sequence[Line], line: Line, manner: Manner) -> bool:
    """Whether the line is set off from those above, or is the next of several things of one sort."""
    if line.void or line.ruled or _begins(line, together[-1], manner):
        return True
    return _is_subtitle(together) or are_entries(together[0], line)


def _encloses(together: Sequence[Line], line: Line) -> bool:
    """Whether the line has the 】 of a heading that a wide space tore apart, with an empty line between at most."""
    mark, text = together[0].mark, "".join(one.text for one in together)
    opened = mark is not None and mark.family == "enclosed" and not mark.closed
    return opened and line.void == 1 and not line.ruled and line.text[-1] == unclosed(text)[-1:]


def _is_subtitle(together: Sequence[Line]) -> bool:
    first = together[0].mark
    return first is not None and first.style == "～" and together[-1].text[-1] in "～〜"


#: Marks that a line in the middle of a sentence may begin with as well.
_ALSO_INSIDE = frozenset("・-－–—+＋～") | {SPACED}


def _begins(line: Line, above: Line, manner: Manner) -> bool:
    """Whether the line's own mark says that something begins. A hyphen or ・ may also be the middle of a sentence."""
    if line.mark is None or (line.mark.family in {"field", "plain"} and closes(above, line)):
        return False
    wrapped = not above.marked if manner.trusts_marks else reaches(above, line, FULL_HEADING)
    return not (line.mark.style in _ALSO_INSIDE and wrapped and not ends_sentence(above.text) and above.mark is None)


def _is_heading_mark(mark: Mark | None) -> bool:
    return mark is not None and mark.family in HEADING_FAMILIES


def _given_heading_goes_on(above: Line, line: Line) -> bool:
    """Two lines of one heading, told by the extractor to be headings of one size."""
    return (
        above.block.kind == line.block.kind == "heading"
        and above.placed
        and (above.block.level, above.block.page) == (line.block.level, line.block.page)
        and not resized(above, line)
        and not line.void
        and line.mark is None
        and not ends_sentence(above.text)
    )


def _large_goes_on(together: Sequence[Line], line: Line) -> bool:
    """Lines of one heading without a mark, told by the size of their type alone."""
    above = together[-1]
    if resized(above, line) or line.void or line.mark or above.block.page != line.block.page:
        return False
    return _waits(together, [line]) or (
        sum(em(one.text) for one in (*together, line)) <= LONGEST
        and not ends_sentence(above.text)
        and (is_in_brackets(line.text) or not is_number_or_date(line.text))
        and not is_number_or_date(above.text)
    )


def _heading_goes_on(together: Sequence[Line], line: Line, following: Sequence[Line], manner: Manner) -> bool:
    first, above = together[0], together[-1]
    if len(together) >= _LONGEST_HEADING_LINES and not _waits(together, [line]):
        return _plain_goes_on(together, line, following, manner)
    if (first.mark is not None and first.mark.closed) or resized(above, line):
        return False
    if manner.trusts_marks:
        return not above.marked and _heading_ends([*together, line, *following])
    return _heading_is_cut(together, line, following) or _heading_is_full(above, line, following, manner)


def _heading_ends(lines: Sequence[Line]) -> bool:
    """Whether the next line with a mark at its end makes a heading of the lines up to it; some headings lack theirs."""
    last = next((place for place, line in enumerate(lines) if line.marked), len(lines) - 1)
    text = join_all([line.text for line in lines[: last + 1]])
    return em(text) <= LONGEST and "。" not in text


def _heading_is_cut(together: Sequence[Line], line: Line, following: Sequence[Line]) -> bool:
    """Whether the words say that the heading goes on."""
    above = together[-1]
    dangles = DANGLING.search(above.text) is not None and reaches(above, line, FULL_HEADING)
    return (
        _waits(together, [line, *following]) or never_begins(above, line) or dangles or _is_rest(above, line, following)
    )


def _is_rest(above: Line, line: Line, following: Sequence[Line]) -> bool:
    """Whether the line is the end of a verb that the heading has begun, in type too large to fill the measure."""
    shown = above.fill >= _FULL_LARGE and line.fill < _FULL_LARGE and line.indent <= above.indent
    ends = bool(following) and (following[0].void > 0 or following[0].indent > line.indent or following[0].fill >= 0.5)
    return shown and ends and not following[0].mark and VERB_END.fullmatch(line.text) is not None


def _heading_is_full(above: Line, line: Line, following: Sequence[Line], manner: Manner) -> bool:
    """Whether the line of a heading is full, and the next one is not the text below it."""
    dated = is_in_brackets(line.text) and is_number_or_date(line.text)
    complete = ends_sentence(above.text) or (above.text[-1] in "）)」』】》" and not dated)
    stands_in = line.indent > above.indent + (_INDENT if manner.indented else 1)
    if complete or stands_in or _is_text_below(line, following):
        return False
    return dated or reaches(above, line, FULL_HEADING) or _knits(above, line, manner)


def _is_text_below(line: Line, following: Sequence[Line]) -> bool:
    """Whether the line below that of a heading is text: a sentence, or full and not the last but one of the heading."""
    if "。" in line.text or line.fill < FULL_HEADING or not following:
        return "。" in line.text
    last = following[0]
    if last.mark or last.void:
        return False
    return last.fill >= FULL_HEADING or "。" in last.text or last.indent > line.indent


def _plain_goes_on(together: Sequence[Line], line: Line, following: Sequence[Line], manner: Manner) -> bool:
    if manner.trusts_marks:
        return _goes_on_by_marks(together[-1], line, manner)
    return _waits(together, [line, *following]) or _goes_on_by_shape(together, line, manner)


def _goes_on_by_marks(above: Line, line: Line, manner: Manner) -> bool:
    if not above.marked:
        return not (ends_sentence(above.text) and line.block.text.startswith("　"))
    if ends_sentence(above.text):
        return False
    dangles = DANGLING.search(above.text) and JAPANESE.match(line.text)
    full = above.fill >= FULL_COUNTED and above.mark is None
    return (full and bool(dangles or breaks_at_space(above, line))) or _knits(above, line, manner)


def _goes_on_by_shape(together: Sequence[Line], line: Line, manner: Manner) -> bool:
    """Without paragraph marks: by the ends of sentences, the widths of lines, and indents."""
    above = together[-1]
    if resized(above, line) or _indents(together, line):
        return False
    if never_begins(above, line):
        return True
    if are_rows(above, line) or reset(above, line):
        return False
    if ends_sentence(above.text):
        return reaches(above, line, FULL_SENTENCE) and not is_in_brackets(line.text)
    if is_number_or_date(line.text) and not DANGLING.search(above.text):
        return False
    full = FULL_COUNTED if together[0].mark is None else FULL_HEADING
    return reaches(above, line, full) or (above.measure > 0 and hangs(above, line)) or _knits(above, line, manner)


_INDENT = 0.5


def _indents(together: Sequence[Line], line: Line) -> bool:
    """Whether the line begins a paragraph by standing further in than it would as the next line of this one."""
    first, above = together[0], together[-1]
    if first.mark is not None:  # items hang: their second line stands further in than their mark
        return ends_sentence(above.text) and line.indent <= first.indent and not reaches(above, line, FULL_SENTENCE)
    if line.indent > above.indent + _INDENT:
        return True
    again = len(together) == 1 and line.indent >= _INDENT and abs(line.indent - first.indent) < _INDENT
    return again and ends_sentence(above.text)


def _waits(together: Sequence[Line], coming: Sequence[Line]) -> bool:
    """Whether a bracket is open that one of the next lines closes."""
    text = "".join(line.text for line in together[-_LONGEST_BRACKET:])
    closing = unclosed(text)[:1]
    if not closing or (ends_sentence(text) and together[-1].fill < 0.5):
        return False
    return any(closing in line.text and line.mark is None and not line.void for line in coming[:2])


def _knits(above: Line, line: Line, manner: Manner) -> bool:
    """Whether the break goes through a word that the document writes unbroken elsewhere (重層的支／援体制)."""
    return above.text[-2:] + line.text[:2] in manner.knitted


def _knitted(lines: Sequence[Line]) -> Iterator[str]:
    breaks = {above.text[-2:] + line.text[:2] for above, line in pairwise(lines)}
    breaks = {four for four in breaks if len(four) == 4 and _SAME_SCRIPT.fullmatch(four[1:3])}
    unbroken = {four for line in lines for four in _runs(line.text, 4) if four in breaks}
    counts = Counter(run for line in lines for length in (1, 2) for run in _runs(line.text, length))
    for four in unbroken:
        together = counts[four[1:3]]
        if together >= 3 and 2 * together >= max(counts[four[1]], counts[four[2]]):
            yield four


def _runs(text: str, length: int) -> Iterator[str]:
    return (text[start : start + length] for start in range(len(text) - length + 1))
