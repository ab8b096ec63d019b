"""Letters that stand for people: A, B, C in order of appearance are the right practice, initials are not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import product
from string import ascii_uppercase

from kb_privacy.clue import Certainty, Clue, Kind
from kb_privacy.passage import Passage
from kb_privacy.vocabulary import FACILITY_TYPES, HONORIFIC

_ALONE = r"(?<![A-Za-z0-9.])(?P<letter>[A-Z]{1,2})(?![A-Za-z0-9.])"
_UNIT = "[市町村区]"
#: What a letter is part of, if it is no person: A病院, B型, C棟, D県.
_THING = (
    r"[ ]?(?:病院|医院|クリニック|診療所|薬局|施設|園|苑|荘|ホーム|寮|事業所|作業所|工房|センター|ステーション|小|中"
    r"|高|大学|学校|校|社|会社|法人|団体|会"
    r"|商店|店|銀行|団地|アパート|マンション|ハイツ|都|道|府|県|郡|地区|地域|型|棟|号|判|級|班|列|席|線|面|ランク"
    r"|ステージ|プラン|コース|案|群|票|表|層|の[0-9])"
)
_AFTER_TYPE = "|".join(f"(?<={kind})" for kind in FACILITY_TYPES)
_NOT_AFTER_TYPE = "".join(f"(?<!{kind})" for kind in FACILITY_TYPES)
_PERSON = re.compile(rf"{_NOT_AFTER_TYPE}{_ALONE}(?!{_THING}|{_UNIT})")
_MUNICIPALITY = re.compile(rf"{_ALONE}(?={_UNIT})")
_FACILITY = re.compile(rf"{_ALONE}(?={_THING})|(?:{_AFTER_TYPE})(?P<after>[A-Z]{{1,2}})(?![A-Za-z0-9.])")

_INITIALS = re.compile(
    rf"(?<![A-Za-z0-9.])(?:[A-Z]\.[ ]?[A-Z]\.?|[A-Z][・·][A-Z]|[A-Z][A-Z])(?=[ ]?(?![A-Za-z]){HONORIFIC}|\()"
)
_DOTTED = re.compile(r"(?<![A-Za-z0-9.])[A-Z]\.(?=[ ]?(?:さん|氏|様|くん|君|ちゃん))")
_SINGLE = re.compile(rf"(?<![A-Za-z0-9.])[A-Z](?=(?:[ ]?(?![A-Za-z]){HONORIFIC}|宅|家|夫妻|親子|一家))")

#: Professions and roles of two letters, and others that are addressed like people or have their meaning in brackets.
_ROLES = frozenset(
    {"PT", "OT", "ST", "CW", "SW", "CM", "NS", "VC", "HH", "DR", "CO", "PO", "SV", "GH", "DV", "NW", "QO"}
)

#: No Japanese name begins with them in romaji (Hepburn); X stands for somebody unknown.
_NO_INITIALS = frozenset("LQVX")

#: How far behind the series a letter may lie and still be one of it: the letters between may stand for things.
_SLACK = 5


def people(texts: Iterable[Passage]) -> frozenset[str]:
    """The letters that stand alone and may stand for people in any of the texts."""
    return frozenset(found["letter"] for text in texts for found in _PERSON.finditer(text.plain))


def facilities(texts: Iterable[Passage]) -> frozenset[str]:
    """The letters that facilities have: A of A病院, B of デイサービスB."""
    return frozenset(found["letter"] or found["after"] for text in texts for found in _FACILITY.finditer(text.plain))


def municipalities(texts: Iterable[Passage]) -> frozenset[str]:
    """The letters that municipalities have: A of A市."""
    return frozenset(found["letter"] for text in texts for found in _MUNICIPALITY.finditer(text.plain))


def series() -> Iterator[str]:
    """A, B … Z, AA, AB …: 702 letters, more than any case has people."""
    yield from ascii_uppercase
    yield from ("".join(pair) for pair in product(ascii_uppercase, repeat=2))


def initials(passage: Passage) -> Iterator[Clue]:
    """Initials: K.S.さん for sure; Kさん where the series A, B, C … has not come near K, perhaps."""
    begun = passage.letters | people([passage])
    for found in _INITIALS.finditer(passage.plain):
        if found.group() not in _ROLES and not (found.group().isalpha() and "Z" in begun):
            certain: Certainty = "perhaps" if found.group().isalpha() else "sure"
            yield passage.clue(Kind.INITIAL, found.span(), _why(found.group()), certain)
    for found in _DOTTED.finditer(passage.plain):
        yield passage.clue(Kind.INITIAL, found.span(), _why(found.group()))
    for found in _SINGLE.finditer(passage.plain):
        if is_initial(found.group(), begun):
            yield passage.clue(Kind.INITIAL, found.span(), _why(found.group()), "perhaps")


def is_initial(letter: str, begun: frozenset[str]) -> bool:
    """Whether a letter lies too far behind the series that the text has ``begun`` to be one of it."""
    length = next(number for number, following in enumerate(series()) if following not in begun)
    return letter not in _NO_INITIALS and ord(letter) - ord("A") >= length + _SLACK


def _why(letters: str) -> str:
    return f"「{letters}」はイニシャルと見られます。出てきた順にA、B、Cと置き換えてください。"
