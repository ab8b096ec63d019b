"""Why a section answers: the words that were matched, in which form and field, and what each is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from kb.search.nodes import All, Any, Beginning, IndexNode, Keyword, Prefer, Run, Weighted, Word
from kb.search.ranking import FIELDS
from kb.search.thesaurus import NARROWER, SYNONYM

Origin = Literal["typed", "variant", "synonym", "narrower", "beside", "date", "beginning", "characters"]
"""How a word came to be looked for.

``typed``: as it was typed; ``variant``: in another spelling or form of the same word; ``synonym`` and ``narrower``: by
the thesaurus; ``beside``: words that stand side by side here as they did in the query; ``date``; ``beginning``;
``characters``: pairs of characters by which the best sections are ranked anew.
"""

Score = Callable[[IndexNode], float | None]
"""What a node is worth in the section; None where it does not match."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score."""

    terms: tuple[str, ...]
    """As the index has them."""
    field: str
    """``body``, ``title`` or, for a date, an empty string."""
    origin: Origin
    score: float


def asked(node: IndexNode) -> list[IndexNode]:
    """The nodes whose scores ``parts`` may ask for, each once."""
    return list(dict.fromkeys(_asked(node)))


def _asked(node: IndexNode) -> Iterator[IndexNode]:
    yield node
    match node:
        case All(nodes) | Any(nodes, _):
            for inner in nodes:
                yield from _asked(inner)
        case Prefer(inner, bonus):
            yield from _asked(inner)
            yield from _asked(bonus)
        case Weighted(inner, _):
            yield from _asked(inner)
        case Word() | Run() | Beginning():
            yield from (replace(node, field=name) for name in _names(node))


def parts(node: IndexNode, score: Score) -> list[Part]:
    """The parts of a section's score for a node; they add up to it."""
    return [part for part in _parts(node, score, 1.0, "typed") if part.score]


def of_pairs(worth: Mapping[str, float]) -> list[Part]:
    """The part of a score that pairs of characters make up, what weighs most first."""
    total = sum(worth.values())
    return [Part(tuple(sorted(worth, key=lambda pair: -worth[pair])), "body", "characters", total)] if total else []


def _parts(node: IndexNode, score: Score, factor: float, origin: Origin) -> Iterator[Part]:
    if score(node) is None:
        return
    match node:
        case All(nodes) | Any(nodes, _):
            for inner in nodes:
                yield from _parts(inner, score, factor, origin)
        case Prefer(inner, bonus):
            yield from _parts(inner, score, factor, origin)
            yield from _parts(bonus, score, factor, "beside")
        case Weighted(inner, weight):
            yield from _parts(inner, score, factor * weight, _origin(origin, weight))
        case Word() | Run():
            yield from _fields(node, score, factor, origin)
        case Beginning():
            yield from _fields(node, score, factor, "beginning")
        case Keyword(_, value):
            yield Part((value,), "", "date", factor * (score(node) or 0.0))
        case _:
            return  # what only narrows is worth nothing


def _origin(origin: Origin, weight: float) -> Origin:
    if origin != "typed":
        return origin
    by_weight: dict[float, Origin] = {SYNONYM: "synonym", NARROWER: "narrower"}
    return by_weight.get(weight, origin)


def _fields(node: Word | Run | Beginning, score: Score, factor: float, origin: Origin) -> Iterator[Part]:
    for name in _names(node):
        yield Part(_terms(node), name, origin, factor * (score(replace(node, field=name)) or 0.0))


def _names(node: Word | Run | Beginning) -> Iterable[str]:
    return [node.field] if node.field else FIELDS


def _terms(node: Word | Run | Beginning) -> tuple[str, ...]:
    match node:
        case Word(term, _):
            return (term,)
        case Run(terms, _):
            return terms
        case Beginning(prefix, _):
            return (prefix,)
