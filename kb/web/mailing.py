"""``/account/mail``, ``/mail/off/...``, ``/admin/mail/``: one's own address, the way out in each mail, how it goes."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.errors import AccountError, MailError, NotFoundError, TooManyError
from kb.mail import Mailing, next_try
from kb.model import Role
from kb.web.access import needs, open_by_link
from kb.web.account import own_page, own_sign_in
from kb.web.site import current_site

blueprint = Blueprint("mail", __name__)

#: What a mail program sends to stop mails (RFC 8058, 3.2); our own form sends the same.
ONE_CLICK = ("List-Unsubscribe", "One-Click")


@blueprint.post("/account/mail")
@needs(Role.READER)
def ask() -> ResponseReturnValue:
    """Send a link to the address that was typed: it is used once its owner has opened that."""
    typed = request.form.get("mail", "")
    try:
        address = _mailing().ask(own_sign_in().account, typed, request.form.get("password", ""))
    except (AccountError, MailError) as error:
        return own_page(error, typed), _status(error)
    flash(f"{address} に、確かめるためのメールを送りました。24時間以内に、その中のリンクを開いてください。")
    return redirect(url_for("account.page", _anchor="mail"), 303)


def _status(error: AccountError | MailError) -> int:
    if isinstance(error, MailError):
        return 503
    return 429 if isinstance(error, TooManyError) else 400


@blueprint.route("/account/mail/<secret>", methods=["GET", "POST"])
@needs(Role.READER)
def confirm(secret: str) -> ResponseReturnValue:
    """Use an address from now on. Programs open links in mails before people do: opening it changes nothing."""
    account = own_sign_in().account
    try:
        if request.method != "POST":
            return render_template("views/mail_confirm.html", address=_mailing().linked(account, secret).waiting)
        address = _mailing().confirm(account, secret)
    except AccountError as error:
        raise NotFoundError(error.subject, error.reason, error.fix) from error
    flash(f"{address} で受け取れるようになりました。知らせてほしい検索を、下から選んでください。")
    return redirect(url_for("mine.index", _anchor="searches"), 303)


@blueprint.post("/account/mail/remove")
@needs(Role.READER)
def remove() -> ResponseReturnValue:
    """Get no mail any more, and leave no address behind."""
    removed = _mailing().remove(own_sign_in().account)
    flash("メールアドレスを削除しました。" if removed else "メールアドレスはありません。")
    return redirect(url_for("account.page", _anchor="mail"), 303)


@blueprint.route("/mail/off/<secret>", methods=["GET", "POST"])
@open_by_link
def off(secret: str) -> str:
    """Stop all news, without signing in; mail programs do it for people by one click (RFC 8058)."""
    is_done = request.form.get(ONE_CLICK[0]) == ONE_CLICK[1]
    mailing = _mailing()
    if not (mailing.stop(secret) if is_done else mailing.is_stopping(secret)):
        fix = "ログインして、「マイリスト」で止めてください。"
        raise NotFoundError("リンク", "このリンクは使えません（アドレスが変わったか、削除されました）。", fix)
    return render_template("views/mail_off.html", is_done=is_done, one_click=ONE_CLICK)


@blueprint.get("/admin/mail/")
@needs(Role.ADMIN)
def status() -> str:
    """How sending goes. Whose addresses there are is nobody's business."""
    mailing, mails = _mailing(), current_site().library.store.mails
    confirmed, refusing, told = mails.counts()
    run = mails.run()
    return render_template(
        "views/mail_status.html",
        post=mailing.post,
        hour=current_site().library.config.mail_hour,
        run=run,
        next_try=next_try(run) if run else None,
        confirmed=confirmed,
        refusing=refusing,
        told=told,
    )


def _mailing() -> Mailing:
    mailing = current_site().mailing
    if mailing is None:
        raise NotFoundError("メール", "メールは使われていません。", "管理者の設定 mail_host で使えるようになります。")
    return mailing
