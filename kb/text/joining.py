"""Characters at the edge of a line: how two lines become one, and which spaces a layout program left behind.

Nothing here removes anything but spaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

KANA_KANJI = "ぁ-ゖ゛-ヿ々〆〇一-鿿豈-﫿ｦ-ﾟ\U00020000-\U0003134f"
"""The letters of Japanese as the inside of a regular expression's brackets."""

COUNTED = (
    "年(?!金|齢)|月|日(?![本常程])|時[間0-9]?(?!代)|分(?![野科])|秒|人(?![権材々])|名(?![称簿前])|回(?!答)|件(?!名)|歳|才|位(?!置)|番|号|[かヶケヵ箇]"
    "|地区|[市町村](?![民内社])|県(?![民内社])|円(?!滑)|[千万億]|[%％割倍度つ]|本(?![人会年])|代(?!表)|階(?!層)|世帯|団体|校(?![長区])|泊|冊|枚|台"
    "|週間|曜|以上|種類|組|班|対[ 0-9]"
)
"""What a number at the beginning of a line counts (a regular expression); before anything else it numbers a heading."""

OPENING = "（「『【《〈［〔｛“〝(["
CLOSING = "）」』】》〉］〕｝”〟)]"

#: Characters that no Japanese line may begin with (JIS X 4051, 行頭禁則): such a line goes on from the one before.
NEVER_FIRST = "、。，．・：；？！ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ" + CLOSING

#: A sentence closes no more brackets than this after its 。.
_MOST_CLOSING = 12
_SENTENCE_END = re.compile(r"[。！？!?．][」』）)】”]*$")
#: 平均して1／2件 is one number, wrapped by a program that counts characters.
_NUMBER_ENDS = re.compile(rf"[{KANA_KANJI}][0-9]+$")
_POINT = re.compile("[0-9][.,:][0-9]")
_NUMBER_BEGINS = re.compile(rf"[0-9]+[{KANA_KANJI}]")

#: An address that cannot end so: chiiki@example. / org.
_ADDRESS_ENDS = re.compile(r"(?:https?://|www\.|[\w.+-]@)[!-~]*[.@/?=&%_-]$|[!-~]@$")
_LONGEST_ADDRESS = 80

#: Words of at most this many ASCII characters stand inside Japanese sentences (CSW, No.2, LINE); longer ones and those
#: with @ / : - are addresses and telephone numbers, which a space does separate.
_INLINE_WORD = r"(?<![!-~])[A-Za-z0-9][A-Za-z0-9.&+]{0,11}(?![!-~])"

_TIDY = (
    (re.compile(r"[^\S　]+"), " "),
    (re.compile(r"[ 　]*　[ 　]*"), "　"),
    (re.compile(rf"(?<=[{KANA_KANJI}、。）」』]) ({_INLINE_WORD})"), r"\1"),
    (re.compile(rf"(?!\A[0-9]{{1,2}} (?!{COUNTED}))({_INLINE_WORD})(?<!\.) (?=[{KANA_KANJI}（「『])"), r"\1"),
    (re.compile(r"[ 　]+(?=[、。，．」』）】》])"), ""),
    (re.compile(r"(?<=[「『（【《])[ 　]+"), ""),
    # One katakana between spaces between katakana is a piece of a letter-spaced word (ケア ラ ー連盟).
    (re.compile(r"(?<=[ァ-ヺー]) ([ァ-ヺー]) (?=[ァ-ヺー])"), r"\1"),
    # A word cannot begin with a long-vowel sign or a small kana.
    (re.compile(r"(?<=[ァ-ヺー]) (?=[ーァィゥェォッャュョ])|(?<=[ぁ-ゖ]) (?=[ーぁぃぅぇぉっゃゅょ])"), ""),
)

#: Three or more single characters with spaces between them: お　知　ら　せ.
_LETTER_SPACED = re.compile(rf"(?<![{KANA_KANJI}])[{KANA_KANJI}](?:[ 　][{KANA_KANJI}]){{2,}}(?![{KANA_KANJI}])")


def em(text: str) -> float:
    """The width of ``text`` in full-width characters; half-width ones count a half."""
    if text.isascii():
        return len(text) / 2
    return sum(1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.5 for character in text)


def ends_sentence(text: str) -> bool:
    """Whether the text is complete as it stands: 。！？, with or without closing brackets after it."""
    return _SENTENCE_END.search(text[-_MOST_CLOSING:]) is not None


def unclosed(text: str) -> str:
    """The closing brackets that ``text`` still waits for, innermost first; empty if it is balanced."""
    waiting: list[str] = []
    for character in text:
        if (kind := OPENING.find(character)) >= 0:
            waiting.append(CLOSING[kind])
        elif waiting and character == waiting[-1]:
            waiting.pop()
    return "".join(reversed(waiting))


def join(first: str, second: str) -> str:
    """Two stripped pieces as one: a space between ASCII words, nothing anywhere else."""
    return first + _between(first, second) + second


def join_all(pieces: Sequence[str]) -> str:
    """All pieces as one, each joined to the one before."""
    return "".join(_between(*pair) + pair[1] for pair in pairwise(("", *pieces)))


def breaks_address(first: str, second: str) -> bool:
    """Whether a URL or an e-mail address goes on across the break: ``first`` cannot be the end of one."""
    return second[0].isascii() and second[0].isalnum() and bool(_ADDRESS_ENDS.search(first[-_LONGEST_ADDRESS:]))


def _between(first: str, second: str) -> str:
    if not first or not second or not (first[-1].isascii() and second[0].isascii()):
        return ""
    end = first[-_LONGEST_ADDRESS:]
    keeps_open = first[-1] in "-/_(" or second[0] in ").,/_" or breaks_address(first, second)
    broken_number = (_NUMBER_ENDS.search(end) and _NUMBER_BEGINS.match(second)) or _POINT.search(end[-2:] + second[0])
    return "" if keeps_open or broken_number else " "


def tidy(text: str) -> str:
    """``text`` without the spaces that layout programs put between Japanese and ASCII and inside words."""
    while (tidied := _tidy_once(text)) != text:
        text = tidied
    return text


def _tidy_once(text: str) -> str:
    for pattern, replacement in _TIDY:
        text = pattern.sub(replacement, text)
    return _LETTER_SPACED.sub(lambda run: re.sub(r"[ 　]", "", run.group()), text).strip()
