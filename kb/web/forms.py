"""Forms are only taken from our own pages; the only module that touches Flask-WTF.

Every form that changes something, a plugin's too, holds
``<input type="hidden" name="csrf_token" value="{{ csrf_token() }}">``; a script sends it as ``X-CSRF-Token``.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, request
from flask_wtf.csrf import generate_csrf, validate_csrf
from wtforms.validators import ValidationError

from kb.errors import ForbiddenError

FIELD, HEADER = "csrf_token", "X-CSRF-Token"

#: Methods that change nothing (RFC 9110, 9.2.1).
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def register(app: Flask) -> None:
    """Let templates make tokens. They are as good as the cookie that belongs to them: no clock runs beside it."""
    app.config.update(WTF_CSRF_TIME_LIMIT=None)
    app.jinja_env.globals["csrf_token"] = generate_csrf


def protect() -> None:
    """Refuse what another site made a browser send.

    Raises:
        ForbiddenError: the token is missing or wrong, or the browser says that another site sends it.

    """
    if request.method in SAFE:
        return
    try:
        # The header first: whoever sends it is spared the reading of a large body before its page asks for it.
        validate_csrf(request.headers.get(HEADER) or request.form.get(FIELD))
    except ValidationError as error:
        raise _refused() from error
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.host:
        raise _refused()


def _refused() -> ForbiddenError:
    return ForbiddenError(
        request.path,
        "この入力は受け付けられませんでした（ページが古いか、別のサイトから送られました）。",
        "前のページを開き直して、もう一度お試しください。",
    )
