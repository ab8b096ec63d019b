"""The signs that Japanese newsletters begin a heading, a list item or a field with.

A mark means nothing by itself: ◎ begins the items of one newsletter and the articles of the next. This module only
recognises marks; what the marks of one document mean is decided in ``kb.text.headings``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from kb.text.joining import COUNTED

Family = Literal["symbol", "enclosed", "chapter", "number", "bullet", "field", "plain"]
"""How a mark is written.

- ``symbol``: ■ ● ◆ … and anything else out of the blocks of geometric shapes, stars and dingbats.
- ``enclosed``: the whole line stands in 【】 《》 〈〉 ＜＞ ≪≫ ［］.
- ``chapter``: 第1章, 第２節.
- ``number``: 1. （1） ① Ⅰ ア.
- ``bullet``: ・ ※ - →, which never begin a heading.
- ``field``: 電話番号: 日時： 〒.
- ``plain``: ―― Ｑ１． ～…～, which begin a paragraph.
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a line begins with."""

    family: Family
    style: str
    """Lines with the same style are each other's siblings: the symbol itself, ``【】``, ``(1)``, ``第章``."""
    rank: float
    """How high such a heading usually stands, small is high. The order of common practice in Japanese public documents
    (第1章 > 1 > (1) > ① > ア) with the symbols where newsletters use them."""
    number: int | None = None
    closed: bool = False
    """True if the mark has a second half and the line has it at its end (◆…◆, 【…】): the heading is complete."""


_RANKS = {
    **dict.fromkeys("■□▣◼◻⬛⬜", 1.0),
    **dict.fromkeys("★☆✪✩⭐🌟", 1.5),
    **dict.fromkeys("●○〇◆◇◎◉▼▽▲△▶▷►▸◀◁❖", 2.0),
}
_OTHER_SYMBOL = 2.0
_BULLETS = "・･•‣∙⋅◦*＊※→⇒✓✔☑＋+－-–—"
_PHONES = "☎℡☏📞📠✉📧〒🏠"
PAIRS = {"【": "】", "《": "》", "〈": "〉", "≪": "≫", "＜": "＞", "［": "］", "[": "]", "〔": "〕", "『": "』"}
_PAIR_RANKS = {"【": 1.5, "『": 3.0}
_ENCLOSED = 3.0
_LINE_LIMIT = 40
#: 【地域】を事例として… is a sentence, 【特集】はじめての介護 is not.
_SENTENCE_GOES_ON = re.compile("[をはがにとのでもへや][、一-鿿ァ-ヺ「『（]|[、。]")

#: ○ and △ are also blanks to be filled in (○○市, ○月○日, △△さん). 〇 is typed for ○, and is the numeral zero too.
_BLANKS = re.compile(
    r"[○〇◯△□●◇]([○〇◯△□●◇]+[市町村区県都府道会課係部さ氏様先室園校]|[月日年時][○◯△□●◇]|さん|[氏様][はがのにを])"
)

_CHAPTER = re.compile(
    r"第\s*([0-9０-９]+|[一二三四五六七八九十百]+)\s*([章部編節])(?![^\s　:：「『（(]*[：:])(?=[\s　:：「『（(]|\S)"
)
_CHAPTER_RANKS = {"編": 0.1, "部": 0.2, "章": 0.3, "節": 0.6}

#: Numbered heads: pattern, style, rank. A bare number needs a full-width or wide space after it, else 13 地区 is one.
_NUMBERED = (
    (re.compile(r"[（(]\s*([0-9０-９]{1,2})\s*[）)]"), "(1)", 3.0),
    (re.compile(r"([①-⑳])"), "①", 4.0),
    (re.compile(r"([❶-❿➊-➓])"), "❶", 3.5),
    (re.compile(r"([Ⅰ-Ⅻ])(?=[\s　.．、・])[.．、・]?"), "Ⅰ", 0.5),
    (re.compile(r"([0-9０-９]{1,2})(?:[．、）)](?![0-9０-９])|\.(?=[^0-9０-９])|(?=　|[ \t]{2}))"), "1.", 2.5),
    (re.compile(r"([一二三四五六七八九十]{1,3})(?=[、．.　]\S)[、．.]?"), "一、", 2.4),
    (re.compile(r"[（(]\s*([一二三四五六七八九十]{1,3})\s*[）)]"), "(一)", 3.0),
    (re.compile(r"[（(]\s*([ア-コ])\s*[）)]"), "(ア)", 5.0),
    (re.compile(r"([ア-コ])(?=[　．.、）)])[．.、）)]?"), "ア", 4.5),
)
#: 1 はじめに, where the number counts nothing.
_SPACED_NUMBER = re.compile(rf"([0-9０-９]{{1,2}}) (?!{COUNTED}|[0-9０-９()（）])")
_KANA_ORDER = "アイウエオカキクケコ"
_KANJI_DIGITS = "一二三四五六七八九十"

# fmt: off - one row for each sort of label
#: What notices name the parts of an announcement by; such a label begins a field even after a ● or 【.
LABELS = frozenset(
    [
        "日時",
        "期日",
        "日程",
        "期間",
        "時間",
        "開催日",
        "開催日時",
        "実施日",
        "とき",
        "日にち",
        "場所",
        "会場",
        "ところ",
        "集合場所",
        "対象",
        "対象者",
        "参加対象",
        "定員",
        "募集人数",
        "募集人員",
        "参加費",
        "受講料",
        "費用",
        "料金",
        "会費",
        "持ち物",
        "持物",
        "服装",
        "内容",
        "プログラム",
        "テーマ",
        "演題",
        "講師",
        "講演",
        "司会",
        "登壇者",
        "主催",
        "共催",
        "後援",
        "協力",
        "協賛",
        "申込",
        "申込み",
        "申し込み",
        "お申込み",
        "お申し込み",
        "申込先",
        "申込方法",
        "申込み先",
        "申込み方法",
        "申込期限",
        "申込締切",
        "締切",
        "締め切り",
        "〆切",
        "応募方法",
        "問合せ",
        "問合せ先",
        "問い合わせ",
        "問い合わせ先",
        "お問合せ",
        "お問合せ先",
        "お問い合わせ",
        "お問い合わせ先",
        "連絡先",
        "担当",
        "担当者",
        "電話",
        "電話番号",
        "TEL",
        "Tel",
        "FAX",
        "Fax",
        "ファックス",
        "ファクス",
        "E-mail",
        "Email",
        "MAIL",
        "Mail",
        "メール",
        "メールアドレス",
        "URL",
        "HP",
        "ホームページ",
        "住所",
        "所在地",
        "郵便番号",
        "受付",
        "受付時間",
        "受付期間",
        "相談日",
        "利用料",
        "利用時間",
        "開所時間",
        "開館時間",
        "休館日",
        "定休日",
        "交通",
        "アクセス",
        "駐車場",
        "備考",
        "その他",
        "発行",
        "発行日",
        "発行者",
        "発行元",
        "編集",
        "編集発行",
        "参加者",
        "出席者",
        "参加人数",
        "提出先",
        "提出期限",
    ]
)
# fmt: on

KNOWN_TITLE = "編集後記"
"""The style of the few titles that need no mark to be known."""

_KNOWN = re.compile("編集後記|あとがき|編集室(から|より|だより)?|編集(部|委員|担当)(から|より)")

SPACED = "1 "
"""The style of numbers with nothing but a space behind them."""

#: Who speaks, or asks and answers; and a subtitle, which such dashes enclose.
_PLAIN = re.compile(
    r"(――|──|――)\S|[QＱAＡ][0-9０-９]{0,2}[.．:：、　]\S?|[QＱAＡ][0-9０-９]{1,2} \S|(?P<tilde>[～〜])[^\s0-9０-９]"
)

#: ○ and △ alone are the entries of a table as often as marks.
_ALONE = re.compile(r"[・･•※]|[（(][0-9０-９]{1,2}[）)]|[0-9０-９]{1,2}[.．、]|[①-⑳]")
_LONGEST_ALONE = 3

_LABEL_ENDS = "：:　 \t）)】］]〉》…・"
_LABEL_LETTER = "[一-鿿々ァ-ヺー・0-9０-９A-Za-zＡ-Ｚａ-ｚ.()（）/／-]"
#: Labels have no hiragana but that of お問い合わせ, 申し込み, ところ; 日　時 may be spaced.
_FIELD = re.compile(
    rf"(?:{_LABEL_LETTER}|[おごいわせみしりときころ]|さ(?=[んま]\s*[：:])|[んま](?=\s*[：:])"
    r"|[\s　](?=\S[\s　]?[^\s　]?[：:])){1,14}?[\s　]*[：:](?!//)"
)
_CLOCK = re.compile(r"[0-9０-９]+[\s　]*[：:][0-9０-９]")


def leading_mark(text: str) -> Mark | None:
    """The mark that a stripped line begins with, if any."""
    if not text:
        return None
    return (
        _field_by_sign(text)
        or _symbol(text)
        or _chapter(text)
        or _number(text)
        or _enclosed(text)
        or _plain(text)
        or _field(text)
    )


def is_symbol(character: str) -> bool:
    """Whether the character is decoration that may stand before a heading."""
    return character in _RANKS or (
        character not in _BULLETS + _PHONES
        and unicodedata.category(character) == "So"
        and _is_pictorial(ord(character))
    )


def undecorated(text: str) -> str:
    """A heading without the symbols around it (■ ◆…◆); brackets and numbers stay as the author wrote them."""
    if _BLANKS.match(text):
        return text
    start, end = 0, len(text)
    while start < end and (is_symbol(text[start]) or text[start].isspace() or text[start] in "\ufe0e\ufe0f"):
        start += 1
    if start:
        while (
            end > start
            and text[end - 1] != "〇"
            and (is_symbol(text[end - 1]) or text[end - 1].isspace() or text[end - 1] in "\ufe0e\ufe0f")
        ):
            end -= 1
    return text[start:end] or text


def is_mark_alone(text: str) -> bool:
    """Whether the text is a mark that has lost its line: ■, ・, (1), ②. A digit alone is a page number."""
    return _ALONE.fullmatch(text) is not None or (len(text) <= _LONGEST_ALONE and all(map(is_symbol, text)))


def label_of(text: str) -> str:
    """The label of a notice's part (``日時`` of ``●日 時：3月5日``), or an empty string."""
    bare = undecorated(text).lstrip("".join(PAIRS) + "（(・ 　")
    letters = ""
    for position, character in enumerate(bare[:16]):
        if letters in LABELS and (character in _LABEL_ENDS or position == len(bare)):
            return letters
        if not character.isspace():
            letters += character
    return letters if letters in LABELS and len("".join(bare.split())) == len(letters) else ""


def _is_pictorial(code: int) -> bool:
    return 0x25A0 <= code <= 0x27BF or 0x2B00 <= code <= 0x2BFF or 0x1F300 <= code <= 0x1FAFF


def _field_by_sign(text: str) -> Mark | None:
    return Mark("field", "☎", 9.0) if text[0] in _PHONES else None


def _symbol(text: str) -> Mark | None:
    first = text[0]
    if first in _BULLETS:
        return None if text[:2] in {"--", "——"} or not text.strip(first) else Mark("bullet", first, 9.0)
    if not is_symbol(first) or _BLANKS.match(text) or not undecorated(text).strip(first):
        return None
    closed = len(text) > 2 and is_symbol(text[-1])
    return Mark("symbol", first, _RANKS.get(first, _OTHER_SYMBOL), closed=closed)


def _chapter(text: str) -> Mark | None:
    if (found := _CHAPTER.match(text)) is None:
        return None
    return Mark("chapter", f"第{found[2]}", _CHAPTER_RANKS[found[2]], number=_integer(found[1]))


def _number(text: str) -> Mark | None:
    for pattern, style, rank in (*_NUMBERED, (_SPACED_NUMBER, SPACED, 2.5)):
        if (found := pattern.match(text)) and found.end() < len(text):
            return Mark("number", style, rank, number=_integer(found[1]))
    return None


def _integer(digits: str) -> int | None:
    if digits in _KANA_ORDER:
        return _KANA_ORDER.index(digits) + 1
    if digits[0] in _KANJI_DIGITS:
        return _kanji_integer(digits)
    value = unicodedata.numeric(digits, -1) if len(digits) == 1 else -1
    return int(value) if value >= 0 else (int(digits) if digits.isdecimal() else None)


def _kanji_integer(digits: str) -> int | None:
    """一 to 九十九."""
    tens, ten, ones = digits.rpartition("十")
    if len(tens) > 1 or len(ones) > 1:
        return None
    return (10 * (_KANJI_DIGITS.index(tens) + 1 if tens else 1) if ten else 0) + (
        _KANJI_DIGITS.index(ones) + 1 if ones else 0
    )


def _enclosed(text: str) -> Mark | None:
    """【…】 and its like around the whole line; 【…】 may also be followed by the rest of a title."""
    if (closing := PAIRS.get(text[0])) is None:
        return None
    end = text.find(closing)
    whole = end == len(text) - 1 and end > 1
    if text[0] == "【" and 1 < end <= _LINE_LIMIT and (whole or not _SENTENCE_GOES_ON.match(text, end + 1)):
        return Mark("enclosed", "【】", _PAIR_RANKS["【"], closed=whole)
    return Mark("enclosed", text[0] + closing, _PAIR_RANKS.get(text[0], _ENCLOSED), closed=True) if whole else None


def _plain(text: str) -> Mark | None:
    if _KNOWN.fullmatch(text):
        return Mark("plain", KNOWN_TITLE, 1.0)
    found = _PLAIN.match(text)
    return Mark("plain", "～" if found["tilde"] else "――", 9.0) if found else None


def _field(text: str) -> Mark | None:
    label = "".join(re.split("[：:]", text[:16], maxsplit=1)[0].split())
    found = label in LABELS or (text[0] not in "（(" and _FIELD.match(text) and not _CLOCK.match(text))
    return Mark("field", "：", 9.0) if found else None
