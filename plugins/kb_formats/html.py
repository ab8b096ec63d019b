"""Web pages. Bytes are decoded here and not by the HTML parser, which believes any declared encoding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from kb import Block, Extraction, File
from kb_formats.text import decoded_text

#: Bytes in which a page declares its encoding (WHATWG HTML, "prescan": the first 1,024).
_DECLARED = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_PRESCAN = 1_024

#: What is no text, what is furniture, and what begins and ends a block.
_NO_TEXT = frozenset({"script", "style", "noscript", "template", "rt", "rp", "svg", "math", "iframe", "select", "head"})
_FURNITURE = frozenset({"nav", "footer", "header"})
_INLINE = frozenset(
    """a abbr b bdi bdo cite code data del dfn em font i ins kbd label mark q ruby rb s samp small span strong sub sup
    time tt u var wbr""".split()  # noqa: SIM905 - read as prose
)
_HEADING = re.compile(r"h([1-6])")


def extract(file: File) -> Extraction:
    """Headings, paragraphs, list items and tables of a page; ruby as its base text only.

    Raises:
        ExtractionError: it is in no encoding of Japanese text.

    """
    declared = _DECLARED.search(file.head(_PRESCAN))
    decoded = decoded_text(file, declared[1].decode("ascii") if declared else "")
    return Extraction(
        tuple(blocks_of(decoded.text)), "text/html", metadata={"charset": decoded.charset, **_title(decoded.text)}
    )


def blocks_of(source: str) -> Iterator[Block]:
    """The blocks of a page that has been decoded."""
    body = LexborHTMLParser(source).body
    reading = _Reading()
    if body is not None:
        _read(body, reading)
        reading.close()
    # Without headings of its own, a page's paragraphs are lines whose marks (■ …) decide.
    structured = any(block.kind == "heading" for block in reading.blocks)
    for block in reading.blocks:
        yield block if structured or block.kind != "paragraph" else Block(block.text, kind="line")


def _title(source: str) -> dict[str, str]:
    node = LexborHTMLParser(source).css_first("title")
    title = " ".join(node.text().split()) if node else ""
    return {"title": title} if title else {}


@dataclass
class _Reading:
    """The blocks so far and the one that is being read; lives no longer than one call of ``blocks_of``."""

    blocks: list[Block] = field(default_factory=list)
    text: str = ""
    kind: str = "paragraph"
    level: int = 0
    furniture: int = 0

    def close(self) -> None:
        """End the present block."""
        lines = [" ".join(line.split()) for line in self.text.split("\n")]
        text = "\n".join(line for line in lines if line)
        if text and self.furniture:
            self.blocks.append(Block(text, kind="furniture"))
        elif text and self.kind == "heading":
            self.blocks.append(Block(text.replace("\n", " "), kind="heading", level=self.level))
        elif text:
            self.blocks.append(Block(f"・{text}", kind="list") if self.kind == "list" else Block(text))
        self.text, self.kind, self.level = "", "paragraph", 0


def _read(parent: LexborNode, reading: _Reading) -> None:
    for node in parent.iter(include_text=True):
        tag = node.tag or ""
        if tag == "-text":
            reading.text += re.sub(r"\s+", " ", node.text_content or "")
        elif tag == "br":
            reading.text += "\n"
        elif tag in _INLINE:
            _read(node, reading)
        elif tag not in _NO_TEXT and "hidden" not in node.attributes:
            _block(node, tag, reading)


def _block(node: LexborNode, tag: str, reading: _Reading) -> None:
    reading.close()
    if tag == "table" and not node.css_first("table table"):
        reading.blocks += _rows(node)
        return
    reading.furniture += tag in _FURNITURE
    if heading := _HEADING.fullmatch(tag):
        reading.kind, reading.level = "heading", int(heading[1])
    elif tag == "li":
        reading.kind = "list"
    _read(node, reading)
    reading.close()
    reading.furniture -= tag in _FURNITURE


def _rows(table: LexborNode) -> Iterator[Block]:
    for row in table.css("tr"):
        cells = [_cell(cell) for cell in row.iter() if cell.tag in {"td", "th"}]
        if any(cells):
            yield Block("\t".join(cells), kind="table" if len(cells) > 1 else "paragraph")


def _cell(cell: LexborNode) -> str:
    inner = _Reading()
    _read(cell, inner)
    inner.close()
    return " ".join(" ".join(block.text.split()) for block in inner.blocks)
