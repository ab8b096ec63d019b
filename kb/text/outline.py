"""From blocks to sections: the tree that a person would draw of a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from kb.model import Block, Section, SectionKind
from kb.text.joining import em
from kb.text.marks import undecorated

UNTITLED = "（本文）"
"""The heading of a section whose text has no letter to make one of."""

_TITLE_WIDTH = 30
_DATE_ONLY = re.compile(r"(R|H|令和|平成|昭和)?[\s\d０-９元/.-]+(年度?|月号?|号)?([\s\d０-９]+月号?)?")
_PHRASE_END = re.compile(r"[、はがをにでのとへ](?=[^、はがをにでのとへ])")


def outline(blocks: Iterable[Block]) -> Iterator[Section]:
    """The sections of a document in reading order, made of repaired blocks.

    Each heading begins a section of its level, shown without the marks around it (■ ◆…◆). Each side box (blocks with
    the same ``aside``) becomes one section of kind ``box``, one level below the level-1 article in which it lies; the
    article's text goes on after it. Text before the first heading, and a document without headings, becomes a section
    too. A section that has no heading of its own is called by its first line, if that is short, else by the beginning
    of its first sentence; a line used whole as heading is not repeated in the text, so nothing is lost or doubled.

    A paragraph of ``level`` 1 below a sub-heading (the closing words of an article) is added to the level-1 section.
    Furniture is left out. ``id``, ``document``, ``ordinal`` and ``path`` are filled in by the pipeline.
    """
    opened: list[_Open] = []
    for block in blocks:
        if block.kind != "furniture" and block.text.strip():
            _place(block, opened)
    return (section.closed() for section in opened)


@dataclass(slots=True)
class _Open:
    """A section that is still being read; lives no longer than one call of ``outline``."""

    heading: Block | None
    level: int
    aside: int = 0
    blocks: list[Block] = field(default_factory=list)

    def closed(self) -> Section:
        kind: SectionKind = "box" if self.aside else "article"
        heading, blocks = self._titled()
        first = self.heading or self.blocks[0]
        return Section(heading, blocks, level=self.level, kind=kind, page=first.page)

    def _titled(self) -> tuple[str, tuple[Block, ...]]:
        if self.heading is not None:
            return undecorated(" ".join(self.heading.text.split("\n"))).strip(), tuple(self.blocks)
        return title_of(self.blocks)


def _place(block: Block, opened: list[_Open]) -> None:
    """Add the block to the section it belongs to, opening a new one where one begins."""
    if block.aside:
        _place_in_box(block, opened)
        return
    if block.kind == "heading":
        opened.append(_Open(block, max(block.level, 1)))
        return
    articles = [section for section in opened if not section.aside]
    if not articles:
        articles = [_Open(None, 1)]
        opened.append(articles[0])
    section = articles[-1]
    if block.level == 1:
        section = next((one for one in reversed(articles) if one.level == 1), section)
    section.blocks.append(block)


def _place_in_box(block: Block, opened: list[_Open]) -> None:
    box = next((section for section in reversed(opened) if section.aside == block.aside), None)
    if box is not None:
        box.blocks.append(block)
        return
    level = 2 if any(not section.aside for section in opened) else 1
    headed = block.kind == "heading"
    opened.append(_Open(block if headed else None, level, block.aside, [] if headed else [block]))


def title_of(blocks: Sequence[Block]) -> tuple[str, tuple[Block, ...]]:
    """A title for blocks that have no heading, and the blocks that are left to be their text.

    The first line is the title if it is short and no sentence; if it is no more than a date, the next short line is
    added. Else the first sentence, or as much of it as fits, is the title, and the text stays whole.
    """
    lines = [undecorated(block.text) for block in blocks[:2]]
    if not _is_title(lines[0]) or len(blocks) == 1:
        return _beginning(lines[0]), tuple(blocks)
    if _DATE_ONLY.fullmatch(lines[0]) and len(blocks) > 2 and _is_title(lines[1]):
        return f"{lines[0]} {lines[1]}", tuple(blocks[2:])
    return lines[0], tuple(blocks[1:])


def _is_title(text: str) -> bool:
    return "\n" not in text and em(text) <= _TITLE_WIDTH and "。" not in text and any(map(str.isalnum, text))


def _beginning(text: str) -> str:
    """The first sentence, or its first phrases with an ellipsis."""
    sentence = re.split(r"(?<=[。！？])|\n|\t", text.strip(), maxsplit=1)[0].rstrip("。")
    if (defined := sentence.find("とは")) > 0 and em(sentence[:defined]) <= _TITLE_WIDTH - 2:
        return sentence[: defined + 2]
    if em(sentence) <= _TITLE_WIDTH:
        return sentence if any(map(str.isalnum, sentence)) else UNTITLED
    cuts = [found.end() for found in _PHRASE_END.finditer(sentence) if em(sentence[: found.end()]) <= _TITLE_WIDTH - 6]
    return sentence[: max(cuts, default=_TITLE_WIDTH - 6)].rstrip("、") + "…"
