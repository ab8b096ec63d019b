"""By-lines: who wrote a case study, who spoke, who advised. They sign their work; their names are no finding."""

from __future__ import annotations

import re

_LABELLED = re.compile(
    r"(?:執筆者?|筆者|著者?|文責|報告者?|発表者?|事例提供者?|事例提出者?|提出者|記録者?|作成者?|編集者?|監修者?|助言者?|コメンテーター"
    r"|スーパーバイザー|SV|講師|講演者?|登壇者?|司会者?|取材|寄稿|文|写真|訳)[ ]?[:=/][^。\n]{0,60}"
)
_SPOKEN = re.compile(
    r"(?:執筆者?|著者|文責|報告者|発表者|事例提供者?|助言者|コメンテーター|スーパーバイザー|講師|登壇者|司会者?|監修者?)"
    r"(?:の|は|である|[ ])[^。、\n(]{0,24}(?:\([^()\n]{1,40}\))?"
)
#: Works that a text cites: their authors signed them too.
_CITED = re.compile(
    r"(?:参考文献|引用文献|参考資料|文献|出典)[ :・]?[^\n]{0,200}"
    r"|[^。、\n()「」『』]{1,24}(?:「[^」\n]{1,60}」)?『[^』\n]{1,60}』"
    r"|『[^』\n]{1,60}』[ ]?\([^()\n]{1,80}\)"
)
_SIGNED = re.compile(r"(?:(?<=\()|(?<=\n)|\A|(?<=。))[^()\n。]{1,40}[ ](?:記|文|著|筆|談)(?=\)|[ ]*(?:\n|\Z))")


def bylines(plain: str) -> tuple[tuple[int, int], ...]:
    """The spans of ``plain`` that sign something."""
    return tuple(found.span() for pattern in (_LABELLED, _SPOKEN, _CITED, _SIGNED) for found in pattern.finditer(plain))
