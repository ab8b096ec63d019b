"""Accounts, and who is signed in where.

Whatever changes what somebody may do ends their sessions in the same transaction, and is written to the audit log in
it. Secrets come in as their SHA-256: a copy of the database signs nobody in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, delete, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from kb.errors import AccountError
from kb.model import NOTHING, AccessClass, Actor, Role
from kb.store import tables
from kb.store.audit import AuditEntry, write
from kb.store.database import writer

Clock = Callable[[], datetime]
"""Gives the present time in UTC, without a zone as the tables hold it."""

#: How often a session notes that it is in use: not on each request, which would be a write for each page.
SEEN_EVERY = timedelta(minutes=1)


#: The highest number of an account (PostgreSQL's ``integer``).
_MOST = 2**31 - 1

#: How far a clock may be set back without anybody having to sign in again.
_SLACK = timedelta(minutes=5)


def utc_now() -> datetime:
    """The present time."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in."""

    id: int
    name: str
    role: Role
    password: str | None = field(repr=False)
    """The hash; None until the invitation has been taken up."""
    totp: str = field(repr=False)
    """What the secret of the one-time codes is made from; empty without them."""
    totp_step: int
    created_at: datetime
    disabled_at: datetime | None
    external: bool = False
    """True if somebody signs in to it by an identity provider."""

    @property
    def actor(self) -> Actor:
        """The account as the one who does something."""
        return Actor(self.name, self.role)

    @property
    def state(self) -> str:
        """``disabled``, ``invited`` (no way to sign in yet) or ``active``."""
        if self.disabled_at:
            return "disabled"
        return "active" if self.password or self.external else "invited"

    @property
    def state_label(self) -> str:
        """The same as shown to people."""
        return {"active": "使用中", "invited": "招待中", "disabled": "停止中"}[self.state]


@dataclass(frozen=True, slots=True)
class SignIn:
    """One session of an account, as its owner sees it in a list."""

    hash: str
    account: Account
    created_at: datetime
    seen_at: datetime
    agent: str
    """What the browser calls itself."""


class Accounts:
    """All accounts, in a database that ``open_database`` gave; safe to use from several threads."""

    def __init__(self, engine: Engine, now: Clock = utc_now) -> None:
        self._engine = engine
        self._writer = writer(engine)
        self.now = now

    # ------------------------------------------------------------------------------------------------- accounts

    def all(self) -> list[Account]:
        """Every account by name, also the disabled ones."""
        with self._engine.connect() as connection:
            return [_account(row) for row in connection.execute(_accounts().order_by(tables.account.c.key))]

    def get(self, account: int) -> Account | None:
        """One account by its number."""
        # A number from an address may be larger than any that a database takes.
        return None if not 0 < account <= _MOST else self._one(tables.account.c.id == account)

    def by_key(self, key: str) -> Account | None:
        """One account by its name, folded as ``kb.auth.names.key`` does."""
        return self._one(tables.account.c.key == key)

    def has_admin(self) -> bool:
        """Whether there is an administrator who can sign in."""
        with self._engine.connect() as connection:
            return _admins(connection) > 0

    def add(self, name: str, key: str, role: Role, by: Actor) -> Account:
        """Make an account without a password.

        Raises:
            AccountError: the name is taken.

        """
        with self._writer.begin() as connection:
            account = _insert(connection, name, key, role, self.now())
            _log(connection, by, "user.add", name, role=role.value)
        return account

    def set_role(self, account: int, role: Role, by: Actor) -> Account:
        """Give a role; ends the account's sessions.

        Raises:
            AccountError: it was the last administrator.

        """
        with self._writer.begin() as connection:
            name = _change(connection, account, role=role.value)
            _log(connection, by, "user.role", name, role=role.value)
            return _found(connection, account)

    def disable(self, account: int, by: Actor) -> Account:
        """Let nobody sign in with it any more; ends its sessions, links and tokens.

        Raises:
            AccountError: it was the last administrator.

        """
        with self._writer.begin() as connection:
            name = _change(connection, account, disabled_at=self.now())
            for table in (tables.link, tables.token):
                connection.execute(delete(table).where(table.c.account == account))
            _log(connection, by, "user.disable", name)
            return _found(connection, account)

    def enable(self, account: int, by: Actor) -> Account:
        """Let it be used again."""
        with self._writer.begin() as connection:
            name = _change(connection, account, disabled_at=None)
            _log(connection, by, "user.enable", name)
            return _found(connection, account)

    def set_password(self, account: int, password: str, by: Actor) -> None:
        """Replace the hash; ends the account's sessions and links."""
        with self._writer.begin() as connection:
            _set_password(connection, account, password, by)

    def set_totp(self, account: int, totp: str, step: int, by: Actor) -> None:
        """Ask for one-time codes made with ``totp`` from now on; for none if it is empty."""
        with self._writer.begin() as connection:
            name = _change(connection, account, ends=False, totp=totp, totp_step=step)
            _log(connection, by, "user.totp", name, on=bool(totp))

    # ------------------------------------------------------------------------------------------------- sessions

    def sign_in(  # noqa: PLR0913 - all that a session is
        self, account: Account, secret: str, until: datetime, agent: str, step: int = 0, *, via: str = ""
    ) -> bool:
        """Begin a session, if the account is still as it was when the password was checked.

        Args:
            account: as it was then.
            secret: the SHA-256 of the session's id.
            until: when it ends at the latest.
            agent: what the browser calls itself.
            step: of the one-time code that was given, so that it is not taken a second time.
            via: how they have shown who they are, if not by a password.

        """
        with self._writer.begin() as connection:
            present = _found(connection, account.id)
            if (present.password, present.disabled_at, present.role) != (account.password, None, account.role):
                return False
            if step and step <= present.totp_step:
                return False
            c, now = tables.session.c, self.now()
            connection.execute(delete(tables.session).where(c.expires_at <= now))
            connection.execute(
                insert(tables.session).values(
                    hash=secret, account=account.id, created_at=now, seen_at=now, expires_at=until, agent=agent
                )
            )
            if step:
                connection.execute(update(tables.account).where(_is(account.id)).values(totp_step=step))
            _log(connection, account.actor, "login", account.name, **({"via": via} if via else {}))
        return True

    def session(self, secret: str, idle: timedelta) -> SignIn | None:
        """The session with this SHA-256, if it is neither over nor unused for ``idle``, of an account in use."""
        c, now = tables.session.c, self.now()
        live = (c.hash == secret) & _live(now, idle)
        with self._engine.connect() as connection:
            row = connection.execute(_sessions().where(live, tables.account.c.disabled_at.is_(None))).one_or_none()
        if row is None:
            return None
        found = _sign_in(row)
        if found.seen_at <= now - SEEN_EVERY:
            with self._engine.begin() as connection:
                connection.execute(update(tables.session).where(c.hash == secret).values(seen_at=now))
        return found

    def sessions(self, account: int, idle: timedelta) -> list[SignIn]:
        """The live sessions of an account, the one used last first."""
        c, now = tables.session.c, self.now()
        live = (c.account == account) & _live(now, idle)
        with self._engine.connect() as connection:
            return [_sign_in(row) for row in connection.execute(_sessions().where(live).order_by(c.seen_at.desc()))]

    def sign_out(self, secret: str) -> None:
        """End one session."""
        with self._writer.begin() as connection:
            row = connection.execute(_sessions().where(tables.session.c.hash == secret)).one_or_none()
            if row is not None:
                found = _sign_in(row)
                connection.execute(delete(tables.session).where(tables.session.c.hash == secret))
                _log(connection, found.account.actor, "logout", found.account.name)

    def sign_out_others(self, account: Account, but: str) -> int:
        """End all sessions of an account but one; how many there were."""
        c = tables.session.c
        with self._writer.begin() as connection:
            ended = connection.execute(delete(tables.session).where(c.account == account.id, c.hash != but)).rowcount
            _log(connection, account.actor, "logout.others", account.name, sessions=ended)
        return int(ended)

    # --------------------------------------------------------------------------------------------- identities

    def by_identity(self, issuer: str, subject: str) -> Account | None:
        """The account of whoever an identity provider knows by this subject; never found by a name or an address."""
        c = tables.identity.c
        query = _accounts().join(tables.identity).where(c.issuer == issuer, c.subject == subject)
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _account(row)

    def bind(self, account: int, issuer: str, subject: str, by: Actor) -> None:
        """Let somebody sign in to an account by an identity provider.

        Raises:
            AccountError: they have another account.

        """
        with self._writer.begin() as connection:
            name = _found(connection, account).name
            _bind(connection, account, issuer, subject, self.now())
            _log(connection, by, "user.identity", name, issuer=issuer)

    def add_bound(self, name: str, key: str, issuer: str, subject: str) -> Account:
        """Make an account of the least role for somebody whom only the identity provider knows so far.

        Raises:
            AccountError: the name is taken, or they have an account.

        """
        with self._writer.begin() as connection:
            account = _insert(connection, name, key, Role.READER, self.now())
            _bind(connection, account.id, issuer, subject, self.now())
            _log(connection, account.actor, "user.add", name, role=Role.READER.value, issuer=issuer)
            return _found(connection, account.id)

    def unbind(self, account: int, by: Actor) -> None:
        """Let nobody sign in to an account by an identity provider any more; ends its sessions."""
        with self._writer.begin() as connection:
            name = _found(connection, account).name
            for table in (tables.identity, tables.session):
                connection.execute(delete(table).where(table.c.account == account))
            _log(connection, by, "user.identity.end", name)

    # ---------------------------------------------------------------------------------------------------- links

    def add_link(self, secret: str, account: Account | None, until: datetime, by: Actor) -> None:
        """Add a link that works once, in place of any that the account had; without an account, for the first one."""
        c = tables.link.c
        old = c.account.is_(None) if account is None else c.account == account.id
        with self._writer.begin() as connection:
            connection.execute(delete(tables.link).where(or_(old, c.expires_at <= self.now())))
            row = {"hash": secret, "account": account.id if account else None, "expires_at": until}
            connection.execute(insert(tables.link).values(row))
            if account is not None:
                _log(connection, by, "user.link", account.name)

    def link(self, secret: str) -> Account | None:
        """The account that a link is for.

        Raises:
            AccountError: there is none for an account with this SHA-256, or no longer.

        """
        with self._engine.connect() as connection:
            number = _link(connection, secret, self.now())
            return None if number is None else _found(connection, number)

    def use_link(self, secret: str, password: str) -> Account:
        """Set the password of the account that a link is for, and ask for no codes; the link is gone.

        Whoever has lost their phone gets in again by a link: the administrator has made sure of who they are.

        Raises:
            AccountError: there is no such link, no longer, or it is that for the first account.

        """
        with self._writer.begin() as connection:
            number = _link(connection, secret, self.now())
            if number is None:
                raise _no_link()
            account = _found(connection, number)
            _set_password(connection, number, password, account.actor)
            connection.execute(update(tables.account).where(_is(number)).values(totp=""))
            return _found(connection, number)

    def set_up(self, secret: str, name: str, key: str, password: str) -> Account:
        """Make the first administrator; the link is gone.

        Raises:
            AccountError: there is no such link, no longer, an administrator already, or the name is taken.

        """
        with self._writer.begin() as connection:
            if _link(connection, secret, self.now()) is not None or _admins(connection):
                raise _no_link()
            account = _insert(connection, name, key, Role.ADMIN, self.now())
            connection.execute(update(tables.account).where(_is(account.id)).values(password=password))
            connection.execute(delete(tables.link).where(tables.link.c.account.is_(None)))
            _log(connection, account.actor, "user.setup", name)
            return _found(connection, account.id)

    # --------------------------------------------------------------------------------------------------- tokens

    def add_token(
        self,
        secret: str,
        account: Account,
        until: datetime | None,
        by: Actor,
        reads: frozenset[AccessClass] | None = None,
    ) -> None:
        """Add a key for programs: one that may do what its account may, or one that may read some classes only."""
        kept = None if reads is None else ",".join(sorted(reads))
        row = {"hash": secret, "account": account.id, "created_at": self.now(), "expires_at": until, "reads": kept}
        with self._writer.begin() as connection:
            connection.execute(insert(tables.token).values(row))
            _log(connection, by, "user.token", account.name, **({} if kept is None else {"reads": kept}))

    def token(self, secret: str) -> Actor | None:
        """Whom a program with this key acts for."""
        c = tables.token.c
        valid = (c.hash == secret) & (c.expires_at.is_(None) | (c.expires_at > self.now()))
        query = select(tables.account.c.name, tables.account.c.role, c.reads).join_from(tables.token, tables.account)
        with self._engine.connect() as connection:
            row = connection.execute(query.where(valid, tables.account.c.disabled_at.is_(None))).one_or_none()
        return None if row is None else _program(row.name, Role(row.role), row.reads)

    def end_tokens(self, account: Account, by: Actor) -> int:
        """Make all keys of an account useless; how many there were."""
        with self._writer.begin() as connection:
            ended = connection.execute(delete(tables.token).where(tables.token.c.account == account.id)).rowcount
            _log(connection, by, "user.token.end", account.name, tokens=ended)
        return int(ended)

    def _one(self, condition: ColumnElement[bool]) -> Account | None:
        with self._engine.connect() as connection:
            row = connection.execute(_accounts().where(condition)).one_or_none()
        return None if row is None else _account(row)


_IS_EXTERNAL = exists().where(tables.identity.c.account == tables.account.c.id).correlate(tables.account)
_COLUMNS = [*(c for c in tables.account.c if c.name != "key"), _IS_EXTERNAL.label("external")]


def _accounts() -> Select[Any]:
    return select(*_COLUMNS).select_from(tables.account)


def _live(now: datetime, idle: timedelta) -> ColumnElement[bool]:
    """Sessions that are neither over nor unused for ``idle``, nor from the future: a clock set back prolongs none."""
    c = tables.session.c
    return (c.expires_at > now) & (c.seen_at > now - idle) & (c.seen_at <= now + _SLACK)


def _sessions() -> Select[Any]:
    c = tables.session.c
    joined = tables.session.join(tables.account)
    return select(*_COLUMNS, c.hash, c.created_at, c.seen_at, c.agent).select_from(joined)


def _is(account: int) -> ColumnElement[bool]:
    return tables.account.c.id == account


def _account(row: Any) -> Account:
    number, name, role, *others = row
    return Account(number, name, Role(role), *others)


def _program(name: str, role: Role, reads: str | None) -> Actor:
    if reads is None:
        return Actor(name, role)
    # The least role: it does nothing. And what its account may not know of (any more), it may not either.
    return Actor(name, Role.READER, frozenset(AccessClass(one) for one in reads.split(",")) & role.access)


def _sign_in(row: Any) -> SignIn:
    size = len(_COLUMNS)
    secret, created_at, seen_at, agent = row[size:]
    return SignIn(secret, _account(row[:size]), created_at, seen_at, agent)


def _found(connection: Connection, account: int) -> Account:
    row = connection.execute(_accounts().where(_is(account))).one_or_none()
    if row is None:
        raise AccountError(str(account), "このアカウントはありません。", "アカウントの一覧を見てください。")
    return _account(row)


def _insert(connection: Connection, name: str, key: str, role: Role, now: datetime) -> Account:
    row = {"name": name, "key": key, "role": role.value, "totp": "", "totp_step": 0, "created_at": now}
    try:
        done = connection.execute(insert(tables.account).values(row))
    except IntegrityError as error:
        raise AccountError(name, "この名前のアカウントは既にあります。", "別の名前にしてください。") from error
    (number,) = done.inserted_primary_key or (0,)
    return _found(connection, number)


def _bind(connection: Connection, account: int, issuer: str, subject: str, now: datetime) -> None:
    row = {"issuer": issuer, "subject": subject, "account": account, "created_at": now}
    try:
        connection.execute(insert(tables.identity).values(row))
    except IntegrityError as error:
        fix = "その利用者でログインするか、管理者にご連絡ください。"
        raise AccountError("組織のログイン", "この組織のアカウントは、既に利用者に結び付いています。", fix) from error


def _change(connection: Connection, account: int, *, ends: bool = True, **values: Any) -> str:
    """Change an account and end its sessions; its name. Nobody is left who could undo it: refused."""
    name = _found(connection, account).name
    before = _admins(connection)
    connection.execute(update(tables.account).where(_is(account)).values(values))
    if before and not _admins(connection):
        fix = "先に、別の人を管理者にしてください。"
        raise AccountError(name, "ログインできる管理者が一人もいなくなります。", fix)
    if ends:
        connection.execute(delete(tables.session).where(tables.session.c.account == account))
    return name


def _set_password(connection: Connection, account: int, password: str, by: Actor) -> None:
    name = _change(connection, account, password=password)
    connection.execute(delete(tables.link).where(tables.link.c.account == account))
    _log(connection, by, "user.password", name)


def _admins(connection: Connection) -> int:
    c = tables.account.c
    active = (c.role == Role.ADMIN.value) & c.disabled_at.is_(None) & c.password.is_not(None)
    return int(connection.scalar(select(func.count()).select_from(tables.account).where(active)) or 0)


def _link(connection: Connection, secret: str, now: datetime) -> int | None:
    c = tables.link.c
    row = connection.execute(select(c.account).where(c.hash == secret, c.expires_at > now)).one_or_none()
    if row is None:
        raise _no_link()
    return None if row.account is None else int(row.account)


def _no_link() -> AccountError:
    return AccountError(
        "リンク",
        "このリンクは使えません（期限が切れたか、既に使われました）。",
        "管理者に、新しいリンクを発行してもらってください。",
    )


def _log(connection: Connection, by: Actor, action: str, subject: str, **detail: Any) -> None:
    write(connection, AuditEntry(by.name, action, subject, detail or NOTHING))
