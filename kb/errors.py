"""Errors that people can meet. Each says what happened, to what, and what to do next, in Japanese."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Why something cannot be written, in the words of whoever looks after the machine; others as the system says it.
_REASONS = {
    errno.ENOSPC: "ディスクの空きがありません",
    errno.EDQUOT: "ディスクの割り当てを使い切りました",
    errno.EROFS: "読み取り専用です",
    errno.EACCES: "書き込む権限がありません",
    errno.EPERM: "書き込む権限がありません",
}

#: Line ends, other control characters, and what turns the direction of writing.
_UNRULY = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")


def one_line(text: str) -> str:
    """Text that stays one line wherever it is written, a log or a terminal: it may come from a file or a request."""
    return _UNRULY.sub(" ", text)


class KbError(Exception):
    """The root of all errors that are shown to people.

    Args:
        subject: what it happened to: a file name, a plugin, a setting.
        reason: what happened, a Japanese sentence.
        fix: what to do next, a Japanese sentence; empty only where there is nothing to do.

    """

    exit_code = 1

    def __init__(self, subject: str, reason: str, fix: str = "") -> None:
        super().__init__(subject, reason, fix)
        self.subject = subject
        self.reason = reason
        self.fix = fix

    def __str__(self) -> str:
        return one_line(f"{self.subject}：{self.reason}{self.fix}")


class ExtractionError(KbError):
    """A file could not be read. The original is kept; nothing of it is indexed."""

    exit_code = 3


class SourceError(KbError):
    """A source of files cannot be looked through now; ``subject`` is its name. What came from it before stays."""

    exit_code = 13


class QuotaError(ExtractionError):
    """An account has brought as much as it may for now."""


class PluginError(KbError):
    """A plugin does not keep the contract; ``subject`` is the plugin's name, ``hook`` where it broke down, if known."""

    exit_code = 4

    def __init__(self, subject: str, reason: str, fix: str = "", hook: str = "") -> None:
        super().__init__(subject, reason, fix)
        self.hook = hook


class ConfigError(KbError):
    """A setting has a value that cannot be used; ``subject`` is the setting's name."""

    exit_code = 2


class NotFoundError(KbError):
    """No such document, section or file, or none that this person may know of."""

    exit_code = 5


class ForbiddenError(KbError):
    """Somebody asks for what their role does not include."""

    exit_code = 8


class ConflictError(KbError):
    """Somebody else has changed the same thing in the meantime."""

    exit_code = 10


class AccountError(KbError):
    """An account cannot be made, changed or used like this; ``subject`` is its name or what was typed."""

    exit_code = 9


class TooManyError(AccountError):
    """Somebody tries too often: they have to wait."""


class BusyError(KbError):
    """Another process is writing to the same data folder."""

    exit_code = 6


class StorageError(KbError):
    """The disk or the database does not take what is to be kept, or does not give it. Nothing has been acknowledged."""

    exit_code = 11


@contextmanager
def told(subject: Path, what: str) -> Iterator[None]:
    """Inside, the system's errors are told as ours; ``what`` is a clause that says what could not be done.

    Raises:
        StorageError: the system refuses.

    """
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        fix = "空き容量と書き込みの権限を確かめて、やり直してください。"
        raise StorageError(str(subject), f"{what}（{reason}）。", fix) from error


class DamagedError(KbError):
    """The catalogue, an original or a backup is not what it was written as; it cannot be derived from anything else."""

    exit_code = 12


class ProviderError(KbError):
    """Another server that somebody signs in with gives no answer, or one that proves nothing."""

    exit_code = 13


class MailError(KbError):
    """A mail was not sent; ``subject`` is whose fault it seems to be: the server, a setting or an address."""

    exit_code = 14


class IndexBrokenError(KbError):
    """The index cannot be used as it is; it is derived data and can be rebuilt."""

    exit_code = 7
