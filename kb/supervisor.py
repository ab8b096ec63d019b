"""Keeps a process running beside this one.

Its standard input is a pipe that only this process holds: whichever way this process ends, even by SIGKILL, the other
reads the end of it, finishes what it is at, and ends.
"""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from math import inf
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
        self._closing = Thread(target=self._close, daemon=True)
        self._end_by = inf

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
        self.tell()
        self._wait()
        self._thread.join()

    def tell(self) -> None:
        """Tell it to end, and do not wait for that yet."""
        if not self._ending.is_set():
            self._ending.set()
            self._end_by = monotonic() + self._patience
            self._closing.start()

    def _close(self) -> None:
        """Close its standard input. In a thread: somebody may be writing to it, to no end, who is waited for."""
        if self._process and self._process.stdin:
            with suppress(OSError):
                self._process.stdin.close()

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
            while not self._is_started(wait):
                if self._ending.is_set():
                    return
                wait = min(wait * 2, _LONGEST_WAIT)

    def _is_started(self, wait: float) -> bool:
        """Start it again after a while, unless everything ends; whether it has been possible."""
        if self._ending.wait(wait):
            return False
        try:
            self._process = self._start()
        except OSError:
            log.exception("it cannot be started again; trying it later")
            return False
        if self._ending.is_set():  # just now
            self._close()
        return True

    def _wait(self) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(max(self._end_by - monotonic(), 0))
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._closing.join()
