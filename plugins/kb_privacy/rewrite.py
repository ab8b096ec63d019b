"""What could stand in the place of each finding, by the rules of the profession, alike in the whole document."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb import search_key
from kb_privacy import facilities, letters
from kb_privacy.address import in_general, municipality
from kb_privacy.birth import year_only
from kb_privacy.clue import Clue, Kind
from kb_privacy.passage import Passage
from kb_privacy.people import who_is_who

_DIGIT = re.compile(r"[0-9０-９]")


@dataclass(frozen=True, slots=True)
class Letters:
    """One series of letters: the first free one for each new key, in order."""

    of: Mapping[str, str]
    wide: bool = False
    """Whether the text writes its letters in full width."""

    def __getitem__(self, key: str) -> str:
        letter = self.of[key]
        return letter.translate(_WIDE) if self.wide else letter


_WIDE = {code: code + 0xFEE0 for code in range(ord("A"), ord("Z") + 1)}


def proposals(passages: Sequence[Passage], clues: Sequence[Clue]) -> dict[tuple[Kind, str], str]:
    """The words that could stand for each kind and evidence, given all texts of a document and all clues in order."""
    rewrite = _Rewrite.of(passages, clues)
    return {(clue.kind, clue.evidence): rewrite(clue) for clue in clues}


@dataclass(frozen=True, slots=True)
class _Rewrite:
    persons: Letters
    facilities: Letters
    municipalities: Letters
    unit: str
    """市, 町, 村 or 区: what the municipality of the document is."""

    @classmethod
    def of(cls, passages: Sequence[Passage], clues: Sequence[Clue]) -> _Rewrite:
        wide = any(re.search(r"[Ａ-Ｚ](?:さん|氏|様)", passage.text) for passage in passages)
        towns = [town for clue in clues if (town := _municipality(clue))]
        return cls(
            Letters(_persons(clues, letters.people(passages)), wide),
            Letters(_facilities(clues, letters.facilities(passages)), wide),
            Letters(_given(towns, letters.municipalities(passages)), wide),
            towns[0][-1] if towns else "市",
        )

    def __call__(self, clue: Clue) -> str:
        written = clue.evidence
        match clue.kind:
            case Kind.NAME | Kind.INITIAL:
                return self.persons[written]
            case Kind.FACILITY:
                return facilities.anonymous(written, self.facilities[written])
            case Kind.ADDRESS | Kind.PLACE:
                town = _municipality(clue)
                return self.municipalities[town] + town[-1] if town else in_general(written, self.unit)
            case Kind.BIRTH:
                return year_only(written)
            case Kind.EMAIL:
                return "○○○@○○○"
            case _:
                return _DIGIT.sub("○", written)


def _municipality(clue: Clue) -> str:
    if clue.kind is Kind.PLACE:
        return clue.evidence
    return municipality(clue.evidence) if clue.kind is Kind.ADDRESS else ""


def _persons(clues: Sequence[Clue], taken: Collection[str]) -> dict[str, str]:
    """A letter for each name and initial as written. Doubtful names come last: they may go, and leave a gap."""
    names = [clue for clue in clues if clue.kind in {Kind.NAME, Kind.INITIAL}]
    numbers = who_is_who(clue.evidence for clue in names if clue.kind is Kind.NAME)
    keys = {clue.evidence: str(numbers.get(clue.evidence, Passage(clue.evidence).plain)) for clue in names}
    doubtful = [clue for clue in names if clue.kind is Kind.NAME and clue.certainty != "sure"]
    certain = [keys[clue.evidence] for clue in names if clue not in doubtful]
    given = _given([*certain, *(keys[clue.evidence] for clue in doubtful)], taken)
    return {evidence: given[key] for evidence, key in keys.items()}


def _facilities(clues: Sequence[Clue], taken: Collection[str]) -> dict[str, str]:
    keys = {
        clue.evidence: search_key(facilities.name_of(clue.evidence)) for clue in clues if clue.kind is Kind.FACILITY
    }
    given = _given(keys.values(), taken)
    return {evidence: given[key] for evidence, key in keys.items()}


def _given(keys: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """The next free letter for each key that is not among the earlier ones."""
    free = (letter for letter in letters.series() if letter not in taken)
    return dict(zip(dict.fromkeys(keys), free, strict=False))
