"""The cookie that holds a session's id, and the one that belongs to forms."""

from __future__ import annotations

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.wrappers import Response

from kb.auth import Auth
from kb.auth.secret import derived
from kb.model import Config

#: A browser takes a cookie with this prefix only by https, for exactly this host (RFC 6265bis, 4.1.3.2).
HOST_PREFIX = "__Host-"


def _name(config: Config, name: str) -> str:
    return f"{HOST_PREFIX}{name}" if config.https else name


def session_name(config: Config) -> str:
    """What the cookie with a session's id is called."""
    return _name(config, "kb")


def session_id(request: Request, config: Config) -> str:
    """The session's id that came with a request; empty without one."""
    return request.cookies.get(session_name(config), "")


def set_session(response: Response, config: Config, id_: str) -> None:
    """Give a browser the id of a new session; it forgets it when it is closed."""
    response.set_cookie(session_name(config), id_, secure=config.https, httponly=True, samesite="Lax", path="/")


def clear_session(response: Response, config: Config) -> None:
    """Let a browser forget it."""
    response.delete_cookie(session_name(config), secure=config.https, httponly=True, samesite="Lax", path="/")


class _FormSessions(SecureCookieSessionInterface):
    """Flask's own, without what it prepares for a cookie that most requests do not bring."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if not request.cookies.get(self.get_cookie_name(app)):
            return self.session_class()
        return super().open_session(app, request)


def register(app: Flask, auth: Auth) -> None:
    """Set up Flask's own signed cookie: it is only set on pages with a form, and holds that form's secret."""
    app.session_interface = _FormSessions()
    app.secret_key = derived(auth.key, "cookie of forms")
    app.config.update(
        SESSION_COOKIE_NAME=_name(auth.config, "kb_form"),
        SESSION_COOKIE_SECURE=auth.config.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )
