"""ISO-2022-JP (JIS): mail and old word processors.

Read by way of EUC, whose Python codec knows the ①㈱ of NEC that mail programs write; the one for JIS raises on them.
"""

from __future__ import annotations

import re

#: Escapes (RFC 1468, JIS X 0202): to ASCII or JIS-Roman, to half-width kana, to two-byte sets.
_ESCAPE = re.compile(rb"\x1b(?:\([BJHI]|\$[@B]|\$\([DOPQ]|&@)")
_ASCII = frozenset({b"(B", b"(J", b"(H", b"&@"})
_KANA = b"(I"
_SUPPLEMENTARY = b"$(D"


def is_jis(data: bytes) -> bool:
    """Whether bytes are in ISO-2022-JP: seven bits, and an escape to another set."""
    return data.isascii() and _ESCAPE.search(data) is not None


def decoded(data: bytes) -> str | None:
    """The text; None if some of its bytes are of no character."""
    euc = bytearray()
    end, manner = 0, b"(B"
    for escape in [*_ESCAPE.finditer(data), None]:
        euc += _shifted(data[end : escape.start() if escape else None], manner)
        if escape:
            end, manner = escape.end(), escape[0][1:]
    for codec, source in (("euc_jp", bytes(euc)), ("euc_jis_2004", bytes(euc)), ("iso2022_jp_2004", data)):
        try:
            return source.decode(codec)
        except UnicodeDecodeError:
            continue
    return None


def _shifted(data: bytes, manner: bytes) -> bytes:
    """One run of ISO-2022-JP in EUC; controls (line ends) stand for themselves in every set."""
    if manner in _ASCII:
        return data
    if manner == _KANA:
        return b"".join(bytes((0x8E, byte | 0x80)) if byte > 0x20 else bytes((byte,)) for byte in data)
    shifted = bytes(byte | 0x80 if byte > 0x20 else byte for byte in data)
    return re.sub(rb"([\xa1-\xfe]{2})", rb"\x8f\1", shifted) if manner == _SUPPLEMENTARY else shifted
