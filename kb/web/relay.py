"""Pages by several processes: a process of Python uses one processor, however many threads it has.

The server's own process takes in requests and hands those for some pages (``in_any_process``) on to others, each to one
that is idle, in the order in which they came. It answers everything else itself: what is changed, uploaded or
downloaded, and signing in, whose attempts it counts.

A page that ends its process, or takes longer than any page may, is not tried again, neither elsewhere nor here: it
would do there what it has done. Whoever asked for it is told; the process is replaced.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, Self, TypeVar, cast

from flask import Flask, request
from werkzeug.exceptions import HTTPException

from kb.errors import BusyError
from kb.helper import Helper, UnaskedError
from kb.supervisor import Process, Supervisor
from kb.web.answering import Answered
from kb.web.site import EXTENSION, Site

log = logging.getLogger(__name__)

_MARK = "kb_in_any_process"

#: Where in a request's environment stands why nobody has answered it.
_REFUSED = "kb.refused"

#: How long a page may take, and how long somebody waits for an idle process, in seconds. No query is allowed to take
#: nearly as long (SECURITY.md).
LONGEST = 30.0

#: How often it is looked whether a page has taken too long, in seconds.
_GLANCE = 0.5

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


def register(app: Flask) -> None:
    """Let an application tell people that nobody has answered."""
    app.before_request(_refuse)


def _refuse() -> None:
    if error := request.environ.get(_REFUSED):
        raise error


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
        self._supervisors = [Supervisor(turns.start, _PATIENCE) for turns in self._turns]
        self._over = Event()

    def __enter__(self) -> Self:
        for supervisor in self._supervisors:
            supervisor.__enter__()
        end = monotonic() + _STARTING
        for turns in self._turns:
            turns.begun.wait(max(end - monotonic(), 0))
        Thread(target=self._watch, name="relay", daemon=True).start()
        self._app.wsgi_app = self  # type: ignore[method-assign]  # Flask's own way to put something before it
        return self

    def __exit__(self, *_: object) -> None:
        self._app.wsgi_app = self._alone  # type: ignore[method-assign]
        self._over.set()
        for supervisor in self._supervisors:
            supervisor.tell()
        for supervisor in self._supervisors:
            supervisor.__exit__()

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        answered = self._answered(environ) if self._is_for_any(environ) else None
        if answered is None:
            return self._alone(environ, start_response)  # type: ignore[arg-type]
        self._site.failures.extendleft(answered.failures)
        start_response(answered.status, answered.headers)
        return [answered.body]

    def _watch(self) -> None:
        """End a process that takes longer over a page than any page may."""
        while not self._over.wait(_GLANCE):
            for helper in self._line.late(LONGEST):
                log.error("a page has taken longer than %s seconds: its process is ended", LONGEST)
                helper.kill()

    def _is_for_any(self, environ: dict[str, Any]) -> bool:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or environ.get("CONTENT_LENGTH", "0") not in {"", "0"}:
            return False
        try:
            endpoint, _ = self._app.url_map.bind_to_environ(environ).match()
        except HTTPException:  # no such page, or another address for it: whoever answers everything else says so
            return False
        return hasattr(self._app.view_functions[endpoint], _MARK)

    def _answered(self, environ: dict[str, Any]) -> Answered | None:
        """The answer of one of the processes; None if there is none, or it will only be told that there was none."""
        asked = {name: value for name, value in environ.items() if isinstance(value, str)}
        try:
            with self._line.place() as helper:
                return cast("Answered", helper.ask(asked)) if helper else None
        except UnaskedError as error:
            log.warning("a page is answered by the server itself: %s", error)
        except OSError as error:  # TimeoutError is one, too
            log.error("a page has not been answered: %s", error)  # noqa: TRY400 - the error says it all
            fix = "しばらくしてから、もう一度お試しください。"
            environ[_REFUSED] = BusyError(environ.get("PATH_INFO", ""), "このページを用意できませんでした。", fix)
        return None


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
    """Who waits for a helper, and what each helper does."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._idle: list[Helper] = []
        self._busy: dict[Helper, float] = {}
        """Since when each is asked."""
        self._waiting: deque[Future[Helper | None]] = deque()

    def join(self, helper: Helper) -> None:
        """From now on it can be asked."""
        with self._lock:
            self._next(helper)

    def leave(self, helper: Helper | None) -> None:
        """From now on it cannot be asked any more; who waits does so for the others, if there are any."""
        with self._lock:
            self._idle = [one for one in self._idle if one is not helper]
            if helper:
                self._busy.pop(helper, None)
            while self._waiting and not self._busy and not self._idle:
                self._waiting.popleft().set_result(None)

    def late(self, seconds: float) -> list[Helper]:
        """Those that have been asked so long ago."""
        with self._lock:
            return [helper for helper, since in self._busy.items() if monotonic() - since > seconds]

    @contextmanager
    def place(self) -> Iterator[Helper | None]:
        """A helper that is idle; whoever has waited longest is given the next one. None if there is none at all.

        Raises:
            TimeoutError: none has become idle for ``LONGEST`` seconds.

        """
        helper = self._given(self._taken())
        try:
            yield helper
        except OSError:
            self.leave(helper)
            if helper:
                helper.kill()  # if it is still there: its supervisor starts another
            raise
        with self._lock:
            if helper in self._busy:
                self._next(helper)

    def _taken(self) -> Future[Helper | None]:
        place: Future[Helper | None] = Future()
        with self._lock:
            if self._idle:
                # The one that was idle last: its memory is at hand, and the others' may never be needed.
                self._give(self._idle.pop(), place)
            elif self._busy:
                self._waiting.append(place)
            else:
                place.set_result(None)
        return place

    def _given(self, place: Future[Helper | None]) -> Helper | None:
        try:
            return place.result(LONGEST)
        except TimeoutError:
            with self._lock:
                if place in self._waiting:
                    self._waiting.remove(place)
                    raise
            return place.result()  # it has come at the last moment

    def _next(self, helper: Helper) -> None:
        """Give a helper to whoever has waited longest, if somebody waits."""
        if self._waiting:
            self._give(helper, self._waiting.popleft())
        else:
            self._busy.pop(helper, None)
            self._idle.append(helper)

    def _give(self, helper: Helper, place: Future[Helper | None]) -> None:
        self._busy[helper] = monotonic()
        place.set_result(helper)
