"""Pages by several processes: a processor of Python answers one at a time, however many threads there are.

The server's own process takes in requests and hands those for some pages (``in_any_process``) on to others, each to the
one that has least to do, in the order in which they came. It answers everything else itself: what is changed, uploaded
or downloaded, and signing in, whose attempts it counts.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from threading import Event, Lock, Thread
from typing import Any, Self, TypeVar

from flask import Flask
from werkzeug.exceptions import HTTPException

from kb.helper import Helper
from kb.supervisor import Process, Supervisor
from kb.web.answering import Answered
from kb.web.site import EXTENSION, Site

log = logging.getLogger(__name__)

_MARK = "kb_in_any_process"

#: Requests that a process has at a time: one in work, one in its pipe, so that it never waits for the next.
_EACH = 2

#: How long a process is waited for at the end, in seconds: whatever it is at, nobody waits for that any more.
_PATIENCE = 1.0

#: How long the first of them are waited for, in seconds; then this process answers until they are there.
_STARTING = 30.0

ViewFunction = TypeVar("ViewFunction", bound=Callable[..., Any])
Start = Callable[[str, list[tuple[str, str]]], object]


def in_any_process(view: ViewFunction) -> ViewFunction:
    """Let a page be answered by any process, for what it says and changes is in the database and the index.

    It is held in memory as a whole: nothing for large files.
    """
    setattr(view, _MARK, True)
    return view


class Relay:
    """Stands before an application. Use as a context manager: inside it, the processes run and can be asked."""

    def __init__(self, app: Flask, command: Sequence[str], number: int, more: Mapping[str, str] | None = None) -> None:
        """Nothing is started yet.

        Args:
            app: answers everything that they do not.
            command: starts one of them.
            number: how many there are.
            more: environment variables that they have and this process has not.

        """
        self._app, self._alone = app, app.wsgi_app
        self._site: Site = app.extensions[EXTENSION]
        self._line = _Line()
        self._turns = [_Turns(self._line, command, more or {}) for _ in range(number)]
        self._running = ExitStack()

    def __enter__(self) -> Self:
        for turns in self._turns:
            self._running.enter_context(Supervisor(turns.start, _PATIENCE))
        for turns in self._turns:
            turns.begun.wait(_STARTING)
        self._app.wsgi_app = self  # type: ignore[method-assign]  # Flask's own way to put something before it
        return self

    def __exit__(self, *_: object) -> None:
        self._app.wsgi_app = self._alone  # type: ignore[method-assign]
        self._running.close()

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        answered = self._answered(environ) if self._is_for_any(environ) else None
        if answered is None:
            return self._alone(environ, start_response)  # type: ignore[arg-type]
        self._site.failures.extendleft(answered.failures)
        start_response(answered.status, answered.headers)
        return [answered.body]

    def _is_for_any(self, environ: dict[str, Any]) -> bool:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or environ.get("CONTENT_LENGTH", "0") not in {"", "0"}:
            return False
        try:
            endpoint, _ = self._app.url_map.bind_to_environ(environ).match()
        except HTTPException:  # no such page, or another address for it: whoever answers everything else says so
            return False
        return hasattr(self._app.view_functions[endpoint], _MARK)

    def _answered(self, environ: dict[str, Any]) -> Answered | None:
        """The answer of one of the processes; None if there is none that could."""
        asked = {name: value for name, value in environ.items() if isinstance(value, str)}
        with self._line.place() as helper:
            try:
                answered: Answered | None = helper.ask(asked) if helper else None
            except OSError as error:
                log.warning("a page is answered by the server itself: %s", error)
                self._line.leave(helper)
                return None
        return answered


class _Turns:
    """The helpers of one place in the line, each in its turn: another follows when one has died."""

    def __init__(self, line: _Line, command: Sequence[str], more: Mapping[str, str]) -> None:
        self._line, self._command, self._more = line, command, more
        self.begun = Event()
        """Set when the first of them can be asked, or has died before."""
        self._helper: Helper | None = None

    def start(self) -> Process:
        self._line.leave(self._helper)
        self._helper = Helper(self._command, lambda: os.environ | self._more)
        process = self._helper.start()
        Thread(target=self._join, args=(self._helper,), daemon=True).start()
        return process

    def _join(self, helper: Helper) -> None:
        """Let it be asked as soon as it has read what it needs."""
        with suppress(OSError):  # it has died before: its supervisor says so
            helper.ask({})
            self._line.join(helper)
        self.begun.set()


class _Line:
    """Who waits for a helper, and which helper has how much to do."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._busy: dict[Helper, int] = {}
        self._waiting: deque[Future[Helper | None]] = deque()

    def join(self, helper: Helper) -> None:
        """From now on it can be asked."""
        with self._lock:
            self._busy[helper] = 0
            while self._waiting and self._busy[helper] < _EACH:
                self._busy[helper] += 1
                self._waiting.popleft().set_result(helper)

    def leave(self, helper: Helper | None) -> None:
        """From now on it cannot be asked any more; who waits does so for the others, if there are any."""
        with self._lock:
            if helper:
                self._busy.pop(helper, None)
            while self._waiting and not self._busy:
                self._waiting.popleft().set_result(None)

    @contextmanager
    def place(self) -> Iterator[Helper | None]:
        """A helper that has time; whoever has waited longest is given the next one. None if there is none at all."""
        helper = self._taken().result()
        try:
            yield helper
        finally:
            self._give_back(helper)

    def _taken(self) -> Future[Helper | None]:
        place: Future[Helper | None] = Future()
        with self._lock:
            idlest = min(self._busy, key=self._busy.__getitem__, default=None)
            if idlest is None:
                place.set_result(None)
            elif self._busy[idlest] < _EACH:
                self._busy[idlest] += 1
                place.set_result(idlest)
            else:
                self._waiting.append(place)
        return place

    def _give_back(self, helper: Helper | None) -> None:
        with self._lock:
            if helper not in self._busy:
                return
            if self._waiting:
                self._waiting.popleft().set_result(helper)
            else:
                self._busy[helper] -= 1
