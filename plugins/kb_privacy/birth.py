"""Dates of birth: the year may stay, month and day may not. Dates of events are none of our business."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb import find_dates
from kb_privacy.clue import Clue, Kind
from kb_privacy.columns import cells
from kb_privacy.passage import Passage
from kb_privacy.spans import Spans

#: 生 alone only where a word ends: not 生活, 生徒. 生まれ変わる is no birth.
_BORN_AFTER = re.compile(
    r"(?:[ (]?[日月火水木金土]曜?日?[)]?)?[ 、,)]{0,2}(?:に|頃に?|ごろに?)?[ 、]?"
    r"(?:生まれ(?!変わ|かわ)|うまれ(?!変わ|かわ)|生れ|誕生(?!会|祝|しました|した(?!子|長|次|孫))|出生(?!届)"
    r"|生(?=[)、。 \n\t・,(]|\Z))"
)
_BORN_BEFORE = re.compile(
    r"(?:生年月日|誕生日|出生日|出生年月日|DOB)(?:\([^()\n]{1,6}\))?[ \t:はがもの、(\[【】\])\n]{0,4}\Z"
)
_COLUMN = re.compile(r"(?:生年月日|誕生日|出生日|出生年月日|DOB)(?:\([^()\n]{1,6}\))?")
_MONTH_AND_DAY = re.compile(r"(?<![0-9年])[0-9]{1,2}月 ?[0-9]{1,2}日")
_YEAR = re.compile(
    r"(?P<year>(?:明治|大正|昭和|平成|令和|[MTSHRmtshr明大昭平令])[. ]?(?:元|[0-9〇一二三四五六七八九十]{1,3})"
    r"|[12][0-9]{3}|[一二][〇一二三四五六七八九]{3})"
)
_WHY = "生年月日は、生まれた年だけを残します。"


def births(passage: Passage) -> Iterator[Clue]:
    """Dates of birth with a month or a day."""
    register = Spans((cell.start, cell.end) for cell in cells(passage.plain) if _COLUMN.fullmatch(cell.column))
    for mention in find_dates(passage.text):
        span = mention.start, mention.end
        tells = _tells_a_birth(passage.plain, *span) or register.cover(*span)
        if mention.precision in {"day", "month"} and tells:
            yield passage.clue(Kind.BIRTH, span, _WHY)
    for found in _MONTH_AND_DAY.finditer(passage.plain):
        if _tells_a_birth(passage.plain, *found.span()) or register.cover(*found.span()):
            yield passage.clue(Kind.BIRTH, found.span(), _WHY)


def _tells_a_birth(plain: str, start: int, end: int) -> bool:
    before = _BORN_BEFORE.search(plain, max(0, start - 20), start)
    return bool(before or _BORN_AFTER.match(plain, end))


def year_only(evidence: str) -> str:
    """The year as it was written: 昭和23年 of 昭和23年4月5日, S23年 of S23.4.5; nothing to keep gives ○月○日."""
    found = _YEAR.match(evidence.translate(str.maketrans("０１２３４５６７８９", "0123456789")))
    return f"{evidence[: found.end()].rstrip()}年" if found else "○月○日"
