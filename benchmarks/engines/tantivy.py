"""Tantivy, the search library in Rust, through its Python binding. It gets the same terms at the same positions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any as Anything
from typing import Self

from benchmarks.engines import BODY, FACETS, TITLE, Answer
from kb.model import Everything, Filter, Range
from kb.search.analysed import Row
from kb.search.index import Entry
from kb.search.nodes import All, Any, Beginning, Except, IndexNode, Prefer, Run, Weighted, Word

#: Only there with the extra ``bench``.
tantivy: Anything = import_module("tantivy")

_FIELDS = {"body": BODY, "title": TITLE}

#: A stop word: leaves no posting, only a gap between what stands on both sides of it.
_GAP = "。"

#: What the writer keeps in memory before it writes a segment, in bytes; as much as ours may (``WRITER_MEGABYTES``).
_HEAP = 256 << 20


class Tantivy:
    """A Tantivy index of sections."""

    def __init__(self, index: Anything) -> None:
        self._index = index
        tokenizer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
        index.register_tokenizer("terms", tokenizer.filter(tantivy.Filter.custom_stopword([_GAP])).build())
        self._schema = index.schema
        self._writer: Anything = None
        self._searcher = index.searcher()

    @classmethod
    def create(cls, folder: Path) -> Self:
        """See ``Door``."""
        folder.mkdir(parents=True)
        return cls(tantivy.Index(_schema(), path=str(folder)))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """See ``Door``."""
        return cls(tantivy.Index.open(str(folder)))

    def write(self, documents: Sequence[Sequence[Entry]]) -> None:
        """One commit; one thread, as the others have."""
        for document in documents:
            for entry in document:
                self._writing().add_document(_document(entry))
        self._committed()

    def settle(self) -> None:
        """Wait for merges; there is no way to ask for more of them."""
        self._writing().wait_merging_threads()
        self._writer = None
        self._reload()

    def replace(self, document: Sequence[Entry]) -> None:
        """See ``Engine``."""
        self._writing().delete_documents_by_term("document", document[0].document)
        for entry in document:
            self._writing().add_document(_document(entry))
        self._committed()

    def search(self, node: IndexNode, facets: Sequence[str]) -> Answer:
        """See ``Engine``. Facets are a second pass: the binding cannot collect both in one."""
        query = self._query(node)
        found = self._searcher.search(query, limit=10, count=True)
        best = [self._searcher.doc(address)["section"][0].decode() for _, address in found.hits]
        return Answer(found.count, best, self._facets(query, facets) if facets else {})

    def close(self) -> None:
        """See ``Engine``."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    def _facets(self, query: Anything, facets: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        wanted = {name: {"terms": {"field": name, "size": 1000}} for name in facets}
        found = self._searcher.aggregate(query, wanted)
        return {name: {b["key"]: b["doc_count"] for b in found[name]["buckets"]} for name in facets}

    def _writing(self) -> Anything:
        if self._writer is None:
            self._writer = self._index.writer(_HEAP, 1)
        return self._writer

    def _committed(self) -> None:
        self._writing().commit()
        self._reload()

    def _reload(self) -> None:
        self._index.reload()
        self._searcher = self._index.searcher()

    def _query(self, node: IndexNode) -> Anything:  # noqa: C901, PLR0911 - one line for each kind of node
        query, occur = tantivy.Query, tantivy.Occur
        match node:
            case All(nodes):
                return query.boolean_query(
                    [
                        (occur.MustNot, self._query(inner.node))
                        if isinstance(inner, Except)
                        else (occur.Must, self._query(inner))
                        for inner in nodes
                    ]
                )
            case Any(nodes, at_least):
                return query.boolean_query([(occur.Should, self._query(inner)) for inner in nodes], at_least)
            case Prefer(inner, bonus):
                return query.boolean_query([(occur.Must, self._query(inner)), (occur.Should, self._query(bonus))])
            case Weighted(inner, factor):
                return query.boost_query(self._query(inner), factor)
            case Filter(name, value):
                return query.const_score_query(query.term_query(self._schema, name, value, "basic"), 0.0)
            case Range(_, first, last):
                kind = tantivy.FieldType.Integer
                days = query.range_query(self._schema, "day", kind, *_days(first, last))
                return query.const_score_query(days, 0.0)
            case Word(term, name):
                return self._fields(name, lambda field: query.term_query(self._schema, field, term, "freq"))
            case Run(terms, name):
                return self._fields(name, lambda field: query.phrase_query(self._schema, field, list(terms)))
            case Beginning(prefix, name):
                pattern = f"{re.escape(prefix)}.*"
                return self._fields(name, lambda field: query.regex_query(self._schema, field, pattern))
            case Everything():
                return query.all_query()
            case _:
                raise NotImplementedError(node)

    def _fields(self, name: str, make: Anything) -> Anything:
        """The same in one field, or in either with its weight."""
        if name:
            return tantivy.Query.boost_query(make(name), _FIELDS[name])
        both = ((field, make(field)) for field in _FIELDS)
        weighed = [made if field == "body" else tantivy.Query.boost_query(made, TITLE) for field, made in both]
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in weighed])


def _days(*ends: date | None) -> Iterator[int | None]:
    return (end.toordinal() if end else None for end in ends)


def _schema() -> Anything:
    builder = tantivy.SchemaBuilder()
    for name in _FIELDS:
        builder.add_text_field(name, tokenizer_name="terms", index_option="position")
    for name in FACETS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("document", "dates"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("section", stored=True)
    builder.add_integer_field("day", indexed=True, fast=True)
    return builder.build()


def _document(entry: Entry) -> Anything:
    if entry.analysed is None or entry.date is None:
        raise ValueError(entry.section)
    made = tantivy.Document()
    made.add_text("body", _spaced(entry.analysed.body))
    made.add_text("title", _spaced(entry.analysed.title))
    for name, values in entry.keywords.items():
        for value in values:
            made.add_text(name, value)
    made.add_text("document", entry.document)
    made.add_bytes("section", entry.section.encode())
    made.add_integer("day", entry.date.toordinal())
    return made


def _spaced(row: Row) -> str:
    return " ".join(_with_gaps(row))


def _with_gaps(row: Row) -> Iterator[str]:
    """The terms, and a stop word for each position between where there is none."""
    yield from row.terms[:1]
    for (before, after), term in zip(pairwise(row.positions), row.terms[1:], strict=True):
        yield from [_GAP] * (after - before - 1)
        yield term
