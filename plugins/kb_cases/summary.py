"""A case on one sheet of paper."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb_cases.form import BASICS
from kb_cases.shelf import Passage

ROOM = 1200
"""Characters of running text on one A4 sheet beside its head, at 10 points."""

_SENTENCE = re.compile(r"(?<=。)|\n")


def summarised(passages: Sequence[Passage], room: int = ROOM) -> list[Passage]:
    """The beginnings of all parts, whole sentences, so that together they fit; what short parts leave the others get.

    The boxes at the head of a form are left out: the sheet has its own.
    """
    parts = [passage for passage in passages if passage.name != BASICS]
    shares = _shares([len("\n".join(part.lines)) for part in parts], room)
    return [Passage(part.name, (_cut("\n".join(part.lines), share),)) for part, share in zip(parts, shares, strict=True)]


def _shares(lengths: Sequence[int], room: int) -> list[int]:
    """How much of each may stand there: equal shares, those who need less giving the rest to the others."""
    shares = dict.fromkeys(range(len(lengths)), 0)
    open_ = sorted(shares, key=lambda place: lengths[place])
    while open_:
        place = open_.pop(0)
        shares[place] = min(lengths[place], room // (len(open_) + 1))
        room -= shares[place]
    return [shares[place] for place in range(len(lengths))]


def _cut(text: str, room: int) -> str:
    if len(text) <= room:
        return text
    kept = ""
    for sentence in _SENTENCE.split(text):
        if kept and len(kept) + len(sentence) > room:
            break
        kept += sentence
    return f"{kept[: max(room, 1)].rstrip()} ……"
