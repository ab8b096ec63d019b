"""How words are read, and what people type who have not converted it (yet): kana, romaji, half of each.

A *loose key* is hiragana in which spellings of one sound are one: じぢ, ずづ, long vowels. It is only ever compared
with other loose keys.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TO_HIRAGANA = {code: chr(code - 0x60) for code in range(ord("ァ"), ord("ヶ") + 1)}
#: What a long vowel is written with after each row: おう and おお are ō, えい and ええ are ē.
_ROWS = {
    "あ": "あかさたなはまやらわがざだばぱぁゃゎ",
    "い": "いきしちにひみりぎじぢびぴぃ",
    "う": "うくすつぬふむゆるぐずづぶぷぅゅゔ",
    "えい": "えけせてねへめれげぜでべぺぇ",
    "おう": "おこそとのほもよろをごぞどぼぽぉょ",
}
#: Something long, which is said once: いいえ is いえ, in which the second い lengthens and the え does not.
_LONG = re.compile("(?={})(.).|ー".format("|".join(f"[{every}][{vowels}]" for vowels, every in _ROWS.items())))
_ONE_SOUND = str.maketrans("ぢづゐゑを", "じずいえお")
_SOUNDS = _ONE_SOUND | {code: _ONE_SOUND.get(ord(kana), kana) for code, kana in _TO_HIRAGANA.items()}


def hiragana(text: str) -> str:
    """Katakana as hiragana; everything else as it is."""
    return text.translate(_TO_HIRAGANA)


def loose(kana: str) -> str:
    """The loose key of something in kana."""
    return _LONG.sub(_said_once, kana.translate(_SOUNDS))


def _said_once(match: re.Match[str]) -> str:
    return match[1] or ""


# ---------------------------------------------------------------------------------------------------- romaji

_VOWELS = "aiueo"
_PLAIN = {
    "": "あいうえお",
    "k": "かきくけこ",
    "s": "さしすせそ",
    "t": "たちつてと",
    "n": "なにぬねの",
    "h": "はひふへほ",
    "m": "まみむめも",
    "r": "らりるれろ",
    "g": "がぎぐげご",
    "z": "ざじずぜぞ",
    "d": "だぢづでど",
    "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
}
_WITH_Y = {"k": "き", "s": "し", "t": "ち", "n": "に", "h": "ひ", "m": "み", "r": "り", "g": "ぎ", "z": "じ", "d": "ぢ"}
_WITH_Y |= {"b": "び", "p": "ぴ"}
_SMALL_Y = dict(zip("auo", "ゃゅょ", strict=True))


@lru_cache(maxsize=1)
def _syllables() -> dict[str, str]:
    """Romaji to hiragana: 訓令式, Hepburn, and what input methods take besides."""
    table = {row + vowel: kana for row, every in _PLAIN.items() for vowel, kana in zip(_VOWELS, every, strict=True)}
    table |= {f"{row}y{vowel}": kana + _SMALL_Y[vowel] for row, kana in _WITH_Y.items() for vowel in "auo"}
    for row, kana in {"sh": "し", "ch": "ち", "j": "じ", "jy": "じ", "cy": "ち"}.items():
        table |= {row + vowel: kana + _SMALL_Y[vowel] for vowel in "auo"}
        table |= {row + "e": kana + "ぇ"}
    table |= {"shi": "し", "chi": "ち", "tsu": "つ", "fu": "ふ", "ji": "じ", "wa": "わ", "wo": "を"}
    table |= {"ya": "や", "yu": "ゆ", "yo": "よ", "fa": "ふぁ", "fi": "ふぃ", "fe": "ふぇ", "fo": "ふぉ"}
    table |= {"thi": "てぃ", "dhi": "でぃ", "thu": "てゅ", "dhu": "でゅ", "wi": "うぃ", "we": "うぇ", "vu": "ゔ"}
    return table | {
        "va": "ゔぁ",
        "vi": "ゔぃ",
        "ve": "ゔぇ",
        "vo": "ゔぉ",
        "xtu": "っ",
        "ltu": "っ",
        "nn": "ん",
        "n'": "ん",
    }


_LONGEST = 3
_CONSONANTS = frozenset("bcdfghjklmpqrstvwxyz")


def kana_of(text: str) -> tuple[str, tuple[str, ...]]:
    """Romaji as hiragana, as an input method would have it, as far as it is complete.

    Returns:
        The hiragana, and the kana that may come next if it ends in the middle of one (``k``: か, き, …): empty if it
        ends with a whole one. Whatever is no romaji stays as it is.

    """
    text = unicodedata.normalize("NFKC", text).lower()
    found: list[str] = []
    place = 0
    while place < len(text):
        length = next((n for n in range(_LONGEST, 0, -1) if text[place : place + n] in _syllables()), 0)
        rest = text[place:]
        if length and not (rest.startswith("nn") and rest[2:3] and rest[2] in _VOWELS):
            found.append(_syllables()[text[place : place + length]])
            place += length
        elif _is_doubled(rest):
            found.append("っ")
            place += 1
        elif rest[0] == "n" and len(rest) > 1 and rest[1] not in _VOWELS + "y":
            found.append("ん")
            place += 1
        elif nexts := _next(rest):
            return "".join(found), nexts
        else:
            found.append(rest[0])
            place += 1
    return "".join(found), ()


def _is_doubled(rest: str) -> bool:
    return len(rest) > 1 and rest[0] == rest[1] and rest[0] in _CONSONANTS


def _next(rest: str) -> tuple[str, ...]:
    """The kana that a syllable may become of which this is the beginning; ``n`` may be ん as well."""
    found = {kana for romaji, kana in _syllables().items() if romaji.startswith(rest)}
    return tuple(sorted(found | ({"ん"} if rest == "n" else set())))
