"""The production server: waitress, with an orderly end.

By itself, waitress drops the requests in flight at SIGTERM. Here a signal only leaves a note; the loop then stops
accepting, lets every request that has arrived finish, and returns (``tests/web/test_serve.py``).
"""

from __future__ import annotations

import errno
import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore  # type: ignore[import-untyped]  # waitress ships no types
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]  # likewise
from waitress.server import BaseWSGIServer  # type: ignore[import-untyped]  # likewise

from kb.errors import ConfigError

#: Longest wait for requests in flight, in seconds: below the 90 after which systemd kills (TimeoutStopSec).
DRAIN_SECONDS = 60.0

#: How often the loop wakes without a reason, in seconds: on Windows a signal does not wake it.
TICK = 1.0

#: The largest body of a request, in bytes, where nobody says otherwise. By itself waitress keeps 1 GiB of whatever
#: anybody sends, in a temporary file, before the application is asked whether it wants it.
MOST_SENT = 1 << 20

#: The largest head of a request, in bytes: an address with a query of 2,000 characters has 18,000. What a longer one
#: costs grows with its square (Werkzeug unquotes it for each page).
MOST_HEAD = 1 << 16

#: Connections that the kernel may hold for us; each is accepted before the door is shut.
BACKLOG = 1024

REASONS = {
    errno.EADDRINUSE: "このポートは既に使われています",
    errno.EADDRNOTAVAIL: "このコンピューターのアドレスではありません",
    errno.EACCES: "このポートを使う権限がありません",
}
"""Why nobody can listen somewhere, in the words of whoever typed it; other reasons are given as they come."""

Sockets = dict[int, Any]
"""waitress's map of everything it listens and talks on, by file descriptor."""


def _nothing_more(_address: str) -> None:
    """Say nothing beyond the address."""


def serve(  # noqa: PLR0913, PLR0917 - a server is made of all this
    app: Flask,
    host: str,
    port: int,
    threads: int,
    announce: Callable[[str], None] = _nothing_more,
    most: int = MOST_SENT,
) -> None:
    """Serve until SIGTERM or SIGINT; then finish the requests in flight and return. Call from the main thread.

    Args:
        app: the application.
        host: the address to listen on.
        port: the port; 0 is any free one.
        threads: how many requests are answered at a time.
        announce: called with the address once it can be opened.
        most: the largest body of a request, in bytes: more is refused before it is read.

    Raises:
        ConfigError: nobody can listen there.

    """
    # Otherwise a line for each request that waits for a thread: when there is much to do anyway, and to nobody's use.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    sockets: Sockets = {}
    server = _listening(app, host, port, threads, most, sockets)
    with _noting_signals(sockets) as signals:
        print(f"{_address(host, _port(sockets))} で見られます。終えるには Ctrl+C", flush=True)  # noqa: T201 - for whoever typed `kb serve`
        announce(_address(host, _port(sockets)))
        while not signals:
            wasyncore.loop(TICK, use_poll=True, map=sockets, count=1)
        _shut(sockets)
        print("終えています（受け付けた要求に応え終わるまでお待ちください）。", file=sys.stderr, flush=True)  # noqa: T201
        _drain(sockets, lambda: len(signals) > 1)
    server.task_dispatcher.shutdown(timeout=1)
    wasyncore.close_all(sockets)


def _listening(app: Flask, host: str, port: int, threads: int, most: int, sockets: Sockets) -> Any:  # noqa: PLR0913, PLR0917
    try:
        return create_server(
            app,
            map=sockets,
            host=host,
            port=port,
            threads=threads,
            backlog=BACKLOG,
            max_request_body_size=most,
            max_request_header_size=MOST_HEAD,
            ident=None,
            asyncore_use_poll=True,
            # Whom to believe is decided by the setting ``proxies`` (kb.web.hosts); without it nobody reads them.
            clear_untrusted_proxy_headers=False,
        )
    except (OSError, ValueError) as error:  # ValueError: waitress does not know the host
        wasyncore.close_all(sockets)
        reason = REASONS.get(getattr(error, "errno", 0), str(error))
        raise ConfigError(
            f"{host}:{port}",
            f"ここでは待ち受けられません（{reason}）。",
            "別の kb が動いていないか確かめるか、--port で別の番号を指定してください。",
        ) from error


@contextmanager
def _noting_signals(sockets: Sockets) -> Iterator[list[int]]:
    """A list that every SIGTERM and SIGINT is added to; nothing is interrupted, the loop is only woken."""
    noted: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        noted.append(number)
        for server in _of(sockets, BaseWSGIServer):
            server.pull_trigger()

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield noted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _shut(sockets: Sockets) -> None:
    """Accept the connections that are waiting, and no more. The triggers stay: they wake the loop."""
    for server in _of(sockets, BaseWSGIServer):
        known = -1
        while len(server.active_channels) > known:
            known = len(server.active_channels)
            server.handle_accept()
        server.accepting = False
        server.del_channel()
        server.socket.close()


def _drain(sockets: Sockets, impatient: Callable[[], bool]) -> None:
    """Finish what has been accepted."""
    wasyncore.loop(0, use_poll=True, map=sockets, count=1)  # read what has already arrived
    end = monotonic() + DRAIN_SECONDS
    while (busy := _busy(sockets)) and monotonic() < end and not impatient():
        for channel in _of(sockets, HTTPChannel):
            if channel not in busy:
                channel.handle_close()
        wasyncore.loop(TICK, use_poll=True, map=sockets, count=1)


def _busy(sockets: Sockets) -> list[Any]:
    """The connections with a request, or with an answer that has not been sent yet."""
    channels = _of(sockets, HTTPChannel)
    return [c for c in channels if c.requests or (c.connected and (c.request or c.total_outbufs_len))]


def _of(sockets: Sockets, kind: type) -> list[Any]:
    return [one for one in list(sockets.values()) if isinstance(one, kind)]


def _port(sockets: Sockets) -> int:
    return int(_of(sockets, BaseWSGIServer)[0].effective_port)


def _address(host: str, port: int) -> str:
    """An address that can be opened on this computer, also when it listens on all of them."""
    local = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "*": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - read, not bound
    return f"http://{local.get(host, f'[{host}]' if ':' in host else host)}:{port}"
