"""What it costs to rank the best sections anew by pairs of characters.

    python -m benchmarks.rerank --sections 3000

Sections of the made-up corpus, of 600 characters each, lie in a library; the same queries are answered with and without
the texts of the best ones. CPU milliseconds in one process, p50; everything has been asked once before. *Folded*: the
texts have not been met before; *kept*: they were among the best of a query shortly before.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from benchmarks.corpus import sections, vocabulary
from benchmarks.questions import questions
from kb.model import PUBLIC_ONLY, AccessClass, Block, Document, Query, Section
from kb.search import rerank
from kb.search.index import Entry
from kb.search.query import parse
from kb.search.searcher import Searcher
from kb.search.thesaurus import Thesaurus
from kb.testing import open_library
from kb.text.analyze import Analyzer

#: Queries of each kind, and times that each is asked.
QUERIES, ROUNDS = 20, 5

#: Characters of a section.
CHARACTERS = 600


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rerank", description="Measure ranking anew.")
    parser.add_argument("--sections", type=int, default=1_000, metavar="N", help="sections to index")
    options = parser.parse_args(arguments)
    entries = [
        replace(one, text=(one.text + other.text)[:CHARACTERS])
        for one, other in pairwise(sections(options.sections + 1))
    ]
    analyzer = Analyzer()
    with TemporaryDirectory() as folder, open_library(Path(folder)) as library:
        library.fill(_document(number, entry) for number, entry in enumerate(entries))
        index, thesaurus = library.index(), Thesaurus((), analyzer)
        alone = Searcher(index, analyzer, thesaurus)
        anew = Searcher(index, analyzer, thesaurus, texts=library.store.catalogue.texts)
        print(f"{len(entries):,} sections of {CHARACTERS} characters")
        for kind, asked in questions(vocabulary(Random(1)), entries, QUERIES).items():
            print(f"{kind}: {measured(alone, anew, [parse(text) for text in asked])}")


def _document(number: int, entry: Entry) -> tuple[Document, Section]:
    document = Document(
        f"{number:012d}",
        "document",
        entry.title,
        entry.section,
        access=AccessClass.PUBLIC,
        date=entry.date,
        source="made",
    )
    return replace(document, uri=entry.section), Section(entry.heading, tuple(map(Block, entry.text.split("\n"))))


def measured(alone: Searcher, anew: Searcher, queries: Sequence[Query]) -> str:
    """The figures of one kind of queries."""
    pairs = median(len(rerank.pairs(query.node)) for query in queries)
    times = (_median(alone, queries), _median(anew, queries, rerank.forget), _median(anew, queries))
    return "{:.0f} pairs; alone {:.2f} ms, folded {:.2f} ms, kept {:.2f} ms".format(pairs, *times)


def _median(searcher: Searcher, queries: Sequence[Query], before: Callable[[], None] = lambda: None) -> float:
    times = []
    for query in queries:
        searcher.search(query, PUBLIC_ONLY)
        for _ in range(ROUNDS):
            before()
            began = process_time()
            searcher.search(query, PUBLIC_ONLY)
            times.append((process_time() - began) * 1000)
    return median(times)


if __name__ == "__main__":
    main()
