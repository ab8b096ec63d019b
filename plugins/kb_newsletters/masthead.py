"""The masthead (題字): the name of a newsletter and which number of it this is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb import Block, Extraction, File, find_dates

_ENDINGS = (
    "だより|便り|たより|ニュースレター|ニュース|ニューズ|通信|つうしん|広報|レター|かわら版|瓦版|会報|新聞|ジャーナル|マガジン|情報誌|"
    "NEWS|News|Newsletter|LETTER|newsletter|tsushin|tayori|dayori"
)
_NUMBER = re.compile(
    r"第\s*(?:[0-9０-９]+|[一二三四五六七八九十百〇]+)\s*号"
    r"|(?:No|NO|Ｎｏ|ＮＯ|№|Vol|VOL|vol|Ｖｏｌ|ＶＯＬ)[.．]?\s*[0-9０-９]+"
    r"|(?<![0-9０-９年月.])[0-9０-９]{1,4}号|創刊準備号|創刊号"
)
#: In the name of a file: newsletter_no3, dayori-12.
_NUMBER_IN_FILE = re.compile(r"(?<=[_\-\s])(?:no|vol)\.?\s*[0-9]+", re.IGNORECASE)
#: A name ends so; after it may follow a number, a date, another name. Or it begins with 広報.
_NAME = re.compile(
    rf"(?:{_ENDINGS})(?=$|[\s　「『(（〈《～~\-_第NVＮＶ№0-9０-９創春夏秋冬])"
    r"|^(?:\S{0,8}広報|広報)\S{1,8}(?=$|[\s　])"
)
#: The name next to the number, anywhere: ニュースレターNo.3、いかがだったでしょうか.
_NAMED = re.compile(
    rf"(?P<name>[^\s　、。「」『』（）()]{{0,15}}(?:{_ENDINGS}))[\s　「『]*(?P<number>{_NUMBER.pattern})"
)
TWO_YEARS = re.compile(r"年?[（(](?:令和|平成|昭和|[RHS])?[元\d０-９]{1,4}年?[）)]年?(?=[\s　]*[\d０-９]{1,2}月)")
"""2022（令和4）年3月 and 令和4（2022）年3月 name the year twice; what is in brackets is to become 年."""

_MASTHEAD_BLOCKS = 8
MASTHEAD_WIDTH = 60
"""No line of a masthead has more characters."""

_NAME_WIDTH = 32
_SLOGAN_WIDTH = 20

_DECORATION = re.compile(r"^[\W_]+|[\s　]+$")
_SEASON = r"(?:(?:19|20)\d\d|令和\S{1,2}|平成\S{1,2})?年?度?[\s　]*(?:\d{1,2}月|(?:新春|[春夏秋冬])[季期]?)?号?"
_AFTER_NAME = re.compile(rf"[\s　]*(?:{_SEASON}|[\s　]|[・,，.．/／|｜:：\-])*(?:発行|通巻|通算)?[\s　(（]*$")
_NO_NAME = re.compile(
    r"^[\d\W_]*$|発\s*行|編集|印刷|〒|電話|TEL|(?:協議会|委員会|センター|法人)$|^(?:通巻|通算|年|月|号|[春夏秋冬]号)|[。、]"
)


@dataclass(frozen=True, slots=True)
class Title:
    """The name of the newsletter and which number of it this is, as printed; either may be empty."""

    name: str = ""
    number: str = ""
    certain: bool = False
    """True if both stand in the masthead."""


def title_of(file: File, extraction: Extraction) -> Title:
    """Read the masthead, else a sentence that names the newsletter, else the name of the file."""
    lines = tuple(masthead(extraction.blocks))
    named_in_file = _title_of_file(unicodedata.normalize("NFKC", file.stem))
    found = _in_masthead(lines) or _in_text(extraction) or _name_alone(lines) or named_in_file or Title()
    if found.name and not found.number and named_in_file is not None:
        return Title(found.name, named_in_file.number)
    return found


def masthead(blocks: Sequence[Block]) -> Iterator[str]:
    """The lines above the first article: short ones, up to the first sentence or marked heading."""
    seen = 0
    for block in blocks:
        text = " ".join(block.text.split())
        if not text or block.aside or block.kind == "furniture":
            continue
        marked = block.kind == "heading" and not text[0].isalnum() and text[0] not in "「『" and not _NAME.search(text)
        told = "。" in text and len(text) > _SLOGAN_WIDTH
        if seen == _MASTHEAD_BLOCKS or marked or told or len(text) > MASTHEAD_WIDTH:
            return
        seen += 1
        yield text


def has_name(stem: str) -> bool:
    """Whether a file is called like a newsletter."""
    return _NAME.search(unicodedata.normalize("NFKC", stem)) is not None


def names_newsletter(text: str) -> bool:
    """Whether a line has the number of an issue or the name of a newsletter."""
    return bool(_NUMBER.search(text) or _NAME.search(text))


def number_of(title: Title) -> str:
    """The bare number: 第１２号, No.12 and 第十二号 are all 12; 創刊号 stays."""
    plain = unicodedata.normalize("NFKC", title.number)
    if found := re.search(r"\d+", plain):
        return found.group().lstrip("0")
    kanji = re.search(r"[一二三四五六七八九十百〇]+", plain)
    return str(_kanji(kanji.group())) if kanji else plain


def _kanji(digits: str) -> int:
    """二十五 or 二五 or 百三: numbers of issues stay below a thousand."""
    values = {digit: value for value, digit in enumerate("〇一二三四五六七八九")}
    if not set(digits) & set("十百"):
        return int("".join(str(values[digit]) for digit in digits))
    hundreds, hundred, rest = digits.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    total = 100 * values.get(hundreds, 1) if hundred else 0
    total += 10 * values.get(tens, 1) if ten else 0
    return total + values.get(ones, 0)


# ------------------------------------------------------------------------------------------------ where it stands


def _in_masthead(lines: Sequence[str]) -> Title | None:
    """The number, and the best name around it: one that ends like a newsletter's, else the nearest words."""
    for place, line in enumerate(lines):
        if found := _NUMBER.search(line):
            before, after = line[: found.start()], line[found.end() :]
            around = (before, *reversed(lines[:place]), after, *lines[place + 1 :])
            names = [name for text in around if (name := _name(text))]
            best = next((name for name in names if _NAME.search(name)), names[0] if names else "")
            return Title(best, found.group().strip(), certain=True) if best else None
    return None


def _name(text: str) -> str:
    """The name in a line of the masthead, without dates, numbers and ornaments; empty if there is none."""
    text = TWO_YEARS.sub("年", text)
    for mention in reversed(find_dates(text)):
        text = text[: mention.start] + " " + text[mention.end :]
    text = re.sub(r" ?号", " ", _NUMBER.sub(" ", text))
    text = _DECORATION.sub("", _DECORATION.sub("", _AFTER_NAME.sub("", text)))
    if found := _NAME.search(text):
        quoted = re.match(r"[\s　]*[「『][^」』]*[」』]", text[found.end() :])
        text = text[: found.end() + (quoted.end() if quoted else 0)]
    text = re.sub(r"[\s　]*[\W_]*$", "", text) if not text.endswith(tuple("」』）)！？")) else text
    return "" if not text or len(text) > _NAME_WIDTH or _NO_NAME.search(text) else text


def _in_text(extraction: Extraction) -> Title | None:
    found = _NAMED.search(extraction.text)
    return Title(found["name"], found["number"]) if found else None


def _name_alone(lines: Sequence[str]) -> Title | None:
    names = (_name(line) for line in lines if len(line) <= _NAME_WIDTH)
    return next((Title(name) for name in names if name and _NAME.search(name)), None)


def _title_of_file(stem: str) -> Title | None:
    """The file's name, if it is that of a newsletter."""
    if found := _NUMBER.search(stem):
        return Title(stem[: found.start()].strip(" 　_-"), found.group())
    found = _NUMBER_IN_FILE.search(stem)
    return Title(stem[: found.start()].strip(" 　_-"), found.group()) if found else None
