"""PowerPoint (pptx): a slide is a page, its title a heading; notes follow the slide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.opc.constants import CONTENT_TYPE
from pptx.opc.package import PartFactory
from pptx.package import Package
from pptx.parts.presentation import PresentationPart

from kb import Block, Extraction, File
from kb_formats import archive
from kb_formats.ooxml import DAMAGE, charted, chosen, diagram_parts, drawn, metadata
from kb_formats.refusals import damaged

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

#: Macro-enabled shows and templates, which python-pptx does not take for presentations.
_MORE = tuple(f"application/vnd.ms-powerpoint.{kind}.macroEnabled.main+xml" for kind in ("slideshow", "template"))
PartFactory.part_type_for.update(dict.fromkeys((*_MORE, CONTENT_TYPE.PML_TEMPLATE_MAIN), PresentationPart))

#: Shapes whose tops differ by less than this (a quarter of an inch, in EMU) stand side by side.
_SAME_ROW = 228_600
#: The most characters of the line that stands for a missing title.
_LONGEST_TITLE = 40
_RUNNING = frozenset({PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.HEADER, PP_PLACEHOLDER.SLIDE_NUMBER})
_ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"


def extract(file: File) -> Extraction:
    """The text of all slides that are shown, in the order of reading: from top to bottom, from left to right.

    Raises:
        ExtractionError: it is damaged or a bomb.

    """
    archive.check(file)
    try:
        package = Package.open(str(file.path))
        slides = list(package.main_document_part.presentation.slides)
        shown = [(number, slide) for number, slide in enumerate(slides, 1) if slide.element.get("show") not in _NO]
        blocks = tuple(block for number, slide in shown for block in _slide(slide, number))
        properties = metadata(package.core_properties)
    except DAMAGE as error:
        raise damaged(file) from error
    hidden = len(slides) - len(shown)
    warnings = (f"非表示のスライド{hidden}枚は取り込みませんでした。",) if hidden else ()
    return Extraction(blocks, MEDIA_TYPE, pages=len(slides), metadata=properties, warnings=warnings)


_NO = frozenset({"0", "false"})


def _slide(slide: Any, number: int) -> Iterator[Block]:
    _take_first_alternatives(slide.element)
    title = slide.shapes.title
    heading = " ".join(title.text_frame.text.split()) if title is not None else ""
    others = [shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id]
    body = [block for shape in _in_order(others) for block in _shape(shape, number)]
    if not heading and body and _is_title(body[0]):
        heading = body.pop(0).text
    if heading:
        yield Block(heading, kind="heading", level=1, page=number)
    yield from body
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None:
        yield from _paragraphs(frame, number)


def _take_first_alternatives(element: Any) -> None:
    """Put shapes that are there in several versions where python-pptx looks for shapes; it passes over them."""
    for alternatives in list(element.iter(_ALTERNATIVES)):
        for child in chosen([alternatives]):
            alternatives.addprevious(child)
        alternatives.getparent().remove(alternatives)


def _is_title(block: Block) -> bool:
    return block.kind == "paragraph" and len(block.text) <= _LONGEST_TITLE and "\n" not in block.text


def _in_order(shapes: Iterable[Any]) -> list[Any]:
    return sorted(shapes, key=lambda shape: ((shape.top or 0) // _SAME_ROW, shape.left or 0))


def _shape(shape: Any, number: int) -> Iterator[Block]:
    if hasattr(shape, "shapes"):
        for inner in _in_order(shape.shapes):
            yield from _shape(inner, number)
    elif getattr(shape, "has_table", False):
        yield from _rows(shape.table, number)
    elif getattr(shape, "has_text_frame", False):
        running = shape.is_placeholder and shape.placeholder_format.type in _RUNNING
        yield from _paragraphs(shape.text_frame, number, furniture=running)
    else:
        for tree in diagram_parts(shape.element, shape.part):
            yield from (Block(text, page=number) for text in drawn(tree))
        yield from (Block(text, page=number) for text in charted(shape.element, shape.part))


def _rows(table: Any, number: int) -> Iterator[Block]:
    for row in table.rows:
        cells = ["" if cell.is_spanned else " ".join(cell.text_frame.text.split()) for cell in row.cells]
        if any(cells):
            yield Block("\t".join(cells), kind="table", page=number)


def _paragraphs(frame: Any, number: int, *, furniture: bool = False) -> Iterator[Block]:
    for paragraph in frame.paragraphs:
        # A vertical tab is how python-pptx gives a line break within a paragraph.
        text = paragraph.text.replace("\v", "\n").strip()
        if text:
            yield Block(text, kind="furniture" if furniture else "paragraph", page=number)
