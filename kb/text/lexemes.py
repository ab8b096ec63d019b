"""Words as the dictionary has them: whatever holds for a word wherever it stands is found out once.

Asking Sudachi costs a step into another language for each question; a text of 400 characters has 250 words, and nearly
all of them have been seen before.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

#: Letters for what a word is to a compound (``Lexeme.letter``), and below them the runs that are compounds.
NOUN, ADJECTIVE, PREFIX, SUFFIX, VERB, CLOSING, NEITHER = "napsvf-"

#: A compound begins with a noun or the like and goes on with suffixes too; a verb is a noun only before what follows
#: nouns (見守り, 支え合い: the dictionary has many as verbs only). A prefix joins what follows it, and ends nothing.
_NOMINAL = f"{VERB}(?=[{NOUN}{SUFFIX}{CLOSING}]|\\Z)"
COMPOUND = f"(?:[{NOUN}{ADJECTIVE}{PREFIX}]|{_NOMINAL})(?:[{NOUN}{ADJECTIVE}{PREFIX}{SUFFIX}]|{_NOMINAL})*(?<!{PREFIX})"


class Role(Enum):
    """What a word is to the index."""

    DROPPED = "dropped"
    """A function word, or one that only points."""
    BREAK = "break"
    """The same, and the end of a sentence or a line."""
    TERM = "term"
    AUXILIARY = "auxiliary"
    """A verb or adjective that helps another along, unless it is the first half of a verb."""
    REGARDLESS = "regardless"
    """A term, but nothing within 「にかかわらず」."""


DROPPED, BREAK, TERM, AUXILIARY, REGARDLESS = Role

Part = tuple[str, int, int]
"""A term of a word and its place in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Lexeme:
    """A word with what the dictionary says of it, and what the index makes of it; the same one is the same object."""

    surface: str
    """As it stands in the search key."""
    part_of_speech: tuple[str, ...]
    normalized: str
    reading: str
    """In katakana; empty for a word that the dictionary does not have."""
    known: bool
    role: Role
    parts: tuple[Part, ...]
    """Its terms; none of a word that is dropped or an auxiliary."""
    letter: str
    """What it is to a compound."""


def letter(part_of_speech: tuple[str, ...]) -> str:
    """What words of a part of speech are to a compound."""
    first, second, third = part_of_speech[:3]
    if first in {"名詞", "接頭辞", "形状詞"} and second != "助動詞語幹" and third != "助数詞可能":
        return {"名詞": NOUN, "接頭辞": PREFIX, "形状詞": ADJECTIVE}[first]
    if first == "接尾辞":
        return SUFFIX
    if first == "動詞" and second == "一般" and part_of_speech[5].startswith("連用形"):
        return VERB
    return CLOSING if first in {"助詞", "補助記号", "名詞"} else NEITHER
