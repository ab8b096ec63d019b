"""The addresses of accounts: entered by their owners, confirmed by a link, taken back at any time."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from email.message import EmailMessage

from kb.auth import Account, AuditEntry, Auth
from kb.errors import AccountError, ConfigError, MailError, TooManyError
from kb.mail.addresses import SUBJECT, checked
from kb.mail.letters import NAME, letter
from kb.mail.links import Links
from kb.mail.post import Post, UnreachableError
from kb.model import Config
from kb.store.mails import Address, Mails

#: How long a link that confirms an address lasts.
LASTS = timedelta(hours=24)

#: Mails that an account may have sent to addresses which nobody has confirmed, within so long: they may be strangers'.
MOST_ASKED, WITHIN = 5, timedelta(hours=24)

#: What the log calls one that the mail server was not there for: it does not count.
UNSENT = "user.mail.unsent"

_BYTES = 32


class Mailing:
    """What people do about mails to them, on the pages."""

    def __init__(self, auth: Auth, mails: Mails, post: Post | None = None) -> None:
        """Nothing is asked of the mail server yet.

        Raises:
            ConfigError: a setting is missing or cannot be used.

        """
        self.post = post or Post(auth.config)
        self.server = public_address(auth.config)
        self.links = Links(auth.key)
        self._auth = auth
        self._mails = mails

    def of(self, account: Account) -> Address:
        """What is known of an account's address."""
        return self._mails.of(account.id)

    def ask(self, account: Account, address: str, password: str) -> str:
        """Send a link to an address that an account's owner has typed; the address as it is understood.

        Args:
            account: whose it is to be.
            address: as typed.
            password: of the account, if it has one: whoever only found the computer unlocked cannot.

        Raises:
            AccountError: it is no address, or the password is wrong.
            TooManyError: too many links were asked for.
            MailError: the mail cannot be sent.

        """
        address = checked(address)
        if account.password:
            self._auth.confirm(account, password)
        self._slow_down(account)
        nonce = secrets.token_urlsafe(_BYTES)
        self._mails.ask(account.id, address, nonce, account.actor)
        try:
            self.post.deliver(address, lambda: self._asking(account, address, nonce))
        except UnreachableError:
            self._mails.give_up(account.id, nonce)
            self._auth.log.record(AuditEntry(account.name, UNSENT, account.name))
            raise
        except MailError:
            self._mails.give_up(account.id, nonce)
            raise
        return address

    def confirm(self, account: Account, secret: str) -> str:
        """Use the address of a link from now on; it.

        Raises:
            AccountError: the link does not work (any more), or is for another account.

        """
        found = self.linked(account, secret)
        if not self._mails.confirm(account.id, found.nonce, account.actor, self._now()):
            raise _no_link()
        return found.waiting

    def linked(self, account: Account, secret: str) -> Address:
        """The address that a link confirms for an account.

        Raises:
            AccountError: the link does not work (any more), or is for another account.

        """
        found = self.of(account)
        nonce = self.links.confirmed(secret, account.id, found.waiting, self._now())
        if not found.waiting or not nonce or not secrets.compare_digest(nonce, found.nonce):
            raise _no_link()
        return found

    def remove(self, account: Account) -> bool:
        """Forget an account's address; False if there was none."""
        return self._mails.remove(account.id, account.actor)

    def is_stopping(self, secret: str) -> bool:
        """Whether a link is one that stops mails, to an address that is still in use."""
        return self._stopped(secret) != 0

    def stop(self, secret: str) -> bool:
        """Tell no news any more to whoever a mail with this link was sent to; False if the link does not work."""
        account = self._stopped(secret)
        if account:
            self._mails.turn_off(account)
        return account != 0

    def _stopped(self, secret: str) -> int:
        account, mark = self.links.stopped(secret)
        address = self._mails.of(account).address if account else ""
        return account if address and self.links.is_for(mark, address) else 0

    def _slow_down(self, account: Account) -> None:
        since = self._now() - WITHIN
        asked, unsent = (
            self._auth.log.count(actions=(action,), subject=account.name, since=since)
            for action in ("user.mail.ask", UNSENT)
        )
        if asked - unsent >= MOST_ASKED:
            reason = f"確かめるメールを送れるのは、24時間に{MOST_ASKED}回までです。"
            raise TooManyError(SUBJECT, reason, "明日、もう一度お試しください。")

    def _asking(self, account: Account, address: str, nonce: str) -> EmailMessage:
        until = self._now() + LASTS
        link = f"{self.server}/account/mail/{self.links.confirming(account.id, address, nonce, until)}"
        text = (
            f"{account.name} さん\n\n"
            f"このメールアドレスが、{NAME}に入力されました。\n"
            "新しい記事の知らせをここで受け取るには、24時間以内に次のリンクを開き、ログインして、\n"
            "「このアドレスで受け取る」を押してください。リンクは1回だけ使えます。\n\n"
            f"{link}\n\n"
            "お心当たりがないときは、何もしないでください。このアドレスにメールは届きません。\n"
        )
        return letter(self.post.sender, address, "メールアドレスの確認", text, self._now())

    def _now(self) -> datetime:
        return self._auth.accounts.now()


def trial(post: Post, config: Config, address: str, at: datetime) -> None:
    """Send a mail to see whether it arrives.

    Raises:
        AccountError: the address is none.
        MailError: it cannot be sent.

    """
    to = checked(address)
    text = f"{NAME}から試しに送ったメールです。届いていれば、設定は正しくできています。\n{config.address}/\n"
    post.deliver(to, lambda: letter(post.sender, to, "試しのメール", text, at))


def public_address(config: Config) -> str:
    """What links in mails begin with: a name from the settings, never from a request.

    Raises:
        ConfigError: the server has no name.

    """
    if not config.public_address:
        reason = "メールのリンクに使うサーバーの名前がありません。"
        raise ConfigError("hosts", reason, 'hosts = ["kb.example.jp"] のように指定してください。')
    return config.public_address


def _no_link() -> AccountError:
    return AccountError(
        "リンク",
        "このリンクは使えません（期限が切れたか、既に使われたか、ほかの方のものです）。",
        "「自分のアカウント」で、メールアドレスをもう一度入力してください。",
    )
