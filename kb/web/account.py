"""``/account``: one's own password, one-time codes and sessions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kb.auth import Auth, SignIn, codes
from kb.auth.passwords import typed_twice
from kb.errors import AccountError, KbError, NotFoundError, TooManyError
from kb.model import Role
from kb.web import api_answers
from kb.web.access import needs
from kb.web.openapi import Operation, operation
from kb.web.site import current_actor, current_sign_in, current_site

blueprint = Blueprint("account", __name__)

#: Where a form keeps the beginning of a secret until it is confirmed.
NEW_CODES = "new_codes"


@blueprint.get("/account")
@needs(Role.READER)
def page() -> str:
    """Everything there is to know and change about one's own account."""
    return own_page()


@blueprint.get("/api/account")
@needs(Role.READER, token=True)
@operation(Operation("このトークンが、誰として働くか", {200: api_answers.Account}))
def of_program() -> dict[str, Any]:
    """Whom a token acts for: the first thing that a program asks."""
    actor = current_actor()
    role = actor.role.value if actor.role else None
    return asdict(api_answers.Account(actor.name, role, tuple(sorted(actor.access))))


@blueprint.post("/account/password")
@needs(Role.READER)
def password() -> ResponseReturnValue:
    """Choose a new password; one signs in with it at once, everywhere."""
    try:
        new = typed_twice(request.form.get("new", ""), request.form.get("again", ""))
        current_site().auth.change_password(own_sign_in().account, request.form.get("old", ""), new)
    except AccountError as error:
        return own_page(error), 429 if isinstance(error, TooManyError) else 400
    flash("パスワードを変更しました。新しいパスワードで、ログインし直してください。")
    return redirect(url_for("login.login", next=url_for("account.page")), 303)


@blueprint.post("/account/sessions")
@needs(Role.READER)
def end_others() -> Response:
    """End all of one's sessions but this one."""
    own = own_sign_in()
    ended = current_site().auth.accounts.sign_out_others(own.account, own.hash)
    flash(f"他の端末{ended}件からログアウトしました。" if ended else "他の端末では、ログインしていません。")
    return redirect(url_for("account.page"), 303)


@blueprint.route("/account/codes", methods=["GET", "POST"])
@needs(Role.READER)
def one_time_codes() -> ResponseReturnValue:
    """Set up an app for one-time codes: they are asked for once it has given one."""
    auth, own = _codes(), own_sign_in()
    kept = str(session.setdefault(NEW_CODES, codes.new()))
    if request.method == "POST":
        try:
            auth.confirm_totp(own.account, kept, request.form.get("code", ""))
        except AccountError as error:
            return _codes_page(own, kept, error), 400
        session.pop(NEW_CODES)
        flash("確認コードを使うようにしました。次のログインから、コードも入力します。")
        return redirect(url_for("account.page"), 303)
    return _codes_page(own, kept)


@blueprint.post("/account/codes/off")
@needs(Role.READER)
def no_codes() -> ResponseReturnValue:
    """Do without one-time codes again; whoever only found the computer unlocked cannot."""
    auth, own = _codes(), own_sign_in()
    try:
        auth.forget_totp(own.account, request.form.get("password", ""))
    except AccountError as error:
        return own_page(error), 429 if isinstance(error, TooManyError) else 400
    flash("確認コードを使わないようにしました。")
    return redirect(url_for("account.page"), 303)


def own_page(error: KbError | None = None, address: str = "") -> str:
    """The page, with what went wrong and the address for mails that was typed."""
    own, auth, mailing = own_sign_in(), current_site().auth, current_site().mailing
    return render_template(
        "views/account.html",
        own=own,
        sessions=auth.sessions(own.account),
        totp=auth.config.totp,
        oidc=current_site().elsewhere is not None,
        mail=mailing.of(own.account) if mailing else None,
        typed=address,
        error=error,
    )


def _codes_page(own: SignIn, kept: str, error: AccountError | None = None) -> str:
    key = current_site().auth.key
    picture = codes.picture(key, kept, own.account.name)
    return render_template("views/codes.html", picture=picture, secret=codes.secret(key, kept), error=error)


def _codes() -> Auth:
    auth = current_site().auth
    if not auth.config.totp:
        raise NotFoundError(
            "確認コード", "確認コードは使われていません。", "管理者の設定 totp で使えるようになります。"
        )
    return auth


def own_sign_in() -> SignIn:
    """One's own session; there is one on every page that needs a role and takes no token."""
    return cast("SignIn", current_sign_in())
