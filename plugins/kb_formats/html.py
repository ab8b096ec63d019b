"""Web pages. Bytes are decoded here and not by the HTML parser, which believes any declared encoding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from kb import Block, Extraction, ExtractionError, File
from kb_formats.text import decoded_text

#: Bytes in which a page declares its encoding (WHATWG HTML, "prescan": the first 1,024).
_DECLARED = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_PRESCAN = 1_024

#: What is no text, what is furniture (a header only if it holds no heading), and what begins and ends no block.
_NO_TEXT = frozenset({"script", "style", "noscript", "template", "rt", "rp", "svg", "math", "iframe", "select", "head"})
_FURNITURE = frozenset({"nav", "footer", "header"})
_HEADINGS = "h1, h2, h3, h4, h5, h6"
_INLINE = frozenset(
    """a abbr b bdi bdo big cite code data del dfn em font i img input ins kbd label mark q rb ruby s samp small span
    strike strong sub sup time tt u var wbr""".split()  # noqa: SIM905 - read as prose
)
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HEADING = re.compile(r"h([1-6])")

#: A table is a page's layout, and no table, if a cell of it has other tables, headings or several paragraphs.
_LAYOUT = f"table, {_HEADINGS}, p + p, ul, ol"

#: Tags inside tags as deep as no page has them; reading is recursive.
_DEEPEST = 200

#: A line break that is meant (``br``, ``pre``), apart from those of the source, which are spaces.
_BREAK = "\N{LINE SEPARATOR}"
#: White space of HTML. The ideographic space is none: somebody put it between 山田 and 太郎.
_SPACES = re.compile(r"[ \t\n\r\f\xa0]+")


def extract(file: File) -> Extraction:
    """Headings, paragraphs, list items and tables of a page; ruby as its base text only.

    Raises:
        ExtractionError: it is in no encoding of Japanese text, or nested without end.

    """
    declared = _DECLARED.search(file.head(_PRESCAN))
    decoded = decoded_text(file, declared[1].decode("ascii") if declared else "")
    return Extraction(
        blocks_of(file, decoded.text),
        "text/html",
        metadata={"charset": decoded.charset, **_title(decoded.text)},
        warnings=decoded.warnings,
    )


def blocks_of(file: File, source: str) -> tuple[Block, ...]:
    """The blocks of a page that has been decoded.

    Without headings of its own, a page's paragraphs are ``line`` blocks: the marks in their text (■ …) decide.

    Raises:
        ExtractionError: it is nested without end.

    """
    body = LexborHTMLParser(source).body
    reading = _Reading(file)
    if body is not None:
        reading.read(body)
        reading.close()
    structured = any(block.kind == "heading" for block in reading.blocks)
    return tuple(
        block if structured or block.kind != "paragraph" else Block(block.text, kind="line", aside=block.aside)
        for block in reading.blocks
    )


def _title(source: str) -> dict[str, str]:
    node = LexborHTMLParser(source).css_first("head > title")
    title = " ".join(node.text().split()) if node else ""
    return {"title": title} if title else {}


@dataclass
class _Reading:
    """The blocks so far and the one that is being read; lives no longer than one call of ``blocks_of``."""

    file: File
    blocks: list[Block] = field(default_factory=list)
    text: str = ""
    mark: str = ""
    """What the next list item begins with; spent by the first text in it."""
    numbers: list[int] = field(default_factory=list)
    """For each list that is open the number of its next item; 0 if its items have none."""
    level: int = 0
    furniture: int = 0
    depth: int = 0
    asides: int = 0
    aside: int = 0

    def close(self) -> None:
        """End the present block, if there is any text in it."""
        text = collapsed(self.text)
        self.text = ""
        if text:
            self.blocks.append(self._closed(text))
            self.mark = ""

    def _closed(self, text: str) -> Block:
        if self.furniture:
            return Block(text, kind="furniture")
        if self.level:
            return Block(text.replace("\n", " "), kind="heading", level=self.level, aside=self.aside)
        return Block(self.mark + text, kind="list" if self.mark else "paragraph", aside=self.aside)

    def read(self, parent: LexborNode, *, preformatted: bool = False) -> None:
        """Everything in an element, in order."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ExtractionError(
                self.file.name,
                "HTMLの入れ子が深すぎて読み取れません。",
                "PDFかテキストで保存し直して取り込んでください。",
            )
        for node in parent.iter(include_text=True):
            tag = node.tag or ""
            if tag == "-text":
                text = node.text_content or ""
                self.text += text.replace("\n", _BREAK) if preformatted else text
            elif tag == "br":
                self.text += _BREAK
            elif tag in _NO_TEXT or _is_hidden(node):
                continue
            elif tag in _INLINE:
                self.read(node, preformatted=preformatted)
            else:
                self._block(node, tag)
        self.depth -= 1

    def _block(self, node: LexborNode, tag: str) -> None:
        self.close()
        if tag == "table" and not _is_layout(node):
            self.blocks += self._table(node)
            return
        before = (self.level, self.furniture, self.aside, self.mark)
        lists = len(self.numbers)
        self._enter(node, tag)
        self.read(node, preformatted=tag == "pre")
        self.close()
        self.level, self.furniture, self.aside, outer = before
        # What follows a list item within the outer one is no item; a paragraph that opens an item does not end it.
        self.mark = "" if tag == "li" else outer and self.mark
        del self.numbers[lists:]

    def _enter(self, node: LexborNode, tag: str) -> None:
        if heading := _HEADING.fullmatch(tag):
            self.level = int(heading[1])
        elif tag == "li":
            self.mark = self._next_mark()
        elif tag in {"ol", "ul"}:
            self.numbers.append(_start(node) if tag == "ol" else 0)
        elif tag in _FURNITURE and not (tag == "header" and node.css_first(_HEADINGS)):
            self.furniture += 1
        elif tag == "aside" and not self.aside:
            self.asides += 1
            self.aside = self.asides

    def _next_mark(self) -> str:
        if not self.numbers or not self.numbers[-1]:
            return "・"
        self.numbers[-1] += 1
        return f"{self.numbers[-1] - 1}. "

    def _table(self, table: LexborNode) -> Iterator[Block]:
        for part in table.css("caption, tr"):
            cells = [
                self._cell(cell) for cell in ([part] if part.tag == "caption" else part.iter()) if cell.tag != "tr"
            ]
            if any(cells) and self.furniture:
                yield Block("\t".join(cells), kind="furniture")
            elif any(cells):
                yield Block("\t".join(cells), kind="table" if len(cells) > 1 else "paragraph", aside=self.aside)

    def _cell(self, cell: LexborNode) -> str:
        inner = _Reading(self.file, depth=self.depth)
        inner.read(cell)
        inner.close()
        return " ".join(block.text.replace("\n", " ") for block in inner.blocks)


def _is_hidden(node: LexborNode) -> bool:
    """Whether it says itself that nobody is to see it; style sheets are not read."""
    return "hidden" in node.attributes or bool(_UNSEEN.search(node.attributes.get("style") or ""))


def _is_layout(table: LexborNode) -> bool:
    return any(cell.css_first(_LAYOUT) for cell in table.css("td"))


def _start(numbered: LexborNode) -> int:
    start = numbered.attributes.get("start") or ""
    return int(start) if start.isdecimal() else 1


def collapsed(text: str) -> str:
    """Text as a browser shows it: breaks that are meant, and no other white space than single spaces.

    A line end of the source between two Japanese characters is no space at all (CSS Text 3, 4.1.3, "segment breaks").
    """
    lines = (_SPACES.sub(_space, line).strip(" ") for line in text.split(_BREAK))
    return "\n".join(line for line in lines if line)


def _space(found: re.Match[str]) -> str:
    before, after = found.string[found.start() - 1 : found.start()], found.string[found.end() : found.end() + 1]
    return "" if "\n" in found[0] and before and after and _is_wide(before) and _is_wide(after) else " "


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"
