"""The figures as text: what was measured, on which machine, by which command."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from kb.ingest.indexer import BATCH


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds: when a query is asked for the first time, and when it is asked again."""

    first_p50: float
    first_p95: float
    again_p50: float
    again_p95: float
    matches: float
    """How many sections match, on average."""


@dataclass(frozen=True, slots=True)
class Built:
    """What it takes to have an index."""

    analysis: float
    """Sections analysed a second."""
    indexing: float
    """Sections indexed a second, analysis left out."""
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Engine:
    """The figures of one engine."""

    name: str
    built: Built
    times: Mapping[str, Times]


@dataclass(frozen=True, slots=True)
class Report:
    """The figures for one number of sections."""

    sections: int
    characters: int
    engines: Sequence[Engine]
    """Each has answered the same queries."""


def whole(reports: Sequence[Report], command: str) -> str:
    """The page that is kept in docs/."""
    return _PAGE.format(command=command, batch=BATCH, machine=machine(), tables=tables(reports).rstrip())


def tables(reports: Sequence[Report]) -> str:
    """All reports."""
    return "\n".join(_report(report) for report in reports)


def _report(report: Report) -> str:
    engines = report.engines
    lines = [
        f"## {report.sections:,} sections, {report.characters / report.sections:,.0f} characters each",
        "",
        "| | sections/s, analysis alone | sections/s, indexing alone | size, MB |",
        "|---|---:|---:|---:|",
        *(
            f"| {e.name} | {e.built.analysis:,.0f} | {e.built.indexing:,.0f} | {e.built.size / 1e6:.1f} |"
            for e in engines
        ),
        "",
        "| p50 / p95 in ms | " + " | ".join(f"{e.name}: matches | first | again" for e in engines) + " |",
        "|---" + "|---:" * 3 * len(engines) + "|",
        *(f"| {kind} | " + " | ".join(_cells(e.times[kind]) for e in engines) + " |" for kind in engines[0].times),
        "",
    ]
    return "\n".join(lines)


def _cells(times: Times) -> str:
    first = f"{times.first_p50:.1f} / {times.first_p95:.1f}"
    again = f"{times.again_p50:.1f} / {times.again_p95:.1f}"
    return f"{times.matches:,.0f} | {first} | {again}"


def machine() -> str:
    """What the figures depend on."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("whoosh", "numpy", "sudachipy", "sudachidict-core"))
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}; Python {platform.python_version()}, {packages}, "
        f"SQLite {sqlite3.sqlite_version}; {_load()}"
    )


def _load() -> str:
    """How busy the machine was, this program included."""
    return f"load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load average unknown"


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.machine())


_PAGE = """\
# Benchmarks

Measured, not estimated; written by the command itself:

    {command}

Machine: {machine}.

The sections are fictional (`benchmarks/corpus.py`): a heading, some sentences, dates, words as unevenly frequent as in
real texts (Zipf-Mandelbrot), 20,000 made-up names as the long tail. SQLite FTS5 gets the same terms, ranks with its own
BM25 and the same field weights, and keeps no text either. Both count all matches, as a results page needs; both count
the facets `type` and `year` where it says so.

*Analysis* is Sudachi with everything that we do around it. *Indexing* is what remains of putting sections into an index
that is safe on disk: {batch} documents a commit, with checksums and fsync for Whoosh; one transaction for FTS5.
*First* is the first time that a query is asked of an index that has just been opened: most postings are not decoded
yet, though the files are in the system's cache. *Again* is every later time: decoded postings are kept (128 MB at
most). A query is read beforehand; it is analysed and answered within its time. Loading ten sections from the catalogue
and marking them is left out. Questions match more in FTS5, which is asked for any of their words; ours wants two of
four or more. Phrases match more there, too: it does not know where a sentence ends.

{tables}
"""
