"""The way out: which addresses may be reached, and for how long.

Names are resolved once; the addresses found are checked, and the connection goes to one of exactly these. Nobody can
answer differently between check and use (DNS rebinding). Host header and TLS are for the name all the same: httpcore2
asks its network backend for a connection, and everything above that is the same as ever.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpcore2

from kb_feeds.target import FetchError

#: Seconds that one request may take in all, redirections included, and one wait for the other side.
_IN_ALL, _EACH = 60.0, 15.0

#: Networks that stand for others: what is embedded in them may be a private address.
_EMBEDDING = tuple(
    ipaddress.ip_network(network)
    for network in (
        "::/96",  # IPv4-compatible (RFC 4291)
        "::ffff:0:0/96",  # IPv4-mapped
        "64:ff9b::/96",  # NAT64 (RFC 6052)
        "64:ff9b:1::/48",  # NAT64, local (RFC 8215)
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "fec0::/10",  # site-local, of old
    )
)


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(address: str) -> bool:
    """Whether an address is out in the Internet: not private, local, reserved, multicast, nor embedding another one."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if "%" in address:  # a scope of this machine
        return False
    is_embedding = any(ip in network for network in _EMBEDDING if network.version == ip.version)
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or is_embedding)


@dataclass(frozen=True, slots=True)
class World:
    """Names, connections and time, as they are outside of tests."""

    resolve: Callable[[str, int], list[str]] = resolve
    backend: httpcore2.NetworkBackend = field(default_factory=httpcore2.SyncBackend)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    tls: ssl.SSLContext | None = None
    """None for the certificates that the system trusts."""


class Deadline:
    """The end of the time for one request."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._end = clock() + _IN_ALL

    def put_off(self, seconds: float) -> None:
        """Waiting out of politeness does not count."""
        self._end += seconds

    def left(self) -> float:
        """Seconds that one step may take.

        Raises:
            httpcore2.ReadTimeout: there is no time left.

        """
        left = self._end - self._clock()
        if left <= 0:
            raise httpcore2.ReadTimeout
        return min(left, _EACH)


class Guarded(httpcore2.NetworkBackend):
    """Connections to addresses that may be reached, each with an end to its time."""

    def __init__(self, world: World, deadline: Deadline, *, is_internal: bool) -> None:
        """``is_internal`` is True for a host inside the house that somebody has named in the settings."""
        self._world = world
        self._deadline = deadline
        self._is_internal = is_internal

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline says how long
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first of a name's addresses that answers.

        Raises:
            FetchError: one of them is none of the Internet's.
            httpcore2.ConnectError: there is none, or none answers.

        """
        refused: Exception = httpcore2.ConnectError("no address")
        for address in self._checked(host, port):
            try:
                stream = self._world.backend.connect_tcp(
                    address, port, self._deadline.left(), local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                refused = error
            else:
                return _Timed(stream, self._deadline)
        raise refused

    def _checked(self, host: str, port: int) -> list[str]:
        try:
            addresses = self._world.resolve(host, port)
        except OSError as error:
            raise httpcore2.ConnectError(str(error)) from error
        # One private address among public ones is an attempt, not an accident.
        if not self._is_internal and not all(map(is_public, addresses)):
            reason = "インターネットの外（組織内やこの機械自身など）のアドレスなので、つなぎません。"
            fix = "組織内のページなら、feeds.toml の internal_hosts にホスト名を書いてください。"
            raise FetchError(host, reason, fix)
        return addresses


class _Timed(httpcore2.NetworkStream):
    """A connection on which every step has only the time that is left: drop by drop is no way to hold us up."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, self._deadline.left()), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
