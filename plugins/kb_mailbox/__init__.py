"""取込元「メール」: saved mails (.eml) under ``documents/mail/``, and a mailbox on an IMAP server if one is named.

The settings are ``documents/mailbox.toml``. Mails are for members unless it says otherwise: nobody wrote them for the
public.
"""

from __future__ import annotations

from functools import partial
from typing import NoReturn

from kb import Config, Source, SourceError, hookimpl
from kb_mailbox.folder import MailFolder
from kb_mailbox.imap import Mailbox
from kb_mailbox.settings import LABEL, Settings, read


@hookimpl
def kb_sources(config: Config) -> list[Source]:
    """The folder, and the mailbox on a server; if the settings are wrong, a source that says so in their place."""
    try:
        settings = read(config)
    except SourceError as error:
        wrong = partial(_raise, error)
        return [Source("mail", LABEL, items=wrong, read=wrong, minutes=60)]
    return _sources(config, settings)


def _sources(config: Config, settings: Settings) -> list[Source]:
    folder = MailFolder(config.documents)
    found = [
        Source(
            "mail",
            f"{LABEL}（フォルダー）",
            items=folder.items,
            read=folder.read,
            minutes=5,
            prunes=True,
            content_type=settings.content_type,
            access=settings.access,
        )
    ]
    if server := settings.server:
        mailbox = Mailbox(server)
        found.append(
            Source(
                "imap",
                f"{LABEL}（{server.host}）",
                items=mailbox.items,
                read=mailbox.read,
                minutes=server.minutes,
                prunes=server.prunes,
                content_type=server.content_type,
                access=server.access,
            )
        )
    return found


def _raise(error: SourceError, *_: object) -> NoReturn:
    raise error
