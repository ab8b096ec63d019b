"""For tests of plugins and of the knowledge base itself: documents without files, and a library in a temporary folder.

Needs pytest. In a conftest.py, ``pytest_plugins = ["kb.testing"]`` brings the ``library`` fixture. ``check_plugin`` is
the conformance suite: ``assert check_plugin("kb_minutes", kb_minutes) == []``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from kb.config import load
from kb.ingest.intake import Outcome
from kb.kit.check import check_plugin
from kb.kit.subject import Complaint
from kb.library import Library
from kb.model import EVERYTHING, AccessClass, Block, Document, Extraction, Page, Section
from kb.plugins import Plugins
from kb.search.query import parse

__all__ = [
    "Complaint",
    "a_document",
    "a_section",
    "check_plugin",
    "extraction_of",
    "headings",
    "ingest_text",
    "library",
    "open_library",
    "search",
    "work_off",
]


def extraction_of(text: str, media_type: str = "text/plain") -> Extraction:
    """What an extractor gives for a text file: one block a line, blank lines included."""
    return Extraction(tuple(Block(line, kind="line") for line in text.split("\n")), media_type)


def a_document(**fields: object) -> Document:
    """A document with fields as given and plausible ones otherwise."""
    usual = {"id": "0123456789ab", "type": "newsletter", "title": "みどり県社協だより 第1号", "file_name": "だより.txt"}
    return Document(**{**usual, **fields})  # type: ignore[arg-type]


def a_section(text: str, heading: str = "見出し") -> Section:
    """A section of one paragraph."""
    return Section(heading, (Block(text),))


def open_library(
    home: Path, plugins: Plugins | None = None, *, extra: Mapping[str, object] | None = None, **settings: object
) -> Library:
    """A library in ``home`` with the installed plugins and the ``extra`` modules, or with exactly the given ones."""
    with_extra = Plugins.load(extra=extra) if extra else None
    return Library(load(home, environ={}, overrides=settings), plugins or with_extra)


def ingest_text(library: Library, name: str, text: str, content_type: str = "", access: str = "") -> Outcome:
    """Write a text file into the library's home, and take it in."""
    path = library.config.home / "files" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    (outcome,) = library.ingest_files([path], content_type, AccessClass(access) if access else None)
    return outcome


def work_off(library: Library) -> None:
    """Read and index all that has been accepted, as the worker beside a server does."""
    library.work_off()


def search(library: Library, words: str) -> Page:
    """The answer to what somebody types who may read everything."""
    return library.reader(EVERYTHING).search(parse(words))


def headings(page: Page) -> list[str]:
    """The labels of the sections found, best first."""
    return [hit.section.label for hit in page.hits]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library with all installed plugins."""
    with open_library(tmp_path) as opened:
        yield opened
