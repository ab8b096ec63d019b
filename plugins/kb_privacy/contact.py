"""Telephone numbers, postal codes and mail addresses.

Numbers follow 電気通信番号規則 (令和元年総務省令第4号): a domestic number begins with 0 and has 10 digits, 11 for
mobile (070, 080, 090), IP (050) and toll-free (0800) ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb_privacy.clue import Clue, Kind
from kb_privacy.passage import Passage

_GAP = r"[-ー・. ]"
_PHONE = re.compile(
    r"(?:(?<![0-9A-Za-z.-])|(?<=(?i:tel|fax)))"
    r"(?:"
    rf"\+81{_GAP}?\(?0?\)?{_GAP}?[1-9][0-9]{{0,3}}{_GAP}?[0-9]{{1,4}}{_GAP}?[0-9]{{4}}"
    rf"|\(0[0-9]{{1,4}}\){_GAP}?[0-9]{{1,4}}{_GAP}[0-9]{{3,4}}"
    rf"|0[0-9]{{1,4}}\([0-9]{{1,4}}\){_GAP}?[0-9]{{3,4}}"
    rf"|0[0-9]{{1,4}}{_GAP}[0-9]{{1,4}}{_GAP}[0-9]{{3,4}}"
    rf"|0[5789]0{_GAP}?[0-9]{{4}}{_GAP}?[0-9]{{4}}"
    r")"
    r"(?![0-9]|-[0-9])"
    r"(?: ?(?:\( ?内線 ?[:番号は]* ?[0-9]{1,5}番?\)|内線 ?[:番号は]* ?[0-9]{1,5}番?))?"
)
_EXTENSION = re.compile(r"内線 ?[:番号はのが]* ?([0-9]{2,5})(?![0-9])")
#: Without its area code, or written in one, only with a word that says what it is.
_CUE = r"(?:電話(?:番号)?|(?i:tel|phone|fax)|ファックス|ファクス|携帯(?:番号|電話)?|連絡先|☎|℡)"
_LOCAL = re.compile(
    rf"{_CUE}[^0-9\n。、]{{0,6}}(?<![0-9])([0-9]{{1,4}}-[0-9]{{4}}|0[0-9]{{9,10}})(?![0-9-])(?![円人件年月日])"
)

_POSTAL = re.compile(r"(?:〒|郵便番号)[^0-9\n]{0,4}([0-9]{3}[-ー]?[0-9]{4})(?![0-9])")
_BARE_POSTAL = re.compile(
    r"(?<![0-9A-Za-z-])([0-9]{3}-[0-9]{4})(?![0-9-])(?=[ \n]*[一-龠ぁ-んァ-ヴー]{1,4}[都道府県市郡区])"
)

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}\.[A-Za-z]{2,63}"
)


def phones(passage: Passage) -> Iterator[Clue]:
    """Telephone and fax numbers with what is said of the extension."""
    plain = passage.plain
    for found in _PHONE.finditer(plain):
        if 10 <= sum(map(str.isdigit, re.sub(r"\+81|\D*内線.*", "0", found.group()))) <= 11:
            yield passage.clue(Kind.PHONE, found.span(), "電話番号です。伏せてください。")
    for found in _LOCAL.finditer(plain):
        yield passage.clue(Kind.PHONE, found.span(1), "電話番号です。伏せてください。")
    for found in _EXTENSION.finditer(plain):
        why = "内線番号です。職場などが分かる場合は伏せてください。"
        yield passage.clue(Kind.PHONE, found.span(1), why, "perhaps")


def postal_codes(passage: Passage) -> Iterator[Clue]:
    """Postal codes: seven digits tell the town."""
    for pattern in (_POSTAL, _BARE_POSTAL):
        for found in pattern.finditer(passage.plain):
            yield passage.clue(Kind.POSTAL, found.span(1), "郵便番号から町名が分かります。伏せてください。")


def emails(passage: Passage) -> Iterator[Clue]:
    """Mail addresses."""
    for found in _EMAIL.finditer(passage.plain):
        yield passage.clue(Kind.EMAIL, found.span(), "メールアドレスです。伏せてください。")
