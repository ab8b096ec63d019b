"""How a term is read, and where it stands in the order of the 五十音."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from kb import morphemes

ROWS = (
    *(("あ", "あいうえお"), ("か", "かきくけこ"), ("さ", "さしすせそ"), ("た", "たちつてと"), ("な", "なにぬねの")),
    *(("は", "はひふへほ"), ("ま", "まみむめも"), ("や", "やゆよ"), ("ら", "らりるれろ"), ("わ", "わをん")),
)
"""The rows, each with the syllables that it is for."""

OTHER = "数字・英字ほか"
"""The row of what does not begin with a syllable."""

_KANA = re.compile(r"[ぁ-ゖァ-ヺー]+")
_SMALL = str.maketrans("ぁぃぅぇぉっゃゅょゎ", "あいうえおつやゆよわ")


@lru_cache(maxsize=4096)
def reading(term: str) -> str:
    """The reading in hiragana, as the dictionary has it; what it does not have stays as it is written."""
    return "".join(_read(word.reading, word.surface) for word in morphemes(term))


def _read(known: str, surface: str) -> str:
    if _KANA.fullmatch(surface):
        return hiragana(surface)
    return hiragana(known) if known and _KANA.fullmatch(known) and not surface.isascii() else surface


def hiragana(text: str) -> str:
    """Katakana as hiragana."""
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


def row(read: str) -> str:
    """The row that a reading belongs to: ヤングケアラー to や."""
    first = unicodedata.normalize("NFD", read[:1])[:1].translate(_SMALL)
    return next((name for name, syllables in ROWS if first in syllables), OTHER) if first else OTHER


def order(read: str) -> tuple[bool, str]:
    """Sorts by the 五十音: voiced and small letters beside the plain ones, anything else at the end."""
    plain = "".join(c for c in unicodedata.normalize("NFD", read) if not unicodedata.combining(c)).translate(_SMALL)
    return row(read) == OTHER, plain
