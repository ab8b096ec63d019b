"""The arrays against Whoosh itself: its own postings, matchers, collectors and facets must give the same answers."""

import datetime as dt
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import groupby
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whoosh import writing

from benchmarks.corpus import sections
from kb.model import EVERYTHING, PUBLIC_ONLY, AccessClass, Everything, Filter, Range
from kb.search import whoosh_files
from kb.search.arrays import terms, view
from kb.search.index import Entry
from kb.search.nodes import All, Any, Beginning, Except, Prefer, Run, Weighted, Word
from kb.search.stock_engine import StockIndex
from kb.search.whoosh_engine import WhooshIndex
from kb.text.phrases import compounds
from tests.search.drawn import COMMITS, NODES, QUESTIONS, READERS, SENTENCES, TERMS, WORDS, put

FACETS = ("type", "dates", "year")


@pytest.fixture
def engines(analyzer, tmp_path_factory):
    """Makes an empty index of each of the two engines."""

    def make():
        folder = tmp_path_factory.mktemp("indexes")
        return WhooshIndex.create(folder / "arrays", analyzer), StockIndex.create(folder / "stock", analyzer)

    return make


def assert_same(arrays, stock, node, access, **asked):
    ours = arrays.search(node, access=access, facets=FACETS, **asked)
    theirs = stock.search(node, access=access, facets=FACETS, **asked)
    assert [section for section, _ in ours.hits] == [section for section, _ in theirs.hits]
    assert [score for _, score in ours.hits] == pytest.approx([score for _, score in theirs.hits], abs=1e-4)
    assert (ours.total, ours.facets) == (theirs.total, theirs.facets)


@contextmanager
def merging(wanted):
    """Whether segments are joined at a commit (ours: any two): if they must not, there are as many as commits."""
    stock = patch.object(writing, "MERGE_SMALL", writing.MERGE_SMALL if wanted else writing.NO_MERGE)
    # Of many stretches of terms, some of which have lost all their sections.
    with stock, patch.object(whoosh_files, "FANOUT", 2 if wanted else 10_000), patch.object(terms, "CHUNK", 3):
        yield


@contextmanager
def looking_up(wanted):
    """Whether it is looked up in the few sections that are left how often they have the next word, or read for all."""
    with (
        patch.object(view, "_TIMES", 1 << 40),
        patch.object(view, "_FEW", 0 if wanted else 1 << 40),
        patch.object(view, "_LOOKED_UP", 0 if wanted else 1 << 40),
    ):
        yield


def segments(folder):
    return max(len([*part.glob("*.seg"), *part.glob("*.terms")]) for part in folder.glob("public*"))


ANY_LIBRARY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ANY_LIBRARY
@given(COMMITS, QUESTIONS, st.booleans(), st.booleans(), st.integers(0, 3), st.integers(0, 20))
def test_arrays_answer_as_whoosh_does(engines, commits, questions, merge, few, offset, limit):
    arrays, stock = engines()
    with merging(merge), looking_up(few), closing(arrays), closing(stock):
        for commit in commits:
            put(commit, arrays, stock)
            assert arrays.documents() == stock.documents()
            for node, access, sort in questions:
                assert_same(arrays, stock, node, access, sort=sort, offset=offset, limit=limit)


@ANY_LIBRARY
@given(commits=COMMITS, nodes=st.lists(NODES, min_size=1, max_size=4), access=READERS, merge=st.booleans())
def test_arrays_explain_a_section_as_whoosh_does(commits, nodes, access, merge, engines):
    arrays, stock = engines()
    with merging(merge), closing(arrays), closing(stock):
        for commit in commits:
            put(commit, arrays, stock)
        for section in ("p0", "q1", "r2", "none"):
            ours, theirs = (index.scores(nodes, section, access=access) for index in (arrays, stock))
            assert [score is None for score in ours] == [score is None for score in theirs]
            assert [s for s in ours if s is not None] == pytest.approx([s for s in theirs if s is not None], abs=1e-4)


TYPED = st.sampled_from(["地", "支援", "かつ", "k", "社協会", "ぼらん"])


@ANY_LIBRARY
@given(
    commits=COMMITS, access=READERS, typed=TYPED, hidden=st.frozensets(st.sampled_from("pqrst")), merge=st.booleans()
)
def test_arrays_complete_and_count_as_whoosh_does(commits, access, typed, hidden, merge, engines):
    arrays, stock = engines()
    with merging(merge), closing(arrays), closing(stock):
        for commit in commits:
            offered = [
                (removed, [replace(e, phrases=tuple(compounds(e.text))) for e in entries])
                for removed, entries in commit
            ]
            put(offered, arrays, stock)
        asked = {"access": access, "hidden": hidden, "limit": 5}
        assert arrays.completions([typed], **asked) == stock.completions([typed], **asked)
        assert arrays.near(typed, **asked) == stock.near(typed, **asked)
        words = ("地域", "会議", "活動", "無い")
        assert arrays.frequencies(words, access=access) == stock.frequencies(words, access=access)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=SENTENCES, run=st.lists(TERMS, min_size=1, max_size=4).map(tuple))
def test_runs_of_repeated_words_are_counted_alike(text, run, engines, entry):
    arrays, stock = engines()
    with closing(arrays), closing(stock):
        first = "".join(run * 3)
        put([("a", [entry("a", first)]), ("b", [entry("b", text)]), ("c", [entry("c", text * 2)])], arrays, stock)
        assert_same(arrays, stock, Run(run), EVERYTHING)


@pytest.fixture(scope="module")
def crowd(analyzer, tmp_path_factory):
    """As drawn, but more: Whoosh goes other ways where a query matches more than a few sections."""
    random = Random(5)

    def text(most):
        return "".join(random.choices([*WORDS, "。", "の"], k=random.randint(0, most)))

    def document(number):
        name = f"d{number:03}"
        day = random.choice([None, dt.date(2021, 1, random.randint(1, 4))])
        values = {"type": (random.choice("ab"),), "dates": tuple(random.sample("xyz", random.randint(0, 3)))}
        kind = random.choice(list(AccessClass))
        return name, [
            Entry(f"{name}-{n}", name, 1, kind, text(3), text(3), text(20), day, values, text(2))
            for n in range(random.randint(0, 3))
        ]

    folder = tmp_path_factory.mktemp("crowd")
    arrays, stock = WhooshIndex.create(folder / "arrays", analyzer), StockIndex.create(folder / "stock", analyzer)
    with merging(wanted=False):
        for start in range(0, 200, 50):
            put([document(n) for n in range(start, start + 50)], arrays, stock)
            put([document(random.randrange(200)) for _ in range(20)], arrays, stock)
    yield arrays, stock
    arrays.close()
    stock.close()


@settings(max_examples=200, deadline=None)
@given(node=NODES, access=READERS, sort=st.sampled_from(["relevance", "date"]), offset=st.integers(0, 30))
def test_arrays_answer_as_whoosh_does_where_much_is_found(node, access, sort, offset, crowd):
    assert_same(*crowd, node, access, sort=sort, offset=offset, limit=30)


@pytest.fixture(scope="module")
def library(analyzer, tmp_path_factory):
    """Some hundred sections of realistic text in several segments, a third of which have been replaced or removed."""
    folder = tmp_path_factory.mktemp("library")
    arrays, stock = WhooshIndex.create(folder / "arrays", analyzer), StockIndex.create(folder / "stock", analyzer)
    documents = [(name, list(several)) for name, several in groupby(sections(400), key=lambda e: e.document)]
    classes = list(AccessClass)
    documents = [(name, [replace(e, access=classes[n % 4 % 3]) for e in es]) for n, (name, es) in enumerate(documents)]
    with merging(wanted=False):
        for start in range(0, len(documents), 20):
            put(documents[start : start + 20], arrays, stock)
        put([(name, []) for name, _ in documents[::9]], arrays, stock)
        put([(name, [replace(e, text=e.heading) for e in several]) for name, several in documents[1::5]], arrays, stock)
    assert min(segments(folder / "arrays"), segments(folder / "stock")) > 2
    yield arrays, stock
    arrays.close()
    stock.close()


@pytest.mark.parametrize("access", [EVERYTHING, PUBLIC_ONLY, frozenset({AccessClass.MEMBERS, AccessClass.CASES})])
@pytest.mark.parametrize("sort", ["relevance", "date"])
def test_a_library_of_realistic_text_is_answered_alike(library, analyzer, access, sort):
    arrays, stock = library
    asked = 0
    for one in list(sections(400))[::37]:
        terms = analyzer.terms(one.heading) or ["相談"]
        words = tuple(Word(word) for word in analyzer.terms(one.text)[:6])
        first, second, third, *_ = words
        kind = Filter("type", "newsletter")
        for node in (
            Word(terms[0]),
            Run(tuple(terms[:3])),
            Run(tuple(word.term for word in words[:2])),
            Beginning(terms[0][:1]),
            Any(words, 2),
            Any((Prefer(first, second), Weighted(third, 2.0), kind)),
            All((Any((first, second)), Except(kind))),
            Any((Except(Prefer(first, second)), All((second, Weighted(kind, 0.5)))), 1),
            Prefer(Any((first, Except(second))), Run((second.term, third.term))),
            All((Everything(), Prefer(first, second))),
            All((Range("date", one.date, None), Weighted(Any(words, 3), 0.5))),
        ):
            assert_same(arrays, stock, node, access, sort=sort, limit=1000)
            assert_same(arrays, stock, node, access, sort=sort, offset=3, limit=5)
            asked += arrays.search(node, access=access).total > 0
    assert asked > 60
