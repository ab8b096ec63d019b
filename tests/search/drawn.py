"""Random libraries and random questions, for tests that compare engines."""

import datetime as dt
from dataclasses import replace

from hypothesis import strategies as st

from kb.model import AccessClass, Everything, Filter, Range
from kb.search.index import Entry
from kb.search.nodes import NOTHING, All, Any, Beginning, Except, Keyword, Prefer, Run, Weighted, Word

WORDS = ("地域", "支援", "社協", "会議", "制度", "狭間", "ボランティア", "活動")
TERMS = st.sampled_from(WORDS)
FIELDS = st.sampled_from(["", "body", "title"])
SENTENCES = st.lists(st.sampled_from([*WORDS, "。", "の"]), max_size=12).map("".join)
DAYS = st.none() | st.dates(dt.date(2021, 1, 1), dt.date(2021, 1, 4))

LEAVES = st.one_of(
    st.builds(Word, TERMS, FIELDS),
    st.builds(Run, st.lists(TERMS, min_size=1, max_size=3).map(tuple), FIELDS),
    st.builds(Beginning, st.sampled_from(["ボ", "支", "社協", "地域", "x", ""]), FIELDS),
    st.builds(Keyword, st.just("dates"), st.sampled_from("xyz")),
    st.builds(Filter, st.just("type"), st.sampled_from("ab")),
    st.builds(Range, st.just("date"), DAYS, DAYS),
    st.just(Everything()),
    st.just(NOTHING),
)


def branches(children):
    several = st.lists(children, max_size=3).map(tuple)
    return st.one_of(
        st.builds(All, several),
        st.builds(Any, several, st.integers(1, 3)),
        st.builds(Except, children),
        st.builds(Weighted, children, st.sampled_from([0.0, 0.5, 2.0])),
        st.builds(Prefer, children, children),
    )


NODES = st.recursive(LEAVES, branches, max_leaves=6)
ENTRIES = st.builds(
    Entry,
    section=st.just(""),
    document=st.sampled_from("pqrst"),
    version=st.integers(1, 3),
    access=st.sampled_from(list(AccessClass)),
    title=SENTENCES,
    heading=SENTENCES,
    above=SENTENCES,
    text=SENTENCES,
    date=DAYS,
    keywords=st.fixed_dictionaries(
        {
            "type": st.sampled_from("ab").map(lambda v: (v,)),
            "dates": st.lists(st.sampled_from("xyz"), unique=True).map(tuple),
        }
    ),
)
DOCUMENTS = st.lists(ENTRIES, max_size=3).map(
    lambda several: [
        replace(e, section=f"{several[0].document}{n}", document=several[0].document, version=several[0].version)
        for n, e in enumerate(several)
    ]
)
COMMITS = st.lists(st.lists(st.tuples(st.sampled_from("pqrst"), DOCUMENTS), max_size=4), min_size=1, max_size=4)
READERS = st.frozensets(st.sampled_from(list(AccessClass)))
QUESTIONS = st.lists(st.tuples(NODES, READERS, st.sampled_from(["relevance", "date"])), min_size=4, max_size=8)


def put(commit, *indexes):
    """Replace and remove documents as drawn, in each of the indexes, and commit."""
    for removed, entries in commit:
        for index in indexes:
            index.replace(entries[0].document if entries else removed, entries)
    for index in indexes:
        index.commit()
