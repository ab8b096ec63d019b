"""What analysis costs beside what Sudachi alone costs, in this process and in as many as there are processors.

    python -m benchmarks.analysis                           10,000 sections
    python -m benchmarks.analysis --sections 100000
    python -m benchmarks.analysis --documents FOLDER        the sections of a data folder instead
    python -m benchmarks.analysis --index                   written to an index, too

*Sudachi alone* is one ``tokenize()`` (mode C) of each section's text and headings, and nothing done with it; in several
processes it could take no less than its part of that. *CPU* is that of all processes, and less at the mercy of whatever
else runs on the machine than the time on the clock.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from os import times
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from sudachipy import (  # type: ignore[import-untyped] # see kb.text.sudachi
    Dictionary,
    SplitMode,
)

from benchmarks.corpus import sections
from kb.config import load
from kb.ingest.analysts import Analysts, processors
from kb.ingest.indexer import BATCH
from kb.library import Library
from kb.model import EVERYTHING, AccessClass
from kb.search.index import Entry, Index
from kb.search.whoosh_engine import WhooshIndex
from kb.text.analyze import Analyzer

Documents = Sequence[tuple[str, Sequence[Entry]]]


@dataclass(frozen=True, slots=True)
class Cost:
    """What something took, in seconds."""

    name: str
    clock: float
    cpu: float
    processes: int = 1


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print a table."""
    options = _options().parse_args(arguments)
    entries = list(_kept(options.documents) if options.documents else sections(options.sections))
    documents = [(name, list(some)) for name, some in groupby(entries, key=lambda entry: entry.document)]
    print(_table(measure(documents, options.processes, is_indexed=options.index), len(entries)))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.analysis", description="Measure analysis.")
    parser.add_argument("--sections", type=int, default=10_000, metavar="N", help="fictional sections")
    parser.add_argument("--documents", type=Path, metavar="FOLDER", help="a data folder with sections to take instead")
    parser.add_argument("--processes", type=int, default=processors(), metavar="N", help="as many as processors")
    parser.add_argument("--index", action="store_true", help="write them to an index, too")
    return parser


def _kept(folder: Path) -> Iterator[Entry]:
    with Library(load(folder, {})) as library:
        for document in library.store.catalogue.documents(EVERYTHING):
            for section in library.store.catalogue.sections_of(document.id, EVERYTHING):
                above = "\n".join(section.path[:-1])
                access = AccessClass.PUBLIC
                yield Entry(
                    section.id, document.id, 1, access, document.title, section.heading, section.text, above=above
                )


def measure(documents: Documents, processes: int, *, is_indexed: bool = False) -> list[Cost]:
    """Sudachi alone first, then everything else."""
    works = {"analysis": _analysed} | ({"the same and an index": _written} if is_indexed else {})
    costs = (
        _cost(f"{name}, {number} processes", partial(work, documents, number), number)
        for name, work in works.items()
        for number in dict.fromkeys((1, processes))
    )
    return [_alone(documents), *costs]


def _alone(documents: Documents) -> Cost:
    tokenizer = Dictionary(dict="core").create(mode=SplitMode.C)
    texts = [text for _, some in documents for entry in some for text in (entry.text, entry.heading, entry.above)]

    def tokenize() -> None:
        for text in texts:
            tokenizer.tokenize(text)

    return _cost("Sudachi alone", tokenize, 1)


def _analysed(documents: Documents, processes: int) -> None:
    with Analysts(processes) as analysts:
        for _ in analysts.analysed(documents):
            pass


def _written(documents: Documents, processes: int) -> None:
    with TemporaryDirectory() as folder, Analysts(processes) as analysts:
        index: Index = WhooshIndex.create(Path(folder), Analyzer())
        for number, (document, entries) in enumerate(analysts.analysed(documents), 1):
            index.replace(document, entries)
            if number % BATCH == 0:
                index.commit()
        index.commit()
        index.close()


def _cost(name: str, work: Callable[[], None], processes: int) -> Cost:
    began, before = perf_counter(), times()
    work()
    after = times()
    return Cost(name, perf_counter() - began, sum(after[:4]) - sum(before[:4]), processes)


def _table(costs: Sequence[Cost], count: int) -> str:
    alone = costs[0]
    head = (
        f"{count:,} sections\n| | s | CPU s | CPU µs a section | CPU, times Sudachi | s, times Sudachi on as many |\n"
    )
    rows = (
        f"| {cost.name} | {cost.clock:.1f} | {cost.cpu:.1f} | {cost.cpu / count * 1e6:.0f} "
        f"| {cost.cpu / alone.cpu:.2f} | {cost.clock / alone.clock * cost.processes:.2f} |"
        for cost in costs
    )
    return head + "|---|---:|---:|---:|---:|---:|\n" + "\n".join(rows)


if __name__ == "__main__":
    main()
