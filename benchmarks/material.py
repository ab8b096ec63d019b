"""What all engines are given: sections with their terms, and queries as nodes of terms. Made once for each size."""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby, islice
from pathlib import Path
from random import Random
from time import process_time
from typing import ParamSpec, TypeVar

from sudachipy import Dictionary, SplitMode, Tokenizer  # type: ignore[import-untyped] # as in kb.text.analyze

from benchmarks.corpus import SECTIONS, sections, vocabulary
from benchmarks.engines import FACETS
from benchmarks.figures import Texts
from benchmarks.questions import questions
from kb.ingest.analyst import offered
from kb.ingest.analysts import batches
from kb.search import fields
from kb.search.analysed import Analysed
from kb.search.index import Entry
from kb.search.meaning import Meaning
from kb.search.nodes import IndexNode, Word
from kb.search.query import parse
from kb.search.thesaurus import Thesaurus
from kb.text.analyze import Analyzer

TODAY = date(2026, 11, 24)
"""For dates without a year."""

#: Documents that are read, analysed and written to the file at a time.
_CHUNK = 200

#: Documents of which a new version is written: so many that each is another one.
_VERSIONS = 30

_TEXTS, _QUESTIONS = "texts.pickle", "questions.pickle"

Documents = list[list[Entry]]

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked."""

    opening: IndexNode
    """Asked first, of an index that has just been opened; shares no term with the others."""
    kinds: Mapping[str, Sequence[IndexNode]]
    versions: Documents
    """Documents to be replaced."""


def facets_of(kind: str) -> tuple[str, ...]:
    """The facets that are counted for a kind of query."""
    return FACETS if "facets" in kind else ()


def make(folder: Path, size: int, each: int) -> Texts:
    """Write the material for ``size`` sections and ``each`` queries of a kind; tells what analysing the texts took."""
    analyzer = Analyzer()
    analyzer.terms("辞書を読み込む")
    tokenizer = Dictionary(dict="core").create(mode=SplitMode.C)
    tokenizing, analysing, offering = _Stopwatch(), _Stopwatch(), _Stopwatch()
    every = list(sections(size))
    gc.collect()
    gc.freeze()  # an indexer has a few documents at a time: garbage collections are not to walk through all of them
    with (folder / _TEXTS).open("wb") as file:
        for chunk in _chunks(every):
            tokenizing.of(_tokenized, chunk, tokenizer)
            pickle.dump(_analysed(chunk, analysing, offering), file, pickle.HIGHEST_PROTOCOL)
    _write_questions(folder, every, analyzer, each)
    characters = sum(len(entry.text) for entry in every)
    return Texts(size, characters, tokenizing.seconds, analysing.seconds, offering.seconds)


def texts(folder: Path, *, spelled: bool = False) -> Documents:
    """The sections with their terms, a document a list; spelled out for engines that take words and not numbers."""
    found: Documents = []
    with (folder / _TEXTS).open("rb") as file:
        while file.peek(1):
            found += pickle.load(file)  # noqa: S301 - written by this very run
    if spelled:
        for one in (entry.analysed for document in found for entry in document if entry.analysed):
            _ = [(row.terms, row.positions) for row in (one.body, one.title)]
    return found


def asked(folder: Path) -> Questions:
    """The queries."""
    found: Questions = pickle.loads((folder / _QUESTIONS).read_bytes())  # noqa: S301 - likewise
    return found


class _Stopwatch:
    """Adds up CPU seconds of this process."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def of(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Do it, and count how long it takes."""
        began = process_time()
        done = work(*arguments, **named)
        self.seconds += process_time() - began
        return done


def _tokenized(documents: Documents, tokenizer: Tokenizer) -> None:
    """Nothing but Sudachi, as fast as it goes."""
    for document in documents:
        for entry in document:
            tokenizer.tokenize(f"{entry.heading}\n{entry.text}")


def _analysed(documents: Documents, analysing: _Stopwatch, offering: _Stopwatch) -> Documents:
    """As many at a time as the indexer has analysed, in the same steps (``kb.ingest.analyst.analyse``)."""
    found: Documents = []
    for batch in batches([("", document) for document in documents]):
        entries = [entry for _, document in batch for entry in document]
        read = analysing.of(fields.Texts, entries)
        terms = analysing.of(read.analysed, entries)
        offering.of(offered, read, entries)
        found += analysing.of(_complete, [document for _, document in batch], terms)
    return found


def _complete(documents: Sequence[Sequence[Entry]], terms: Iterable[Analysed]) -> Documents:
    made = iter(terms)
    return [[replace(entry, analysed=next(made)) for entry in document] for document in documents]


def _write_questions(folder: Path, every: Sequence[Entry], analyzer: Analyzer, each: int) -> None:
    meaning = Meaning(analyzer, Thesaurus((), analyzer))
    kinds = {
        kind: [meaning.strict(parse(text, today=TODAY).node) for text in written]
        for kind, written in questions(vocabulary(Random(1)), every, each).items()
    }
    chosen = Random(3).sample(range(0, len(every), SECTIONS), k=min(_VERSIONS, -(-len(every) // SECTIONS)))
    changed = [[replace(entry, version=2) for entry in every[start : start + SECTIONS]] for start in chosen]
    versions = _analysed(changed, _Stopwatch(), _Stopwatch())
    opening = Word(analyzer.terms("助かった")[0])
    (folder / _QUESTIONS).write_bytes(pickle.dumps(Questions(opening, kinds, versions)))


def _documents(entries: Sequence[Entry]) -> Documents:
    return [list(several) for _, several in groupby(entries, key=lambda entry: entry.document)]


def _chunks(entries: Sequence[Entry]) -> Iterator[Documents]:
    documents = iter(_documents(entries))
    while chunk := list(islice(documents, _CHUNK)):
        yield chunk
