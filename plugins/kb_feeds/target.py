"""URLs, taken apart once and checked: what is fetched is put together from the parts that were looked at."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from kb import KbError

_PORTS = {"http": 80, "https": 443}
_LONGEST = 2_000
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?")
#: Characters that stand for themselves in a path or query (RFC 3986); % is kept, as what is quoted already.
_SAFE = "/%:@!$&'()*+,;=~-._?"


class FetchError(KbError):
    """Something cannot be fetched; ``subject`` is its URL."""

    exit_code = 13


class RefusedError(FetchError):
    """The server understands and says no."""


class GoneError(RefusedError):
    """The server says that there is no such page, or none any more."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked of whom, in ASCII."""

    scheme: str
    host: str
    port: int
    path: str
    """The path with its query."""

    @classmethod
    def of(cls, url: str) -> Target:
        """Take a URL apart.

        Raises:
            FetchError: it is none of http or https, has a user name in it, or makes no sense.

        """
        try:
            parts = urlsplit(url.strip())
            port = parts.port
        except ValueError as error:
            raise FetchError(url, "URLの書き方に誤りがあります。", _FIX) from error
        if parts.scheme not in _PORTS or len(url) > _LONGEST:
            raise FetchError(url, f"http か https の、{_LONGEST:,}字までのURLではありません。", _FIX)
        if "@" in parts.netloc:
            raise FetchError(parts.hostname or "", "URLに利用者名やパスワードが入っています。", _FIX)
        query = f"?{parts.query}" if parts.query else ""
        path = quote(f"{parts.path or '/'}{query}", safe=_SAFE)
        return cls(parts.scheme, _host(url, parts), port or _PORTS[parts.scheme], path)

    def joined(self, link: str) -> Target:
        """Where a link on it leads.

        Raises:
            FetchError: to nothing that could be fetched.

        """
        try:
            return Target.of(urljoin(self.url, link))
        except ValueError as error:
            raise FetchError(link, "URLの書き方に誤りがあります。", _FIX) from error

    @property
    def place(self) -> str:
        """Host and port; the port only where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.is_usual else f"{host}:{self.port}"

    @property
    def is_usual(self) -> bool:
        """Whether the port is that of its scheme."""
        return self.port == _PORTS[self.scheme]

    @property
    def origin(self) -> str:
        """Scheme, host and port: what one robots.txt is for."""
        return f"{self.scheme}://{self.place}"

    @property
    def url(self) -> str:
        """The whole."""
        return f"{self.origin}{self.path}"


_FIX = "URLを確かめてください。"


def _host(url: str, parts: SplitResult) -> str:
    name = parts.hostname or ""
    if ":" in name:
        return _address(url, name)
    try:
        host = name.encode("idna").decode()
    except UnicodeError as error:
        raise FetchError(url, "URLのホスト名の書き方に誤りがあります。", _FIX) from error
    if not _HOST.fullmatch(host):
        raise FetchError(url, "URLのホスト名の書き方に誤りがあります。", _FIX)
    return host


def _address(url: str, name: str) -> str:
    try:
        address = ipaddress.IPv6Address(name)
    except ValueError as error:
        raise FetchError(url, "URLのアドレスの書き方に誤りがあります。", _FIX) from error
    if address.scope_id is not None:  # it is of this machine alone
        raise FetchError(url, "URLのアドレスの書き方に誤りがあります。", _FIX)
    return str(address)
