"""Handing mails over to a server (SMTP); the only module that touches ``smtplib``.

What a server is certain not to have taken, and what it may have taken, are different errors: the first may be sent
again, the second may not.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE

from kb.errors import ConfigError, MailError, one_line
from kb.mail.addresses import is_address
from kb.model import Config

#: How long a server may take to answer, in seconds: a person waits for the mail that confirms their address.
PATIENCE = 15.0

_PORTS = {"starttls": 587, "ssl": 465, "none": 25}
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_LONGEST_ANSWER = 160

#: A dot at the beginning of a line would end the mail (RFC 5321, 4.5.2).
_DOT = re.compile(rb"^\.", re.MULTILINE)

_SERVER = "メールのサーバー"
_LOOK = "mail_host、mail_port、mail_tls を確かめてください。"


class UnreachableError(MailError):
    """The server cannot be used at all now. It has taken nothing."""


class RefusedError(MailError):
    """The server does not take this mail for this recipient, now or ever. It has not been sent."""

    def __init__(self, code: int, subject: str, reason: str, fix: str = "") -> None:
        super().__init__(subject, reason, fix)
        self.code = code


class UnsureError(MailError):
    """The connection broke off after the mail was sent: nobody knows whether the server has taken it."""


class Post:
    """The server that the settings name."""

    def __init__(self, config: Config, patience: float = PATIENCE) -> None:
        """Nothing is asked of the server yet.

        Raises:
            ConfigError: a setting is missing or cannot be used.

        """
        self.sender = config.mail_from
        self._host, self._tls = config.mail_host, config.mail_tls
        self._port = config.mail_port or _PORTS[config.mail_tls]
        self._user, self._password = config.mail_user, config.mail_password
        self._own_name = config.hosts[0].partition(":")[0] if config.hosts else "localhost"
        self._patience = patience
        _check(config)

    @property
    def server(self) -> str:
        """Where mails are handed over, for people; without user and password."""
        how = {"starttls": "STARTTLS", "ssl": "SSL/TLS", "none": "暗号化なし"}[self._tls]
        return f"{self._host}:{self._port}（{how}）"

    def deliver(self, to: str, write: Callable[[], EmailMessage | None]) -> bool:
        """Hand over one mail; False if there is none to be sent after all.

        Args:
            to: the recipient's address.
            write: makes the mail, or None. It is called when the server is ready to take it.

        Raises:
            UnreachableError: the server cannot be used.
            RefusedError: it does not take the mail for this recipient.
            UnsureError: it may or may not have taken it.

        """
        server = self._open()
        try:
            letter = write()
            if letter is None:
                return False
            self._address(server, to)
            self._hand_over(server, to, letter.as_bytes(policy=WIRE))
            return True
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _open(self) -> smtplib.SMTP:
        """A connection that has been encrypted and signed in to as the settings say; never less."""
        try:
            server = self._connected()
        except (OSError, UnicodeError, smtplib.SMTPException) as error:  # UnicodeError: no name of a server can be so
            raise self._unreachable(error) from error
        try:
            self._prepare(server)
        except (OSError, smtplib.SMTPException) as error:
            server.close()
            raise self._unreachable(error) from error
        return server

    def _connected(self) -> smtplib.SMTP:
        if self._tls == "ssl":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self._host, self._port, self._own_name, timeout=self._patience, context=context)
        return smtplib.SMTP(self._host, self._port, self._own_name, timeout=self._patience)

    def _prepare(self, server: smtplib.SMTP) -> None:
        if self._tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        server.ehlo_or_helo_if_needed()
        if self._user:
            server.login(self._user, self._password)

    def _address(self, server: smtplib.SMTP, to: str) -> None:
        try:
            code, said = server.mail(self.sender)
            if code != 250:
                fix = "差出人 mail_from が、このサーバーで使えるアドレスか確かめてください。"
                raise UnreachableError(_SERVER, f"差出人が断られました（{self._told(code, said)}）。", fix)
            code, said = server.rcpt(to)
        except (OSError, smtplib.SMTPException) as error:
            raise self._unreachable(error) from error
        if code not in {250, 251}:
            raise self._refused(code, said, to)

    def _hand_over(self, server: smtplib.SMTP, to: str, content: bytes) -> None:
        try:
            code, said = server.docmd("DATA")
        except (OSError, smtplib.SMTPException) as error:
            raise self._unreachable(error) from error
        if code != 354:
            raise self._refused(code, said, to)
        try:
            server.send(_DOT.sub(b"..", content) + b".\r\n")
            code, said = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            reason = "送り終えたところで接続が切れました。届いたかどうか分かりません。"
            raise UnsureError(_SERVER, reason, "同じものは二度送りません。") from error
        if code != 250:
            raise self._refused(code, said, to)

    # ------------------------------------------------------------------------------------------------- what is told

    def _refused(self, code: int, said: bytes, to: str) -> MailError:
        if code == 421:  # it is about to close, whatever it was asked (RFC 5321, 3.8): no matter of the recipient
            return UnreachableError(_SERVER, f"受け付けを止めています（{self._told(code, said)}）。", _wait())
        reason = f"このアドレスへのメールが断られました（{self._told(code, said, to)}）。"
        return RefusedError(code, "宛先", reason, "アドレスを確かめてください。")

    def _unreachable(self, error: Exception) -> UnreachableError:
        reason, fix = self._why(error)
        return UnreachableError(_SERVER, f"{self._host}:{self._port} {reason}", fix)

    def _why(self, error: Exception) -> tuple[str, str]:
        if isinstance(error, smtplib.SMTPNotSupportedError):
            what = "ログイン" if "AUTH" in str(error) else "STARTTLS"
            return f"は{what}に対応していません。", "mail_tls と mail_port、mail_user を確かめてください。"
        if isinstance(error, smtplib.SMTPAuthenticationError):
            fix = "mail_user と mail_password を確かめてください。"
            return f"にログインできません（{self._told(error.smtp_code, error.smtp_error)}）。", fix
        if isinstance(error, smtplib.SMTPResponseException):
            return f"に断られました（{self._told(error.smtp_code, error.smtp_error)}）。", _wait()
        if isinstance(error, ssl.SSLCertVerificationError):
            fix = "サーバーの名前 mail_host が証明書のものと同じか、期限が切れていないか確かめてください。"
            return f"の証明書を確かめられません（{one_line(error.verify_message)}）。", fix
        for kind, reason in _REASONS.items():
            if isinstance(error, kind):
                return reason, _LOOK
        return f"との接続に失敗しました（{type(error).__name__}）。", _LOOK

    def _told(self, code: int, said: bytes | str, to: str = "") -> str:
        """What the server says, on one line, without what is nobody's business."""
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        for secret in (self._password, self._user, to):
            text = text.replace(secret, "…") if secret else text
        return f"{code} {one_line(text)[:_LONGEST_ANSWER]}".strip()


_REASONS: dict[type[Exception], str] = {
    ssl.SSLError: "と暗号化の方式が合いません。",
    ConnectionRefusedError: "につながりません（接続を断られました）。",
    TimeoutError: "が時間内に答えません。",
    socket.gaierror: "の名前が見つかりません。",
    UnicodeError: "はサーバーの名前として使えません。",
    smtplib.SMTPServerDisconnected: "が接続を切りました。",
}


def _wait() -> str:
    return "サーバーの管理者に確かめるか、しばらく待ってください。"


def _check(config: Config) -> None:
    if not config.mail_host:
        raise ConfigError(
            "mail_host", "メールを送るサーバーが決まっていません。", "SMTPサーバーの名前を指定してください。"
        )
    if not is_address(config.mail_from):
        fix = "kb@example.jp のように、差出人のアドレスだけを指定してください。"
        raise ConfigError("mail_from", "差出人のアドレスがないか、使えません。", fix)
    try:
        Address(addr_spec=config.mail_from)
    except ValueError as error:  # an address that others may have (kb.@example.jp), and no header may be from
        fix = "@ の前に、続いた点や、終わりの点がないアドレスを指定してください。"
        raise ConfigError("mail_from", "差出人として使えないアドレスです。", fix) from error
    if bool(config.mail_user) != bool(config.mail_password):
        raise ConfigError("mail_user", "利用者の名前とパスワードの、片方だけがあります。", "両方を指定してください。")
    # smtplib sends what is no ASCII in ways that servers do not agree on.
    if not (config.mail_user + config.mail_password).isascii():
        raise ConfigError(
            "mail_password", "使えない文字があります。", "利用者の名前もパスワードも半角の文字にしてください。"
        )
    if config.mail_password and config.mail_tls == "none" and config.mail_host not in _HERE:
        fix = "mail_tls を starttls か ssl にしてください。"
        raise ConfigError("mail_tls", "暗号化しない接続では、パスワードを送りません。", fix)
