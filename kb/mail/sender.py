"""Sending what is due: one mail for each person, at most once, by one process at a time."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from threading import Event

from filelock import FileLock, Timeout

from kb.auth.secret import secret_key
from kb.errors import BusyError, KbError
from kb.library import Library
from kb.mail.letters import NAME, letter, with_way_out
from kb.mail.links import Links
from kb.mail.mailing import public_address
from kb.mail.news import gather, lines
from kb.mail.post import Post, RefusedError, UnreachableError, UnsureError
from kb.store.accounts import Clock, utc_now
from kb.store.mails import Claim, MailRun, Periods

log = logging.getLogger(__name__)

#: Ahead of UTC: the hour of the settings is one in Japan, whatever time the server keeps.
_JAPAN = timedelta(hours=9)

#: Waits after the server could not be used: the first, doubled each time, and the longest.
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=6)

#: How often the schedule is looked at, in seconds.
_GLANCE = 60.0


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one round."""

    sent: int = 0
    nothing_new: int = 0
    """People who are told nothing because there is nothing new."""
    refused: int = 0
    """Recipients that the server does not take mails for."""


class Sender:
    """Sends news; several may be at work, and one of them sends."""

    def __init__(self, library: Library, now: Clock = utc_now, post: Post | None = None) -> None:
        """Nothing is asked of the mail server yet.

        Raises:
            ConfigError: a setting is missing or cannot be used.

        """
        config = library.config
        self.post = post or Post(config)
        self._server = public_address(config)
        self._links = Links(secret_key(config.store))
        self._lock = FileLock(config.store / "mail.lock")
        self._library = library
        self._mails = library.store.mails
        self._hour = config.mail_hour
        self._now = now

    def watch(self, stop: Event) -> None:
        """Send what is due on the schedule until ``stop`` is set. Call in a thread beside the worker."""
        while not stop.is_set():
            self.look(stop)
            stop.wait(_GLANCE)

    def look(self, stop: Event | None = None) -> Sent:
        """Send what is due, unless the server could not be used a short while ago; what goes wrong is logged."""
        try:
            return Sent() if self._waits() else self.send_due(stop)
        except BusyError:
            return Sent()  # another process sends it
        except KbError as error:
            log.warning("news could not be sent: %s", error)
        except Exception:  # whatever it is (a lock that the disk has no room for), the schedule goes on
            log.exception("news could not be sent")
        return Sent()

    def send_due(self, stop: Event | None = None) -> Sent:
        """Send what is due now, or until ``stop`` is set: nothing is claimed after that.

        Raises:
            BusyError: another process is sending.
            UnreachableError: the mail server cannot be used; the rest stays due.

        """
        if self._library.config.safe_mode:
            return Sent()  # without plugins, searches would have lost some of their filters
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            reason = "別の kb がメールを送っています。"
            raise BusyError("メール", reason, "終わるのを待って、もう一度実行してください。") from error
        try:
            return self._send_all(stop)
        finally:
            self._lock.release()

    def _send_all(self, stop: Event | None) -> Sent:
        began = self._now()
        periods = periods_at(began, self._hour)
        counted = Sent()
        due = self._mails.due(periods, began)
        try:
            for account in due:
                if stop is not None and stop.is_set():
                    break
                counted = self._send(account, periods, counted)
        except UnreachableError as error:
            self._note(counted, error)
            raise
        if counted.sent or counted.refused:
            self._note(counted)
        return counted

    def _send(self, account: int, periods: Periods, counted: Sent) -> Sent:
        claim = self._mails.claim(account, periods, self._now())
        if claim is None:
            return counted
        try:
            return self._tell(claim, counted)
        except KbError:  # the server, the disk or the index: the others would fare no better
            with suppress(KbError):
                self._mails.give_back(claim)
            raise
        except Exception:  # whatever goes wrong over the searches of one person is no reason to leave others out
            log.exception("news for account %d could not be written", account)
            self._mails.postpone(claim, self._now())
            return counted

    def _tell(self, claim: Claim, counted: Sent) -> Sent:
        """Tell somebody what has been claimed for them.

        Raises:
            UnreachableError: the mail server cannot be used.

        """
        first = self._letter(claim)
        if first is None:
            return replace(counted, nothing_new=counted.nothing_new + 1)
        to = str(first["To"])
        try:
            # Written anew when the server is ready: what somebody may know of is asked at the last moment.
            is_sent = self.post.deliver(to, lambda: self._letter(claim, to))
        except RefusedError as error:
            self._mails.refuse(claim, self._now())
            # Not what the server says: it likes to repeat the address.
            log.warning("news for account %d were refused: %d", claim.account, error.code)
            return replace(counted, refused=counted.refused + 1)
        except UnsureError as error:
            log.warning("news for account %d: %s", claim.account, error.reason)
            return replace(counted, sent=counted.sent + 1)
        with suppress(KbError):  # it has been taken, whether or not that can be written down
            self._mails.delivered(claim.account)
        return replace(counted, sent=counted.sent + is_sent)

    def _letter(self, claim: Claim, to: str = "") -> EmailMessage | None:
        """The mail for a claim, as of now; None if there is nothing to tell, or nobody any more (at an address)."""
        recipient = self._mails.recipient(claim.account)
        if recipient is None or (to and to != recipient.address):
            return None
        news = gather(self._library, recipient, claim)
        if news.is_empty:
            return None
        stop = f"{self._server}/mail/off/{self._links.stopping(recipient.account, recipient.address)}"
        text = "\n".join(
            (
                f"{recipient.name} さん",
                "",
                "保存した検索に、新しい記事があります。",
                "",
                *lines(news, self._server),
                "-- ",
                f"{NAME}　{self._server}/",
                f"知らせる検索と間隔を変える：{self._server}/mine/",
                f"知らせをすべて止める：{stop}",
                "",
            )
        )
        day = self._now() + _JAPAN
        subject = f"新しい記事の知らせ（{day.month}月{day.day}日）"
        return with_way_out(letter(self.post.sender, recipient.address, subject, text, self._now()), stop)

    # -------------------------------------------------------------------------------------------------- how it went

    def _note(self, counted: Sent, error: UnreachableError | None = None) -> None:
        before, now = self._mails.run(), self._now()
        sent_at = now if counted.sent else before.sent_at if before else None
        run = MailRun(now, sent_at, counted.sent, counted.refused)
        if error:
            failures = (before.failures if before else 0) + 1
            run = replace(run, failures=failures, reason=f"{error.subject}：{error.reason}", fix=error.fix)
        self._mails.note(run)

    def _waits(self) -> bool:
        """Whether the server could not be used a short while ago."""
        run = self._mails.run()
        again = next_try(run) if run else None
        # A clock that was set back must not keep everybody waiting.
        return run is not None and again is not None and run.tried_at <= self._now() < again


def next_try(run: MailRun) -> datetime | None:
    """When the schedule goes on after the server could not be used; None if it could."""
    if not run.failures:
        return None
    doubled: int = 2 ** min(run.failures - 1, 16)
    return run.tried_at + min(_FIRST_WAIT * doubled, _LONGEST_WAIT)


def periods_at(now: datetime, hour: int) -> Periods:
    """When the present day and the present week of news began, in UTC: at an hour in Japan, weeks on Mondays."""
    there = now + _JAPAN
    day = there.replace(hour=hour, minute=0, second=0, microsecond=0)
    day -= timedelta(days=day > there)
    return {"daily": day - _JAPAN, "weekly": day - timedelta(days=day.weekday()) - _JAPAN}
