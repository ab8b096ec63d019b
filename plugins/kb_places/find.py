"""Municipalities in running text, each where it stands.

A name with 市, 区, 町 or 村 is looked up from its last character backwards, the longest first (大和郡山市 is not
郡山市), and counts only where nothing around it makes it another word (横浜市場, 大村市郎さん). What could be several
places is told by the prefecture or city before it, by home, or by the one that the text names; else it is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kb_places.bare import bare
from kb_places.gazetteer import Gazetteer, Place, fold
from kb_places.text import HONORIFIC, Found, Text

#: Names of towns that streets and quarters all over the country have too: they need a prefecture or a 郡 before them.
STREETS = re.compile(
    r"(?:旭|朝日|池田|泉|大手|上|春日|川崎|栄|坂|境|幸|桜|清水|昭和|新|末広|高山|中央|錦"
    r"|日の出|東|広|本|松前|港|緑|南|元|大和)\Z"
)

#: What may follow 市, 区, 町 or 村 as one word with it and leaves it the place: 市民, 市内, 市立, 市役所.
_INSIDE = frozenset("民内立街営政長役議外域庁有全協")
_WHOLE_WORDS = ("町内会", "区役所前", "村八分")

_SUFFIX = re.compile(r"[市区町村]")
_KANJI = re.compile(r"[々〇\u3400-\u9fff\uf900-\ufaff]")
_DISTRICT = re.compile(r"(?:(?![都道府県])[\u3400-\u9fffのケ]){1,5}郡\Z")
_NUMBERED = re.compile(r"[ \u3000]?(?:[0-9０-９]+|[一二三四五六七八九十]+(?:丁目|番))")


def find_places(written: str, gazetteer: Gazetteer) -> list[Found]:
    """All places that a text names, in order."""
    text = Text(written, gazetteer)
    found = list(suffixed(text))
    return sorted([*found, *bare(text, found)], key=lambda one: one.start)


def suffixed(text: Text) -> Iterator[Found]:
    """The places that are named with 市, 区, 町 or 村, none overlapping."""
    end = 0
    for start, stop, candidates in sorted(_candidates(text), key=lambda one: (one[0], -one[1])):
        if start < end:
            continue
        begins = max(_prefix(text, start), end)
        place = _one_of(text, begins, start, stop, candidates)
        if place is not None:
            end = stop
            yield Found(begins, stop, place)


def _candidates(text: Text) -> Iterator[tuple[int, int, tuple[Place, ...]]]:
    """The longest known name that ends at each suffix."""
    names = text.gazetteer.by_name
    for suffix in _SUFFIX.finditer(text.key):
        end = suffix.end()
        for length in range(min(text.gazetteer.longest, end), 1, -1):
            if found := names.get(text.key[end - length : end]):
                yield end - length, end, found
                break


def _prefix(text: Text, start: int) -> int:
    """Where the prefecture and the 郡 before a name begin."""
    before = text.before(start)
    if district := _DISTRICT.search(before):
        start -= len(district.group())
        before = text.before(start)
    name = next((name for name in text.gazetteer.names if before.endswith(name)), "")
    return start - len(name)


def _one_of(text: Text, begins: int, start: int, end: int, candidates: tuple[Place, ...]) -> Place | None:
    """Which of the candidates is meant; None if it is another word, or cannot be told."""
    if not _ends_there(text, end) or HONORIFIC.match(text.key, end):
        return None
    prefix = text.key[begins:start]
    told = next((name for name in text.gazetteer.names if prefix.startswith(name)), "")
    if told:
        return _only(place for place in candidates if place.prefecture == told)
    if not prefix and not _begins_there(text, start, end):
        return None
    home = [place for place in candidates if place.prefecture == text.gazetteer.home]
    if home:
        return _only(home) or _by_city(text, home)
    return _elsewhere(text, candidates, text.key[start:end], named=bool(prefix))


def _elsewhere(text: Text, candidates: tuple[Place, ...], name: str, *, named: bool) -> Place | None:
    """A place of another prefecture: only what can be nothing else."""
    is_ward = any(place.ward and fold(place.ward) == name for place in candidates)
    by_text = [place for place in candidates if place.prefecture in text.prefectures]
    if is_ward:
        return _only(place for place in candidates if fold(place.city) in text.key and place.city)
    if name[-1] in "町村" and not named and (STREETS.match(name[:-1]) or len(name) < 3):
        return _only(by_text)
    return _only(candidates) or _only(by_text)


def _by_city(text: Text, wards: Sequence[Place]) -> Place | None:
    """The ward (緑区) of the one city that the text names."""
    return _only(place for place in wards if place.city and fold(place.city) in text.key)


def _only(places: Iterator[Place] | Sequence[Place]) -> Place | None:
    found = list(places)
    return found[0] if len(found) == 1 else None


def _begins_there(text: Text, start: int, end: int) -> bool:
    """Whether nothing before a name makes it the end of a longer one."""
    before = text.key[start - 1 : start]
    if not before or not (_KANJI.match(before) or "ァ" <= before <= "ヿ"):
        return not _is_street(text, start, end)
    if end - start < 3 or before in "都道府県市区町村":
        return False  # 大津市, 若葉市本町
    across = text.straddling(start)
    return across is None and not _is_street(text, start, end)


def _is_street(text: Text, start: int, end: int) -> bool:
    """Whether it is a quarter with its number: 栄町1-2."""
    return text.key[end - 1] == "町" and end - start < 4 and bool(_NUMBERED.match(text.key, end))


def _ends_there(text: Text, end: int) -> bool:
    """Whether the name ends where it seems to: not in 横浜市場, but in 藤沢市民病院."""
    if text.key.startswith(_WHOLE_WORDS, end - 1):
        return False
    across = text.straddling(end)
    return across is None or text.key[end : end + 1] in _INSIDE
