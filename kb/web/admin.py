"""``/admin/accounts``: who may sign in, with which role."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.auth import Account, Link, link_address
from kb.errors import AccountError, NotFoundError
from kb.model import Role
from kb.web.access import needs
from kb.web.site import current_actor, current_site

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.get("/accounts")
@needs(Role.ADMIN)
def accounts() -> str:
    """All accounts, and a form for a new one."""
    return _list()


@blueprint.post("/accounts")
@needs(Role.ADMIN)
def add() -> ResponseReturnValue:
    """Make an account; its invitation is shown once."""
    try:
        account, link = current_site().auth.invite(request.form.get("name", ""), _role(), current_actor())
    except AccountError as error:
        return _list(error), 400
    return _handed_out(account, link)


@blueprint.post("/accounts/<int:account>/role")
@needs(Role.ADMIN)
def role(account: int) -> ResponseReturnValue:
    """Give an account another role; its owner signs in again."""
    found = _found(account)
    try:
        changed = current_site().auth.accounts.set_role(found.id, _role(), current_actor())
    except AccountError as error:
        return _list(error), 400
    flash(f"{changed.name} さんの役割を{changed.role.label}にしました。")
    return redirect(url_for("admin.accounts"), 303)


@blueprint.post("/accounts/<int:account>/disable")
@needs(Role.ADMIN)
def disable(account: int) -> ResponseReturnValue:
    """Let nobody sign in with an account, and end its sessions."""
    found = _found(account)
    try:
        current_site().auth.accounts.disable(found.id, current_actor())
    except AccountError as error:
        return _list(error), 400
    flash(f"{found.name} さんのアカウントを停止しました。")
    return redirect(url_for("admin.accounts"), 303)


@blueprint.post("/accounts/<int:account>/enable")
@needs(Role.ADMIN)
def enable(account: int) -> ResponseReturnValue:
    """Let an account be used again."""
    found = current_site().auth.accounts.enable(_found(account).id, current_actor())
    flash(f"{found.name} さんのアカウントを再開しました。")
    return redirect(url_for("admin.accounts"), 303)


@blueprint.post("/accounts/<int:account>/link")
@needs(Role.ADMIN)
def link(account: int) -> ResponseReturnValue:
    """A link by which the owner of an account chooses a password; shown once."""
    found = _found(account)
    try:
        return _handed_out(found, current_site().auth.link(found, current_actor()))
    except AccountError as error:
        return _list(error), 400


def _list(error: AccountError | None = None) -> str:
    every = current_site().auth.accounts.all()
    return render_template("views/accounts.html", accounts=every, roles=list(Role), error=error)


def _handed_out(account: Account, link: Link) -> str:
    address = link_address(current_site().library.config, link, request.host_url.rstrip("/"))
    return render_template("views/link.html", account=account, link=link, address=address)


def _found(account: int) -> Account:
    found = current_site().auth.accounts.get(account)
    if found is None:
        raise NotFoundError(str(account), "このアカウントはありません。", "アカウントの一覧から選んでください。")
    return found


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        fix = "一覧から選んでください。"
        raise AccountError("役割", "この役割はありません。", fix) from None
