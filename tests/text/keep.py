"""Texts as an index keeps their tokens."""

from __future__ import annotations

from kb.text import batch, keeping


def kept_bytes(*texts: str) -> bytes:
    """The tokens of texts of one section."""
    several = [*dict.fromkeys(texts)]
    (found,) = keeping.encode(several, batch.read(several), [range(len(several))])
    return found
