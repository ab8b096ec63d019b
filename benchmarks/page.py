"""The figures as text: what was measured, on which machine, by which command."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from benchmarks.figures import Engine, Kept, Made, Report, Served, Times
from benchmarks.targets import Target, of_http, of_search
from kb.ingest.indexer import BATCH


def whole(kept: Kept, chart: str) -> str:
    """The page that is kept in docs/."""
    found = [*(of_search(kept.search[1][-1]) if kept.search else ()), *(of_http(kept.http[1]) if kept.http else ())]
    made = [one[0] for one in (kept.search, kept.http) if one]
    parts = [
        _HEAD.format(
            commands="\n".join(f"    {one.command}" for one in made),
            machines="\n".join(f"- `{_program(one)}`: {one.machine}; {_long(one.seconds)}." for one in made),
        ),
        _targets(found, kept),
        _SEARCH.format(batch=BATCH, chart=chart) + tables(kept.search[1]) if kept.search else "",
        _HTTP + served(kept.http[1]) if kept.http else "",
    ]
    return "\n".join(part.strip() + "\n" for part in parts if part)


def _program(made: Made) -> str:
    """``benchmarks.search`` of ``python -m benchmarks.search --quick``."""
    return made.command.split()[2]


def _long(seconds: float) -> str:
    return f"{seconds / 60:,.0f} minutes" if seconds >= 100 else f"{seconds:,.0f} s"


# ------------------------------------------------------------------------------------------------------ searching


def tables(reports: Sequence[Report]) -> str:
    """All sizes."""
    return "\n".join(_report(report) for report in reports)


def _report(report: Report) -> str:
    texts, engines = report.texts, report.engines
    kinds = list(engines[0].answered) if engines else []
    names = [engine.label for engine in engines]
    lines = [
        f"## {texts.sections:,} sections, {texts.characters / texts.sections:,.0f} characters each",
        "",
        *(f"**Not measured, for it was not installed: {one}.**\n" for one in report.absent),
        "CPU milliseconds, p50 / p95, asked again:",
        "",
        *_table(["", *names], ([kind, *(_both(e.answered[kind].warm) for e in engines)] for kind in kinds)),
        "",
        "CPU milliseconds, p50 / p95, cold:",
        "",
        *_table(["", *names], ([kind, *(_both(e.answered[kind].cold) for e in engines)] for kind in kinds)),
        "",
        "Wall milliseconds, p50 / p95, asked again:",
        "",
        *_table(["", *names], ([kind, *(_both(e.answered[kind].wall) for e in engines)] for kind in kinds)),
        "",
        "Sections that match, on average:",
        "",
        *_table(["", *names], ([kind, *(f"{e.answered[kind].matches:,.0f}" for e in engines)] for kind in kinds)),
        "",
        "Making terms, CPU seconds for all sections (sections a second):",
        "",
        *_table(["Sudachi's tokenizing alone", "analysing", "phrases to offer"], [_making(report)]),
        "",
        "Indexing what has been analysed, memory, and replacing one document:",
        "",
        *_table(["", *names], _keeping(engines)),
        "",
    ]
    return "\n".join(lines)


def _making(report: Report) -> list[str]:
    texts = report.texts
    several = (texts.tokenizing, texts.analysing, texts.phrases)
    return [f"{seconds:,.1f} ({texts.sections / seconds:,.0f})" for seconds in several]


def _keeping(engines: Sequence[Engine]) -> Iterable[list[str]]:
    yield ["indexing, CPU s", *(f"{e.written.cpu:,.1f}" for e in engines)]
    yield ["indexing, wall s", *(f"{e.written.wall:,.1f}" for e in engines)]
    yield ["size, MB", *(f"{(e.written.size - e.written.snippets) / 1e6:,.1f}" for e in engines)]
    yield ["what snippets need on top, MB", *(f"{e.written.snippets / 1e6:,.1f}" for e in engines)]
    yield ["memory before the index is opened, MB", *(f"{e.started / 1e6:,.0f}" for e in engines)]
    yield ["memory at most while answering, MB", *(f"{e.peak / 1e6:,.0f}" for e in engines)]
    yield ["one document replaced, wall ms", *(_both(e.updated.document) for e in engines)]
    yield ["first search after it, wall ms", *(_both(e.updated.search) for e in engines)]
    yield ["documents replaced", *(f"{e.updated.times}" for e in engines)]
    yield ["queries of each kind", *(f"{e.queries}" for e in engines)]
    yield ["measuring it took", *(_long(e.seconds) for e in engines)]


def _both(times: Times) -> str:
    return f"{_shown(times.p50)} / {_shown(times.p95)}"


def _shown(milliseconds: float) -> str:
    return (
        f"{milliseconds:,.0f}"
        if milliseconds >= 100
        else f"{milliseconds:.1f}"
        if milliseconds >= 10
        else f"{milliseconds:.2f}"
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    first = "|---" if not head[0] else "|---:"
    lines = [_row(head), first + "|---:" * (len(head) - 1) + "|"]
    return [*lines, *map(_row, rows)]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


# -------------------------------------------------------------------------------------------------------- serving


def served(found: Served) -> str:
    """The results page over HTTP."""
    loads = (
        [
            f"{load.users}",
            f"{load.requests:,}",
            f"{load.p50:,.1f}",
            f"{load.p95:,.1f}",
            f"{load.p99:,.1f}",
            f"{load.rate:,.0f}",
            f"{load.cpu:,.1f}",
        ]
        for load in found.loads
    )
    head = ["users at a time", "answers", "p50, ms", "p95, ms", "p99, ms", "answers/s", "CPU of all processes, ms each"]
    return "\n".join(
        [
            f"{found.sections:,} sections in {found.documents:,} documents; {found.threads} threads.",
            "",
            *_table(head, loads),
            "",
            f"Memory at most: {found.memory / 1e6:,.0f} MB together, what they share counted once; each by itself",
            "; ".join(f"`kb {one.name}` {one.peak / 1e6:,.0f} MB" for one in found.processes) + ".",
            f"Finding annotations and filling the catalogue took {_long(found.filling)},",
            f"`kb reindex` {_long(found.indexing)}, starting the server {found.starting:.1f} s.",
            "",
        ]
    )


# -------------------------------------------------------------------------------------------------------- targets


def _targets(targets: Sequence[Target], kept: Kept) -> str:
    """What must be reached, at the largest size."""
    sizes = [kept.search[1][-1].texts.sections] if kept.search else []
    sizes += [kept.http[1].sections] if kept.http else []
    told = " and ".join(f"{size:,}" for size in dict.fromkeys(sizes))
    reached = {True: "yes", False: "**no**", None: "not measured"}
    rows = ([one.what, one.wanted, one.measured, reached[one.reached]] for one in targets)
    lines = [f"## Targets, at {told} sections", "", "| | wanted | measured | reached |", "|---|---|---|---|"]
    return "\n".join([*lines, *map(_row, rows), ""])


# -------------------------------------------------------------------------------------------------------- machine


def machine() -> str:
    """What the figures depend on."""
    names = ("whoosh", "numpy", "sudachipy", "sudachidict-core", "tantivy")
    packages = [f"{name} {found}" for name in names if (found := _version(name))]
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}; Python {platform.python_version()}, "
        f"{', '.join(packages)}, SQLite {sqlite3.sqlite_version}{_xapian()}; {_load()}"
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _xapian() -> str:
    if find_spec("xapian") is None:
        return ""
    return f", Xapian {import_module('xapian').version_string()}"


def _load() -> str:
    """How busy the machine was, this program included."""
    return f"load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load average unknown"


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.machine())


_HEAD = """\
# Benchmarks

Measured, not estimated; written by the commands themselves, which anyone can run again:

{commands}

The extra `bench` brings Tantivy; Xapian is Debian's python3-xapian; each is left out where it is not installed. The
figures themselves are in `benchmarks.json` beside this page (`python -m benchmarks.kept PAGE` writes the page from
them). Measured on:

{machines}
"""

_SEARCH = """\
## How engines were measured

![CPU milliseconds of a query by engine]({chart})

The sections are fictional (`benchmarks/corpus.py`): a heading, some sentences, dates, words as unevenly frequent as in
real texts (Zipf-Mandelbrot), 20,000 made-up names as the long tail. They are analysed once; **all engines get the same
terms** (Tantivy and Xapian at the same positions, too), the same type, year and date of each section, rank with BM25
(title 0.2 beside text 1.0) and keep no text. All are asked the same queries, which have been read and analysed
beforehand: the times are those of the engine alone, in a process of its own with one thread. **Each counts all matches
and names the ten best**; where it says so, it also counts them by type and by year. Tantivy's binding and FTS5 need a
second pass over the matches for that.

*Asked again*: each query has been asked once before, by the same process. *Cold*: for each query the index is closed
and opened anew, and one other query, which shares no term with any, is asked (that is what happens when a server
starts); then the query is asked, once. So every term is touched for the first time and nothing that the engine's
objects keep is there; files stay in the system's cache, as on a server that does nothing else. Stock Whoosh, which
takes long, is asked the first 20 queries of each kind; what it is compared with is ours for those same queries. It is
asked through `kb/search/stock_engine.py`, for the very answers that ours gives: all matches scored and sorted, ties
included, which is more than Whoosh's own ten best would take.

Where the numbers of matches differ, engines cannot be told exactly what we mean. Of a *question*, ours and Tantivy want
two words of four or more; FTS5 and Xapian any of them. A *phrase* in FTS5 may reach across the end of a sentence, for
it takes no positions. FTS5 has no way to say that words side by side are worth more, and is spared that.

*Indexing* starts with terms and ends with an index that is safe on disk: for Whoosh {batch} documents a commit with
checksums and fsync, for the others all sections in one commit. A *document replaced* has 12 sections: deleted, added,
committed, visible; its terms are there already. Memory is the resident size at most (`VmHWM`), Python included, and for
ours and stock Whoosh the dictionary of the tokenizer as well, which the others would need for reading queries.

"""

_HTTP = """\
## The results page over HTTP

A `kb serve` with its worker and the processes that make pages (as many as there are processors), over a catalogue with
the same fictional sections as published documents, annotated by all plugins and indexed by `kb reindex`. So many users
without sign-in, in another process on the same machine, ask for `/search?q=…` over connections of their own that stay
open, accept gzip as browsers do, and ask again as soon as the answer is there: random queries of all kinds above (those
of the commonest words come up again, as people's do). A page has ten hits with snippets and counts all facets; queries
are read, analysed and widened by the thesaurus.

"""
