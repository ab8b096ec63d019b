"""One connection to an IMAP server: TLS with its certificate checked, and only commands that change nothing."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from kb import SourceError
from kb_mailbox.settings import LABEL, Server

#: Seconds that one wait for the server may take.
_PATIENCE = 30.0
#: Bytes beside a mail in what the server sends at a time.
_BESIDE = 1 << 20


class _Limited(imaplib.IMAP4_SSL):
    """Takes nothing of a size that was not asked for: imaplib believes whatever number a server sends."""

    most = 0

    def read(self, size: int) -> bytes:
        if size > self.most:
            raise self.abort(f"the server wants to send {size} bytes")
        return super().read(size)


class Session:
    """A connection; ``close`` it."""

    def __init__(self, server: Server) -> None:
        """Connect.

        Raises:
            OSError: nobody answers, or not the right one.
            SourceError: the file of certificates cannot be read.

        """
        context = _context(server)
        self._client = _Limited(server.host, server.port, ssl_context=context, timeout=_PATIENCE)
        self._client.most = (server.megabytes << 20) + _BESIDE

    def close(self) -> None:
        """Hang up; the server notices, and there is nothing that it would have to save."""
        with suppress(OSError):  # it has hung up first
            self._client.shutdown()

    def login(self, user: str, password: str) -> None:
        """Say who we are.

        Raises:
            SourceError: the server does not believe it. What it says is not passed on: some repeat the password.

        """
        try:
            self._client.login(user, password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            fix = "mailbox.toml の user と、パスワードを確かめてください。"
            raise SourceError(LABEL, f"IMAPに {user} としてログインできません。", fix) from None

    def examine(self, folder: str) -> str:
        """Open a folder for reading only; returns its UIDVALIDITY.

        Raises:
            SourceError: there is no such folder.

        """
        status, _ = self._client.select(folder, readonly=True)
        if status != "OK":
            fix = "mailbox.toml の folder を確かめてください。"
            raise SourceError(LABEL, "IMAPのフォルダーを開けません。", fix)
        _, (validity,) = self._client.response("UIDVALIDITY")
        return validity.decode("ascii") if validity else ""

    def uids(self) -> list[str]:
        """The numbers of all mails that nobody has deleted."""
        (found,) = self._done(self._client.uid("SEARCH", "UNDELETED"))
        return [number.decode("ascii") for number in (found or b"").split()]

    def fetch(self, uids: Sequence[str], what: str) -> list[Any]:
        """What the server answers on some mails, in imaplib's form."""
        return self._done(self._client.uid("FETCH", ",".join(uids), what))

    def _done(self, answer: tuple[str, list[Any]]) -> list[Any]:
        status, data = answer
        if status != "OK":
            raise self._client.error("the server declines")
        return data


def _context(server: Server) -> ssl.SSLContext:
    """Certificates and names are checked, against the system's authorities or one's own."""
    try:
        return ssl.create_default_context(cafile=server.certificate_file)
    except OSError as error:
        fix = "mailbox.toml の certificate_file を確かめてください（PEM形式）。"
        raise SourceError(LABEL, f"証明書のファイル {server.certificate_file} を読み取れません。", fix) from error
