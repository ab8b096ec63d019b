"""``/login/oidc``: to the organisation's identity provider and back, with a session of our own at the end."""

from __future__ import annotations

from time import time
from typing import Any, cast

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from kb.auth import Account, Begun, Elsewhere, SignIn
from kb.auth.oidc import again
from kb.errors import AccountError, NotFoundError, ProviderError, TooManyError
from kb.model import Role
from kb.web.access import needs, open_to_all
from kb.web.login import begun_session, form, safe_next
from kb.web.site import current_actor, current_sign_in, current_site

blueprint = Blueprint("oidc", __name__)

#: Where the cookie of forms keeps what was begun: a browser comes back once, with what belongs to it.
BEGUN = "oidc"
#: Where it keeps for which account somebody has just given their password, and when.
BINDING = "oidc_account"

#: How long somebody may take at the provider, in seconds: a lost telephone is found by then.
LASTS = 600


@blueprint.get("/login/oidc")
@open_to_all
def start() -> ResponseReturnValue:
    """Send the browser to the provider."""
    elsewhere, back = _elsewhere(), safe_next(request.args.get("next", ""))
    binding = _binding()
    if current_actor().role and binding is None:
        return redirect(back, 303)
    try:
        address, begun = elsewhere.begin(_redirect_uri(), request.remote_addr or "")
    except (AccountError, ProviderError) as error:
        shown = type(error)("組織のログイン", error.reason, error.fix)  # its own subject is for the log
        return form(back, shown), 429 if isinstance(error, TooManyError) else 502
    session[BEGUN] = {
        "begun": [begun.state, begun.nonce, begun.verifier],
        "back": back,
        "at": int(time()),
        "account": binding,
    }
    return redirect(address, 303)


@blueprint.get("/login/oidc/back")
@open_to_all
def finish() -> ResponseReturnValue:
    """Take up whoever the provider sends back; what was begun ends with it, whatever comes of it."""
    elsewhere, kept = _elsewhere(), session.pop(BEGUN, None)
    try:
        begun = _begun(kept)
        if kept["account"] is not None:
            return _bound(elsewhere, begun, kept["account"])
        id_ = elsewhere.sign_in(
            begun,
            _redirect_uri(),
            request.args,
            address=request.remote_addr or "",
            agent=request.headers.get("User-Agent", ""),
        )
    except (AccountError, ProviderError) as error:
        # Not here: the address of this page holds the provider's code, and pages show their address when printed.
        return _refused(error, url_for("login.login", next=kept["back"] if kept else None))
    return begun_session(id_, safe_next(kept["back"]))


@blueprint.post("/account/oidc")
@needs(Role.READER)
def bind() -> ResponseReturnValue:
    """Make sure of who wants to bind their account, and show the way to the provider."""
    _elsewhere()
    account = _own()
    try:
        current_site().auth.confirm(account, request.form.get("password", ""))
    except AccountError as error:
        return _refused(error, url_for("account.page"))
    session[BINDING] = [account.id, int(time())]
    # A link, and no redirect: browsers hold a form to our own addresses to its end (``form-action`` in our policy).
    return render_template("views/oidc.html")


@blueprint.post("/account/oidc/off")
@needs(Role.READER)
def unbind() -> ResponseReturnValue:
    """Sign in with a password alone again."""
    _elsewhere()
    account, auth = _own(), current_site().auth
    try:
        auth.confirm(account, request.form.get("password", ""))
    except AccountError as error:
        return _refused(error, url_for("account.page"))
    auth.accounts.unbind(account.id, account.actor)
    flash("組織のログインとの結び付きを解きました。もう一度、ログインしてください。")
    return redirect(url_for("login.login", next=url_for("account.page")), 303)


def _bound(elsewhere: Elsewhere, begun: Begun, account: int) -> ResponseReturnValue:
    """Bind the account of whoever began it, if they are still the one who sits there."""
    own = current_sign_in()
    try:
        if own is None or own.account.id != account:
            raise again("account")
        elsewhere.bind(own.account, begun, _redirect_uri(), request.args)
    except (AccountError, ProviderError) as error:
        return _refused(error, url_for("account.page"))
    flash("組織のログインと結び付けました。次から、組織のアカウントでもログインできます。")
    return redirect(url_for("account.page"), 303)


def _refused(error: AccountError | ProviderError, back: str) -> ResponseReturnValue:
    flash(f"{error.reason}{error.fix}")
    return redirect(back, 303)


def _begun(kept: Any) -> Begun:
    """What this browser began a short while ago.

    Raises:
        AccountError: nothing, or too long ago.

    """
    if not kept or _is_late(kept["at"]):
        raise again("state")
    return Begun(*kept["begun"])


def _binding() -> int | None:
    """The account whose owner has given their password for this a short while ago."""
    account, at = session.pop(BINDING, None) or (None, 0)
    return None if _is_late(at) else account


def _is_late(at: int) -> bool:
    return not 0 <= time() - at <= LASTS


def _redirect_uri() -> str:
    """Where the provider sends browsers back to: the name by which this one has come, which is one of ours."""
    scheme = "https" if current_site().library.config.https else request.scheme
    return url_for("oidc.finish", _external=True, _scheme=scheme)


def _elsewhere() -> Elsewhere:
    elsewhere = current_site().elsewhere
    if elsewhere is None:
        fix = "名前とパスワードでログインしてください。"
        raise NotFoundError("組織のログイン", "組織のログインは使われていません。", fix)
    return elsewhere


def _own() -> Account:
    """One's own account; there is one on every page that needs a role and takes no token."""
    return cast("SignIn", current_sign_in()).account
