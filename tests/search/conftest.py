"""One analyser for all tests: its dictionary is the expensive part."""

import datetime as dt
from dataclasses import dataclass

import pytest

from kb.model import AccessClass
from kb.search.engines import ENGINES, create_index
from kb.search.index import Entry, Found
from kb.search.query import parse
from kb.search.searcher import Marker, Searcher
from kb.search.thesaurus import Thesaurus
from kb.text.analyze import Analyzer


@pytest.fixture(scope="session")
def analyzer():
    return Analyzer()


@pytest.fixture(params=ENGINES)
def index(request, tmp_path, analyzer):
    """An empty index of each engine."""
    made = create_index(request.param, tmp_path / "index", analyzer)
    yield made
    made.close()


@pytest.fixture
def entry():
    """Makes an entry: a section of its own document unless said otherwise."""

    def make(section, text, document=None, access=AccessClass.PUBLIC, version=1, title="", heading="", **more):
        keywords = more.pop("keywords", {})
        day = more.pop("date", None)
        above = more.pop("above", "")
        offered = more.pop("phrases", ())
        assert not more, more
        return Entry(section, document or section, version, access, title, heading, text, day, keywords, above, offered)

    return make


TODAY = dt.date(2026, 11, 24)


@dataclass
class Asked:
    """An answer, with the ids of its sections at hand."""

    found: Found
    partial: bool
    marker: Marker

    @property
    def ids(self):
        return [section for section, _ in self.found.hits]


@pytest.fixture(params=ENGINES)
def ask(request, analyzer, entry, tmp_path_factory):
    """Answers a query over texts, with each engine: ``ask({"a": "…"}, "…").ids`` are the sections found."""
    opened = []

    def search(texts, query, synonyms=(), access=frozenset(AccessClass), **more):
        engine = request.param
        index = create_index(engine, tmp_path_factory.mktemp("index"), analyzer)
        opened.append(index)
        for section, text in texts.items():
            index.replace(section, [text if isinstance(text, Entry) else entry(section, text)])
        index.commit()
        searcher = Searcher(index, analyzer, Thesaurus(synonyms, analyzer))
        answer = searcher.search(parse(query, today=TODAY, **more), access)
        return Asked(answer.found, answer.partial, answer.marker)

    yield search
    for index in opened:
        index.close()
