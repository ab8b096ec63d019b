"""Xapian, the search library in C++, as Debian packages it. It gets the same terms at the same positions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any as Anything
from typing import Self

from benchmarks.engines import BODY, FACETS, TITLE, Answer
from kb.model import Everything, Filter, Range
from kb.search.index import Entry
from kb.search.nodes import All, Any, Beginning, Except, IndexNode, Prefer, Run, Weighted, Word
from kb.search.ranking import K1, B

#: From Debian, not from PyPI.
xapian: Anything = import_module("xapian")

#: What terms begin with, by Xapian's convention: of the title with S, of our own fields with X, an id with Q.
_PREFIXES = {"body": "", "title": "S"}
_WEIGHTS = {"body": BODY, "title": TITLE}
_EXACT = {"type": "XTYPE", "year": "XYEAR", "dates": "XDATE", "document": "XDOC"}
#: Terms that a beginning may stand for. Without saying so, the binding would take its letters for queries.
_ANY_NUMBER = 0, xapian.Query.WILDCARD_LIMIT_ERROR
_SLOTS = {name: slot for slot, name in enumerate((*FACETS, "day"))}


class Xapian:
    """A Xapian database of sections."""

    def __init__(self, folder: Path, writer: Anything = None) -> None:
        self._folder = str(folder)
        self._writer = writer
        self._database = xapian.Database(self._folder)

    @classmethod
    def create(cls, folder: Path) -> Self:
        """See ``Door``."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        return cls(folder, xapian.WritableDatabase(str(folder), xapian.DB_CREATE_OR_OPEN))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """See ``Door``."""
        return cls(folder)

    def write(self, documents: Sequence[Sequence[Entry]]) -> None:
        """Commits by itself every 10,000 sections, and at the end."""
        for document in documents:
            for entry in document:
                self._writing().add_document(_document(entry))
        self._committed()

    def settle(self) -> None:
        """See ``Engine``: its B-trees are what they are."""

    def replace(self, document: Sequence[Entry]) -> None:
        """See ``Engine``."""
        self._writing().delete_document(_EXACT["document"] + document[0].document)
        for entry in document:
            self._writing().add_document(_document(entry))
        self._committed()

    def search(self, node: IndexNode, facets: Sequence[str]) -> Answer:
        """See ``Engine``."""
        enquire = xapian.Enquire(self._database)
        enquire.set_weighting_scheme(xapian.BM25Weight(K1, 0, 1, B, 0.5))
        enquire.set_query(_query(node))
        spies = {name: xapian.ValueCountMatchSpy(_SLOTS[name]) for name in facets}
        for spy in spies.values():
            enquire.add_matchspy(spy)
        found = enquire.get_mset(0, 10, self._database.get_doccount())  # look at all of them: the total must be exact
        best = [match.document.get_data().decode() for match in found]
        counts = {name: {one.term.decode(): one.termfreq for one in spy.values()} for name, spy in spies.items()}
        return Answer(found.get_matches_estimated(), best, counts)

    def close(self) -> None:
        """See ``Engine``."""
        if self._writer is not None:
            self._writer.close()
        self._database.close()

    def _writing(self) -> Anything:
        if self._writer is None:
            self._writer = xapian.WritableDatabase(self._folder, xapian.DB_OPEN)
        return self._writer

    def _committed(self) -> None:
        self._writing().commit()
        self._database.reopen()


def _document(entry: Entry) -> Anything:
    if entry.analysed is None or entry.date is None:
        raise ValueError(entry.section)
    made = xapian.Document()
    for name, row in (("body", entry.analysed.body), ("title", entry.analysed.title)):
        for term, position in zip(row.terms, row.positions, strict=True):
            made.add_posting(_PREFIXES[name] + term, position + 1)
    for name, values in (*entry.keywords.items(), ("document", (entry.document,))):
        for value in values:
            made.add_boolean_term(_EXACT[name] + value)
    for name in FACETS:
        made.add_value(_SLOTS[name], entry.keywords[name][0])
    made.add_value(_SLOTS["day"], _day(entry.date))
    made.set_data(entry.section)
    return made


def _query(node: IndexNode) -> Anything:  # noqa: C901, PLR0911 - one line for each kind of node
    query = xapian.Query
    match node:
        case All(nodes):
            wanted = query(query.OP_AND, [_query(inner) for inner in nodes if not isinstance(inner, Except)])
            unwanted = [_query(inner.node) for inner in nodes if isinstance(inner, Except)]
            return query(query.OP_AND_NOT, wanted, query(query.OP_OR, unwanted)) if unwanted else wanted
        case Any(nodes):  # of how many, Xapian cannot be told
            return query(query.OP_OR, [_query(inner) for inner in nodes])
        case Prefer(inner, bonus):
            return query(query.OP_AND_MAYBE, _query(inner), _query(bonus))
        case Weighted(inner, factor):
            return query(factor, _query(inner))
        case Filter(name, value):
            return query(0.0, query(_EXACT[name] + value))
        case Range(_, first, last):
            ends = (_day(end) for end in (first or date.min, last or date.max))
            return query(0.0, query(query.OP_VALUE_RANGE, _SLOTS["day"], *ends))
        case Word(term, name):
            return _fields(name, lambda prefix: query(prefix + term))
        case Run(terms, name):
            return _fields(name, lambda prefix: query(query.OP_PHRASE, [prefix + term for term in terms], len(terms)))
        case Beginning(start, name):
            return _fields(name, lambda prefix: query(query.OP_WILDCARD, prefix + start, *_ANY_NUMBER))
        case Everything():
            return query.MatchAll
        case _:
            raise NotImplementedError(node)


def _day(day: date) -> Anything:
    return xapian.sortable_serialise(day.toordinal())


def _fields(name: str, make: Anything) -> Anything:
    """The same in one field, or in either with its weight."""
    wanted = {name: _WEIGHTS[name]} if name else _WEIGHTS
    weighed = [xapian.Query(weight, make(_PREFIXES[field])) for field, weight in wanted.items()]
    return xapian.Query(xapian.Query.OP_OR, weighed)
