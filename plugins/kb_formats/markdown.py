"""Markdown, by way of its HTML."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

from kb import Extraction, File
from kb_formats import text
from kb_formats.html import blocks_of
from kb_formats.text import decoded_text

#: ``title: …`` between two rows of --- at the beginning, as static site generators have it.
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(title|author|date):[ \t]*[\"']?(.*?)[\"']?[ \t]*$", re.MULTILINE)
#: Marks of quotations and lists, more than anybody nests: markdown-it drops what lies deeper than it goes.
_TOO_DEEP = re.compile(r"^[ \t>*+-]{80,}[^ \t>*+\n-]", re.MULTILINE)
_DEEPEST = 200
_NAMES = {"date": "created"}


def extract(file: File) -> Extraction:
    """Headings, paragraphs, list items and tables.

    Raises:
        ExtractionError: it is in no encoding of Japanese text.

    """
    decoded = decoded_text(file)
    if _TOO_DEEP.search(decoded.text):
        return text.extract(file)
    source = decoded.text.replace("\r\n", "\n")
    front = _FRONT_MATTER.match(source)
    found = {_NAMES.get(name, name): value for name, value in _FIELD.findall(front[1])} if front else {}
    # Raw HTML (<br>, comments, <ruby>) is read like any other; nothing of it ever reaches a page.
    page = (
        MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable("table").render(source[front.end() if front else 0 :])
    )
    return Extraction(
        blocks_of(file, page),
        "text/markdown",
        metadata={"charset": decoded.charset, **{name: value for name, value in found.items() if value}},
        warnings=decoded.warnings,
    )
