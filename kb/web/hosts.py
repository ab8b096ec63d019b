"""Under which names the server answers. A foreign name in a request is an attack: DNS rebinding, or a poisoned link."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from kb.errors import KbError
from kb.model import Config


class HostError(KbError):
    """Somebody asks for a server with another name."""

    exit_code = 8


def register(app: Flask, config: Config) -> None:
    """Believe so many proxies what they say of host, scheme and address, and nobody else."""
    if config.proxies:
        n = config.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]


def check(config: Config) -> None:
    """Refuse a request for a foreign name.

    Raises:
        HostError: it is none of ours.

    """
    if not is_ours(request.headers.get("Host", ""), config):
        raise HostError(
            "Host", "この名前のサーバーではありません。", "サーバーの設定 hosts に、使う名前を加えてください。"
        )


def address(config: Config) -> str:
    """How the server is reached, for links that are read elsewhere, without a slash at the end.

    Its public name; without one the name of the request, which ``check`` has found to be a number or localhost.
    """
    return config.public_address or request.host_url.rstrip("/")


def is_ours(host: str, config: Config) -> bool:
    """Whether a Host header names this server: one of ``hosts``, or without any a number or localhost.

    A number cannot be made to lead elsewhere by whoever runs a name server.
    """
    try:
        parts = urlsplit(f"//{host}")
        name, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    bare = f"[{name}]" if ":" in name else name
    if host.lower() not in {bare, f"{bare}:{port}"}:
        return False  # a user, a path, a query
    if config.hosts:
        return not {name, host.lower()}.isdisjoint(one.lower() for one in config.hosts)
    return name in {"localhost", config.host.lower()} or _is_number(name)


def _is_number(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
