"""Our codec is one of Whoosh's: its own reader and searcher read what it wrote. And segments become fewer in time."""

import warnings
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.corpus import sections
from kb.model import EVERYTHING, PUBLIC_ONLY
from kb.search import whoosh_files
from kb.search.analysed import Row
from kb.search.arrays import terms
from kb.search.arrays.cache import Cache
from kb.search.fields import analysed
from kb.search.nodes import Beginning, Run, Word
from kb.search.whoosh_engine import WhooshIndex
from kb.search.whoosh_files import FANOUT, SMALLEST, due
from kb.text.words import Kept

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from whoosh import index, query


@pytest.fixture(scope="module")
def corpus():
    return list(sections(120))


@pytest.fixture(scope="module")
def folder(corpus, analyzer, tmp_path_factory):
    """Some segments, sections of which have been replaced and removed."""
    folder = tmp_path_factory.mktemp("codec") / "index"
    ours = WhooshIndex.create(folder, analyzer)
    documents = [(name, list(several)) for name, several in groupby(corpus, key=lambda entry: entry.document)]
    for name, several in [*documents, documents[3], (documents[5][0], [])]:
        ours.replace(name, several)
        ours.commit()
    ours.close()
    return folder


@pytest.fixture(scope="module")
def present(corpus):
    return [entry for entry in corpus if entry.document != "000005"]


@pytest.fixture(scope="module")
def stock(folder):
    """Whoosh's own searcher over our files."""
    with index.open_dir(str(folder / "public")).searcher() as searcher:
        yield searcher


def sections_of(stock, asked):
    return {hit["record"].section for hit in stock.search(asked, limit=None)}


def test_whoosh_finds_every_term_where_it_stands(stock, present, analyzer):
    reader = stock.reader()
    places = {}
    for number in reader.all_doc_ids():
        places[number] = reader.stored_fields(number)["record"].section
    found = {}
    for name in ("body", "title"):
        for term in reader.lexicon(name):
            matcher = reader.postings(name, term)
            while matcher.is_active():
                found[places[matcher.id()], name, term.decode()] = list(matcher.value_as("positions"))
                matcher.next()
    expected = {}
    for entry in present:
        (rows,) = analysed([entry])
        for name, row in (("body", rows.body), ("title", rows.title)):
            expected |= {(entry.section, name, term): list(at) for term, at in row.places().items()}
    assert found == expected


def test_whoosh_knows_lengths_and_frequencies(stock, present, analyzer):
    lengths = {entry.section: len(found.body) for entry, found in zip(present, analysed(present), strict=True)}
    reader = stock.reader()
    for number in reader.all_doc_ids():
        assert reader.doc_field_length(number, "body") == lengths[reader.stored_fields(number)["record"].section]
    assert reader.doc_count() == len(present) < reader.doc_count_all()


@pytest.mark.parametrize("term", ["支援", "見守り", "無い語"])
def test_whoosh_answers_as_we_do(stock, folder, analyzer, term):
    ours = WhooshIndex.open(folder, analyzer)
    hits = ours.search(Word(term, "body"), access=EVERYTHING, limit=1000).hits
    assert sections_of(stock, query.Term("body", term)) == {section for section, _ in hits}


def test_whoosh_finds_the_phrases_that_we_find(stock, folder, analyzer, present):
    ours = WhooshIndex.open(folder, analyzer)
    for entry in present[::7]:
        (found,) = analysed([entry])
        terms = found.body.terms[4:6]
        hits = ours.search(Run(terms, "body"), access=EVERYTHING, limit=1000).hits
        assert sections_of(stock, query.Phrase("body", list(terms))) == {section for section, _ in hits}


def test_words_of_sections_are_kept_through_merging(folder, analyzer, present):
    ours = WhooshIndex.open(folder, analyzer)
    found = ours.words([entry.section for entry in present], access=PUBLIC_ONLY)
    assert found.keys() == {entry.section for entry in present}
    for entry in present:
        kept = Kept(found[entry.section])
        for text in (entry.heading, entry.text):
            assert kept.words(text).tokens() == analyzer.tokens(text)
    assert ours.words(["000005-00", "無い"], access=PUBLIC_ONLY) == {}


# ----------------------------------------------------------------------------------------------------- merging


@given(st.lists(st.integers(1, 3_000), max_size=300))
def test_segments_stay_few_and_sections_are_written_seldom(commits):
    sizes, written = [], 0
    for added in commits:
        chosen = due([(size, size) for size in sizes], added)
        merged = added + sum(sizes[number] for number in chosen)
        written += merged
        sizes = [size for number, size in enumerate(sizes) if number not in chosen] + [merged]
    levels = 1 + int(np.log(max(sum(commits) / SMALLEST, 1)) / np.log(FANOUT)) if commits else 1
    assert sum(sizes) == sum(commits)
    assert len(sizes) <= levels * (FANOUT - 1)
    assert written <= sum(commits) * (levels + 1) + FANOUT * SMALLEST * len(commits)


def test_segment_of_which_most_has_been_replaced_is_written_anew():
    assert due([(1_000, 1_000), (400, 1_000)], 12) == {1}


def test_segments_that_have_become_one_answer_as_they_did(analyzer, corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(terms, "CHUNK", 50)  # of many stretches

    def filled(name, fanout):
        monkeypatch.setattr(whoosh_files, "FANOUT", fanout)
        ours = WhooshIndex.create(tmp_path / name, analyzer)
        for document, several in groupby(corpus, key=lambda entry: entry.document):
            ours.replace(document, list(several))
            ours.commit()
        return ours, len(list((tmp_path / name / "public").glob("*.terms")))

    (joined, few), (apart, many), (settled, before) = (
        filled("joined", 2),
        filled("apart", 10_000),
        filled("set", 10_000),
    )
    settled.settle()
    assert (few, many, before) == (1, 10, 10)
    assert len(list((tmp_path / "set" / "public").glob("*.terms"))) == 1
    assert settled.documents() == joined.documents() == apart.documents()
    rows = [found.body.terms for found in analysed(corpus[::10])]
    for node in [Word("支援"), *(Run(row[4:6]) for row in rows), *(Word(row[0]) for row in rows), Beginning("見")]:
        expected = apart.search(node, access=EVERYTHING, limit=50, facets=("type", "year"))
        assert expected.total > 0 or isinstance(node, Run)
        for one in (joined, settled):
            found = one.search(node, access=EVERYTHING, limit=50, facets=("type", "year"))
            assert (found.total, found.facets) == (expected.total, expected.facets)
            assert [section for section, _ in found.hits] == [section for section, _ in expected.hits]
            scores = [score for _, score in expected.hits]
            assert [score for _, score in found.hits] == pytest.approx(scores, abs=1e-6)


def test_a_stretch_of_terms_that_has_lost_all_its_sections_is_left_out(monkeypatch):
    monkeypatch.setattr(terms, "CHUNK", 10)
    rows = [(0, Row.of(("見守り",) * 9 + ("配食",), range(10))), (1, Row.of(("会食",) * 8, range(8)))]
    written = terms.Terms(terms.to_arrays([terms.build(rows)]))
    none, kept = terms.build([]), np.array([-1, 0])
    found = terms.Terms(terms.to_arrays(terms.merge([(none, np.arange(0)), (written, kept)])))
    assert [term.decode() for term in found.terms] == ["会食"]
    numbers, counts = found.postings(0)
    assert (numbers.tolist(), counts.tolist()) == ([0], [8])
    assert found.positions(0, np.array([0]), counts[:1]).tolist() == list(range(8))


@given(st.lists(st.lists(st.integers(1, 90), min_size=1, max_size=60), min_size=1, max_size=4), st.data())
def test_what_is_looked_up_for_some_sections_is_what_is_read_for_all(counts, data):
    """``counts``: of each term how often it stands in each section that has it."""
    standing = [
        [f"語{term}" for term, of in enumerate(counts) if number < len(of) for _ in range(of[number])]
        for number in range(max(map(len, counts)))
    ]
    rows = [(number, Row.of(words, range(len(words)))) for number, words in enumerate(standing)]
    found = terms.Terms(terms.to_arrays([terms.build(rows)]))
    for term, of in enumerate(counts):
        which = np.array(sorted(data.draw(st.sets(st.integers(0, len(of) - 1)))), dtype=np.int64)
        begins, several = found.some(term, which)
        assert several.tolist() == [of[number] for number in which]
        assert begins.tolist() == [sum(of[:number]) for number in which]


# ------------------------------------------------------------------------------------------------------ cache


def test_cache_keeps_within_its_budget_and_forgets_what_was_used_longest_ago():
    made = []

    def make(name):
        made.append(name)
        return np.zeros(500, dtype=np.int64), np.zeros(500)

    cache = Cache(limit=20_000)
    for name in ("a", "b", "a", "c", "a", "b"):
        cache.get(name, lambda name=name: make(name))
    assert made == ["a", "b", "c", "b"]
