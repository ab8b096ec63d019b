"""Names of folders on IMAP servers: 研修 is sent as ``&eBROLQ-`` (RFC 3501, 5.1.3, "modified UTF-7")."""

from __future__ import annotations

import base64
import re

_PLAIN = re.compile(r"[A-Za-z0-9./_&,+-]+")
_RUN = re.compile(r"[^\x20-\x7e]+")


def mailbox_name(name: str) -> str:
    """The name as it is sent, in quotation marks where it needs them."""
    encoded = _RUN.sub(_encoded, name.replace("&", "&-"))
    if _PLAIN.fullmatch(encoded):
        return encoded
    escaped = encoded.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _encoded(run: re.Match[str]) -> str:
    coded = base64.b64encode(run.group().encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
    return f"&{coded}-"
