"""The door: signing in and out, links and keys. Secrets are made here; what is kept of them is in the database."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from kb.auth import codes, names, passwords
from kb.auth.attempts import MINUTES, Attempts
from kb.auth.secret import fingerprint, secret_key
from kb.errors import AccountError, TooManyError
from kb.model import OPERATOR, VISITOR, AccessClass, Actor, Config, Role
from kb.store.accounts import Account, Accounts, SignIn
from kb.store.audit import AuditEntry, AuditLog
from kb.store.database import open_database

#: An invitation waits for somebody who is away; whoever sets up or has lost a password is there.
INVITED, RESET = timedelta(days=7), timedelta(hours=24)

#: Random bytes of a session id, a link and a token (OWASP ASVS 5.0, 7.2.3 asks for 128 bits).
_BYTES = 32

#: Characters kept of what a browser calls itself.
LONGEST_AGENT = 300


@dataclass(frozen=True, slots=True)
class Link:
    """A link that works once. Whoever has it needs nothing else: it is shown once, to the one who hands it on."""

    path: str
    """The address without the server's: ``/join/...`` or ``/setup/...``."""
    lasts: timedelta

    @property
    def label(self) -> str:
        """How long it lasts, for people."""
        return f"{self.lasts.days}日以内" if self.lasts.days > 1 else f"{self.lasts // timedelta(hours=1)}時間以内"


class Auth:
    """The accounts of one library, and everything that is done with a secret."""

    def __init__(self, accounts: Accounts, log: AuditLog, config: Config) -> None:
        self.accounts = accounts
        self.log = log
        self.config = config
        self.key = secret_key(config.store)
        self._attempts = Attempts()

    @property
    def idle(self) -> timedelta:
        """How long a session may go unused."""
        return timedelta(minutes=self.config.session_idle_minutes)

    # ------------------------------------------------------------------------------------------------- sessions

    def sign_in(self, name: str, password: str, code: str = "", *, address: str = "", agent: str = "") -> str:
        """Begin a session; its id, for the person's cookie and nobody else.

        Raises:
            TooManyError: too many attempts.
            AccountError: in the same words, and after the same time, whether or not there is such an account.

        """
        key = names.key(name[: names.LONGEST + 1])
        if not self._attempts.allow(address, key):
            raise TooManyError("ログイン", "ログインの失敗が続いています。", f"{MINUTES}分待ってから、お試しください。")
        account = self.accounts.by_key(key)
        right = passwords.matches(account.password if account else None, password)
        step = self._step(account, code) if account else 0
        if account and right and step is not None and (id_ := self.begin(account, agent, step)):
            self._attempts.succeeded(key)
            return id_
        # What was typed as a name may be a password in the wrong field: only a name that exists is written down.
        self.log.record(AuditEntry("", "login.failed", account.name if account else "", {"address": address}))
        raise AccountError("ログイン", "名前かパスワードが違います。", "確かめて、もう一度入力してください。")

    def _step(self, account: Account, code: str) -> int | None:
        """The step of the code that was given; 0 where none is needed, None where it is wrong."""
        if not (self.config.totp and account.totp):
            return 0
        return codes.step_of(self.key, account.totp, code, self.accounts.now()) or None

    def may_try(self, step: str, address: str) -> bool:
        """Count a step of an attempt that names no account; False if it is one too many from this address."""
        return self._attempts.allow_step(step, address)

    def begin(self, account: Account, agent: str, step: int = 0, *, via: str = "") -> str:
        """Begin a session for somebody who has shown who they are; its id, empty if the account is not in use.

        Args:
            account: as it was when they did.
            agent: what the browser calls itself.
            step: of the one-time code that was given.
            via: how they did, for the audit log; empty for a password.

        """
        id_ = secrets.token_urlsafe(_BYTES)
        until = self.accounts.now() + timedelta(hours=self.config.session_hours)
        began = self.accounts.sign_in(account, fingerprint(id_), until, agent[:LONGEST_AGENT], step, via=via)
        return id_ if began else ""

    def sign_out(self, id_: str) -> None:
        """End the session with this id, if there is one."""
        if id_:
            self.accounts.sign_out(fingerprint(id_))

    def session(self, id_: str) -> SignIn | None:
        """The live session with this id."""
        return self.accounts.session(fingerprint(id_), self.idle) if id_ else None

    def sessions(self, account: Account) -> list[SignIn]:
        """All live sessions of an account."""
        return self.accounts.sessions(account.id, self.idle)

    # ----------------------------------------------------------------------------------------- accounts and links

    def find(self, name: str) -> Account:
        """The account with this name.

        Raises:
            AccountError: there is none.

        """
        account = self.accounts.by_key(names.key(name))
        if account is None:
            raise AccountError(name, "この名前のアカウントはありません。", "「kb user list」で一覧を見てください。")
        return account

    def invite(self, name: str, role: Role, by: Actor) -> tuple[Account, Link]:
        """Make an account, and a link by which its owner chooses a password.

        Raises:
            AccountError: the name cannot be used.

        """
        name = names.checked(name)
        account = self.accounts.add(name, names.key(name), role, by)
        return account, self.link(account, by)

    def link(self, account: Account, by: Actor) -> Link:
        """A link by which the owner of an account chooses a password; the one before it ends.

        Raises:
            AccountError: the account is disabled.

        """
        if account.disabled_at:
            raise AccountError(account.name, "停止中のアカウントです。", "先に、再開してください。")
        return self._link("/join/", account, RESET if account.password else INVITED, by)

    def setup_link(self) -> Link | None:
        """A link by which the first administrator's account is made; None where there is an administrator."""
        if self.accounts.has_admin():
            return None
        return self._link("/setup/", None, RESET, OPERATOR)

    def _link(self, path: str, account: Account | None, lasts: timedelta, by: Actor) -> Link:
        secret = secrets.token_urlsafe(_BYTES)
        self.accounts.add_link(fingerprint(secret), account, self.accounts.now() + lasts, by)
        return Link(f"{path}{secret}", lasts)

    def linked(self, secret: str) -> Account | None:
        """The account that a link is for; None if it is for the first one.

        Raises:
            AccountError: there is no such link, or no longer.

        """
        return self.accounts.link(fingerprint(secret))

    def take_up(self, secret: str, password: str) -> Account:
        """Give the account of a link its password.

        Raises:
            AccountError: the link does not work, or the password is too easy.

        """
        account = self.linked(secret)
        plain = passwords.checked(password, account.name if account else "")
        return self.accounts.use_link(fingerprint(secret), passwords.hashed(plain))

    def set_up(self, secret: str, name: str, password: str) -> Account:
        """Make the first administrator's account.

        Raises:
            AccountError: the link does not work, or the name or the password cannot be used.

        """
        name = names.checked(name)
        plain = passwords.checked(password, name)
        return self.accounts.set_up(fingerprint(secret), name, names.key(name), passwords.hashed(plain))

    def change_password(self, account: Account, old: str, new: str) -> None:
        """Replace one's own password; ends all sessions.

        Raises:
            AccountError: the old one is wrong, or the new one is too easy.

        """
        self.confirm(account, old)
        plain = passwords.checked(new, account.name)
        self.accounts.set_password(account.id, passwords.hashed(plain), account.actor)

    def confirm(self, account: Account, password: str) -> None:
        """Make sure that it is the owner who sits there.

        Raises:
            AccountError: the password is wrong.

        """
        key = names.key(account.name)
        if not self._attempts.allow("", key):
            raise TooManyError("パスワード", "間違いが続いています。", f"{MINUTES}分待ってから、お試しください。")
        if not passwords.matches(account.password, password):
            raise AccountError("今のパスワード", "今のパスワードが違います。", "確かめて、もう一度入力してください。")
        self._attempts.succeeded(key)

    # ----------------------------------------------------------------------------------------------------- codes

    def confirm_totp(self, account: Account, kept: str, code: str) -> None:
        """Ask for one-time codes from now on, once somebody has shown that their app makes the right ones.

        Raises:
            AccountError: the code is wrong.

        """
        step = codes.step_of(self.key, kept, code, self.accounts.now())
        if not step:
            fix = "アプリに表示されている6桁の数字を入力してください。"
            raise AccountError("確認コード", "確認コードが違います。", fix)
        self.accounts.set_totp(account.id, kept, step, account.actor)

    def forget_totp(self, account: Account, password: str) -> None:
        """Ask for no one-time codes any more.

        Raises:
            AccountError: the password is wrong.

        """
        self.confirm(account, password)
        self.accounts.set_totp(account.id, "", 0, account.actor)

    # ---------------------------------------------------------------------------------------------------- tokens

    def new_token(
        self, account: Account, days: int | None, by: Actor, reads: frozenset[AccessClass] | None = None
    ) -> str:
        """A key with which a program acts for an account, for so many days; it can be seen only now.

        With ``reads`` it may do nothing but read documents of these classes.

        Raises:
            AccountError: the account itself may not read them.

        """
        if reads is not None and (not reads or not reads <= account.role.access):
            known = "、".join(f"{one.value}（{one.label}）" for one in AccessClass if one in account.role.access)
            raise AccountError(account.name, "このアカウントの読めない公開範囲です。", f"使える公開範囲：{known}")
        until = self.accounts.now() + timedelta(days=days) if days else None
        token = secrets.token_urlsafe(_BYTES)
        self.accounts.add_token(fingerprint(token), account, until, by, reads)
        return token

    def bearer(self, token: str) -> Actor:
        """Whom a program with this key acts for; a visitor, if the key is none."""
        return self.accounts.token(fingerprint(token)) or VISITOR


@contextmanager
def opened(config: Config) -> Iterator[Auth]:
    """The accounts in a data folder, without its index and without its lock: the server may be running."""
    engine = open_database(config.store, config.database)
    try:
        yield Auth(Accounts(engine), AuditLog(engine), config)
    finally:
        engine.dispose()


def link_address(config: Config, link: Link, server: str = "") -> str:
    """The whole address of a link, on the server's public name if it has one."""
    return f"{config.public_address or server or config.address}{link.path}"
