"""Keeps a process running beside this one.

Its standard input is a pipe that only this process holds: whichever way this process ends, even by SIGKILL, the other
reads the end of it, finishes what it is at, and ends.
"""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Event, Thread
from time import monotonic
from typing import Self

from kb.helper import let_go

log = logging.getLogger(__name__)

Process = subprocess.Popen[bytes]

#: Waits before a process that has ended is started again, in seconds: the first, and the longest after many.
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0
#: A process that has run for so long, in seconds, has not failed at its start.
_STEADY = 60.0
#: How long it may take to finish what it is at when it is told to end, in seconds.
_PATIENCE = 30.0


class Supervisor:
    """Use as a context manager: inside it, the process runs, and is started again whenever it ends."""

    def __init__(self, start: Callable[[], Process], patience: float = _PATIENCE) -> None:
        """``start`` begins it, with a pipe as its standard input; after ``patience`` seconds it is not waited for."""
        self._start = start
        self._patience = patience
        self._ending = Event()
        self._process: Process | None = None
        self._thread = Thread(target=self._supervise, name="supervisor", daemon=True)

    @classmethod
    def of(cls, command: Sequence[str]) -> Self:
        """That of a program."""
        # A session of its own: Ctrl+C in the terminal is for the server, which tells the other itself.
        return cls(lambda: subprocess.Popen(list(command), stdin=subprocess.PIPE, start_new_session=True))  # noqa: S603

    def __enter__(self) -> Self:
        self._process = self._start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._end(self._process)
        self._thread.join()

    def _supervise(self) -> None:
        wait = _FIRST_WAIT
        while self._process is not None:
            began = monotonic()
            code = self._process.wait()
            let_go(self._process)
            if self._ending.is_set():
                return
            log.error("process %s ended with %s; starting it again", self._process.pid, code)
            wait = _FIRST_WAIT if monotonic() - began > _STEADY else min(wait * 2, _LONGEST_WAIT)
            if self._ending.wait(wait):
                return
            self._process = self._start()
            if self._ending.is_set():
                self._end(self._process)

    def _end(self, process: Process | None) -> None:
        if process is None:
            return
        if process.stdin:
            with suppress(OSError):
                process.stdin.close()
        try:
            process.wait(self._patience)
        except subprocess.TimeoutExpired:
            process.kill()
