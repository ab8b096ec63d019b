"""Analysis for bulk loads: in processes beside this one, as many as there are processors.

Where they cannot be had, or one of them dies, this process does their work.
"""

from __future__ import annotations

import logging
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from queue import SimpleQueue
from typing import Self

from kb import helper
from kb.helper import Helper
from kb.ingest.analyst import Answer, Given, analyse, understood
from kb.search.index import Entry

log = logging.getLogger(__name__)

Documents = list[tuple[str, Sequence[Entry]]]
"""Ids of documents, each with its sections."""

#: Characters that are analysed in this process before others are started: those take as long to be there.
_ALONE = 200_000
#: Characters of a batch: handing it over costs little beside it.
_BATCH = 40_000
#: Batches that are begun before the first is asked for: as many as there are in a commit of the index, so that there
#: is analysis while that is written. 4,000 sections of 400 characters take 40 MB.
_AHEAD = 48
#: Batches that a process has at a time: one in work, one in its pipe.
_EACH = 2
#: Bytes that a pipe holds, where that can be chosen (Linux): the answer to a batch.
_PIPE = 1 << 18


#: As many processes as are started unasked.
_MOST = 8


def processors() -> int:
    """How many processes are started unasked."""
    return helper.processors(_MOST)


class Analysts:
    """Use as a context manager: at its end there are no processes left."""

    def __init__(self, processes: int) -> None:
        """With fewer than two processes, there are none but this one."""
        self._processes = processes
        self._met = 0
        self._others: _Others | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._others:
            self._others.end()

    def analysed(self, documents: Iterable[tuple[str, Sequence[Entry]]]) -> Iterator[tuple[str, list[Entry]]]:
        """The same documents in the same order, each section with its terms and its phrases."""
        begun: deque[tuple[Documents, Future[Answer] | None]] = deque()
        for batch in batches(documents):
            begun.append((batch, self._begin(batch)))
            if begun[0][1] is None or len(begun) > _AHEAD:
                yield from self._finished(*begun.popleft())
        while begun:
            yield from self._finished(*begun.popleft())

    def _begin(self, batch: Documents) -> Future[Answer] | None:
        """Have a batch analysed by others, if there are others."""
        if self._met >= _ALONE and self._processes > 1 and self._others is None:
            self._others = _Others(self._processes)
        self._met += sum(_size(entries) for _, entries in batch)
        return self._others.ask(_given(batch)) if self._others else None

    def _finished(self, batch: Documents, future: Future[Answer] | None) -> Iterator[tuple[str, list[Entry]]]:
        answers = understood(self._answers(batch, future))
        for document, entries in batch:
            made = zip(entries, islice(answers, len(entries)), strict=True)
            yield document, [replace(e, analysed=analysed, phrases=phrases) for e, (analysed, phrases) in made]

    def _answers(self, batch: Documents, future: Future[Answer] | None) -> Answer:
        if future:
            try:
                return future.result()
            except (OSError, CancelledError) as error:
                self._give_up(error)
        return analyse(_given(batch))

    def _give_up(self, error: Exception) -> None:
        if self._others:
            log.warning("analysis goes on without processes of its own: %s", error)
            self._others.end()
        self._processes, self._others = 1, None


def batches(documents: Iterable[tuple[str, Sequence[Entry]]]) -> Iterator[Documents]:
    """Whole documents that have so many characters together."""
    batch: Documents = []
    size = 0
    for document, entries in documents:
        batch.append((document, entries))
        size += _size(entries)
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _size(entries: Sequence[Entry]) -> int:
    return sum(len(entry.text) for entry in entries)


def _given(batch: Documents) -> list[Given]:
    return [(entry.title, entry.above, entry.heading, entry.text) for _, entries in batch for entry in entries]


class _Others:
    """The other processes, and a thread of this one for each batch that they have."""

    def __init__(self, processes: int) -> None:
        self._threads = ThreadPoolExecutor(processes * _EACH, "analysts")
        self._free: SimpleQueue[Helper] = SimpleQueue()
        self._all = [_helper() for _ in range(processes)]
        for process in self._all * _EACH:
            self._free.put(process)

    def ask(self, given: list[Given]) -> Future[Answer]:
        """Have a batch analysed; its future raises OSError or CancelledError if it could not be."""
        return self._threads.submit(self._asked, given)

    def _asked(self, given: list[Given]) -> Answer:
        process = self._free.get()
        try:
            answer: Answer = process.ask(given)
            return answer
        finally:
            self._free.put(process)

    def end(self) -> None:
        """End the processes, whatever they are at: they have nothing that could be lost."""
        for process in self._all:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._all:
            process.close()


def _helper() -> Helper:
    # -P as for reading files.
    return Helper([sys.executable, "-P", "-X", "utf8", "-m", "kb.ingest.analyst"], _environment, _PIPE)


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
