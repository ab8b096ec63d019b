"""A process that answers pages for the server: one at a time, as it is asked (``kb.web.relay``)."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

from flask import Flask
from werkzeug.test import run_wsgi_app

from kb.helper import receive, send
from kb.web.site import EXTENSION, PageFailure, Site

Asked = Mapping[str, str]
"""A request without a body: what of the WSGI environment is text (PEP 3333). Empty to ask whether it can be asked."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a request."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    failures: list[PageFailure]
    """What of plugins has broken down over it."""


log = logging.getLogger(__name__)

READY = Answered("", [], b"", [])
"""The answer to an empty request."""


def answer(app: Flask, questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until nobody asks any more."""
    site: Site = app.extensions[EXTENSION]
    while (asked := receive(questions)) is not None:
        if not asked:
            send(READY, answers)
            continue
        parts, status, headers = run_wsgi_app(app, _environment(asked))
        body = b"".join(parts)
        failures = [site.failures.pop() for _ in range(len(site.failures))]
        send(Answered(status, headers.to_wsgi_list(), body, failures), answers)
        # Only now: what a page leaves for later (a note that somebody was refused) must not show in how long it takes.
        try:
            getattr(parts, "close", _nothing)()
        except Exception:
            log.exception("what a page left for later has not been done")


def _nothing() -> None:
    """A page that leaves nothing for later."""


def _environment(asked: Asked) -> dict[str, Any]:
    """The environment of a request, complete."""
    return {
        **asked,
        "wsgi.version": (1, 0),
        "wsgi.input": BytesIO(),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
