"""The check of a whole document: who is A in the title is A in the last section."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from kb import Document, Finding, Morpheme, Section
from kb_privacy import letters
from kb_privacy.address import municipality
from kb_privacy.bylines import bylines, heads_a_byline
from kb_privacy.check import clues, permitted
from kb_privacy.clue import Clue, Kind
from kb_privacy.names import stands_bare
from kb_privacy.passage import Passage, is_person, is_place
from kb_privacy.people import words_of
from kb_privacy.rewrite import proposals
from kb_privacy.spans import Spans

Where = Literal["text", "heading", "title"]

SIGNATURE = 60
"""Characters that a text under 執筆者 has at most to sign the document; a longer one tells something."""


#: Names that are looked for elsewhere; kana (さくら, のぞみ) are too often the thing itself.
_KNOWABLE = re.compile(r"[一-龠々ヶ﨑髙]+|[ァ-ヴー]{2,}")
_OF_MUNICIPALITY = re.compile(
    r"(?:県|東京都|北海道|府"
    r"|(?<![一-龠ァ-ヴ]))(?P<town>(?![隣当本同他各某全両旧近別])[一-龠々ヶケァ-ヴ]{1,5}[市町村区])(?:内|在住"
    r"|出身)?の?\Z"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A text of the document and where it stands."""

    section: str
    where: Where
    passage: Passage
    signs: bool = False
    """Whether it stands under 執筆者 or the like."""


@dataclass(frozen=True, slots=True)
class Found:
    """A clue and the part that it lies in."""

    part: Part
    clue: Clue


def review(document: Document, sections: Sequence[Section], allowed: frozenset[str]) -> Iterator[Finding]:
    """Everything in title, headings and texts that gives a person away, or may, with what could stand in its place."""
    parts = tuple(_parts(document, sections))
    found = [Found(part, clue) for part in parts for clue in _clues(part, allowed)]
    found = _in_order(parts, [*found, *_named_elsewhere(parts, found, allowed)])
    found = _in_order(parts, [*found, *_municipalities(parts, found, allowed)])
    words = proposals([part.passage for part in parts], [one.clue for one in found])
    for one in found:
        yield _finding(one, words[one.clue.kind, one.clue.evidence])


def _parts(document: Document, sections: Sequence[Section]) -> Iterator[Part]:
    """All texts in reading order, each knowing the letters that stand for people in any of them."""
    texts: list[tuple[str, Where, str, bool]] = [("", "title", document.title, False)]
    for section in sections:
        signs = heads_a_byline(section.heading) and len(section.text) <= SIGNATURE
        texts += [(section.id, "heading", section.heading, False), (section.id, "text", section.text, signs)]
    begun = letters.people([Passage(text) for _, _, text, _ in texts])
    for section_id, where, text, signs in texts:
        yield Part(section_id, where, Passage(text, begun), signs)


def _clues(part: Part, allowed: frozenset[str]) -> Iterator[Clue]:
    for clue in clues(part.passage, allowed):
        if not (part.signs and clue.kind in {Kind.NAME, Kind.FACILITY}):
            yield clue


def _in_order(parts: Sequence[Part], found: Sequence[Found]) -> list[Found]:
    order = {(part.section, part.where): number for number, part in enumerate(parts)}
    return sorted(found, key=lambda one: (order[one.part.section, one.part.where], one.clue.start))


def _finding(one: Found, proposal: str) -> Finding:
    part, clue = one.part, one.clue
    certain = clue.certainty == "sure"
    span = clue.start, clue.end
    return Finding(clue.kind, clue.label, part.section, *span, clue.evidence, clue.why, proposal, certain, part.where)


# ------------------------------------------------------------------------------ what one part tells about the others


def _named_elsewhere(parts: Sequence[Part], found: Sequence[Found], allowed: frozenset[str]) -> Iterator[Found]:
    """Words that are somebody's name elsewhere in the document and stand here without さん (陽子が戻った)."""
    sure = {one.clue.evidence for one in found if one.clue.kind is Kind.NAME and one.clue.certainty == "sure"}
    known = {word for name in sure for word in words_of(name) if _KNOWABLE.fullmatch(word)}
    for part in parts:
        taken = _spans(part, found)
        new = [clue for clue in _bare(part, known) if not taken.touch(clue.start, clue.end)]
        yield from (Found(part, clue) for clue in permitted(new, part.passage.text, allowed))


def _bare(part: Part, known: set[str]) -> Iterator[Clue]:
    signed = bylines(part.passage.plain)
    for word in part.passage.words if known and not part.signs else ():
        named = word.surface in known and (is_person(word) or _stands_alone(part.passage.plain, word))
        if named and not signed.cover(word.start, word.end):
            why = f"この文書では「{word.surface}」が人の名前として出てきます。"
            yield part.passage.clue(Kind.NAME, (word.start, word.end), why, "perhaps")


def _stands_alone(plain: str, word: Morpheme) -> bool:
    """Whether a word that is no person to the dictionary can be one here (陽子が, 「蓮を): no place, no compound.

    One character alone (光, 海) is too often the thing itself: only where a clause begins with it.
    """
    begins = word.start == 0 or plain[word.start - 1] in "「『、。\n"
    return stands_bare(plain, word.end) and not is_place(word) and (len(word.surface) > 1 or begins)


def _municipalities(parts: Sequence[Part], found: Sequence[Found], allowed: frozenset[str]) -> Iterator[Found]:
    """The municipalities of addresses and of people and facilities (若葉市の田中さん), wherever else they are named."""
    towns = {town for one in found if (town := _municipality_of(one))}
    if not towns:
        return
    pattern = re.compile("|".join(map(re.escape, sorted(towns, key=len, reverse=True))))
    for part in parts:
        taken, signed = _spans(part, found), bylines(part.passage.plain)
        why = "住所を伏せても、ほかの所に市区町村名が残ると分かってしまいます。"
        new = [
            part.passage.clue(Kind.PLACE, named.span(), why, "perhaps")
            for named in pattern.finditer(part.passage.text)
            if not (part.signs or signed.cover(*named.span()) or taken.touch(*named.span()))
        ]
        yield from (Found(part, clue) for clue in permitted(new, part.passage.text, allowed))


def _municipality_of(one: Found) -> str:
    """The municipality that an address begins with, or that stands before a person or a facility; else empty."""
    if one.clue.kind is Kind.ADDRESS:
        return municipality(one.clue.evidence)
    before = one.part.passage.text[max(0, one.clue.start - 9) : one.clue.start]
    named = _OF_MUNICIPALITY.search(before) if one.clue.kind in {Kind.NAME, Kind.FACILITY} else None
    return named["town"] if named else ""


def _spans(part: Part, found: Sequence[Found]) -> Spans:
    return Spans((one.clue.start, one.clue.end) for one in found if one.part is part)
