"""Visual lines as values: what the eye sees of a line before it reads a word."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise, zip_longest
from statistics import median

from kb.model import BBox, Block
from kb.text.joining import NEVER_FIRST, em, ends_sentence
from kb.text.marks import PAIRS, Mark, is_mark_alone, leading_mark

_HEADS = frozenset({"symbol", "enclosed", "chapter", "number"})
SPACES = " \t\u3000\xa0"


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is to be joined to its neighbours or not.

    Widths and indents count in full-width characters of the usual size from the left edge of the column (in vertical
    writing from its top edge), whether they were measured on the page or counted in a text file.
    """

    place: int
    """Position of its block in the extraction."""
    block: Block
    text: str
    """Without the spaces around it."""
    marked: bool
    """True if spaces follow the text: in files made from Word that is the mark of a paragraph's end."""
    indent: float
    width: float
    """From the column's edge to the end of the line, the indent included."""
    blanks: int = 0
    """Blank lines (or line heights without text) before it."""
    void: int = 0
    """Empty paragraphs before it: blank lines that mean something."""
    measure: float = 0.0
    """The width of a full line where it stands; 0.0 if nothing shows that lines are wrapped there."""
    mark: Mark | None = None
    ruled: bool = False
    """True if a rule (a row of ─ or ＝ or ＊) stands between it and the line before."""

    @property
    def fill(self) -> float:
        """How much of the measure is used; 0.0 where there is no measure."""
        return self.width / self.measure if self.measure else 0.0

    @property
    def heads(self) -> bool:
        """Whether it may well be a heading, whose width says nothing about the text's."""
        return self.block.kind == "heading" or (self.mark is not None and self.mark.family in _HEADS)

    @property
    def placed(self) -> bool:
        """Whether its place on the page is known."""
        return self.block.bbox is not None


def is_rule(text: str) -> bool:
    """Whether the text is a rule drawn with characters."""
    return len(text) >= 3 and not any(character.isalnum() for character in text) and len(set(text) - set(SPACES)) <= 2


def read_lines(blocks: Sequence[tuple[int, Block]]) -> tuple[Line, ...]:
    """The lines of one flow (the main text, or one side box) with everything but their meaning.

    ``blocks`` are pairs of a place in the extraction and a block of kind ``line``, ``heading`` or anything else; blank
    lines become ``blanks`` of the next line.
    """
    lines = _measured_on_page(tuple(_marked_over_two(tuple(_counted(blocks)))))
    normal = normal_blanks(lines)
    lines = tuple(replace(line, void=_void(line, normal)) for line in lines)
    return tuple(_with_measures(lines))


def _counted(blocks: Iterable[tuple[int, Block]]) -> Iterator[Line]:
    blanks, page, ruled = 0, None, False
    for place, block in blocks:
        text = block.text.strip()
        if not text or (block.kind == "line" and is_rule(text)):
            blanks, ruled = blanks + 1, ruled or bool(text)
            continue
        # The blank lines around a page break are margins.
        gap = 0 if page is not None and block.page != page else blanks
        blanks, page = 0, block.page
        indent = block.text[: len(block.text) - len(block.text.lstrip())]
        marked = block.text[-1] in SPACES
        mark = leading_mark(text)
        yield Line(place, block, text, marked, em(indent), em(block.text.rstrip()), gap, mark=mark, ruled=ruled)
        ruled = False


def _marked_over_two(lines: Sequence[Line]) -> Iterator[Line]:
    """Give a line its mark where only the next line shows it: after 【 without its 】, and after a mark set apart."""
    for line, following in zip_longest(lines, lines[1:]):
        if following is not None and line.mark is None and _opens(line.text):
            mark = leading_mark(line.text + following.text)
            yield replace(line, mark=replace(mark, closed=False)) if mark else line
        elif following is not None and heads_next(line, following):
            yield replace(line, mark=leading_mark(line.text + following.text))
        else:
            yield line


def _opens(text: str) -> bool:
    return text[0] in PAIRS and PAIRS[text[0]] not in text


def heads_next(line: Line, following: Line) -> bool:
    """Whether the line is a mark and nothing else, which PDFs draw apart from the words that it stands before."""
    return following.mark is None and is_mark_alone(line.text) and not is_mark_alone(following.text)


# ------------------------------------------------------------------------------------------------ on the page


def _span(block: Block) -> tuple[float, float, float]:
    """Where a line begins, where it ends, and how far down the column it stands; vertical writing turned by 90°."""
    box = block.bbox or BBox(0, 0, 0, 0)
    return (box.top, box.bottom, -box.right) if block.vertical else (box.left, box.right, box.top)


def _size(block: Block) -> float:
    box = block.bbox or BBox(0, 0, 0, 0)
    return block.size or max(box.right - box.left if block.vertical else box.bottom - box.top, 1.0)


def _measured_on_page(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Lines of a PDF measured by their boxes; lines without a box as they are."""
    measured: list[Line] = []
    for column in _columns(lines):
        measured += _in_column(column) if column[0].placed else column
    return tuple(measured)


def _columns(lines: Sequence[Line]) -> Iterator[tuple[Line, ...]]:
    """Runs of lines that stand below one another on one page."""
    start = 0
    for position in range(1, len(lines) + 1):
        if position == len(lines) or _new_column(lines[position - 1].block, lines[position].block):
            yield tuple(lines[start:position])
            start = position


def _new_column(above: Block, below: Block) -> bool:
    if above.bbox is None or below.bbox is None:
        return (above.bbox is None) != (below.bbox is None)
    if (above.page, above.vertical) != (below.page, below.vertical):
        return True
    start, end, down = _span(above)
    other_start, other_end, other_down = _span(below)
    return other_down < down - _size(above) / 2 or other_start >= end or other_end <= start


def _in_column(column: Sequence[Line]) -> Iterator[Line]:
    edge = min(_span(line.block)[0] for line in column)
    leading = _leading(column)
    size = usual_size([line.block for line in column]) or _size(column[0].block)
    for above, line in zip((None, *column), column, strict=False):
        start, end, down = _span(line.block)
        # Larger type has more leading.
        usual = leading * max(1.0, min(_size(line.block), _size(above.block)) / size) if above else 0.0
        steps = (down - _span(above.block)[2]) / usual if above and usual else 0.0
        # Twice the usual distance is one empty line; two fifths are slack for larger type and air around headings.
        blanks = max(line.blanks, math.floor(steps - 0.4))
        yield replace(line, indent=(start - edge) / size, width=(end - edge) / size, blanks=blanks)


def usual_size(blocks: Iterable[Block]) -> float:
    """The size that most characters are set in; 0.0 if it is unknown."""
    sizes: Counter[float] = Counter()
    for block in blocks:
        if block.size is not None and block.kind == "line":
            sizes[round(block.size, 1)] += len(block.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _leading(column: Sequence[Line]) -> float:
    """The usual distance from line to line."""
    steps = [_span(below.block)[2] - _span(above.block)[2] for above, below in pairwise(column)]
    steps = [step for step in steps if step > 0]
    return median(steps) if steps else 0.0


# ------------------------------------------------------------------------------------------------ blank lines


#: A paragraph begins about one character further in (字下げ); what stands further in still is centred.
_INDENTED = (0.5, 1.5)


def runs_on(line: Line, following: Line) -> bool:
    """Whether a sentence visibly goes on across the line break, read without knowing any width."""
    if ends_sentence(line.text) or following.mark or following.indent > line.indent:
        return False
    last, first = line.text[-1], following.text[0]
    if _INDENTED[0] <= line.indent <= _INDENTED[1] and following.indent < _INDENTED[0]:
        return True  # whatever the characters are: only the first line of a paragraph is indented
    return first in NEVER_FIRST or last == "、" or _is_hiragana(last) or _is_hiragana(first)


def normal_blanks(lines: Sequence[Line]) -> int:
    """How many blank lines stand between two lines of one paragraph: most often none, in some extractions one."""
    wide = [pair for pair in pairwise(lines) if not pair[0].heads and pair[0].width >= _LEAST_MEASURE]
    # Where no break falls beside kana, the spaces that mark the ends of paragraphs must do.
    pairs = [pair for pair in wide if runs_on(*pair)] or [pair for pair in wide if _is_unmarked(*pair)]
    running = [(above.width, min(below.blanks, 2)) for above, below in pairs]
    counts = Counter(blanks for _, blanks in running)
    if counts[1] > max(counts[0], 1):
        return 1
    # In a short text the one line that runs on must do, if none is wider: titles run on too, but are short.
    widest = max((line.width for line in lines), default=0.0)
    return int(not counts[0] and any(blanks == 1 and width >= widest - SLACK for width, blanks in running))


def _is_unmarked(line: Line, following: Line) -> bool:
    """Whether the line lacks the space that the next has, and no sentence ends with it."""
    return following.marked and not (line.marked or ends_sentence(line.text) or following.mark)


def _void(line: Line, normal: int) -> int:
    return max(0, math.ceil((line.blanks - normal) / (normal + 1)), int(line.ruled))


def _is_hiragana(character: str) -> bool:
    return "ぁ" <= character <= "ゖ"


# ------------------------------------------------------------------------------------------------ the measure

SLACK = 2.0
"""Full lines differ by this many characters: 行頭・行末禁則 moves up to two, and half-width letters vary in width."""

_LEAST_MEASURE = 8.0
"""No text is set narrower than this many full-width characters."""

NARROW = 0.75
"""A column is set narrow if its lines use no more of the usual measure."""

BIG_VOID = 3
"""So many empty paragraphs are not a gap in the text but room left for something else."""


def _with_measures(lines: Sequence[Line]) -> Iterator[Line]:
    everywhere = _measure(lines, at_least=3) or _measure(lines, at_least=1)
    for region in _regions(lines):
        here = _measure(region, at_least=2)
        for stretch in _stretches(region):
            usual = _measure(stretch, at_least=2) or here or everywhere
            for narrow, run in groupby(stretch, key=lambda line: line.width <= NARROW * usual):
                part = tuple(run)
                measure = (_narrow_measure(part) if narrow else 0.0) or usual
                yield from (replace(line, measure=measure) for line in part)


def _narrow_measure(part: Sequence[Line]) -> float:
    """Running text that is narrow for three lines is set narrow; the last lines of paragraphs come singly.

    The first line may be a title.
    """
    if len(part) < 3:
        return 0.0
    measure = _measure(part, at_least=1)
    unfinished = [line for line in part[1:-1] if not ends_sentence(line.text)]
    full = [line for line in unfinished if line.width >= measure - SLACK]
    return measure if 4 * len(full) >= 3 * len(unfinished) else _measure(part, at_least=2)


def _measure(lines: Sequence[Line], at_least: int) -> float:
    """The widest width that ``at_least`` lines share whose sentence runs on; 0.0 if there is none.

    Text whose lines are often wider is not wrapped at that width.
    """
    running = (above for above, below in pairwise(lines) if runs_on(above, below) and not above.heads)
    widths = sorted((line.width for line in running), reverse=True)
    every = sorted(line.width for line in lines if not line.heads)
    for width, least in zip(widths, widths[at_least - 1 :], strict=False):
        if width < _LEAST_MEASURE:
            break
        if least >= width - SLACK:
            wider = len(every) - bisect_right(every, width + SLACK)
            as_wide = len(every) - wider - bisect_left(every, width - SLACK)
            return width if 2 * wider <= as_wide - 1 else 0.0
    return 0.0


def _regions(lines: Sequence[Line]) -> Iterator[tuple[Line, ...]]:
    """Parts of a flow set to one width: they end at a heading-like mark, a big void, and at the end of a column."""
    starts = [0]
    for position, (above, line) in enumerate(pairwise(lines), start=1):
        if line.heads or line.void >= BIG_VOID or _new_column(above.block, line.block):
            starts.append(position)
    for start, end in pairwise((*starts, len(lines))):
        yield tuple(lines[start:end])


def _stretches(region: Sequence[Line]) -> Iterator[tuple[Line, ...]]:
    start = 0
    for position in range(1, len(region) + 1):
        if position == len(region) or region[position].void:
            yield tuple(region[start:position])
            start = position
