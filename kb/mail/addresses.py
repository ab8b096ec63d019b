"""Addresses that people type."""

from __future__ import annotations

import re
from unicodedata import normalize

from kb.errors import AccountError

#: Characters of an address (RFC 5321, 4.5.3.1.3: a path of 256 with its brackets).
LONGEST = 254

SUBJECT = "メールアドレス"
"""What errors about one are about, and what its field is called."""

#: What RFC 5321 allows without quotation marks; dots at any place, as old addresses of Japanese mobile phones have
#: them. Nothing here can end a line, begin another address or another header.
_PLAIN = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}"
)


def is_address(text: str) -> bool:
    """Whether a text is one address and nothing else."""
    return len(text) <= LONGEST and _PLAIN.fullmatch(text) is not None


def checked(text: str) -> str:
    """An address as it was meant: full-width letters are typed by mistake.

    Raises:
        AccountError: it is none.

    """
    address = normalize("NFKC", text[: LONGEST + 2]).strip()
    if not is_address(address):
        fix = "yamabuki@example.jp のように、半角の文字で入力してください。"
        raise AccountError(SUBJECT, "メールアドレスの形になっていません。", fix)
    return address
