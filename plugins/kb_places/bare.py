"""Municipalities at home without 市: 藤沢 and 小田原, which are names of people and of other things too.

They count where the dictionary takes the word for a place in its sentence and nothing around it speaks for a person
(藤沢さん, 担当：藤沢) or makes it a part of another name (小田原城, 鎌倉時代).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kb import Morpheme
from kb_places.text import HONORIFIC, Found, Text

#: Callings and relatives after a name: 藤沢課長.
_TITLES = re.compile(
    r"[ \u3000]?(?:先生|教授|講師|(?:副|名誉|前)?会長|委員|(?:課|係|部|所|局|館|園|校|院)長|主任|主事|主査|理事|職員"
    r"|相談員|支援員"
    r"|ワーカー|保健師|看護師|医師|弁護士|社会福祉士|記者|夫妻|夫婦|家(?!庭|[計族賃])|宅|(?:CSW|ＣＳＷ)(?!が|は))"
)

#: What a person's name stands behind: 担当：藤沢, 民生委員の藤沢が, 文・小田原.
_BEFORE_A_NAME = re.compile(
    r"(?:担当者?|氏名|お?名前|文|文責|筆者|講師|講演|記者|取材|司会|進行|聞き手|話し手|代表|会長|(?:児童)?委員|主任|(?:課|係|部|所|局)長"
    r"|相談員|支援員|職員|ワーカー|CSW|保健師|医師|先生|連絡先|申込先?|問合せ?先?|旧姓)"
    r"(?:は|の|[ \u3000]*[:：・/／])[ \u3000]*\Z"
    r"|(?:文|取材|写真|記|話)[ \u3000]+\Z"
)

#: What a place is followed by, directly: 藤沢社協, 小田原地区.
_OF_A_PLACE = re.compile(
    r"(?:市内|社協|社会福祉協議会|地区|地域|圏域|方面|周辺|保健所|保健福祉事務所|児童相談所|児相|福祉事務所|在住|出身|会場|支部|支所|エリア)"
)

#: What people do, and have: 楓原が話した, 楓原の長男.
_LIKE_A_PERSON = re.compile(
    r"は|が|も|を|の(?:家|自宅|母|父|妻|夫|子|兄|弟|姉|妹|長男|長女|次男|次女|息子|娘|孫|本人|両親|話|携帯)"
)

_JOINS = "、・や"


def bare(text: Text, taken: Sequence[Found]) -> Iterator[Found]:
    """The places at home that are named without 市, outside of those that are taken already."""
    names = text.gazetteer.bare
    if not names:
        return
    pattern = re.compile("|".join(sorted(map(re.escape, names), key=len, reverse=True)))
    covered = {place for one in taken for place in range(one.start, one.end)}
    for match in pattern.finditer(text.key):
        start, end = match.span()
        if not covered.isdisjoint(range(start, end)):
            continue
        place = names[match.group()]
        if _is_place(text, start, end, listed=bool(place.short)):
            yield Found(start, end, place)


def _is_place(text: Text, start: int, end: int, *, listed: bool) -> bool:
    """Whether the words there mean the place; ``listed``: somebody has said that it is called so."""
    words = [word for word in text.within(start, end) if word.start < end and word.end > start]
    if not words or words[0].start not in _beginnings(text, start) or words[-1].end != end:
        return False
    if _is_a_person(text, start, end):
        return False
    if _OF_A_PLACE.match(text.after(end)):
        return True
    if _is_part_of_a_word(text, start, end):
        return False
    kind = _kind(words[0])
    if listed:  # what the dictionary does not have is a name or a noun to it, never a place
        return not (kind == "人名" and _LIKE_A_PERSON.match(text.after(end)))
    return kind == "地名" or (kind == "人名" and _stands_in_a_list(text, start, end))


def _is_a_person(text: Text, start: int, end: int) -> bool:
    """Whether what stands around a name makes it somebody's."""
    after = text.after(end)
    if HONORIFIC.match(after) or _TITLES.match(after) or _BEFORE_A_NAME.search(text.before(start)):
        return True
    return _touches_a_name(text.within(start, end), start, end)


def _beginnings(text: Text, start: int) -> set[int]:
    """Where a word may begin that ends with a name: at the name, or at the prefecture before it (神奈川県藤沢)."""
    before = text.before(start)
    return {start} | {start - len(name) for name in text.gazetteer.names if before.endswith(name)}


def _touches_a_name(words: Sequence[Morpheme], start: int, end: int) -> bool:
    """Whether a family or given name stands beside it: 藤沢 太郎, 山田小田原."""
    names = [word for word in words if _kind(word) == "人名" and not start <= word.start < end]
    gaps = {word.end for word in words if word.start == end and not word.surface.strip()} | {end}
    return any(word.start in gaps or (word.end == start and word.part_of_speech[3] == "姓") for word in names)


def _is_part_of_a_word(text: Text, start: int, end: int) -> bool:
    """Whether another noun touches it: 鎌倉時代, 新横浜. A prefecture before it is none."""
    before, after = text.before(start), text.after(end)
    if before.endswith(tuple(text.gazetteer.names)):
        before = ""
    touching = [word for word in text.within(start, end) if (word.end == start and before) or word.start == end]
    return any(word.part_of_speech[0] in {"名詞", "接頭辞", "接尾辞", "形状詞"} for word in touching) or bool(
        re.match(r"[市区町村郡駅]", after)
    )


def _stands_in_a_list(text: Text, start: int, end: int) -> bool:
    """Whether a place stands beside it, as in 座間、綾瀬、海老名."""
    beside = []
    if text.key[start - 1 : start] in tuple(_JOINS):
        beside += [word for word in text.within(start - 1, start) if word.end == start - 1]
    if text.key[end : end + 1] in tuple(_JOINS):
        beside += [word for word in text.within(end, end + 1) if word.start == end + 1]
    return any(_kind(word) == "地名" or word.surface in "市町村" for word in beside)


def _kind(word: Morpheme) -> str:
    return word.part_of_speech[2]
