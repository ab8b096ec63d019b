"""Letters that stand for people: A, B, C in order of appearance are the right practice, initials are not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb_privacy.clue import Clue, Kind
from kb_privacy.passage import Passage
from kb_privacy.vocabulary import HONORIFIC

LETTER = re.compile(r"(?<![A-Za-z0-9.])[A-Z](?![A-Za-z0-9.])")
"""A letter that stands alone."""

_INITIALS = re.compile(
    rf"(?<![A-Za-z0-9.])(?:[A-Z]\.[ ]?[A-Z]\.?|[A-Z][・·][A-Z]|[A-Z][A-Z])(?={HONORIFIC}|[ ]{HONORIFIC}|\()"
)
_DOTTED = re.compile(r"(?<![A-Za-z0-9.])[A-Z]\.(?=[ ]?(?:さん|氏|様|くん|君|ちゃん))")
_SINGLE = re.compile(rf"(?<![A-Za-z0-9.])[A-Z](?=(?:[ ]?(?![A-Za-z]){HONORIFIC}|宅|家|夫妻|親子|一家))")

#: Professions and roles of two letters that are addressed like people.
_ROLES = frozenset({"PT", "OT", "ST", "CW", "SW", "CM", "NS", "VC", "HH", "DR", "CO", "PO", "SV"})

#: No Japanese name begins with them in romaji (Hepburn); X stands for somebody unknown.
_NO_INITIALS = frozenset("LQVX")

#: Up to here a letter may be one of a series whose first letters stand in another section.
_EARLY = frozenset("ABCDE")


def initials(passage: Passage) -> Iterator[Clue]:
    """Initials: K.S.さん for sure; Kさん where no series A, B, C … is begun, perhaps."""
    for found in _INITIALS.finditer(passage.plain):
        if found.group() not in _ROLES:
            certain = "perhaps" if found.group().isalpha() else "sure"
            yield passage.clue(Kind.INITIAL, found.span(), _why(found.group()), certain)
    for found in _DOTTED.finditer(passage.plain):
        yield passage.clue(Kind.INITIAL, found.span(), _why(found.group()))
    if not set(LETTER.findall(passage.plain)) & set("ABC"):
        for found in _SINGLE.finditer(passage.plain):
            if found.group() not in _NO_INITIALS | _EARLY:
                yield passage.clue(Kind.INITIAL, found.span(), _why(found.group()), "perhaps")


def _why(letters: str) -> str:
    return f"「{letters}」はイニシャルと見られます。出てきた順にA、B、Cと置き換えてください。"
