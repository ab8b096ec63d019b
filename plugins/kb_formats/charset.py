"""文字コード: which of the encodings of Japanese text files a file is in, told correctly for single short lines too.

Every candidate decodes the same bytes; the one whose text is most likely to be Japanese wins (``likelihood``). chardet
is asked only when none makes sense: on short texts it takes 会議録 in CP932 for Big5.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

import chardet

from kb_formats.jis import decoded as decoded_jis
from kb_formats.jis import is_jis
from kb_formats.likelihood import is_free_of_noise, is_text, likelihood

#: Byte order marks, the longer first (UTF-32 LE begins with the mark of UTF-16 LE).
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

#: Candidates and what each has in its favour beforehand (a logarithm, as ``likelihood``): bytes that are no UTF-8
#: rarely look like it, files without a mark are rarely UTF-16, and JIS X 0213 is hardly ever used.
_CANDIDATES = {"utf-8": 6.0, "cp932": 0.0, "euc_jp": 0.0, "euc_jis_2004": -5.0}
_WIDE_CANDIDATES = {"utf-16-le": -4.0, "utf-16-be": -5.0}
#: Encodings in which noise may be valid.
_UNCERTAIN = {*_CANDIDATES, *_WIDE_CANDIDATES} - {"utf-8"}
#: In favour of what a file says of itself.
_DECLARED = 12.0
#: Against each byte that does not fit, and how many may be so, for each character: one slip must not cost a newsletter.
_SLIP = -25.0
_MOST_SLIPS = 1 / 500

#: What names of encodings mean in practice. Windows has characters (①㈱髙) that the strict Shift_JIS and EUC-JP lack.
#: Whatever is not listed here is not believed: Python knows "encodings" such as ``unicode_escape``.
_KNOWN = {
    "ascii": "ascii",
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "shift_jis": "cp932",
    "shift_jisx0213": "cp932",
    "shift_jis_2004": "cp932",
    "cp932": "cp932",
    "euc_jp": "euc_jp",
    "euc_jis_2004": "euc_jis_2004",
    "iso8859-1": "cp1252",
    "cp1252": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
    "euc_kr": "cp949",
    "cp949": "cp949",
}

REPLACED = "\N{REPLACEMENT CHARACTER}"
"""Stands for bytes that could not be read."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and the encoding it was in."""

    text: str
    charset: str

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the person who added the file should know."""
        count = self.text.count(REPLACED)
        return (f"読めない文字が{count}か所あり、「{REPLACED}」で示しています。",) if count else ()


def decode(data: bytes, declared: str = "") -> Decoded | None:
    """The text in ``data``; None if it is in no encoding of Japanese text.

    Args:
        data: the whole file.
        declared: what the file says of itself (``<meta charset>``); believed unless the text then makes less sense.

    """
    marked = next((charset for mark, charset in _MARKS if data.startswith(mark)), "")
    if marked:
        return _sensible(_in(data, marked) or _cut_off(data, marked))
    if is_jis(data):
        return _in_jis(data)
    if seven := _in_utf_7(data):
        return seven
    found = max(_candidates(data, declared), key=lambda pair: pair[0], default=None)
    return (found and _sensible(found[1])) or _sensible(_guessed(data)) or _without_nul(data, declared)


def _without_nul(data: bytes, declared: str) -> Decoded | None:
    """Old programs fill the fields of their records up with NULs, which are nothing to read."""
    rest = data.replace(b"\x00", b"")
    return decode(rest, declared) if b"\x00" in data and 2 * len(rest) > len(data) else None


#: UTF-7 (RFC 2152): what is not ASCII stands in base64 between + and -.
_UTF_7 = re.compile(rb"\+[A-Za-z0-9+/]{3,}-")


def _in_utf_7(data: bytes) -> Decoded | None:
    """Old mail programs saved in it; ASCII in which it makes Japanese is no chance."""
    if not data.isascii() or not _UTF_7.search(data):
        return None
    decoded = _in(data, "utf-7")
    return decoded if decoded and not decoded.text.isascii() and is_text(decoded.text) else None


def _sensible(decoded: Decoded | None) -> Decoded | None:
    """None for noise. What is valid UTF-8 or has a mark is text, in Japanese or not."""
    if decoded is None:
        return None
    makes_sense = is_text if decoded.charset in _UNCERTAIN else is_free_of_noise
    return decoded if makes_sense(decoded.text.removesuffix(REPLACED)) else None


def _candidates(data: bytes, declared: str) -> Iterator[tuple[float, Decoded]]:
    """Each decoding with how likely it is."""
    claimed = _known(declared)
    charsets = dict(_CANDIDATES)
    if len(data) % 2 == 0 and _may_be_wide(data):
        charsets |= _WIDE_CANDIDATES
    if claimed:
        charsets[claimed] = charsets.get(claimed, 0.0) + _DECLARED
    for charset, favour in charsets.items():
        if decoded := _in(data, charset) or _cut_off(data, charset) or _with_slips(data, charset):
            likely = likelihood(decoded.text.removesuffix(REPLACED))
            yield favour + likely + _SLIP * decoded.text.count(REPLACED), decoded


def _may_be_wide(data: bytes) -> bool:
    """Whether UTF-16 without a mark is worth a thought. Every other byte of kana is an ASCII 0: いう is 0D0F."""
    if not data.isascii() or _CONTROL.search(data):
        return True
    pairs = len(data) // 2
    return pairs >= _FEWEST_KANA and max(data[0::2].count(b"0"), data[1::2].count(b"0")) > pairs / 2


_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_FEWEST_KANA = 3


def _in(data: bytes, charset: str) -> Decoded | None:
    try:
        text = data.decode(charset)
    except UnicodeError:
        return None
    # Ctrl-Z ended a text file in MS-DOS.
    return Decoded(text.rstrip("\x1a"), "ascii" if charset == "utf-8" and text.isascii() else charset)


def _cut_off(data: bytes, charset: str) -> Decoded | None:
    """What ends in the middle of a character, as files do that were copied in part: with a mark in its place."""
    for missing in range(1, min(_LONGEST_CHARACTER, len(data) - 1)):
        if decoded := _in(data[:-missing], charset):
            return Decoded(decoded.text + REPLACED, charset)
    return None


#: Bytes of the longest character of UTF-8 and UTF-16.
_LONGEST_CHARACTER = 4


def _with_slips(data: bytes, charset: str) -> Decoded | None:
    """With a mark for each byte that does not fit, if these are few."""
    text = data.decode(charset, "replace")
    few = max(len(text) * _MOST_SLIPS, 1 if len(text) > _A_FEW_LINES else 0)
    return Decoded(text, charset) if text.count(REPLACED) <= few else None


#: Characters from which on one slip is no reason to think of another encoding.
_A_FEW_LINES = 100


def _in_jis(data: bytes) -> Decoded | None:
    text = decoded_jis(data)
    return None if text is None else Decoded(text.rstrip("\x1a"), "iso2022_jp")


def _known(declared: str) -> str:
    try:
        return _KNOWN.get(codecs.lookup(declared.strip()).name, "") if declared.strip() else ""
    except (LookupError, ValueError):  # no name of an encoding; or with a NUL in it
        return ""


def _guessed(data: bytes) -> Decoded | None:
    charset = _known(str(chardet.detect(data)["encoding"] or ""))
    return _in(data, charset) if charset else None
