"""The search key: what two spellings of the same thing have in common.

What people read is never changed. Only the key that a search compares is folded: NFKC, lower case, and a few tables for
what NFKC leaves apart in Japanese text. NFKC changes lengths (``㍿`` becomes four characters, ``ｶﾞ`` one), so every key
can be mapped back to the text it was made from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

#: Radicals that fonts of Japanese PDFs are often mapped to and that NFKC leaves alone (block CJK Radicals Supplement),
#: with the ideographs that look the same (Unicode Character Database, EquivalentUnifiedIdeograph.txt). Simplified
#: Chinese forms are left out: they are words of another language, not slips of a font.
_RADICALS = dict(
    zip(
        "⺁⺄⺅⺆⺈⺉⺊⺌⺍⺎⺏⺐⺒⺓⺔⺖⺘⺙⺛⺜⺝⺞⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺫⺬⺭⺯⺱⺲⺳⺶⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻆⻌⻍⻎⻏⻑⻒⻕⻖⻗⻘⻝⻟⻡⻣⻤⻨⻩⻫⻭⻯⻱⻲",
        "厂乙亻冂刀刂卜小小兀尣尢巳幺彑忄扌攵旡日月歺民氵氺灬爫爫丬牛犭王罒示礻糹罓罒网羊耂肀聿肉臼艹艹艹虎衤覀西角辶辶辶阝長镸阜阝雨青食飠首骨鬼麦黄斉歯竜龜亀",
        strict=True,
    )
)

#: Ideographs that a Japanese reader takes for the same character. First what NFKC makes of the Kangxi radicals
#: ⼾ ⾭ ⿊, by which fonts show 戸 青 黒: it takes the Chinese form. Then variants that occur in names (髙橋, 山﨑)
#: beside the plain form, which keyboards offer first.
_VARIANTS = dict(zip("戶靑黑髙﨑𠮷德濵濱", "戸青黒高崎吉徳浜浜", strict=True))

#: Signs written in several ways for one meaning. NFKC unites ～ with ~ but not 〜, － with - but no longer ones.
_SIGNS = (
    dict.fromkeys("〜∼〰˜", "~")
    | dict.fromkeys("‐‑‒–—―−─━", "-")
    | dict.fromkeys("“”„〝〟″", '"')
    | dict.fromkeys("‘’′", "'")
    | {"゛": "\u3099", "゜": "\u309a"}  # NFKC would put a space before the mark: か゛ is meant to be が
    | {"ς": "σ", "Σ": "σ"}  # str.lower looks at the neighbours of Σ; a key must not
)

#: 茅ヶ崎 and 茅ケ崎, 三ヵ月 and 三ヶ月 are written both ways, even within one newsletter.
_SMALL_KE = {"ヶ": "ケ", "ヵ": "ケ", "ゖ": "ケ", "ゕ": "ケ"}

#: Invisible: soft hyphen, zero-width space and joiners, direction marks, byte-order mark, variation selectors (葛󠄀).
_INVISIBLE = dict.fromkeys(
    (0xAD, *range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xFEFF, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
)

_TABLE = str.maketrans(_RADICALS | _VARIANTS | _SIGNS | _SMALL_KE) | _INVISIBLE

#: Characters that are their own key, ideographs apart.
_PLAIN = r"0-9a-z \n.,:;()\[\]/@_ぁ-ゔァ-ヴー・、。「」『』【】々〇"
#: All ideographs of the block CJK Unified Ideographs but those that the tables know.
_IDEOGRAPHS = "".join(
    f"{chr(before + 1)}-{chr(after - 1)}"
    for before, after in pairwise([0x4DFF, *sorted(map(ord, "戶靑黑髙德濵濱")), 0xA000])
    if after - before > 1
)
#: Runs that are their own key, character by character. They end before a character that might combine with the last.
_SAME = re.compile(rf"[{_PLAIN}{_IDEOGRAPHS}]+(?=[{_PLAIN}一-鿿（）０-９Ａ-Ｚａ-ｚA-Z　！？：]|\Z)")

#: Half-width (han)dakuten and Hangul vowels and finals are letters to Unicode, yet melt into the letter before them.
_MELTING = re.compile("[ﾞﾟ゛゜\u1160-\u11ff\uffa0-\uffdc]")


@dataclass(frozen=True, slots=True)
class Folded:
    """A search key and the way back: ``folded.span(*match.span())`` is the place in the text."""

    key: str
    origin: Sequence[int]
    """For each character of ``key``, where the characters that it was made of begin; the length of the text last."""

    @property
    def is_even(self) -> bool:
        """Whether each character of ``key`` was made of the one in the same place: places need no way back."""
        return isinstance(self.origin, range)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the text that ``key[start:end]`` was made of, never half a character."""
        first = self.origin[start]
        if start >= end:
            return first, first
        last = self.origin[end - 1]
        return first, next((place for place in self.origin[end:] if place > last), self.origin[-1])


def search_key(text: str) -> str:
    """The folded form of ``text``, to be compared with other folded forms and never shown."""
    if (key := _key_of_even(text)) is not None:
        return key
    return _search_key(text)


def _search_key(text: str) -> str:
    for _ in range(2):  # NFKC yields characters that the tables know, and the tables some that NFKC composes
        text = unicodedata.normalize("NFKC", text.translate(_TABLE)).lower()
    return unicodedata.normalize("NFKC", text.translate(_TABLE))


def fold(text: str) -> Folded:
    """The search key of ``text`` with the way back; ``fold(text).key == search_key(text)``."""
    if (key := _key_of_even(text)) is not None:
        return Folded(key, range(len(text) + 1))
    keys: list[str] = []
    origin: list[int] = []
    for start, end, same in _clusters(text):
        piece = text[start:end]
        key = piece if same else _key_of_cluster(piece)
        keys.append(key)
        origin.extend(range(start, end) if same else (start,) * len(key))
    return Folded("".join(keys), (*origin, len(text)))


_key_of_cluster = lru_cache(maxsize=4096)(_search_key)


def _key_of_even(text: str) -> str | None:
    """The key of a text whose characters stay apart and single, as nearly all do; None of any other."""
    run = _SAME.match(text)
    if run and run.end() == len(text):
        return text
    return text.translate(_EVEN_KEYS) if _EVEN.fullmatch(text) else None


def _clusters(text: str) -> Iterator[tuple[int, int, bool]]:
    """Cut ``text`` where nothing composes across the cut: ``(start, end, is its own key)``."""
    position = 0
    while position < len(text):
        if run := _SAME.match(text, position):
            yield position, run.end(), True
            position = run.end()
            continue
        end = position + 1
        while end < len(text) and _melts(text[end]):
            end += 1
        yield position, end, False
        position = end


@lru_cache(maxsize=4096)
def _melts(character: str) -> bool:
    """Whether it can become one with the character before it."""
    return (
        ord(character) in _INVISIBLE
        or unicodedata.category(character).startswith("M")
        or _MELTING.match(character) is not None
    )


#: Blocks of which most texts are made up, apart from ideographs: ASCII and Latin-1, punctuation, arrows, numbers in
#: circles, shapes, CJK punctuation, kana, full-width forms.
_BLOCKS = ((0x09, 0x100), (0x2010, 0x2040), (0x2190, 0x2500), (0x25A0, 0x2700), (0x3000, 0x3100), (0xFF01, 0xFF5F))


def _even_keys() -> dict[int, str]:
    """The keys of single characters that have one of one character and never melt into the one before them."""
    characters = (chr(code) for first, after in _BLOCKS for code in range(first, after))
    keys = {ord(character): _search_key(character) for character in characters if not _melts(character)}
    return {code: key for code, key in keys.items() if len(key) == 1}


_EVEN_KEYS = _even_keys()
#: Texts in which nothing can melt or change its length: their keys are made character by character.
_EVEN = re.compile("[{}{}]*".format("".join(map(re.escape, map(chr, _EVEN_KEYS))), _IDEOGRAPHS))
