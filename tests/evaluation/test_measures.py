"""The measures, against values worked out by hand."""

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.evaluation.compare import difference
from kb.evaluation.measures import ndcg, recall, reciprocal_rank, scores


def test_the_answer_first_is_worth_one():
    assert ndcg(["d1", "d2"], {"d1": 1}, 10) == 1.0


def test_the_answer_second_is_discounted():
    assert ndcg(["d2", "d1"], {"d1": 1}, 10) == pytest.approx(1 / log2(3))


def test_grades_are_gains():
    found = ndcg(["d1", "d2", "d3"], {"d1": 1, "d3": 3}, 10)
    assert found == pytest.approx((1 / log2(2) + 3 / log2(4)) / (3 / log2(2) + 1 / log2(3)))


def test_what_is_below_the_depth_does_not_count():
    assert ndcg(["x", "d1"], {"d1": 1}, 1) == 0.0
    assert reciprocal_rank([*"abcdefghij", "d1"], {"d1": 1}, 10) == 0.0


def test_reciprocal_rank_is_that_of_the_first_answer():
    assert reciprocal_rank(["x", "d1", "d2"], {"d1": 1, "d2": 1}, 10) == 0.5


def test_recall_is_the_part_of_the_answers_found():
    assert recall(["d1", "x"], {"d1": 1, "d2": 1}, 10) == 0.5
    assert recall(["d1"], {}, 10) == 0.0


@given(st.permutations(["d1", "d2", "d3", "x", "y"]))
def test_every_measure_is_between_nothing_and_all(ranking):
    found = scores(ranking, {"d1": 1, "d2": 2, "d3": 1})
    assert all(0 <= value <= 1 for value in (found.ndcg, found.mrr, found.recall_10, found.recall_100))
    assert found.recall_10 == 1.0


def test_the_same_run_differs_by_nothing():
    found = difference({"q1": 0.5, "q2": 1.0}, {"q1": 0.5, "q2": 1.0})
    assert (found.mean, found.better, found.worse, found.p) == (0.0, 0, 0, 1.0)


def test_a_run_that_is_better_on_every_query_is_not_better_by_chance():
    old = {f"q{n}": 0.2 for n in range(20)}
    found = difference(dict.fromkeys(old, 0.6), old)
    assert (found.better, found.worse) == (20, 0)
    assert found.mean == pytest.approx(0.4)
    assert found.p < 0.01


def test_one_query_better_and_one_worse_is_chance():
    assert difference({"q1": 1.0, "q2": 0.0}, {"q1": 0.0, "q2": 1.0}).p == 1.0
