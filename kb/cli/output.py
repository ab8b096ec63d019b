"""Writing to the terminal: results to stdout, progress and errors to stderr."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from kb.ingest.intake import Outcome

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """The stable interface for other programs."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def progress_bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr; yields a function that is called with the number of things done."""
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=False, disable=total == 0) as progress:
        task = progress.add_task(title, total=total)
        yield lambda count: progress.advance(task, count)


def watched(title: str, outcomes: Iterable[Outcome], total: int) -> list[Outcome]:
    """All outcomes, with a progress bar while they come."""
    seen: list[Outcome] = []
    with progress_bar(title, total) as advance:
        for outcome in outcomes:
            seen.append(outcome)
            advance(1)
    return seen
