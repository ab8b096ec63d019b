"""Plain text: one block for each line; repair makes paragraphs of them."""

from __future__ import annotations

from collections.abc import Iterator

from kb import Block, Extraction, File
from kb_formats.charset import Decoded, decode
from kb_formats.refusals import refusal


def extract(file: File) -> Extraction:
    """Every line as it stands, blank ones and spaces at the ends too: they are marks for the repair.

    Raises:
        ExtractionError: it is in no encoding of Japanese text.

    """
    decoded = decoded_text(file)
    pages = decoded.text.split("\f")
    blocks = tuple(_lines(pages))
    count = len(pages) if len(pages) > 1 else None
    return Extraction(blocks, "text/plain", pages=count, metadata={"charset": decoded.charset})


def decoded_text(file: File, declared: str = "") -> Decoded:
    """The text of a file, in whatever encoding of Japanese it is.

    Raises:
        ExtractionError: it is in none.

    """
    decoded = decode(file.read(), declared)
    if decoded is None:
        raise refusal("binary", file)
    return decoded


def _lines(pages: list[str]) -> Iterator[Block]:
    for number, page in enumerate(pages, 1):
        # Not splitlines: it also cuts at separators that old programs leave inside a line.
        for line in page.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
            yield Block(line, kind="line", page=number if len(pages) > 1 else None)
