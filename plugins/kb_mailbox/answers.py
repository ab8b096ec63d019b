"""What imaplib makes of a FETCH: pairs of a line and the bytes that follow it, and lines on their own in between."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import Any

from kb_mailbox.identity import message_id

_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Listed:
    """A mail as the list of the folder has it."""

    uid: str
    size: int
    message_id: str
    file_name: str
    """Its subject, as the name of a file."""


def listed(data: Sequence[Any]) -> Iterator[Listed]:
    """The mails in an answer that has their sizes and heads."""
    for line, head in _answers(data):
        uid, size = _UID.search(line), _SIZE.search(line)
        if uid and size:
            yield Listed(uid[1].decode(), int(size[1]), message_id(head), _file_name(head))


def bodies(data: Sequence[Any]) -> dict[str, bytes]:
    """The mails in an answer that has all of them, by their numbers."""
    return {uid[1].decode(): body for line, body in _answers(data) if (uid := _UID.search(line))}


def _answers(data: Sequence[Any]) -> Iterator[tuple[bytes, bytes]]:
    """For each mail all that the server says of it, before and after the bytes, and the bytes."""
    for place, part in enumerate(data):
        if isinstance(part, tuple):
            after = data[place + 1] if place + 1 < len(data) else b""
            yield part[0] + (after if isinstance(after, bytes) else b""), part[1]


def _file_name(head: bytes) -> str:
    raw = str(BytesHeaderParser(policy=compat32).parsebytes(head).get("Subject", ""))
    try:
        subject = str(make_header(decode_header(raw)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        subject = ""  # the mail is read in full later: this is only its name until then
    line = " ".join(subject.split()).replace("/", "／").replace("\\", "＼")
    return f"{line[:_LONGEST_NAME] or '件名のないメール'}.eml"
