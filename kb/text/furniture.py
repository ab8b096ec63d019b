"""What stands on a page and is no text: page numbers, running heads, rules, remnants of links."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from kb.model import Block
from kb.text.lines import is_rule

_LINK = re.compile(r"mailto:\S+|file:\S+", re.IGNORECASE)
_DASH = "[-‐–—―−－~～]"
_DASHED_NUMBER = re.compile(
    rf"{_DASH}\s*[0-9０-９]{{1,4}}\s*{_DASH}|[Pp](age)?\.?\s*[0-9]{{1,3}}|[0-9]{{1,3}}\s*[/／]\s*[0-9]{{1,3}}\s*(ページ|頁)"
)
_BARE_NUMBER = re.compile(r"[0-9０-９]{1,3}")
_DIGITS = re.compile(r"[0-9０-９]+")


def furniture(blocks: Sequence[Block]) -> frozenset[int]:
    """The places of the blocks that are no text, those that the extractor found included."""
    lines = {place: block for place, block in enumerate(blocks) if block.kind == "line" and block.text.strip()}
    told = {place for place, block in enumerate(blocks) if block.kind == "furniture"}
    plain = {place for place, block in lines.items() if _is_plainly_furniture(block.text.strip())}
    return frozenset(told | plain | set(_bare_page_numbers(lines)) | set(_running_heads(lines)))


def _is_plainly_furniture(text: str) -> bool:
    return is_rule(text) or bool(_LINK.fullmatch(text) or _DASHED_NUMBER.fullmatch(text))


def _pages(lines: Mapping[int, Block]) -> dict[int, list[int]]:
    """The places of the main flow's lines on each page, in order."""
    pages: dict[int, list[int]] = defaultdict(list)
    for place, block in lines.items():
        if block.page is not None and block.aside == 0:
            pages[block.page].append(place)
    return pages


def _bare_page_numbers(lines: Mapping[int, Block]) -> Iterator[int]:
    """A number alone at the head or foot of its page.

    It is that of the page, or there are two or more as far apart as their pages.
    """
    found = {
        place: (page, int(lines[place].text.strip()))
        for page, places in _pages(lines).items()
        for place in _edges(lines, places)
        if _BARE_NUMBER.fullmatch(lines[place].text.strip())
    }
    offsets = Counter(number - page for page, number in found.values())
    for place, (page, number) in found.items():
        if offsets[number - page] > 1 or (number == page and lines[place].bbox is not None):
            yield place


def _edges(lines: Mapping[int, Block], places: Sequence[int]) -> set[int]:
    """The lines that come first and last on a page, and those that stand highest and lowest."""
    edges = {places[0], places[-1]}
    if all(lines[place].bbox is not None for place in places):
        edges |= {end(places, key=lambda place: _top(lines[place])) for end in (min, max)}
    return edges


def _top(block: Block) -> float:
    return block.bbox.top if block.bbox else 0.0


def _running_heads(lines: Mapping[int, Block]) -> Iterator[int]:
    """A line that opens or closes three pages or more, whatever its numbers; where it first stands it is text."""
    edges: dict[str, list[int]] = defaultdict(list)
    for places in _pages(lines).values():
        for place in _edges(lines, places):
            edges[_DIGITS.sub("0", lines[place].text.strip())].append(place)
    for places in edges.values():
        if len({lines[place].page for place in places}) >= 3:
            yield from sorted(places)[1:]
