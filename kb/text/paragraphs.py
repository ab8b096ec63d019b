"""Which lines belong together: from visual lines to pieces (paragraphs, headings, items) still without a meaning."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kb.text.joining import KANA_KANJI, NEVER_FIRST, ends_sentence, join_all, tidy, unclosed
from kb.text.lines import NARROW, SLACK, Line, normal_blanks
from kb.text.marks import Mark

HEADING_FAMILIES = frozenset({"symbol", "enclosed", "chapter", "number"})

_JAPANESE = re.compile(f"[{KANA_KANJI}]")
_SAME_SCRIPT = re.compile("[一-鿿々]{2}|[ァ-ヺー]{2}")
#: A line that ends in a particle or a comma is not the end of anything, however short it is.
_DANGLING = re.compile(r"[のをにがはへで、，]$|ため[のに]$|および$|及び$|または$|又は$")
#: を begins no word, and の none that goes on in kanji or katakana.
_NEVER_BEGINS = re.compile("を|の[一-鿿ァ-ヺ]")
_ROW = re.compile(rf"[{KANA_KANJI}）)][ 　](?=[{KANA_KANJI}（(])")
_WIDE_GAP = re.compile(r"(?<=\S)(?:\t+| {2,}|　{2,})\s*(?=\S)")


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


@dataclass(frozen=True, slots=True)
class Manner:
    """How the lines of one document are written, as far as it takes all of them to see it."""

    trusts_marks: bool
    """Trailing spaces are paragraph marks."""
    spaced: bool
    """A blank line stands between any two lines, so that more than one is an empty paragraph."""
    indented: bool
    """Paragraphs begin further in than their other lines."""
    knitted: frozenset[str]
    """The two characters before and after line breaks that go through a word which stands unbroken elsewhere."""


def manner_of(lines: Sequence[Line]) -> Manner:
    """Look at all lines of a document, side boxes included."""
    lines = [line for line in lines if line.block.kind == "line"]
    return Manner(
        trusts_marks=_trusts_marks(lines),
        spaced=normal_blanks(lines) > 0,
        indented=_is_indented(lines),
        knitted=frozenset(_knitted(lines)),
    )


def _is_indented(lines: Sequence[Line]) -> bool:
    after_sentences = [
        line.indent >= _INDENT for above, line in pairwise(lines) if ends_sentence(above.text) and line.mark is None
    ]
    return len(after_sentences) > 1 and 2 * sum(after_sentences) > len(after_sentences)


def join_lines(lines: Sequence[Line], manner: Manner) -> Iterator[Piece]:
    """Join the lines of one flow."""
    together: list[Line] = []
    for position, line in enumerate(lines):
        if together and not _goes_on(together, line, lines[position + 1 : position + 3], manner):
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


def cells(text: str) -> tuple[str, ...]:
    """The cells of a table row drawn with tabs or wide gaps; one cell if it is no such row."""
    return tuple(_WIDE_GAP.split(text.strip()))


# ------------------------------------------------------------------------------------------------ trailing spaces

#: Trust trailing spaces if this share of lines has one and those lines end like sentences so much more often. Measured
#: on a newsletter made with Word: 30 % of the lines, 59 % against 4 %.
_SHARE = (0.02, 0.70)
_MORE_OFTEN = 0.15
_ENDS = re.compile(r"[。！？!?」』）)]$")


def _trusts_marks(lines: Sequence[Line]) -> bool:
    ends = {
        marked: [bool(_ENDS.search(line.text)) for line in lines if line.marked == marked] for marked in (True, False)
    }
    marked, plain = ends[True], ends[False]
    if not marked or not plain or not _SHARE[0] <= len(marked) / len(lines) <= _SHARE[1]:
        return False
    return sum(marked) / len(marked) >= sum(plain) / len(plain) + _MORE_OFTEN


# ------------------------------------------------------------------------------------------------ joining

#: A full line uses so much of its measure. On the page widths are exact up to the characters that 禁則 moves; counted
#: characters of a proportional font vary more (0.82 to 1.05 in full lines of a newsletter).
_FULL_ON_PAGE = 0.9
_FULL_COUNTED = 0.75
_FULL_SENTENCE = 0.94
_FULL_HEADING = 0.93
_LONGEST_HEADING_LINES = 3
#: A bracket that is still open after so many lines is a slip of the pen.
_LONGEST_BRACKET = 6


def _goes_on(together: Sequence[Line], line: Line, following: Sequence[Line], manner: Manner) -> bool:
    above = together[-1]
    if above.block.kind != "line" or line.block.kind != "line":
        return _given_heading_goes_on(above, line)
    if _begins(line, above, manner) or line.void:
        return False
    if above.ruled != line.ruled and line.ruled:
        return False
    if _is_heading_mark(together[0].mark):
        return _heading_goes_on(together, line, following, manner)
    if manner.trusts_marks:
        return _goes_on_by_marks(above, line, manner)
    return _waits(together, [line, *following]) or _goes_on_by_shape(together, line, manner)


def _begins(line: Line, above: Line, manner: Manner) -> bool:
    """Whether the line's own mark says that something begins. A hyphen or ・ may also be the middle of a sentence."""
    if line.mark is None:
        return False
    wrapped = not above.marked if manner.trusts_marks else above.fill >= _FULL_HEADING
    return not (line.mark.style in "・-－–—+＋" and wrapped and not ends_sentence(above.text) and above.mark is None)


def _is_heading_mark(mark: Mark | None) -> bool:
    return mark is not None and mark.family in HEADING_FAMILIES


def _given_heading_goes_on(above: Line, line: Line) -> bool:
    """Two lines of one heading, told by the extractor to be headings of one size."""
    return (
        above.block.kind == line.block.kind == "heading"
        and above.placed
        and (above.block.level, above.block.page) == (line.block.level, line.block.page)
        and not _resized(above, line)
        and not line.void
        and line.mark is None
        and not ends_sentence(above.text)
    )


def _resized(above: Line, line: Line) -> bool:
    """Whether the type changes by more than what rounding explains."""
    sizes = above.block.size, line.block.size
    return None not in sizes and abs(sizes[0] - sizes[1]) > 0.08 * max(sizes)  # type: ignore[operator,type-var]


def _heading_goes_on(together: Sequence[Line], line: Line, following: Sequence[Line], manner: Manner) -> bool:
    above = together[-1]
    mark = together[0].mark
    if len(together) >= _LONGEST_HEADING_LINES and not _waits(together, [line]):
        return _plain_goes_on(together, line, manner)
    if (mark is not None and mark.closed) or _resized(above, line):
        return False
    if manner.trusts_marks:
        return not above.marked
    if _waits(together, [line, *following]):
        return True
    complete = ends_sentence(above.text) or above.text[-1] in "）)」』】》"
    stands_in = line.indent > above.indent + (_INDENT if manner.indented else 1)
    # The last line of a heading is rarely full and no sentence: such a line is the text below.
    is_text = line.fill >= _FULL_HEADING or line.text.endswith("。")
    if complete or stands_in or is_text:
        return False
    return above.fill >= _FULL_HEADING or _knits(above, line, manner)


def _plain_goes_on(together: Sequence[Line], line: Line, manner: Manner) -> bool:
    if manner.trusts_marks:
        return _goes_on_by_marks(together[-1], line, manner)
    return _goes_on_by_shape(together, line, manner)


def _goes_on_by_marks(above: Line, line: Line, manner: Manner) -> bool:
    if not above.marked:
        return not (ends_sentence(above.text) and line.block.text.startswith("　"))
    dangling = _DANGLING.search(above.text) and above.fill >= _FULL_COUNTED
    return not ends_sentence(above.text) and (
        bool(dangling and _JAPANESE.match(line.text)) or _knits(above, line, manner)
    )


def _goes_on_by_shape(together: Sequence[Line], line: Line, manner: Manner) -> bool:
    """Without paragraph marks: by the ends of sentences, the widths of lines, and indents."""
    above = together[-1]
    if _resized(above, line) or _is_row(above) or _is_row(line) or _indents(together, line) or _reset(above, line):
        return False
    if line.text[0] in NEVER_FIRST and line.text[0] != "・":
        return True
    if ends_sentence(above.text):
        return _reaches(above, _FULL_SENTENCE)
    if _NEVER_BEGINS.match(line.text):
        return True
    full = _FULL_COUNTED if together[0].mark is None else _FULL_HEADING
    return _reaches(above, full) or (above.measure > 0 and _hangs(above, line)) or _knits(above, line, manner)


def _reaches(line: Line, share: float) -> bool:
    """Whether the line is as wide as lines get there; on a page, up to the characters that 禁則 may have moved away."""
    if line.placed:
        return 0 < line.measure <= line.width + SLACK + 0.5
    return line.fill >= share


def _hangs(above: Line, line: Line) -> bool:
    return above.fill >= 0.5 and _DANGLING.search(above.text) is not None and _JAPANESE.match(line.text) is not None


def _is_row(line: Line) -> bool:
    """A row of a table whose columns were told apart by spaces, or one of a few words with a telephone number."""
    return len(cells(line.text)) > 1 or (len(_ROW.findall(line.text)) >= 2 and "。" not in line.text)


def _reset(above: Line, line: Line) -> bool:
    """Whether the text changes to another width where the line before is not full."""
    narrower, wider = sorted((above.measure, line.measure))
    return 0 < narrower <= NARROW * wider and not _reaches(above, _FULL_ON_PAGE)


_INDENT = 0.5


def _indents(together: Sequence[Line], line: Line) -> bool:
    """Whether the line begins a paragraph by standing further in than it would as the next line of this one."""
    first, above = together[0], together[-1]
    if first.mark is not None:  # items hang: their second line stands further in than their mark
        return ends_sentence(above.text) and line.indent <= first.indent and not _reaches(above, _FULL_SENTENCE)
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
