"""Denial of service by query: whatever is typed, the work that it asks of the index has a bound."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.model import Prefix
from kb.plugins import Plugins
from kb.search.meaning import Meaning
from kb.search.nodes import Beginning, Everything, Keyword, Run, Word
from kb.search.query import MAX_DEPTH, MAX_LENGTH, MAX_PREFIXES, MAX_WORDS, parse
from kb.search.thesaurus import Thesaurus
from kb.text.analyze import Analyzer

#: Passes over postings that one query may cost: MAX_WORDS conditions, each with its synonyms (the welfare vocabulary
#: has at most a dozen for one word) or its terms.
MOST_PASSES = 3_000

ATTACKS = {
    "deep brackets": "(" * 5_000 + "支援" + ")" * 5_000,
    "deep negation": "-" * 5_000 + "支援",
    "nested alternatives": "(支援 OR (相談 OR " * 1_000 + "社協" + "))" * 1_000,
    "many words": " ".join(f"支援{n}" for n in range(5_000)),
    "many alternatives": " OR ".join(f"社協{n}" for n in range(5_000)),
    "many prefixes": " OR ".join(f"{chr(0x3042 + n % 80)}*" for n in range(2_000)),
    "many synonyms": "社協 重層 包括 CSW 民生委員 生活困窮 " * 500,
    "one long word": "社会福祉協議会" * 10_000,
    "one long question": "ひきこもりの家族にどう関わればよいか" * 5_000,
    "many dates": "令和3年12月21日 " * 1_000,
    "many ranges": "date:2001..2099 " * 1_000,
    "open quotes": '"支援 ' * 3_000,
    "only operators": 'OR OR -OR () "" * ' * 2_000,
    "combining marks": "か\u3099" * 5_000,
    "a megabyte": "あ" * 1_000_000,
}


@pytest.fixture(scope="module")
def meaning():
    analyzer = Analyzer()
    return Meaning(analyzer, Thesaurus(Plugins.load().thesaurus(), analyzer))


def passes(node):
    """How many terms, runs and prefixes a tree has."""
    if isinstance(node, (Word, Run, Beginning, Keyword)):
        return 1
    if isinstance(node, Everything) or not dataclasses.is_dataclass(node):
        return 0
    values = (getattr(node, field.name) for field in dataclasses.fields(node))
    return sum(passes(one) for value in values for one in (value if isinstance(value, tuple) else (value,)))


def depth(node):
    if not dataclasses.is_dataclass(node):
        return 0
    values = (getattr(node, field.name) for field in dataclasses.fields(node))
    return 1 + max(
        (depth(one) for value in values for one in (value if isinstance(value, tuple) else (value,))), default=0
    )


def prefixes(node):
    if isinstance(node, Prefix):
        return 1
    if not dataclasses.is_dataclass(node):
        return 0
    values = (getattr(node, field.name) for field in dataclasses.fields(node))
    return sum(prefixes(one) for value in values for one in (value if isinstance(value, tuple) else (value,)))


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_query_asks_for_unbounded_work(meaning, attack):
    node = parse(ATTACKS[attack]).node
    assert depth(node) <= 3 * MAX_DEPTH
    assert prefixes(node) <= MAX_PREFIXES
    for tree in (meaning.strict(node), meaning.loose(node)):
        assert passes(tree) <= MOST_PASSES


@given(
    st.lists(
        st.sampled_from(["支援", "社協", "重層*", "-相談", "(", ")", "OR", '"', "2021年", "title:講座", "あ*"]),
        max_size=3_000,
    )
)
def test_no_mixture_of_operators_does(words):
    node = parse(" ".join(words)).node
    assert depth(node) <= 4 * MAX_DEPTH
    assert prefixes(node) <= MAX_PREFIXES


def test_the_bounds_leave_room_for_what_people_ask():
    assert MAX_LENGTH >= 300  # the longest question of the public sets
    assert MAX_WORDS >= 20
    node = parse(" ".join(f"語{n}*" for n in range(MAX_PREFIXES))).node
    assert prefixes(node) == MAX_PREFIXES
