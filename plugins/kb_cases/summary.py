"""A case on one sheet of paper."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb_cases.form import BASICS
from kb_cases.shelf import Passage

LINES, WIDTH = 34, 40
"""Lines for all parts together on one A4 sheet below its head, and characters of a line, at 10 points (measured by
printing the sample cases; ``tests/browser`` counts the pages)."""

_SENTENCE = re.compile(r"(?<=。)(?!\n)|(?<=\n)")


def summarised(passages: Sequence[Passage], lines: int = LINES) -> list[Passage]:
    """The beginnings of all parts, whole sentences, so that together they fit; what short parts leave the others get.

    The boxes at the head of a form are left out: the sheet has its own.
    """
    texts = [(passage.name, "\n".join(passage.lines)) for passage in passages if passage.name != BASICS]
    shares = _shares([_height(text) for _, text in texts], lines)
    return [Passage(name, (_cut(text, share),)) for (name, text), share in zip(texts, shares, strict=True)]


def _height(text: str) -> int:
    """How many lines a text takes."""
    return sum(-(-len(line) // WIDTH) or 1 for line in text.split("\n"))


def _shares(heights: Sequence[int], lines: int) -> list[int]:
    """How much of each may stand there: equal shares, those who need less giving the rest to the others."""
    shares = dict.fromkeys(range(len(heights)), 1)
    waiting = sorted(shares, key=lambda place: heights[place])
    while waiting:
        place = waiting.pop(0)
        shares[place] = max(min(heights[place], lines // (len(waiting) + 1)), 1)
        lines -= shares[place]
    return [shares[place] for place in range(len(heights))]


def _cut(text: str, lines: int) -> str:
    """As many sentences as fit; of a first one that is too long, as much as fits."""
    if _height(text) <= lines:
        return text
    kept = ""
    for sentence in _SENTENCE.split(text):
        if _height(f"{kept}{sentence}……".rstrip()) > lines:
            break
        kept += sentence
    return f"{(kept or text[: lines * WIDTH - 2]).rstrip()}……"
