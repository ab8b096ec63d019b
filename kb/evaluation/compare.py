"""Two runs over the same queries: is one better, or is it chance?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

#: Random sign changes: with so many, a p of 0.05 is known to within 0.005 (two standard errors).
ROUNDS = 10_000


@dataclass(frozen=True, slots=True)
class Difference:
    """The paired difference of a measure over all queries."""

    mean: float
    """Of the new run minus the old one."""
    better: int
    """Queries that the new run does better on."""
    worse: int
    p: float
    """The chance of a difference at least as large, either way, if the two runs were the same."""


def difference(new: Mapping[str, float], old: Mapping[str, float]) -> Difference:
    """Compare a measure, by query id; both must have the same queries."""
    deltas = [new[qid] - old[qid] for qid in sorted(new)]
    mean = sum(deltas) / len(deltas) if deltas else 0.0
    return Difference(mean, sum(d > 0 for d in deltas), sum(d < 0 for d in deltas), _chance(deltas))


def _chance(deltas: Sequence[float]) -> float:
    """The two-sided randomisation test (Smucker, Allan & Carterette 2007), with a fixed seed: a report is a report."""
    telling = [d for d in deltas if d]
    if not telling:
        return 1.0
    observed, random = abs(sum(telling)), Random(0)  # noqa: S311 - statistics, no secret
    as_extreme = sum(
        abs(sum(d if random.random() < 0.5 else -d for d in telling)) >= observed - 1e-12 for _ in range(ROUNDS)
    )
    return (as_extreme + 1) / (ROUNDS + 1)
