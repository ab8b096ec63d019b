"""A mailbox on an IMAP server, looked at and never changed: EXAMINE and BODY.PEEK leave mails as unread as they are.

A mail's id is its Message-ID, else the UIDVALIDITY and UID by which the server knows it (RFC 9051, 2.3.1.1). These are
its stamp in any case: what is behind them never changes.
"""

from __future__ import annotations

import imaplib
import io
import ssl
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from typing import BinaryIO

from kb import ExtractionError, Item, SourceError
from kb_mailbox.answers import Listed, bodies, listed
from kb_mailbox.names import mailbox_name
from kb_mailbox.session import Session
from kb_mailbox.settings import LABEL, Server

#: Mails of one folder that are listed; beyond it lies an archive.
_MOST = 20_000
#: Mails whose heads are asked for at a time.
_AT_A_TIME = 200
#: Seconds for which an unused connection is kept: reading mails one by one needs one connection, not one for each.
_IDLE = 60.0

_HEAD = "(UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID SUBJECT)])"


class Mailbox:
    """The source; safe to use from several threads."""

    def __init__(self, server: Server, clock: Callable[[], float] = time.monotonic) -> None:
        self._server = server
        self._clock = clock
        self._lock = RLock()
        self._session: Session | None = None
        self._hang_up: Callable[[], object] = _nothing
        self._validity = ""
        self._used = 0.0
        self._mails: dict[str, Listed] = {}

    def close(self) -> None:
        """Hang up."""
        with self._lock:
            self._hang_up()
            self._hang_up, self._session = _nothing, None

    def items(self) -> list[Item]:
        """The mails of the folder, each once, the oldest first.

        Raises:
            SourceError: the server cannot be reached, does not let us in, or breaks off.

        """
        with self._lock, self._talking(anew=True) as session:
            uids = session.uids()
            if len(uids) > _MOST:
                reason = f"フォルダー {self._server.folder} のメールが{_MOST:,}通を超えています。"
                raise SourceError(LABEL, reason, "取り込むメールだけのフォルダーを作ってください。")
            mails: dict[str, Listed] = {}
            for start in range(0, len(uids), _AT_A_TIME):
                for mail in listed(session.fetch(uids[start : start + _AT_A_TIME], _HEAD)):
                    mails.setdefault(mail.message_id or self._stamp(mail), mail)
            self._mails = mails
            return [Item(name, mail.file_name, stamp=self._stamp(mail)) for name, mail in mails.items()]

    def read(self, item: str) -> BinaryIO:
        """A mail as it was sent.

        Raises:
            ExtractionError: it is there no more, is too large, or cannot be had now.

        """
        try:
            with self._lock:
                return io.BytesIO(self._fetched(item))
        except SourceError as error:
            raise ExtractionError(item, error.reason, error.fix) from error

    def _fetched(self, item: str) -> bytes:
        if item not in self._mails:
            self.items()
        with self._talking() as session:
            mail = self._mails.get(item)
            if mail and mail.size > self._server.megabytes << 20:
                reason = f"{self._server.megabytes}MiBを超えるメールです。"
                raise ExtractionError(mail.file_name, reason, "mailbox.toml の megabytes を増やせば取り込めます。")
            found = bodies(session.fetch([mail.uid], "(UID BODY.PEEK[])")) if mail else {}
        if not mail or mail.uid not in found:
            raise ExtractionError(item, "メールがサーバーにもうありません。", "メールボックスを確かめてください。")
        return found[mail.uid]

    def _stamp(self, mail: Listed) -> str:
        return f"{self._validity}/{mail.uid}"

    @contextmanager
    def _talking(self, *, anew: bool = False) -> Iterator[Session]:
        """A connection on which the folder is open; one that fails is not used again.

        On one of before, servers may not tell of what has come since: ``anew`` makes another.
        """
        try:
            yield self._open(anew=anew)
        except SourceError:
            self.close()
            raise
        except ssl.SSLCertVerificationError as error:
            self.close()
            fix = "host を確かめ、組織の認証局なら certificate_file を指定してください。"
            raise SourceError(LABEL, f"{self._server.host} の証明書を確かめられません。", fix) from error
        except (OSError, imaplib.IMAP4.error) as error:
            self.close()
            reason = f"{self._server.host} とのやりとりができません。"
            raise SourceError(LABEL, reason, "しばらくしてもう一度試し、続くなら設定を確かめてください。") from error

    def _open(self, *, anew: bool) -> Session:
        if anew or self._clock() - self._used > _IDLE:
            self.close()
        if not self._session:
            self._session = session = Session(self._server)
            self._hang_up = weakref.finalize(self, session.close)
            session.login(self._server.user, self._server.password())
            validity = session.examine(mailbox_name(self._server.folder))
            if validity != self._validity:
                self._mails = {}  # the numbers of before mean nothing now
            self._validity = validity
        self._used = self._clock()
        return self._session


def _nothing() -> None:
    """There is nobody to hang up on."""
