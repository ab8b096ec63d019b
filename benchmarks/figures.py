"""The figures: what was measured, as it is kept beside the page and read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds."""

    p50: float
    p95: float


def times(milliseconds: Sequence[float]) -> Times:
    """The median, and what nineteen of twenty do not exceed; between two that were measured, in proportion."""
    if len(milliseconds) < 2:
        return Times(*list(milliseconds) * 2)
    cuts = quantiles(milliseconds, n=20, method="inclusive")
    return Times(cuts[9], cuts[18])


@dataclass(frozen=True, slots=True)
class Texts:
    """The sections of one size, and what making terms of them takes in CPU seconds."""

    sections: int
    characters: int
    tokenizing: float
    """Sudachi alone, mode C, heading and text."""
    analysing: float
    """Everything that is done to have the terms of headings, titles and texts, Sudachi included."""
    phrases: float
    """Finding the phrases that people are offered while they type."""


@dataclass(frozen=True, slots=True)
class Written:
    """What it takes to have an index of analysed sections."""

    cpu: float
    """Seconds."""
    wall: float
    size: int
    """Bytes."""
    snippets: int
    """Those of them that serve snippets only."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Queries of one kind; CPU milliseconds, but for ``wall``."""

    matches: float
    """How many sections match, on average."""
    warm: Times
    cold: Times
    wall: Times
    """Of the warm ones."""
    shared: Times
    """Of the warm ones that every engine was asked: one that is slow is asked fewer."""


@dataclass(frozen=True, slots=True)
class Updated:
    """One document in the place of its older version; wall milliseconds."""

    times: int
    document: Times
    search: Times
    """The first search after it."""


@dataclass(frozen=True, slots=True)
class Engine:
    """The figures of one engine."""

    name: str
    label: str
    written: Written
    answered: Mapping[str, Answered]
    """By kind of query."""
    queries: int
    """Of each kind."""
    updated: Updated
    started: int
    """Bytes of memory before the index is opened: Python, and what the engine's library takes."""
    peak: int
    """Bytes of memory at most while it answered queries."""
    seconds: float
    """How long measuring it took."""


@dataclass(frozen=True, slots=True)
class Report:
    """The figures for one number of sections."""

    texts: Texts
    engines: Sequence[Engine]
    """Each has answered the same queries."""
    absent: Sequence[str]
    """Engines that were asked for and are not here, and how they get here."""

    def engine(self, name: str) -> Engine | None:
        """One of them; None if it was not measured."""
        return next((engine for engine in self.engines if engine.name == name), None)


@dataclass(frozen=True, slots=True)
class Load:
    """So many people at a time, each asking again as soon as they have their answer."""

    users: int
    requests: int
    p50: float
    """Milliseconds from a request to the last byte of its answer, at the client."""
    p95: float
    p99: float
    rate: float
    """Answers a second."""
    cpu: float
    """CPU milliseconds of the server for each answer."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process of the server."""

    name: str
    """The command that it runs: ``serve``, ``work``, ``answer``."""
    peak: int
    """Bytes of memory at most, files that others read, too, included (``VmHWM``)."""


@dataclass(frozen=True, slots=True)
class Served:
    """The results page, over HTTP."""

    sections: int
    documents: int
    loads: Sequence[Load]
    filling: float
    """Seconds to annotate the sections and put them into the catalogue."""
    indexing: float
    """Seconds of ``kb reindex``."""
    starting: float
    """Seconds until the server answers."""
    processes: Sequence[Process]
    """The server, and those beside it."""
    memory: int
    """Bytes of memory of all of them together, what they share counted once (``Pss``): the most after any load."""
    threads: int
    """How many requests the server answers at a time."""


@dataclass(frozen=True, slots=True)
class Made:
    """By what, where and when figures were made."""

    command: str
    machine: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Kept:
    """All figures that are kept: each command replaces its own."""

    search: tuple[Made, Sequence[Report]] | None = None
    http: tuple[Made, Served] | None = None
