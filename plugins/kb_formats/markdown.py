"""Markdown, by way of its HTML."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

from kb import Extraction, File
from kb_formats.html import blocks_of
from kb_formats.text import decoded_text

#: ``title: …`` between two rows of --- at the beginning, as static site generators have it.
_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_FIELD = re.compile(r"^(title|author|date):\s*[\"']?(.*?)[\"']?\s*$", re.MULTILINE)
_NAMES = {"date": "created"}


def extract(file: File) -> Extraction:
    """Headings, paragraphs, list items and tables.

    Raises:
        ExtractionError: it is in no encoding of Japanese text.

    """
    decoded = decoded_text(file)
    source = decoded.text.replace("\r\n", "\n")
    front = _FRONT_MATTER.match(source)
    found = {_NAMES.get(name, name): value for name, value in _FIELD.findall(front[1])} if front else {}
    # Raw HTML stays text: a plug for tricks, and what somebody typed in angle brackets is not lost.
    page = MarkdownIt("commonmark", {"html": False}).enable("table").render(source[front.end() if front else 0 :])
    return Extraction(tuple(blocks_of(page)), "text/markdown", metadata={"charset": decoded.charset, **found})
