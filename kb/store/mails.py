"""Addresses for mail, whose news are due, and what has been told.

A digest is told at most once: it is claimed in a transaction of its own before anything is sent, and given back only if
the mail server has certainly not taken it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, delete, exists, func, insert, or_, select, update

from kb.model import NOTHING, Actor, Role
from kb.store import tables
from kb.store.audit import AuditEntry, write
from kb.store.database import writer

#: Refusals in a row after which an address is left alone until its owner enters it again.
MOST_FAILURES = 10

#: Waits after a refusal: the first, doubled with each, and the longest.
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=15), timedelta(hours=24)

#: How far ahead a clock must have been: for less, the time is waited for, or what was told would be told again.
_AHEAD = timedelta(days=1)

Periods = Mapping[str, datetime]
"""For ``daily`` and ``weekly``: when the present period began. What was told before that is due."""


@dataclass(frozen=True, slots=True)
class Address:
    """What is known of where an account's owner gets mail."""

    address: str = ""
    """The confirmed one; empty for none."""
    waiting: str = ""
    """One that has not been confirmed yet."""
    nonce: str = ""
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a mail is for, as they are now."""

    account: int
    name: str
    role: Role
    address: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A saved search whose news are to be told."""

    id: int
    name: str
    address: str
    since: datetime
    """What readers were given up to then has been told."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What this process, and no other, is to tell somebody."""

    account: int
    until: datetime
    searches: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class MailRun:
    """How sending went last. Times are in UTC without a zone."""

    tried_at: datetime
    sent_at: datetime | None = None
    """When a mail was last taken by the server."""
    sent: int = 0
    refused: int = 0
    """Recipients that the server would not take."""
    failures: int = 0
    """How often in a row the server could not be used at all."""
    reason: str = ""
    """What went wrong with all of it, a Japanese sentence."""
    fix: str = ""


class Mails:
    """Safe to use from several threads and processes. Times come from whoever asks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = writer(engine)

    # ---------------------------------------------------------------------------------------------- addresses

    def of(self, account: int) -> Address:
        """The address of an account."""
        c = tables.mail_address.c
        query = select(c.address, c.waiting, c.nonce, c.failures).where(c.account == account)
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return Address(*row) if row else Address()

    def ask(self, account: int, address: str, nonce: str, by: Actor) -> None:
        """Keep an address until its owner confirms it; the one before it stays in use until then."""
        with self._writer.begin() as connection:
            _enter(connection, account, waiting=address, nonce=nonce)
            _log(connection, by, "user.mail.ask", account)

    def give_up(self, account: int, nonce: str) -> None:
        """Forget an address that waits: the mail for it could not be sent."""
        c = tables.mail_address.c
        with self._writer.begin() as connection:
            mine = and_(c.account == account, c.nonce == nonce)
            connection.execute(update(tables.mail_address).where(mine).values(waiting="", nonce=""))

    def confirm(self, account: int, nonce: str, by: Actor, at: datetime) -> bool:
        """Use the address that waits from now on, if this is its link; news are counted from now."""
        with self._writer.begin() as connection:
            c = tables.mail_address.c
            waiting = and_(c.account == account, c.nonce == nonce, c.waiting != "")
            values = {"address": c.waiting, "waiting": "", "nonce": "", "failures": 0, "tried_at": None}
            if not connection.execute(update(tables.mail_address).where(waiting).values(values)).rowcount:
                return False
            s = tables.saved_search.c
            connection.execute(update(tables.saved_search).where(s.account == account).values(mailed_until=at))
            _log(connection, by, "user.mail", account)
        return True

    def remove(self, account: int, by: Actor) -> bool:
        """Forget an account's address, and one that waits; False if there was none."""
        with self._writer.begin() as connection:
            mine = tables.mail_address.c.account == account
            if not connection.execute(delete(tables.mail_address).where(mine)).rowcount:
                return False
            _log(connection, by, "user.mail.end", account)
        return True

    def turn_off(self, account: int) -> None:
        """Tell an account's owner no news any more, at the wish of whoever has a mail to them."""
        c = tables.saved_search.c
        with self._writer.begin() as connection:
            told = and_(c.account == account, c.mail.is_not(None))
            if connection.execute(update(tables.saved_search).where(told).values(mail=None)).rowcount:
                name = _name(connection, account)
                write(connection, AuditEntry(name, "user.mail.off", name, NOTHING))

    def begin_anew(self, at: datetime) -> None:
        """Take all that readers were given by a time as told."""
        c = tables.saved_search.c
        with self._writer.begin() as connection:
            connection.execute(update(tables.saved_search).where(c.mail.is_not(None)).values(mailed_until=at))

    # ------------------------------------------------------------------------------------------------ sending

    def recipient(self, account: int) -> Recipient | None:
        """Whom to write to now; None if the account is not in use or has no address."""
        with self._engine.connect() as connection:
            return _recipient(connection, account)

    def due(self, periods: Periods, now: datetime) -> list[int]:
        """The numbers of the accounts that are to be written to now."""
        a, m = tables.account.c, tables.mail_address.c
        query = (
            select(m.account, m.failures, m.tried_at)
            .join_from(tables.mail_address, tables.account)
            .where(a.disabled_at.is_(None), m.address != "", m.failures < MOST_FAILURES)
            .where(exists().where(tables.saved_search.c.account == a.id, _is_due(periods, now)))
            .order_by(m.account)
        )
        with self._engine.connect() as connection:
            found = list(connection.execute(query))
        return [row.account for row in found if not _waits(row.failures, row.tried_at, now)]

    def claim(self, account: int, periods: Periods, now: datetime) -> Claim | None:
        """Take what is due for an account, so that nobody else tells it; None if there is nothing, or not yet.

        No other transaction writes meanwhile: whatever readers were given by ``now`` is in the catalogue; and while
        the index lacks something of it, nothing is due, or it would never be told.
        """
        c = tables.saved_search.c
        due = and_(c.account == account, _is_due(periods, now))
        with self._writer.begin() as connection:
            if _recipient(connection, account) is None or _is_behind(connection):
                return None
            query = select(c.id, c.name, c.address, c.mailed_until).where(due).order_by(c.at.desc(), c.id.desc())
            # After a clock was set back, nothing has been told that is still to come.
            found = tuple(
                Wanted(row.id, row.name, row.address, min(row.mailed_until or now, now))
                for row in connection.execute(query)
            )
            connection.execute(update(tables.saved_search).where(due).values(mailed_until=now))
        return Claim(account, now, found) if found else None

    def give_back(self, claim: Claim) -> None:
        """It has certainly not been told: it is due again."""
        with self._writer.begin() as connection:
            _give_back(connection, claim)

    def refuse(self, claim: Claim, now: datetime) -> None:
        """The server would not take it for this recipient: it is due again, after a while."""
        self._fail(claim, now, tables.mail_address.c.failures + 1)

    def postpone(self, claim: Claim, now: datetime) -> None:
        """It could not be written: it is due again, after a while, and that is never held against the address."""
        failures = tables.mail_address.c.failures
        self._fail(claim, now, case((failures < MOST_FAILURES - 1, failures + 1), else_=failures))

    def _fail(self, claim: Claim, now: datetime, failures: ColumnElement[int]) -> None:
        c = tables.mail_address.c
        with self._writer.begin() as connection:
            _give_back(connection, claim)
            values = {"failures": failures, "tried_at": now}
            connection.execute(update(tables.mail_address).where(c.account == claim.account).values(values))

    def delivered(self, account: int) -> None:
        """The server takes mails for this recipient."""
        c = tables.mail_address.c
        with self._writer.begin() as connection:
            refused = and_(c.account == account, c.failures > 0)
            connection.execute(update(tables.mail_address).where(refused).values(failures=0, tried_at=None))

    def run(self) -> MailRun | None:
        """How sending went last; None if nothing has ever been sent."""
        c = tables.mail_run.c
        with self._engine.connect() as connection:
            row = connection.execute(select(*(one for one in c if one.name != "id"))).one_or_none()
        return MailRun(*row) if row else None

    def note(self, run: MailRun) -> None:
        """Keep how it went."""
        with self._writer.begin() as connection:
            connection.execute(delete(tables.mail_run))
            connection.execute(insert(tables.mail_run), {"id": 1} | asdict(run))

    def counts(self) -> tuple[int, int, int]:
        """How many addresses are confirmed, how many of those refuse, and how many searches are told of."""
        c, s = tables.mail_address.c, tables.saved_search.c
        confirmed = select(func.count()).select_from(tables.mail_address).where(c.address != "")
        told = select(func.count()).select_from(tables.saved_search).where(s.mail.is_not(None))
        with self._engine.connect() as connection:
            found = [connection.scalar(one) or 0 for one in (confirmed, confirmed.where(c.failures > 0), told)]
        return found[0], found[1], found[2]


def _is_due(periods: Periods, now: datetime) -> ColumnElement[bool]:
    """Told before the present period; or, by a clock that was far ahead, at a time that is still to come."""
    c = tables.saved_search.c
    told = or_(*(and_(c.mail == name, c.mailed_until < began) for name, began in periods.items()))
    return or_(told, and_(c.mail.is_not(None), c.mailed_until > now + _AHEAD))


def _waits(failures: int, tried_at: datetime | None, now: datetime) -> bool:
    if not failures or tried_at is None:
        return False
    doubled: int = 2 ** (failures - 1)
    wait = min(_FIRST_WAIT * doubled, _LONGEST_WAIT)
    return tried_at <= now < tried_at + wait


def _is_behind(connection: Connection) -> bool:
    """Whether the index is still to get something that readers have been given."""
    waiting = select(func.count()).select_from(tables.outbox).where(tables.outbox.c.kind != "read")
    return bool(connection.scalar(waiting))


def _recipient(connection: Connection, account: int) -> Recipient | None:
    a, m = tables.account.c, tables.mail_address.c
    query = select(a.id, a.name, a.role, m.address).join_from(tables.mail_address, tables.account)
    row = connection.execute(query.where(a.id == account, a.disabled_at.is_(None), m.address != "")).one_or_none()
    return Recipient(row.id, row.name, Role(row.role), row.address) if row else None


def _give_back(connection: Connection, claim: Claim) -> None:
    c = tables.saved_search.c
    for one in claim.searches:
        mine = and_(c.id == one.id, c.mailed_until == claim.until)
        connection.execute(update(tables.saved_search).where(mine).values(mailed_until=one.since))


def _enter(connection: Connection, account: int, **values: Any) -> None:
    mine = tables.mail_address.c.account == account
    if not connection.execute(update(tables.mail_address).where(mine).values(values)).rowcount:
        row = {"account": account, "address": "", "waiting": "", "nonce": "", "failures": 0} | values
        connection.execute(insert(tables.mail_address), row)


def _name(connection: Connection, account: int) -> str:
    return str(connection.scalar(select(tables.account.c.name).where(tables.account.c.id == account)) or "")


def _log(connection: Connection, by: Actor, action: str, account: int) -> None:
    """The address itself is its owner's affair, and not in the log."""
    write(connection, AuditEntry(by.name, action, _name(connection, account), NOTHING))
