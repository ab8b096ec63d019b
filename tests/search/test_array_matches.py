"""Sets of sections are joined the same whichever way is gone for their sizes."""

from collections import Counter
from random import Random

import numpy as np
import pytest

from kb.search.arrays.matches import Matches, any_of, both, in_both, prefer, shared

SIZE = 10_000


def drawn(random, count):
    numbers = sorted(random.sample(range(SIZE), count))
    return Matches(np.array(numbers, dtype=np.int64), np.array([random.randint(1, 999) / 8 for _ in numbers]))


def scores(matches):
    assert list(matches.numbers) == sorted(set(matches.numbers.tolist()))
    return dict(zip(matches.numbers.tolist(), matches.scores.tolist(), strict=True))


def added(found):
    sums = Counter()
    for one in found:
        sums.update(scores(one))
    return sums


@pytest.mark.parametrize(
    "counts", [(0, 5), (3, 40), (40, 3), (2, 900), (300, 20, 4), (400, 399), (5_000, 90), (9_000, 9_000)]
)
def test_scores_are_added_up(counts):
    random = Random(sum(counts))
    found = [drawn(random, count) for count in counts]
    before = [scores(one) for one in found]
    sums = added(found)
    times = Counter(number for one in found for number in scores(one))
    for least in range(1, len(counts) + 1):
        expected = {number: score for number, score in sums.items() if times[number] >= least}
        assert scores(any_of(found, least, SIZE)) == expected
    fewer, more = sorted(found, key=lambda one: len(one.numbers))[:2]
    shared = {n: score for n, score in added([fewer, more]).items() if n in scores(fewer) and n in scores(more)}
    assert scores(both(fewer, more, SIZE)) == shared
    preferred = {n: score for n, score in added([more, fewer]).items() if n in scores(more)}
    assert scores(prefer(more, fewer, SIZE)) == preferred
    assert [scores(one) for one in found] == before


def test_one_whose_sections_are_all_in_the_other_adds_nothing_but_scores():
    more = Matches(np.arange(0, 1_000, 2), np.ones(500))
    fewer = Matches(np.array([4, 10, 998]), np.full(3, 0.5))
    assert scores(any_of([fewer, more], 1, SIZE)) == {n: 1.5 if n in {4, 10, 998} else 1.0 for n in range(0, 1_000, 2)}


@pytest.mark.parametrize(("some", "others"), [(0, 9), (7, 7), (30, 9_000), (900, 4_000), (8_000, 9_500)])
def test_what_is_in_both_and_where_it_stands_in_each(some, others):
    random = Random(some)
    one, other = (np.array(sorted(random.sample(range(SIZE), count)), dtype=np.int64) for count in (some, others))
    expected = sorted({*one.tolist()} & {*other.tolist()})
    assert in_both(one, other).tolist() == in_both(other, one).tolist() == expected
    in_one, in_other = shared(one, other, SIZE)
    assert one[in_one].tolist() == other[in_other].tolist() == expected
