"""What one results page costs, from the request to the last byte.

    python -m benchmarks.results_page --sections 5000

Sections of the made-up corpus, annotated by the installed plugins, are put into a library of their own; each query is
asked once, which is given by itself, and three times for the other figures, as a visitor's browser does (gzip). The
least of the three counts, for other programs may be running. Milliseconds of CPU in one process, with Flask's test
client: no network. ``--data`` keeps the library for the next run.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import thread_time
from typing import Any

from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from benchmarks import catalogue
from benchmarks.corpus import sections, vocabulary
from benchmarks.questions import questions
from kb import model
from kb.config import load
from kb.ingest.worker import quiet
from kb.library import Library
from kb.search.searcher import Searcher
from kb.store.catalogue import Catalogue
from kb.text.snippet import Marker
from kb.web import create_app

#: Queries of each kind, and times that each is asked.
EACH, ROUNDS = 25, 3

BROWSER = {"Accept-Encoding": "gzip"}

PARTS: tuple[tuple[str, object, str], ...] = (
    ("query and index", Searcher, "search"),
    ("catalogue", Catalogue, "with_documents"),
    ("snippets", Marker, "snippet"),
    ("snippets", Marker, "mark"),
    ("facets", "kb.web.search", "facets_of"),
    ("template", "kb.web.search", "render_template"),
    ("sending", "kb.web.sending", "_sent"),
)
"""What is looked at by itself: its name, and the function with what it belongs to."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.results_page", description="Measure the results page.")
    parser.add_argument("--sections", type=int, default=600, metavar="N", help="sections in the library")
    parser.add_argument("--engine", default="whoosh", help="the engine")
    parser.add_argument("--data", type=Path, help="a folder that keeps the library")
    options = parser.parse_args(arguments)
    with ExitStack() as opened:
        folder = options.data or Path(opened.enter_context(TemporaryDirectory()))
        library = opened.enter_context(Library(load(folder, {}, {"engine": options.engine})))
        entries = list(sections(options.sections))
        if not library.store.catalogue.counts(model.EVERYTHING)[1]:
            catalogue.fill(library, entries, quiet)
            library.reindex()
        asked = questions(vocabulary(Random(1)), entries, EACH)
        print(f"{options.sections:,} sections, {sum(map(len, asked.values()))} queries; CPU ms p50 / p95")
        for name, figures in measured(library, [text for texts in asked.values() for text in texts]):
            print(f"{name}: {figures}")


def measured(library: Library, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The whole page, then its parts, and how many statements the database is asked."""
    app = create_app(library)
    yield "page, first time", _cuts([_timed(partial(_ask, app, text)) for text in texts])
    yield "page", _cuts([min(_timed(partial(_ask, app, text)) for _ in range(ROUNDS)) for text in texts])
    with parts() as spent:
        app = create_app(library)  # what is registered with it is watched
        rounds = [_spent(app, spent, texts) for _ in range(ROUNDS)]
    for name in spent:
        yield name, _cuts([min(times) for times in zip(*(one[name] for one in rounds), strict=True)])
    yield "statements", _cuts([statements(library, partial(_ask, app, text)) for text in texts])


def _spent(app: Flask, spent: dict[str, list[float]], texts: Sequence[str]) -> dict[str, list[float]]:
    """What each part takes for each query."""
    for times in spent.values():
        times.clear()
    for text in texts:
        for times in spent.values():
            times.append(0.0)
        _ask(app, text)
    return {name: list(times) for name, times in spent.items()}


@contextmanager
def parts() -> Iterator[dict[str, list[float]]]:
    """For each part a list; calls add what they take to its last number, in milliseconds."""
    spent: dict[str, list[float]] = {name: [] for name, _, _ in PARTS}
    with ExitStack() as undone:
        for name, owner, function in PARTS:
            _watch(owner, function, spent[name], undone)
        yield spent


def _watch(owner: Any, function: str, times: list[float], undone: ExitStack) -> None:
    whole = __import__(owner, fromlist=["_"]) if isinstance(owner, str) else owner
    before = getattr(whole, function)

    def timed(*args: Any, **kwargs: Any) -> Any:
        began = thread_time()
        try:
            return before(*args, **kwargs)
        finally:
            times[-1] += (thread_time() - began) * 1000

    setattr(whole, function, timed)
    undone.callback(setattr, whole, function, before)


def statements(library: Library, do: Callable[[], object]) -> float:
    """How many statements the database is asked meanwhile."""
    asked: list[str] = []
    pool = library.store.database.pool

    def note(connection: Any, *_rest: object) -> None:
        connection.set_trace_callback(asked.append)

    def leave(connection: Any, *_rest: object) -> None:
        connection.set_trace_callback(None)

    event.listen(pool, "checkout", note)
    event.listen(pool, "checkin", leave)
    try:
        do()
    finally:
        event.remove(pool, "checkout", note)
        event.remove(pool, "checkin", leave)
    return float(sum(not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")) for statement in asked))


def _ask(app: Flask, text: str) -> TestResponse:
    answer = app.test_client().get("/search", query_string={"q": text}, headers=BROWSER)
    if answer.status_code != 200:
        raise RuntimeError(answer.status)
    return answer


def _timed(do: Callable[[], object]) -> float:
    began = thread_time()
    do()
    return (thread_time() - began) * 1000


def _cuts(numbers: Sequence[float]) -> str:
    cuts = quantiles(numbers, n=100)
    return f"{cuts[49]:.1f} / {cuts[94]:.1f}"


if __name__ == "__main__":
    main()
