"""Word (docx). The XML is walked: python-docx's ``.text`` drops ruby base text and text boxes."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from lxml.etree import LxmlError

from kb import Block, Extraction, File
from kb_formats import archive
from kb_formats.ooxml import metadata
from kb_formats.refusals import damaged

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

#: Inside a paragraph: what stands for characters, what is passed over, and what is looked into.
_SIGNS = {f"{_W}tab": "\t", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_SKIPPED = frozenset(
    _W + name
    for name in (
        "del",
        "moveFrom",
        "rt",
        "instrText",
        "delText",
        "rPr",
        "pPr",
        "fldData",
        "footnoteRef",
        "annotationRef",
    )
)
_HEADING_NAME = re.compile(r"(?:heading|見出し)\s*([1-9])", re.IGNORECASE)
_TITLE_NAMES = frozenset({"title", "表題"})


def extract(file: File) -> Extraction:
    """Headings, paragraphs, list items, tables, and text boxes as side boxes.

    Without any heading style, paragraphs are ``line`` blocks: the marks in their text decide (■ …).

    Raises:
        ExtractionError: it is damaged or a bomb.

    """
    archive.check(file)
    try:
        document = docx.Document(str(file.path))
        walk = _Walk(_Styles(document))
        walk.blocks_of(document.element.body)
        walk.notes(document)
        furniture = tuple(_running_heads(document))
    except (PackageNotFoundError, LxmlError, zipfile.BadZipFile, KeyError, ValueError, AttributeError) as error:
        raise damaged(file) from error
    blocks = (*_as_lines(walk.blocks), *furniture)
    pages = walk.page if walk.page > 1 else None
    return Extraction(blocks, MEDIA_TYPE, pages=pages, metadata=metadata(document.core_properties))


def _as_lines(blocks: Iterable[Block]) -> Iterator[Block]:
    blocks = list(blocks)
    if any(block.kind == "heading" for block in blocks):
        yield from (block for block in blocks if block.text.strip())
        return
    for block in blocks:
        yield Block(block.text, kind="line", page=block.page, aside=block.aside) if block.kind == "paragraph" else block


def _running_heads(document: Any) -> Iterator[Block]:
    for section in document.sections:
        for part in (section.header, section.footer):
            text = "\n".join(paragraph.text for paragraph in part.paragraphs if paragraph.text.strip())
            if text and not part.is_linked_to_previous:
                yield Block(text, kind="furniture")


class _Styles:
    """How deep a heading each paragraph style makes, and which numbering it has."""

    def __init__(self, document: Any) -> None:
        self._by_id = {style.style_id: style for style in document.styles if style.type == 1}

    def level(self, paragraph: Any) -> int:
        """1 to 9 for a heading, 0 for text."""
        direct = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
        if direct is not None:
            return _outline(direct)
        style = self._by_id.get(_attribute(paragraph.find(f"{_W}pPr/{_W}pStyle")))
        while style is not None:
            found = style.element.find(f"{_W}pPr/{_W}outlineLvl")
            if found is not None:
                return _outline(found)
            name = style.name or ""
            if named := _HEADING_NAME.fullmatch(name.strip()):
                return int(named[1])
            if name.strip().lower() in _TITLE_NAMES:
                return 1
            style = style.base_style
        return 0


def _attribute(element: Any) -> str:
    return element.get(f"{_W}val", "") if element is not None else ""


def _outline(element: Any) -> int:
    """``outlineLvl`` counts from 0; 9 is body text (ECMA-376, 17.3.1.20)."""
    value = _attribute(element)
    return int(value) + 1 if value.isdigit() and int(value) < 9 else 0


@dataclass
class _Walk:
    """One pass over a document; lives no longer than one call of ``extract``."""

    styles: _Styles
    blocks: list[Block] = field(default_factory=list)
    page: int = 1
    asides: int = 0
    aside: int = 0

    def blocks_of(self, parent: Any) -> None:
        """Everything in a body, a cell, a text box or a content control, in order."""
        for element in _children(parent):
            if element.tag == f"{_W}p":
                self._paragraph(element)
            elif element.tag == f"{_W}tbl":
                self._table(element)
            elif element.tag not in _SKIPPED:
                self.blocks_of(element)

    def notes(self, document: Any) -> None:
        """Footnotes and endnotes, after the text."""
        for relation in document.part.rels.values():
            if not relation.is_external and relation.reltype.endswith(("/footnotes", "/endnotes")):
                self.blocks_of(_parsed(relation.target_part.blob))

    def _paragraph(self, element: Any) -> None:
        boxes: list[Any] = []
        began = self.page
        text = "".join(self._text(element, boxes))
        level = self.styles.level(element)
        listed = element.find(f"{_W}pPr/{_W}numPr") is not None
        block = Block(text, page=began, aside=self.aside)
        if level and text.strip():
            block = replace(block, kind="heading", level=level, text=re.sub(r"[\n\t]+", " ", text).strip())
        elif listed and text.strip():
            block = replace(block, kind="list", text=f"・{text}")
        self.blocks.append(block)
        for box in boxes:
            self._box(box)

    def _text(self, parent: Any, boxes: list[Any]) -> Iterator[str]:
        for element in _children(parent):
            tag = element.tag
            if tag == f"{_W}t":
                yield element.text or ""
            elif tag in _SIGNS:
                yield _SIGNS[tag]
            elif tag == f"{_W}br":
                yield self._break(element)
            elif tag == f"{_W}lastRenderedPageBreak":
                self.page += 1
            elif tag == f"{_W}txbxContent":
                boxes.append(element)
            elif tag not in _SKIPPED and not (tag == f"{_W}r" and _is_hidden(element)):
                yield from self._text(element, boxes)

    def _break(self, element: Any) -> str:
        # A page break that Word has laid out is followed by a lastRenderedPageBreak, which counts.
        return "" if element.get(f"{_W}type") in {"page", "column"} else "\n"

    def _box(self, content: Any) -> None:
        """A text box: a side box of its own, unless it lies in another."""
        outer = self.aside
        if not outer:
            self.asides += 1
            self.aside = self.asides
        self.blocks_of(content)
        self.aside = outer

    def _table(self, table: Any) -> None:
        rows = [[self._cell(cell) for cell in _cells(row)] for row in table.iter(f"{_W}tr") if _of(row, table)]
        if rows and all(len(row) == 1 for row in rows):
            self._framed(table)  # a table of one column is a frame around text
            return
        for row in rows:
            if any(cell.strip() for cell in row):
                self.blocks.append(Block("\t".join(row), kind="table", page=self.page, aside=self.aside))

    def _framed(self, table: Any) -> None:
        for row in table.iter(f"{_W}tr"):
            if _of(row, table):
                for cell in _cells(row):
                    self._box(cell)

    def _cell(self, cell: Any) -> str:
        inner = _Walk(self.styles, page=self.page)
        inner.blocks_of(cell)
        return " ".join(" ".join(block.text.split()) for block in inner.blocks if block.text.strip())


def _children(parent: Any) -> Iterator[Any]:
    """Child elements; of alternative contents (a box as drawing and as VML) only the first."""
    for child in parent:
        if child.tag == f"{_MC}AlternateContent":
            choice = child.find(f"{_MC}Choice")
            yield from _children(choice if choice is not None else child)
        elif isinstance(child.tag, str):
            yield child


def _of(row: Any, table: Any) -> bool:
    """Whether a row belongs to this table and not to one inside it."""
    return next(row.iterancestors(f"{_W}tbl")) is table


def _cells(row: Any) -> Iterator[Any]:
    """The cells of a row but those that a cell above extends over."""
    for cell in row.iter(f"{_W}tc"):
        if next(cell.iterancestors(f"{_W}tr")) is not row:
            continue
        merged = cell.find(f"{_W}tcPr/{_W}vMerge")
        if merged is None or merged.get(f"{_W}val") == "restart":
            yield cell


def _is_hidden(run: Any) -> bool:
    vanish = run.find(f"{_W}rPr/{_W}vanish")
    return vanish is not None and vanish.get(f"{_W}val", "true") not in {"0", "false"}


def _parsed(blob: bytes) -> Any:
    from docx.oxml.parser import parse_xml  # noqa: PLC0415 - with python-docx's own hardened parser

    return parse_xml(blob)
