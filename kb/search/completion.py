"""What somebody may mean who has typed the beginning of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import log2

from kb.text.analyze import morphemes
from kb.text.normalize import search_key
from kb.text.phrases import Phrase, reading
from kb.text.readings import kana_of, loose

SEPARATOR = "\x1f"
"""Stands in an index between a key, its kind and the phrase (ASCII's unit separator: in no text)."""

#: What it costs a phrase that only a later word of it was typed, in doublings of its use.
INNER = 2.0

#: Characters of what was typed: nobody goes on typing the beginning of a phrase that is longer.
LONGEST = 40


@dataclass(frozen=True, slots=True)
class Completion:
    """A phrase that begins so, or one of whose words does."""

    text: str
    count: int
    """In how many sections it stands."""
    inner: bool = False
    """True if what was typed is the beginning of a later word of it."""

    @property
    def rank(self) -> tuple[float, int, str]:
        """What is used more comes first, and of those the shorter."""
        return -(log2(1 + self.count) - INNER * self.inner), len(self.text), self.text


def best(found: Iterable[Completion], limit: int) -> list[Completion]:
    """The first of them, each phrase once."""
    every: dict[str, Completion] = {}
    for one in found:
        known = every.get(one.text)
        if known is None or one.rank < known.rank:
            every[one.text] = one
    return sorted(every.values(), key=lambda one: one.rank)[:limit]


def terms(phrases: Iterable[Phrase]) -> Iterator[str]:
    """The terms under which an index keeps phrases: sorted, they are in the order of their keys."""
    for phrase in phrases:
        yield from (term(key, phrase.text, inner=False) for key in phrase.keys)
        yield from (term(key, phrase.text, inner=True) for key in phrase.inner if key not in phrase.keys)


def term(key: str, text: str, *, inner: bool) -> str:
    """One such term."""
    return SEPARATOR.join((key, "1" if inner else "0", text))


def read(found: str) -> tuple[str, bool]:
    """The phrase in a term, and whether its key begins within it."""
    _, inner, text = found.split(SEPARATOR)
    return text, inner == "1"


def key_of(found: str) -> str:
    """The key in a term."""
    return found.split(SEPARATOR, 1)[0]


def is_near(found: str, key: str) -> bool:
    """Whether a term is that of a whole phrase whose key is one slip away from ``key``."""
    _, inner = read(found)
    return not inner and is_one_slip(key_of(found), key)


def is_one_slip(one: str, other: str) -> bool:
    """Whether one character was left out, put in, mistaken or swapped with the next (Damerau 1964)."""
    if len(one) > len(other):
        one, other = other, one
    if one == other or len(other) - len(one) > 1:
        return False
    place = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[place:] == other[place + 1 :]
    swapped = one[place : place + 2] == other[place : place + 2][::-1] and one[place + 2 :] == other[place + 2 :]
    return swapped or one[place + 1 :] == other[place + 1 :]


def beginnings(typed: str) -> list[str]:
    """The keys that what was typed may be the beginning of: as written, as kana, as romaji, half converted."""
    typed = " ".join(typed[:LONGEST].split())
    written = search_key(typed)
    if not written.strip():
        return []
    kana, nexts = kana_of(typed)
    read_so_far = reading(morphemes(kana)) if kana else ""
    found = [written, *(loose(read_so_far + one) for one in nexts or ("",))]
    if any("ぁ" <= character <= "ー" for character in kana):
        found += [loose(kana + one) for one in nexts or ("",)]
    return list(dict.fromkeys(key for key in found if key))
