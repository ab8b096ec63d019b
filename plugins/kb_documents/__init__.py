"""General material (一般資料): whatever no other content type claims, split at its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from kb import AccessClass, ContentType, Description, Document, Extraction, File, Section, hookimpl, outline

_LEAST = 0.01
"""The claim on any file: more than nothing, less than any content type that recognises it."""

_PAGED = re.compile("presentation|powerpoint|spreadsheet|excel", re.IGNORECASE)
#: What office programs write into the title field when nobody does.
_NO_TITLE = re.compile(
    r"(Microsoft (Word|PowerPoint|Excel)|PowerPoint|無題|名称未設定|untitled)|(文書|Document)\s*[0-9]*$|.*\.\w{3,4}$",
    re.IGNORECASE,
)


def split(_document: Document, extraction: Extraction) -> Iterator[Section]:
    """One section per heading; of slides and sheets at least one per page; a text without headings is one section."""
    if not _PAGED.search(extraction.media_type):
        yield from outline(extraction.blocks)
        return
    for _, page in groupby(extraction.blocks, key=lambda block: block.page):
        yield from outline(page)


def describe(file: File, extraction: Extraction) -> Description:
    """The title that the file gives itself, unless an office program made it up; else the file's name."""
    title = extraction.metadata.get("title", "").strip()
    return Description(title=file.stem if not title or _NO_TITLE.match(title) else title)


def claim_as_last_resort(_file: File, _extraction: Extraction) -> float:
    """Take whatever nobody else wants."""
    return _LEAST


@hookimpl
def kb_content_types() -> list[ContentType]:
    """The content type ``document``."""
    return [
        ContentType(
            "document",
            "一般資料",
            folder="documents",
            access=AccessClass.MEMBERS,
            split=split,
            describe=describe,
            claims=claim_as_last_resort,
        )
    ]
