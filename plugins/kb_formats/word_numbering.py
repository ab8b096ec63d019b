"""The numbers that Word puts before paragraphs: not in the text, but people see and cite them (第2章, （3）)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
"""The namespace of WordprocessingML."""

_LEVELS = 9  # ECMA-376, 17.9.6
#: The greatest number shown in letters or Roman numerals, which grow with it; no list is as long.
_MOST_SIGNS = 4_999
_KANJI_DIGITS = "〇一二三四五六七八九"
_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン"
_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")),
    *((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)


def value_of(element: Any, default: str = "") -> str:
    """The ``w:val`` of an element that may be missing."""
    return str(element.get(f"{W}val", default)) if element is not None else default


@dataclass
class Numbering:
    """The counters of one document; lives no longer than one pass over it."""

    levels: Mapping[str, Mapping[int, Any]] = field(default_factory=dict)
    """numId -> level -> its ``w:lvl``."""
    lists: Mapping[str, str] = field(default_factory=dict)
    """numId -> abstract list; several numIds count on in one list."""
    restarts: dict[tuple[str, int], int] = field(default_factory=dict)
    counts: dict[str, list[int | None]] = field(default_factory=lambda: defaultdict(lambda: [None] * _LEVELS))

    def level_of_style(self, number: str, style: str) -> int:
        """The level that a list gives to a paragraph style (``Heading 2`` -> 1)."""
        found = (
            level for level, lvl in self.levels.get(number, {}).items() if value_of(lvl.find(f"{W}pStyle")) == style
        )
        return next(found, 0)

    def mark(self, number: str, level: int | None) -> str:
        """Count one paragraph on, and say what stands before it: ``第1章``, ``①``, ``・``; empty for nothing."""
        lvl = self.levels.get(number, {}).get(level) if level is not None else None
        if level is None or lvl is None or value_of(lvl.find(f"{W}numFmt")) == "none":
            return ""
        if value_of(lvl.find(f"{W}numFmt")) == "bullet":
            return "・"
        counts = self._counted(number, level)
        legal = lvl.find(f"{W}isLgl") is not None

        def shown(found: re.Match[str]) -> str:
            place = int(found[1]) - 1
            inner = self.levels[number].get(place)
            kind = "decimal" if inner is None or legal else value_of(inner.find(f"{W}numFmt"), "decimal")
            return numeral(counts[place] or 1, kind)

        return re.sub("%([1-9])", shown, value_of(lvl.find(f"{W}lvlText"))).strip()

    def _counted(self, number: str, level: int) -> list[int | None]:
        counts = self.counts[self.lists[number]]
        restart = self.restarts.pop((number, level), None)
        before = counts[level]
        counts[level] = restart if restart is not None else self._start(number, level) if before is None else before + 1
        for outer in range(level):
            counts[outer] = counts[outer] if counts[outer] is not None else self._start(number, outer)
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)
        return counts

    def _start(self, number: str, level: int) -> int:
        lvl = self.levels[number].get(level)
        start = value_of(lvl.find(f"{W}start")) if lvl is not None else ""
        return int(start) if start.isdecimal() else 1


def numbering_of(root: Any) -> Numbering:
    """The lists that ``numbering.xml`` defines; none without that part."""
    if root is None:
        return Numbering()
    abstract = {element.get(f"{W}abstractNumId"): element for element in root.findall(f"{W}abstractNum")}
    by_style = {
        value_of(link): element for element in abstract.values() if (link := element.find(f"{W}styleLink")) is not None
    }
    levels: dict[str, Mapping[int, Any]] = {}
    lists: dict[str, str] = {}
    restarts: dict[tuple[str, int], int] = {}
    for num in root.findall(f"{W}num"):
        number, definition = num.get(f"{W}numId"), value_of(num.find(f"{W}abstractNumId"))
        element = abstract.get(definition)
        if element is None:
            continue
        element = by_style.get(value_of(element.find(f"{W}numStyleLink")), element)
        lists[number] = definition
        levels[number] = _levels(element) | {
            level: lvl for override in num.findall(f"{W}lvlOverride") for level, lvl in _levels(override).items()
        }
        for override in num.findall(f"{W}lvlOverride"):
            start = value_of(override.find(f"{W}startOverride"))
            place = level_in(override.get(f"{W}ilvl"))
            if start.isdecimal() and place is not None:
                restarts[number, place] = int(start)
    return Numbering(levels, lists, restarts)


def _levels(element: Any) -> dict[int, Any]:
    return {place: lvl for lvl in element.findall(f"{W}lvl") if (place := level_in(lvl.get(f"{W}ilvl"))) is not None}


def level_in(value: str | None) -> int | None:
    """A list's level, 0 to 8; 0 without one, None for what is none."""
    place = int(value or 0) if (value or "0").isdecimal() else _LEVELS
    return place if place < _LEVELS else None


def numeral(number: int, kind: str) -> str:
    """A number as a list of a kind (ST_NumberFormat, ECMA-376, 17.18.59) shows it; decimal for kinds not known here."""
    return _NUMERALS.get(kind, str)(number)


def _cyclic(signs: str) -> Callable[[int], str]:
    return lambda number: signs[(number - 1) % len(signs)] if number > 0 else str(number)


def _shifted(first: str, last: int) -> Callable[[int], str]:
    """Signs that follow each other in Unicode, as ①②; beyond the last one, plain numbers."""
    return lambda number: chr(ord(first) + number - 1) if 1 <= number <= last else str(number)


def _full_width(number: int) -> str:
    return str(number).translate({ord("0") + digit: ord("０") + digit for digit in range(10)})


def _kanji(number: int) -> str:
    """一 to 九十九; digit by digit beyond."""
    tens, ones = divmod(number, 10)
    if tens > 9 or not number:
        return "".join(_KANJI_DIGITS[int(digit)] for digit in str(number))
    return (_KANJI_DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (_KANJI_DIGITS[ones] if ones else "")


def _roman(number: int) -> str:
    if number > _MOST_SIGNS:
        return str(number)
    text = ""
    for value, sign in _ROMAN:
        text += sign * (number // value)
        number %= value
    return text


def _letters(first: str) -> Callable[[int], str]:
    """A to Z, then AA to ZZ."""
    return lambda number: (
        chr(ord(first) + (number - 1) % 26) * ((number - 1) // 26 + 1) if 0 < number <= _MOST_SIGNS else str(number)
    )


_NUMERALS: Mapping[str, Callable[[int], str]] = {
    "decimalZero": lambda number: f"{number:02}",
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "decimalEnclosedCircle": _shifted("①", 20),
    "decimalEnclosedCircleChinese": _shifted("①", 20),
    "decimalEnclosedParen": _shifted("⑴", 20),
    "decimalEnclosedFullstop": _shifted("⒈", 20),
    "upperLetter": _letters("A"),
    "lowerLetter": _letters("a"),
    "upperRoman": _roman,
    "lowerRoman": lambda number: _roman(number).lower(),
    "aiueo": _cyclic(_KANA),
    "aiueoFullWidth": _cyclic(_KANA),
    "iroha": _cyclic(_IROHA),
    "irohaFullWidth": _cyclic(_IROHA),
    "ideographTraditional": _cyclic("甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": _cyclic("子丑寅卯辰巳午未申酉戌亥"),
    **dict.fromkeys(
        (
            "japaneseCounting",
            "japaneseDigitalTenThousand",
            "chineseCounting",
            "chineseCountingThousand",
            "ideographDigital",
        ),
        _kanji,
    ),
}
