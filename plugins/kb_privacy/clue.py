"""What the rules find in one text, and which of two clues that overlap is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from kb_privacy.spans import Spans

Certainty = Literal["sure", "perhaps"]
"""``perhaps`` asks the reader to decide; ``sure`` is left in only with a reason."""


class Kind(StrEnum):
    """What a passage gives away."""

    NAME = "name"
    INITIAL = "initial"
    PHONE = "phone"
    POSTAL = "postal"
    ADDRESS = "address"
    EMAIL = "email"
    BIRTH = "birth"
    MYNUMBER = "mynumber"
    INSURANCE = "insurance"
    ACCOUNT = "account"
    FACILITY = "facility"
    PLACE = "place"
    """A municipality. Naming one is no finding by itself. Where one is named with an address, a person or facility, it
    is rewritten (A市), and then alike in the whole document."""

    @property
    def label(self) -> str:
        """The name shown to people."""
        return _LABELS[self.value]


_LABELS = {
    "name": "氏名",
    "initial": "イニシャル",
    "phone": "電話番号",
    "postal": "郵便番号",
    "address": "住所",
    "email": "メールアドレス",
    "birth": "生年月日",
    "mynumber": "個人番号",
    "insurance": "保険・手帳などの番号",
    "account": "口座番号",
    "facility": "施設・事業所名",
    "place": "市区町村名",
}


@dataclass(frozen=True, slots=True)
class Clue:
    """One passage that gives a person away, or may."""

    kind: Kind
    start: int
    end: int
    """``start:end`` is the span in the text that was checked."""
    evidence: str
    """``text[start:end]``."""
    certainty: Certainty
    why: str
    """One Japanese sentence for the person who decides."""

    @property
    def label(self) -> str:
        """The kind as shown to people."""
        return self.kind.label


def resolved(clues: Iterable[Clue]) -> tuple[Clue, ...]:
    """Findings that do not overlap, in order of place: of two that do, the longer, else the surer one is kept."""
    kept: list[Clue] = []
    taken = Spans()
    for clue in sorted(clues, key=_rank):
        if not taken.touch(clue.start, clue.end):
            taken.add(clue.start, clue.end)
            kept.append(clue)
    return tuple(sorted(kept, key=lambda clue: clue.start))


def _rank(clue: Clue) -> tuple[int, bool, int, str]:
    return clue.start - clue.end, clue.certainty != "sure", clue.start, clue.kind
