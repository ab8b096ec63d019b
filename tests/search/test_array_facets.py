"""Values are counted the same whichever way is gone: by gathering those of few sections, or over the bits of all."""

from collections import Counter
from random import Random

import numpy as np
import pytest

from kb.search.arrays.facets import Chosen, Facet


def numbers(found):
    return np.array(sorted(found), dtype=np.int64)


@pytest.mark.parametrize("size", [1, 63, 64, 65, 1_000, 6_400])
def test_counts_are_those_of_counting_one_by_one(size):
    random = Random(size)
    # In all, in many, in some, in one, and in none: a value of which every section has been replaced.
    sizes = {"全部": size, "多い": size // 2, "少ない": size // 50, "一つ": 1, "無い": 0, "半分": size // 3}
    having = {value: random.sample(range(size), count) for value, count in sizes.items()}
    facet = Facet([*having], [numbers(found) for found in having.values()], size)
    for chosen in {0, 1, min(size, 20), size // 3, size}:
        sections = set(random.sample(range(size), chosen))
        expected = Counter(value for value, found in having.items() for one in found if one in sections)
        assert facet.counts(Chosen(numbers(sections), size)) == expected


def test_a_field_that_no_section_has_counts_nothing():
    assert Facet([], [], 100).counts(Chosen(np.arange(100), 100)) == {}
    assert Facet(["無い"], [numbers([])], 100).counts(Chosen(np.arange(100), 100)) == {}


def test_of_no_sections_nothing_is_counted():
    assert Facet(["緑市"], [np.arange(100)], 100).counts(Chosen(numbers([]), 100)) == {}
