"""Cells of tables that people open in a spreadsheet."""

from __future__ import annotations

import re

#: What a spreadsheet takes for a formula (OWASP, CSV injection): also in full width, and behind spaces.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


def plain_cell(text: str) -> str:
    """The text as a cell that is never a formula: behind an apostrophe, which spreadsheets do not show."""
    return f"'{text}" if _FORMULA.match(text) else text
