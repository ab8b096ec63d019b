"""Numbers that the state, insurers and banks give to one person, and the check digits that tell them from others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb_privacy.clue import Certainty, Clue, Kind
from kb_privacy.passage import Passage

#: Weights of the eleven digits from the left (平成26年総務省令第85号 第5条: from the lowest digit 2 to 7, then 2 to 6).
_MY_NUMBER_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)

_MY_NUMBER = re.compile(r"(?<![0-9A-Za-z.,-])[0-9]{4}(?P<gap>[- ]?)[0-9]{4}(?P=gap)[0-9]{4}(?![0-9A-Za-z]|[.,-][0-9])")
_MY_NUMBER_CUE = re.compile(r"(?:マイナンバー|個人番号)[^0-9。\n]{0,12}\Z")

_AFTER_CUE = r"[^0-9。\n]{0,10}(?<![0-9])"
#: Only with a word before it: a number of a few digits alone says nothing.
_INSURANCE = re.compile(
    r"(?P<cue>被?保険者番号|被保険者証|保険証の?番号|受給者証?番号|(?:公費)?負担者番号|年金番号|年金証書|手帳番号|手帳)"
    rf"{_AFTER_CUE}(?P<number>[0-9][0-9 -]{{2,13}}[0-9])(?![0-9])(?![年月円人件歳級]|[./][0-9])"
)
#: 記号・番号 come in pairs: 記号1234・番号567 on a health insurance card, 記号12340 番号12345671 at the post bank.
_PAIR = re.compile(
    r"記号[ :はの]{0,3}(?P<sign>[0-9][0-9-]{1,9})[ ・、と,]{0,3}番号[ :はの]{0,3}(?P<number>[0-9][0-9-]{1,9})(?![0-9])"
)
_BANK = re.compile(r"(?:銀行|信用金庫|信金|信用組合|農協|JA|ゆうちょ|郵便局|口座|通帳|振込)[^。\n]{0,20}\Z")
_ACCOUNT = re.compile(
    r"(?:口座番号|口座|普通預金|普通|当座|貯蓄|通帳番号)[^0-9。\n]{0,8}(?P<number>[0-9]{6,8})(?![0-9])(?![円人件])"
)


def is_my_number(digits: str) -> bool:
    """Whether twelve digits end in the check digit of an individual number."""
    rest = sum(int(digit) * weight for digit, weight in zip(digits[:11], _MY_NUMBER_WEIGHTS, strict=True)) % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)


def is_insurer(digits: str) -> bool:
    """Whether six or eight digits end in the check digit of an insurer's number.

    保険者番号等設定要領: from the lowest digit before it times 2 and 1 in turn, a product of two digits counting as
    the sum of both; 10 minus the last digit of the sum. Eight digits in health insurance, six for 国民健康保険 and
    介護保険.
    """
    products = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits[:-1])))
    return int(digits[-1]) == -sum(product // 10 + product % 10 for product in products) % 10


def my_numbers(passage: Passage) -> Iterator[Clue]:
    """Individual numbers (マイナンバー), also mistyped ones where the text says what they are."""
    for found in _MY_NUMBER.finditer(passage.plain):
        cued = _MY_NUMBER_CUE.search(passage.plain, max(0, found.start() - 30), found.start())
        if is_my_number(re.sub(r"\D", "", found.group())):
            why = "検査用数字の合う12桁で、個人番号（マイナンバー）と見られます。書いてはならない番号です。"
            yield passage.clue(Kind.MYNUMBER, found.span(), why)
        elif cued:
            why = "個人番号とありますが検査用数字が合いません。書き誤りでも残さないでください。"
            yield passage.clue(Kind.MYNUMBER, found.span(), why, "perhaps")


def insurance_numbers(passage: Passage) -> Iterator[Clue]:
    """Numbers of insurance, pension, recipient's certificates and disability certificates."""
    for found in _INSURANCE.finditer(passage.plain):
        why, certainty = _judged(found["cue"], re.sub(r"\D", "", found["number"]))
        yield passage.clue(Kind.INSURANCE, found.span("number"), why, certainty)
    for found in _PAIR.finditer(passage.plain):
        if not _names_a_bank(passage.plain, found.start()):
            for group in ("sign", "number"):
                yield passage.clue(Kind.INSURANCE, found.span(group), "保険証の記号・番号です。伏せてください。")


def _judged(cue: str, digits: str) -> tuple[str, Certainty]:
    if cue == "保険者番号" and len(digits) in {6, 8} and not is_insurer(digits):
        return "保険者番号とありますが検証番号が合いません。書き誤りでも伏せてください。", "perhaps"
    return f"{cue}です。伏せてください。" if cue.endswith("番号") else f"{cue}の番号です。伏せてください。", "sure"


def accounts(passage: Passage) -> Iterator[Clue]:
    """Numbers of bank accounts."""
    why = "口座番号です。伏せてください。"
    for found in _ACCOUNT.finditer(passage.plain):
        if found.group().startswith(("口座", "通帳", "普通預金")) or _names_a_bank(passage.plain, found.start()):
            yield passage.clue(Kind.ACCOUNT, found.span("number"), why)
    for found in _PAIR.finditer(passage.plain):
        if _names_a_bank(passage.plain, found.start()):
            for group in ("sign", "number"):
                yield passage.clue(Kind.ACCOUNT, found.span(group), why)


def _names_a_bank(plain: str, end: int) -> bool:
    return bool(_BANK.search(plain, max(0, end - 30), end))
