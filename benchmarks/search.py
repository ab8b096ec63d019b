"""How fast sections become findable, how large the index is, and how long queries take, beside SQLite FTS5.

    python -m benchmarks.search                                 1,000 and 10,000 sections
    python -m benchmarks.search --sizes 100000
    python -m benchmarks.search --write docs/benchmarks.md      the page with these figures
    python -m benchmarks.search --sizes 200 --quick             a few seconds: does it run?
    python -m benchmarks.search --engines whoosh stock          beside Whoosh's own searcher, which is slow

Everything is done in one process and one thread. Times are wall-clock times.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from random import Random
from statistics import fmean, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks import page
from benchmarks.corpus import sections, vocabulary
from benchmarks.fts5 import Fts5
from benchmarks.page import Built, Engine, Report, Times
from benchmarks.questions import questions
from kb.ingest.indexer import BATCH
from kb.model import PUBLIC_ONLY, Query, Term
from kb.search.index import Entry, Index
from kb.search.query import parse
from kb.search.searcher import Searcher
from kb.search.stock_engine import StockIndex
from kb.search.thesaurus import Thesaurus
from kb.search.whoosh_engine import WhooshIndex
from kb.text.analyze import Analyzer, Token

SIZES = (1_000, 10_000)
TODAY = date(2026, 11, 24)

DEFAULT = ("whoosh", "fts5")
"""The engines that docs/benchmarks.md compares."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is asked: queries of each kind, and how often each is asked again."""

    each: int
    rounds: int


THOROUGH, QUICK = Effort(each=50, rounds=4), Effort(each=3, rounds=2)

Ask = Callable[[Query], int]
"""Answers a query; gives the number of matches."""


class TimedAnalyzer(Analyzer):
    """Knows how long it has been at work, so that analysis and indexing can be told apart."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def tokens(self, text: str) -> list[Token]:
        """See ``Analyzer``."""
        began = perf_counter()
        found = super().tokens(text)
        self.seconds += perf_counter() - began
        return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print the figures."""
    options = _options().parse_args(arguments)
    effort = QUICK if options.quick else THOROUGH
    reports = [measure(size, effort, options.engines) for size in options.sizes]
    print(page.tables(reports))
    if options.write:
        command = " ".join(["python -m benchmarks.search", *(arguments if arguments is not None else sys.argv[1:])])
        options.write.write_text(page.whole(reports, command), encoding="utf-8")


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description="Measure the search engine.")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="sections to index")
    parser.add_argument("--engines", nargs="+", default=DEFAULT, choices=ENGINES, help="engines to measure")
    parser.add_argument("--quick", action="store_true", help="few queries: only to see that it runs")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write a page with the figures")
    return parser


def measure(size: int, effort: Effort, engines: Sequence[str] = DEFAULT) -> Report:
    """Build engines over the same sections and ask all the same queries."""
    analyzer = TimedAnalyzer()
    analyzer.tokens("辞書を読み込む")
    entries = list(sections(size))
    asked = {
        kind: [parse(text, today=TODAY) for text in texts]
        for kind, texts in questions(vocabulary(Random(1)), entries, effort.each).items()
    }
    with TemporaryDirectory() as folder:
        measured = [
            ENGINES[name](Path(folder) / name, entries, analyzer, asked, effort.rounds)
            for name in dict.fromkeys(engines)
        ]
    return Report(size, sum(len(entry.text) for entry in entries), measured)


def _whoosh(
    folder: Path, entries: Sequence[Entry], analyzer: TimedAnalyzer, asked: Mapping[str, Sequence[Query]], rounds: int
) -> Engine:
    return _index("Whoosh files, numpy", WhooshIndex.create(folder, analyzer), folder, entries, analyzer, asked, rounds)


def _stock(
    folder: Path, entries: Sequence[Entry], analyzer: TimedAnalyzer, asked: Mapping[str, Sequence[Query]], rounds: int
) -> Engine:
    return _index("stock Whoosh", StockIndex.create(folder, analyzer), folder, entries, analyzer, asked, rounds)


def _index(  # noqa: PLR0913, PLR0917 - what every engine is measured with
    name: str,
    index: Index,
    folder: Path,
    entries: Sequence[Entry],
    analyzer: TimedAnalyzer,
    asked: Mapping[str, Sequence[Query]],
    rounds: int,
) -> Engine:
    built = _built(lambda: _fill(index, entries), analyzer, folder, len(entries))
    index.close()
    searcher = Searcher(index, analyzer, Thesaurus((), analyzer))
    times = _times(lambda query: searcher.search(query, PUBLIC_ONLY).found.total, asked, rounds)
    index.close()
    return Engine(name, built, times)


def _fill(index: Index, entries: Sequence[Entry]) -> None:
    """As ingestion does: some documents a commit."""
    documents = [(document, list(several)) for document, several in groupby(entries, key=lambda entry: entry.document)]
    for start in range(0, len(documents), BATCH):
        for document, several in documents[start : start + BATCH]:
            index.replace(document, several)
        index.commit()


def _fts5(
    path: Path, entries: Sequence[Entry], analyzer: TimedAnalyzer, asked: Mapping[str, Sequence[Query]], rounds: int
) -> Engine:
    table = Fts5(path, analyzer)
    built = _built(lambda: table.fill(entries), analyzer, path, len(entries))
    table.optimize()
    times = _times(lambda query: table.search(query.node, query.facets)[0], asked, rounds)
    table.close()
    return Engine("SQLite FTS5", built, times)


#: By name. Stock Whoosh is left out unless it is asked for.
ENGINES: Mapping[str, Callable[..., Engine]] = {"whoosh": _whoosh, "fts5": _fts5, "stock": _stock}


def _built(build: Callable[[], None], analyzer: TimedAnalyzer, path: Path, size: int) -> Built:
    analyzer.seconds = 0.0
    began = perf_counter()
    build()
    indexing = perf_counter() - began - analyzer.seconds
    files = path.rglob("*") if path.is_dir() else [path]
    return Built(size / analyzer.seconds, size / indexing, sum(file.stat().st_size for file in files if file.is_file()))


def _times(ask: Ask, asked: Mapping[str, Sequence[Query]], rounds: int) -> Mapping[str, Times]:
    ask(Query(Term("開く"), facets=()))  # opening the index is no part of a query
    return {kind: _of_kind(ask, kind, queries, rounds) for kind, queries in asked.items()}


def _of_kind(ask: Ask, kind: str, queries: Sequence[Query], rounds: int) -> Times:
    facets = ("type", "year") if "facets" in kind else ()
    several = [Query(query.node, query.text, facets=facets) for query in queries]
    first, *later = [[_timed(ask, query) for query in several] for _ in range(rounds)]
    again = [seconds for one in later for seconds in one]
    return Times(*_p50_p95(first), *_p50_p95(again), matches=fmean(ask(query) for query in several))


def _timed(ask: Ask, query: Query) -> float:
    began = perf_counter()
    ask(query)
    return perf_counter() - began


def _p50_p95(seconds: Sequence[float]) -> tuple[float, float]:
    """In milliseconds."""
    cuts = quantiles(seconds, n=20, method="inclusive")
    return cuts[9] * 1000, cuts[18] * 1000


if __name__ == "__main__":
    main()
