"""By-lines: who wrote a case study, who spoke, who advised, whom it cites. They sign their work: no finding.

Whoever is called さん, 様, ちゃん or くん is somebody of the case, even beside such a word (報告者は田中さんを訪ね…).
"""

from __future__ import annotations

import re

from kb_privacy.spans import Spans

_ROLE = (
    r"(?:執筆者?|筆者|著者|文責|報告者?|発表者?|事例提供者?|事例提出者?|提出者|記録者?|作成者?|編集者?|監修者?"
    r"|助言者?|コメンテーター"
    r"|スーパーバイザー|SV|講師|講演者?|登壇者?|司会者?|取材|寄稿|文|写真|訳)"
)
_NOBODY_OF_THE_CASE = r"(?![^。\n]{0,60}(?:さん|様|ちゃん|くん))"
#: What is told after 記録： is no by-line: 記録：田中宅を訪問.
_NO_SENTENCE = r"(?![^。\n]{0,60}(?:さん|様|ちゃん|くん|宅[をにへで、]|訪問|来所|[はがを]))"

_LABELLED = re.compile(
    rf"(?<![一-龠]){_ROLE}(?:[ ]?[:=/\t]|[ ]?\n(?=[^。\n]{{1,40}}(?:\n|\Z))){_NO_SENTENCE}[^。\n]{{0,60}}"
)
#: Without a mark, as a line of its own: 報告　みどり県社会福祉協議会　浅井みゆき.
_LINED = re.compile(rf"(?:(?<=\n)|\A){_ROLE}[ ]{{1,2}}{_NO_SENTENCE}[^。、\n0-9]{{2,40}}(?=\n|\Z)")
_SPEAKER = (
    r"(?:執筆者?|著者|文責|報告者|発表者|事例提供者?|助言者|コメンテーター|スーパーバイザー|講師|登壇者|司会者?"
    r"|監修者?)"
)
_SPOKEN = re.compile(
    rf"{_SPEAKER}(?:(?:の|である|[ ]{{1,2}})[^。、\n(はがをに]{{1,16}}"
    rf"|は{_NOBODY_OF_THE_CASE}[^。、\n(]{{0,24}})(?:\([^()\n]{{1,40}}\))?"
)
#: A list of literature, and a title with its author or publisher.
_LITERATURE = re.compile(
    r"(?:(?<=\n)|\A|(?<=[■●◆※・【]))(?:参考文献|引用文献|参考資料|文献|出典)】?[ :・\n][^\n]{0,200}"
    r"|[一-龠々ァ-ヴー・ ]{2,14}(?:「[^」\n]{1,60}」)?『[^』\n]{1,60}』(?=[ ]?[(0-9第]|[ ]?\n|\Z)"
    r"|『[^』\n]{1,60}』[ ]?\([^()\n]{0,60}(?:著|編|訳|書房|出版|新書|文庫|ISBN|[0-9]{4}年?)[^()\n]{0,60}\)"
)
_SIGNED = re.compile(r"(?:(?<=\()|(?<=\n)|\A|(?<=。))[^()\n。]{1,40}[ ](?:記|文|著|筆)(?=\)|[ ]*(?:\n|\Z))")

_HEADING = re.compile(rf"[ ■●◆【]*{_ROLE}[ 】:]*(?:紹介)?")


def bylines(plain: str) -> Spans:
    """The spans of ``plain`` that sign something or cite somebody."""
    patterns = (_LABELLED, _LINED, _SPOKEN, _LITERATURE, _SIGNED)
    return Spans(found.span() for pattern in patterns for found in pattern.finditer(plain))


def heads_a_byline(heading: str) -> bool:
    """Whether what stands under the heading signs the document (執筆者)."""
    return bool(_HEADING.fullmatch(heading))
