"""A line break seen from both sides: what the end of one line and the beginning of the next say of each other."""

from __future__ import annotations

import re

from kb.text.joining import KANA_KANJI, NEVER_FIRST, breaks_address, em, ends_sentence, unclosed
from kb.text.lines import NARROW, Line

JAPANESE = re.compile(f"[{KANA_KANJI}]")
#: A line that ends in a particle or a comma is not the end of anything, however short it is.
DANGLING = re.compile(r"[のをにがはへで、，]$|ため[のに]$|および$|及び$|または$|又は$")
#: を and ん begin no word, の before kanji or katakana no phrase; a few hiragana up to 。 are the end of a sentence.
_NEVER_BEGINS = re.compile("[をんン]|の[一-鿿ァ-ヺ]|[ぁ-ゖ]{1,7}[。！？]|いたします。|いたしました。")
#: A line of nothing but the end of a word or a verb: まります, ついて, 集しています.
VERB_END = re.compile("[ぁ-ゖ]{1,7}[！？!?]?|[^。、]{0,6}(?:ます|ました|ません|ましょう|ください|について)[！？!?]?か?")
_BEFORE_ASCII = re.compile(f"[{KANA_KANJI}、][A-Za-z0-9]")
_PARTICLE = re.compile("[はがをにでとものへや、]")
_BROKEN_NUMBER = re.compile("[0-9][-－‐][0-9]$")
_KATAKANA = re.compile("[ァ-ヺー]{2}")

#: Compounds of every newsletter of a council, through which no line break is the end of anything.
_COMPOUNDS = (
    "社会福祉協議会",
    "民生委員児童委員",
    "地域包括支援センター",
    "ボランティアセンター",
    "ボランティアコーディネーター",
    "コミュニティソーシャルワーカー",
    "生活支援コーディネーター",
)
_LONGEST_COMPOUND = max(map(len, _COMPOUNDS))
_BREAKS_COMPOUND = re.compile(
    "|".join(f"{word[:cut]}\n{word[cut:]}" for word in _COMPOUNDS for cut in range(1, len(word)))
)

#: Nothing but a number or a date, as below the name of a newsletter.
_NUMBER_OR_DATE = re.compile(
    r"(?=.*[0-9０-９])(?:第|号|[Nn][Oo]|[Vv][Oo][Ll]|発行日?|令和|平成|昭和|元年|[RHS年月日火水木金土祝（）()]"
    r"|[0-9０-９\s　.．/／・])++"
)
_NAME_AND_NUMBER = re.compile(r"[^。、]+[ 　…・]+[^\s。、]*[0-9０-９][^\s。、]*")
_IN_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
_ROW = re.compile(rf"[{KANA_KANJI}）)][ 　](?=[{KANA_KANJI}（(])")
_ENTRY = re.compile(
    r"(?:[0-9０-９]{1,2}[月/／])?[0-9０-９]{1,2}日?[（(][月火水木金土日][^（）()]{0,3}[）)][\s　]"
    r"|[0-9０-９]{1,2}月[0-9０-９]{1,2}日[\s　]"
    r"|(?:第[0-9０-９](?:・第?[0-9０-９])*|毎週|毎月第[0-9０-９])[月火水木金土日]曜日?[\s　]"
)
_WIDE_GAP = re.compile(r"(?<=\S)(?:\t+| {2,}|　{2,})\s*(?=\S)")
_LONGEST_ROW = 80

#: What must stay on one line: an ASCII word, or a character with those that may not begin the next.
_UNBREAKABLE = re.compile(f"[!-~]+|.[{re.escape(NEVER_FIRST)}]*", re.DOTALL)


# ------------------------------------------------------------------------------------------------ words


def never_begins(above: Line, line: Line) -> bool:
    """Whether the line can only be the rest of a word or of a sentence."""
    if (line.text[0] in NEVER_FIRST and line.text[0] != "・") or breaks_address(above.text, line.text):
        return True
    if ends_sentence(above.text):
        return False
    if _BROKEN_NUMBER.search(above.text[-2:] + line.text[0]):
        return True
    around = f"{above.text[-_LONGEST_COMPOUND:]}\n{line.text[:_LONGEST_COMPOUND]}"
    return bool(_NEVER_BEGINS.match(line.text) or _BREAKS_COMPOUND.search(around))


def breaks_at_space(above: Line, line: Line) -> bool:
    """Whether the space that a layout program puts between Japanese and ASCII may have come to stand at the break."""
    return _BEFORE_ASCII.fullmatch(above.text[-1] + line.text[0]) is not None or (
        above.text[-1].isascii() and above.text[-1].isalnum() and _PARTICLE.match(line.text) is not None
    )


def hangs(above: Line, line: Line) -> bool:
    """Whether a line of some length ends in the middle of a phrase."""
    return above.fill >= 0.5 and DANGLING.search(above.text) is not None and JAPANESE.match(line.text) is not None


def closes(above: Line, line: Line) -> bool:
    """Whether the line has the other half of a bracket that is open at the end of the line before."""
    closing = unclosed(above.text)[:1]
    return bool(closing) and closing in line.text


def is_number_or_date(text: str) -> bool:
    """Whether the line says nothing but a number or a date."""
    return len(text) <= _LONGEST_ROW and _NUMBER_OR_DATE.fullmatch(text) is not None


def is_in_brackets(text: str) -> bool:
    """Whether the whole line stands in round brackets, as the name of a writer does."""
    return _IN_BRACKETS.fullmatch(text) is not None


# ------------------------------------------------------------------------------------------------ widths

#: Counted characters of a proportional font vary in width (0.82 to 1.05 of the measure in full lines of a newsletter).
FULL_COUNTED = 0.75
FULL_ON_PAGE = 0.9
FULL_SENTENCE = 0.94
FULL_HEADING = 0.93


def reaches(above: Line, line: Line, share: float) -> bool:
    """Whether ``above`` is as wide as lines get there.

    On a page widths are exact: such a line has no room for what the next begins with. Counted characters are compared
    with a share of the measure.
    """
    if not above.placed:
        return above.fill >= share
    found = _UNBREAKABLE.match(line.text)
    return 0 < above.measure < above.width + em(found.group() if found else "") + 0.5


def resized(above: Line, line: Line) -> bool:
    """Whether the type changes by more than what rounding explains."""
    first, second = above.block.size, line.block.size
    return first is not None and second is not None and abs(first - second) > 0.08 * max(first, second)


def reset(above: Line, line: Line) -> bool:
    """Whether the text changes to another width where the line before is not full."""
    narrower, wider = sorted((above.measure, line.measure))
    return 0 < narrower <= NARROW * wider and not reaches(above, line, FULL_ON_PAGE)


# ------------------------------------------------------------------------------------------------ tables


def cells(text: str) -> tuple[str, ...]:
    """The cells of a table row drawn with tabs or wide gaps; one cell if it is no such row."""
    return tuple(_WIDE_GAP.split(text.strip()))


def are_entries(first: Line, line: Line) -> bool:
    """Whether both lines begin as the entries of a calendar do: 13日（土）, 7月13日, 第2水曜日."""
    return _ENTRY.match(line.text) is not None and _ENTRY.match(first.text) is not None


def are_rows(above: Line, line: Line) -> bool:
    """Whether one of the lines is the row of a table, or both are a name with its number, amount or telephone."""
    if _is_row(line) or (_is_row(above) and not _breaks_katakana(above, line)):
        return True
    return _has_number(above.text) and _has_number(line.text)


def _is_row(line: Line) -> bool:
    """A row whose columns were told apart by spaces."""
    return len(cells(line.text)) > 1 or (len(_ROW.findall(line.text)) >= 2 and "。" not in line.text)


def _breaks_katakana(above: Line, line: Line) -> bool:
    across = above.text[-1] + line.text[0]
    return reaches(above, line, FULL_ON_PAGE) and _KATAKANA.fullmatch(across) is not None


def _has_number(text: str) -> bool:
    return len(text) <= _LONGEST_ROW and _NAME_AND_NUMBER.fullmatch(text) is not None
