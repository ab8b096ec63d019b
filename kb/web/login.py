"""``/login`` and ``/logout``."""

from __future__ import annotations

from unicodedata import category
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kb.errors import AccountError, KbError, TooManyError
from kb.web.access import open_to_all
from kb.web.cookies import clear_session, session_id, set_session
from kb.web.site import current_actor, current_site

blueprint = Blueprint("login", __name__)


@blueprint.route("/login", methods=["GET", "POST"])
@open_to_all
def login() -> ResponseReturnValue:
    """The form, and the way back to where one came from."""
    back = safe_next(request.values.get("next", ""))
    if request.method != "POST":
        return redirect(back, 303) if current_actor().role else form(back)
    try:
        return signed_in(request.form.get("name", ""), request.form.get("password", ""), back)
    except AccountError as error:
        return form(back, error), 429 if isinstance(error, TooManyError) else 400


def form(back: str, error: KbError | None = None) -> str:
    """The form, with what went wrong."""
    site = current_site()
    return render_template(
        "views/login.html", back=back, error=error, totp=site.library.config.totp, label=site.oidc_label
    )


def signed_in(name: str, password: str, back: str) -> Response:
    """Begin a session with a new id; whatever the browser had before ends.

    Raises:
        AccountError: not like this.

    """
    auth = current_site().auth
    id_ = auth.sign_in(
        name,
        password,
        request.form.get("code", ""),
        address=request.remote_addr or "",
        agent=request.headers.get("User-Agent", ""),
    )
    return begun_session(id_, back)


def begun_session(id_: str, back: str) -> Response:
    """Give the browser the id of a session that has begun; whatever it had before ends."""
    auth = current_site().auth
    auth.sign_out(session_id(request, auth.config))
    session.clear()
    response = redirect(back, 303)
    set_session(response, auth.config, id_)
    return response


@blueprint.post("/logout")
@open_to_all
def logout() -> ResponseReturnValue:
    """End the session here and on the server: a copy of the cookie is worth nothing afterwards."""
    auth = current_site().auth
    auth.sign_out(session_id(request, auth.config))
    session.clear()
    response = redirect(url_for("home.index"), 303)
    clear_session(response, auth.config)
    # What the browser has kept of pages that are not public goes with it.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def safe_next(text: str) -> str:
    """The address to go on to, if it is one of ours; else the first page.

    Browsers read a backslash as a slash, leave out tabs and line ends, and take ``//host`` for another server.
    """
    home = url_for("home.index")
    if not text.startswith("/") or text.startswith("//") or "\\" in text or any(category(c)[0] == "C" for c in text):
        return home
    try:
        parts = urlsplit(text)
    except ValueError:
        return home
    return home if parts.scheme or parts.netloc or parts.path in {"/login", "/logout"} else text
