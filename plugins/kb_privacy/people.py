"""Who is who: which names of one document are the same person's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from kb import morphemes, search_key

_JOIN = frozenset("・=＝ 　\n\t")


@dataclass(frozen=True, slots=True)
class Person:
    """What the text has called somebody so far."""

    names: frozenset[str]
    """Family and given name in their folded form, as far as they are known."""
    readings: frozenset[str]
    """How the dictionary reads them, in katakana."""

    def is_called(self, other: Person) -> bool:
        """Whether ``other`` may be the same: a part of the name, more of it, or the same in kana.

        Two names of two parts with one in common (村上 勇, 村上 文子) are relatives.
        """
        return (
            self.names <= other.names
            or other.names <= self.names
            or other.names <= self.readings
            or self.names <= other.readings
        )


def person(name: str) -> Person:
    """Somebody of whom nothing but one name is known."""
    readings = (_katakana(word.reading or word.surface) for word in morphemes(name) if word.surface.strip())
    return Person(frozenset(map(_key, words_of(name))), frozenset(readings))


def words_of(name: str) -> list[str]:
    """Family and given name as written: at the space, else where the dictionary lets the family name end."""
    name = re.sub(r"[(（][^()（）]*[)）]\Z", "", name)  # 田中（タナカ）
    parts = _split(name)
    words = morphemes(name)
    if len(parts) == 1 and len(words) > 1:
        return [name[: words[0].end], name[words[0].end :]]
    return parts


def who_is_who(names: Iterable[str]) -> dict[str, int]:
    """For each name the number of its person, from 0 in order of appearance.

    A family name alone is the first of that family who appears: one decision holds for all places with the same words.
    """
    known: list[Person] = []
    numbers: dict[str, int] = {}
    for name in dict.fromkeys(names):
        somebody = person(name)
        number = next((n for n, other in enumerate(known) if other.is_called(somebody)), len(known))
        if number == len(known):
            known.append(somebody)
        else:
            known[number] = _together(known[number], somebody)
        numbers[name] = number
    return numbers


def _together(known: Person, other: Person) -> Person:
    names = known.names if other.names <= known.readings else known.names | other.names
    return Person(names, known.readings | other.readings)


def _split(name: str) -> list[str]:
    for character in _JOIN:
        name = name.replace(character, " ")
    return name.split()


def _key(part: str) -> str:
    return _katakana(search_key(part))


def _katakana(text: str) -> str:
    """Kana in one script: はしもと and ハシモト are the same person."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in folded)
