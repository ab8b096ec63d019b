"""Measures of a ranking, each from 0 to 1, as trec_eval computes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2

Ranking = Sequence[str]
"""Ids, best first, each once."""

Grades = Mapping[str, int]
"""The grade of each id that answers; what is not in it does not answer."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What one query's ranking is worth."""

    ndcg: float
    """nDCG@10."""
    mrr: float
    """MRR@10."""
    recall_10: float
    recall_100: float


MEASURES = {"nDCG@10": "ndcg", "MRR@10": "mrr", "recall@10": "recall_10", "recall@100": "recall_100"}
"""The measures as they are shown, with their names in ``Scores``."""


def scores(ranking: Ranking, grades: Grades) -> Scores:
    """All measures of one ranking."""
    return Scores(
        ndcg(ranking, grades, 10),
        reciprocal_rank(ranking, grades, 10),
        recall(ranking, grades, 10),
        recall(ranking, grades, 100),
    )


def ndcg(ranking: Ranking, grades: Grades, depth: int) -> float:
    """Normalised discounted cumulative gain (Järvelin & Kekäläinen 2002), the grade itself being the gain."""
    ideal = _dcg(sorted(grades.values(), reverse=True)[:depth])
    return _dcg([grades.get(identity, 0) for identity in ranking[:depth]]) / ideal if ideal else 0.0


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, 1))


def reciprocal_rank(ranking: Ranking, grades: Grades, depth: int) -> float:
    """One divided by the rank of the first answer (Voorhees 1999); 0 if there is none down to ``depth``."""
    return next((1 / rank for rank, identity in enumerate(ranking[:depth], 1) if grades.get(identity, 0) > 0), 0.0)


def recall(ranking: Ranking, grades: Grades, depth: int) -> float:
    """The part of all answers that is found down to ``depth``."""
    answers = {identity for identity, grade in grades.items() if grade > 0}
    return len(answers & set(ranking[:depth])) / len(answers) if answers else 0.0
