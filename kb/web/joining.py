"""``/setup/<secret>`` and ``/join/<secret>``: links that work once, for the first administrator and all others."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.auth import Account
from kb.auth.passwords import typed_twice
from kb.errors import AccountError, NotFoundError
from kb.web.access import open_to_all
from kb.web.login import signed_in
from kb.web.site import current_site

blueprint = Blueprint("joining", __name__)


@blueprint.route("/setup/<secret>", methods=["GET", "POST"])
@open_to_all
def setup(secret: str) -> ResponseReturnValue:
    """Make the first administrator's account, and sign in."""
    if _linked(secret) is not None:
        raise _no_link()
    name = request.form.get("name", "")
    if request.method != "POST":
        return _form(None, name)
    try:
        password = _password()
        account = current_site().auth.set_up(secret, name, password)
        return signed_in(account.name, password, url_for("admin.accounts"))
    except AccountError as error:
        return _form(None, name, error), 400


@blueprint.route("/join/<secret>", methods=["GET", "POST"])
@open_to_all
def join(secret: str) -> ResponseReturnValue:
    """Choose a password for an account, for the first time or anew, and go on to sign in."""
    account = _linked(secret)
    if account is None:
        raise _no_link()
    if request.method != "POST":
        return _form(account, account.name)
    try:
        current_site().auth.take_up(secret, _password())
    except AccountError as error:
        return _form(account, account.name, error), 400
    return render_template("views/joined.html", account=account)


def _linked(secret: str) -> Account | None:
    try:
        return current_site().auth.linked(secret)
    except AccountError as error:
        raise _no_link() from error


def _no_link() -> NotFoundError:
    return NotFoundError(
        "リンク",
        "このリンクは使えません（期限が切れたか、既に使われました）。",
        "管理者に、新しいリンクを発行してもらってください。",
    )


def _password() -> str:
    """The password that was typed twice."""
    return typed_twice(request.form.get("password", ""), request.form.get("again", ""))


def _form(account: Account | None, name: str, error: AccountError | None = None) -> str:
    return render_template("views/join.html", account=account, name=name, error=error)
