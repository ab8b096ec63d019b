"""Mails as such: plain text in UTF-8, with headers that nothing in them can break out of."""

from __future__ import annotations

from datetime import UTC, datetime
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, make_msgid

from kb.errors import one_line

NAME = "社協ナレッジベース"


class _Whole(UnstructuredHeader):
    """A header of one long word in ASCII. The library would cut it into encoded words, which mean nothing there."""

    name: str

    def fold(self, *, policy: EmailPolicy) -> str:
        """The line as it goes out. What would end it has been refused when the header was set."""
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
for _name in ("to", "message-id", "list-unsubscribe"):
    _HEADERS.map_to_type(_name, _Whole)  # type: ignore[arg-type] # the library itself makes a BaseHeader of it

#: How mails are written: lines end as on the wire, line ends in headers are refused.
_POLICY = SMTP.clone(header_factory=_HEADERS)


def letter(sender: str, to: str, subject: str, text: str, at: datetime) -> EmailMessage:
    """A mail from us.

    Args:
        sender: our address.
        to: the recipient's address.
        subject: one line.
        text: the body.
        at: when it is written, in UTC without a zone.

    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(NAME, addr_spec=sender)
    message["To"] = to
    message["Subject"] = one_line(subject)
    message["Date"] = format_datetime(at.replace(tzinfo=UTC))
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    # No answering machine is to answer (RFC 3834, 5).
    message["Auto-Submitted"] = "auto-generated"
    # Base64: no server on the way has to be able to take eight bits.
    message.set_content(text, charset="utf-8", cte="base64")
    return message


def with_way_out(message: EmailMessage, address: str) -> EmailMessage:
    """The same mail, with the address by which its reader stops such mails (RFC 2369; by one click: RFC 8058)."""
    message["List-Unsubscribe"] = f"<{address}>"
    if address.startswith("https://"):  # without it, one click is not allowed (RFC 8058, 3.1)
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return message
