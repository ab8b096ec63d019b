"""Values of Excel's cells as a Japanese reader sees them on the sheet."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

#: Digits of a number that Excel itself shows; the rest is noise of binary fractions.
_DIGITS = 15
_ERRORS = frozenset({"#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"})

#: A number format (ECMA-376, 18.8.31) that adds text or zeros to a number: ``"第"0"回"``, ``000``, ``0.0%``. Of several
#: (for negative numbers, for zero) the first; colours, spacing and fill are no text.
_NO_TEXT = re.compile(r"\[[^\]]*\]|_.|\*.")
_PLAIN = re.compile(r'((?:"[^"]*"|[^\W\d_]|\\.|[（）])*)([#0,.]+)(%?)((?:"[^"]*"|[^\W\d_]|\\.|[（）])*)')
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_OF_A_MONTH = re.compile(r"[dD日]")


def shown(value: object, form: str) -> str:  # noqa: PLR0911 - a table, one row for each kind of value
    """A value in a number format; empty for what is no text."""
    match value:
        case None:
            return ""
        case datetime() if value.time() == time():
            return _day(value, form)
        case datetime():
            return f"{_day(value, 'd')} {value.hour}:{value.minute:02}"
        case date():
            return _day(value, form)
        case time():
            return f"{value.hour}:{value.minute:02}"
        case timedelta():
            minutes = round(value.total_seconds() / 60)
            return f"{minutes // 60}:{minutes % 60:02}"
        case bool():
            return str(value).upper()
        case int() | float():
            return _number(value, form)
        case _:
            text = " ".join(str(value).split())
            return "" if text in _ERRORS else text


def _day(value: date, form: str) -> str:
    month = f"{value.year}年{value.month}月"
    return f"{month}{value.day}日" if not form or _OF_A_MONTH.search(_NO_TEXT.sub("", form)) else month


def _number(value: float, form: str) -> str:
    found = _PLAIN.fullmatch(_NO_TEXT.sub("", form.split(";", maxsplit=1)[0]))
    if found is None:
        return f"{value:.{_DIGITS}g}"
    before, digits, percent, after = found.groups()
    number = f"{value * 100:.{_DIGITS}g}%" if percent else f"{value:.{_DIGITS}g}"
    whole = digits.replace(",", "").split(".")[0].count("0")
    if "." not in number and number.isdecimal():
        number = number.zfill(whole)
    return f"{_QUOTED.sub(_unquoted, before)}{number}{_QUOTED.sub(_unquoted, after)}"


def _unquoted(found: re.Match[str]) -> str:
    return found[1] if found[1] is not None else found[2]
