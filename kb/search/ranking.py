"""How much a term is worth in a section. Plain arithmetic, so that it serves numbers and arrays of numbers alike.

A section's score for a term is the sum over its fields of ``weight * idf * saturation``, each field with its own
document frequency and average length. Statistics are those of the sections that the person asking may read, no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from types import MappingProxyType
from typing import TypeVar

#: BM25 saturation and length normalisation (Robertson & Zaragoza 2009, section 3.3; tuning them gained nothing here).
K1, B = 1.2, 0.75

#: Title and headings beside the text (ARCHITECTURE.md: measured on municipal questions).
FIELDS: Mapping[str, float] = MappingProxyType({"body": 1.0, "title": 0.2})

#: How many times a section's own heading counts as part of its text: the weighted frequencies of BM25F (Robertson,
#: Zaragoza & Taylor 2004). Two is the least with which a heading over a section of average length outweighs a mention
#: in passing, however short the section that it is in (the sum is in docs/search.md).
HEADING = 2

#: A field shorter than this part of the average counts as if it were that long. Shortness makes a mention worth more up
#: to a point; without that point, a notice of one line ranks above the article that it points to.
SHORTEST = 0.5

#: Scores that differ by less are the same score: sums of floats in another order must not reorder an answer.
DECIMALS = 6

Number = TypeVar("Number")


def idf(sections: int, containing: int) -> float:
    """What the rarity of a term is worth; Lucene's form, which is never negative."""
    return log(1 + (sections - containing + 0.5) / (containing + 0.5))


def norm(length: Number, average: float) -> Number:
    """The length of a field as it enters ``saturation``, for a field of ``length`` terms."""
    least = SHORTEST * average
    counted = (length + least + abs(length - least)) / 2  # type: ignore[operator] # max(), of arrays too
    return K1 * (1 - B + B * counted / average)  # type: ignore[return-value]


def saturation(frequency: Number, norm_of_length: Number) -> Number:
    """What ``frequency`` occurrences are worth: 1 for one in a field of average length, never more than ``K1 + 1``."""
    return frequency * (K1 + 1) / (frequency + norm_of_length)  # type: ignore[operator, no-any-return]


def fields(name: str) -> Mapping[str, float]:
    """The fields that a node asks for, with their weights; the empty name means all."""
    return {name: FIELDS[name]} if name else FIELDS
