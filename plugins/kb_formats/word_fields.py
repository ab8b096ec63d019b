"""Runs of a Word paragraph that stand for other characters than their own: fields and signs of symbol fonts."""

from __future__ import annotations

import re
from typing import Any

from kb_formats.word_numbering import W

#: ``EQ \o\ad(\s\up 9(じょせつ),除雪)``: how Word kept ruby in old files, and still keeps 囲い文字 (○ over 秘).
_OVERSTRIKE = re.compile(r"\s*EQ\b.*\\o.*\((?:.*[,;，])?\s*([^,;，()]*)\)\s*", re.IGNORECASE | re.DOTALL)
#: No such field is longer, and the pattern takes its time over long ones.
_LONGEST = 300

#: What the symbol fonts show in place of a character of private use; those that newsletters mark headings with.
_SYMBOLS = {
    "wingdings": {
        **dict.fromkeys((0x6C, 0x9F), "●"),
        **dict.fromkeys((0x6D, 0xA1), "○"),
        **dict.fromkeys((0x6E, 0xA7), "■"),
        **dict.fromkeys((0x6F, 0x71, 0xA8), "□"),
        **dict.fromkeys((0x74, 0x75, 0x76, 0x77), "◆"),
        **dict(zip((0x28, 0x2A, 0xAB, 0xD8, 0xE0, 0xFC, 0xFE), "☎✉★▶→✓☑", strict=True)),
        **{0x81 + digit: chr(ord("①") + digit) for digit in range(10)},
    },
    "symbol": {0xB7: "・"},
}


def symbol(element: Any) -> str:
    """What a ``w:sym`` shows; nothing where the font's sign is not known."""
    signs = _SYMBOLS.get(str(element.get(f"{W}font", "")).lower(), {})
    try:
        return signs.get(int(element.get(f"{W}char", "0"), 16) & 0xFF, "")
    except ValueError:
        return ""


class Fields:
    """The fields that are open at a place in the text; an instruction is no text, the result that follows it is."""

    def __init__(self) -> None:
        self._instructions: list[str | None] = []

    @property
    def is_within_instruction(self) -> bool:
        """Whether the text here is the result of a field in the instruction of another one (``IF``), and not shown."""
        return self._instructions[-1:] == [None] and any(outer is not None for outer in self._instructions)

    def add(self, instruction: str) -> None:
        """A piece of the innermost field's instruction."""
        if self._instructions and self._instructions[-1] is not None:
            self._instructions[-1] += instruction

    def turn(self, element: Any) -> str:
        """What a ``w:fldChar`` puts into the text: the base characters where a field without result ends."""
        kind = element.get(f"{W}fldCharType")
        if kind == "begin":
            self._instructions.append("")
        elif kind == "separate" and self._instructions:
            self._instructions[-1] = None
        elif kind == "end" and self._instructions:
            instruction = self._instructions.pop() or ""
            found = _OVERSTRIKE.fullmatch(instruction) if len(instruction) <= _LONGEST else None
            return found[1] if found else ""
        return ""
