"""Which mail a mail is: the same one may lie in several folders."""

from __future__ import annotations

import re
from email.parser import BytesHeaderParser
from email.policy import compat32

#: RFC 5322, 3.6.4, as widely as it is used.
_IDENTIFIER = re.compile(r"<[^<>\s]{3,400}>")


def message_id(head: bytes) -> str:
    """The Message-ID of a mail's head with its brackets; empty if it has none that makes sense."""
    said = BytesHeaderParser(policy=compat32).parsebytes(head).get("Message-ID", "")
    found = _IDENTIFIER.search(str(said))
    return found.group() if found else ""
