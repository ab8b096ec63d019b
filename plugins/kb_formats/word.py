"""Word (docx). The XML is walked: python-docx's ``.text`` drops ruby base text and text boxes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from docx.package import Package

from kb import Block, Extraction, File
from kb_formats import archive
from kb_formats.dangling import without_dangling
from kb_formats.ooxml import DAMAGE, charted, chosen, diagram_parts, drawn, metadata, parsed
from kb_formats.refusals import damaged
from kb_formats.word_fields import Fields, symbol
from kb_formats.word_numbering import Numbering, W, numbering_of, value_of
from kb_formats.word_styles import Styles, is_on

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_VML = "{urn:schemas-microsoft-com:vml}"

#: Inside a paragraph: what stands for characters, and what is passed over.
_SIGNS = {f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
_SKIPPED = frozenset(
    W + name for name in ("del", "moveFrom", "rt", "delText", "rPr", "pPr", "fldData", "footnoteRef", "annotationRef")
)

#: A cell with more characters than this is part of a page's layout, and no entry of a table.
_LONGEST_CELL = 300
#: A mark before a paragraph that no space follows.
_CLOSE_MARK = re.compile("[・①-⒛）)〕】]")
_PAGE_NUMBER = re.compile(r"[\s\d／/\-－―ー]*")


def extract(file: File) -> Extraction:
    """Headings, paragraphs, list items, tables, and text boxes as side boxes.

    Without any heading style, paragraphs are ``line`` blocks: the marks in their text decide (■ …).

    Raises:
        ExtractionError: it is damaged or a bomb.

    """
    archive.check(file)
    try:
        package = _opened(file)
        part = package.main_document_part
        walk = _walked(part)
        furniture = tuple(_running_heads(part))
        properties = metadata(package.core_properties)
    except DAMAGE as error:
        raise damaged(file) from error
    blocks = (*_as_lines(walk.blocks), *furniture)
    pages = walk.page if walk.page > 1 else None
    return Extraction(blocks, MEDIA_TYPE, pages=pages, metadata=properties, warnings=tuple(_warnings(walk)))


def _warnings(walk: _Walk) -> Iterator[str]:
    if walk.foreign:
        yield f"文書に差し込まれた別の文書{walk.foreign}個は取り込みませんでした。"


def _opened(file: File) -> Package:
    try:
        return Package.open(str(file.path))
    except KeyError:  # python-docx looks for every part that is referred to
        return Package.open(without_dangling(file.path))


def _walked(part: Any) -> _Walk:
    styles, numbering = _related(part, "/styles"), _related(part, "/numbering")
    notes = {
        (kind, note.get(f"{W}id")): note
        for kind in ("footnote", "endnote")
        for root in _related(part, f"/{kind}s")
        for note in root.findall(f"{W}{kind}")
    }
    body = _tree(part)
    walk = _Walk(part, Styles(next(styles, None)), numbering_of(next(numbering, None)), notes, _section_breaks(body))
    walk.blocks_of(body)
    return walk


def _related(part: Any, kind: str) -> Iterator[Any]:
    """The trees of the parts to which a part has relations of one kind."""
    for relation in part.rels.values():
        if relation.reltype.endswith(kind) and not relation.is_external:
            yield _tree(relation.target_part)


def _tree(part: Any) -> Any:
    """A part's tree; python-docx has one only for the parts that it knows."""
    return part.element if hasattr(part, "element") else parsed(part.blob)


def _section_breaks(body: Any) -> list[bool]:
    """For each section after the first, whether it begins a page: each says so of itself (ECMA-376, 17.18.77)."""
    kinds = [value_of(section.find(f"{W}type"), "nextPage") for section in body.iter(f"{W}sectPr")]
    return [kind in {"nextPage", "oddPage", "evenPage"} for kind in kinds[1:]]


def _as_lines(blocks: Iterable[Block]) -> Iterator[Block]:
    blocks = list(blocks)
    if any(block.kind == "heading" for block in blocks):
        yield from (block for block in blocks if block.text.strip())
        return
    for block in blocks:
        yield Block(block.text, kind="line", page=block.page, aside=block.aside) if block.kind == "paragraph" else block


def _running_heads(part: Any) -> Iterator[Block]:
    found = [_plain(root) for kind in ("/header", "/footer") for root in _related(part, kind)]
    for text in dict.fromkeys(found):
        if not _PAGE_NUMBER.fullmatch(text):
            yield Block(text, kind="furniture")


def _plain(root: Any) -> str:
    walk = _Walk(None, Styles(None), Numbering(), {}, [])
    walk.blocks_of(root)
    return "\n".join(block.text for block in walk.blocks if block.text.strip())


@dataclass
class _Anchored:
    """What hangs on a paragraph and comes after it."""

    boxes: list[Any] = field(default_factory=list)
    drawings: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class _Walk:
    """One pass over a document; lives no longer than one call of ``extract``."""

    part: Any
    styles: Styles
    numbering: Numbering
    notes: dict[tuple[str, str], Any]
    section_breaks: list[bool]
    blocks: list[Block] = field(default_factory=list)
    fields: Fields = field(default_factory=Fields)
    page: int = 1
    turned: bool = False
    """True from a page break that somebody typed to the first text after it."""
    asides: int = 0
    aside: int = 0
    noted: int = 0
    foreign: int = 0
    """Other documents that are put in whole (``altChunk``), in whatever format."""

    def blocks_of(self, parent: Any) -> None:
        """Everything in a body, a cell, a text box or a content control, in order."""
        for element in chosen(parent):
            if element.tag == f"{W}p":
                self._paragraph(element)
            elif element.tag == f"{W}tbl":
                self._table(element)
            elif element.tag == f"{W}altChunk":
                self.foreign += 1
            elif element.tag not in _SKIPPED and not _asks(element):
                self.blocks_of(element)

    # ------------------------------------------------------------------------------------------------- paragraphs

    def _paragraph(self, element: Any) -> None:
        if self.blocks and self.styles.begins_page(element):
            self._turn()
        anchored = _Anchored()
        text, page = self._text_and_page(element, anchored)
        self.blocks.append(self._block(element, text, page))
        for note in anchored.notes:
            self._note(note)
        if anchored.drawings:
            self._open_box(partial(self._lines, anchored.drawings))
        for box in anchored.boxes:
            self._open_box(partial(self.blocks_of, box))
        if element.find(f"{W}pPr/{W}sectPr") is not None and self.section_breaks and self.section_breaks.pop(0):
            self._turn()

    def _block(self, element: Any, text: str, page: int) -> Block:
        level = self.styles.level(element)
        if not text.strip():
            return Block(text, page=page, aside=self.aside)
        if self.styles.is_of_contents(element):
            return Block(text, kind="furniture", page=page)
        mark = self.styles.mark(element, self.numbering)
        marked = f"{mark}{'' if not mark or _CLOSE_MARK.match(mark[-1]) else ' '}{text}"
        if level:
            shown = re.sub(r"[\n\t]+", " ", text if mark == "・" else marked).strip()
            return Block(shown, kind="heading", level=level, page=page, aside=self.aside)
        return Block(marked, kind="list" if mark else "paragraph", page=page, aside=self.aside)

    def _text_and_page(self, element: Any, anchored: _Anchored) -> tuple[str, int]:
        """The text of a paragraph and the page on which it begins."""
        text, page = "", self.page
        for piece in self._text(element, anchored):
            if piece.strip():
                page = page if text.strip() else self.page
                self.turned = False
            text += piece
        return text, page

    def _text(self, parent: Any, anchored: _Anchored) -> Iterator[str]:
        for element in chosen(parent):
            match element.tag.removeprefix(W):
                case "t":
                    yield "" if self.fields.is_within_instruction else element.text or ""
                case "br":
                    yield self._break(element)
                case "lastRenderedPageBreak":
                    self._laid_out()
                case "sym":
                    yield symbol(element)
                case "fldChar":
                    yield self.fields.turn(element)
                case "instrText":
                    self.fields.add(element.text or "")
                case "txbxContent":
                    anchored.boxes.append(element)
                case "footnoteReference" | "endnoteReference":
                    anchored.notes.append(
                        (element.tag.removeprefix(W).removesuffix("Reference"), element.get(f"{W}id"))
                    )
                case _:
                    yield from self._other(element, anchored)

    def _other(self, element: Any, anchored: _Anchored) -> Iterator[str]:
        tag = element.tag
        if tag in _SIGNS:
            yield _SIGNS[tag]
        elif tag == f"{_M}t":
            yield element.text or ""
        elif tag == f"{_VML}textpath":  # WordArt of old files: often the newsletter's name
            anchored.drawings.append(element.get("string", ""))
        elif tag == f"{_DIAGRAM}relIds" and self.part is not None:
            anchored.drawings += [line for tree in diagram_parts(element, self.part) for line in drawn(tree)]
        elif tag == f"{_CHART}chart" and self.part is not None:
            anchored.drawings += charted(element.getparent(), self.part)
        elif tag not in _SKIPPED and not _asks(element) and not is_on(element.find(f"{W}rPr/{W}vanish")):
            yield from self._text(element, anchored)

    def _note(self, key: tuple[str, str]) -> None:
        """A footnote, after the paragraph that refers to it: it belongs to the same article."""
        if key in self.notes:
            self.noted += 1
            text = self._flat(self.notes[key])
            self.blocks.append(Block(f"（注{self.noted}）{text}", kind="list", page=self.page, aside=self.aside))

    # ------------------------------------------------------------------------------------------------------ pages

    def _break(self, element: Any) -> str:
        kind = element.get(f"{W}type")
        if kind == "page":
            self._turn()
        return "" if kind in {"page", "column"} else "\n"

    def _turn(self) -> None:
        """A page break that somebody asked for."""
        self.page += 1
        self.turned = True

    def _laid_out(self) -> None:
        """A page break that Word noted when it laid the text out; also where somebody asked for one."""
        if not self.turned:
            self.page += 1
        self.turned = False

    # ------------------------------------------------------------------------------------------- boxes and tables

    def _open_box(self, fill: Callable[[], None]) -> None:
        """A text box: a side box of its own, unless it lies in another."""
        outer = self.aside
        if not outer:
            self.asides += 1
            self.aside = self.asides
        fill()
        self.aside = outer

    def _lines(self, lines: list[str]) -> None:
        self.blocks += [Block(line, page=self.page, aside=self.aside) for line in lines if line.strip()]

    def _table(self, table: Any) -> None:
        rows = [list(_cells(row)) for row in table.iter(f"{W}tr") if _of(row, table)]
        if all(len(row) == 1 for row in rows):
            self._frame(rows)
        elif any(self._is_layout(cell) for row in rows for cell in row):
            for row in rows:
                for cell in row:
                    self.blocks_of(cell)
        else:
            for row in rows:
                self._row(row)

    def _row(self, row: list[Any]) -> None:
        page = self.page
        cells = ["" if _continues(cell) else self._flat(cell) for cell in row]
        if any(cells):
            self.blocks.append(Block("\t".join(cells), kind="table", page=page, aside=self.aside))

    def _frame(self, rows: list[list[Any]]) -> None:
        """A table of one column is a frame around text: a side box, or if it is long, a frame around the page."""
        for cell in (row[0] for row in rows):
            if self._is_layout(cell):
                self.blocks_of(cell)
            else:
                self._open_box(partial(self.blocks_of, cell))

    def _is_layout(self, cell: Any) -> bool:
        size = sum(len(text.text or "") for text in cell.iter(f"{W}t"))
        return size > _LONGEST_CELL or any(self.styles.level(paragraph) for paragraph in cell.iter(f"{W}p"))

    def _flat(self, parent: Any) -> str:
        """All text in a cell or a note, in one line; pages that begin in it count."""
        inner = _Walk(self.part, self.styles, self.numbering, {}, [], page=self.page, turned=self.turned)
        inner.blocks_of(parent)
        self.page, self.turned = inner.page, inner.turned
        return " ".join(" ".join(block.text.split()) for block in inner.blocks if block.text.strip())


def _asks(element: Any) -> bool:
    """Whether it is a form's field that nobody has filled in: ここをクリックして…."""
    return element.tag == f"{W}sdt" and is_on(element.find(f"{W}sdtPr/{W}showingPlcHdr"))


def _of(row: Any, table: Any) -> bool:
    """Whether a row belongs to this table and not to one inside it."""
    return next(row.iterancestors(f"{W}tbl")) is table


def _cells(row: Any) -> Iterator[Any]:
    for cell in row.iter(f"{W}tc"):
        if next(cell.iterancestors(f"{W}tr")) is row:
            yield cell


def _continues(cell: Any) -> bool:
    """Whether the cell above extends over this one."""
    merged = cell.find(f"{W}tcPr/{W}vMerge")
    return merged is not None and value_of(merged, "continue") == "continue"
