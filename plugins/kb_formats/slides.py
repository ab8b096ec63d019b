"""PowerPoint (pptx): a slide is a page, its title a heading; notes follow the slide."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import pptx
from lxml.etree import LxmlError
from pptx.exc import PackageNotFoundError, PythonPptxError

from kb import Block, Extraction, File
from kb_formats import archive
from kb_formats.ooxml import metadata
from kb_formats.refusals import damaged

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def extract(file: File) -> Extraction:
    """The text of all slides that are shown, in the order of reading: from top to bottom, from left to right.

    Raises:
        ExtractionError: it is damaged or a bomb.

    """
    archive.check(file)
    try:
        deck = pptx.Presentation(str(file.path))
        slides = [slide for slide in deck.slides if slide.element.get("show") != "0"]
        blocks = tuple(block for number, slide in enumerate(slides, 1) for block in _slide(slide, number))
    except (PackageNotFoundError, PythonPptxError, LxmlError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise damaged(file) from error
    return Extraction(blocks, MEDIA_TYPE, pages=len(slides), metadata=metadata(deck.core_properties))


def _slide(slide: Any, number: int) -> Iterator[Block]:
    title = slide.shapes.title
    if title is not None and title.text_frame.text.strip():
        yield Block(" ".join(title.text_frame.text.split()), kind="heading", level=1, page=number)
    for shape in _in_order(slide.shapes):
        if title is None or shape.shape_id != title.shape_id:
            yield from _shape(shape, number)
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None:
        yield from _paragraphs(frame, number)


def _in_order(shapes: Iterable[Any]) -> list[Any]:
    return sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0))


def _shape(shape: Any, number: int) -> Iterator[Block]:
    if hasattr(shape, "shapes"):
        for inner in _in_order(shape.shapes):
            yield from _shape(inner, number)
    elif getattr(shape, "has_table", False):
        for row in shape.table.rows:
            cells = [" ".join(cell.text_frame.text.split()) for cell in row.cells if not cell.is_spanned]
            if any(cells):
                yield Block("\t".join(cells), kind="table", page=number)
    elif getattr(shape, "has_text_frame", False):
        yield from _paragraphs(shape.text_frame, number)


def _paragraphs(frame: Any, number: int) -> Iterator[Block]:
    for paragraph in frame.paragraphs:
        # A vertical tab is how PowerPoint keeps a line break within a paragraph.
        text = "".join(run.text for run in paragraph.runs).replace("\v", "\n").strip()
        if text:
            yield Block(text, page=number)
