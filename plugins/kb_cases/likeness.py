"""Cases with the same constellation: the same themes, people and age, the rarer the more telling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

from kb_cases.shelf import Case

#: What makes a constellation, and how much each kind of it counts: what the case is about comes before who took part.
WEIGHTS = {"case_theme": 2.0, "case_party": 1.0, "case_age": 1.0}

Feature = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Like:
    """A case that is like another."""

    case: Case
    score: float
    """From 0 (nothing in common) to 1 (the same constellation)."""
    shared: tuple[str, ...]
    """What they have in common, the most telling first."""


def alike(case: Case, others: Iterable[Case], most: int) -> list[Like]:
    """The cases that share a theme with this one, or two other things, most alike first.

    A feature weighs log(1 + N / n) if n of N cases have it (the inverse document frequency of search engines; Robertson
    2004); likeness is the weight of what is shared over the weight of all that either has (weighted Jaccard).
    """
    shelf = list(others)
    weights = _weights(shelf)
    own = _features(case)
    found = [_like(own, other, weights) for other in shelf if other.id != case.id]
    telling = [like for like in found if like is not None]
    return sorted(telling, key=lambda like: (-like.score, like.case.title))[:most]


def _like(own: frozenset[Feature], other: Case, weights: dict[Feature, float]) -> Like | None:
    its = _features(other)
    shared = sorted(own & its, key=lambda feature: (-weights.get(feature, 0.0), feature))
    if len(shared) < 2 and not any(name == "case_theme" for name, _ in shared):
        return None
    everything = sum(weights.get(feature, 0.0) for feature in own | its)
    return Like(other, sum(weights[feature] for feature in shared) / everything, tuple(value for _, value in shared))


def _features(case: Case) -> frozenset[Feature]:
    return frozenset((name, value) for name in WEIGHTS for value in case.facets.get(name, ()))


def _weights(shelf: Sequence[Case]) -> dict[Feature, float]:
    counts = Counter(feature for case in shelf for feature in _features(case))
    return {feature: WEIGHTS[feature[0]] * log(1 + len(shelf) / count) for feature, count in counts.items()}
