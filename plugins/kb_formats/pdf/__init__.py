"""PDF: lines with their places and font sizes in reading order, headings, tables, side boxes; what needs OCR is said.

pypdfium2 reads the characters; PyMuPDF would be AGPL. pdfium's own order of text is that of drawing, which most
programs keep to the order of reading; where it is not, ``order`` sorts by columns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count

from kb import BBox, Block, BlockKind, Extraction, ExtractionError, File
from kb_formats.pdf.forms import attached, page_at, unsupported
from kb_formats.pdf.library import PdfDocument, PdfiumError
from kb_formats.pdf.page import Line, PageText, Part, Row, characters, page_text
from kb_formats.refusals import refusal

MEDIA_TYPE = "application/pdf"

#: Pages that are read of one file.
MOST_PAGES = 2_000

#: A heading is set larger than the text by at least this much, and is no longer than this.
_LARGER = 1.15
_LONGEST_HEADING = 60
#: Sizes that differ by less are one size: justification and conversion scale a little.
_SAME_SIZE = 1.06
_LEVELS = 4

#: Running heads and page numbers stand in these outer parts of a page.
_MARGIN = 0.09
_PAGE_NUMBER = re.compile(r"[-–—―‐\s]*(?:p\.?|P\.?)?\s*[0-9０-９]{1,4}\s*(?:[-–—―‐\s]*|ページ|頁|/\s*[0-9]+)")

_OCR = "OCR（文字認識）ソフトで文字の入ったPDFにして、もう一度取り込んでください。"
#: What programs write in the place of a title: that of the printed file, or that there is none.
_PRINTED = re.compile(r"Microsoft (?:Word|Excel|PowerPoint) - (.*?)(?:\.(?:docx?|xlsx?|pptx?))?")
_NOBODY = frozenset({"untitled", "anonymous", "無題", "(anonymous)", "unspecified"})
_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?")


def extract(file: File) -> Extraction:
    """Everything that can be read of a PDF.

    Raises:
        ExtractionError: it is encrypted or damaged, has too many pages, or nothing in it can be read without OCR.

    """
    document = _opened(file)
    try:
        pages = len(document)
        if pages > MOST_PAGES:
            raise ExtractionError(
                file.name,
                f"ページが多すぎます（{pages}ページ）。",
                f"{MOST_PAGES}ページまでに分けて取り込んでください。",
            )
        texts = list(_pages(file, document))
        metadata = _metadata(document)
        left_out = tuple(attached(document))
    finally:
        document.close()
    unread = [number for number, text in enumerate(texts, 1) if text.needs_ocr]
    if not any(text.parts for text in texts):
        raise _nothing(file, shows_something=bool(unread), holds_files=bool(left_out))
    return Extraction(
        tuple(_blocks(texts)),
        MEDIA_TYPE,
        pages=pages,
        metadata=metadata,
        warnings=(*_warnings(unread, pages), *_cut(texts), *left_out),
    )


def _opened(file: File) -> PdfDocument:
    try:
        document = PdfDocument(file.path)
    except PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise ExtractionError(
                file.name,
                "パスワードで保護されたPDFです。",
                "パスワードを外して保存し直し、もう一度取り込んでください。",
            ) from error
        raise refusal("damaged_pdf", file) from error
    if (reason := unsupported(document)) is not None:
        raise ExtractionError(file.name, *reason)
    return document


def _pages(file: File, document: PdfDocument) -> Iterator[PageText]:
    for number in range(len(document)):
        try:
            page = page_at(document, number)
        except PdfiumError as error:
            raise refusal("damaged_pdf", file) from error
        yield page_text(page)
        page.close()


def _nothing(file: File, *, shows_something: bool, holds_files: bool) -> ExtractionError:
    if holds_files:
        return ExtractionError(
            file.name,
            "ほかのファイルを添付しただけのPDF（PDFポートフォリオなど）です。",
            "添付されたファイルを取り出して、1つずつ取り込んでください。",
        )
    if shows_something:
        return ExtractionError(
            file.name, "文字を読み取れません。画像だけのPDFか、文字の情報のないフォントを使ったPDFです。", _OCR
        )
    return ExtractionError(file.name, "PDFに何も書かれていません。", "中身のあるファイルかどうかを確かめてください。")


def _warnings(unread: Sequence[int], pages: int) -> Iterator[str]:
    if unread:
        numbers = "、".join(map(str, unread[:20])) + ("…" if len(unread) > 20 else "")
        yield f"{pages}ページのうち{numbers}ページは文字を読み取れないため、検索できません。{_OCR}"


def _cut(texts: Sequence[PageText]) -> Iterator[str]:
    cut = [str(number) for number, text in enumerate(texts, 1) if text.is_cut]
    if cut:
        yield f"文字が多すぎるため、{'、'.join(cut[:20])}ページは途中までを取り込みました。"


def _metadata(document: PdfDocument) -> Mapping[str, str]:
    given = document.get_metadata_dict(skip_empty=True)
    created = _DATE.match(given.get("CreationDate", ""))
    found = {
        "title": _title(given.get("Title", "").strip()),
        "author": given.get("Author", ""),
        "created": "-".join(part for part in created.groups()[:3] if part) if created else "",
    }
    return {name: value for name, value in found.items() if value.strip() and value.lower() not in _NOBODY}


def _title(given: str) -> str:
    printed = _PRINTED.fullmatch(given)
    return printed[1] if printed else given


# ------------------------------------------------------------------------------------------------ blocks


def _blocks(texts: Sequence[PageText]) -> Iterator[Block]:
    furniture = _furniture(texts)
    level = _levels(texts, furniture)
    asides = count(1)
    for number, text in enumerate(texts, 1):
        numbers: dict[int, int] = {}
        for part in text.parts:
            if part.box and part.box not in numbers:
                numbers[part.box] = next(asides)
            aside = numbers.get(part.box, 0)
            if isinstance(part, Row):
                yield Block("\t".join(part.cells), kind="table", page=number, bbox=part.bbox, aside=aside)
            else:
                yield _line(part, number, aside, id(part) in furniture, level(part))


def _line(line: Line, page: int, aside: int, is_furniture: bool, level: int) -> Block:
    run = line.run
    if is_furniture:
        return Block(run.text, kind="furniture", page=page)
    kind: BlockKind = "heading" if level else "line"
    return Block(run.text, kind, level, page, round(run.size, 2), run.bbox, run.vertical, aside)


def _furniture(texts: Sequence[PageText]) -> frozenset[int]:
    """Page numbers and running heads (repeated but for their figures, or the newsletter's name), by line identity."""
    outer = [
        (line, re.sub(r"[0-9０-９]+", "#", line.run.text), round(line.run.bbox.top / 4), page)
        for page, text in enumerate(texts)
        for line in text.parts
        if isinstance(line, Line) and _in_margin(line.run.bbox, text.height)
    ]
    repeated = Counter((text, place) for _, text, place, _ in outer)
    name = _name(texts[0])
    return frozenset(
        id(line)
        for line, text, place, page in outer
        if repeated[text, place] > 1
        or _PAGE_NUMBER.fullmatch(line.run.text.strip())
        or (page > 0 and name and name in _letters(line.run.text))
    )


def _name(first: PageText) -> str:
    """What stands in the largest type at the top of the first page."""
    top = [part for part in first.parts if isinstance(part, Line) and part.run.bbox.bottom < first.height / 5]
    name = max(top, key=lambda line: line.run.size, default=None)
    return _letters(name.run.text) if name else ""


def _letters(text: str) -> str:
    return "".join(text.split())


def _in_margin(box: BBox, height: float) -> bool:
    return box.bottom < _MARGIN * height or box.top > (1 - _MARGIN) * height


def _levels(texts: Sequence[PageText], furniture: frozenset[int]) -> Callable[[Part], int]:
    """How deep a heading each line is by its type size: 0 for text, 1 for the largest size of headings."""
    parts = [part for text in texts for part in text.parts if id(part) not in furniture]
    body = _body_size(parts)
    large = [part for part in parts if isinstance(part, Line) and not part.box and _is_large(part, body)]
    steps = _steps([part.run.size for part in large])
    masthead = _masthead(parts, large, steps)
    steps = [step for step in steps if step != masthead]

    def level(part: Part) -> int:
        if not isinstance(part, Line) or not _is_large(part, body) or _step(part, masthead):
            return 0
        return next((n for n, step in enumerate(steps[:_LEVELS], 1) if part.run.size > step / _SAME_SIZE), _LEVELS)

    return level


def _step(line: Line, size: float) -> bool:
    return size > 0 and size / _SAME_SIZE < line.run.size < size * _SAME_SIZE


def _body_size(parts: Sequence[Part]) -> float:
    """The size in which most characters of the document are set."""
    sizes = Counter(round(glyph.size * 2) / 2 for glyph in characters(parts))
    return max(sizes, key=lambda size: sizes[size], default=0.0)


def _is_large(line: Line, body: float) -> bool:
    text = line.run.text.strip()
    return line.run.size >= _LARGER * body and len(text) <= _LONGEST_HEADING and any(map(str.isalnum, text))


def _steps(sizes: Sequence[float]) -> list[float]:
    """The distinct sizes, the largest first."""
    steps: list[float] = []
    for size in sorted(sizes, reverse=True):
        if not steps or size * _SAME_SIZE < steps[-1]:
            steps.append(size)
    return steps


def _masthead(parts: Sequence[Part], large: Sequence[Line], steps: Sequence[float]) -> float:
    """The size of the newsletter's name: the largest, used once, before any other heading; 0.0 if there is none."""
    if len(steps) < 2 or not large:
        return 0.0
    own = [line for line in large if _step(line, steps[0])]
    first = next((part for part in parts if isinstance(part, Line)), None)
    opens = large[0] is own[0] and first is not None and parts.index(own[0]) <= 6
    return steps[0] if len(own) == 1 and opens else 0.0
