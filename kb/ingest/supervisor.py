"""Keeps a worker process running beside the server.

The worker's standard input is a pipe that only this process holds: whichever way this process ends, even by SIGKILL,
the worker reads the end of it, finishes what it is at, and ends.
"""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Sequence
from threading import Event, Thread
from time import monotonic
from typing import Self

log = logging.getLogger(__name__)

#: Waits before a worker that has ended is started again, in seconds: the first, and the longest after many.
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0
#: A worker that has run for so long, in seconds, has not failed at its start.
_STEADY = 60.0
#: How long a worker may take to finish what it is at when it is told to end, in seconds.
_PATIENCE = 30.0


class Supervisor:
    """Use as a context manager: inside it, the command runs, and is started again whenever it ends."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._ending = Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._supervise, name="supervisor", daemon=True)

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
            if self._ending.is_set():
                return
            log.error("the worker ended with %s; starting it again", code)
            wait = _FIRST_WAIT if monotonic() - began > _STEADY else min(wait * 2, _LONGEST_WAIT)
            if self._ending.wait(wait):
                return
            self._process = self._start()
            if self._ending.is_set():
                self._end(self._process)

    def _start(self) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl+C in the terminal is for the server, which tells the worker itself.
        return subprocess.Popen(  # noqa: S603 - our own command
            self._command, stdin=subprocess.PIPE, start_new_session=True
        )

    def _end(self, process: subprocess.Popen[bytes] | None) -> None:
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
